// Tests that share one Env and do not meet: each has a scope of its own, which is dropped after it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import test, { after } from 'node:test'
import { open } from 'scoped-lmdb'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'example-'))
const env = open(folder, { durability: 'noSync' })
const users = env.database('users')
after(() => {
  env.close()
  fs.rmSync(folder, { recursive: true })
})

function isolated (name, fn) {
  test(name, async () => {
    try {
      await fn(users.scope(name))
    } finally {
      env.dropScope(name)
    }
  })
}

isolated('a user that was put is found', async (scope) => {
  await scope.put('alice', { age: 30 })
  assert.deepEqual(scope.get('alice'), { age: 30 })
})

isolated('nothing is there at first', (scope) => {
  assert.equal(scope.size, 0)
})
