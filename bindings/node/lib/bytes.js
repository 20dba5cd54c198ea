'use strict'
// Buffers of the caller's own, made of bytes that were read.
//
// Short ones are cut out of larger memory, which they keep as long as they live, as Node cuts its Buffers out of a pool
// of this size.

const { Buffer } = require('node:buffer') // the global one is a getter
const { SLAB, makeSlab } = require('./native/slab.js')

/** The class of Buffers. Not documented, so not relied on: Buffer.from() checks what need not be checked here. */
const Made = /** @type {any} */ (Buffer)[Symbol.species]

function isUsable () {
  if (Made === Buffer) return false // as a constructor it is deprecated
  try {
    const made = new Made(new ArrayBuffer(8), 2, 4)
    return Object.getPrototypeOf(made) === Buffer.prototype && made.byteOffset === 2 && made.length === 4
  } catch {
    return false
  }
}

/** @type {(memory: ArrayBuffer, start: number, length: number) => Buffer} */
const bufferOf = isUsable()
  ? (memory, start, length) => new Made(memory, start, length)
  : (memory, start, length) => Buffer.from(memory, start, length)

/** Longer ones have memory of their own. */
const LONG = SLAB >>> 3

// A slab, which the addon writes values into, one behind the other.
let slab = new ArrayBuffer(0)
let free = 0

/** Where the next value may be written into the slab. */
function slabFree () {
  return free
}

/** The value of this length that the addon has just written there. @param {number} length */
function takeFromSlab (length) {
  const start = free
  free = (start + length + 7) & ~7 // so that it may be seen as an array of any type
  return bufferOf(slab, start, length)
}

/** A value that was not written there. @param {Buffer} source @param {number} length */
function takeBesideSlab (source, length) {
  if (length <= SLAB >>> 1) {
    slab = makeSlab()
    free = 0
  }
  return copyOf(source, 0, length)
}

// A copy of a part of a page.
let chunk = new ArrayBuffer(0)
let chunkStart = 0
let chunkEnd = 0

/** Another page is read from now on. */
function startPage () {
  chunkStart = chunkEnd = 0
}

/** @param {Buffer} page @param {number} start @param {number} length @param {number} end of the page */
function copyOfMany (page, start, length, end) {
  if (start >= chunkStart && start + length <= chunkEnd) return bufferOf(chunk, start - chunkStart, length)
  if (length > LONG || end - start < 4 * length) return copyOf(page, start, length)
  chunkStart = start
  chunkEnd = Math.min(start + SLAB, end)
  chunk = new ArrayBuffer(chunkEnd - start)
  new Uint8Array(chunk).set(new Uint8Array(page.buffer, page.byteOffset + start, chunkEnd - start))
  return bufferOf(chunk, 0, length)
}

/**
 * A Buffer of its own.
 * @param {Buffer} source @param {number} start @param {number} length
 */
function copyOf (source, start, length) {
  const copy = Buffer.allocUnsafe(length)
  if (length < 40) {
    for (let i = 0; i < length; i++) copy[i] = source[start + i]
  } else {
    copy.set(new Uint8Array(source.buffer, source.byteOffset + start, length)) // half the time of Buffer's own ways
  }
  return copy
}

module.exports = { copyOf, copyOfMany, slabFree, startPage, takeBesideSlab, takeFromSlab }
