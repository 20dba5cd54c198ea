// Question: can all of the ABI be driven by koffi, as the header describes it?
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decode, decodeMulti, encode } from '@msgpack/msgpack'
import {
  ABI_VERSION, KIND, MODE, NO_SYNC, RANGE, STATUS, answerOf, callback, copied, dbOptions, dbStats, envInfo, getArgs,
  giving, range, taken
} from './declare.js'
import {
  abi, begin, bytes, get, handle, inFolder, is, openDb, openEnv, openScope, put, rest, told, within
} from './given.js'

const { OK, NOT_FOUND } = STATUS
const include = (name) => readFileSync(new URL(`../../include/${name}`, import.meta.url), 'utf8')
const texts = (entries) => entries.map(([key, value]) => [key.toString(), value.toString()])

test('what is declared is what the header has', () => {
  const exported = include('slmdb.map').match(/slmdb_\w+/g)
  assert.deepEqual(Object.keys(abi).sort(), exported.sort())
  const header = include('slmdb.h')
  const numbers = new Map([...header.matchAll(/\bSLMDB_(\w+)(?: =)? (\d+)\b/g)].map(([, name, n]) => [name, Number(n)]))
  const ranges = Object.entries(RANGE).map(([name, n]) => [`RANGE_${name}`, n])
  const all = { ...STATUS, ...KIND, ...MODE, ...Object.fromEntries(ranges), ABI_VERSION, NO_SYNC }
  for (const [name, number] of Object.entries(all)) assert.equal(numbers.get(name), number, name)
  assert.ok(header.includes(`#define SLMDB_VERSION "${abi.slmdb_version()}"`))
  assert.equal(abi.slmdb_status_name(STATUS.CLOSED), 'Closed')
  assert.equal(abi.slmdb_status_name(-1), 'Unknown')
})

// What each kind of database stores: raw bytes as they are, typed ones as one MessagePack object.
const kinds = [
  ['bytes', KIND.BYTES, bytes, bytes],
  ['bytes-key', KIND.BYTES_KEY, bytes, encode],
  ['typed', KIND.TYPED, encode, encode]
]

for (const [name, kind, ofKey, ofValue] of kinds) {
  test(`entries of a database of kind ${name}`, () => inFolder((folder) => {
    const env = openEnv(folder)
    const db = openDb(env, name, kind)
    const [one, two] = ['one', 'two'].map((text) => Buffer.from(ofKey(text)))
    const [first, second] = ['first', 'second'].map((text) => Buffer.from(ofValue(text)))
    within(env, MODE.WRITE, (txn) => {
      assert.equal(get(txn, db, null, one), null)
      put(txn, db, null, one, first)
      put(txn, db, null, two, first)
      put(txn, db, null, two, second)
      const deleted = [null]
      is(OK, 'slmdb_db_delete', txn, db, null, one, one.length, deleted)
      assert.equal(deleted[0], true)
      is(OK, 'slmdb_db_delete', txn, db, null, one, one.length, deleted)
      assert.equal(deleted[0], false)
    })
    within(env, MODE.READ, (txn) => {
      assert.equal(get(txn, db, null, one), null)
      assert.deepEqual(get(txn, db, null, two), second)
    })
    const txn = begin(env, MODE.WRITE)
    is(OK, 'slmdb_db_clear', txn, db, null, null)
    is(OK, 'slmdb_txn_abort', txn) // so it was not cleared
    within(env, MODE.READ, (txn) => assert.deepEqual(get(txn, db, null, two), second))
    is(OK, 'slmdb_db_close', db)
    is(OK, 'slmdb_env_close', env)
  }))
}

test('a buffer that is too small says how much is enough', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  within(env, MODE.WRITE, (txn) => {
    put(txn, db, null, bytes('k'), Buffer.alloc(1000, 7))
    const length = [0]
    is(STATUS.BUFFER_TOO_SMALL, 'slmdb_db_get_copy', txn, db, null, bytes('k'), 1, null, 0, length)
    const buffer = Buffer.alloc(length[0])
    is(OK, 'slmdb_db_get_copy', txn, db, null, bytes('k'), 1, buffer, buffer.length, length)
    assert.deepEqual(buffer, Buffer.alloc(1000, 7))
    buffer.fill(0)
    const tooSmall = getArgs(txn, db, null, null)
    is(STATUS.BUFFER_TOO_SMALL, 'slmdb_db_get_args', tooSmall, bytes('k'), 1)
    assert.equal(Number(tooSmall.value_length), 1000)
    is(OK, 'slmdb_db_get_args', getArgs(txn, db, null, buffer), bytes('k'), 1)
    assert.deepEqual(buffer, Buffer.alloc(1000, 7))
  })
  is(OK, 'slmdb_env_close', env)
}))

// All pages of a cursor, read into a buffer that grows when the library asks for more.
function pages (cursor) {
  const entries = []
  let buffer = Buffer.alloc(16)
  for (const more = [true]; more[0];) {
    const length = [0]
    const status = abi.slmdb_cursor_page(cursor, buffer, buffer.length, 0, length, more, null)
    if (status === STATUS.BUFFER_TOO_SMALL) {
      buffer = Buffer.alloc(length[0])
      more[0] = true
      continue
    }
    assert.equal(status, OK)
    entries.push(decode(buffer.subarray(0, length[0])))
  }
  return entries
}

test('cursors: entries, pages, ranges, both directions', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd', KIND.TYPED)
  const scope = openScope('tenant')
  const key = (n) => Buffer.from(encode(n))
  within(env, MODE.WRITE, (txn) => {
    for (let n = 99; n >= 0; n--) put(txn, db, scope, key(n), key(`value ${n}`))
  })
  const txn = begin(env, MODE.READ)
  const open = (given) => handle('slmdb_cursor_open', txn, db, scope, given && range(given))
  const numbers = (given) => rest(open(given)).map(([found]) => decode(found))
  const upTo = (n) => [...Array(n).keys()]
  assert.deepEqual(numbers(null), upTo(100))
  assert.deepEqual(numbers({ flags: RANGE.REVERSE }), upTo(100).reverse())
  const bounds = { lower: key(7), upper: key(12) }
  assert.deepEqual(numbers({ ...bounds, flags: RANGE.LOWER | RANGE.UPPER }), [7, 8, 9, 10, 11, 12])
  const exclusive = RANGE.LOWER | RANGE.LOWER_EXCLUSIVE | RANGE.UPPER | RANGE.UPPER_EXCLUSIVE
  assert.deepEqual(numbers({ ...bounds, flags: exclusive | RANGE.REVERSE, limit: 3 }), [11, 10, 9])

  const cursor = open(null)
  const read = pages(cursor)
  assert.ok(read.length > 10)
  assert.deepEqual(read.flat(), upTo(100).flatMap((n) => [n, `value ${n}`]))
  is(NOT_FOUND, 'slmdb_cursor_next', cursor, [null], [0], [null], [0])
  is(OK, 'slmdb_cursor_close', cursor)
  assert.deepEqual([...decodeMulti(Buffer.concat(rest(open({ limit: 2 })).flat()))], [0, 'value 0', 1, 'value 1'])
  is(OK, 'slmdb_txn_abort', txn) // the other cursors end with it
  for (const status of [OK, STATUS.CLOSED]) is(status, 'slmdb_scope_close', scope)
  is(OK, 'slmdb_env_close', env)
}))

test('two tenants never see each other', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  const [a, b] = ['tenant_a', 'tenant_b'].map(openScope)
  const all = (txn, scope) => texts(rest(handle('slmdb_cursor_open', txn, db, scope, null)))
  within(env, MODE.WRITE, (txn) => {
    for (const key of ['k', 'l', 'm']) put(txn, db, a, bytes(key), bytes(`${key} of a`))
    for (const key of ['k', 'l']) put(txn, db, b, bytes(key), bytes(`${key} of b`))
  })
  const ofB = [['k', 'k of b'], ['l', 'l of b']]
  const names = () => within(env, MODE.READ, (txn) => rest(handle('slmdb_registry_list', txn)))
  within(env, MODE.READ, (txn) => {
    assert.equal(get(txn, db, b, bytes('m')), null)
    assert.deepEqual(all(txn, a), [['k', 'k of a'], ['l', 'l of a'], ['m', 'm of a']])
    assert.deepEqual(all(txn, b), ofB)
    assert.deepEqual(all(txn, null), [])
  })
  const listed = names()
  assert.deepEqual(listed.map(([name]) => name.toString()), ['tenant_a', 'tenant_b'])
  assert.equal(new Set(listed.map(([, id]) => id.readUInt32LE())).size, 2)

  const count = [0]
  within(env, MODE.WRITE, (txn) => is(OK, 'slmdb_db_clear', txn, db, a, count))
  assert.equal(count[0], 3)
  within(env, MODE.READ, (txn) => assert.deepEqual([all(txn, a), all(txn, b)], [[], ofB]))
  within(env, MODE.WRITE, (txn) => is(OK, 'slmdb_registry_prune', txn, count))
  assert.equal(count[0], 1)
  assert.deepEqual(names().map(([name]) => name.toString()), ['tenant_b'])
  for (const scope of [a, b]) is(OK, 'slmdb_scope_close', scope)
  is(OK, 'slmdb_env_close', env)
}))

test('errors name the thing and its limit', () => inFolder((folder) => {
  const missing = bytes(`${folder}/missing`)
  assert.match(is(STATUS.PATH_NOT_FOUND, 'slmdb_env_open', missing, missing.length, null, [null]), /missing/)
  assert.match(is(STATUS.EMPTY_SCOPE, 'slmdb_scope_open', null, 0, [null]), /scope/)
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  const typed = openDb(env, 'typed', KIND.TYPED)
  const open = (name, kind) => ['slmdb_db_open', env, bytes(name), name.length, dbOptions({ kind }), [null]]
  assert.match(is(STATUS.KIND_MISMATCH, ...open('d', KIND.TYPED)), /"?d"?.*bytes/)
  assert.match(is(STATUS.INVALID_NAME, ...open('__d', KIND.TYPED)), /__/)
  const small = dbOptions({ kind: KIND.BYTES, struct_size: 3 })
  is(STATUS.INVALID_ARGUMENT, 'slmdb_db_open', env, bytes('d'), 1, small, [null])
  within(env, MODE.WRITE, (txn) => {
    const long = Buffer.alloc(508)
    assert.match(is(STATUS.KEY_TOO_LONG, 'slmdb_db_put', txn, db, null, long, long.length, null, 0), /508.*507/)
    is(STATUS.EMPTY_KEY, 'slmdb_db_put', txn, db, null, null, 0, null, 0)
    is(STATUS.INVALID_VALUE, 'slmdb_db_put', txn, typed, null, bytes('\x01'), 1, bytes('\x01\x02'), 2)
    is(STATUS.NESTED, 'slmdb_txn_begin', env, MODE.WRITE, [null])
    assert.equal(abi.slmdb_db_put(txn, db, null, null, 0, null, 0, null), STATUS.EMPTY_KEY) // without a struct
  })
  within(env, MODE.READ, (txn) => is(STATUS.READ_ONLY, 'slmdb_db_put', txn, db, null, bytes('k'), 1, null, 0))
  is(OK, 'slmdb_env_grow', env, 1 << 25)
  is(OK, 'slmdb_env_close', env)
}))

test('handles that are closed, of another type, or never were', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  const txn = begin(env, MODE.READ)
  const cursor = handle('slmdb_cursor_open', txn, db, null, null)
  is(STATUS.BUSY, 'slmdb_env_close', env)
  is(STATUS.INVALID_HANDLE, 'slmdb_db_close', env)
  for (const never of [null, 1n, 0x7fff12345678n, 2n ** 64n - 1n]) is(STATUS.INVALID_HANDLE, 'slmdb_txn_abort', never)
  is(OK, 'slmdb_txn_abort', txn)
  is(STATUS.TXN_ENDED, 'slmdb_txn_abort', txn)
  const status = abi.slmdb_cursor_close(cursor, null)
  assert.ok([STATUS.CLOSED, STATUS.TXN_ENDED].includes(status), abi.slmdb_status_name(status))
  is(OK, 'slmdb_env_close', env)
  for (const [name, closed] of [['slmdb_env_close', env], ['slmdb_db_close', db]]) is(STATUS.CLOSED, name, closed)
}))

// koffi's asynchronous calls come from threads of its own.
function elsewhere (status, name, ...given) {
  return new Promise((resolve, reject) => {
    const error = {}
    abi[name].async(...given, error, (failed, got) => {
      if (failed) return reject(failed)
      try {
        assert.equal(got, status, `${name}: ${abi.slmdb_status_name(got)} ${error.message}`)
        resolve(told(status, error))
      } catch (wrong) {
        reject(wrong)
      }
    })
  })
}

test('calls from other threads', () => inFolder(async (folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  const writer = begin(env, MODE.WRITE)
  put(writer, db, null, bytes('k'), bytes('v'))
  assert.match(await elsewhere(STATUS.WRONG_THREAD, 'slmdb_txn_commit', writer), /thread/)
  is(OK, 'slmdb_txn_commit', writer) // it is still open, and ends where it began
  const reader = begin(env, MODE.READ)
  const buffer = Buffer.alloc(8)
  const length = [0]
  await elsewhere(OK, 'slmdb_db_get_copy', reader, db, null, bytes('k'), 1, buffer, buffer.length, length)
  assert.equal(buffer.toString('utf8', 0, length[0]), 'v')
  await elsewhere(OK, 'slmdb_txn_abort', reader)
  is(OK, 'slmdb_env_close', env)
}))

test('pages, figures and single finds', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd', KIND.TYPED)
  const scope = openScope('tenant')
  const page = Buffer.from(encode([1, 'one', 2, 'two', 3, 'three']))
  const count = [0]
  within(env, MODE.WRITE, (txn) => {
    is(OK, 'slmdb_db_put_many', txn, db, scope, page, page.length, count)
    assert.equal(count[0], 3)
    is(STATUS.INVALID_VALUE, 'slmdb_db_put_many', txn, db, scope, page, page.length - 1, count)
  })
  within(env, MODE.READ, (txn) => {
    const keys = Buffer.from(encode([3, 4, 1]))
    const buffer = Buffer.alloc(64)
    const length = [0]
    is(OK, 'slmdb_db_get_many', txn, db, scope, keys, keys.length, buffer, buffer.length, length)
    assert.deepEqual(decode(buffer.subarray(0, length[0])), [true, 'three', false, null, true, 'one'])
    const stats = dbStats()
    is(OK, 'slmdb_db_stat', txn, db, scope, stats)
    assert.deepEqual([stats.entries, stats.key_bytes, stats.value_bytes], [3, 6, 14])
    const [key, keyLength, value, valueLength] = [[null], [0], [null], [0]]
    const after = 4 // SLMDB_AFTER
    is(OK, 'slmdb_db_find', txn, db, scope, after, Buffer.from([1]), 1, key, keyLength, value, valueLength)
    assert.equal(decode(copied(value[0], valueLength[0])), 'two')
  })
  const info = envInfo()
  is(OK, 'slmdb_env_stat', env, info)
  assert.equal(info.map_size, 1 << 24)
  for (const [name, closed] of [['slmdb_scope_close', scope], ['slmdb_env_close', env]]) is(OK, name, closed)
}))

test('long work hands out an answer', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  within(env, MODE.WRITE, (txn) => put(txn, db, null, bytes('k'), bytes('v')))
  const report = decode(answerOf((work) => is(OK, 'slmdb_env_verify', env, work)))
  assert.deepEqual([report.sound, report.entries, report.faults], [true, 1, []])
  const stats = decode(answerOf((work) => is(OK, 'slmdb_env_measure', env, null, false, work)))
  assert.deepEqual(stats.databases.map(({ name, entries }) => [name, entries]), [['d', 1]])
  is(OK, 'slmdb_env_close', env)
}))

test('exports go through functions of the host', () => inFolder((folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  within(env, MODE.WRITE, (txn) => put(txn, db, null, bytes('k'), bytes('v')))
  const stream = taken((write) => is(OK, 'slmdb_env_export_to', env, write, null, null, 0, null))
  assert.equal(stream.subarray(0, 12).toString(), 'slmdb-export')
  const totals = decode(answerOf((work) => giving(stream, (read) => is(OK, 'slmdb_export_verify_from', read, null, work))))
  assert.equal(totals.entries, 1)
  const cut = stream.subarray(0, -1)
  assert.match(giving(cut, (read) => is(STATUS.CORRUPT, 'slmdb_env_import_from', env, read, null, null, 0, null)), /offset/)
  within(env, MODE.WRITE, (txn) => is(OK, 'slmdb_db_clear', txn, db, null, null))
  giving(stream, (read) => is(OK, 'slmdb_env_import_from', env, read, null, null, 0, null))
  within(env, MODE.READ, (txn) => assert.deepEqual(get(txn, db, null, bytes('k')), bytes('v')))
  is(OK, 'slmdb_env_close', env)
}))

test('batches tell their results on a thread of the library', () => inFolder(async (folder) => {
  const env = openEnv(folder)
  const db = openDb(env, 'd')
  const submitted = (fill) => new Promise((resolve) => {
    const batch = handle('slmdb_batch_open', env)
    fill(batch)
    const done = callback((result) => resolve(result))
    is(OK, 'slmdb_batch_submit', batch, done, null)
  })
  const add = (name) => (batch) => is(OK, name, batch, db, null, bytes('k'), 1, bytes('v'), 1)
  const alive = setInterval(() => {}, 1000) // koffi does not keep Node running for a callback
  const results = await Promise.all([
    submitted(add('slmdb_batch_put')), submitted(add('slmdb_batch_put_if_absent')), submitted(() => {})
  ])
  clearInterval(alive)
  assert.deepEqual(results.map(({ code }) => code), [OK, STATUS.KEY_EXISTS, OK])
  within(env, MODE.READ, (txn) => assert.deepEqual(get(txn, db, null, bytes('k')), bytes('v')))
  is(OK, 'slmdb_env_close', env)
}))
