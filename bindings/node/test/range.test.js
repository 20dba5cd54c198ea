// Does a range give exactly the entries between its bounds, in order, by pages, and close what it opened?
import assert from 'node:assert/strict'
import { all, check, openHandles, throwsCode } from './support/place.js'
import { random } from './support/random.js'

const bytes = (text) => Buffer.from(text)

function filled (place, count = 10) {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (let i = 0; i < count; i++) db.put(txn, 'tenant', i, `v${i}`)
    for (const other of ['tenant ', 'tenan', 'u', null]) db.put(txn, other, 3, 'other')
  })
  return { env, db, tenant: db.scope('tenant') }
}

const keys = (entries) => all(entries).map(([key]) => key)

check('bounds: open, inclusive, exclusive, reversed, limited, empty', (place) => {
  const { tenant } = filled(place)
  const whole = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const cases = [
    [undefined, whole], [{}, whole], [{ gt: undefined, lte: undefined }, whole],
    [{ gte: 3 }, [3, 4, 5, 6, 7, 8, 9]], [{ gt: 3 }, [4, 5, 6, 7, 8, 9]], [{ lte: 3 }, [0, 1, 2, 3]],
    [{ lt: 3 }, [0, 1, 2]], [{ gt: 2, lt: 5 }, [3, 4]], [{ gte: 2, lte: 5 }, [2, 3, 4, 5]], [{ gt: 4, lt: 5 },
    []], [{ gte: 4, lte: 4 }, [4]],
    [{ gt: 4, lte: 4 }, []], [{ gte: 6, lt: 2 }, []], [{ gt: 100 }, []], [{ lt: null }, []], [{ gte: null }, whole],
    [{ gt: 2.5 }, []], [{ lt: 'text' }, []], [{ limit: 3 }, [0, 1, 2]], [{ limit: 0 }, []], [{ limit: 1, gt: 5 }, [6]],
    [{ limit: Infinity, gt: 7 }, [8, 9]], [{ limit: 100, gt: 7 }, [8, 9]]
  ]
  for (const [options, expected] of cases) {
    assert.deepEqual(keys(tenant.range(options)), expected, JSON.stringify(options))
    const { limit, ...bounds } = options ?? {}
    const reversed = keys(tenant.range(bounds)).reverse().slice(0, limit)
    assert.deepEqual(keys(tenant.range({ ...options, reverse: true })), reversed)
  }
})

check('options that contradict or do not exist', (place) => {
  const { tenant } = filled(place)
  for (const options of [{ gt: 1, gte: 1 }, { lt: 1, lte: 1 }, { start: 1 }, { limit: -1 }, { limit: 1.5 },
    { limit: '1' }, { reverse: 1 }, 5]) {
    throwsCode('SLMDB_INVALID_ARGUMENT', () => tenant.range(options))
  }
  throwsCode('SLMDB_INVALID_KEY', () => tenant.range({ gt: NaN }))
  throwsCode('SLMDB_INVALID_KEY', () => tenant.range({ lt: {} }))
})

check('open-ended ranges end with the scope, in both layouts, for the first and the last ids', (place) => {
  const env = place.open()
  for (const layout of ['ordered', 'heed']) {
    const db = env.bytesDatabase(layout, { layout })
    const names = ['team32', 'tenant_2', 'tenant_4', 'tenant1', 'a', 'b', 'c', '日本']
    env.write((txn) => {
      for (const name of [...names, null]) {
        for (let i = 0; i < 40; i++) db.put(txn, name, Buffer.alloc(1 + i % 7, i), bytes(`${name} ${i}`))
      }
    })
    for (const name of [...names, null]) {
      const view = db.scope(name)
      const expected = Array.from({ length: 40 }, (_, i) => [Buffer.alloc(1 + i % 7, i), bytes(`${name} ${i}`)])
        .sort(([a], [b]) => Buffer.compare(a, b))
      const middle = expected[20][0]
      assert.deepStrictEqual(all(view.range()), expected)
      assert.deepStrictEqual(all(view.range({ reverse: true })), expected.toReversed())
      assert.deepStrictEqual(all(view.range({ gte: middle })), expected.slice(20))
      assert.deepStrictEqual(all(view.range({ gt: middle, reverse: true })), expected.slice(21).toReversed())
      assert.deepStrictEqual(all(view.range({ lt: middle })), expected.slice(0, 20))
      assert.deepStrictEqual(all(view.range({ gte: bytes('') })), expected)
      assert.deepStrictEqual(all(view.range({ lt: bytes('') })), [])
    }
  }
})

check('the order is that of the bytes, in both layouts', (place) => {
  const env = place.open()
  for (const layout of ['ordered', 'heed']) {
    const db = env.bytesDatabase(layout, { layout })
    const expected = [bytes('a'), bytes('aa'), bytes('b'), Buffer.alloc(256, 'c')]
    for (const view of [db.scope('tenant'), db.scope()]) {
      for (const key of expected.toReversed()) view.putSync(key, key)
      assert.deepStrictEqual(keys(view.range()), expected)
      assert.deepStrictEqual(keys(view.range({ reverse: true })), expected.toReversed())
      assert.deepStrictEqual(keys(view.range({ gt: bytes('a'), lt: bytes('c') })), expected.slice(1, 3))
    }
  }
})

check('many pages, values of very different sizes', (place) => {
  const env = place.open({ mapSize: 256 * 1024 * 1024 })
  const db = env.database('db')
  const next = random(1)
  const sizes = Array.from({ length: 6000 }, (_, i) => i % 1000 === 500 ? 700000 : next(200))
  env.write((txn) => sizes.forEach((size, i) => db.put(txn, 'tenant', i, 'x'.repeat(size))))
  for (const reverse of [false, true]) {
    let i = 0
    for (const [key, value] of db.scope('tenant').range({ reverse })) {
      const expected = reverse ? sizes.length - 1 - i : i
      assert.equal(key, expected)
      assert.equal(value.length, sizes[expected])
      i++
    }
    assert.equal(i, sizes.length)
  }
  for (const limit of [15, 16, 17, 80, 81, 1000]) assert.equal(all(db.scope('tenant').range({ limit })).length, limit)
})

check('a loop that is left early closes its cursor, and an iterator is one', (place) => {
  const { env, db, tenant } = filled(place, 1000)
  env.read((txn) => {
    const before = openHandles()
    for (const [key] of db.range(txn, 'tenant')) if (key === 3) break
    assert.equal(openHandles(), before)
    const [first, second] = db.range(txn, 'tenant')
    assert.deepEqual([first, second], [[0, 'v0'], [1, 'v1']])
    assert.throws(() => { for (const [key] of db.range(txn, 'tenant')) if (key === 20) throw new Error('out') }, /out/)
    assert.equal(openHandles(), before)
    const entries = db.range(txn, 'tenant')
    assert.equal(entries[Symbol.iterator](), entries)
    assert.equal(openHandles(), before + 1)
    assert.deepEqual(entries.next(), { value: [0, 'v0'], done: false })
    assert.deepEqual(entries.return(), { value: undefined, done: true })
    assert.deepEqual(entries.next(), { value: undefined, done: true })
    entries.return()
    entries[Symbol.dispose]()
    assert.equal(openHandles(), before)
    assert.equal(all(db.range(txn, 'tenant')).length, 1000)
    assert.equal(openHandles(), before)
  })
  const before = openHandles()
  for (const [key] of tenant.range()) if (key === 500) break
  tenant.range({ limit: 0 })
  tenant.range({ limit: 3 }) // one page: all is closed before the loop
  assert.equal(openHandles(), before)
})

check('an iterator whose transaction has ended says so once the page is used up', (place) => {
  const { env, db } = filled(place, 1000)
  const escaped = env.read((txn) => db.range(txn, 'tenant'))
  throwsCode('SLMDB_CLOSED', () => all(escaped))
  assert.deepEqual(escaped.next(), { value: undefined, done: true })
  const given = env.read((txn) => db.range(txn, 'tenant'))
  given.return()
})

check('putting and deleting within the loop', (place) => {
  const { env, db, tenant } = filled(place, 3000)
  env.write((txn) => {
    const seen = []
    for (const [key] of db.range(txn, 'tenant')) {
      seen.push(key)
      if (key % 2 === 0) db.delete(txn, 'tenant', key)
      else db.put(txn, 'tenant', key, 'changed')
      db.put(txn, 'tenant', -1 - key, 'behind')
    }
    assert.deepEqual(seen, Array.from({ length: 3000 }, (_, i) => i))
  })
  assert.equal(all(tenant.range({ gte: 0 })).every(([key, value]) => key % 2 === 1 && value === 'changed'), true)
  assert.equal(all(tenant.range({ gte: 0 })).length, 1500)
  assert.equal(all(tenant.range({ lt: 0 })).length, 3000)
})

check('two loops at once, and gets within them', (place) => {
  const { env, db } = filled(place, 300)
  env.read((txn) => {
    let pairs = 0
    for (const [a] of db.range(txn, 'tenant', { limit: 60 })) {
      for (const [b, value] of db.range(txn, 'tenant', { gt: a, limit: 40 })) {
        assert.equal(db.get(txn, 'tenant', b), value)
        pairs++
      }
    }
    assert.equal(pairs, 2400)
  })
})
