// What an operation costs: 1,000,000 entries of 16 + 100 bytes in 10 scopes. Medians of several rounds, in nanoseconds.
// Compare only figures of one run on one machine.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { open } from '../index.js'

const ENTRIES = 1000000
const HOT = 1000
const ROUNDS = 7

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-bench-'))
const env = open(folder, { mapSize: 4 * 1024 ** 3, durability: 'noSync' })
const scopes = Array.from({ length: 10 }, (_, i) => `tenant ${i}`)

function measure (name, operations, fn) {
  const times = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint()
    fn(round)
    times.push(Number(process.hrtime.bigint() - start) / operations)
  }
  times.sort((a, b) => a - b)
  console.log(`${name.padEnd(56)} ${times[ROUNDS >> 1].toFixed(0).padStart(8)}  (${times[0].toFixed(0)} at best)`)
}

const text = (i) => `key-${String(i).padStart(12, '0')}`
const kinds = {
  bytes: { db: env.bytesDatabase('bytes'), key: (i) => Buffer.from(text(i)), value: Buffer.alloc(100, 7) },
  'bytes-key': { db: env.bytesKeyDatabase('bytes-key'), key: (i) => Buffer.from(text(i)), value: 'v'.repeat(98) },
  'typed, text': { db: env.database('typed'), key: text, value: 'v'.repeat(98) },
  'typed, object': {
    db: env.database('objects'),
    key: text,
    value: { name: 'alice', age: 30, email: 'alice@example.com', tags: ['a', 'b'] }
  }
}

let seed = 1
function random (below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor(seed / 2 ** 32 * below)
}

/** Uses the entries, so that nothing is left out. */
function walk (entries) {
  for (const [key] of entries) if (key === null) throw new Error('a key is missing')
}

function benchKind (name, { db, key, value }) {
  const perScope = ENTRIES / scopes.length
  const keys = Array.from({ length: perScope }, (_, i) => key(i))
  const start = process.hrtime.bigint()
  env.write((txn) => { for (const scope of scopes) for (const one of keys) db.put(txn, scope, one, value) })
  const each = Number(process.hrtime.bigint() - start) / ENTRIES
  console.log(`${`${name}: put, sequential, one transaction`.padEnd(56)} ${each.toFixed(0).padStart(8)}`)
  const places = Array.from({ length: 100000 }, () => [scopes[random(scopes.length)], keys[random(perScope)]])
  const hot = keys.slice(0, HOT)
  env.read((txn) => {
    measure(`${name}: get, random`, places.length, () => { for (const [scope, one] of places) db.get(txn, scope, one) })
    measure(`${name}: get, hot 1,000`, 100 * HOT, () => {
      for (let i = 0; i < 100; i++) for (const one of hot) db.get(txn, 'tenant 3', one)
    })
    measure(`${name}: get, missing`, 100 * HOT, () => {
      for (let i = 0; i < 100; i++) for (const one of hot) db.get(txn, 'none such', one)
    })
    measure(`${name}: scan, an entry`, ENTRIES, () => {
      for (const scope of scopes) walk(db.range(txn, scope))
    })
    measure(`${name}: range of 10`, 20000, () => {
      for (let i = 0; i < 20000; i++) walk(db.range(txn, 'tenant 3', { gte: keys[i], limit: 10 }))
    })
  })
  measure(`${name}: put, random, one transaction`, 100000, () => env.write((txn) => {
    for (const [scope, one] of places) db.put(txn, scope, one, value)
  }))
}

try {
  for (const [name, kind] of Object.entries(kinds)) benchKind(name, kind)
  const users = kinds['typed, object'].db
  const view = users.scope('tenant 1')
  measure('read transaction', 20000, () => { for (let i = 0; i < 20000; i++) env.read(() => 1) })
  measure('view.get', 20000, () => { for (let i = 0; i < 20000; i++) view.get('key-000000000001') })
  measure('write transaction of one put, noSync', 2000, () => { for (let i = 0; i < 2000; i++) view.putSync('one', 1) })
  env.close()
  const durable = open(folder, { mapSize: 4 * 1024 ** 3 })
  const db = durable.database('typed').scope('tenant 1')
  measure('write transaction of one put, durable', 300, () => { for (let i = 0; i < 300; i++) db.putSync('one', 1) })
  durable.close()
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
