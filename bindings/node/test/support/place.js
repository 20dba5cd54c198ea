// A folder for one test, the Envs opened in it, and what must be true when the test has ended.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { SlmdbError, open } from '../../index.js'

const native = createRequire(import.meta.url)('../../lib/native.js')

export const openHandles = native.openHandles

class Place {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-'))
  #envs = []

  /** Opens an Env in the folder (or another one), which end() closes. */
  open (options = {}, folder = this.folder) {
    const env = open(folder, { mapSize: 64 * 1024 * 1024, durability: 'noSync', ...options })
    this.#envs.push(env)
    return env
  }

  end () {
    for (const env of this.#envs) env.close()
  }

  /** After a failure, so that the next test does not fail for this one's handles. */
  giveUp () {
    for (const env of this.#envs) {
      try {
        env.close()
      } catch {} // the test has left a transaction open
    }
  }

  remove () {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A test with a folder of its own. Afterwards no handle of the library may be open. */
export function check (name, fn) {
  test(name, async (t) => {
    const place = new Place()
    try {
      await fn(place, t)
      place.end()
    } catch (error) {
      place.giveUp()
      throw error
    } finally {
      place.remove()
    }
    assert.equal(openHandles(), 0, 'handles that are still open')
  })
}

/** Asserts that a function throws a SlmdbError of this code, with a message that says something. */
export function throwsCode (code, fn, says = /./) {
  assert.throws(fn, (error) => {
    assert.ok(error instanceof SlmdbError, `not a SlmdbError: ${error?.stack}`)
    assert.equal(error.code, code, error.message)
    assert.ok(error.message.length > 10, `the message says nothing: ${error.message}`)
    assert.match(error.message, says)
    assert.ok(Number.isInteger(error.status) && error.status > 0)
    return true
  })
}

/** The entries of a range as an array. */
export function all (entries) {
  return [...entries]
}
