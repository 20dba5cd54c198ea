// Question: are the typed keys of all languages' shared vectors put, found and sorted as the vectors say?
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Float, open } from '../index.js'

/** A key as JavaScript has it. */
function keyOf (literal) {
  if (literal === null || typeof literal !== 'object') return literal
  const [[kind, value]] = Object.entries(literal)
  if (kind === 'int') return BigInt(value)
  if (kind === 'float') return new Float(Buffer.from(value, 'hex').readDoubleBE())
  if (kind === 'bytes') return Buffer.from(value, 'hex')
  return kind === 'tuple' ? value.map(keyOf) : value
}

test('the shared vectors', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/tuple.json', import.meta.url), 'utf8'))
  assert.ok(vectors.length > 100)
  const keys = vectors.map((vector) => keyOf(vector.key))
  const folder = mkdtempSync(join(tmpdir(), 'scoped-lmdb-'))
  const env = open(folder, { durability: 'noSync' })
  try {
    const db = env.database('db')
    env.write((txn) => {
      for (let i = keys.length - 1; i >= 0; i--) db.put(txn, 'tenant', keys[i], i)
    })
    env.read((txn) => {
      const places = [...db.range(txn, 'tenant')].map(([, place]) => place)
      assert.deepEqual(places, keys.map((_, i) => i))
      for (let i = 0; i < keys.length; i++) assert.equal(db.get(txn, 'tenant', keys[i]), i, vectors[i].note)
      for (const [key, place] of db.range(txn, 'tenant')) assert.equal(db.get(txn, 'tenant', key), place)
    })
  } finally {
    env.close()
    rmSync(folder, { recursive: true })
  }
})
