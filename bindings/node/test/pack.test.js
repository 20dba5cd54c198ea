// Does the package, packed and installed in a clean folder, work by import and require, with install scripts blocked?
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import test, { after, before } from 'node:test'
import { promisify } from 'node:util'
import { packageFolder } from './support/run.js'

const run = promisify(execFile)
const build = path.resolve(packageFolder, '../../build')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-pack-'))
const main = path.join(folder, 'tarballs/scoped-lmdb-0.1.0.tgz')
const ofPlatform = path.join(folder, `tarballs/scoped-lmdb-${process.platform}-${process.arch}-0.1.0.tgz`)

before(async () => {
  const { stdout } = await run(process.execPath, ['pack.js', path.dirname(main), build], { cwd: packageFolder })
  assert.deepEqual(stdout.trim().split('\n').sort(), [main, ofPlatform].sort())
})
after(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A clean folder in which tarballs were installed, from nowhere else, with no scripts run. */
async function install (name, ...tarballs) {
  const place = path.join(folder, name)
  fs.mkdirSync(place)
  fs.writeFileSync(path.join(place, 'package.json'), '{ "private": true }\n')
  const env = { ...process.env, npm_config_cache: path.join(folder, 'cache'), SLMDB_ADDON: '' }
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
  await run('npm', ['install', ...flags, ...tarballs], { cwd: place, env })
  return place
}

const PROGRAM = `
  const env = open('data', { createFolder: true, mapSize: 1 << 24 })
  const view = env.database('db').scope('tenant')
  view.put('a', 1).then(() => {
    console.log(view.get('a'), version())
    env.close()
  })
`

/** What a program prints that uses the installed package. */
async function use (place, isModule) {
  const names = '{ open, version }'
  const how = isModule ? `import ${names} from 'scoped-lmdb'` : `const ${names} = require('scoped-lmdb')`
  const file = path.join(place, isModule ? 'program.mjs' : 'program.cjs')
  fs.writeFileSync(file, how + PROGRAM)
  const { stdout } = await run(process.execPath, [file], { cwd: place, env: { ...process.env, SLMDB_ADDON: '' } })
  return stdout
}

test('both tarballs: import, require, and nothing of the development tree', async () => {
  const place = await install('both', main, ofPlatform)
  assert.equal(await use(place, true), '1 0.1.0\n')
  assert.equal(await use(place, false), '1 0.1.0\n')
  const installed = path.join(place, 'node_modules/scoped-lmdb')
  for (const name of ['test', 'src', 'bench', 'pack.js']) assert.equal(fs.existsSync(path.join(installed, name)), false)
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'types']) fs.statSync(path.join(installed, name))
  const platform = path.join(place, `node_modules/@scoped-lmdb/${process.platform}-${process.arch}`)
  assert.ok(fs.readdirSync(path.join(platform, 'licenses'), { recursive: true }).some((name) => /lmdb-go/.test(name)))
})

test('without the platform\'s package: a message that says what to do, and then a build from source', async () => {
  const place = await install('alone', main)
  await assert.rejects(use(place, true), (error) => {
    assert.match(error.stderr, /SLMDB_ADDON_NOT_LOADED/)
    assert.match(error.stderr, /@scoped-lmdb\/linux-\w+.*node .*install\.cjs/s)
    return true
  })
  const installed = path.join(place, 'node_modules/scoped-lmdb')
  const env = { ...process.env, SLMDB_ADDON: '' }
  await run(process.execPath, [path.join(installed, 'install.cjs')], { cwd: place, env })
  assert.equal(await use(place, true), '1 0.1.0\n')
  assert.equal(await use(place, false), '1 0.1.0\n')
  const started = Date.now()
  await run(process.execPath, [path.join(installed, 'install.cjs')], { cwd: place, env }) // it is there: nothing to do
  assert.ok(Date.now() - started < 2000)
})
