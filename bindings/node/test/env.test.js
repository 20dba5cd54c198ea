// Do opening, closing and growing an Env do what they say, and do read() and write() end their transactions?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Env, open } from '../index.js'
import { all, check, openHandles, throwsCode } from './support/place.js'

check('open makes the files, close can be repeated, and what follows says so', (place) => {
  const env = open(place.folder, { mapSize: 1024 * 1024 })
  assert.ok(env instanceof Env)
  assert.deepEqual([env.path, env.readOnly, env.closed], [place.folder, false, false])
  const users = env.database('users')
  const tenant = users.scope('tenant')
  env.close()
  env.close()
  assert.equal(env.closed, true)
  assert.deepEqual(fs.readdirSync(place.folder).sort(), ['data.mdb', 'lock.mdb'])
  throwsCode('SLMDB_CLOSED', () => env.read(() => 1))
  throwsCode('SLMDB_CLOSED', () => env.write(() => 1))
  throwsCode('SLMDB_CLOSED', () => env.beginRead())
  throwsCode('SLMDB_CLOSED', () => env.database('users'))
  throwsCode('SLMDB_CLOSED', () => env.scopes())
  throwsCode('SLMDB_CLOSED', () => env.pruneScopes())
  throwsCode('SLMDB_CLOSED', () => env.grow(2 ** 30))
  throwsCode('SLMDB_CLOSED', () => tenant.get('a'))
  throwsCode('SLMDB_CLOSED', () => users.scope('other'))
})

check('a path is text or a file: URL, and may be of any script', (place) => {
  const folder = path.join(place.folder, 'données 日本')
  const env = place.open({ createFolder: true }, folder)
  env.close()
  place.open({}, pathToFileURL(folder)).close()
  assert.ok(fs.existsSync(path.join(folder, 'data.mdb')))
})

check('what cannot be opened has a code of its own, and opening goes on working', (place) => {
  const file = (name) => path.join(place.folder, name)
  throwsCode('SLMDB_PATH_NOT_FOUND', () => open(file('missing')))
  throwsCode('SLMDB_PATH_NOT_FOUND', () => open(file('missing/deeper'), { createFolder: true }))
  fs.mkdirSync(file('text'))
  fs.writeFileSync(file('text/data.mdb'), 'this is no LMDB environment\n'.repeat(1000))
  throwsCode('SLMDB_NOT_AN_ENVIRONMENT', () => open(file('text')))
  fs.mkdirSync(file('empty'))
  throwsCode('SLMDB_PATH_NOT_FOUND', () => open(file('empty'), { readOnly: true }))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => open(file('a\0b')))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => open('a\ud800'))
  place.open().close()
})

check('options and arguments are checked', (place) => {
  const bad = [{ mapsize: 1 }, { mapSize: -1 }, { mapSize: 1.5 }, { mapSize: '1' }, { mapSize: 2n ** 60n },
    { maxReaders: 2 ** 32 }, { mode: 'rw' }, { durability: 'none' }, { durability: 1 }, { readOnly: 1 }, {
    createFolder: 'yes' }, 5]
  for (const options of bad) throwsCode('SLMDB_INVALID_ARGUMENT', () => open(place.folder, options))
  for (const folder of [undefined, null, 5, {}]) throwsCode('SLMDB_INVALID_ARGUMENT', () => open(folder))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => new Env())
  const env = place.open({ maxDatabases: undefined, mode: 0o600 })
  assert.equal(fs.statSync(path.join(place.folder, 'data.mdb')).mode & 0o777, 0o600)
  for (const fn of [undefined, null, 5, {}]) throwsCode('SLMDB_INVALID_ARGUMENT', () => env.read(fn))
  for (const name of [undefined, null, 5]) throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database(name))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('a', { mustexist: true }))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.database('a', { layout: 'other' }))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.grow(-1))
})

check('databases: names, kinds, layouts', (place) => {
  const env = place.open()
  const users = env.database('users')
  assert.equal(env.database('users'), users)
  assert.deepEqual([users.name, users.kind, users.env], ['users', 'typed', env])
  assert.equal(env.bytesKeyDatabase('counts').kind, 'bytesKey')
  assert.equal(env.bytesDatabase('blobs', { layout: 'heed' }).kind, 'bytes')
  throwsCode('SLMDB_KIND_MISMATCH', () => env.bytesDatabase('users'))
  throwsCode('SLMDB_LAYOUT_MISMATCH', () => env.bytesDatabase('blobs', { layout: 'ordered' }))
  throwsCode('SLMDB_DATABASE_NOT_FOUND', () => env.database('missing', { mustExist: true }))
  for (const name of ['', '__x', 'x_scoped', 'x'.repeat(501), 'a\ud800']) {
    throwsCode('SLMDB_INVALID_NAME', () => env.database(name))
  }
  env.write(() => throwsCode('SLMDB_NESTED', () => env.database('new')))
  assert.equal(env.database('users'), users)
})

check('a read-only Env reads, and refuses the rest', (place) => {
  const env = place.open()
  const users = env.database('users')
  users.scope('tenant').putSync('alice', 1)
  env.close()
  const reader = place.open({ readOnly: true })
  assert.equal(reader.readOnly, true)
  const read = reader.database('users')
  assert.equal(read.scope('tenant').get('alice'), 1)
  assert.deepEqual(reader.scopes().map(({ name }) => name), ['tenant'])
  throwsCode('SLMDB_READ_ONLY', () => reader.write(() => 1))
  throwsCode('SLMDB_READ_ONLY', () => reader.read((txn) => read.put(txn, 'tenant', 'bob', 1)))
  throwsCode('SLMDB_READ_ONLY', () => reader.pruneScopes())
  throwsCode('SLMDB_DATABASE_NOT_FOUND', () => reader.database('other'))
})

check('the same folder twice is one environment; other options are refused', (place) => {
  const first = place.open()
  const second = place.open()
  first.database('a').scope('tenant').putSync('k', 1)
  assert.equal(second.database('a').scope('tenant').get('k'), 1)
  throwsCode('SLMDB_BUSY', () => place.open({ readOnly: true }))
  first.close()
  assert.equal(second.database('a').scope('tenant').get('k'), 1)
})

check('what belongs to one Env is not used with another', (place) => {
  const one = place.open()
  const other = place.open({ createFolder: true }, path.join(place.folder, 'other'))
  const users = one.database('users')
  other.read((txn) => {
    throwsCode('SLMDB_INVALID_ARGUMENT', () => users.get(txn, null, 'a'))
    throwsCode('SLMDB_INVALID_ARGUMENT', () => one.scopes(txn))
  })
})

check('write commits when its function returns and aborts when it throws', (place) => {
  const env = place.open()
  const users = env.database('users')
  assert.equal(env.write((txn) => { users.put(txn, 'tenant', 'alice', 1); return 'done' }), 'done')
  const oops = new Error('oops')
  assert.throws(() => env.write((txn) => {
    users.put(txn, 'tenant', 'alice', 2)
    users.put(txn, 'new', 'bob', 2)
    assert.equal(users.get(txn, 'tenant', 'alice'), 2)
    throw oops
  }), oops)
  assert.equal(env.read((txn) => users.get(txn, 'tenant', 'alice')), 1)
  assert.deepEqual(env.scopes().map(({ name }) => name), ['tenant'])
  assert.throws(() => env.read(() => { throw oops }), oops)
  env.write((txn) => { users.put(txn, 'tenant', 'alice', 3); txn.abort() })
  assert.equal(users.scope('tenant').get('alice'), 1)
  env.write((txn) => { users.put(txn, 'tenant', 'alice', 4); txn.commit() })
  assert.equal(users.scope('tenant').get('alice'), 4)
})

check('a function that returns a promise is refused and nothing of it is stored', async (place) => {
  const env = place.open()
  const users = env.database('users')
  let called = false
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.write(async () => { called = true }))
  assert.equal(called, false)
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.write((txn) => {
    users.put(txn, 'tenant', 'alice', 1)
    return Promise.resolve().then(() => users.put(txn, 'tenant', 'bob', 1)) // fails, later, and ends no process
  }))
  throwsCode('SLMDB_INVALID_ARGUMENT', () => env.read(() => ({ then () {} })))
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(all(users.scope('tenant').range()), [])
})

check('explicit transactions: snapshot, commit, abort, and use after the end', (place) => {
  const env = place.open()
  const users = env.database('users')
  users.scope('tenant').putSync('alice', 1)
  const before = env.beginRead()
  const writing = env.beginWrite()
  assert.deepEqual([before.writable, writing.writable, writing.ended], [false, true, false])
  users.put(writing, 'tenant', 'alice', 2)
  throwsCode('SLMDB_READ_ONLY', () => users.put(before, 'tenant', 'alice', 3))
  throwsCode('SLMDB_NESTED', () => env.beginWrite())
  throwsCode('SLMDB_NESTED', () => env.write(() => 1))
  assert.equal(users.get(before, 'tenant', 'alice'), 1)
  writing.commit()
  assert.equal(writing.ended, true)
  assert.equal(users.get(before, 'tenant', 'alice'), 1)
  assert.equal(users.scope('tenant').get('alice'), 2)
  before.abort()
  for (const txn of [before, writing]) {
    throwsCode('SLMDB_TXN_ENDED', () => txn.commit())
    throwsCode('SLMDB_TXN_ENDED', () => txn.abort())
    throwsCode('SLMDB_TXN_ENDED', () => users.get(txn, 'tenant', 'alice'))
    throwsCode('SLMDB_TXN_ENDED', () => users.put(txn, 'tenant', 'alice', 1))
    throwsCode('SLMDB_TXN_ENDED', () => users.delete(txn, 'tenant', 'alice'))
    throwsCode('SLMDB_TXN_ENDED', () => users.clear(txn, 'tenant'))
    throwsCode('SLMDB_TXN_ENDED', () => users.range(txn, 'tenant'))
    throwsCode('SLMDB_TXN_ENDED', () => env.scopes(txn))
    txn[Symbol.dispose]()
  }
  const dropped = env.beginWrite()
  users.put(dropped, 'tenant', 'alice', 9)
  dropped[Symbol.dispose]()
  assert.equal(users.scope('tenant').get('alice'), 2)
})

check('close with open transactions is refused, says how many, and closes nothing', (place) => {
  const env = place.open()
  const users = env.database('users')
  const transactions = [env.beginRead(), env.beginRead(), env.beginWrite()]
  assert.throws(() => env.close(), (error) => error.code === 'SLMDB_BUSY' && /\b3 /.test(error.message))
  assert.equal(env.closed, false)
  users.put(transactions[2], 'tenant', 'a', 1)
  transactions[2].commit()
  transactions[1].abort()
  assert.throws(() => env[Symbol.dispose](), (error) => error.code === 'SLMDB_BUSY' && /\b1 /.test(error.message))
  transactions[0].abort()
  assert.equal(users.scope('tenant').get('a'), 1)
  env[Symbol.dispose]()
  assert.equal(env.closed, true)
})

check('a full map: the transaction is lost, what was there is not, and after grow it works', (place) => {
  const env = place.open({ mapSize: 1024 * 1024 })
  const blobs = env.bytesDatabase('blobs')
  blobs.scope('tenant').putSync(Buffer.from('kept'), Buffer.from('value'))
  const fill = () => env.write((txn) => {
    for (let i = 0; i < 100; i++) blobs.put(txn, 'tenant', Buffer.from(`key ${i}`), Buffer.alloc(20000, i))
  })
  throwsCode('SLMDB_MAP_FULL', fill)
  throwsCode('SLMDB_MAP_FULL', fill)
  assert.equal(String(blobs.scope('tenant').get(Buffer.from('kept'))), 'value')
  const reading = env.beginRead()
  throwsCode('SLMDB_BUSY', () => env.grow(16 * 1024 * 1024))
  reading.abort()
  env.grow(16n * 1024n * 1024n)
  env.grow(1024 * 1024) // less does nothing
  fill()
  assert.equal(all(blobs.scope('tenant').range()).length, 101)
})

check('a fault in one call leaves no handle behind', (place) => {
  const before = openHandles()
  throwsCode('SLMDB_PATH_NOT_FOUND', () => open(path.join(place.folder, 'missing')))
  assert.equal(openHandles(), before)
  const env = place.open()
  const users = env.database('users')
  const opened = openHandles()
  for (const scope of ['', 'x'.repeat(4097)]) assert.throws(() => users.scope(scope))
  assert.throws(() => users.scope('tenant').range({ gt: NaN }))
  assert.equal(openHandles(), opened + 1) // the scope's name
})
