// Is each asynchronous write done as a whole or not at all, told of when it is durable, and with its own result?
import assert from 'node:assert/strict'
import path from 'node:path'
import { SlmdbError } from '../index.js'
import { all, check, throwsCode } from './support/place.js'
import { runProgram } from './support/run.js'

const rejectsCode = (code, promise) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof SlmdbError, String(error?.stack))
  assert.equal(error.code, code, error.message)
  return true
})

check('put, putIfAbsent, delete, clear, putMany, batch of a view', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const view = db.scope('tenant')
  await Promise.all([view.put('a', 1), db.scope('other').put('a', 'other'), db.scope().put('a', 'default')])
  assert.deepEqual([view.get('a'), db.scope('other').get('a'), db.scope().get('a')], [1, 'other', 'default'])
  assert.deepEqual(await Promise.all([view.putIfAbsent('a', 2), view.putIfAbsent('b', 2)]), [false, true])
  const deleted = await Promise.all([view.delete('a'), view.delete('a'), view.delete('never there')])
  assert.deepEqual(deleted, [true, false, false])
  await view.putMany([['x', 1], ['y', 2]])
  await view.putMany(async function * () { yield ['z', 3] }())
  await view.batch([{ type: 'put', key: 'c', value: 3 }, { type: 'delete', key: 'b' }])
  assert.deepEqual([...view], [['c', 3], ['x', 1], ['y', 2], ['z', 3]])
  await view.batch([{ type: 'clear' }, { type: 'putIfAbsent', key: 'd', value: 4 }])
  assert.deepEqual([...view], [['d', 4]])
  const cleared = await Promise.all([view.clear(), view.put('e', 5), view.clear(), view.clear()])
  assert.deepEqual(cleared, [1, undefined, 1, 0])
  assert.deepEqual([view.isEmpty(), db.scope('other').get('a')], [true, 'other'])
})

check('a batch that cannot be done is not done at all, and fails no other', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const view = db.scope('tenant')
  await view.put('taken', 0)
  const results = await Promise.allSettled(Array.from({ length: 2000 }, (_, i) => {
    const isRefused = i % 7 === 3
    const second = { type: isRefused ? 'putIfAbsent' : 'put', key: isRefused ? 'taken' : [i, 2], value: i }
    return view.batch([{ type: 'put', key: [i, 1], value: i }, second])
  }))
  results.forEach(({ status, reason }, i) => {
    if (i % 7 === 3) assert.equal(reason?.code, 'SLMDB_KEY_EXISTS')
    else assert.equal(status, 'fulfilled', reason)
    assert.equal(view.get([i, 1]), i % 7 === 3 ? undefined : i)
  })
  assert.equal(view.get('taken'), 0)
})

check('what cannot be written rejects, and is no error of others', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  await Promise.all([
    rejectsCode('SLMDB_INVALID_KEY', view.put(undefined, 1)),
    rejectsCode('SLMDB_INVALID_VALUE', view.put(1, () => 1)),
    rejectsCode('SLMDB_KEY_TOO_LONG', view.put('x'.repeat(600), 1)),
    rejectsCode('SLMDB_INVALID_ARGUMENT', view.batch([{ type: 'del', key: 1 }])),
    rejectsCode('SLMDB_INVALID_ARGUMENT', view.batch([{ type: 'put', key: 1, val: 1 }])),
    rejectsCode('SLMDB_INVALID_ARGUMENT', view.batch(5)),
    rejectsCode('SLMDB_INVALID_ARGUMENT', env.batch([{ type: 'put', key: 1, value: 1 }])),
    rejectsCode('SLMDB_INVALID_KEY', view.putMany([[1, 1], [NaN, 2]])),
    view.put('fine', 1)
  ])
  assert.deepEqual([...view], [['fine', 1]])
  const reader = place.open({}, place.folder)
  reader.close()
  env.close()
  await rejectsCode('SLMDB_CLOSED', view.put(1, 1))
  await rejectsCode('SLMDB_CLOSED', env.flush())
})

check('writes of one turn keep their order, whatever they are and wherever they go', async (place) => {
  const env = place.open()
  const typed = env.database('typed')
  const raw = env.bytesDatabase('raw', { layout: 'heed' })
  const views = [typed.scope('a'), typed.scope('b'), raw.scope('a'), raw.scope()]
  const models = views.map(() => new Map())
  let seed = 7
  const next = (below) => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed % below }
  const refused = []
  const done = []
  const expect = (promise, result) => done.push(promise.then((came) => assert.strictEqual(came, result)))
  for (let i = 0; i < 6000; i++) {
    const which = next(views.length)
    const [view, model, key] = [views[which], models[which], `key ${next(50)}`]
    const stored = which < 2 ? key : Buffer.from(key)
    const value = Buffer.alloc(next(40) === 0 ? 20000 : 5, i)
    const what = next(20)
    if (what < 14) expect(view.put(stored, value), undefined) && model.set(key, value)
    else if (what < 17) expect(view.delete(stored), model.delete(key))
    else if (what < 18) {
      expect(view.putIfAbsent(stored, value), !model.has(key))
      if (!model.has(key)) model.set(key, value)
    }
    else if (what < 19) expect(view.clear(), model.size) && model.clear()
    else refused.push(view.put(which < 2 ? 'x'.repeat(600) : Buffer.alloc(600), value).catch((error) => error))
    if (next(200) === 0) await new Promise(setImmediate)
    if (next(300) !== 0) continue
    done.push(env.batch([{ type: 'clear', database: typed, scope: 'b' }]))
    models[1].clear()
  }
  await Promise.all(done)
  for (const error of await Promise.all(refused)) {
    assert.equal(error.code, 'SLMDB_KEY_TOO_LONG')
    assert.match(error.message, /^a key of/)
  }
  views.forEach((view, i) => {
    const found = [...view].map(([key, value]) => [String(key), value])
    assert.deepStrictEqual(found, [...models[i]].sort(([a], [b]) => a < b ? -1 : 1))
  })
})

check('a map that is full: that write alone fails', async (place) => {
  const env = place.open({ mapSize: 1024 * 1024 })
  const view = env.bytesDatabase('db').scope('tenant')
  const results = await Promise.allSettled([
    view.put(Buffer.from('a'), Buffer.from('small')),
    view.put(Buffer.from('b'), Buffer.alloc(2000000)),
    view.put(Buffer.from('c'), Buffer.from('small'))
  ])
  assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  assert.equal(results[1].reason.code, 'SLMDB_MAP_FULL')
  env.grow(16 * 1024 * 1024)
  await view.put(Buffer.from('b'), Buffer.alloc(2000000))
})

check('thousands under way: all arrive, in order', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  const order = []
  const puts = Array.from({ length: 20000 }, (_, i) => view.put(i, i).then(() => { order.push(i) }))
  await env.flushed
  assert.equal(view.count(), 20000)
  await Promise.all(puts)
  assert.deepEqual(order, Array.from({ length: 20000 }, (_, i) => i))
  await view.put('same', 1)
  const values = Array.from({ length: 100 }, (_, i) => view.put('same', i))
  await Promise.all(values)
  assert.equal(view.get('same'), 99)
})

check('env.batch: into several databases and scopes; a function that throws stores nothing', async (place) => {
  const env = place.open()
  const users = env.database('users')
  const blobs = env.bytesDatabase('blobs')
  const key = Buffer.from('k')
  await env.batch([
    { type: 'put', database: users, scope: 'a', key: 1, value: 'one' },
    { type: 'put', database: blobs, key, value: key },
    { type: 'putIfAbsent', database: users, scope: 'b', key: 1, value: 'two' }
  ])
  assert.deepEqual([users.scope('a').get(1), blobs.scope().get(key), users.scope('b').get(1)], ['one', key, 'two'])
  await assert.rejects(env.batch(async (batch) => {
    batch.put(users, 'a', 1, 'changed').clear(blobs, null)
    await new Promise(setImmediate)
    throw new Error('as asked')
  }), /as asked/)
  assert.deepEqual([users.scope('a').get(1), blobs.scope().count()], ['one', 1])
  await env.batch(async (batch) => {
    batch.putMany(users, 'a', new Map([[2, 'two'], [3, 'three']]))
    await new Promise(setImmediate)
    batch.delete(users, 'a', 1)
    assert.equal(batch.length, 3)
  })
  assert.deepEqual([...users.scope('a').keys()], [2, 3])
})

check('a Batch by hand: submitted once, dropped by close', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const batch = env.batch()
  throwsCode('SLMDB_INVALID_KEY', () => batch.put(db, 'tenant', undefined, 1))
  batch.put(db, 'tenant', 'a', 1)
  assert.equal(batch.length, 1)
  await batch.submit()
  await rejectsCode('SLMDB_INVALID_ARGUMENT', batch.submit())
  throwsCode('SLMDB_INVALID_ARGUMENT', () => batch.put(db, 'tenant', 'b', 1))
  batch.close()
  const dropped = env.batch().put(db, 'tenant', 'b', 1)
  dropped[Symbol.dispose]()
  await rejectsCode('SLMDB_INVALID_ARGUMENT', dropped.submit())
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.batch().put({}, 'tenant', 'b', 1))
  const other = place.open({ createFolder: true }, path.join(place.folder, 'other'))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => other.batch().put(db, 'tenant', 'b', 1))
  assert.deepEqual([...db.scope('tenant')], [['a', 1]])
  const left = env.batch().put(db, 'tenant', 'c', 1)
  env.close()
  await rejectsCode('SLMDB_CLOSED', left.submit())
})

check('writeAsync: whole or not at all, one after the other, and no batch within waits for itself', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  const db = view.database
  const turn = () => new Promise(setImmediate)
  const add = () => env.writeAsync(async (txn) => {
    const before = db.get(txn, 'tenant', 'n') ?? 0
    await turn()
    db.put(txn, 'tenant', 'n', before + 1)
    await turn()
    return before
  })
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, add)), Array.from({ length: 20 }, (_, i) => i))
  await assert.rejects(env.writeAsync(async (txn) => {
    db.put(txn, 'tenant', 'n', 1000)
    db.put(txn, 'new', 'n', 1000)
    await turn()
    throw new Error('as asked')
  }), /as asked/)
  assert.deepEqual([view.get('n'), env.scopes().length], [20, 1])
  await env.writeAsync(async (txn) => {
    await rejectsCode('SLMDB_NESTED', view.put('n', 5))
    await rejectsCode('SLMDB_NESTED', env.flush())
    await rejectsCode('SLMDB_NESTED', env.writeAsync(() => 1))
    throwsCode('SLMDB_NESTED', () => env.write(() => 1))
    db.put(txn, 'tenant', 'done', true)
  })
  const outside = env.writeAsync(() => turn()).then(() => 'transaction')
  assert.deepEqual(await Promise.all([outside, view.put('later', 1).then(() => 'batch')]), ['transaction', 'batch'])
  await env.writeAsync((txn) => txn.abort())
  await rejectsCode('SLMDB_INVALID_ARGUMENT', env.writeAsync(5))
})

check('AbortSignal: a walk, a wait for the write transaction, entries that are gathered', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const view = db.scope('tenant')
  view.putManySync(Array.from({ length: 5000 }, (_, i) => [i, i]))
  const stopped = (signal, promise) => assert.rejects(promise, (error) => error === signal.reason)
  const walk = new AbortController()
  let seen = 0
  await stopped(walk.signal, (async () => {
    for await (const [key] of view.range({ signal: walk.signal })) {
      assert.equal(key, seen++)
      if (seen === 10) setImmediate(() => walk.abort(new Error('enough')))
    }
  })())
  assert.ok(seen >= 10 && seen < 5000, String(seen))
  assert.throws(() => view.range({ signal: walk.signal }), /enough/)
  const wait = new AbortController()
  const first = env.writeAsync(() => new Promise((resolve) => setTimeout(resolve, 30)))
  const second = env.writeAsync((txn) => db.put(txn, 'tenant', 'no', 1), { signal: wait.signal })
  const third = env.writeAsync((txn) => db.put(txn, 'tenant', 'yes', 1))
  wait.abort(new Error('gave up'))
  await stopped(wait.signal, second)
  await Promise.all([first, third])
  assert.deepEqual([view.get('no'), view.get('yes')], [undefined, 1])
  const gather = new AbortController()
  await stopped(gather.signal, view.putMany(async function * () {
    yield ['one', 1]
    gather.abort(new Error('stop'))
    yield ['two', 2]
  }(), { signal: gather.signal }))
  assert.equal(view.has('one'), false)
})

check('walks with for await let other things happen, and see one snapshot', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  view.putManySync(Array.from({ length: 3000 }, (_, i) => [i, i]))
  let turns = 0
  const timer = setInterval(() => { turns++ }, 0)
  const keys = []
  for await (const [key] of view) {
    if (key === 0) await view.clear()
    keys.push(key)
    if (key % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  clearInterval(timer)
  assert.deepEqual([keys.length, view.isEmpty(), turns > 0], [3000, true, true])
  for await (const key of view.keys()) assert.fail(String(key))
  const left = view.range()[Symbol.asyncIterator]()
  await left.return()
})

check('close waits for what was submitted; one that would wait for itself is refused', async (place) => {
  const env = place.open()
  const again = place.open()
  const view = env.database('db').scope('tenant')
  const results = Array.from({ length: 500 }, (_, i) => view.put(i, i))
  const writing = again.beginWrite()
  const last = view.put('last', 1)
  throwsCode('SLMDB_BUSY', () => env.close())
  writing.abort()
  env.close()
  await Promise.all([...results, last])
  assert.equal(again.database('db').scope('tenant').count(), 501)
  const third = place.open()
  const late = third.database('db').scope('tenant').put('late', 1)
  await third[Symbol.asyncDispose]()
  await late
  assert.equal(third.closed, true)
})

check('what was acknowledged is there after kill -9', async (place) => {
  const { signal, stdout } = await runProgram('acknowledge.js', [place.folder])
  assert.equal(signal, 'SIGKILL')
  const acknowledged = Number(stdout.trim().split('\n').at(-1))
  assert.ok(acknowledged >= 300, stdout)
  const view = place.open().database('db').scope('tenant')
  for (let i = 0; i < acknowledged; i++) assert.equal(view.get(i), i)
  assert.equal(all(view.keys({ prefix: undefined })).length, view.count())
})

check('puts of one turn: one that is refused fails no other, and a full map fails all', async (place) => {
  const env = place.open({ mapSize: 256 * 1024 })
  const view = env.database('d').scope('a')
  const raw = env.bytesDatabase('raw').scope('a')
  const good = [view.put('a', 1), view.put(['a', 1], 2), view.put(7, 3), raw.put(Buffer.from('k'), Buffer.from('v'))]
  const bad = Promise.allSettled([
    view.put('x'.repeat(600), 1), view.put(NaN, 2), raw.put(Buffer.alloc(0), Buffer.from('v'))
  ])
  good.push(view.put('b', 4), view.put('', 5), view.delete('none'), raw.put(Buffer.alloc(507, 1), Buffer.from('w')))
  await Promise.all(good)
  assert.deepEqual((await bad).map(({ reason }) => reason.code),
    ['SLMDB_KEY_TOO_LONG', 'SLMDB_INVALID_KEY', 'SLMDB_EMPTY_KEY'])
  assert.deepEqual([...view.values()], [5, 1, 4, 2, 3])
  assert.equal(raw.size, 2)
  const many = Array.from({ length: 600 }, (_, i) => view.put(`large ${i}`, 'x'.repeat(1000)))
  const results = await Promise.allSettled(many)
  const full = results.filter(({ reason }) => reason?.code === 'SLMDB_MAP_FULL')
  assert.notEqual(full.length, 0)
  for (const [i, { status }] of results.entries()) assert.equal(view.has(`large ${i}`), status === 'fulfilled')
})
