'use strict'
const native = require('./native.js')
const { invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')

const READ = 0
const WRITE = 1

/** Only this package makes transactions. */
const MADE_HERE = Symbol('made here')

/** @type {(txn: unknown) => number} */
let handleOf
/** @type {(txn: unknown) => import('./env.js').Env} */
let envOf

class Txn {
  #handle
  #env
  #writable
  #ended = false
  /** @type {FinalizationHandle | undefined} */
  #finalization

  /**
   * @param {symbol} made
   * @param {import('./env.js').Env} env
   * @param {number} envHandle
   * @param {number} mode
   */
  constructor (made, env, envHandle, mode) {
    if (made !== MADE_HERE) throw invalidArgument('a transaction is begun by env.beginRead() or env.beginWrite()')
    this.#env = env // keeps the Env from being collected before this
    this.#writable = mode === WRITE
    this.#handle = native.txnBegin(envHandle, mode)
  }

  static {
    handleOf = (txn) => {
      if (typeof txn !== 'object' || txn === null || !(#handle in txn)) throw noTxn(txn)
      return txn.#handle
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

  get ended () {
    return this.#ended
  }

  commit () {
    this.#end(native.txnCommit)
  }

  abort () {
    this.#end(native.txnAbort)
  }

  /** @param {(handle: number) => void} end */
  #end (end) {
    // the library ends it whatever the status, but for statuses that one thread cannot get
    this.#ended = true
    this.#finalization?.cancel()
    end(this.#handle)
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

module.exports = { READ, Txn, WRITE, abortIfOpen, begin, envOf, handleOf }
