'use strict'
// Finds the addon and loads it. Nothing is loaded before the first use: a process that only imports this package stays
// free to fork.

const fs = require('node:fs')
const path = require('node:path')
const { isMainThread } = require('node:worker_threads')
const { watchSignals } = require('./signals.js')

const PACKAGE = path.dirname(__dirname)
const FILE = 'scoped_lmdb.node'
const PLATFORM = `@scoped-lmdb/${process.platform}-${process.arch}`

/** @typedef {import('./addon.d.ts').Addon} Addon */

/** The addon in the package of this platform, which npm installs as an optional dependency of this one. */
function platformFile () {
  try {
    return require.resolve(`${PLATFORM}/${FILE}`)
  } catch {
    return undefined
  }
}

/**
 * Where the addon may be, in the order of preference.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {{ file: string, what: string }[]}
 */
function places (environment) {
  if (environment.SLMDB_ADDON) {
    return [{ file: path.resolve(environment.SLMDB_ADDON), what: 'the environment variable SLMDB_ADDON' }]
  }
  return [
    { file: platformFile() ?? `${PLATFORM}/${FILE}`, what: 'the package of this platform' },
    { file: path.join(PACKAGE, 'built', FILE), what: 'built from source by install.cjs' },
    { file: path.resolve(PACKAGE, '..', '..', 'build', 'node', FILE), what: 'the development tree' }
  ]
}

/**
 * An Error that is not a SlmdbError: there is no library yet that could have a status.
 * @param {string} message
 * @param {unknown} [cause]
 */
function loadError (message, cause) {
  const error = new Error(`scoped-lmdb: ${message}`, cause === undefined ? undefined : { cause })
  return Object.assign(error, { code: 'SLMDB_ADDON_NOT_LOADED' })
}

/**
 * Whether a process with these mappings runs on musl, which cannot load Go's shared libraries.
 * @param {string} maps the text of /proc/self/maps
 */
function runsOnMusl (maps) {
  return /\/ld-musl-[^/\n]*\.so/.test(maps)
}

function refuseMusl () {
  if (process.platform !== 'linux') return
  let maps = ''
  try {
    maps = fs.readFileSync('/proc/self/maps', 'latin1')
  } catch {
    return // no /proc: then the loader's own message has to do
  }
  if (runsOnMusl(maps)) {
    throw loadError('this Node runs on musl (Alpine), where Go libraries such as libslmdb cannot be loaded ' +
      '(golang/go#54805). Use an image with glibc, such as node:20-slim.')
  }
}

/**
 * @param {string} file
 * @returns {Addon}
 */
function open (file) {
  /** @type {Addon} */
  let addon
  try {
    addon = require(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw loadError(`cannot load ${file}: ${reason}. libslmdb.so.1 must lie beside the addon or in ../lib from it; ` +
      'both must come from the same version', cause)
  }
  return addon
}

/** @type {Addon | undefined} */
let loaded

/** The addon of this thread. Loads it at the first call. @returns {Addon} */
function load () {
  if (loaded !== undefined) return loaded
  const candidates = places(process.env)
  const found = candidates.find(({ file }) => fs.existsSync(file))
  if (found === undefined) {
    const looked = candidates.map(({ file, what }) => `\n  ${file} (${what})`).join('')
    throw loadError(`the addon was not found. Looked at:${looked}\n` +
      `Install ${PLATFORM} (npm leaves optional packages out when asked to), or build it with Go and a C compiler by ` +
      `'node ${path.join(PACKAGE, 'install.cjs')}', or set SLMDB_ADDON to the path of scoped_lmdb.node.`)
  }
  refuseMusl()
  const addon = open(found.file)
  watchSignals(addon, isMainThread)
  loaded = addon
  return addon
}

module.exports = { load, places, runsOnMusl }
