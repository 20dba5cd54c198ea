// What the tests of this folder stand on: the library under test, calls that are checked, and a folder for each test.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KIND, MODE, NO_SYNC, STATUS, copied, dbOptions, envOptions, load } from './declare.js'

export const library = process.env.SLMDB_LIBRARY
export const abi = load(library)
export const bytes = (text) => Buffer.from(text)

// Calls a function with a fresh error struct. Its status must be `status`, and the struct as the header promises; the
// message is handed back.
export function is (status, name, ...given) {
  const error = {}
  const got = abi[name](...given, error)
  assert.equal(got, status, `${name}: ${abi.slmdb_status_name(got)} ${error.message}`)
  return told(status, error)
}

export function told (status, error) {
  if (status <= STATUS.NOT_FOUND) return ''
  assert.equal(error.code, status)
  assert.ok(error.message.length > 10, error.message)
  return error.message
}

// As `is` with OK, for a function whose last argument but the error is where a handle goes.
export function handle (name, ...given) {
  const out = [null]
  is(STATUS.OK, name, ...given, out)
  assert.equal(typeof out[0], 'bigint')
  return out[0]
}

export function openEnv (folder, options = {}) {
  const path = bytes(folder)
  return handle('slmdb_env_open', path, path.length, envOptions({ map_size: 1 << 24, durability: NO_SYNC, ...options }))
}

export function openDb (env, name, kind = KIND.BYTES) {
  return handle('slmdb_db_open', env, bytes(name), bytes(name).length, dbOptions({ kind }))
}

export const openScope = (name) => handle('slmdb_scope_open', bytes(name), bytes(name).length)

export const begin = (env, mode) => handle('slmdb_txn_begin', env, mode)

// Runs fn in a write transaction that is committed, or in a read transaction.
export function within (env, mode, fn) {
  const txn = begin(env, mode)
  try {
    return fn(txn)
  } finally {
    is(STATUS.OK, mode === MODE.WRITE ? 'slmdb_txn_commit' : 'slmdb_txn_abort', txn)
  }
}

export function put (txn, db, scope, key, value) {
  is(STATUS.OK, 'slmdb_db_put', txn, db, scope, key, key.length, value, value.length)
}

// The value under a key, by both of the ABI's functions; null if there is none.
export function get (txn, db, scope, key) {
  const value = [null]
  const length = [0]
  const buffer = Buffer.alloc(64)
  const status = abi.slmdb_db_get(txn, db, scope, key, key.length, value, length, null)
  is(status, 'slmdb_db_get_copy', txn, db, scope, key, key.length, buffer, buffer.length, [0])
  if (status === STATUS.NOT_FOUND) return null
  assert.equal(status, STATUS.OK)
  const found = copied(value[0], length[0])
  assert.deepEqual(buffer.subarray(0, length[0]), found)
  return found
}

// Keys and values from a cursor's place to its end, one call each.
export function rest (cursor) {
  const entries = []
  for (;;) {
    const [key, keyLength, value, valueLength] = [[null], [0], [null], [0]]
    const status = abi.slmdb_cursor_next(cursor, key, keyLength, value, valueLength, null)
    if (status === STATUS.NOT_FOUND) return entries
    assert.equal(status, STATUS.OK)
    entries.push([copied(key[0], keyLength[0]), copied(value[0], valueLength[0])])
  }
}

// Runs fn in a new folder. Afterwards nothing is open, and there is nothing in the folder but LMDB's two files.
export async function inFolder (fn) {
  const folder = mkdtempSync(join(tmpdir(), 'slmdb-ffi-'))
  try {
    await fn(folder)
    assert.equal(abi.slmdb_open_handles(), 0)
    assert.deepEqual(readdirSync(folder).sort(), ['data.mdb', 'lock.mdb'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
