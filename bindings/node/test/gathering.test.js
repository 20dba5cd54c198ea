// Are single writes of many turns committed in order, each with its own result, whatever they wait for?
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { check, throwsCode } from './support/place.js'

const require = createRequire(import.meta.url)
const encoder = require('../lib/encoder.js')
const native = require('../lib/native.js')

const turn = () => new Promise(setImmediate)
const codes = async (promises) => (await Promise.allSettled(promises)).map(({ reason }) => reason?.code)

check('what waits for a transaction is done in order afterwards, batches of the user among it', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const view = db.scope('tenant')
  await view.put('k', 0)
  const writing = env.beginWrite()
  const order = []
  const done = []
  const expect = (name, promise) => done.push(promise.then((result) => { order.push([name, result]) }))
  for (let i = 0; i < 5; i++) {
    expect('put', view.put('k', `put ${i}`))
    await turn()
    const batch = env.batch()
    batch.put(db, 'tenant', 'k', `batch ${i}`)
    expect('batch', batch.submit())
    expect('flush', env.flushed)
    expect('delete', view.delete('k'))
    expect('insert', view.putIfAbsent('k', `insert ${i}`))
    if (i % 2 === 0) await turn()
    expect('again', view.putIfAbsent('k', 'refused'))
    expect('large', view.put('large', Buffer.alloc(20000, i)))
  }
  assert.deepEqual(order, [])
  throwsCode('SLMDB_BUSY', () => env.close())
  db.put(writing, 'tenant', 'k', 'before all')
  writing.commit()
  await Promise.all(done)
  const names = ['put', 'batch', 'flush', 'delete', 'insert', 'again', 'large']
  const results = { insert: true, again: false, delete: true }
  const got = (name) => order.filter(([one]) => one === name).map(([, result]) => result)
  for (const name of names) assert.deepEqual(got(name), Array(5).fill(results[name]))
  assert.equal(view.get('k'), 'insert 4')
  assert.deepEqual(view.get('large'), Buffer.alloc(20000, 4))
})

check('turns that are committed together fail for themselves', async (place) => {
  const env = place.open({ mapSize: 256 * 1024 })
  const view = env.database('db').scope('tenant')
  await view.put('first', 1)
  const writing = env.beginWrite()
  const before = codes([view.put('a', 1)]) // with which the thread waits
  await turn()
  const small = codes([view.put('b', 2), view.put('x'.repeat(600), 0), view.delete('x'.repeat(600)), view.put('c', 3)])
  await turn()
  const large = codes(Array.from({ length: 60 }, (_, i) => view.put(['large', i], 'x'.repeat(4000))))
  await turn()
  const last = codes([view.delete('first'), view.put(NaN, 0), view.put(['x'.repeat(600)], 0), view.put('d', 4)])
  await turn()
  writing.abort()
  assert.deepEqual(await before, [undefined])
  assert.deepEqual(await small, [undefined, 'SLMDB_KEY_TOO_LONG', 'SLMDB_KEY_TOO_LONG', undefined])
  assert.deepEqual(await large, Array(60).fill('SLMDB_MAP_FULL'))
  assert.deepEqual(await last, [undefined, 'SLMDB_INVALID_KEY', 'SLMDB_KEY_TOO_LONG', undefined])
  assert.deepEqual([...view], [['a', 1], ['b', 2], ['c', 3], ['d', 4]])
})

check('more scopes than the Env keeps handles of, written in one turn and while a turn waits', async (place) => {
  const env = place.open()
  const db = env.database('db')
  const puts = Array.from({ length: 6000 }, (_, i) => db.scope(`one ${i}`).put('k', i))
  await Promise.all(puts)
  const writing = env.beginWrite()
  const waiting = Array.from({ length: 3000 }, (_, i) => db.scope(`two ${i}`).put('k', i))
  await turn()
  for (let i = 0; i < 6000; i++) waiting.push(db.scope(`two ${i}`).delete('none'))
  for (let i = 3000; i < 6000; i++) waiting.push(db.scope(`two ${i}`).put('k', i))
  await turn()
  for (let i = 0; i < 5000; i++) db.scope(`three ${i}`) // which closes those
  writing.abort()
  await Promise.all(waiting)
  const open = [db.scope('four').put('k', 4), db.scope('five').put('k', 5)]
  for (let i = 0; i < 5000; i++) db.scope(`six ${i}`)
  await Promise.all(open)
  assert.deepEqual([db.scope('four').get('k'), db.scope('five').get('k')], [4, 5])
  for (let i = 0; i < 6000; i++) {
    assert.equal(db.scope(`one ${i}`).get('k'), i)
    assert.equal(db.scope(`two ${i}`).get('k'), i)
  }
})

check('an Env of which nothing can be written, or that is closed, refuses each write', async (place) => {
  const env = place.open()
  env.database('db').scope('tenant').putSync('k', 1)
  env.close()
  const reader = place.open({ readOnly: true })
  const view = reader.database('db').scope('tenant')
  const writes = () => codes([view.put('k', 2), view.delete('k'), view.clear(), view.put('k', 'x'.repeat(20000))])
  assert.deepEqual(await writes(), Array(4).fill('SLMDB_READ_ONLY'))
  assert.equal(view.get('k'), 1)
  reader.close()
  assert.deepEqual(await writes(), Array(4).fill('SLMDB_CLOSED'))
})

/** Adds puts of one key each, as they are, with no word of which may be refused for itself. */
function gatherPuts (env, db, keys, mark) {
  native.gatherOpen(env)
  const start = encoder.beginPage()
  const places = keys.map((key) => {
    const place = encoder.mark() - start
    encoder.writeAny(key, 0)
    encoder.writeAny(1, 0)
    return place | mark
  })
  const length = encoder.endPage(start, 2 * keys.length)
  const placesStart = encoder.mark()
  const bytes = new Uint8Array(Int32Array.from(places).buffer)
  encoder.writeRaw(bytes)
  native.toAdd(native.ADD.PUT_MANY, db, 0, start, length, placesStart, bytes.length)
  encoder.reset(start)
  native.gatherAdd(env)
}

check('a write that must not be refused for itself takes its turn with it, and no other turn', async (place) => {
  native.ready()
  const start = encoder.mark()
  const options = { mapSize: 1 << 22, maxDatabases: 4, maxReaders: 4, mode: 0, durability: 2, flags: 0 }
  const env = native.envOpen(start, encoder.writeName(place.folder), options)
  const kind = { kind: 1, layout: 0, keyType: 0, valueType: 0, unnamedDefault: 0 }
  encoder.reset(start)
  const db = native.dbOpen(env, start, encoder.writeName('db'), kind)
  encoder.reset(start)
  const view = place.open().database('db').scope()
  const submit = () => new Promise((resolve, reject) => native.gatherSubmit(env, { env, resolve, reject }))
  native.listen()
  throwsCode('SLMDB_INTERNAL', () => { gatherPuts(env, db, ['k'], 1 << 30) })
  gatherPuts(env, db, ['dropped'], 0)
  native.gatherDrop(env)
  gatherPuts(env, db, ['a', 'b'], 0)
  const good = submit()
  gatherPuts(env, db, ['c', 'x'.repeat(600), 'd'], 0)
  const bad = submit()
  gatherPuts(env, db, ['e'], 0)
  const last = submit()
  assert.deepEqual(await codes([good, bad, last]), [undefined, 'SLMDB_CANCELED', undefined])
  assert.deepEqual([...view.keys()], ['a', 'b', 'e'])
  native.envClose(env)
})
