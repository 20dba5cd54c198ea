// Do other runtimes that have Node-API do what Node does?
//
// A test is skipped where its runtime is not there: SLMDB_DENO and SLMDB_BUN name them, else PATH is looked through.
// The npm packages deno and bun have them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { check } from './support/place.js'
import { program } from './support/run.js'

const RUNTIMES = {
  node: { command: process.execPath, args: [] },
  deno: { command: process.env.SLMDB_DENO ?? 'deno', args: ['run', '-A'] },
  bun: { command: process.env.SLMDB_BUN ?? 'bun', args: [] }
}

for (const [name, { command, args }] of Object.entries(RUNTIMES)) {
  const run = (...more) => spawnSync(command, [...args, program('runtime.js'), ...more],
    { encoding: 'utf8', timeout: 60000 })
  const isThere = spawnSync(command, ['--version']).status === 0
  check(`${name}: transactions, asynchronous writes, long work, threads, an end with writes under way`, (place, t) => {
    if (!isThere) return t.skip(`${name} is not here`)
    const whole = run(place.folder)
    assert.equal(whole.stdout, 'as it should be\n', whole.stderr)
    assert.equal(whole.status, 0, whole.stderr)
    const left = run(place.folder, 'exit')
    assert.equal(left.status, 0, left.stderr)
    assert.equal(place.open().database('db').scope('left').size, 2000)
  })
}
