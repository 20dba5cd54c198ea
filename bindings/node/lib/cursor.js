'use strict'
// Walks over entries, a page at a time: one call of the library and one decoding for many entries.

const native = require('./native.js')
const { decodePage } = require('./decoder.js')
const { FinalizationHandle } = require('./finalization.js')

/** Entries of the first page, which a loop that breaks early has read in vain; each next page is larger. */
const FIRST_PAGE = 16
const LARGEST_PAGE = 1024
const GROWTH = 4

/** Has [Symbol.iterator], and in later versions of Node map, filter, take and the like. */
const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

/**
 * The entries of a page, flat: key, value, key, value, ...
 * @param {number} cursor @param {number} entries at the most @param {boolean} floatKeys
 */
function readPage (cursor, entries, floatKeys) {
  const length = native.cursorPage(cursor, entries)
  const flat = decodePage(native.memory.answer, native.memory.view, length, floatKeys)
  native.shrinkAnswer()
  return flat
}

/** Yields [key, value]. The first page is read at once, the others when they are needed. */
class Entries {
  /** @type {unknown[]} */
  #page = []
  #at = 0
  #size = FIRST_PAGE
  /** 0: there is no cursor (any more). */
  #cursor
  #floatKeys
  /** Kept from being collected as long as this is used. */
  #txn
  /** @type {(() => void) | undefined} */
  #whenDone
  /** @type {FinalizationHandle | undefined} */
  #finalization

  /**
   * @param {import('./txn.js').Txn} txn
   * @param {number} cursor 0: no entries
   * @param {boolean} floatKeys the database's keys are floats
   * @param {() => void} [whenDone] called once, at the end of the walk or when it is given up
   */
  constructor (txn, cursor, floatKeys, whenDone) {
    this.#txn = txn
    this.#cursor = cursor
    this.#floatKeys = floatKeys
    this.#whenDone = whenDone
    if (cursor === 0) {
      this.#finish()
      return
    }
    this.#load()
    if (this.#cursor !== 0) this.#finalization = new FinalizationHandle(this, native.cursorClose, cursor)
  }

  /** @returns {IteratorResult<[unknown, unknown], undefined>} */
  next () {
    if (this.#at >= this.#page.length) {
      if (this.#cursor === 0) return { value: undefined, done: true }
      this.#load()
      if (this.#page.length === 0) return { value: undefined, done: true }
    }
    const at = this.#at
    this.#at = at + 2
    return { value: [this.#page[at], this.#page[at + 1]], done: false }
  }

  /** Gives the walk up: `break`, `return` or an error in a loop. */
  return () {
    this.#page = []
    this.#at = 0
    if (this.#cursor !== 0) this.#close()
    return { value: undefined, done: true }
  }

  #load () {
    try {
      this.#page = readPage(this.#cursor, this.#size, this.#floatKeys)
    } catch (error) {
      this.#abandon()
      throw error
    }
    this.#at = 0
    this.#size = Math.min(this.#size * GROWTH, LARGEST_PAGE)
    if (!native.pageHasMore()) this.#close()
  }

  /** After an error, which is the one to be told. */
  #abandon () {
    this.#page = []
    try {
      this.#close()
    } catch {
      // the cursor has ended with its transaction
    }
  }

  #close () {
    const cursor = this.#cursor
    this.#cursor = 0
    this.#finalization?.cancel()
    try {
      if (!this.#txn.ended) native.cursorClose(cursor)
    } finally {
      this.#finish()
    }
  }

  #finish () {
    const whenDone = this.#whenDone
    this.#whenDone = undefined
    whenDone?.()
  }
}
Object.setPrototypeOf(Entries.prototype, iteratorPrototype)
if (Symbol.dispose !== undefined) {
  Object.defineProperty(Entries.prototype, Symbol.dispose, {
    /** @this {Entries} */
    value: function dispose () { this.return() },
    configurable: true,
    writable: true
  })
}

/** All entries at once, flat. @param {number} cursor */
function readAll (cursor) {
  const all = []
  try {
    do {
      all.push(...readPage(cursor, LARGEST_PAGE, true))
    } while (native.pageHasMore())
    return all
  } finally {
    native.cursorClose(cursor)
  }
}

module.exports = { Entries, readAll }
