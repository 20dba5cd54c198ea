'use strict'
const encoder = require('./encoder.js')
const native = require('./native.js')
const { addWrites, openBatch, submitFilled } = require('./batch.js')
const { readAll } = require('./cursor.js')
const { openDatabase } = require('./database.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')
const { Gathering, submitAll } = require('./gathering.js')
const { KIND, databaseOptions, describeListed } = require('./kinds.js')
const { Maintenance, whenIdle } = require('./maintenance.js')
const { Newest, endAll } = require('./newest.js')
const { checkOptions, flag, oneOf, wholeNumber } = require('./options.js')
const { ScopeHandles } = require('./scope.js')
const { checkPath } = require('./streams.js')
const { READ, WRITE, abortIfOpen, begin, checkFunction, envOf, handleOf, refusePromise, runWrite } = require('./txn.js')
const { Turns } = require('./turns.js')

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
  #turns = new Turns()
  #gathering
  #maintenance
  #newest
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
    this.#gathering = new Gathering(this, this.#handle)
    this.#maintenance = new Maintenance(this, this.#handle)
    this.#newest = new Newest(this.#handle)
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
    const options = databaseOptions(kind, given)
    const { layout, keyType, valueType, unnamedDefault } = options.numbers
    const values = options.extensions ? 'extensions' : codecId(options.codec)
    const key = `${kind} ${layout} ${keyType} ${valueType} ${unnamedDefault} ${values} ${name}`
    let database = this.#databases.get(key)
    if (database === undefined) {
      this.#newest.end() // which cannot read a table that is opened now
      const its = { envHandle: this.#handle, scopes: this.#scopes, gathering: this.#gathering, newest: this.#newest }
      database = openDatabase(this, its, kind, name, options)
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
    return runWrite(() => this.#beginWrite(), fn)
  }

  #beginWrite () {
    this.#newest.end() // so that its pages can be used again
    return begin(this, this.#handle, WRITE)
  }

  /**
   * @template R
   * @param {(txn: Txn) => R | Promise<R>} fn
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<R>}
   */
  async writeAsync (fn, options) {
    if (typeof fn !== 'function') throw invalidArgument(`writeAsync takes a function, not a ${typeof fn}`)
    const { signal } = /** @type {{ signal?: AbortSignal }} */ (checkOptions(options, ['signal'], 'writeAsync'))
    this.checkOutside()
    return this.#turns.take(signal, async () => {
      const txn = this.#beginWrite()
      try {
        const result = await fn(txn)
        signal?.throwIfAborted()
        if (!txn.ended) txn.commit()
        return result
      } finally {
        abortIfOpen(txn)
      }
    })
  }

  /** Before another batch: what came before it goes first. */
  submitGathered () {
    this.#gathering.submit()
  }

  /** Batches wait for the write transaction: one that its own function awaits would wait for ever. */
  checkOutside () {
    if (!this.#turns.isInside()) return
    throw new SlmdbError(STATUS.NESTED, 'this is the function of writeAsync(), whose transaction batches wait for: ' +
      'write with the transaction, or submit after it')
  }

  /** @param {unknown} [writes] @returns {any} */
  batch (writes) {
    if (writes === undefined) return openBatch(this, this.#handle)
    return submitFilled(this, this.#handle, typeof writes === 'function'
      ? (batch) => writes(batch)
      : (batch) => addWrites(batch, /** @type {Iterable<unknown>} */ (writes)))
  }

  /** @returns {Promise<void>} */
  async flush () {
    // an empty batch: the answers come in the order of submission
    await openBatch(this, this.#handle).submit()
  }

  get flushed () {
    return this.flush()
  }

  beginRead () {
    const txn = begin(this, this.#handle, READ)
    txn.abortWhenCollected()
    return txn
  }

  beginWrite () {
    const txn = this.#beginWrite()
    txn.abortWhenCollected()
    return txn
  }

  /**
   * Calls a function with a transaction of this Env: the caller's, or one of its own.
   * @template R
   * @param {Txn | undefined} txn @param {number} mode @param {(txn: number) => R} fn
   * @returns {R}
   */
  #within (txn, mode, fn) {
    if (txn !== undefined) {
      if (envOf(txn) !== this) throw invalidArgument('the transaction is one of another Env')
      return fn(handleOf(txn))
    }
    for (;;) {
      try {
        return mode === READ ? this.read((own) => fn(handleOf(own))) : this.write((own) => fn(handleOf(own)))
      } catch (error) {
        // another process has made a database meanwhile, which a new transaction knows
        if (!(error instanceof SlmdbError && error.status === STATUS.CONFLICT)) throw error
      }
    }
  }

  /** @param {Txn} [txn] @returns {{ name: string, id: number }[]} */
  scopes (txn) {
    const flat = this.#within(txn, READ, (own) => readAll(native.registryList(own)))
    const scopes = []
    for (let i = 0; i < flat.length; i += 2) {
      scopes.push({ name: /** @type {string} */ (flat[i]), id: /** @type {number} */ (flat[i + 1]) })
    }
    return scopes
  }

  /** @param {Txn} [txn] */
  databases (txn) {
    const flat = this.#within(txn, READ, (own) => readAll(native.dbList(own)))
    const databases = []
    for (let i = 0; i < flat.length; i += 2) {
      databases.push(describeListed(/** @type {string} */ (flat[i]), /** @type {any} */ (flat[i + 1])))
    }
    return databases
  }

  /** @param {unknown} scope @param {Txn} [txn] @returns {number | undefined} */
  scopeId (scope, txn) {
    return this.#within(txn, READ, (own) => native.registryId(own, this.#scopes.findNamed(scope)))
  }

  /** @param {unknown} scope @param {Txn} [txn] */
  registerScope (scope, txn) {
    return this.#within(txn, WRITE, (own) => native.registryRegister(own, this.#scopes.findNamed(scope)))
  }

  /** @param {unknown} from @param {unknown} to @param {Txn} [txn] */
  renameScope (from, to, txn) {
    return this.#within(txn, WRITE, (own) => {
      this.#scopes.findNamed(from) // the first may be closed for the second when very many are open
      const target = this.#scopes.findNamed(to)
      return native.registryRename(own, this.#scopes.findNamed(from), target)
    })
  }

  /** @param {unknown} scope @param {Txn} [txn] @returns {number | undefined} */
  dropScope (scope, txn) {
    return this.#within(txn, WRITE, (own) => native.registryDrop(own, this.#scopes.findNamed(scope)))
  }

  /** @param {Txn} [txn] */
  pruneScopes (txn) {
    return this.#within(txn, WRITE, native.registryPrune)
  }

  /** @param {unknown} scope @param {unknown} [options] @returns {Promise<number | undefined>} */
  dropScopeAsync (scope, options) {
    return this.#maintenance.dropScope(scope, options)
  }

  /** @param {unknown} scope @param {unknown} [options] @returns {Promise<any>} */
  copyScope (scope, options) {
    return this.#maintenance.copyScope(scope, options)
  }

  /** @param {unknown} scope @param {unknown} options @returns {Promise<any>} */
  moveScope (scope, options) {
    return this.#maintenance.moveScope(scope, options)
  }

  /** @param {unknown} [options] @returns {Promise<any>} */
  measure (options) {
    return this.#maintenance.measure(options)
  }

  /** @param {unknown} [options] @returns {Promise<any>} */
  verify (options) {
    return this.#maintenance.verify(options)
  }

  /** @returns {Promise<any>} */
  readers () {
    return this.#maintenance.readers()
  }

  /** @returns {Promise<number>} */
  clearReaders () {
    return this.#maintenance.clearReaders()
  }

  /** @param {unknown} to @param {unknown} [options] @returns {Promise<any>} */
  backup (to, options) {
    return this.#maintenance.backup(to, options)
  }

  /** @param {unknown} to @param {unknown} [options] @returns {Promise<any>} */
  export (to, options) {
    return this.#maintenance.export(to, options)
  }

  /** @param {unknown} from @param {unknown} [options] @returns {Promise<any>} */
  import (from, options) {
    return this.#maintenance.import(from, options)
  }

  /** @param {unknown} id @param {unknown} [options] @returns {Promise<number>} */
  dropOrphan (id, options) {
    return this.#maintenance.dropOrphan(id, options)
  }

  info () {
    return native.envStat(this.#handle)
  }

  /** @param {number | bigint} mapSize */
  grow (mapSize) {
    endAll() // it would wait for them
    native.envGrow(this.#handle, wholeNumber(mapSize, 'the size of the map', Number.MAX_SAFE_INTEGER))
  }

  close () {
    if (this.#closed) return
    this.#maintenance.checkIdle()
    this.#gathering.submit()
    this.#newest.end()
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

if (Symbol.asyncDispose !== undefined) {
  Object.defineProperty(Env.prototype, Symbol.asyncDispose, {
    /** @this {Env} */
    value: async function asyncDispose () {
      if (!this.closed) await this.flush()
      await whenIdle(this)
      this.close()
    },
    configurable: true,
    writable: true
  })
}

/** @type {WeakMap<object, number>} */
const codecIds = new WeakMap()
let lastCodecId = 0

/** A number for a codec, so that two of them are two databases. @param {object | undefined} codec */
function codecId (codec) {
  if (codec === undefined) return 0
  const id = codecIds.get(codec) ?? ++lastCodecId
  codecIds.set(codec, id)
  return id
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
  native.beforeExit(submitAll)
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
