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
