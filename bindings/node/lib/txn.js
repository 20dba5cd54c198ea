'use strict'
const { types } = require('node:util')
const native = require('./native.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')
const { Newest } = require('./newest.js')

const READ = 0
const WRITE = 1

/** Only this package makes transactions. */
const MADE_HERE = Symbol('made here')

/** @type {(txn: unknown) => number} */
let handleOf
/** @type {(txn: unknown) => import('./env.js').Env} */
let envOf

class Txn {
  /** @type {number} */
  #handle
  #env
  #writable
  /** @type {Txn | undefined} */
  #parent
  #ended = false
  /** @type {FinalizationHandle | undefined} */
  #finalization

  /**
   * @param {symbol} made
   * @param {import('./env.js').Env} env
   * @param {number} envHandle
   * @param {number} mode
   * @param {Txn} [parent]
   */
  constructor (made, env, envHandle, mode, parent) {
    if (made !== MADE_HERE) throw invalidArgument('a transaction is begun by env.beginRead() or env.beginWrite()')
    this.#env = env // keeps the Env from being collected before this, and so does
    this.#parent = parent
    this.#writable = mode === WRITE
    this.#handle = parent === undefined ? native.txnBegin(envHandle, mode) : native.txnChild(parent.#handle)
  }

  static {
    handleOf = (txn) => {
      if (typeof txn !== 'object' || txn === null) throw noTxn(txn)
      if (#handle in txn) return txn.#handle
      if (txn instanceof Newest) return txn.find()
      throw noTxn(txn)
    }
    envOf = (txn) => {
      if (typeof txn !== 'object' || txn === null || !(#handle in txn)) throw noTxn(txn)
      return txn.#env
    }
  }

  /** For transactions that nobody is bound to end: aborts when this object is collected. */
  abortWhenCollected () {
    this.#finalization = new FinalizationHandle(this, native.txnAbort, this.#handle)
  }

  get writable () {
    return this.#writable
  }

  /** @returns {boolean} */
  get ended () {
    return this.#ended || (this.#parent !== undefined && this.#parent.ended)
  }

  /**
   * @template R
   * @param {(txn: Txn) => R} fn
   * @returns {R}
   */
  child (fn) {
    return runWrite(() => new Txn(MADE_HERE, this.#env, 0, WRITE, this), fn)
  }

  beginChild () {
    const child = new Txn(MADE_HERE, this.#env, 0, WRITE, this)
    child.abortWhenCollected()
    return child
  }

  commit () {
    this.#end(native.txnCommit)
  }

  abort () {
    this.#end(native.txnAbort)
  }

  /** @param {(handle: number) => void} end */
  #end (end) {
    try {
      end(this.#handle)
    } catch (error) {
      // whatever else is the matter, the library has ended it
      if (error instanceof SlmdbError && error.status === STATUS.IN_USE) throw error
      this.#setEnded()
      throw error
    }
    this.#setEnded()
  }

  #setEnded () {
    this.#ended = true
    this.#finalization?.cancel()
  }
}

/** @param {unknown} txn */
function noTxn (txn) {
  const what = txn === null ? 'null' : typeof txn === 'string' ? 'a string' : `a value of type ${typeof txn}`
  return invalidArgument(`the first argument is a transaction (env.read, env.write), not ${what}`)
}

/** Ends it if it is still open. For Symbol.dispose and the ends of functions. @param {Txn} txn */
function abortIfOpen (txn) {
  if (!txn.ended) txn.abort()
}

/**
 * Runs a function in a transaction: commits when it returns, aborts when it throws.
 * @template R
 * @param {() => Txn} start
 * @param {(txn: Txn) => R} fn
 * @returns {R}
 */
function runWrite (start, fn) {
  checkFunction(fn)
  const txn = start()
  try {
    const result = refusePromise(fn(txn))
    if (!txn.ended) txn.commit()
    return result
  } finally {
    abortIfOpen(txn)
  }
}

/** @param {unknown} fn */
function checkFunction (fn) {
  if (typeof fn !== 'function') throw invalidArgument(`read and write take a function, not a ${typeof fn}`)
  if (types.isAsyncFunction(fn)) throw invalidArgument(PROMISE)
}

const PROMISE = 'the function of read or write must not be asynchronous: the transaction ends when it returns, ' +
  'before what it awaits. It was aborted; use writeAsync(), or gather the data first, or beginRead() and beginWrite()'

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

/**
 * @param {import('./env.js').Env} env @param {number} envHandle @param {number} mode
 */
function begin (env, envHandle, mode) {
  return new Txn(MADE_HERE, env, envHandle, mode)
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Txn.prototype, Symbol.dispose, {
    /** @this {Txn} */
    value: function dispose () { abortIfOpen(this) },
    configurable: true,
    writable: true
  })
}

module.exports = { READ, Txn, WRITE, abortIfOpen, begin, checkFunction, envOf, handleOf, refusePromise, runWrite }
