'use strict'
// Writes MessagePack, and raw bytes, into the request memory that the addon reads.
//
// Written here and not left to an npm package because of what must not happen silently: a lone surrogate becoming
// other bytes, an integer becoming a float, undefined or a function becoming something private, a typed array
// showing memory that is not its own.
//
// The memory is used as a stack. An operation marks the position, writes its key and value behind it, calls the addon
// and resets the position. A getter, a Proxy or toJSON() of a value may use the package meanwhile: that operation
// writes behind what is already there and leaves it whole.

const { Buffer } = require('node:buffer') // the global one is a getter
const { SlmdbError, STATUS } = require('./errors.js')
const { EXTENDED, Extension, TYPE } = require('./extension.js')
const { Float } = require('./float.js')
const { LONGEST, writeTimestamp } = require('./timestamp.js')

const FIRST_SIZE = 64 * 1024
/** Memory above this is given back after the operation that needed it. */
const KEPT_SIZE = 1024 * 1024
/** The library refuses longer values; so that memory for them is not even asked for. */
const LARGEST = 2147483647
/** Levels of nesting. Python's msgpack writes no more either. */
const DEEPEST = 511

const LEAST_INT64 = -(2n ** 63n)
const GREATEST_UINT64 = 2n ** 64n - 1n

let buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
let view = viewOf(buffer)
let position = 0
/** @type {() => void} */
let replaced = () => {}

/** What cannot be written. Becomes an error of the key or of the value. */
class Unencodable extends Error {}

/** @param {Buffer} bytes */
function viewOf (bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @param {() => void} callback when the memory has become another */
function whenReplaced (callback) {
  replaced = callback
}

function request () {
  return buffer
}

/** Where the next byte will be. */
function mark () {
  return position
}

/** Drops what was written since the mark. @param {number} start */
function reset (start) {
  position = start
  if (start === 0 && buffer.length > KEPT_SIZE) {
    buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
    view = viewOf(buffer)
    replaced()
  }
}

/** Makes room for more bytes. @param {number} count */
function need (count) {
  if (position + count > buffer.length) grow(count)
}

/** @param {number} count */
function grow (count) {
  if (count > LARGEST) throw new SlmdbError(STATUS.VALUE_TOO_LARGE, `a value of ${count} bytes; longest: ${LARGEST}`)
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, position + count))
  larger.set(buffer.subarray(0, position))
  buffer = larger
  view = viewOf(larger)
  replaced()
}

/** @param {number} byte */
function writeByte (byte) {
  need(1)
  buffer[position++] = byte
}

/** A first byte and a number of 8, 16 or 32 bits. @param {number} first @param {number} bytes @param {number} number */
function writeHead (first, bytes, number) {
  need(5)
  buffer[position++] = first
  if (bytes === 1) view.setUint8(position, number)
  else if (bytes === 2) view.setUint16(position, number)
  else view.setUint32(position, number)
  position += bytes
}

/** @param {string} text */
function writeText (text) {
  const length = text.length
  if (length > 31) return writeLongText(text)
  need(1 + length)
  let at = position + 1
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return writeLongText(text)
    buffer[at++] = code
  }
  buffer[position] = 0xa0 | length
  position = at
}

/** @param {string} text */
function writeLongText (text) {
  if (!text.isWellFormed()) throw new Unencodable('text with a lone surrogate, which UTF-8 cannot hold')
  const length = Buffer.byteLength(text)
  if (length < 0x20) writeByte(0xa0 | length)
  else if (length < 0x100) writeHead(0xd9, 1, length)
  else if (length < 0x10000) writeHead(0xda, 2, length)
  else writeHead(0xdb, 4, length)
  need(length)
  position += buffer.write(text, position, length, 'utf8')
}

/** @param {Uint8Array} bytes */
function writeBinary (bytes) {
  const length = bytes.length
  if (length < 0x100) writeHead(0xc4, 1, length)
  else if (length < 0x10000) writeHead(0xc5, 2, length)
  else writeHead(0xc6, 4, length)
  writeRaw(bytes)
}

/** The bytes as they are. @param {Uint8Array} bytes */
function writeRaw (bytes) {
  const length = bytes.length
  need(length)
  if (length < 24) {
    for (let i = 0; i < length; i++) buffer[position + i] = bytes[i]
  } else {
    buffer.set(bytes, position)
  }
  position += length
}

/** The UTF-8 of a name or path, without a head. @param {string} text @returns {number} its length */
function writeName (text) {
  if (!text.isWellFormed()) throw new Unencodable('text with a lone surrogate, which UTF-8 cannot hold')
  const length = Buffer.byteLength(text)
  need(length)
  position += buffer.write(text, position, length, 'utf8')
  return length
}

/**
 * A number is an integer if it is a safe one, so that 7 is the 7 of every language; else a float64. -0 is a float.
 * @param {number} number
 */
function writeNumber (number) {
  if (Number.isSafeInteger(number) && !Object.is(number, -0)) writeInteger(number)
  else writeFloat(number)
}

/** @param {number} number */
function writeFloat (number) {
  need(9)
  buffer[position] = 0xcb
  view.setFloat64(position + 1, number)
  position += 9
}

/** @param {number} integer a safe one */
function writeInteger (integer) {
  if (integer >= 0) {
    if (integer < 0x80) writeByte(integer)
    else if (integer < 0x100) writeHead(0xcc, 1, integer)
    else if (integer < 0x10000) writeHead(0xcd, 2, integer)
    else if (integer < 0x100000000) writeHead(0xce, 4, integer)
    else writeWide(0xcf, integer)
  } else if (integer >= -0x20) writeByte(integer & 0xff)
  else if (integer >= -0x80) writeHead(0xd0, 1, integer & 0xff)
  else if (integer >= -0x8000) writeHead(0xd1, 2, integer & 0xffff)
  else if (integer >= -0x80000000) writeHead(0xd2, 4, integer)
  else writeWide(0xd3, integer)
}

/** A safe integer in 64 bits. @param {number} first @param {number} integer */
function writeWide (first, integer) {
  need(9)
  buffer[position] = first
  view.setInt32(position + 1, Math.floor(integer / 0x100000000))
  view.setUint32(position + 5, integer)
  position += 9
}

/** @param {bigint} integer */
function writeBigInt (integer) {
  if (integer < LEAST_INT64 || integer > GREATEST_UINT64) {
    throw new Unencodable(`the integer ${integer}; the range is -2^63 to 2^64-1`)
  }
  if (integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER) return writeInteger(Number(integer))
  need(9)
  buffer[position] = integer < 0n ? 0xd3 : 0xcf
  view.setBigUint64(position + 1, BigInt.asUintN(64, integer))
  position += 9
}

/** @param {number} length */
function writeArrayHead (length) {
  if (length < 16) writeByte(0x90 | length)
  else if (length < 0x10000) writeHead(0xdc, 2, length)
  else writeHead(0xdd, 4, length)
}

/** The head of a page; endPage writes how many objects there are. @returns {number} where it begins */
function beginPage () {
  const start = position
  writeHead(0xdd, 4, 0)
  return start
}

/** @param {number} start what beginPage returned @param {number} objects @returns {number} the page's length */
function endPage (start, objects) {
  view.setUint32(start + 1, objects)
  return position - start
}

// A depth is how many levels are around a value, and EXTENDED where extensions may be written: in this way an
// operation within another one, as a getter of a value may begin it, has its own.

/** @param {number} depth */
function checkDepth (depth) {
  if ((depth & ~EXTENDED) > DEEPEST) throw new Unencodable(`nested deeper than ${DEEPEST} levels, or within itself`)
}

/** @param {unknown} value @param {number} depth @returns {void} */
function writeAny (value, depth) {
  switch (typeof value) {
    case 'string': return writeText(value)
    case 'number': return writeNumber(value)
    case 'boolean': return writeByte(value ? 0xc3 : 0xc2)
    case 'bigint': return writeBigInt(value)
    case 'object': return value === null ? writeByte(0xc0) : writeObject(value, depth + 1)
    default: throw new Unencodable(`${typeof value} cannot be stored`)
  }
}

/** @param {object} value @param {number} depth @returns {void} */
function writeObject (value, depth) {
  checkDepth(depth)
  if (Array.isArray(value)) return writeArray(value, depth)
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return writePlain(value, depth)
  if (value instanceof Uint8Array) return writeBinary(value)
  if (value instanceof Map) return writeMap(value, depth)
  if (value instanceof Set && depth >= EXTENDED) return writeExtended(TYPE.SET, [...value], depth)
  if (value instanceof Date) return writeDate(value)
  if (value instanceof Float) return writeFloat(value.value)
  if (value instanceof Extension) return writeExtension(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new Unencodable(`of all bytes only a Uint8Array can be stored, not ${nameOf(value)}`)
  }
  if (value instanceof Set) {
    throw new Unencodable('a Set cannot be stored but in a database with { extensions: true }; an array can: [...set]')
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return writeAny(value.toJSON(), depth)
  // the plain object of another realm (node:vm)
  if (Object.getPrototypeOf(prototype) === null && 'hasOwnProperty' in prototype) return writePlain(value, depth)
  throw new Unencodable(`an instance of ${nameOf(value)} cannot be stored; a plain object can: { ...instance }`)
}

/** @param {object} value */
function nameOf (value) {
  const name = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'an unnamed class'
}

/** @param {unknown[]} array @param {number} depth */
function writeArray (array, depth) {
  const length = array.length
  writeArrayHead(length)
  for (let i = 0; i < length; i++) writeAny(array[i], depth)
}

/**
 * Own enumerable properties with text names. One that is undefined is left out: it reads back as undefined.
 * @param {object} object @param {number} depth
 */
function writePlain (object, depth) {
  const head = position
  let count = 0
  writeByte(0x80)
  for (const name in object) { // V8 makes this loop faster than one over Object.keys()
    if (!hasOwn.call(object, name)) continue
    const value = /** @type {Record<string, unknown>} */ (object)[name]
    if (value === undefined) continue
    if (++count === 16) widen(head + 1)
    else if (count === 0x10000) widen(head + 3)
    writeText(name)
    writeAny(value, depth)
  }
  if (count < 16) {
    buffer[head] = 0x80 | count
    return
  }
  buffer[head] = count < 0x10000 ? 0xde : 0xdf
  if (count < 0x10000) view.setUint16(head + 1, count)
  else view.setUint32(head + 1, count)
}

const hasOwn = Object.prototype.hasOwnProperty

/** Makes room for two more bytes of a number. @param {number} at */
function widen (at) {
  need(2)
  buffer.copyWithin(at + 2, at, position)
  position += 2
}

/** @param {number} length */
function writeHeadOfMap (length) {
  if (length < 16) writeByte(0x80 | length)
  else if (length < 0x10000) writeHead(0xde, 2, length)
  else writeHead(0xdf, 4, length)
}

/** @param {Map<unknown, unknown>} map @param {number} depth */
function writeMap (map, depth) {
  const entries = [...map]
  if (depth >= EXTENDED && entries.every(([key]) => typeof key === 'string')) {
    writeExtended(TYPE.MAP, entries.flat(), depth)
    return
  }
  writeHeadOfMap(entries.length)
  for (const [key, value] of entries) {
    writeAny(key, depth)
    writeAny(value, depth)
  }
}

/** @param {Date} date */
function writeDate (date) {
  if (Number.isNaN(date.getTime())) throw new Unencodable('an invalid Date cannot be stored')
  need(LONGEST)
  position += writeTimestamp(view, position, date)
}

/** @param {number} type @param {number} length */
function writeHeadOfExtension (type, length) {
  const fixed = [1, 2, 4, 8, 16].indexOf(length)
  if (fixed >= 0) writeByte(0xd4 + fixed)
  else if (length < 0x100) writeHead(0xc7, 1, length)
  else if (length < 0x10000) writeHead(0xc8, 2, length)
  else writeHead(0xc9, 4, length)
  writeByte(type & 0xff)
}

/** @param {Extension} extension */
function writeExtension ({ type, data }) {
  writeHeadOfExtension(type, data.length)
  writeRaw(data)
}

/** An array as an extension of ours. @param {number} type @param {unknown[]} array @param {number} depth */
function writeExtended (type, array, depth) {
  const start = position
  writeArray(array, depth)
  const length = position - start
  writeHeadOfExtension(type, length) // its size is known only now, so it is written behind, and what is before it moved
  need(length)
  buffer.copyWithin(position, start, start + length)
  buffer.copyWithin(start, start + length, position + length)
}

/** Keys are fewer things than values. @param {unknown} key @param {number} depth @returns {void} */
function writeTypedKey (key, depth) {
  if (key === null || typeof key !== 'object') return writeAny(key, depth)
  if (key instanceof Uint8Array) return writeBinary(key)
  if (key instanceof Float) return writeFloat(key.value)
  if (!Array.isArray(key)) throw new Unencodable(`an instance of ${nameOf(key)} is no key`)
  checkDepth(depth + 1)
  writeArrayHead(key.length)
  for (let i = 0; i < key.length; i++) writeTypedKey(key[i], depth + 1)
}

module.exports = {
  Unencodable,
  beginPage,
  endPage,
  mark,
  request,
  reset,
  whenReplaced,
  writeAny,
  writeBinary,
  writeFloat,
  writeName,
  writeRaw,
  writeTypedKey
}
