'use strict'
// Single writes that are asked for in one turn of the event loop: they are submitted together, puts of a scope as one
// page, and a thread of the addon commits them (src/addon/committer.c).
//
// A write that the library refuses for itself (a key that is too long) is left out, and rejects alone. What can fail
// only together with others of its turn is small: a large value is submitted for itself, so that it alone finds the map
// full. Puts that can fail only together share their promise, since a hundred thousand of them cost more than the puts.

const { setImmediate } = require('node:timers') // not the global one, which tests of others replace
const encoder = require('./encoder.js')
const native = require('./native.js')

const { ADD } = native

/** Writes that are submitted together at the most, and bytes, so that the disk begins its work early. */
const MOST_WRITES = 4096
const MOST_BYTES = 256 * 1024
/** Bytes of a write beyond which it is submitted for itself. */
const LARGE = 16 * 1024
/** Bytes of a key as MessagePack that is not too long anywhere, whatever it holds: as stored it is at most doubled. */
const SHORT_KEY = 200
/** Bytes that are copied one by one, since a call that copies costs more. */
const SHORT = 64
/** The head of a page. */
const PAGE_HEAD = 5
/** In a put's place, as a number of 32 bits: the put may be refused for itself. src/addon/committer.h has the same. */
const OWN = -0x80000000

/** @typedef {import('./database.js').Target} Target */

/** Those that have something that was not submitted. @type {Set<Gathering>} */
const gathering = new Set()

class Gathering {
  #env
  #envHandle
  /** What is gathered, and who waits for it. @type {Unit | undefined} */
  #unit
  /** Units that were submitted and have not come to anything. */
  #underWay = 0

  // the page: puts of one scope of one database, as MessagePack
  #page = Buffer.allocUnsafe(4096)
  #length = 0
  /** Where each put of the page begins, and whether it may be refused for itself. */
  #places = new Int32Array(MOST_WRITES)
  #puts = 0
  /** @type {Target | undefined} */
  #target
  /** @type {unknown} */
  #scope

  #submitLater = () => this.submit()
  #settled = () => { this.#underWay-- }

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
      const { codec } = target
      codec.writePageKey(key)
      const keyLength = encoder.mark() - start
      codec.writePageValue(value)
      const length = encoder.mark() - start
      if (length > LARGE) return this.#putAlone(target, scope, start, length)
      const unit = this.#unit ?? this.#begin()
      if (this.#target !== target || this.#scope !== scope) this.#beginPage(target, scope)
      const isShared = codec.isOurs && keyLength <= SHORT_KEY && isSafe(key)
      const place = PAGE_HEAD + this.#length
      this.#places[this.#puts++] = isShared ? place : place | OWN
      this.#append(encoder.request(), start, length)
      return this.#added(unit, isShared)
    } finally {
      encoder.reset(start)
    }
  }

  /**
   * A delete, whose promise says whether there was something, or a clear, whose promise says how many there were.
   * @param {Target} target @param {number} what @param {unknown} scope @param {unknown} key
   * @returns {Promise<any>}
   */
  add (target, what, scope, key) {
    const unit = this.#unit ?? this.#begin()
    this.#flushPage()
    const start = encoder.mark()
    try {
      if (what === ADD.DELETE) target.codec.writeKey(key)
      native.toAdd(what, target.handle, target.scopes.find(scope), start, encoder.mark() - start, 0, 0)
      native.gatherAdd(this.#envHandle)
    } finally {
      encoder.reset(start)
    }
    const promise = unit.ownDeletion(what === ADD.DELETE)
    this.#count(unit)
    return promise
  }

  /** @param {Target} target @param {unknown} scope @param {number} start @param {number} length */
  #putAlone (target, scope, start, length) {
    this.submit()
    const unit = this.#begin()
    const entry = encoder.mark()
    try {
      const page = encoder.beginPage()
      encoder.writeRaw(encoder.request().subarray(start, start + length))
      this.#addPage(target, scope, page, Int32Array.of(PAGE_HEAD | OWN))
    } catch (error) {
      unit.failure = error
    } finally {
      encoder.reset(entry)
    }
    const promise = this.#added(unit, false)
    this.submit()
    return promise
  }

  #begin () {
    native.gatherOpen(this.#envHandle)
    gathering.add(this)
    native.listen()
    // with nothing under way there is nothing to wait for; else more may come in this turn
    if (this.#underWay === 0) queueMicrotask(this.#submitLater)
    else setImmediate(this.#submitLater)
    return (this.#unit = new Unit(this.#env, this.#settled))
  }

  /** @param {Target} target @param {unknown} scope */
  #beginPage (target, scope) {
    target.scopes.find(scope) // an error of this put alone
    this.#flushPage()
    this.#target = target
    this.#scope = scope
  }

  /** @param {Buffer} from @param {number} start @param {number} length */
  #append (from, start, length) {
    const at = this.#length
    const end = at + length
    if (end > this.#page.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#page.length, end))
      larger.set(this.#page.subarray(0, at))
      this.#page = larger
    }
    const page = this.#page
    if (length < SHORT) {
      for (let i = 0; i < length; i++) page[at + i] = from[start + i]
    } else {
      from.copy(page, at, start, start + length)
    }
    this.#length = end
  }

  /** @param {Unit} unit @param {boolean} isShared @returns {Promise<void>} */
  #added (unit, isShared) {
    const promise = isShared ? unit.share() : unit.own()
    this.#count(unit)
    return promise
  }

  /** @param {Unit} unit */
  #count (unit) {
    if (++unit.count >= MOST_WRITES || this.#length >= MOST_BYTES) this.submit()
  }

  #flushPage () {
    const puts = this.#puts
    if (puts === 0) return
    const start = encoder.mark()
    try {
      const page = encoder.beginPage()
      encoder.writeRaw(this.#page.subarray(0, this.#length))
      this.#addPage(/** @type {Target} */ (this.#target), this.#scope, page, this.#places.subarray(0, puts))
    } catch (error) {
      const unit = /** @type {Unit} */ (this.#unit)
      unit.failure = error
    } finally {
      encoder.reset(start)
    }
    this.#puts = 0
    this.#length = 0
    this.#target = undefined
  }

  /** @param {Target} target @param {unknown} scope @param {number} start @param {Int32Array} places */
  #addPage ({ handle, scopes }, scope, start, places) {
    const length = encoder.endPage(start, 2 * places.length)
    const placesStart = encoder.mark()
    encoder.writeRaw(new Uint8Array(places.buffer, places.byteOffset, places.byteLength))
    native.toAdd(ADD.PUT_MANY, handle, scopes.find(scope), start, length, placesStart, places.byteLength)
    native.gatherAdd(this.#envHandle)
  }

  /** What was gathered, if anything. What is submitted otherwise comes after it. */
  submit () {
    if (this.#unit === undefined) return
    this.#flushPage()
    const unit = this.#unit
    this.#unit = undefined
    gathering.delete(this)
    this.#underWay++
    try {
      if (unit.failure !== undefined) throw unit.failure
      native.gatherSubmit(this.#envHandle, unit)
    } catch (error) {
      unit.reject(error)
      native.gatherDrop(this.#envHandle)
    }
  }
}

/** Who waits for a delete or clear. @typedef {{ settling: Settling, isOfOne: boolean }} Deletion */

/** What is submitted at once. */
class Unit {
  /** Named here so that it is not collected meanwhile. */
  env
  count = 0
  /** Why it cannot be submitted. @type {unknown} */
  failure
  #whenSettled
  /** The promise of all that can fail only together. @type {Settling | undefined} */
  #shared
  /** Those that may be refused for themselves, and which writes they are. @type {Settling[]} */
  #own = []
  /** @type {number[]} */
  #indexes = []
  /** Of them the deletes and clears. @type {Deletion[]} */
  #deletions = []

  /** @param {import('./env.js').Env} env @param {() => void} whenSettled */
  constructor (env, whenSettled) {
    this.env = env
    this.#whenSettled = whenSettled
  }

  share () {
    return (this.#shared ??= new Settling()).promise
  }

  own () {
    const settling = new Settling()
    this.#own.push(settling)
    this.#indexes.push(this.count)
    return settling.promise
  }

  /** @param {boolean} isOfOne it is a delete, not a clear */
  ownDeletion (isOfOne) {
    const promise = this.own()
    this.#deletions.push({ settling: this.#own[this.#own.length - 1], isOfOne })
    return promise
  }

  /** @param {Buffer} [deleted] how many entries each delete and clear deleted, as doubles */
  resolve (deleted) {
    this.#whenSettled()
    for (const [i, { settling, isOfOne }] of this.#deletions.entries()) {
      const count = /** @type {Buffer} */ (deleted).readDoubleLE(8 * i)
      settling.resolve(isOfOne ? count > 0 : count)
    }
    for (const one of this.#own) one.resolve() // nothing happens if it was refused before
    this.#shared?.resolve()
  }

  /** @param {unknown} error */
  reject (error) {
    this.#whenSettled()
    for (const one of this.#own) one.reject(error)
    this.#shared?.reject(error)
  }

  /** One of the writes is refused, and the others are not. @param {number} index @param {unknown} error */
  refuse (index, error) {
    this.#own[this.#indexes.indexOf(index)].reject(ofOne(error))
  }
}

/** Whether the library can refuse a short key only together with everything else. @param {unknown} key */
function isSafe (key) {
  return (typeof key === 'string' && key !== '') || Number.isSafeInteger(key) ||
    (key instanceof Uint8Array && key.length > 0)
}

/** A promise and what settles it. */
class Settling {
  /** @type {(value?: any) => void} */
  resolve = () => {}
  /** @type {(error: unknown) => void} */
  reject = () => {}
  /** @type {Promise<any>} */
  promise = new Promise((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })
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
