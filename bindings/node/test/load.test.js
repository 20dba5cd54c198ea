// Is the addon found where it should be, loaded only when it is needed, and is every failure to load explained?
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import { version } from '../index.js'
import { check } from './support/place.js'
import { packageFolder, runCode } from './support/run.js'

const require = createRequire(import.meta.url)
const { load, places, runsOnMusl } = require('../lib/load.js')

/** The file that this process has loaded. */
const addonFile = Object.keys(require.cache).find((file) => file.endsWith('.node')) ??
  (load(), Object.keys(require.cache).find((file) => file.endsWith('.node')))

const TRY = `
  import { version } from 'scoped-lmdb'
  try { console.log(version()) } catch (error) { console.log(error.code + ' ' + error.message) }
`
const tried = (env) => runCode(TRY, { env }).stdout

test('the places: the environment variable alone, or the platform, what was built, the development tree', () => {
  const files = (environment) => places(environment).map(({ file }) => path.relative(packageFolder, file))
  assert.deepEqual(files({ SLMDB_ADDON: path.join(packageFolder, 'some/addon.node') }), ['some/addon.node'])
  const [ofPlatform, ...others] = places({}).map(({ file }) => file)
  assert.equal(ofPlatform, `@scoped-lmdb/${process.platform}-${process.arch}/scoped_lmdb.node`)
  assert.deepEqual(others.map((file) => path.relative(packageFolder, file)),
    ['built/scoped_lmdb.node', '../../build/node/scoped_lmdb.node'])
})

test('the version is the library\'s', () => {
  assert.match(version(), /^\d+\.\d+\.\d+/)
})

check('an addon that is not there: the message names the places and what to do', (place) => {
  const file = path.join(place.folder, 'missing.node')
  const output = tried({ SLMDB_ADDON: file })
  assert.match(output, /^SLMDB_ADDON_NOT_LOADED /)
  assert.ok(output.includes(file) && output.includes('install.cjs') && output.includes('SLMDB_ADDON'), output)
})

check('an addon that is no addon, or has no library beside it', (place) => {
  const file = path.join(place.folder, 'scoped_lmdb.node')
  fs.writeFileSync(file, 'no shared object')
  assert.match(tried({ SLMDB_ADDON: file }), /^SLMDB_ADDON_NOT_LOADED .*cannot load .*scoped_lmdb\.node/)
  fs.copyFileSync(addonFile, file)
  assert.match(tried({ SLMDB_ADDON: file }), /^SLMDB_ADDON_NOT_LOADED .*libslmdb\.so\.1.*beside the addon/s)
})

check('addon and library together in one folder', (place) => {
  const file = path.join(place.folder, 'scoped_lmdb.node')
  fs.copyFileSync(addonFile, file)
  const library = path.join(path.dirname(addonFile), '../lib/libslmdb.so.1')
  fs.copyFileSync(library, path.join(place.folder, 'libslmdb.so.1'))
  assert.equal(tried({ SLMDB_ADDON: file }), `${version()}\n`)
})

check('a library with another ABI version is refused', (place) => {
  const map = path.join(packageFolder, '../../include/slmdb.map')
  const functions = fs.readFileSync(map, 'utf8').match(/\bslmdb_\w+(?=;)/g)
  const file = (name) => path.join(place.folder, name)
  const code = functions.map((name) => `int ${name}(void) { return 99; }\n`).join('')
  fs.writeFileSync(file('other.c'), code)
  execFileSync('gcc', ['-shared', '-fPIC', '-Wl,-soname,libslmdb.so.1', `-Wl,--version-script=${map}`,
    '-o', file('libslmdb.so.1'), file('other.c')])
  fs.copyFileSync(addonFile, file('scoped_lmdb.node'))
  assert.match(tried({ SLMDB_ADDON: file('scoped_lmdb.node') }), /^SLMDB_ADDON_NOT_LOADED .*ABI version/)
})

test('musl is recognised by its loader among the mappings', () => {
  assert.equal(runsOnMusl('7f00-7f01 r-xp 00000000 08:01 1 /lib/ld-musl-x86_64.so.1\n'), true)
  assert.equal(runsOnMusl('7f00-7f01 r-xp 00000000 08:01 1 /lib64/ld-linux-x86-64.so.2\n'), false)
  assert.equal(runsOnMusl(fs.readFileSync('/proc/self/maps', 'latin1')), false)
})
