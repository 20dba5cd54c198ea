// Do worker threads work side by side, each with an instance of its own, and does a thread's end close what it left?
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { all, check, openHandles } from './support/place.js'
import { program, runProgram } from './support/run.js'

check('four threads and this one add to the same counters', async (place) => {
  const env = place.open()
  const counters = env.database('counters')
  const options = { workerData: { folder: place.folder, rounds: 300 } }
  const workers = Array.from({ length: 4 }, () => new Worker(program('counter.js'), options))
  const ends = workers.map((worker) => once(worker, 'exit'))
  let running = true
  const all = Promise.all(ends).then((codes) => { running = false; return codes })
  let seen = 0
  while (running) {
    env.read((txn) => {
      const [one, two] = [counters.get(txn, 'one', 'n') ?? 0, counters.get(txn, 'two', 'n') ?? 0]
      assert.equal(one, two)
      assert.ok(one >= seen)
      seen = one
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual((await all).flat(), [0, 0, 0, 0])
  assert.deepEqual([counters.scope('one').get('n'), counters.scope().get('n')], [1200, 1200])
})

for (const how of ['exit', 'throw', 'terminate', 'return']) {
  check(`a thread that leaves everything open ends by ${how}`, async (place) => {
    const env = place.open()
    const db = env.database('db')
    env.write((txn) => { for (let i = 0; i < 100; i++) db.put(txn, 'tenant', i, i) })
    const before = openHandles()
    const worker = new Worker(program('leaver.js'), { workerData: { folder: place.folder, how } })
    worker.on('error', (error) => assert.equal(error.message, 'as asked'))
    const exit = new Promise((resolve) => worker.on('exit', resolve)) // once() would reject for the error
    await new Promise((resolve) => worker.on('message', resolve))
    if (how === 'terminate') await worker.terminate()
    await exit
    assert.equal(openHandles(), before)
    env.write((txn) => assert.equal(db.get(txn, 'tenant', 'dropped'), undefined)) // the write lock is free
    assert.equal(all(db.scope('tenant').range()).length, 100)
  })
}

for (const how of ['exit', 'throw', 'terminate', 'return']) {
  check(`a thread that has writes under way ends by ${how}: they are done`, async (place) => {
    const env = place.open()
    const db = env.database('db')
    const before = openHandles()
    const worker = new Worker(program('leaver.js'), { workerData: { folder: place.folder, how, pending: true } })
    worker.on('error', (error) => assert.equal(error.message, 'as asked'))
    const exit = new Promise((resolve) => worker.on('exit', resolve))
    await new Promise((resolve) => worker.on('message', resolve))
    if (how === 'terminate') await worker.terminate()
    await exit
    assert.equal(openHandles(), before)
    assert.equal(db.scope('pending').count(), 2000)
  })
}

check('threads come and go while all write asynchronously', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('main')
  let running = true
  const own = (async () => {
    let n = 0
    while (running) await view.put('n', ++n)
    return n
  })()
  for (let round = 0; round < 8; round++) {
    const options = { workerData: { folder: place.folder, how: 'exit', pending: true } }
    await Promise.all([1, 2].map(() => once(new Worker(program('leaver.js'), options), 'exit')))
  }
  running = false
  assert.equal(await own, view.get('n'))
  assert.equal(env.database('db').scope('pending').count(), 2000)
})

check('a cluster: every process writes, and what it was told is there', async (place) => {
  const { status, stdout, stderr } = await runProgram('cluster.js', [place.folder])
  assert.deepEqual([status, stderr], [0, ''])
  assert.equal(stdout, 'done\n')
  const db = place.open().database('db')
  assert.equal(db.scope('main').get('ready'), true)
  for (const id of [1, 2, 3]) assert.equal(db.scope(`worker ${id}`).count(), 500)
})

check('processes beside this one add to the same counters', async (place) => {
  const env = place.open()
  const counters = env.database('counters')
  const results = await Promise.all([1, 2].map(() => runProgram('counter.js', [place.folder, '200'])))
  for (const { status, stderr } of results) assert.equal(status, 0, stderr)
  assert.deepEqual([counters.scope('one').get('n'), counters.scope('two').get('n')], [400, 400])
})
