// Do the three kinds of databases store, give back, delete and clear what they are told, each scope for itself?
import assert from 'node:assert/strict'
import { Database, Float, Scope, ScopeView } from '../index.js'
import { all, check, throwsCode } from './support/place.js'

const bytes = (text) => Buffer.from(text)

check('typed: values of every type come back equal', (place) => {
  const env = place.open()
  const db = env.database('values')
  const values = [null, true, false, 0, -1, 1.5, -0, NaN, Infinity, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n,
  -(2n ** 63n),
    '', 'é日本😀', 'x'.repeat(100000), Buffer.alloc(0), Buffer.alloc(70000, 3), new Date(1234567890123), [], {},
    [1, [2, [3, { a: [null] }]]], { name: 'Ann', tags: ['a', 'b'], at: new Date(0), big: 2n ** 60n, raw: bytes('raw') },
    new Map([[1, 'one'], ['two', 2]])]
  env.write((txn) => values.forEach((value, i) => db.put(txn, 'tenant', i, value)))
  env.read((txn) => {
    values.forEach((value, i) => assert.deepStrictEqual(db.get(txn, 'tenant', i), value))
    assert.deepStrictEqual(all(db.range(txn, 'tenant')), values.map((value, i) => [i, value]))
    assert.equal(db.get(txn, 'tenant', values.length), undefined)
  })
})

check('typed: keys of every type, in their natural order', (place) => {
  const env = place.open()
  const db = env.database('keys')
  const keys = [null, Buffer.alloc(0), bytes('a'), bytes('a\0b'), bytes('b'),
    '', 'a', 'a\0', 'a\0b', 'aa', 'b', 'é', '日', '😀',
    [], [null], ['eu', [1, 2]], ['eu', 7], ['eu', 7, bytes('x')], ['eu', 8], [['nested', ['deeper']]],
    [new Float(7), 7], -(2n ** 63n), -(2n ** 53n), -65536, -256, -1, 0, 1, 255, 256, 65536, 2 ** 53 - 1, 2n
    ** 53n, 2n ** 63n,
    2n ** 64n - 1n,
    -Infinity, -1.5, -0, new Float(0), 1e-300, 0.5, new Float(1), 1.5, new Float(255), 2 ** 70, Infinity, false, true]
  env.write((txn) => {
    for (const [i, key] of [...keys.entries()].reverse()) db.put(txn, 'tenant', key, i)
  })
  env.read((txn) => {
    assert.deepStrictEqual(all(db.range(txn, 'tenant')).map(([key]) => key), keys)
    keys.forEach((key, i) => assert.equal(db.get(txn, 'tenant', key), i))
    for (const [key, i] of db.range(txn, 'tenant', { reverse: true })) assert.equal(db.get(txn, 'tenant', key), i)
    assert.equal(db.get(txn, 'tenant', 7n), undefined)
    assert.equal(db.get(txn, 'tenant', 255n), keys.indexOf(255))
    assert.equal(db.get(txn, 'tenant', new Uint8Array([97])), 2)
    assert.equal(db.get(txn, 'tenant', new Float(7)), undefined)
  })
})

check('typed: keys and values that cannot be are refused, and the transaction goes on', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (const key of [undefined, NaN, [NaN], {}, new Date(), () => 1, 2n ** 64n, 'a\ud800', [undefined], new Map()]) {
      throwsCode('SLMDB_INVALID_KEY', () => db.put(txn, 'tenant', key, 1))
      throwsCode('SLMDB_INVALID_KEY', () => db.get(txn, 'tenant', key))
      throwsCode('SLMDB_INVALID_KEY', () => db.delete(txn, 'tenant', key))
    }
    for (const value of [undefined, () => 1, new Set(), 'a\ud800', { a: [new Float64Array(1)] }]) {
      throwsCode('SLMDB_INVALID_VALUE', () => db.put(txn, 'tenant', 'key', value))
    }
    throwsCode('SLMDB_KEY_TOO_LONG', () => db.put(txn, 'tenant', 'x'.repeat(600), 1))
    throwsCode('SLMDB_KEY_TOO_LONG', () => db.get(txn, 'tenant', 'x'.repeat(100000)))
    db.put(txn, 'tenant', 'key', 1)
  })
  assert.equal(db.scope('tenant').get('key'), 1)
})

check('bytes-key: raw keys, typed values', (place) => {
  const env = place.open()
  const db = env.bytesKeyDatabase('counts')
  env.write((txn) => {
    db.put(txn, 'tenant', bytes('b'), { n: 2n ** 60n })
    db.put(txn, 'tenant', new Uint8Array([0, 255]), 'zero byte')
    for (const key of ['text', 5, null, undefined, ['a'], new Uint16Array(1), new ArrayBuffer(2)]) {
      throwsCode('SLMDB_INVALID_KEY', () => db.put(txn, 'tenant', key, 1))
    }
    throwsCode('SLMDB_INVALID_VALUE', () => db.put(txn, 'tenant', bytes('c'), undefined))
    throwsCode('SLMDB_EMPTY_KEY', () => db.put(txn, 'tenant', bytes(''), 1))
  })
  const expected = [[Buffer.from([0, 255]), 'zero byte'], [bytes('b'), { n: 2n ** 60n }]]
  assert.deepStrictEqual(all(db.scope('tenant').range()), expected)
  assert.deepStrictEqual(db.scope('tenant').get(bytes('b')), { n: 2n ** 60n })
})

check('bytes: raw both, in Buffers of their own', (place) => {
  const env = place.open()
  const db = env.bytesDatabase('blobs')
  const sizes = [0, 1, 100, 4096, 4097, 300000]
  env.write((txn) => {
    for (const size of sizes) db.put(txn, 'tenant', bytes(`k${size}`), Buffer.alloc(size, size))
    for (const value of ['text', 5, null, undefined, {}, new Uint16Array(5000), new ArrayBuffer(5000)]) {
      throwsCode('SLMDB_INVALID_VALUE', () => db.put(txn, 'tenant', bytes('k'), value))
    }
  })
  const read = env.read((txn) => sizes.map((size) => db.get(txn, 'tenant', bytes(`k${size}`))))
  const walked = all(db.scope('tenant').range())
  db.scope('tenant').get(bytes('k300000')).fill(9) // the caller's own
  env.write((txn) => db.clear(txn, 'tenant'))
  read.forEach((value, i) => assert.deepStrictEqual(value, Buffer.alloc(sizes[i], sizes[i])))
  assert.equal(walked.length, sizes.length)
  for (const [key, value] of walked) {
    const size = Number(key.toString().slice(1))
    assert.deepStrictEqual(value, Buffer.alloc(size, size))
  }
})

check('bytes: what gets and walks hand out shares no byte, whatever its size', (place) => {
  const env = place.open()
  const db = env.bytesDatabase('blobs')
  const sizes = [0, 1, 7, 8, 100, 1024, 1025, 4095, 4096, 4097, 8191, 8192, 8193, 262144, 262145, 300000]
  const expected = Array.from({ length: 400 }, (_, i) => Buffer.alloc(sizes[(i * i) % sizes.length] + i % 3, i))
  const key = (i) => bytes(`k${String(i).padStart(3, '0')}`)
  db.scope('t').putManySync(expected.map((value, i) => [key(i), value]))
  const ways = [
    (txn) => expected.map((_, i) => db.get(txn, 't', key(i))),
    (txn) => db.getMany(txn, 't', expected.map((_, i) => key(i))),
    (txn) => all(db.range(txn, 't')).flat(),
    (txn) => all(db.values(txn, 't'))
  ]
  for (const way of ways) {
    const found = env.read(way)
    const flat = expected.flatMap((value, i) => [key(i), value])
    assert.deepStrictEqual(found, found.length === flat.length ? flat : expected)
    for (const one of found) assert.ok(Object.getPrototypeOf(one) === Buffer.prototype)
    for (const one of found) one.fill(0)
    found.forEach((one, i) => {
      one.fill(i + 1)
      if (i > 0) assert.ok(found[i - 1].every((byte) => byte === (i & 0xff)), `${i}: ${one.length}`)
    })
  }
})

check('longest keys: 507 bytes ordered, 499 heed, in named scopes and in the default one', (place) => {
  const env = place.open()
  for (const [layout, longest] of [['ordered', 507], ['heed', 499]]) {
    const db = env.bytesDatabase(layout, { layout })
    env.write((txn) => {
      for (const scope of ['tenant', null]) {
        db.put(txn, scope, Buffer.alloc(longest, 1), bytes('fits'))
        throwsCode('SLMDB_KEY_TOO_LONG', () => db.put(txn, scope, Buffer.alloc(longest + 1, 1), bytes('no')))
        throwsCode('SLMDB_EMPTY_KEY', () => db.put(txn, scope, bytes(''), bytes('no')))
        assert.equal(String(db.get(txn, scope, Buffer.alloc(longest, 1))), 'fits')
      }
    })
  }
})

check('put replaces, delete says whether it was there, clear says how many', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    db.put(txn, 'tenant', 'a', 1)
    db.put(txn, 'tenant', 'a', 'two')
    assert.equal(db.get(txn, 'tenant', 'a'), 'two')
    assert.equal(db.delete(txn, 'tenant', 'a'), true)
    assert.equal(db.delete(txn, 'tenant', 'a'), false)
    assert.equal(db.delete(txn, 'never seen', 'a'), false)
    assert.equal(db.clear(txn, 'never seen'), 0)
    for (let i = 0; i < 5000; i++) db.put(txn, 'tenant', i, i)
    db.put(txn, null, 1, 'default')
    db.put(txn, 'other', 1, 'other')
    assert.equal(db.clear(txn, 'tenant'), 5000)
    assert.equal(db.clear(txn, 'tenant'), 0)
    assert.equal(db.get(txn, 'other', 1), 'other')
    assert.equal(db.clear(txn, null), 1)
    assert.equal(db.get(txn, 'other', 1), 'other')
  })
  assert.deepEqual(env.scopes().map(({ name }) => name), ['other', 'tenant'])
})

check('scopes keep apart, whatever their names; a Scope, its name and null', (place) => {
  const env = place.open()
  const names = ['tenant-45432', 'tenant-191349', 'a', 'b', 'é', 'e\u0301', '日本', ' ', '\0', 'x'.repeat(4096)]
  for (const db of [env.database('typed'), env.bytesKeyDatabase('raw')]) {
    const key = db.kind === 'typed' ? 'key' : bytes('key')
    env.write((txn) => {
      for (const name of names) db.put(txn, name, key, name)
      db.put(txn, null, key, 'default')
    })
    env.read((txn) => {
      for (const name of names) {
        assert.equal(db.get(txn, name, key), name)
        assert.equal(db.get(txn, new Scope(name), key), name)
        assert.deepEqual(all(db.range(txn, name)), [[key, name]])
      }
      assert.equal(db.get(txn, null, key), 'default')
      assert.equal(db.get(txn, undefined, key), 'default')
      assert.deepEqual(all(db.range(txn, null)), [[key, 'default']])
    })
  }
  assert.deepEqual(env.scopes().map(({ name }) => name).sort(), [...names].sort())
  assert.equal(new Set(env.scopes().map(({ id }) => id)).size, names.length)
})

check('names of scopes that cannot be', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (const [name, code] of [['', 'SLMDB_EMPTY_SCOPE'], ['x'.repeat(4097), 'SLMDB_INVALID_SCOPE'],
      ['é'.repeat(2049), 'SLMDB_INVALID_SCOPE'], ['a\ud800', 'SLMDB_INVALID_SCOPE'], [5, 'SLMDB_INVALID_ARGUMENT'],
      [{}, 'SLMDB_INVALID_ARGUMENT'], [true, 'SLMDB_INVALID_ARGUMENT']]) {
      throwsCode(code, () => db.get(txn, name, 'a'))
      throwsCode(code, () => db.put(txn, name, 'a', 1))
      throwsCode(code, () => db.delete(txn, name, 'a'))
      throwsCode(code, () => db.clear(txn, name))
      throwsCode(code, () => db.range(txn, name))
      throwsCode(code, () => db.scope(name))
      throwsCode(code, () => new Scope(name))
    }
    for (const none of [null, undefined]) throwsCode('SLMDB_INVALID_ARGUMENT', () => new Scope(none))
  })
  assert.deepEqual(env.scopes(), [])
  assert.equal(new Scope('tenant').name, 'tenant')
  assert.equal(`${new Scope('tenant')}`, 'tenant')
})

check('more scopes than an Env keeps handles of', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => { for (let i = 0; i < 5000; i++) db.put(txn, `scope ${i}`, 'k', i) })
  env.read((txn) => { for (let i = 0; i < 5000; i++) assert.equal(db.get(txn, `scope ${i}`, 'k'), i) })
  assert.equal(env.scopes().length, 5000)
})

check('the registry: by name, with ids, as a transaction sees it; prune', (place) => {
  const env = place.open()
  const db = env.database('db')
  const before = env.beginRead()
  env.write((txn) => {
    for (const name of ['b', 'a', 'é', 'z']) db.put(txn, name, 'k', 1)
    assert.equal(env.scopes(txn).length, 4)
  })
  assert.deepEqual(env.scopes(before), [])
  before.abort()
  const entries = env.scopes()
  assert.deepEqual(entries.map(({ name }) => name), ['a', 'b', 'z', 'é'])
  assert.equal(entries[0].id, 1426945110)
  assert.equal(env.pruneScopes(), 0)
  env.write((txn) => { db.clear(txn, 'a'); db.delete(txn, 'é', 'k') })
  assert.equal(env.scopes().length, 4)
  env.write(() => throwsCode('SLMDB_NESTED', () => env.pruneScopes()))
  assert.equal(env.pruneScopes(), 2)
  assert.deepEqual(env.scopes().map(({ name }) => name), ['b', 'z'])
  db.scope('a').putSync('k', 2)
  assert.equal(db.scope('a').get('k'), 2)
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.scopes({}))
})

check('a view has transactions of its own', (place) => {
  const env = place.open()
  const db = env.database('db')
  const tenant = db.scope(new Scope('tenant'))
  assert.ok(tenant instanceof ScopeView)
  assert.deepEqual([tenant.name, tenant.database, db.scope().name], ['tenant', db, null])
  assert.equal(tenant.get('a'), undefined)
  assert.equal(tenant.putSync('a', 1), undefined)
  db.scope().putSync('a', 'default')
  db.scope('other').putSync('a', 'other')
  assert.deepEqual([tenant.get('a'), db.scope().get('a')], [1, 'default'])
  tenant.putSync('b', 2)
  assert.deepEqual(all(tenant.range({ gt: 'a' })), [['b', 2]])
  assert.deepEqual([tenant.deleteSync('a'), tenant.deleteSync('a'), tenant.clearSync()], [true, false, 1])
  assert.equal(db.scope('other').get('a'), 'other')
  env.write(() => {
    throwsCode('SLMDB_NESTED', () => tenant.putSync('a', 1))
    assert.equal(tenant.get('a'), undefined)
  })
})

check('what is no transaction is refused', (place) => {
  const env = place.open()
  const db = env.database('db')
  for (const txn of [undefined, null, 5, 'tenant', {}, env, db]) {
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.get(txn, 'tenant', 'a'))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.put(txn, 'tenant', 'a', 1))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => db.range(txn, 'tenant'))
  }
  throwsCode('SLMDB_INVALID_ARGUMENT', () => new Database())
})

check('a value whose getter uses the database', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    db.put(txn, 'tenant', 'inner', 'found')
    db.put(txn, 'tenant', 'outer', {
      first: 'x'.repeat(1000),
      get inner () {
        db.put(txn, 'other', 'made by a getter', 'y'.repeat(200000))
        return db.get(txn, 'tenant', 'inner')
      },
      last: [...db.range(txn, 'tenant')]
    })
    const expected = { first: 'x'.repeat(1000), inner: 'found', last: [['inner', 'found']] }
    assert.deepStrictEqual(db.get(txn, 'tenant', 'outer'), expected)
    assert.equal(db.get(txn, 'other', 'made by a getter').length, 200000)
    const fails = { get inner () { throw new Error('getter') } }
    assert.throws(() => db.put(txn, 'tenant', 'outer', fails), /getter/)
    assert.equal(db.get(txn, 'tenant', 'inner'), 'found')
  })
})
