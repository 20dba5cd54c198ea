'use strict'
const { fileURLToPath } = require('node:url')
const { types } = require('node:util')
const encoder = require('./encoder.js')
const native = require('./native.js')
const { readAll } = require('./cursor.js')
const { KIND, databaseOptions, openDatabase } = require('./database.js')
const { invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')
const { checkOptions, flag, oneOf, wholeNumber } = require('./options.js')
const { ScopeHandles } = require('./scope.js')
const { READ, WRITE, abortIfOpen, begin, envOf, handleOf } = require('./txn.js')

/** @typedef {import('./txn.js').Txn} Txn */

const OPTIONS = ['mapSize', 'maxDatabases', 'maxReaders', 'mode', 'durability', 'readOnly', 'createFolder']
const DURABILITIES = new Map([['durable', 0], ['noMetaSync', 1], ['noSync', 2]])
const FLAG_READ_ONLY = 1
const FLAG_CREATE_FOLDER = 2
const LARGEST_UINT32 = 0xffffffff

/** Only open() makes an Env. */
const MADE_HERE = Symbol('made here')

class Env {
  #path
  #readOnly
  #handle
  #closed = false
  #scopes
  #finalization
  /** By kind, name and types, so that asking again for a database opens no second handle. @type {Map<string, any>} */
  #databases = new Map()

  /**
   * @param {symbol} made @param {string} path
   * @param {ReturnType<typeof envOptions>} options
   */
  constructor (made, path, options) {
    if (made !== MADE_HERE) throw invalidArgument('an Env is opened by open()')
    this.#path = path
    this.#readOnly = (options.flags & FLAG_READ_ONLY) !== 0
    this.#handle = openHandle(path, options)
    this.#scopes = new ScopeHandles(this.#handle)
    this.#finalization = new FinalizationHandle(this, native.envRelease, this.#handle)
  }

  get path () {
    return this.#path
  }

  get readOnly () {
    return this.#readOnly
  }

  get closed () {
    return this.#closed
  }

  /** @param {string} name @param {unknown} [options] */
  database (name, options) {
    return this.#database(KIND.TYPED, name, options)
  }

  /** @param {string} name @param {unknown} [options] */
  bytesKeyDatabase (name, options) {
    return this.#database(KIND.BYTES_KEY, name, options)
  }

  /** @param {string} name @param {unknown} [options] */
  bytesDatabase (name, options) {
    return this.#database(KIND.BYTES, name, options)
  }

  /** @param {number} kind @param {string} name @param {unknown} given */
  #database (kind, name, given) {
    if (typeof name !== 'string') throw invalidArgument(`a database's name is a string, not a ${typeof name}`)
    const options = databaseOptions(given)
    const { layout, keyType, valueType } = options.numbers
    const key = `${kind} ${layout} ${keyType} ${valueType} ${name}`
    let database = this.#databases.get(key)
    if (database === undefined) {
      database = openDatabase(this, this.#handle, this.#scopes, kind, name, options)
      this.#databases.set(key, database)
    }
    return database
  }

  /**
   * @template R
   * @param {(txn: Txn) => R} fn
   * @returns {R}
   */
  read (fn) {
    checkFunction(fn)
    const txn = begin(this, this.#handle, READ)
    try {
      return refusePromise(fn(txn))
    } finally {
      abortIfOpen(txn)
    }
  }

  /**
   * @template R
   * @param {(txn: Txn) => R} fn
   * @returns {R}
   */
  write (fn) {
    checkFunction(fn)
    const txn = begin(this, this.#handle, WRITE)
    try {
      const result = refusePromise(fn(txn))
      if (!txn.ended) txn.commit()
      return result
    } finally {
      abortIfOpen(txn)
    }
  }

  beginRead () {
    return this.#begin(READ)
  }

  beginWrite () {
    return this.#begin(WRITE)
  }

  /** @param {number} mode */
  #begin (mode) {
    const txn = begin(this, this.#handle, mode)
    txn.abortWhenCollected()
    return txn
  }

  /** @param {Txn} [txn] @returns {{ name: string, id: number }[]} */
  scopes (txn) {
    if (txn === undefined) return this.read((own) => this.scopes(own))
    if (envOf(txn) !== this) throw invalidArgument('the transaction is one of another Env')
    const flat = readAll(native.registryList(handleOf(txn)))
    const scopes = []
    for (let i = 0; i < flat.length; i += 2) {
      scopes.push({ name: /** @type {string} */ (flat[i]), id: /** @type {number} */ (flat[i + 1]) })
    }
    return scopes
  }

  pruneScopes () {
    return native.registryPrune(this.#handle)
  }

  /** @param {number | bigint} mapSize */
  grow (mapSize) {
    native.envGrow(this.#handle, wholeNumber(mapSize, 'the size of the map', Number.MAX_SAFE_INTEGER))
  }

  close () {
    if (this.#closed) return
    native.envClose(this.#handle)
    this.#closed = true
    this.#finalization.cancel()
    this.#databases.clear()
  }
}
if (Symbol.dispose !== undefined) {
  Object.defineProperty(Env.prototype, Symbol.dispose, {
    /** @this {Env} */
    value: function dispose () { this.close() },
    configurable: true,
    writable: true
  })
}

/** @param {unknown} fn */
function checkFunction (fn) {
  if (typeof fn !== 'function') throw invalidArgument(`read and write take a function, not a ${typeof fn}`)
  if (types.isAsyncFunction(fn)) throw invalidArgument(PROMISE)
}

const PROMISE = 'the function of read or write must not be asynchronous: the transaction ends when it returns, ' +
  'before what it awaits. It was aborted; gather the data first, or use beginRead() and beginWrite()'

/**
 * @template R
 * @param {R} result
 * @returns {R}
 */
function refusePromise (result) {
  if (typeof result !== 'object' && typeof result !== 'function') return result
  if (result === null || !('then' in result) || typeof result.then !== 'function') return result
  // what still runs meets an ended transaction; that error is a consequence of this one and is not to end the process
  Promise.resolve(result).catch(() => {})
  throw invalidArgument(PROMISE)
}

/** @param {unknown} path */
function checkPath (path) {
  if (path instanceof URL) return fileURLToPath(path)
  if (typeof path !== 'string') throw invalidArgument(`the path is a string or a file: URL, not a ${typeof path}`)
  return path
}

/** @param {unknown} given */
function envOptions (given) {
  const options = checkOptions(given, OPTIONS, 'open')
  return {
    mapSize: wholeNumber(options.mapSize, 'mapSize', Number.MAX_SAFE_INTEGER),
    maxDatabases: wholeNumber(options.maxDatabases, 'maxDatabases', LARGEST_UINT32),
    maxReaders: wholeNumber(options.maxReaders, 'maxReaders', LARGEST_UINT32),
    mode: wholeNumber(options.mode, 'mode', LARGEST_UINT32),
    durability: oneOf(options.durability, 'durability', DURABILITIES),
    flags: (flag(options.readOnly, 'readOnly') ? FLAG_READ_ONLY : 0) |
      (flag(options.createFolder, 'createFolder') ? FLAG_CREATE_FOLDER : 0)
  }
}

/** @param {string} path @param {ReturnType<typeof envOptions>} options */
function openHandle (path, options) {
  native.ready()
  const start = encoder.mark()
  try {
    return native.envOpen(start, encoder.writeName(path), options)
  } catch (error) {
    if (!(error instanceof encoder.Unencodable)) throw error
    throw invalidArgument(`the path cannot be written: ${error.message}`)
  } finally {
    encoder.reset(start)
  }
}

/** @param {string | URL} path @param {unknown} [options] */
function open (path, options) {
  return new Env(MADE_HERE, checkPath(path), envOptions(options))
}

module.exports = { Env, open }
