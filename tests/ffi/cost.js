// What does a call through koffi cost? Run as: node cost.js CALLS, with SLMDB_LIBRARY. Prints nanoseconds as JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MODE } from './declare.js'
import { abi, begin, bytes, get, is, openDb, openEnv, openScope, put } from './given.js'

const calls = Number(process.argv[2])
const ROUNDS = 50 // short ones, so that some are left alone on a busy machine

// The best round: what else the machine does makes others slower, never faster.
function best (call) {
  let least = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) call()
    least = Math.min(least, Number(process.hrtime.bigint() - start) / calls)
  }
  return Math.round(least)
}

const folder = mkdtempSync(join(tmpdir(), 'slmdb-ffi-'))
const env = openEnv(folder)
const db = openDb(env, 'd')
const scope = openScope('tenant')
const txn = begin(env, MODE.WRITE)
const key = bytes('key')
put(txn, db, scope, key, bytes('value'))
if (get(txn, db, scope, key).toString() !== 'value') throw new Error('the entry is not there')

// A function that enters Go and does next to nothing, and one that does what a library of this kind is for.
const buffer = Buffer.alloc(64)
const length = [0]
const getCopy = () => abi.slmdb_db_get_copy(txn, db, scope, key, key.length, buffer, buffer.length, length, null)
console.log(JSON.stringify({ openHandles: best(() => abi.slmdb_open_handles()), getCopy: best(getCopy) }))

is(0, 'slmdb_txn_abort', txn)
is(0, 'slmdb_scope_close', scope)
is(0, 'slmdb_env_close', env)
rmSync(folder, { recursive: true })
