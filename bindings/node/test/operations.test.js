// Do the operations that look, count, exchange and find do what a sorted list and a Map would?
import assert from 'node:assert/strict'
import { Float } from '../index.js'
import { all, check, throwsCode } from './support/place.js'

const bytes = (text) => Buffer.from(text)

check('has, getMany, isEmpty, count, stats: of one scope alone', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (let i = 0; i < 3000; i++) db.put(txn, 'tenant', i, `value ${i}`)
    db.put(txn, 'other', 'k', null)
  })
  env.read((txn) => {
    assert.deepEqual([db.has(txn, 'tenant', 5), db.has(txn, 'tenant', 3000), db.has(txn, 'none', 5)],
      [true, false, false])
    const keys = [2999, 'no', 0, 5, 5, -1]
    assert.deepStrictEqual(db.getMany(txn, 'tenant', keys), ['value 2999', undefined, 'value 0', 'value 5', 'value 5',
      undefined])
    assert.deepStrictEqual(db.getMany(txn, 'other', new Set(['k', 'l'])), [null, undefined])
    assert.deepStrictEqual(db.getMany(txn, 'tenant', []), [])
    assert.equal(db.getMany(txn, 'tenant', Array.from({ length: 3000 }, (_, i) => i)).length, 3000)
    assert.deepEqual([db.isEmpty(txn, 'tenant'), db.isEmpty(txn, 'none'), db.isEmpty(txn, null)], [false, true, true])
    assert.deepEqual([db.count(txn, 'tenant'), db.count(txn, 'tenant', { gte: 10, lt: 20 }), db.count(txn, 'none')],
      [3000, 10, 0])
    const { entries, keyBytes, valueBytes } = db.stats(txn, 'tenant')
    assert.equal(entries, 3000)
    assert.ok(keyBytes > 3000 && valueBytes > 8 * 3000, `${keyBytes} ${valueBytes}`)
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.count(txn, 'tenant', { limit: 5 }))
    throwsCode('SLMDB_INVALID_KEY', () => db.getMany(txn, 'tenant', [1, undefined]))
  })
})

check('first, last and the neighbours of a key', (place) => {
  const env = place.open()
  const db = env.database('db')
  const keys = [null, bytes('b'), 'a', 'c', ['x', 1], -5, 3, new Float(7), 7.5, true]
  env.write((txn) => keys.forEach((key, i) => db.put(txn, 'tenant', key, i)))
  env.read((txn) => {
    assert.deepStrictEqual([db.first(txn, 'tenant'), db.last(txn, 'tenant')], [[null, 0], [true, 9]])
    for (const [i, key] of keys.entries()) {
      const entry = (at) => at < 0 || at >= keys.length ? undefined : [keys[at], at]
      assert.deepStrictEqual(db.atOrAfter(txn, 'tenant', key), entry(i))
      assert.deepStrictEqual(db.atOrBefore(txn, 'tenant', key), entry(i))
      assert.deepStrictEqual(db.after(txn, 'tenant', key), entry(i + 1))
      assert.deepStrictEqual(db.before(txn, 'tenant', key), entry(i - 1))
    }
    assert.deepStrictEqual([db.atOrAfter(txn, 'tenant', 'b'), db.atOrBefore(txn, 'tenant', 'b')], [['c', 3], ['a', 2]])
    assert.deepStrictEqual([db.after(txn, 'tenant', 'b'), db.before(txn, 'tenant', 'b')], [['c', 3], ['a', 2]])
    for (const which of ['first', 'last']) assert.equal(db[which](txn, 'none'), undefined)
  })
})

check('exchange: replace, pop, putIfAbsent, compareAndSwap', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    assert.equal(db.replace(txn, 'tenant', 'a', { n: 1 }), undefined)
    assert.deepEqual(db.replace(txn, 'tenant', 'a', null), { n: 1 })
    assert.equal(db.replace(txn, 'tenant', 'a', [2]), null)
    assert.deepEqual([db.putIfAbsent(txn, 'tenant', 'a', 3), db.putIfAbsent(txn, 'tenant', 'b', 3)], [false, true])
    assert.equal(db.compareAndSwap(txn, 'tenant', 'a', [3], 4), false)
    assert.equal(db.compareAndSwap(txn, 'tenant', 'a', [2], 4), true)
    assert.equal(db.compareAndSwap(txn, 'tenant', 'none', null, 4), false)
    assert.equal(db.pop(txn, 'tenant', 'a'), 4)
    assert.equal(db.pop(txn, 'tenant', 'a'), undefined)
    assert.deepEqual(all(db.range(txn, 'tenant')), [['b', 3]])
    throwsCode('SLMDB_INVALID_VALUE', () => db.compareAndSwap(txn, 'tenant', 'b', undefined, 4))
  })
  env.read((txn) => {
    for (const write of [() => db.replace(txn, 'tenant', 'b', 1), () => db.pop(txn, 'tenant', 'b'),
      () => db.putIfAbsent(txn, 'tenant', 'c', 1), () => db.putMany(txn, 'tenant', [['c', 1]]),
      () => db.deleteRange(txn, 'tenant', { gte: 'a' })]) throwsCode('SLMDB_READ_ONLY', write)
  })
})

check('values larger than the memory for answers', (place) => {
  const env = place.open()
  const db = env.bytesDatabase('db')
  const large = (n) => Buffer.alloc(1000000 + n, n)
  env.write((txn) => {
    assert.equal(db.replace(txn, 'tenant', bytes('k'), large(1)), undefined)
    assert.deepStrictEqual(db.replace(txn, 'tenant', bytes('k'), large(2)), large(1))
    assert.deepStrictEqual(db.first(txn, 'tenant'), [bytes('k'), large(2)])
    assert.deepStrictEqual(db.getMany(txn, 'tenant', [bytes('k'), bytes('l')]), [large(2), undefined])
    assert.equal(db.compareAndSwap(txn, 'tenant', bytes('k'), large(2), large(3)), true)
    assert.equal(db.putMany(txn, 'tenant', [[bytes('k1'), large(4)], [bytes('k2'), large(5)]]), 2)
    assert.deepStrictEqual(all(db.values(txn, 'tenant')), [large(3), large(4), large(5)])
    assert.deepStrictEqual(db.pop(txn, 'tenant', bytes('k')), large(3))
  })
})

check('putMany: any iterable, by pages; deleteRange says how many', (place) => {
  const env = place.open()
  const db = env.database('db')
  function * entries () { for (let i = 0; i < 5000; i++) yield [i, 'v'.repeat(i % 700)] }
  env.write((txn) => {
    assert.equal(db.putMany(txn, 'tenant', entries()), 5000)
    assert.equal(db.putMany(txn, 'tenant', new Map([['a', 1], ['b', 2]])), 2)
    assert.equal(db.putMany(txn, 'tenant', []), 0)
    assert.equal(db.count(txn, 'tenant'), 5002)
    assert.equal(db.get(txn, 'tenant', 699).length, 699)
    assert.equal(db.deleteRange(txn, 'tenant', { gte: 100, lt: 4900 }), 4800)
    assert.equal(db.deleteRange(txn, 'tenant', { prefix: 'a' }), 1)
    assert.equal(db.count(txn, 'tenant'), 201)
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.deleteRange(txn, 'tenant'))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.deleteRange(txn, 'tenant', { gte: 1, reverse: true }))
    assert.equal(db.deleteRange(txn, 'tenant', {}), 201)
  })
  assert.throws(() => env.write((txn) => db.putMany(txn, 'tenant', [[1, 1], [NaN, 1]])), { code: 'SLMDB_INVALID_KEY' })
  assert.throws(() => env.write((txn) => db.putMany(txn, 'tenant', [5])), TypeError)
  assert.equal(db.scope('tenant').count(), 0)
})

check('keys, values, prefix: forwards, in reverse and with a limit', (place) => {
  const env = place.open()
  const text = env.database('text')
  const raw = env.bytesDatabase('raw')
  env.write((txn) => {
    for (const key of ['a', 'al', 'alice', 'am', 'b']) text.put(txn, 'tenant', key, key.length)
    for (const key of [['eu', 1], ['eu', 2], ['us', 1], 'eu']) text.put(txn, 'tuples', key, 0)
    for (const key of [[255], [255, 0], [255, 255], [254, 9]]) raw.put(txn, 'tenant', Buffer.from(key), bytes('v'))
  })
  env.read((txn) => {
    assert.deepEqual(all(text.keys(txn, 'tenant', { prefix: 'al' })), ['al', 'alice'])
    assert.deepEqual(all(text.values(txn, 'tenant', { prefix: 'a', reverse: true, limit: 3 })), [2, 5, 2])
    assert.deepEqual(all(text.range(txn, 'tenant', { prefix: '' })).length, 5)
    assert.deepEqual(all(text.keys(txn, 'tuples', { prefix: ['eu'] })), [['eu', 1], ['eu', 2]])
    const beyond = Buffer.from([255])
    const found = all(raw.keys(txn, 'tenant', { prefix: beyond })).map((key) => [...key])
    assert.deepEqual(found, [[255], [255, 0], [255, 255]])
    assert.deepEqual(all(raw.keys(txn, 'tenant', { prefix: beyond, reverse: true })).length, 3)
    throwsCode('SLMDB_INVALID_ARGUMENT', () => text.keys(txn, 'tenant', { prefix: 'a', gte: 'a' }))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => text.keys(txn, 'tenant', { signal: 5 }))
  })
})

check('a walk seeks forwards and back, also after its end, within its range and limit', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => { for (let i = 0; i < 5000; i++) db.put(txn, 'tenant', i, i) })
  env.read((txn) => {
    const walk = db.keys(txn, 'tenant', { gte: 10, lt: 4000 })
    assert.equal(walk.next().value, 10)
    walk.seek(3000)
    assert.equal(walk.next().value, 3000)
    walk.seek(5)
    assert.equal(walk.next().value, 10)
    walk.seek(3990)
    assert.deepEqual([...walk], [3990, 3991, 3992, 3993, 3994, 3995, 3996, 3997, 3998, 3999])
    walk.seek(3999)
    assert.deepEqual([...walk], [3999])
    walk.seek(4500)
    assert.deepEqual([...walk], [])
    const limited = db.keys(txn, 'tenant', { reverse: true, limit: 4 })
    assert.equal(limited.next().value, 4999)
    limited.seek(100)
    assert.deepEqual([...limited], [100, 99, 98])
    limited.seek(50)
    assert.deepEqual([...limited], [])
    limited.return()
  })
  const ofView = db.scope('tenant').range()
  throwsCode('SLMDB_INVALID_ARGUMENT', () => ofView.seek(5))
  ofView.return()
})

check('children of transactions: their writes are kept or dropped', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    db.put(txn, 'tenant', 'a', 1)
    assert.equal(txn.child((child) => { db.put(child, 'tenant', 'b', 2); return 'kept' }), 'kept')
    assert.throws(() => txn.child((child) => {
      db.put(child, 'tenant', 'c', 3)
      child.child((deeper) => db.delete(deeper, 'tenant', 'a'))
      throw new Error('as asked')
    }), /as asked/)
    const child = txn.beginChild()
    throwsCode('SLMDB_IN_USE', () => db.put(txn, 'tenant', 'd', 4))
    throwsCode('SLMDB_IN_USE', () => txn.commit())
    child.abort()
    throwsCode('SLMDB_TXN_ENDED', () => db.get(child, 'tenant', 'a'))
  })
  assert.deepEqual(all(db.scope('tenant').keys()), ['a', 'b'])
  const txn = env.beginWrite()
  const child = txn.beginChild()
  const deeper = child.beginChild()
  txn.abort()
  assert.deepEqual([txn.ended, child.ended, deeper.ended], [true, true, true])
  env.read((reading) => throwsCode('SLMDB_READ_ONLY', () => reading.child(() => 1)))
  throwsCode('SLMDB_TXN_ENDED', () => deeper.commit())
})

check('the registry: id, register, rename, drop, prune, alone and within a transaction', (place) => {
  const env = place.open()
  const users = env.database('users')
  const blobs = env.bytesDatabase('blobs')
  const names = () => env.scopes().map(({ name }) => name)
  env.write((txn) => {
    users.put(txn, 'a', 1, 'one')
    blobs.put(txn, 'a', bytes('k'), bytes('v'))
    users.put(txn, 'b', 1, 'two')
  })
  assert.equal(env.scopeId('a'), env.scopes()[0].id)
  assert.equal(env.scopeId('none'), undefined)
  assert.deepEqual([env.renameScope('a', 'z'), env.renameScope('none', 'y')], [true, false])
  throwsCode('SLMDB_KEY_EXISTS', () => env.renameScope('z', 'b'))
  assert.deepEqual([users.scope('z').get(1), users.scope('a').get(1)], ['one', undefined])
  assert.deepEqual([env.dropScope('z'), env.dropScope('z')], [2, undefined])
  assert.deepEqual(names(), ['b'])
  const id = env.registerScope('empty')
  assert.deepEqual([env.registerScope('empty'), env.scopeId('empty')], [id, id])
  assert.throws(() => env.write((txn) => {
    assert.equal(env.pruneScopes(txn), 1)
    assert.equal(env.dropScope('b', txn), 1)
    assert.deepEqual(env.scopes(txn), [])
    throw new Error('as asked')
  }), /as asked/)
  assert.deepEqual(names(), ['b', 'empty'])
  assert.equal(env.pruneScopes(), 1)
  for (const fn of ['scopeId', 'registerScope', 'dropScope']) throwsCode('SLMDB_INVALID_ARGUMENT', () => env[fn](null))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.renameScope('b', undefined))
  env.read((txn) => throwsCode('SLMDB_READ_ONLY', () => env.dropScope('b', txn)))
})

check('databases and the Env say what they are', (place) => {
  const env = place.open()
  const users = env.database('users')
  env.bytesKeyDatabase('counts', { layout: 'heed', valueType: 'u64' })
  const root = env.bytesDatabase('root', { unnamedDefault: true })
  users.scope('tenant').putSync(1, 1)
  root.scope().putSync(bytes('plain'), bytes('v'))
  const common = { layout: 'ordered', keyType: 'auto', valueType: 'auto', unnamedDefault: false }
  const listed = env.databases().map(({ name, ...rest }) => [name, rest])
  assert.deepEqual(Object.fromEntries(listed), {
    counts: { ...common, kind: 'bytesKey', layout: 'heed', valueType: 'u64', entries: 0 },
    root: { ...common, kind: 'bytes', unnamedDefault: true, entries: 1 },
    users: { ...common, kind: 'typed', entries: 1 }
  })
  assert.deepEqual([users.layout, users.keyType, users.valueType], ['ordered', 'auto', 'auto'])
  assert.deepEqual([users.unnamedDefault, root.unnamedDefault], [false, true])
  const info = env.info()
  assert.equal(info.mapSize, 64 * 1024 * 1024)
  assert.deepEqual([info.pageSize > 0, info.usedSize > 0, info.lastTxn > 0, info.maxKey], [true, true, true, 507])
})

check('a view is like a Map', (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  const map = new Map([['a', 1], ['b', 2], ['c', 3]])
  assert.equal(view.putManySync(map), 3)
  assert.deepEqual(new Map(view), map)
  assert.deepEqual([view.size, [...view.keys()], [...view.values()], [...view.entries()]],
    [3, ['a', 'b', 'c'], [1, 2, 3], [...map]])
  const seen = []
  view.forEach(function (value, key, itself) { seen.push([key, value, itself === view, this.self]) }, { self: 1 })
  assert.deepEqual(seen, [['a', 1, true, 1], ['b', 2, true, 1], ['c', 3, true, 1]])
  assert.deepEqual([view.has('a'), view.has('z'), view.getMany(['a', 'z'])], [true, false, [1, undefined]])
  assert.deepEqual([view.first(), view.last(), view.after('a')], [['a', 1], ['c', 3], ['b', 2]])
  assert.equal(view.before('a'), undefined)
  assert.deepEqual([view.atOrAfter('b'), view.atOrBefore('bb')], [['b', 2], ['b', 2]])
  assert.deepEqual([view.replaceSync('a', 5), view.popSync('a'), view.putIfAbsentSync('b', 9)], [1, 5, false])
  assert.deepEqual([view.compareAndSwapSync('b', 2, 4), view.deleteRangeSync({ gte: 'c' })], [true, 1])
  assert.equal(view.isEmpty(), false)
  assert.deepEqual([view.stats().entries, view.count({ gt: 'b' })], [1, 0])
})

check('values by a codec of the user\'s own', (place) => {
  const env = place.open()
  const json = { encode: (value) => Buffer.from(JSON.stringify(value)), decode: (stored) => JSON.parse(stored) }
  const documents = env.bytesDatabase('documents', { codec: json })
  assert.notEqual(env.bytesDatabase('documents'), documents)
  assert.equal(env.bytesDatabase('documents', { codec: json }), documents)
  const key = bytes('k')
  env.write((txn) => {
    documents.put(txn, 'tenant', key, { a: [1] })
    assert.deepEqual(documents.replace(txn, 'tenant', key, { a: [2] }), { a: [1] })
    assert.equal(documents.putMany(txn, 'tenant', [[bytes('l'), 'x'.repeat(9000)]]), 1)
    assert.deepEqual(documents.get(txn, 'tenant', key), { a: [2] })
    assert.deepEqual(documents.getMany(txn, 'tenant', [key, bytes('m')]), [{ a: [2] }, undefined])
    assert.deepEqual(all(documents.values(txn, 'tenant', { limit: 1 })), [{ a: [2] }])
    assert.deepEqual(documents.first(txn, 'tenant'), [key, { a: [2] }])
  })
  const numbers = { encode: (n) => Buffer.from([0x91, n]), decode: (stored) => stored[1] } // an array of one
  const typed = env.database('typed', { codec: numbers })
  typed.scope('tenant').putManySync([[1, 10], [2, 20]])
  assert.deepEqual([...typed.scope('tenant')], [[1, 10], [2, 20]])
  assert.deepEqual(env.database('typed').scope('tenant').get(2), [20])
  const broken = env.database('typed', { codec: { encode: () => Buffer.from([0xc1]), decode: String } })
  throwsCode('SLMDB_INVALID_VALUE', () => broken.scope('tenant').putSync(1, 1))
  const wrong = env.database('typed', { codec: { encode: () => 'text', decode: String } })
  throwsCode('SLMDB_INVALID_VALUE', () => wrong.scope('tenant').putSync(1, 1))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('typed', { codec: {} }))
})
