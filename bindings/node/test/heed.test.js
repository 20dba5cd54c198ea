// Is what the Rust crate scoped-heed wrote read in full, is it told apart rightly, and can it be written further?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { all, check, throwsCode } from './support/place.js'

const FIXTURE = new URL('../../../tests/compat/scoped-heed/', import.meta.url)
const expectedText = fs.readFileSync(new URL('expected.jsonl', FIXTURE), 'utf8')
const lines = expectedText.trim().split('\n').map((line) => JSON.parse(line))
const registered = lines.filter((line) => 'hash' in line)
const scopes = [...registered.map(({ scope }) => scope), '']

const hex = (text) => Buffer.from(text, 'hex')
const fromText = (value) => hex(value).toString()
const inOrder = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The four databases: how each is opened, and how its keys and values are written in expected.jsonl. */
const databases = {
  blobs: { open: (env) => env.bytesDatabase('blobs'), key: hex, value: hex, order: inOrder },
  counts: {
    open: (env) => env.bytesKeyDatabase('counts', { valueType: 'u64' }),
    key: hex,
    value: (value) => number(fromText(value)),
    order: inOrder
  },
  config: {
    open: (env) => env.database('config', { keyType: 'text', valueType: 'text' }),
    key: fromText,
    value: fromText,
    order: inOrder
  },
  ids: {
    open: (env) => env.database('ids', { keyType: 'u64', valueType: 'text' }),
    key: (value) => number(fromText(value)),
    value: fromText,
    order: (a, b) => a < b ? -1 : a > b ? 1 : 0
  }
}

function number (decimal) {
  const big = BigInt(decimal)
  return Number.isSafeInteger(Number(big)) ? Number(big) : big
}

function expected (name, scope) {
  const { key, value, order } = databases[name]
  return lines.filter((line) => line.db === name && line.scope === scope)
    .map((line) => [key(line.key), value(line.value)]).sort(([a], [b]) => order(a, b))
}

function openFixture (place, options) {
  fs.copyFileSync(new URL('data.mdb', FIXTURE), path.join(place.folder, 'data.mdb'))
  return place.open(options)
}

const scopeOf = (name) => name === '' ? null : name

check('the registry is that of the file', (place) => {
  const env = openFixture(place)
  const byName = (a, b) => inOrder(a.name, b.name)
  assert.deepEqual(env.scopes(), registered.map(({ scope, hash }) => ({ name: scope, id: hash })).sort(byName))
})

for (const [name, { open }] of Object.entries(databases)) {
  check(`every entry of ${name}, by get and by iteration, and nothing else`, (place) => {
    const env = openFixture(place, { readOnly: true })
    const db = open(env)
    let count = 0
    env.read((txn) => {
      for (const scope of scopes) {
        const entries = expected(name, scope)
        for (const [key, value] of entries) assert.deepStrictEqual(db.get(txn, scopeOf(scope), key), value)
        const range = (options) => all(db.range(txn, scopeOf(scope), options))
        assert.deepStrictEqual(range(), entries, `scope ${scope}`)
        assert.deepStrictEqual(range({ reverse: true }), entries.toReversed(), `scope ${scope}`)
        const middle = entries.length >> 1
        const upper = middle === 0 ? entries : entries.slice(middle)
        assert.deepStrictEqual(range({ gte: upper[0]?.[0] }), upper, `scope ${scope}`)
        count += entries.length
      }
      assert.deepStrictEqual(all(db.range(txn, 'not registered')), [])
    })
    assert.equal(count, lines.filter((line) => line.db === name).length)
    assert.ok(count > 100)
  })
}

check('clearing tenant_2 leaves tenant_4 whole; team32 is walked, cleared and pruned', (place) => {
  const env = openFixture(place)
  for (const [name, { open }] of Object.entries(databases)) {
    const db = open(env)
    env.write((txn) => {
      assert.equal(db.clear(txn, 'tenant_2'), expected(name, 'tenant_2').length)
      assert.deepStrictEqual(all(db.range(txn, 'tenant_2')), [])
    })
    for (const scope of scopes) {
      if (scope === 'tenant_2' || scope === 'team32') continue
      assert.deepStrictEqual(all(db.scope(scopeOf(scope)).range()), expected(name, scope), `${name} ${scope}`)
    }
    const team = db.scope('team32')
    assert.deepStrictEqual(all(team.range()), expected(name, 'team32'))
    assert.equal(team.clearSync(), expected(name, 'team32').length)
    assert.deepStrictEqual(all(team.range()), [])
  }
  assert.equal(env.pruneScopes(), 3)
  const gone = ['tenant_2', 'team32', 'empty-scope', '']
  const left = scopes.filter((name) => !gone.includes(name)).sort()
  assert.deepEqual(env.scopes().map(({ name }) => name).sort(), left)
})

check('the layout stays: what is put is there beside what was', (place) => {
  const env = openFixture(place)
  const blobs = databases.blobs.open(env)
  const counts = databases.counts.open(env)
  throwsCode('SLMDB_LAYOUT_MISMATCH', () => env.bytesDatabase('blobs', { layout: 'ordered' }))
  env.write((txn) => {
    blobs.put(txn, 'new tenant', Buffer.from('k'), Buffer.from('v'))
    blobs.put(txn, 'tenant1', Buffer.alloc(499, 1), Buffer.from('long'))
    throwsCode('SLMDB_KEY_TOO_LONG', () => blobs.put(txn, 'tenant1', Buffer.alloc(500, 1), Buffer.from('long')))
    for (const value of [0, 7, 2 ** 32, 2n ** 64n - 1n]) {
      counts.put(txn, 'new tenant', Buffer.from(String(value)), value)
      assert.equal(counts.get(txn, 'new tenant', Buffer.from(String(value))), value)
    }
    for (const value of [-1, 1.5, 'text', null, 2n ** 64n]) {
      throwsCode('SLMDB_INVALID_VALUE', () => counts.put(txn, 'new tenant', Buffer.from('k'), value))
    }
  })
  const added = [Buffer.alloc(499, 1), Buffer.from('long')]
  assert.deepStrictEqual(all(blobs.scope('tenant1').range()),
    [...expected('blobs', 'tenant1'), added].sort(([a], [b]) => Buffer.compare(a, b)))
})

check('a new database in layout heed, of every type', (place) => {
  const env = place.open()
  const samples = {
    text: ['', 'long '.repeat(50), 'é'], bytes: [Buffer.from([0, 255])], bool: [false, true],
    u8: [0, 255], u16: [0, 65535], u32: [0, 2 ** 32 - 1], u64: [0, 2n ** 64n - 1n],
    i8: [-128, 127], i16: [-32768, 32767], i32: [-(2 ** 31), 2 ** 31 - 1],
    i64: [-(2n ** 63n), 0, 2n ** 63n - 1n], f32: [-1.5, 0, 1, 2.25], f64: [-1e300, 0, 0.1, 1]
  }
  for (const [type, values] of Object.entries(samples)) {
    const db = env.database(type, { layout: 'heed', keyType: type, valueType: type })
    env.write((txn) => values.forEach((value) => db.put(txn, 'tenant', value, value)))
    env.read((txn) => {
      for (const value of values) assert.deepStrictEqual(db.get(txn, 'tenant', value), value)
      assert.deepStrictEqual(all(db.range(txn, 'tenant')), values.map((value) => [value, value]))
    })
  }
})
