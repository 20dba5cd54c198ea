'use strict'
// Walks over entries, a page at a time: one call of the library and one decoding for many entries.

const { setImmediate } = require('node:timers') // not the global one, which tests of others replace
const native = require('./native.js')
const { decodePage } = require('./decoder.js')
const { invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')

/** Entries of the first page, which a loop that breaks early has read in vain; each next page is larger. */
const FIRST_PAGE = 16
const LARGEST_PAGE = 1024
const GROWTH = 4

/** Has [Symbol.iterator], and in later versions of Node map, filter, take and the like. */
const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

/**
 * Where a walk reads from.
 * @typedef {object} Source
 * @property {import('./txn.js').Txn} txn kept from being collected as long as the walk is used
 * @property {(limit: number) => number} open a cursor
 * @property {(cursor: number, key: unknown) => void} seek
 * @property {import('./decoder.js').PageShape} shape
 * @property {((bytes: Buffer) => any) | undefined} decodePiece
 * @property {AbortSignal | undefined} signal
 * @property {(() => void) | undefined} whenDone called once, at the end of the walk or when it is given up
 */

/** The objects of a page, flat. @param {number} cursor @param {number} entries at the most @param {Source} source */
function readPage (cursor, entries, { shape, decodePiece }) {
  const length = native.cursorPage(cursor, entries)
  const hasMore = native.pageHasMore()
  const flat = decodePage(native.memory.answer, native.memory.view, length, shape)
  native.shrinkAnswer()
  if (decodePiece !== undefined) decodeValues(flat, shape.keys, decodePiece)
  return { flat, hasMore }
}

/** @param {unknown[]} flat @param {boolean} hasKeys @param {(bytes: Buffer) => any} decodePiece */
function decodeValues (flat, hasKeys, decodePiece) {
  const step = hasKeys ? 2 : 1
  for (let i = step - 1; i < flat.length; i += step) flat[i] = decodePiece(/** @type {Buffer} */ (flat[i]))
}

/** Yields [key, value], or keys, or values. The first page is read at once, the others when they are needed. */
class Entries {
  /** @type {unknown[]} */
  #page = []
  #at = 0
  #size = FIRST_PAGE
  /** 0: there is no cursor (any more). */
  #cursor = 0
  /** Entries that may still be read. */
  #left
  /** @type {Source} */
  #source
  #step
  #isDone = false
  /** @type {FinalizationHandle | undefined} */
  #finalization

  /** @param {Source} source @param {number} limit entries at the most */
  constructor (source, limit) {
    this.#source = source
    this.#left = limit
    const { keys, values } = source.shape
    this.#step = keys && values ? 2 : 1
    source.signal?.throwIfAborted()
    this.#open()
  }

  #open () {
    const cursor = this.#source.open(this.#left)
    this.#cursor = cursor
    if (this.#left === 0) this.#finish() // opened all the same: bounds that are none are refused
    else this.#load()
    if (this.#cursor !== 0) this.#finalization = new FinalizationHandle(this, native.cursorClose, cursor)
  }

  /** @returns {IteratorResult<unknown, undefined>} */
  next () {
    if (this.#at >= this.#page.length) {
      if (this.#cursor === 0) return { value: undefined, done: true }
      this.#load()
      if (this.#page.length === 0) return { value: undefined, done: true }
    }
    const at = this.#at
    this.#at = at + this.#step
    return { value: this.#step === 1 ? this.#page[at] : [this.#page[at], this.#page[at + 1]], done: false }
  }

  /** Gives the walk up: `break`, `return` or an error in a loop. */
  return () {
    this.#page = []
    this.#at = 0
    this.#finish()
    return { value: undefined, done: true }
  }

  /** @param {unknown} key */
  seek (key) {
    if (this.#source.whenDone !== undefined) {
      throw invalidArgument('a walk of a view ends its transaction with its last page: seek in one of database.range()')
    }
    if (this.#isDone) return
    this.#left += (this.#page.length - this.#at) / this.#step
    this.#page = []
    this.#at = 0
    this.#size = FIRST_PAGE
    this.#close()
    if (this.#left === 0) return
    const cursor = this.#source.open(this.#left)
    this.#cursor = cursor
    this.#finalization = new FinalizationHandle(this, native.cursorClose, cursor)
    this.#source.seek(cursor, key)
  }

  /** The same walk, which lets other things happen before each page but the first. */
  [Symbol.asyncIterator] () {
    return {
      next: async () => {
        if (this.#at >= this.#page.length && this.#cursor !== 0) await new Promise(setImmediate)
        return this.next()
      },
      return: async () => this.return(),
      /** @returns {AsyncIterableIterator<any>} */
      [Symbol.asyncIterator] () { return /** @type {any} */ (this) }
    }
  }

  #load () {
    /** @type {boolean} */
    let more
    try {
      this.#source.signal?.throwIfAborted()
      const { flat, hasMore } = readPage(this.#cursor, this.#size, this.#source)
      this.#page = flat
      more = hasMore
    } catch (error) {
      this.#abandon()
      throw error
    }
    this.#at = 0
    this.#left -= this.#page.length / this.#step
    this.#size = Math.min(this.#size * GROWTH, LARGEST_PAGE)
    if (more) return
    if (this.#source.whenDone === undefined) this.#close()
    else this.#finish()
  }

  /** After an error, which is the one to be told. */
  #abandon () {
    this.#page = []
    this.#at = 0
    try {
      this.#finish()
    } catch {
      // the cursor has ended with its transaction
    }
  }

  #close () {
    const cursor = this.#cursor
    if (cursor === 0) return
    this.#cursor = 0
    this.#finalization?.cancel()
    if (!this.#source.txn.ended) native.cursorClose(cursor)
  }

  #finish () {
    if (this.#isDone) return
    this.#isDone = true
    try {
      this.#close()
    } finally {
      this.#source.whenDone?.()
    }
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

/** All that a list has, at once, flat: names and what is said of them. @param {number} cursor */
function readAll (cursor) {
  const shape = { keys: true, values: true, marksFloats: false, pieces: false, binary: false, depth: 0 }
  const all = []
  try {
    for (;;) {
      const length = native.cursorPage(cursor, LARGEST_PAGE)
      const hasMore = native.pageHasMore()
      all.push(...decodePage(native.memory.answer, native.memory.view, length, shape))
      if (!hasMore) return all
    }
  } finally {
    native.cursorClose(cursor)
  }
}

module.exports = { Entries, readAll }
