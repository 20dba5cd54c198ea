// Does the addon answer any numbers in its frame with a status, and never with a crash?
import assert from 'node:assert/strict'
import { check } from './support/place.js'
import { runProgram } from './support/run.js'

for (const seed of [1, 2, 3]) {
  check(`random calls, seed ${seed}`, async (place) => {
    const { status, signal, stdout, stderr } = await runProgram('misuse.js', [place.folder, String(seed)])
    assert.deepEqual([status, signal, stderr], [0, null, ''])
    const statuses = JSON.parse(stdout)
    for (const expected of [0, 21, 25, 41]) assert.ok(statuses.includes(expected), stdout)
  })
}
