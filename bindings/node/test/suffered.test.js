// Does what users of other LMDB packages for Node have suffered from not happen here?
import assert from 'node:assert/strict'
import { all, check, throwsCode } from './support/place.js'

check('a transaction whose function throws stores nothing, synchronous or not', async (place) => {
  const env = place.open()
  const view = env.database('db').scope('tenant')
  const fill = (txn) => {
    for (let i = 0; i < 1000; i++) view.database.put(txn, 'tenant', i, i)
    throw new Error('as asked')
  }
  assert.throws(() => env.write(fill), /as asked/)
  await assert.rejects(env.writeAsync(fill), /as asked/)
  await assert.rejects(env.batch((batch) => { batch.put(view.database, 'tenant', 1, 1); throw new Error('as asked') }))
  assert.deepEqual([view.isEmpty(), env.scopes()], [true, []])
})

check('get and walk after drop and clear find nothing, and end no process', (place) => {
  const env = place.open()
  const db = env.database('db')
  const view = db.scope('tenant')
  view.putManySync(Array.from({ length: 3000 }, (_, i) => [i, i]))
  const before = env.beginRead()
  const walk = db.range(before, 'tenant')
  walk.next()
  env.dropScope('tenant')
  assert.deepEqual([view.get(1), view.isEmpty(), [...view]], [undefined, true, []])
  assert.deepEqual([db.get(before, 'tenant', 1), all(walk).length], [1, 2999]) // its snapshot stays
  before.abort()
  view.putSync('again', 1)
  view.clearSync()
  assert.deepEqual([view.get('again'), view.deleteSync('again')], [undefined, false])
})

check('writing while walking: what is ahead may change, nothing comes twice, and the walk ends', (place) => {
  const env = place.open()
  const db = env.database('db')
  env.write((txn) => {
    for (let i = 0; i < 2000; i++) db.put(txn, 'tenant', i, 0)
    const seen = new Set()
    for (const [key, value] of db.range(txn, 'tenant')) {
      assert.ok(!seen.has(key))
      seen.add(key)
      db.put(txn, 'tenant', key, value + 1)
      db.delete(txn, 'tenant', key - 1)
      db.put(txn, 'other', key, value)
    }
    assert.equal(seen.size, 2000)
    assert.deepEqual(all(db.range(txn, 'tenant')), [[1999, 1]])
    assert.equal(db.count(txn, 'other'), 2000)
  })
})

check('clear of a default scope that is LMDB\'s unnamed database leaves the named databases', (place) => {
  const env = place.open()
  const root = env.bytesDatabase('root', { unnamedDefault: true })
  const users = env.database('users')
  root.scope().putManySync([[Buffer.from([255]), Buffer.from('v')], [Buffer.from([0]), Buffer.from('v')]])
  users.scope('tenant').putSync('k', 1)
  users.scope().putSync('k', 2)
  assert.deepEqual([...root.scope().keys()], [Buffer.from([0]), Buffer.from([255])])
  assert.equal(root.scope().clearSync(), 2)
  assert.deepEqual([users.scope('tenant').get('k'), users.scope().get('k')], [1, 2])
  assert.equal(env.databases().length, 2)
})

check('many databases, and a clear word for too many', (place) => {
  const env = place.open({ maxDatabases: 300 })
  for (let i = 0; i < 100; i++) env.database(`db ${i}`).scope('tenant').putSync('k', i)
  for (let i = 0; i < 100; i++) assert.equal(env.database(`db ${i}`).scope('tenant').get('k'), i)
  assert.equal(env.databases().length, 100)
  assert.equal(env.dropScope('tenant'), 100)
  throwsCode('SLMDB_DATABASES_FULL', () => { for (let i = 100; i < 400; i++) env.database(`db ${i}`) })
  assert.equal(env.database('db 5').scope('other').get('k'), undefined)
})
