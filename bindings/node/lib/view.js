'use strict'
const native = require('./native.js')
const { addWrites, submitFilled, targets, writeToAdd } = require('./batch.js')
const { ENTRIES, KEYS, VALUES } = require('./range.js')
const { abortIfOpen } = require('./txn.js')

const { ADD } = native

/** @typedef {import('./database.js').Database} Database */
/** @typedef {import('./txn.js').Txn} Txn */

/** One scope of one Database. Every operation has a transaction of its own; those with promises are batches. */
class ScopeView {
  #database
  #scope
  #target
  #newest

  /** @param {Database} database @param {import('./scope.js').Scope | string | null} scope */
  constructor (database, scope) {
    this.#database = database
    this.#scope = scope
    this.#target = /** @type {import('./database.js').Target} */ (targets.get(database))
    this.#newest = /** @type {any} taken for a transaction */ (this.#target.newest)
  }

  get database () {
    return this.#database
  }

  /** The scope's name; null is the default scope. */
  get name () {
    return this.#scope === null ? null : String(this.#scope)
  }

  get size () {
    return this.count()
  }

  // What follows sees all that has been committed when it is called.

  /** @param {unknown} key */
  get (key) {
    return this.#database.get(this.#newest, this.#scope, key)
  }

  /** @template R @param {(txn: Txn) => R} fn @returns {R} */
  #write (fn) {
    return this.#database.env.write(fn)
  }

  /** @param {Iterable<unknown>} keys */
  getMany (keys) {
    return this.#database.getMany(this.#newest, this.#scope, keys)
  }

  /** @param {unknown} key */
  has (key) {
    return this.#database.has(this.#newest, this.#scope, key)
  }

  first () {
    return this.#database.first(this.#newest, this.#scope)
  }

  last () {
    return this.#database.last(this.#newest, this.#scope)
  }

  /** @param {unknown} key */
  atOrAfter (key) {
    return this.#database.atOrAfter(this.#newest, this.#scope, key)
  }

  /** @param {unknown} key */
  after (key) {
    return this.#database.after(this.#newest, this.#scope, key)
  }

  /** @param {unknown} key */
  atOrBefore (key) {
    return this.#database.atOrBefore(this.#newest, this.#scope, key)
  }

  /** @param {unknown} key */
  before (key) {
    return this.#database.before(this.#newest, this.#scope, key)
  }

  isEmpty () {
    return this.#database.isEmpty(this.#newest, this.#scope)
  }

  /** @param {unknown} [span] */
  count (span) {
    return this.#database.count(this.#newest, this.#scope, span)
  }

  stats () {
    return this.#database.stats(this.#newest, this.#scope)
  }

  /** @param {unknown} [options] */
  range (options) {
    return this.#walk(options, ENTRIES)
  }

  /** @param {unknown} [options] */
  entries (options) {
    return this.#walk(options, ENTRIES)
  }

  /** @param {unknown} [options] */
  keys (options) {
    return this.#walk(options, KEYS)
  }

  /** @param {unknown} [options] */
  values (options) {
    return this.#walk(options, VALUES)
  }

  [Symbol.iterator] () {
    return this.#walk(undefined, ENTRIES)
  }

  [Symbol.asyncIterator] () {
    return this.#walk(undefined, ENTRIES)[Symbol.asyncIterator]()
  }

  /** @param {(value: unknown, key: unknown, view: this) => void} fn @param {unknown} [self] */
  forEach (fn, self) {
    for (const [key, value] of /** @type {any} */ (this.#walk(undefined, ENTRIES))) {
      fn.call(self, value, key, this)
    }
  }

  /** @param {unknown} options @param {import('./range.js').Shown} shown */
  #walk (options, shown) {
    const txn = this.#database.env.beginRead()
    try {
      return this.#target.walk(txn, this.#scope, options, shown, () => abortIfOpen(txn))
    } catch (error) {
      abortIfOpen(txn)
      throw error
    }
  }

  // What follows is committed when it returns.

  /** @param {unknown} key @param {unknown} value */
  putSync (key, value) {
    this.#write((txn) => this.#database.put(txn, this.#scope, key, value))
  }

  /** @param {unknown} key @param {unknown} value */
  putIfAbsentSync (key, value) {
    return this.#write((txn) => this.#database.putIfAbsent(txn, this.#scope, key, value))
  }

  /** @param {unknown} key @param {unknown} value */
  replaceSync (key, value) {
    return this.#write((txn) => this.#database.replace(txn, this.#scope, key, value))
  }

  /** @param {unknown} key */
  popSync (key) {
    return this.#write((txn) => this.#database.pop(txn, this.#scope, key))
  }

  /** @param {unknown} key @param {unknown} expected @param {unknown} value */
  compareAndSwapSync (key, expected, value) {
    return this.#write((txn) => this.#database.compareAndSwap(txn, this.#scope, key, expected, value))
  }

  /** @param {Iterable<readonly [unknown, unknown]>} entries */
  putManySync (entries) {
    return this.#write((txn) => this.#database.putMany(txn, this.#scope, entries))
  }

  /** @param {unknown} key */
  deleteSync (key) {
    return this.#write((txn) => this.#database.delete(txn, this.#scope, key))
  }

  /** @param {unknown} span */
  deleteRangeSync (span) {
    return this.#write((txn) => this.#database.deleteRange(txn, this.#scope, span))
  }

  clearSync () {
    return this.#write((txn) => this.#database.clear(txn, this.#scope))
  }

  // What follows goes into batches: the promise resolves when it is committed, together with others that wait.

  /** @param {unknown} key @param {unknown} value */
  put (key, value) {
    try {
      this.#database.env.checkOutside()
      return this.#target.gathering.put(this.#target, this.#scope, key, value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @param {unknown} key @param {unknown} value */
  putIfAbsent (key, value) {
    return this.#insert(key, value).then(() => true, (error) => {
      if (error.code === 'SLMDB_KEY_EXISTS') return false
      throw error
    })
  }

  /** @param {unknown} key */
  delete (key) {
    return this.#remove(ADD.DELETE, key)
  }

  clear () {
    return this.#remove(ADD.CLEAR, undefined)
  }

  /**
   * @param {Iterable<readonly [unknown, unknown]> | AsyncIterable<readonly [unknown, unknown]>} entries
   * @param {{ signal?: AbortSignal }} [options]
   */
  putMany (entries, options) {
    return submitFilled(this.#database.env, this.#target.envHandle, async (batch) => {
      if (!(Symbol.asyncIterator in entries)) {
        options?.signal?.throwIfAborted()
        batch.putMany(this.#database, this.#scope, entries)
        return
      }
      for await (const [key, value] of entries) {
        options?.signal?.throwIfAborted()
        batch.put(this.#database, this.#scope, key, value)
      }
      options?.signal?.throwIfAborted()
    })
  }

  /** @param {Iterable<unknown>} writes */
  batch (writes) {
    return submitFilled(this.#database.env, this.#target.envHandle, (batch) => {
      addWrites(batch, writes, this.#database, this.#scope)
    })
  }

  /** @param {number} what @param {unknown} key @returns {Promise<any>} */
  #remove (what, key) {
    try {
      this.#database.env.checkOutside()
      return this.#target.gathering.add(this.#target, what, this.#scope, key)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** A batch of its own: others are not to fail with it. @param {unknown} key @param {unknown} value */
  async #insert (key, value) {
    const { env } = this.#database
    env.checkOutside()
    this.#target.gathering.submit()
    return writeToAdd(this.#target, ADD.PUT_IF_ABSENT, this.#scope, key, value,
      () => native.batchOne(this.#target.envHandle, env))
  }
}

module.exports = { ScopeView }
