// Does a view see every commit at once, whoever made it, though its reads share a transaction that ends soon?
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { open } from '../index.js'
import { check, openHandles } from './support/place.js'
import { runCode } from './support/run.js'

const native = createRequire(import.meta.url)('../lib/native.js')

check('what this thread commits is seen by the next read of the same turn', async (place) => {
  const env = place.open()
  const db = env.database('d')
  const view = db.scope('a')
  for (let i = 1; i < 100; i++) {
    view.putSync('k', i)
    assert.equal(view.get('k'), i)
    env.write((txn) => {
      db.put(txn, 'a', 'k', -i)
      assert.equal(view.get('k'), i) // not committed: a view has transactions of its own
    })
    assert.equal(view.get('k'), -i)
    assert.equal(view.has(`new ${i}`), false)
    await view.put(`new ${i}`, i)
    assert.equal(view.get(`new ${i}`), i)
  }
  env.renameScope('a', 'b')
  assert.equal(view.get('k'), undefined)
  assert.equal(db.scope('b').get('k'), -99)
  env.dropScope('b')
  assert.equal(db.scope('b').isEmpty(), true)
})

check('what other processes and threads commit is seen by the next read of the same turn', async (place) => {
  const env = place.open()
  const view = env.database('d').scope('a')
  const put = (value) => `import { open } from ${JSON.stringify(new URL('../index.js', import.meta.url))}
    const env = open(${JSON.stringify(place.folder)}, { durability: 'noSync' })
    env.database('d').scope('a').putSync('k', ${value})
    env.close()`
  for (let i = 0; i < 3; i++) {
    view.get('k')
    const { status, stderr } = runCode(put(i)) // blocks this thread: the turn is the same
    assert.equal(status, 0, stderr)
    assert.equal(view.get('k'), i)
  }
  view.get('k')
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(`${put('"worker"')}
    import { workerData } from 'node:worker_threads'
    Atomics.store(workerData, 0, 1)
    Atomics.notify(workerData, 0)`)}`), { workerData: signal })
  Atomics.wait(signal, 0, 0, 30000)
  assert.equal(view.get('k'), 'worker')
  await once(worker, 'exit')
})

check('nothing stays open after the turn', async (place) => {
  const env = place.open()
  const view = env.database('d').scope('a')
  view.putSync('k', 1)
  const before = openHandles()
  view.get('k')
  assert.equal(openHandles(), before + 1)
  view.has('k')
  view.getMany(['k'])
  assert.equal(openHandles(), before + 1)
  await nextTurn()
  await nextTurn()
  assert.equal(openHandles(), before)
})

check('a write transaction, grow and close do not wait for reads of the same turn', async (place) => {
  const env = place.open()
  const other = open(place.folder, { durability: 'noSync', mapSize: 64 * 1024 * 1024 })
  const view = env.database('d').scope('a')
  view.putSync('k', 1)
  view.get('k')
  other.database('d').scope('a').get('k')
  env.grow(128 * 1024 * 1024)
  assert.equal(view.get('k'), 1)
  const txn = env.beginWrite()
  assert.equal(view.get('k'), 1)
  txn.abort()
  other.database('d').scope('a').get('k')
  other.close()
  assert.equal(view.get('k'), 1)
})

check('a database that another process makes in the same turn can be read in it', async (place) => {
  const env = place.open()
  const view = env.database('d').scope('a')
  view.putSync('k', 1)
  view.get('k')
  const { status, stderr } = runCode(`import { open } from './index.js'
    const env = open(${JSON.stringify(place.folder)}, { durability: 'noSync' })
    env.database('later').scope('a').putSync('k', 2)
    env.close()`)
  assert.equal(status, 0, stderr)
  assert.equal(view.get('k'), 1)
  assert.equal(env.database('later').scope('a').get('k'), 2)
})

check('keys that read and write while they are asked for', async (place) => {
  const env = place.open()
  const view = env.database('d').scope('a')
  view.putSync('k', 1)
  const keys = (function * () {
    yield 'k'
    view.putSync('l', 2)
    view.get('l')
    yield 'l'
  })()
  assert.deepEqual(view.getMany(keys), [1, 2])
  const key = Object.defineProperty([], 0, { enumerable: true, get: () => { view.putSync(['x'], 3); return 'x' } })
  assert.equal(view.get(key), 3)
})

check('an Env that is closed, or collected, in the turn of a read', async (place) => {
  const env = open(place.folder)
  env.database('d').scope('a').get('k')
  env.close()
  native.envRelease(0)
  await nextTurn()
  const { status, stderr } = runCode(`import { open } from './index.js'
    let env = open(${JSON.stringify(place.folder)})
    env.database('d').scope('a').get('k')
    env = undefined
    for (let i = 0; i < 10; i++) { gc(); await new Promise(setImmediate) }`, { flags: ['--expose-gc'] })
  assert.equal(status, 0, stderr)
})

check('with the timers of a test that are not the true ones', async (place) => {
  const env = place.open()
  const view = env.database('d').scope('a')
  const before = openHandles()
  const { setImmediate: kept, setTimeout: later } = globalThis
  globalThis.setImmediate = globalThis.setTimeout = () => { throw new Error('a timer that never comes') }
  try {
    await Promise.all(Array.from({ length: 20 }, (_, i) => view.put(i, i).then(() => view.put(-i, i))))
    for await (const [key, value] of view.range()) assert.equal(Math.abs(key), value)
  } finally {
    globalThis.setImmediate = kept
    globalThis.setTimeout = later
  }
  await nextTurn()
  await nextTurn()
  assert.equal(openHandles(), before)
})
