// Does a process end cleanly with everything still open, however it ends, and is what it committed there?
import assert from 'node:assert/strict'
import test from 'node:test'
import { check } from './support/place.js'
import { runCode } from './support/run.js'

const OPEN_ALL = `
  import { open } from 'scoped-lmdb'
  const env = open(process.env.FOLDER, { mapSize: 1 << 24 })
  const db = env.database('db')
  env.write((txn) => { for (let i = 0; i < 100; i++) db.put(txn, 'tenant', i, i) })
  globalThis.kept = [env, db.scope('tenant').range(), env.beginRead(), env.beginWrite()]
  db.put(kept[3], 'tenant', 'dropped', 1)
`

for (const [how, code, expected] of [
  ['the end of the program', '', 0],
  ['process.exit', 'process.exit(3)', 3],
  ['an error', 'throw new Error("as asked")', 1],
  ['exit in a listener', 'process.on("exit", () => { kept[2].abort() })', 0],
  ['a timer still to come', 'setTimeout(() => {}, 20).unref()', 0]
]) {
  check(`by ${how}`, (place) => {
    const { status, signal, stderr } = runCode(OPEN_ALL + code, { env: { FOLDER: place.folder } })
    assert.deepEqual([status, signal], [expected, null], stderr)
    if (expected !== 1) assert.equal(stderr, '')
    const db = place.open().database('db')
    assert.equal([...db.scope('tenant').range()].length, 100)
    db.scope('tenant').putSync('more', 1)
  })
}

const PENDING = `
  import { open } from 'scoped-lmdb'
  const env = open(process.env.FOLDER, { mapSize: 1 << 24 })
  const view = env.database('db').scope('tenant')
  for (let i = 0; i < 3000; i++) view.put(i, i)
  env.batch().put(view.database, 'tenant', 'never submitted', 1)
`

for (const [how, code, expected] of [
  ['the end of the program', '', 0],
  ['process.exit', 'process.exit(3)', 3],
  ['an error', 'throw new Error("as asked")', 1],
  ['close', 'env.close()', 0],
  ['exit after the first is acknowledged', 'view.put("last", 1).then(() => process.exit(0))', 0]
]) {
  check(`with writes under way, by ${how}: all that was submitted is there`, (place) => {
    const { status, signal, stderr } = runCode(PENDING + code, { env: { FOLDER: place.folder } })
    assert.deepEqual([status, signal], [expected, null], stderr)
    if (expected !== 1) assert.equal(stderr, '')
    const view = place.open().database('db').scope('tenant')
    assert.equal(view.count({ gte: 0 }), 3000)
    assert.equal(view.has('never submitted'), false)
  })
}

check('writes that wait for the process\'s own transaction do not hold up its end', (place) => {
  const start = Date.now()
  const code = PENDING + 'globalThis.kept = env.beginWrite(); view.put("waits", 1); process.exit(0)'
  const { status, stderr } = runCode(code, { env: { FOLDER: place.folder } })
  assert.deepEqual([status, stderr], [0, ''])
  assert.ok(Date.now() - start < 8000)
  place.open().database('db').scope('tenant').putSync('more', 1) // the write lock is free
})

test('a process that only loads the package opens nothing and ends', () => {
  const { status, stdout, stderr } = runCode(`
    import * as slmdb from 'scoped-lmdb'
    import fs from 'node:fs'
    const loaded = () => fs.readFileSync('/proc/self/maps', 'utf8').includes('libslmdb')
    const before = loaded()
    slmdb.version()
    console.log(before, loaded(), process.listenerCount('SIGCHLD'))
  `)
  assert.equal(stdout, 'false true 1\n', stderr)
  assert.equal(status, 0)
})
