'use strict'
// Reads MessagePack out of the answer memory. What it returns never points into that memory.
//
// No code of the user runs in here, so one set of module variables is enough.

const { Buffer, isUtf8 } = require('node:buffer') // the global Buffer is a getter
const { copyOfMany, startPage } = require('./bytes.js')
const { SlmdbError, STATUS } = require('./errors.js')
const { EXTENDED, Extension, TYPE } = require('./extension.js')
const { Float } = require('./float.js')
const shapes = require('./shapes.js')
const { readTimestamp } = require('./timestamp.js')

/**
 * What toString(encoding, start, end) comes to, without its checks of the arguments, which cost as much as the work.
 * Not documented, so not relied on.
 * @param {'utf8' | 'latin1'} encoding
 * @returns {(this: Buffer, start: number, end: number) => string}
 */
function slicerOf (encoding) {
  return /** @type {any} */ (Buffer.prototype)[`${encoding}Slice`] ??
    /** @this {Buffer} @param {number} start @param {number} end */
    function (start, end) { return this.toString(encoding, start, end) }
}

const utf8Slice = slicerOf('utf8')
const latin1Slice = slicerOf('latin1')

/** Levels of nesting. Python's msgpack reads no more either. */
const DEEPEST = 1024

/** @type {Buffer} */
let buffer = Buffer.alloc(0)
/** @type {DataView} */
let view
let position = 0
let end = 0
/** While a key is read: its floats that are whole are no integers (see Float). */
let marksFloats = false

/** @param {string} what @returns {never} */
function fail (what) {
  throw new SlmdbError(STATUS.INVALID_VALUE, `stored bytes that cannot be read: ${what}`)
}

/** @param {number} length */
function claim (length) {
  if (length > end - position) fail('they end too early')
}

/**
 * Short texts are cut out of the text that all bytes from the first of them on make, read as Latin-1: one call for many
 * of them. What is cut out keeps the whole in memory, so that is no longer than Node's own pool of Buffers.
 */
const WINDOW = 2048
const LONG_TEXT = 512
let around = ''
let aroundStart = 0

/** @param {number} length */
function readText (length) {
  if (length > LONG_TEXT) return readLongText(length)
  claim(length)
  if (!isAscii(position, position + length)) return readLongText(length)
  let at = position - aroundStart
  if (at + length > around.length) {
    around = latin1Slice.call(buffer, position, Math.min(position + WINDOW, end))
    aroundStart = position
    at = 0
  }
  position += length
  return around.substring(at, at + length)
}

/** @param {number} from @param {number} to */
function isAscii (from, to) {
  let bits = 0
  let at = from
  for (; at + 4 <= to; at += 4) bits |= view.getInt32(at, true)
  for (; at < to; at++) bits |= buffer[at]
  return (bits & 0x80808080) === 0
}

/** @param {number} length */
function readLongText (length) {
  claim(length)
  const start = position
  position += length
  const text = utf8Slice.call(buffer, start, position)
  // the replacement character is either stored as such, or hides bytes that are no UTF-8
  if (text.includes('\ufffd') && !isUtf8(buffer.subarray(start, position))) fail('text that is no UTF-8')
  return text
}

/** @param {number} length */
function readBinary (length) {
  claim(length)
  const start = position
  position += length
  return copyOfMany(buffer, start, length, end)
}

/** @param {number} length @param {number} depth */
function readArray (length, depth) {
  claim(length)
  const array = new Array(length)
  for (let i = 0; i < length; i++) array[i] = read(depth)
  return array
}

// Names of properties repeat: those that are short ASCII are kept in a small table.
const NAMES = 1024
/** @type {string[]} */
const names = new Array(NAMES).fill('')

function readName () {
  const first = buffer[position]
  if (first <= 0xa0 || first > 0xaf) return undefined
  const length = first - 0xa0
  const start = position + 1
  if (length > end - start) fail('they end too early')
  let hash = length
  for (let i = 0; i < length; i++) hash = (hash * 31 + buffer[start + i]) & 0xffffff
  const index = hash & (NAMES - 1)
  const known = names[index]
  if (known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === buffer[start + i]) i++
    if (i === length) {
      position = start + length
      return known
    }
  }
  position = start
  const name = readLongText(length) // not cut out of a longer text, which would be kept with it
  if (name.length === length) names[index] = name
  return name
}

/** @param {number} length @param {number} depth */
function readMap (length, depth) {
  claim(length * 2)
  if (length === 0) return {}
  const place = shapes.placeOf(buffer, position, length)
  const reader = shapes.readerAt(place, length)
  if (reader !== undefined) return reader(buffer, depth)
  const object = readRest([], [], length, depth)
  if (!(object instanceof Map)) shapes.seen(place, Object.keys(/** @type {object} */ (object)), source)
  return object
}

/** @type {shapes.Source['readRest']} */
function readRest (names, values, left, depth) {
  /** @type {Record<string, unknown>} */
  const object = {}
  for (let i = 0; i < names.length; i++) object[names[i]] = values[i]
  for (; left > 0; left--) {
    const key = readName() ?? read(depth)
    if (typeof key !== 'string') return readRestAsMap(object, key, left, depth)
    setProperty(object, key, read(depth))
  }
  return object
}

/** @type {shapes.Source} */
const source = {
  position: () => position,
  moveTo: (to) => { position = to },
  read: (depth) => read(depth),
  readRest
}

/** @param {Record<string, unknown>} object @param {string} name @param {unknown} value */
function setProperty (object, name, value) {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  } else {
    object[name] = value
  }
}

/**
 * A map with a key that is no text is a Map, with all its keys as they are.
 * @param {Record<string, unknown>} object what was read so far
 * @param {unknown} key the first that is no text
 * @param {number} left entries from that key on
 * @param {number} depth
 */
function readRestAsMap (object, key, left, depth) {
  const map = new Map(/** @type {[unknown, unknown][]} */ (Object.entries(object)))
  map.set(key, read(depth))
  for (let i = 1; i < left; i++) {
    const next = read(depth)
    map.set(next, read(depth))
  }
  return map
}

/** @param {number} length @param {number} above */
function readExtension (length, above) {
  claim(length + 1)
  const type = view.getInt8(position++)
  if (type === -1) {
    position += length
    return readTimestamp(view, position - length, length) ?? fail('a timestamp outside the range of Date')
  }
  if (above >= EXTENDED && (type === TYPE.SET || type === TYPE.MAP)) return readExtended(type, length, above)
  return new Extension(type, readBinary(length))
}

/** @param {number} type @param {number} length @param {number} above */
function readExtended (type, length, above) {
  const stop = position + length
  const head = buffer[position] // not one more extension, and so on, of which there is no depth
  const isArray = (head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd
  const array = isArray ? /** @type {unknown[]} */ (read(above)) : []
  if (!isArray || position !== stop) fail('an extension that holds something else than an array')
  if (type === TYPE.SET) return new Set(array)
  if (array.length % 2 !== 0) fail('an extension that holds a key without a value')
  const map = new Map()
  for (let i = 0; i < array.length; i += 2) map.set(array[i], array[i + 1])
  return map
}

/** A number if that holds it exactly, else a BigInt. @param {boolean} signed */
function readInteger64 (signed) {
  claim(8)
  const high = signed ? view.getInt32(position) : view.getUint32(position)
  const number = high * 0x100000000 + view.getUint32(position + 4)
  position += 8
  if (Number.isSafeInteger(number)) return number
  return signed ? view.getBigInt64(position - 8) : view.getBigUint64(position - 8)
}

function readUint16 () {
  claim(2)
  position += 2
  return view.getUint16(position - 2)
}

function readUint32 () {
  claim(4)
  position += 4
  return view.getUint32(position - 4)
}

/** @param {number} bytes */
function readFloat (bytes) {
  claim(bytes)
  position += bytes
  const number = bytes === 4 ? view.getFloat32(position - 4) : view.getFloat64(position - 8)
  return marksFloats && Number.isSafeInteger(number) && !Object.is(number, -0) ? new Float(number) : number
}

/** @param {number} bytes */
function readSigned (bytes) {
  claim(bytes)
  position += bytes
  if (bytes === 1) return view.getInt8(position - 1)
  return bytes === 2 ? view.getInt16(position - 2) : view.getInt32(position - 4)
}

function readUint8 () {
  claim(1)
  return buffer[position++]
}

/** @param {number} above how deep the object is that this is in @returns {unknown} */
function read (above) {
  if (position >= end) fail('they end too early')
  const first = buffer[position++]
  if (first < 0x80) return first
  if (first >= 0xe0) return first - 0x100
  if (first >= 0xa0 && first < 0xc0) return readText(first - 0xa0)
  if (first < 0xa0 && (above & ~EXTENDED) >= DEEPEST) fail(`nested deeper than ${DEEPEST} levels`)
  if (first < 0x90) return readMap(first - 0x80, above + 1)
  if (first < 0xa0) return readArray(first - 0x90, above + 1)
  return readOther(first, above)
}

/** @param {number} first @param {number} above @returns {unknown} */
function readOther (first, above) {
  switch (first) {
    case 0xc0: return null
    case 0xc2: return false
    case 0xc3: return true
    case 0xc4: return readBinary(readUint8())
    case 0xc5: return readBinary(readUint16())
    case 0xc6: return readBinary(readUint32())
    case 0xc7: return readExtension(readUint8(), above)
    case 0xc8: return readExtension(readUint16(), above)
    case 0xc9: return readExtension(readUint32(), above)
    case 0xca: return readFloat(4)
    case 0xcb: return readFloat(8)
    case 0xcc: return readUint8()
    case 0xcd: return readUint16()
    case 0xce: return readUint32()
    case 0xcf: return readInteger64(false)
    case 0xd0: return readSigned(1)
    case 0xd1: return readSigned(2)
    case 0xd2: return readSigned(4)
    case 0xd3: return readInteger64(true)
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return readExtension(1 << (first - 0xd4), above)
    case 0xd9: return readText(readUint8())
    case 0xda: return readText(readUint16())
    case 0xdb: return readText(readUint32())
    case 0xc1: return fail('the byte c1')
    default: return readLarge(first, above)
  }
}

/** @param {number} first @param {number} above */
function readLarge (first, above) {
  if ((above & ~EXTENDED) >= DEEPEST) fail(`nested deeper than ${DEEPEST} levels`)
  const length = first === 0xdc || first === 0xde ? readUint16() : readUint32()
  return first < 0xde ? readArray(length, above + 1) : readMap(length, above + 1)
}

/**
 * The one object in the bytes from `from` to `to`.
 * @param {Buffer} bytes @param {DataView} bytesView of the same memory @param {number} from @param {number} to
 * @param {boolean} [marks] it is a key, whose floats that are whole are marked
 * @param {number} [depth] 0, or EXTENDED
 * @returns {unknown}
 */
function decode (bytes, bytesView, from, to, marks = false, depth = 0) {
  start(bytes, bytesView, from, to)
  marksFloats = marks
  const value = read(depth)
  if (position !== end) fail('something follows them')
  return value
}

/** @param {Buffer} bytes @param {DataView} bytesView @param {number} from @param {number} to */
function start (bytes, bytesView, from, to) {
  buffer = bytes
  view = bytesView
  position = from
  end = to
  marksFloats = false
  around = ''
  aroundStart = from
  startPage()
}

function readCount () {
  const first = readUint8()
  const count = first === 0xdd ? readUint32() : first === 0xdc ? readUint16() : first & 0x0f
  claim(count)
  return count
}

/** One object as the bytes that it is stored as: those inside of a `bin`, else all. @param {boolean} isBinary */
function readPiece (isBinary) {
  if (isBinary) return /** @type {Buffer} */ (read(0))
  const from = position
  skip()
  return copyOfMany(buffer, from, position - from, end)
}

/** Bytes of what follows the first byte from c4 on: of the length, of what is before the data, or of the number. */
const SIZES = [1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4]

/** Moves behind an object. */
function skip () {
  for (let left = 1; left > 0; left--) {
    const first = readUint8()
    if (first < 0x80 || first >= 0xe0 || (first >= 0xc0 && first < 0xc4)) continue
    if (first < 0x90) left += (first - 0x80) * 2
    else if (first < 0xa0) left += first - 0x90
    else if (first < 0xc0) skipBytes(first - 0xa0)
    else left += skipOther(first)
  }
}

/** @param {number} count */
function skipBytes (count) {
  claim(count)
  position += count
}

/** @param {number} first from c4 on @returns {number} how many objects are inside */
function skipOther (first) {
  const size = SIZES[first - 0xc4]
  const isNumber = first >= 0xca && first < 0xd9
  if (isNumber) {
    skipBytes(size)
    return 0
  }
  const length = size === 1 ? readUint8() : size === 2 ? readUint16() : readUint32()
  if (first >= 0xde) return length * 2
  if (first >= 0xdc) return length
  skipBytes(first >= 0xc7 && first < 0xca ? length + 1 : length) // an extension has its type before it
  return 0
}

/**
 * The objects of a page: key, value, key, value, ...; or only keys, or only values.
 * @param {Buffer} bytes @param {DataView} bytesView of the same memory @param {number} length
 * @param {PageShape} shape
 * @returns {unknown[]}
 */
function decodePage (bytes, bytesView, length, { keys, values, marksFloats: marks, pieces, binary, depth }) {
  start(bytes, bytesView, 0, length)
  const count = readCount()
  const flat = new Array(count)
  if (!values) {
    readKeys(flat, marks)
    return flat
  }
  const step = keys ? 2 : 1
  for (let i = 0; i < count; i += step) {
    if (keys) {
      marksFloats = marks
      flat[i] = read(0)
      marksFloats = false
    }
    flat[i + step - 1] = pieces ? readPiece(binary) : read(depth)
  }
  if (position !== end) fail('something follows them')
  return flat
}

/** @param {unknown[]} flat what the rest of a page that has no values is read into @param {boolean} marks */
function readKeys (flat, marks) {
  marksFloats = marks
  for (let i = readShortTexts(flat, 0); i < flat.length; i = readShortTexts(flat, i + 1)) flat[i] = read(0)
  if (position !== end) fail('something follows them')
}

/**
 * Reads what is text of up to 31 ASCII characters, up to the first that is not, as readText() does but without a call
 * and without a variable of the module for each: where there are only keys, their texts are most of the work.
 * @param {unknown[]} flat @param {number} from where in it
 * @returns {number} how far it came
 */
function readShortTexts (flat, from) {
  const bytes = buffer
  const bytesView = view
  let text = around
  let textStart = aroundStart
  let at = position
  let i = from
  for (; i < flat.length && at < end; i++) {
    const length = bytes[at] - 0xa0
    if (length < 0 || length > 31 || length >= end - at) break
    const start = at + 1
    const stop = start + length
    let bits = 0
    let byte = start
    for (; byte + 4 <= stop; byte += 4) bits |= bytesView.getInt32(byte, true)
    for (; byte < stop; byte++) bits |= bytes[byte]
    if ((bits & 0x80808080) !== 0) break
    if (stop - textStart > text.length) {
      text = latin1Slice.call(bytes, start, Math.min(start + WINDOW, end))
      textStart = start
    }
    flat[i] = text.substring(start - textStart, stop - textStart)
    at = stop
  }
  position = at
  around = text
  aroundStart = textStart
  return i
}

/**
 * The answers of a page: true and a value, or false and nothing.
 * @param {Buffer} bytes @param {DataView} bytesView of the same memory @param {number} length
 * @param {Pick<PageShape, 'pieces' | 'binary' | 'depth'>} shape
 * @returns {unknown[]} the values, undefined where there is none
 */
function decodeFound (bytes, bytesView, length, { pieces, binary, depth }) {
  start(bytes, bytesView, 0, length)
  const count = readCount() / 2
  const values = new Array(count).fill(undefined)
  for (let i = 0; i < count; i++) {
    const isThere = readUint8() === 0xc3
    if (isThere) values[i] = pieces ? readPiece(binary) : read(depth)
    else skip() // nil; the element stays undefined
  }
  if (position !== end) fail('something follows them')
  return values
}

/**
 * What a page holds.
 * @typedef {object} PageShape
 * @property {boolean} keys
 * @property {boolean} values
 * @property {boolean} marksFloats floats among the keys that are whole are marked: not all its numbers are floats
 * @property {boolean} pieces values are left as the bytes that are stored, for a codec of the user's own
 * @property {boolean} binary values are raw
 * @property {number} depth of values: 0, or EXTENDED
 */

module.exports = { decode, decodeFound, decodePage }
