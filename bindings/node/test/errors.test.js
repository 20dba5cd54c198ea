// Are the codes and numbers of SlmdbError those of include/slmdb.h?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import test from 'node:test'
import util from 'node:util'
import { SlmdbError } from '../index.js'

const { STATUS } = createRequire(import.meta.url)('../lib/errors.js')
const header = fs.readFileSync(new URL('../../../include/slmdb.h', import.meta.url), 'utf8')
const types = fs.readFileSync(new URL('../types/errors.d.cts', import.meta.url), 'utf8')

function statusesOfHeader () {
  const start = header.indexOf('SLMDB_OK = 0')
  const table = header.slice(start, header.indexOf('};', start))
  const statuses = [...table.matchAll(/SLMDB_(\w+) = (\d+)/g)]
  return Object.fromEntries(statuses.map(([, name, number]) => [name, Number(number)]))
}

test('the table of statuses is the header\'s', () => {
  assert.deepEqual({ ...STATUS }, statusesOfHeader())
})

test('the types name every code, but that of success', () => {
  const named = types.slice(types.indexOf('export type SlmdbCode')).match(/SLMDB_\w+/g).sort()
  const expected = Object.keys(STATUS).filter((name) => name !== 'OK')
  assert.deepEqual(named, expected.map((name) => `SLMDB_${name}`).sort())
})

test('an error has a code, a status and its message, and prints well', () => {
  const error = new SlmdbError(STATUS.KEY_TOO_LONG, 'too long')
  assert.equal(error.code, 'SLMDB_KEY_TOO_LONG')
  assert.equal(error.status, 6)
  assert.equal(error.name, 'SlmdbError')
  assert.ok(error instanceof Error)
  assert.match(util.inspect(error), /^SlmdbError: too long\n/)
  assert.equal(new SlmdbError(12345, 'of a newer library').code, 'SLMDB_INTERNAL')
})
