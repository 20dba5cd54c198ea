'use strict'
// The read transaction of operations that have none: it is used again as long as nobody, in any process, has committed
// since it began, so each sees what one of its own would see. It ends when the event loop comes round, or as soon as
// something needs it to: it keeps no old pages for longer than that.

const { setImmediate } = require('node:timers') // not the global one, which tests of others replace
const native = require('./native.js')

const READ = 0

/** Those of this thread that have a transaction. @type {Set<Newest>} */
const open = new Set()

class Newest {
  #envHandle
  /** 0: there is none. */
  #txn = 0
  #isEnding = false
  #endLater = () => {
    this.#isEnding = false
    this.end()
  }

  /** @param {number} envHandle */
  constructor (envHandle) {
    this.#envHandle = envHandle
  }

  /** The handle of a transaction that sees every commit so far. */
  find () {
    if (this.#txn !== 0 && native.txnIsNewest(this.#txn)) return this.#txn
    return this.#begin()
  }

  #begin () {
    this.end()
    this.#txn = native.txnBegin(this.#envHandle, READ)
    open.add(this)
    if (!this.#isEnding) {
      this.#isEnding = true
      setImmediate(this.#endLater)
    }
    return this.#txn
  }

  /** Gives the transaction up. The next operation begins another one. */
  end () {
    const txn = this.#txn
    if (txn === 0) return
    this.#txn = 0
    open.delete(this)
    try {
      native.txnAbort(txn)
    } catch {
      // it has ended with its Env
    }
  }
}

/** Of every Env of this thread: several may be of one folder. */
function endAll () {
  for (const one of open) one.end()
}

module.exports = { Newest, endAll }
