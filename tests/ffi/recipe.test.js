// Question: does the recipe in docs/ffi.md work as it stands there, and print what it says?
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

test('the recipe', () => {
  const page = readFileSync(new URL('../../docs/ffi.md', import.meta.url), 'utf8')
  const block = (language) => {
    const [found, ...more] = page.matchAll(new RegExp('^```' + language + '\\n(.*?)^```$', 'gms'))
    assert.ok(found && more.length === 0, `docs/ffi.md has one block of ${language}`)
    return found[1]
  }
  const folder = mkdtempSync(join(tmpdir(), 'slmdb-ffi-'))
  try {
    // Read from standard input, a program finds its packages where it is started: here.
    const cwd = fileURLToPath(new URL('.', import.meta.url))
    const words = ['--input-type=module', '-', process.env.SLMDB_LIBRARY, folder]
    const printed = execFileSync(process.execPath, words, { cwd, input: block('js'), encoding: 'utf8' })
    assert.equal(printed, block('text'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
