'use strict'
// Single writes that are asked for in one turn of the event loop: they go into one batch, puts of a scope as one page.
//
// A write that the library refuses for itself (a key that is too long) is taken out, and rejects alone. What can fail
// only together with others of its turn is small: a large value has a batch of its own, so that it alone finds the map
// full. Puts that can fail only together share their promise, since a hundred thousand of them cost more than the puts.

const { setImmediate } = require('node:timers') // not the global one, which tests of others replace
const encoder = require('./encoder.js')
const native = require('./native.js')
const { SlmdbError, STATUS } = require('./errors.js')

const { ADD } = native

/** Writes of a batch at the most, and bytes, so that the disk begins its work early. */
const MOST_WRITES = 4096
const MOST_BYTES = 256 * 1024
/** Bytes of a write beyond which it has a batch of its own. */
const LARGE = 16 * 1024
/** Bytes of a key as MessagePack that is not too long anywhere, whatever it holds: as stored it is at most doubled. */
const SHORT_KEY = 200

/** @typedef {import('./database.js').Target} Target */

/** Those that have something that was not submitted. @type {Set<Gathering>} */
const gathering = new Set()

class Gathering {
  #env
  #envHandle
  /** The library's batch; 0: nothing is gathered. */
  #batch = 0
  /** Those that may be refused for themselves, and their promises. @type {Settling[]} */
  #own = []
  /** The promise of all others. @type {Settling | undefined} */
  #shared
  #count = 0
  /** Batches that were submitted and have not come to anything. */
  #underWay = 0

  // the page: puts of one scope of one database, as MessagePack
  #page = Buffer.allocUnsafe(4096)
  #length = 0
  /** Where each put of the page begins. @type {number[]} */
  #starts = []
  /** What each put of the page is settled by. @type {Settling[]} */
  #owners = []
  /** @type {Target | undefined} */
  #target
  /** @type {unknown} */
  #scope

  #submitLater = () => this.submit()

  /** @param {import('./env.js').Env} env @param {number} envHandle */
  constructor (env, envHandle) {
    this.#env = env
    this.#envHandle = envHandle
  }

  /**
   * @param {Target} target @param {unknown} scope @param {unknown} key @param {unknown} value
   * @returns {Promise<void>}
   */
  put (target, scope, key, value) {
    const start = encoder.mark()
    try {
      target.codec.writePageKey(key)
      const keyLength = encoder.mark() - start
      target.codec.writePageValue(value)
      const length = encoder.mark() - start
      if (length > LARGE) return this.#putAlone(target, scope, start, length)
      this.#begin()
      if (this.#target !== target || this.#scope !== scope) {
        this.#flushPage()
        this.#target = target
        this.#scope = scope
      }
      this.#append(encoder.request(), start, length)
      const settling = target.codec.isOurs && keyLength <= SHORT_KEY && isSafe(key) ? this.#share() : this.#addOwn()
      this.#owners.push(settling)
      return this.#added(settling)
    } finally {
      encoder.reset(start)
    }
  }

  /** A delete or a clear. @param {Target} target @param {number} what @param {unknown} scope @param {unknown} key */
  add (target, what, scope, key) {
    this.#begin()
    this.#flushPage()
    const start = encoder.mark()
    try {
      if (what === ADD.DELETE) target.codec.writeKey(key)
      native.toAdd(what, target.handle, target.scopes.find(scope), start, encoder.mark() - start, 0, 0)
      native.batchAdd(this.#batch)
    } finally {
      encoder.reset(start)
    }
    return this.#added(this.#addOwn())
  }

  /** @param {Target} target @param {unknown} scope @param {number} start @param {number} length */
  #putAlone ({ handle, scopes }, scope, start, length) {
    this.submit()
    const entry = encoder.mark()
    const pageStart = encoder.beginPage()
    encoder.writeRaw(encoder.request().subarray(start, start + length))
    native.toAdd(ADD.PUT_MANY, handle, scopes.find(scope), pageStart, encoder.endPage(pageStart, 2), 0, 0)
    encoder.reset(entry)
    try {
      return native.batchOne(this.#envHandle, this.#env)
    } catch (error) {
      throw ofOne(error)
    }
  }

  #begin () {
    if (this.#batch !== 0) return
    this.#batch = native.batchOpen(this.#envHandle)
    gathering.add(this)
    native.listen()
    // with nothing under way there is nothing to wait for; else more may come in this turn
    if (this.#underWay === 0) queueMicrotask(this.#submitLater)
    else setImmediate(this.#submitLater)
  }

  /** @param {Buffer} from @param {number} start @param {number} length */
  #append (from, start, length) {
    const end = this.#length + length
    if (end > this.#page.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#page.length, end))
      larger.set(this.#page.subarray(0, this.#length))
      this.#page = larger
    }
    from.copy(this.#page, this.#length, start, start + length)
    this.#starts.push(this.#length)
    this.#length = end
  }

  #share () {
    return this.#shared ??= new Settling()
  }

  #addOwn () {
    const settling = new Settling()
    this.#own.push(settling)
    return settling
  }

  /** @param {Settling} settling @returns {Promise<void>} */
  #added (settling) {
    if (++this.#count >= MOST_WRITES || this.#length >= MOST_BYTES) this.submit()
    return settling.promise
  }

  /** The page into the batch; if one of its puts is refused, one after the other. */
  #flushPage () {
    const count = this.#starts.length
    if (count === 0) return
    try {
      this.#addPage(0, this.#length, count)
    } catch {
      for (let i = 0; i < count; i++) {
        try {
          this.#addPage(this.#starts[i], this.#starts[i + 1] ?? this.#length, 1)
        } catch (error) {
          this.#owners[i].reject(ofOne(error))
        }
      }
    }
    this.#starts = []
    this.#owners = []
    this.#length = 0
    this.#target = undefined
  }

  /** @param {number} from @param {number} to in the page @param {number} puts */
  #addPage (from, to, puts) {
    const { handle, scopes } = /** @type {Target} */ (this.#target)
    const start = encoder.beginPage()
    try {
      encoder.writeRaw(this.#page.subarray(from, to))
      native.toAdd(ADD.PUT_MANY, handle, scopes.find(this.#scope), start, encoder.endPage(start, 2 * puts), 0, 0)
      native.batchAdd(this.#batch)
    } finally {
      encoder.reset(start)
    }
  }

  /** What was gathered, if anything. What is submitted otherwise comes after it. */
  submit () {
    if (this.#batch === 0) return
    this.#flushPage()
    const batch = this.#batch
    const all = this.#shared === undefined ? this.#own : [...this.#own, this.#shared]
    const isWhole = this.#shared?.isRejected !== true
    this.#batch = 0
    this.#own = []
    this.#shared = undefined
    this.#count = 0
    gathering.delete(this)
    const settled = (/** @type {unknown} */ error) => {
      this.#underWay--
      for (const one of all) {
        if (error === undefined) one.resolve() // nothing happens if it was rejected before
        else one.reject(error)
      }
    }
    this.#underWay++
    try {
      if (!isWhole) return dropWhole(batch, settled)
      native.batchSubmitTo(batch, { env: this.#env, resolve: settled, reject: settled })
    } catch (error) {
      settled(error)
    }
  }
}

/** Whether the library can refuse a short key only together with everything else. @param {unknown} key */
function isSafe (key) {
  return (typeof key === 'string' && key !== '') || Number.isSafeInteger(key) ||
    (key instanceof Uint8Array && key.length > 0)
}

/**
 * One of those that share a promise was refused, against what isSafe says: then none may be kept.
 * @param {number} batch @param {(error: unknown) => void} settled
 */
function dropWhole (batch, settled) {
  native.batchClose(batch)
  settled(new SlmdbError(STATUS.CANCELED, 'another write of the same turn was refused, and none of them was done'))
}

/** A promise and what settles it. */
class Settling {
  isRejected = false
  /** @type {() => void} */
  resolve = () => {}
  /** @type {(error: unknown) => void} */
  #reject = () => {}
  /** @type {Promise<void>} */
  promise = new Promise((resolve, reject) => {
    this.resolve = resolve
    this.#reject = reject
  })

  /** @param {unknown} error */
  reject (error) {
    this.isRejected = true
    this.#reject(error)
  }
}

/** An error of a page that has only one entry. @param {unknown} error */
function ofOne (error) {
  if (error instanceof Error) error.message = error.message.replace(/^entry 0: /, '')
  return error
}

/** Before the process ends. */
function submitAll () {
  for (const one of gathering) one.submit()
}

module.exports = { Gathering, isSafe, submitAll }
