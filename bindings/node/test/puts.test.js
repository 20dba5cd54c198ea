// Do puts that wait in a transaction behave as if each had been done at once?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Database, Env, ScopeView, Txn } from '../index.js'
import { all, check, throwsCode } from './support/place.js'

const bytes = (text) => Buffer.from(text)

/** What each method does with a transaction in which 'a', 'b' and 'c' have just been put; what it must come to. */
const METHODS = {
  Database: {
    get: (db, txn) => assert.equal(db.get(txn, 't', 'c'), 3),
    getMany: (db, txn) => assert.deepEqual(db.getMany(txn, 't', ['c', 'b']), [3, 2]),
    has: (db, txn) => assert.equal(db.has(txn, 't', 'c'), true),
    first: (db, txn) => assert.deepEqual(db.first(txn, 't'), ['a', 1]),
    last: (db, txn) => assert.deepEqual(db.last(txn, 't'), ['c', 3]),
    atOrAfter: (db, txn) => assert.deepEqual(db.atOrAfter(txn, 't', 'bb'), ['c', 3]),
    after: (db, txn) => assert.deepEqual(db.after(txn, 't', 'b'), ['c', 3]),
    atOrBefore: (db, txn) => assert.deepEqual(db.atOrBefore(txn, 't', 'z'), ['c', 3]),
    before: (db, txn) => assert.deepEqual(db.before(txn, 't', 'z'), ['c', 3]),
    isEmpty: (db, txn) => assert.equal(db.isEmpty(txn, 't'), false),
    count: (db, txn) => assert.equal(db.count(txn, 't'), 3),
    stats: (db, txn) => assert.equal(db.stats(txn, 't').entries, 3),
    put: (db, txn) => db.put(txn, 't', 'c', 3),
    putIfAbsent: (db, txn) => assert.equal(db.putIfAbsent(txn, 't', 'c', 4), false),
    replace: (db, txn) => assert.equal(db.replace(txn, 't', 'c', 3), 3),
    pop (db, txn) {
      assert.equal(db.pop(txn, 't', 'c'), 3)
      db.put(txn, 't', 'c', 3)
    },
    compareAndSwap: (db, txn) => assert.equal(db.compareAndSwap(txn, 't', 'c', 3, 3), true),
    putMany: (db, txn) => db.putMany(txn, 't', [['c', 3]]),
    delete (db, txn) {
      assert.equal(db.delete(txn, 't', 'c'), true)
      db.put(txn, 't', 'c', 3)
    },
    deleteRange (db, txn) {
      assert.equal(db.deleteRange(txn, 't', { gte: 'b' }), 2)
      db.put(txn, 't', 'b', 2)
      db.put(txn, 't', 'c', 3)
    },
    clear (db, txn) {
      assert.equal(db.clear(txn, 't'), 3)
      for (const [i, key] of ['a', 'b', 'c'].entries()) db.put(txn, 't', key, i + 1)
    },
    range: (db, txn) => assert.deepEqual(all(db.range(txn, 't')), [['a', 1], ['b', 2], ['c', 3]]),
    keys: (db, txn) => assert.deepEqual(all(db.keys(txn, 't')), ['a', 'b', 'c']),
    values: (db, txn) => assert.deepEqual(all(db.values(txn, 't')), [1, 2, 3]),
    scope: (db) => assert.equal(db.scope('t').get('c'), undefined) // others see it when it is committed
  },
  Txn: {
    child (db, txn) {
      txn.child((child) => assert.equal(db.get(child, 't', 'c'), 3))
    },
    beginChild (db, txn) {
      const child = txn.beginChild()
      db.put(child, 't', 'd', 4)
      db.put(child, 't', 'e', 5)
      child.abort()
    }
  },
  Env: {
    scopes: (db, txn) => assert.deepEqual(db.env.scopes(txn).map(({ name }) => name), ['t']),
    databases: (db, txn) => assert.deepEqual(db.env.databases(txn).map(({ entries }) => entries), [3]),
    scopeId: (db, txn) => assert.ok(db.env.scopeId('t', txn) > 0),
    registerScope: (db, txn) => assert.ok(db.env.registerScope('t', txn) > 0),
    renameScope (db, txn) {
      db.env.renameScope('t', 'u', txn)
      assert.equal(db.count(txn, 'u'), 3)
      db.env.renameScope('u', 't', txn)
    },
    dropScope (db, txn) {
      assert.equal(db.env.dropScope('t', txn), 3)
      for (const [i, key] of ['a', 'b', 'c'].entries()) db.put(txn, 't', key, i + 1)
    },
    pruneScopes: (db, txn) => assert.equal(db.env.pruneScopes(txn), 0)
  }
}
/** What takes no transaction, or ends one. */
const OTHERS = {
  Database: [],
  Txn: ['abortWhenCollected', 'commit', 'abort'],
  Env: ['database', 'bytesKeyDatabase', 'bytesDatabase', 'read', 'write', 'writeAsync', 'submitGathered',
    'checkOutside', 'batch', 'flush', 'beginRead', 'beginWrite', 'dropScopeAsync', 'copyScope', 'moveScope', 'measure',
    'verify', 'readers', 'clearReaders', 'backup', 'export', 'import', 'dropOrphan', 'info', 'grow', 'close']
}

function methodsOf ({ prototype }) {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function').map(([name]) => name)
}

check('every method that takes a transaction does what waits first', (place) => {
  const env = place.open()
  const db = env.database('db')
  for (const type of [Database, Txn, Env]) {
    const tried = METHODS[type.name]
    assert.deepEqual(methodsOf(type).sort(), [...Object.keys(tried), ...OTHERS[type.name]].sort())
    for (const [name, use] of Object.entries(tried)) {
      env.write((txn) => {
        db.clear(txn, 't')
        for (const [i, key] of ['a', 'b', 'c'].entries()) db.put(txn, 't', key, i + 1)
        use(db, txn)
      })
      assert.deepEqual(all(db.scope('t').range()), [['a', 1], ['b', 2], ['c', 3]], name)
      db.scope('t').clearSync()
    }
  }
  assert.ok(methodsOf(ScopeView).length > 0) // which begins transactions of its own
})

check('walks that are open: their pages and seek() see what was put', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (let i = 0; i < 2000; i += 2) db.put(txn, 't', i, i)
    const walk = db.range(txn, 't')
    const read = []
    for (const [key, value] of walk) {
      assert.equal(key, value)
      read.push(key)
      if (key < 2000 && key % 2 === 0) db.put(txn, 't', key + 1001, key + 1001) // ahead of it
    }
    assert.ok(read.length > 1000, String(read.length))
    assert.deepEqual(read, read.toSorted((a, b) => a - b))
    const sought = db.keys(txn, 't')
    for (const key of [5000, 5001, 5002]) db.put(txn, 't', key, key)
    sought.seek(5001)
    for (const key of [5003, 5004, 5005]) db.put(txn, 't', key, key)
    assert.deepEqual(all(sought), [5001, 5002, 5003, 5004, 5005])
  })
  assert.equal(db.scope('t').count(), 2000 + 6)
})

check('what is refused is refused by the put itself, and the others are kept', (place) => {
  const env = place.open()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-'))
  const foreign = place.open({}, folder).database('db')
  const db = env.database('db')
  const raw = env.bytesDatabase('raw')
  const ended = env.beginWrite()
  for (const key of ['x', 'y', 'z']) db.put(ended, 't', key, 1)
  ended.abort()
  env.write((txn) => {
    let n = 0
    const more = () => { for (let i = 0; i < 3; i++) db.put(txn, 't', `k${n}`, n++) }
    const refusals = [
      ['INVALID_KEY', 't', NaN, 1], ['INVALID_KEY', 't', undefined, 1], ['INVALID_KEY', 't', 'a\ud800', 1],
      ['KEY_TOO_LONG', 't', 'x'.repeat(600), 1], ['KEY_TOO_LONG', 't', 'x'.repeat(100000), 1],
      ['INVALID_VALUE', 't', 'k', undefined], ['INVALID_VALUE', 't', 'k', new Set()],
      ['EMPTY_SCOPE', '', 'k', 1], ['INVALID_SCOPE', 'x'.repeat(5000), 'k', 1], ['INVALID_ARGUMENT', 5, 'k', 1]
    ]
    for (const [code, scope, key, value] of refusals) {
      more()
      throwsCode(`SLMDB_${code}`, () => db.put(txn, scope, key, value))
    }
    more()
    throwsCode('SLMDB_TXN_ENDED', () => db.put(ended, 't', 'k', 1))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => foreign.put(txn, 't', 'k', 1))
    more()
    for (const key of ['a', 'b', 'c']) raw.put(txn, 't', bytes(key), bytes(key))
    throwsCode('SLMDB_EMPTY_KEY', () => raw.put(txn, 't', bytes(''), bytes('v')))
    throwsCode('SLMDB_KEY_TOO_LONG', () => raw.put(txn, 't', Buffer.alloc(508, 1), bytes('v')))
    throwsCode('SLMDB_INVALID_VALUE', () => raw.put(txn, 't', bytes('k'), 'text'))
    assert.equal(db.count(txn, 't'), n)
  })
  env.read((txn) => {
    for (let i = 0; i < 2; i++) throwsCode('SLMDB_READ_ONLY', () => db.put(txn, 't', 'k', 1))
  })
  assert.deepEqual([db.scope('t').count(), raw.scope('t').count()], [36, 3])
  foreign.env.close()
  fs.rmSync(folder, { recursive: true })
})

check('of several puts under one key the last stays; sizes and types of all kinds, over many pages', (place) => {
  const env = place.open()
  const typed = env.database('typed')
  const raw = env.bytesDatabase('raw')
  const half = env.bytesKeyDatabase('half')
  let deep = 1
  for (let i = 0; i < 511; i++) deep = [deep]
  const values = [null, 5, -(2n ** 63n), 'x'.repeat(300), new Date(5), { a: [1.5] }, new Map([[1, 2]]), bytes('raw'),
    'y'.repeat(70000), deep]
  const size = (i) => [0, 1, 100, 255, 256, 5000, 16384, 16385, 70000][i % 9]
  env.write((txn) => {
    for (let i = 0; i < 40000; i++) typed.put(txn, 't', i % 15000, i)
    values.forEach((value, i) => typed.put(txn, 'values', i, value))
    for (let i = 0; i < 90; i++) {
      const key = Buffer.alloc(1 + i * 5, i + 1)
      raw.put(txn, 't', key, Buffer.alloc(size(i), i))
      raw.put(txn, 't', key, Buffer.alloc(size(i), i + 1))
      half.put(txn, null, key, { i })
    }
  })
  env.read((txn) => {
    const last = Array.from({ length: 15000 }, (_, i) => i < 10000 ? i + 30000 : i + 15000)
    assert.deepEqual(all(typed.values(txn, 't')), last)
    values.forEach((value, i) => assert.deepStrictEqual(typed.get(txn, 'values', i), value))
    for (let i = 0; i < 90; i++) {
      const key = Buffer.alloc(1 + i * 5, i + 1)
      assert.deepStrictEqual(raw.get(txn, 't', key), Buffer.alloc(size(i), i + 1))
      assert.deepEqual(half.get(txn, null, key), { i })
    }
  })
})

check('a function that throws, and abort(), drop them all', (place) => {
  const env = place.open()
  const db = env.database('db')
  assert.throws(() => env.write((txn) => {
    for (let i = 0; i < 100; i++) db.put(txn, 't', i, i)
    throw new Error('mine')
  }), /^Error: mine$/)
  const txn = env.beginWrite()
  for (let i = 0; i < 100; i++) db.put(txn, 't', i, i)
  txn.abort()
  env.write((txn) => db.put(txn, 't', 'other', 1))
  assert.deepEqual(all(db.scope('t').keys()), ['other'])
})

const LARGE = 'x'.repeat(10000)

/** Puts that have no room, all of which wait. */
function overfill (db, txn) {
  for (let i = 0; i < 150; i++) db.put(txn, 't', i, LARGE)
}

check('a map that is full: the next call and the commit say so, and nothing is stored', (place) => {
  const env = place.open({ mapSize: 1 << 20 })
  const db = env.database('db')
  db.scope('t').putSync('before', 1)
  throwsCode('SLMDB_MAP_FULL', () => env.write((txn) => overfill(db, txn)))
  const uses = [...Object.values(METHODS.Database).slice(0, -1), ...Object.values(METHODS.Txn),
    ...Object.values(METHODS.Env)]
  for (const use of uses) {
    const txn = env.beginWrite()
    overfill(db, txn)
    if (use === METHODS.Database.put) use(db, txn) // waits with them
    else throwsCode('SLMDB_MAP_FULL', () => use(db, txn))
    throwsCode('SLMDB_MAP_FULL', () => db.get(txn, 't', 'before'))
    throwsCode('SLMDB_MAP_FULL', () => db.put(txn, 't', 1, 1))
    assert.equal(txn.ended, false)
    throwsCode('SLMDB_MAP_FULL', () => txn.commit())
    assert.equal(txn.ended, true)
    throwsCode('SLMDB_TXN_ENDED', () => txn.commit())
  }
  const aborted = env.beginWrite()
  overfill(db, aborted)
  throwsCode('SLMDB_MAP_FULL', () => db.count(aborted, 't'))
  aborted.abort()
  assert.throws(() => env.write((txn) => {
    overfill(db, txn)
    assert.throws(() => db.get(txn, 't', 1), /an earlier put of the transaction failed: .*full/i)
  }), { code: 'SLMDB_MAP_FULL' })
  assert.deepEqual(all(db.scope('t').range()), [['before', 1]])
  db.scope('t').putSync('after', 2)
})

check('a child: sees its parent\'s, keeps its own apart, and fails alone', (place) => {
  const env = place.open({ mapSize: 1 << 20 })
  const db = env.database('db')
  env.write((txn) => {
    for (const key of ['a', 'b', 'c']) db.put(txn, 't', key, 1)
    throwsCode('SLMDB_MAP_FULL', () => txn.child((child) => overfill(db, child)))
    for (const key of ['d', 'e']) db.put(txn, 't', key, 1)
    const child = txn.beginChild()
    assert.equal(db.count(child, 't'), 5)
    for (const key of ['f', 'g']) db.put(child, 't', key, 1)
    for (let i = 0; i < 2; i++) throwsCode('SLMDB_IN_USE', () => db.put(txn, 't', 'h', 1))
    throwsCode('SLMDB_IN_USE', () => txn.commit())
    for (const key of ['i', 'j']) db.put(child, 't', key, 1)
    child.commit()
    throwsCode('SLMDB_TXN_ENDED', () => db.put(child, 't', 'k', 1))
    for (const key of ['l', 'm']) db.put(txn, 't', key, 1)
  })
  assert.equal(all(db.scope('t').keys()).join(''), 'abcdefgijlm')
  const parent = env.beginWrite()
  const child = parent.beginChild()
  for (const key of ['x', 'y', 'z']) db.put(child, 't', key, 1)
  parent.abort()
  for (let i = 0; i < 2; i++) throwsCode('SLMDB_TXN_ENDED', () => db.put(child, 't', 'z', 1))
  throwsCode('SLMDB_TXN_ENDED', () => db.get(child, 't', 'z'))
  assert.equal(db.scope('t').count(), 11)
})

check('two write transactions in turn: a failure is that of the one whose puts they were', (place) => {
  const folders = [1, 2].map(() => fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-')))
  const envs = folders.map((folder) => place.open({ mapSize: 1 << 20 }, folder))
  const [one, other] = envs.map((env) => env.database('db'))
  const [first, second] = envs.map((env) => env.beginWrite())
  overfill(one, first)
  for (let i = 0; i < 10; i++) {
    other.put(second, 't', i, i)
    other.put(second, 't', -1 - i, i)
    other.put(second, null, i, i)
  }
  throwsCode('SLMDB_MAP_FULL', () => one.put(first, 't', 1, 1))
  second.commit()
  throwsCode('SLMDB_MAP_FULL', () => first.commit())
  assert.deepEqual([one.scope('t').count(), other.scope('t').count(), other.scope().count()], [0, 20, 10])
  for (const env of envs) env.close()
  for (const folder of folders) fs.rmSync(folder, { recursive: true })
})

check('scopes whose handles are given up, and an Env that cannot be closed, meanwhile', (place) => {
  const env = place.open()
  const db = env.database('db')
  const txn = env.beginWrite()
  for (let i = 0; i < 5; i++) db.put(txn, 't', i, i)
  for (let i = 0; i < 5000; i++) db.scope(`scope ${i}`)
  for (let i = 5; i < 10; i++) db.put(txn, 't', i, i)
  throwsCode('SLMDB_BUSY', () => env.close())
  throwsCode('SLMDB_BUSY', () => env.grow(1 << 27))
  txn.commit()
  assert.deepEqual(all(db.scope('t').keys()), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

check('a value whose getters put, read, and end the transaction', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (let i = 0; i < 3; i++) db.put(txn, 't', 'k', i)
    db.put(txn, 't', 'k', {
      get before () { return db.get(txn, 't', 'k') },
      get put () {
        for (let i = 0; i < 5; i++) db.put(txn, 't', 'k', 'inner')
        return 1
      },
      get after () { return db.get(txn, 't', 'k') }
    })
    assert.deepEqual(db.get(txn, 't', 'k'), { before: 2, put: 1, after: 'inner' })
  })
  const txn = env.beginWrite()
  for (let i = 0; i < 3; i++) db.put(txn, 't', 'k', i)
  throwsCode('SLMDB_TXN_ENDED', () => db.put(txn, 't', 'k', { get ends () { return txn.commit() ?? 1 } }))
  assert.equal(db.scope('t').get('k'), 2)
  env.write((parent) => {
    for (let i = 0; i < 3; i++) db.put(parent, 't', 'k', i)
    let child
    const value = { get child () { child = parent.beginChild(); return 1 } }
    throwsCode('SLMDB_IN_USE', () => db.put(parent, 't', 'k', value))
    child.abort()
  })
})
