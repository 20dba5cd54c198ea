// Is the package whole: the same classes for import and require, the README's first example, a clean lock file?
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'
import * as imported from '../index.js'
import { check } from './support/place.js'
import { packageFolder, runCode } from './support/run.js'

const require = createRequire(import.meta.url)
const read = (name) => fs.readFileSync(path.join(packageFolder, name), 'utf8')

test('import and require give the same objects', () => {
  const required = require('../index.cjs')
  assert.deepEqual(Object.keys(imported).sort(), Object.keys(required).sort())
  for (const name of Object.keys(required)) assert.equal(imported[name], required[name])
})

test('the types declare what the package exports, and its members', () => {
  const types = fs.readdirSync(path.join(packageFolder, 'types')).map((name) => read(`types/${name}`)).join('')
  const declared = [...types.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(declared.sort(), Object.keys(imported).sort())
  for (const name of ['Batch', 'Database', 'Env', 'Scope', 'ScopeView', 'Txn']) {
    const body = types.slice(types.indexOf(`export class ${name}`))
    const end = name === 'Txn' ? body.indexOf('\n}', body.indexOf('interface WriteTxn')) : body.indexOf('\n}')
    const ofClass = body.slice(0, end)
    for (const member of Object.getOwnPropertyNames(imported[name].prototype)) {
      if (['constructor', 'abortWhenCollected', 'checkOutside', 'submitGathered'].includes(member)) continue
      assert.match(ofClass, new RegExp(`\\b${member}[:(<]`), `${name}.${member} is not declared`)
    }
  }
})

for (const name of ['README.md', '../../docs/operations.md']) check(`the first example of ${name} runs`, (place) => {
  const [, code] = read(name).match(/```js\n(.*?)```/s)
  const file = path.join(place.folder, 'example.mjs')
  fs.mkdirSync(path.join(place.folder, 'node_modules'))
  fs.symlinkSync(packageFolder, path.join(place.folder, 'node_modules/scoped-lmdb'))
  fs.writeFileSync(file, code)
  const run = `process.chdir(${JSON.stringify(place.folder)}); await import(${JSON.stringify(file)})`
  const { stdout, stderr, status } = runCode(run)
  assert.equal(stderr, '')
  assert.equal(status, 0)
  const expected = [...code.matchAll(/\/\/ prints: (.*)/g)].map(([, line]) => line)
  assert.deepEqual(stdout.trim().split('\n'), expected)
})

test('the lock file names no other host of packages than the public one', () => {
  const resolved = [...read('package-lock.json').matchAll(/"resolved": "(.*?)"/g)].map(([, url]) => url)
  for (const url of resolved) assert.ok(url.startsWith('https://registry.npmjs.org/'), url)
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  assert.equal(dependencies, undefined)
  for (const [name, range] of Object.entries(devDependencies)) assert.match(range, /^\d+\.\d+\.\d+$/, name)
})
