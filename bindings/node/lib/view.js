'use strict'
const { abortIfOpen } = require('./txn.js')

/**
 * @callback EntriesOf
 * @param {import('./txn.js').Txn} txn
 * @param {unknown} options
 * @param {(() => void) | undefined} whenDone
 * @returns {import('./cursor.js').Entries}
 */

/** One scope of one Database. Every operation has a transaction of its own. */
class ScopeView {
  #database
  #scope
  #entries

  /**
   * @param {import('./database.js').Database} database
   * @param {import('./scope.js').Scope | string | null} scope
   * @param {EntriesOf} entries
   */
  constructor (database, scope, entries) {
    this.#database = database
    this.#scope = scope
    this.#entries = entries
  }

  get database () {
    return this.#database
  }

  /** The scope's name; null is the default scope. */
  get name () {
    return this.#scope === null ? null : String(this.#scope)
  }

  /** @param {unknown} key */
  get (key) {
    return this.#database.env.read((txn) => this.#database.get(txn, this.#scope, key))
  }

  /** @param {unknown} [options] */
  range (options) {
    const txn = this.#database.env.beginRead()
    try {
      return this.#entries(txn, options, () => abortIfOpen(txn))
    } catch (error) {
      abortIfOpen(txn)
      throw error
    }
  }

  /** @param {unknown} key @param {unknown} value */
  putSync (key, value) {
    this.#database.env.write((txn) => this.#database.put(txn, this.#scope, key, value))
  }

  /** @param {unknown} key */
  deleteSync (key) {
    return this.#database.env.write((txn) => this.#database.delete(txn, this.#scope, key))
  }

  clearSync () {
    return this.#database.env.write((txn) => this.#database.clear(txn, this.#scope))
  }
}

module.exports = { ScopeView }
