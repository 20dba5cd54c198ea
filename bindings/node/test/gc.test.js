// Is what was dropped without being closed closed by the collector, in any order, without a crash?
import assert from 'node:assert/strict'
import { check } from './support/place.js'
import { runCode } from './support/run.js'

const HELPERS = `
  import { createRequire } from 'node:module'
  import { open } from 'scoped-lmdb'
  const { openHandles } = createRequire(process.cwd() + '/index.js')('./lib/native.js')
  const folder = process.env.FOLDER
  const openEnv = () => open(folder, { mapSize: 1 << 24, durability: 'noSync' })
  async function collected (expected) {
    for (let i = 0; i < 100 && openHandles() !== expected; i++) {
      gc()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    if (openHandles() !== expected) throw new Error('still open: ' + openHandles() + ', expected: ' + expected)
  }
  function fill (env) {
    const db = env.database('db')
    env.write((txn) => { for (let i = 0; i < 2000; i++) db.put(txn, 'tenant', i, i) })
    return db
  }
`

function run (place, code) {
  const options = { flags: ['--expose-gc'], env: { FOLDER: place.folder } }
  const { status, signal, stdout, stderr } = runCode(HELPERS + code, options)
  assert.deepEqual([status, signal, stderr], [0, null, ''], stderr)
  assert.equal(stdout, 'done\n')
}

check('transactions and iterators, while the Env stays', (place) => run(place, `
  const env = openEnv()
  const db = fill(env)
  const before = openHandles()
  ;(() => { for (let i = 0; i < 20; i++) env.beginRead() })()
  await collected(before)
  ;(() => { db.put(env.beginWrite(), 'tenant', 'dropped', 1) })()
  await collected(before)
  ;(() => { const txn = env.beginWrite(); for (let i = 0; i < 9; i++) db.put(txn, 'tenant', 'dropped', i) })()
  await collected(before)
  const txn = env.beginRead()
  ;(() => { for (let i = 0; i < 20; i++) db.range(txn, 'tenant').next() })()
  await collected(before + 1)
  ;(() => { for (let i = 0; i < 20; i++) db.scope('tenant').range().next() })()
  await collected(before + 1)
  txn.abort()
  if (db.scope('tenant').get('dropped') !== undefined) throw new Error('it was stored')
  env.write((txn) => db.put(txn, 'tenant', 'kept', 1))
  env.close()
  await collected(0)
  console.log('done')
`))

check('an iterator keeps its transaction, and a transaction its Env', (place) => run(place, `
  const entries = (() => { const env = openEnv(); return fill(env).range(env.beginRead(), 'tenant') })()
  let count = 0
  for (const [key, value] of entries) {
    if (count++ % 100 === 0) { gc(); await new Promise((resolve) => setTimeout(resolve, 1)) }
    if (key !== value) throw new Error('wrong')
  }
  if (count !== 2000) throw new Error(count)
  console.log('done')
`))

check('everything at once, in every order', (place) => run(place, `
  function makeThings () { // in a function of its own, so that no variable keeps the last ones
    const things = []
    for (let i = 0; i < 3; i++) {
      const env = openEnv()
      const db = fill(env)
      const txn = env.beginRead()
      const writing = i === 0 ? env.beginWrite() : undefined
      things.push(env, db, db.scope('tenant'), txn, db.range(txn, 'tenant'), db.scope('tenant').range(), writing)
      writing?.abort()
    }
    return things.sort(() => Math.random() - 0.5)
  }
  function dropAll () { // in another order each round, collecting in between
    const things = makeThings()
    while (things.length > 0) { things.splice(0, 5); gc() }
  }
  for (let round = 0; round < 30; round++) {
    dropAll()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await collected(0)
  console.log('done')
`))

check('batches that are dropped, and an Env whose writes are under way', (place) => run(place, `
  const env = openEnv()
  const db = fill(env)
  const before = openHandles()
  ;(() => { for (let i = 0; i < 20; i++) env.batch().put(db, 'tenant', 'dropped', 1) })()
  await collected(before)
  env.close()
  let acknowledged = 0
  ;(() => {
    const view = openEnv().database('db').scope('pending')
    for (let i = 0; i < 500; i++) view.put(i, i).then(() => { acknowledged++ })
  })()
  gc()
  await collected(0)
  if (acknowledged !== 500) throw new Error(acknowledged)
  const again = openEnv()
  const view = again.database('db').scope('pending')
  if (view.count() !== 500 || view.has('dropped')) throw new Error('lost')
  again.close()
  console.log('done')
`))

check('an Env that was closed is not closed again', (place) => run(place, `
  ;(() => { for (let i = 0; i < 10; i++) { const env = openEnv(); fill(env); env.close() } })()
  const env = openEnv()
  for (let i = 0; i < 10; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 2)) }
  if (fill(env).scope('tenant').get(5) !== 5) throw new Error('wrong')
  env.close()
  await collected(0)
  console.log('done')
`))
