// What every runtime must be able to do: run by test/runtimes.test.js. Arguments: a folder, and 'exit' to leave while
// writes are under way.
import assert from 'node:assert/strict'
import path from 'node:path'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { SlmdbError, open } from '../../index.js'

const folder = isMainThread ? process.argv[2] : workerData
const env = open(folder, { mapSize: 64 * 1024 * 1024 })
const db = env.database('db')
const view = db.scope('tenant')

function transactions () {
  env.write((txn) => {
    db.put(txn, 'one', 'alice', { age: 30, tags: ['a'], since: new Date(0), raw: Buffer.from('r') })
    db.put(txn, 'two', 'alice', 2n ** 60n)
  })
  assert.throws(() => env.write((txn) => { db.put(txn, 'one', 'bob', 1); throw new RangeError('mine') }), RangeError)
  env.read((txn) => {
    assert.deepEqual(db.get(txn, 'one', 'alice'), { age: 30, tags: ['a'], since: new Date(0), raw: Buffer.from('r') })
    assert.equal(db.get(txn, 'two', 'alice'), 2n ** 60n)
    assert.deepEqual([...db.keys(txn, 'one')], ['alice'])
  })
  assert.throws(() => view.putSync('x'.repeat(600), 1),
    (error) => error instanceof SlmdbError && error.code === 'SLMDB_KEY_TOO_LONG')
}

async function asynchronously () {
  await Promise.all(Array.from({ length: 3000 }, (_, i) => view.put(i, `value ${i}`)))
  assert.equal(view.get(2999), 'value 2999')
  await assert.rejects(view.put('x'.repeat(600), 1), { code: 'SLMDB_KEY_TOO_LONG' })
  let count = 0
  for await (const [key, value] of view.range({ gte: 10, limit: 2000 })) {
    assert.equal(value, `value ${key}`)
    count++
  }
  assert.equal(count, 2000)
  await env.writeAsync(async (txn) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    db.put(txn, 'one', 'later', 1)
  })
  await assert.rejects(env.writeAsync(async (txn) => { db.put(txn, 'one', 'never', 1); throw new RangeError('mine') }),
    RangeError)
  assert.deepEqual([...db.scope('one').keys()], ['alice', 'later'])
  await env.backup(path.join(folder, 'backup'))
  assert.equal((await env.verify()).sound, true)
}

function inWorker () {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: folder })
    worker.on('error', reject)
    worker.on('exit', resolve)
  })
}

if (!isMainThread) {
  await Promise.all(Array.from({ length: 500 }, (_, i) => db.scope('worker').put(i, i)))
  env.close()
} else if (process.argv[3] === 'exit') {
  for (let i = 0; i < 2000; i++) db.scope('left').put(i, i)
  process.exit(0)
} else {
  transactions()
  await asynchronously()
  await inWorker()
  assert.equal(db.scope('worker').size, 500)
  env.close()
  console.log('as it should be')
}
