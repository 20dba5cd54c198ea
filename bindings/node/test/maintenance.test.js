// Is long work on an Env done as a whole or not at all, beside everything else, followed and ended as its caller says?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Scope, SlmdbError } from '../index.js'
import { check, openHandles, throwsCode } from './support/place.js'
import { program, runCode } from './support/run.js'

const rejectsCode = (code, promise) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof SlmdbError, String(error?.stack))
  assert.equal(error.code, code, error.message)
  assert.ok(error.message.length > 10, `the message says nothing: ${error.message}`)
  return true
})

const SCOPES = ['one', 'two', null]

/** Three databases of all kinds, and one in layout heed. */
function kinds (env) {
  return {
    typed: env.database('typed'),
    counts: env.bytesKeyDatabase('counts', { layout: 'heed', valueType: 'u64' }),
    mixed: env.bytesKeyDatabase('mixed'),
    raw: env.bytesDatabase('raw')
  }
}

/** Entries that take a while. */
const MANY = 40000

function fill (env, entries = 50) {
  const { typed, counts, mixed, raw } = kinds(env)
  env.write((txn) => {
    for (const scope of SCOPES) {
      for (let i = 0; i < entries; i++) typed.put(txn, scope, [i, 'é'], { i, scope, at: new Date(i) })
      counts.put(txn, scope, Buffer.from('n'), 7)
      mixed.put(txn, scope, Buffer.from([0, 255]), [1.5, null, 2n ** 63n])
      raw.put(txn, scope, Buffer.from([0]), Buffer.from([255, 0]))
    }
  })
}

/** All that scopes hold, by scope and database. */
function dump (env, scopes = SCOPES) {
  return env.read((txn) => scopes.map((scope) => Object.values(kinds(env)).map((db) => [...db.range(txn, scope)])))
}

check('a backup opens and holds the data of one commit while writes go on', async (place) => {
  const env = place.open()
  fill(env, 5000)
  const pairs = env.database('pairs')
  let isDone = false
  const backups = [env.backup(path.join(place.folder, 'plain')), env.backup(
    pathToFileURL(path.join(place.folder, 'compact')), { compact: true })]
  const all = Promise.all(backups).finally(() => { isDone = true })
  let i = 0
  for (; !isDone || i < 3; i++) {
    await env.batch([0, 1].map((key) => ({ type: 'put', database: pairs, scope: 'p', key, value: i })))
  }
  const sizes = await all
  assert.ok(sizes.every(({ size }) => size > 100_000))
  const expected = dump(env)
  for (const name of ['plain', 'compact']) {
    const copy = place.open({}, path.join(place.folder, name))
    assert.deepEqual(dump(copy), expected)
    const [a, b] = copy.read((txn) => copy.database('pairs').getMany(txn, 'p', [0, 1]))
    assert.equal(a, b)
    assert.equal((await copy.verify()).sound, true)
  }
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.backup(path.join(place.folder, 'plain')))
  await rejectsCode('SLMDB_PATH_NOT_FOUND', env.backup(path.join(place.folder, 'no', 'such')))
})

for (const format of ['blocks', 'lines']) {
  check(`${format}: an export is imported as it was, all kinds and scopes`, async (place) => {
    const env = place.open()
    fill(env)
    const file = path.join(place.folder, 'all')
    const totals = await env.export(file, { format })
    assert.deepEqual([totals.databases, totals.entries, totals.skipped], [4, 159, 0])
    const other = place.open({ createFolder: true }, path.join(place.folder, 'other'))
    assert.deepEqual(await other.import(pathToFileURL(file)), totals)
    assert.deepEqual(dump(other), dump(env))
    assert.deepEqual(other.databases(), env.databases())
    await rejectsCode('SLMDB_KEY_EXISTS', other.import(file))

    const part = path.join(place.folder, 'part')
    assert.equal((await env.export(part, { format, scope: 'one', database: 'typed' })).entries, 50)
    assert.equal((await other.import(part, { as: new Scope('new') })).entries, 50)
    const { typed } = kinds(other)
    assert.deepEqual([...typed.scope('new').range()], [...kinds(env).typed.scope('one').range()])
    typed.scope('new').clearSync()
    typed.scope('new').putSync([0, 'é'], 'mine')
    await rejectsCode('SLMDB_KEY_EXISTS', other.import(part, { as: 'new' }))
    assert.equal(typed.scope('new').count(), 1)
    assert.equal((await other.import(part, { as: 'new', existing: 'skip' })).skipped, 1)
    assert.deepEqual([typed.scope('new').get([0, 'é']), typed.scope('new').count()], ['mine', 50])
    await other.import(part, { as: 'new', existing: 'overwrite' })
    assert.equal(typed.scope('new').get([0, 'é']).i, 0)
    await rejectsCode('SLMDB_INVALID_ARGUMENT', other.import(file, { as: 'new' }))

    const standard = path.join(place.folder, 'default')
    assert.equal((await env.export(standard, { format, scope: null })).entries, 53)
  })

  check(`${format}: of a damaged file nothing is imported`, async (place) => {
    const env = place.open()
    fill(env)
    const file = path.join(place.folder, 'all')
    await env.export(file, { format })
    const bytes = fs.readFileSync(file)
    const other = place.open({ createFolder: true }, path.join(place.folder, 'other'))
    for (const at of [bytes.length >> 1, bytes.length - 20]) {
      fs.writeFileSync(file, Buffer.from(bytes).fill(bytes[at] ^ 1, at, at + 1))
      await rejectsCode('SLMDB_CORRUPT', other.import(file))
    }
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 30))
    await rejectsCode('SLMDB_CORRUPT', other.import(file))
    assert.deepEqual([other.databases(), other.scopes()], [[], []])
    await rejectsCode('SLMDB_PATH_NOT_FOUND', other.import(file + '.not'))
  })
}

check('scopes are copied and moved between Envs, and copied within one', async (place) => {
  const from = place.open()
  const to = place.open({ createFolder: true }, path.join(place.folder, 'to'))
  fill(from)
  const before = dump(from)
  assert.equal((await from.copyScope('one', { to })).entries, 53)
  await rejectsCode('SLMDB_KEY_EXISTS', from.copyScope('one', { to }))
  await from.copyScope('one', { to, existing: 'overwrite' })
  assert.equal((await from.copyScope('one', { to, existing: 'skip' })).skipped, 53)
  await from.copyScope(null, { to })
  await from.copyScope(null, { to, as: 'was default' })
  assert.deepEqual(dump(to, ['one', null, 'was default']), [before[0], before[2], before[2]])
  assert.equal((await from.moveScope(new Scope('two'), { to, as: 'second' })).entries, 53)
  assert.deepEqual(dump(to, ['second']), [before[1]])
  assert.deepEqual(from.scopes().map(({ name }) => name), ['one'])
  await from.copyScope('one', { as: 'again' })
  assert.deepEqual(dump(from, ['again', 'one', 'two']), [before[0], before[0], [[], [], [], []]])
  await rejectsCode('SLMDB_NOT_FOUND', from.copyScope('never', { to }))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', from.copyScope('one', { to: 'elsewhere' }))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', from.copyScope('one', { to, as: null }))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', from.copyScope('one'))
  await rejectsCode('SLMDB_INVALID_ARGUMENT', from.moveScope(null, { to }))
  await rejectsCode('SLMDB_KEY_EXISTS', from.moveScope('one', { to }))
  assert.equal(from.scopeId('one') !== undefined, true)
})

check('a scope that holds much is dropped in steps', async (place) => {
  const env = place.open()
  fill(env, 500)
  const others = dump(env, ['two', null])
  const { lastTxn } = env.info()
  assert.equal(await env.dropScopeAsync('one', { entriesPerTransaction: 100 }), 503)
  assert.ok(env.info().lastTxn - lastTxn >= 5)
  assert.deepEqual(dump(env, ['two', null]), others)
  assert.equal(await env.dropScopeAsync('one'), undefined)
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.dropScopeAsync(null))
})

check('a measure says what counts say; a sound Env is sound; readers are found', async (place) => {
  const env = place.open()
  fill(env)
  const { databases, ...whole } = await env.measure()
  assert.deepEqual([whole.estimated, whole.pageSize], [false, env.info().pageSize])
  assert.ok(whole.usedPages > 0 && whole.mapSize > 0)
  const listed = databases.map(({ pages, damage, scopes, ...info }) => {
    assert.ok(pages > 0 && damage === null)
    for (const { name, id, orphan, estimated, ...stats } of scopes) {
      assert.deepEqual([id, orphan, estimated], [name === null ? null : env.scopeId(name), false, false])
      const db = Object.values(kinds(env)).find((one) => one.name === info.name)
      const counted = env.read((txn) => db.stats(txn, name))
      // layout heed stores a length before bytes in named scopes
      if (name !== null && info.layout === 'heed') counted.keyBytes += 8 * counted.entries
      assert.deepEqual(stats, counted)
    }
    return info
  })
  assert.deepEqual(listed, env.databases())
  const part = await env.measure({ database: 'raw', scope: 'two', estimate: true })
  assert.deepEqual(part.databases.map(({ name, scopes }) => [name, scopes.map((scope) => scope.name)]),
    [['raw', ['two']]])
  const standard = await env.measure({ database: 'typed', scope: null })
  assert.deepEqual(standard.databases[0].scopes.map(({ name, entries }) => [name, entries]), [[null, 50]])
  const report = await env.verify()
  assert.deepEqual([report.sound, report.harmful, report.databases, report.entries], [true, 0, 4, 159])
  assert.deepEqual([report.faults, report.unknown], [[], []])
  const txn = env.beginRead()
  env.registerScope('later')
  const mine = (await env.readers()).filter((reader) => reader.process === process.pid && reader.txn > 0)
  assert.deepEqual(mine.map(({ behind }) => behind), [1])
  txn.abort()
  assert.equal(await env.clearReaders(), 0)
})

check('progress is told in order up to the end, and may end the work', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const told = []
  const file = path.join(place.folder, 'x')
  await env.export(file, { format: 'lines', progress: (done, total) => told.push([done, total]) })
  assert.ok(told.length > 1)
  assert.deepEqual(told.at(-1), [told.at(-1)[1], told.at(-1)[1]])
  for (let i = 1; i < told.length; i++) assert.ok(told[i][0] >= told[i - 1][0])
  const boom = new Error('as asked')
  await assert.rejects(env.verify({ progress: () => { throw boom } }), boom)
  const other = path.join(place.folder, 'y')
  await assert.rejects(env.export(other, { format: 'lines', progress: () => { throw boom } }), boom)
  assert.deepEqual([fs.existsSync(file), fs.existsSync(other)], [true, false])
})

check('a signal ends the work with its reason, leaves nothing half done, and the Env goes on', async (place) => {
  const env = place.open()
  fill(env, MANY)
  const files = fs.readdirSync(place.folder).sort()
  const reason = new Error('enough')
  await assert.rejects(env.verify({ signal: AbortSignal.abort(reason) }), reason)
  const file = path.join(place.folder, 'x')
  const to = place.open({ createFolder: true }, path.join(place.folder, 'to'))
  for (const begin of [
    (options) => env.export(file, { format: 'lines', ...options }),
    (options) => env.backup(file, { compact: true, ...options }),
    (options) => env.verify(options),
    (options) => env.measure(options),
    (options) => env.copyScope('one', { to, ...options }),
    (options) => env.moveScope('one', { to, ...options })
  ]) {
    const controller = new AbortController()
    const promise = begin({ signal: controller.signal })
    controller.abort(reason)
    await assert.rejects(promise, reason, String(begin))
  }
  assert.deepEqual(fs.readdirSync(place.folder).sort(), [...files, 'to'])
  assert.deepEqual([to.scopes(), env.read((txn) => kinds(env).typed.count(txn, 'one'))], [[], MANY])
  env.registerScope('later')
})

check('nothing waits for it: timers go on, and reads and writes', async (place) => {
  const env = place.open()
  fill(env, MANY)
  let ticks = 0
  const timer = setInterval(() => { ticks++ }, 1)
  await env.export(path.join(place.folder, 'x'), { format: 'lines' })
  clearInterval(timer)
  assert.ok(ticks > 5, `${ticks} ticks`)
})

check('an Env with work under way is busy; with await using it waits', async (place) => {
  const env = place.open()
  const to = place.open({ createFolder: true }, path.join(place.folder, 'to'))
  fill(env, 1000)
  const copy = env.copyScope('one', { to })
  throwsCode('SLMDB_BUSY', () => env.close())
  throwsCode('SLMDB_BUSY', () => to.close())
  assert.equal((await copy).entries, 1003)
  to.close()
  await rejectsCode('SLMDB_CLOSED', env.copyScope('one', { to }))
  const last = env.verify()
  if (Symbol.asyncDispose !== undefined) await env[Symbol.asyncDispose]()
  assert.equal((await last).sound, true)
  env.close()
  await rejectsCode('SLMDB_CLOSED', env.verify())
})

check('what would wait for its own transaction is refused, and others wait for theirs', async (place) => {
  const env = place.open()
  fill(env)
  const file = path.join(place.folder, 'x')
  await env.writeAsync(async (txn) => {
    await env.export(file, { scope: 'one' })
    await rejectsCode('SLMDB_NESTED', env.import(file, { as: 'new' }))
    await rejectsCode('SLMDB_NESTED', env.copyScope('one', { as: 'new' }))
    await rejectsCode('SLMDB_NESTED', env.dropScopeAsync('one'))
    kinds(env).typed.put(txn, 'one', 'more', 1)
  })
  const txn = env.beginWrite()
  const waiting = Array.from({ length: 6 }, (_, i) => env.import(file, { as: `new${i}` }))
  await fs.promises.readFile(file) // Node's pool is not taken by those that wait
  txn.commit()
  assert.deepEqual((await Promise.all(waiting)).map(({ entries }) => entries), new Array(6).fill(53))
})

check('what cannot be is refused before anything begins', async (place) => {
  const env = place.open()
  for (const begin of [
    () => env.measure({ scop: 'one' }), () => env.measure({ scope: 5 }), () => env.measure({ estimate: 1 }),
    () => env.measure({ database: '' }), () => env.verify({ progress: 5 }), () => env.verify({ signal: {} }),
    () => env.backup(), () => env.backup(''), () => env.backup('a\0b'), () => env.export(5),
    () => env.export('x', { format: 'xml' }), () => env.import('x', { existing: 'merge' }),
    () => env.dropScopeAsync('one', { entriesPerTransaction: -1 }), () => env.export('x\ud800')
  ]) await rejectsCode('SLMDB_INVALID_ARGUMENT', begin())
  await rejectsCode('SLMDB_EMPTY_SCOPE', env.measure({ scope: '' }))
  await rejectsCode('SLMDB_INVALID_SCOPE', env.measure({ scope: '\ud800' }))
  await rejectsCode('SLMDB_NOT_FOUND', env.measure({ scope: 'never' }))
  await rejectsCode('SLMDB_DATABASE_NOT_FOUND', env.measure({ database: 'never' }))
  const reader = place.open({ readOnly: true }, (() => {
    const folder = path.join(place.folder, 'r')
    place.open({ createFolder: true }, folder).close()
    return folder
  })())
  await rejectsCode('SLMDB_READ_ONLY', env.copyScope(null, { to: reader }))
})

for (const how of ['exit', 'throw', 'terminate', 'return']) {
  check(`a thread with work under way ends by ${how}: nothing is left`, async (place) => {
    const env = place.open()
    fill(env, MANY)
    const before = openHandles()
    const worker = new Worker(program('leaver.js'), { workerData: { folder: place.folder, how, works: true } })
    worker.on('error', (error) => assert.equal(error.message, 'as asked'))
    const exit = new Promise((resolve) => worker.on('exit', resolve))
    await new Promise((resolve) => worker.on('message', resolve))
    if (how === 'terminate') await worker.terminate()
    await exit
    assert.equal(openHandles(), before)
    env.registerScope('later')
    assert.equal(fs.existsSync(path.join(place.folder, 'left')), how === 'return')
  })
}

for (const [how, code, isThere] of [['its end', '', true], ['process.exit', 'process.exit(0)', false]]) {
  check(`a process with work under way ends by ${how}`, async (place) => {
    const env = place.open()
    fill(env, MANY)
    const { status, signal, stderr } = runCode(`
      import { open } from 'scoped-lmdb'
      const env = open(process.env.FOLDER, { mapSize: 1 << 26 })
      env.export(process.env.FOLDER + '/left', { format: 'lines' })
      ${code}
    `, { env: { FOLDER: place.folder } })
    assert.deepEqual([status, signal, stderr], [0, null, ''])
    const files = fs.readdirSync(place.folder).filter((name) => !name.endsWith('.mdb'))
    assert.deepEqual(files, isThere ? ['left'] : [])
  })
}
