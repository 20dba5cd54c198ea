'use strict'
// What the three kinds of databases write and read. Pages need no codec: in them raw bytes are MessagePack too.

const encoder = require('./encoder.js')
const { SlmdbError, STATUS } = require('./errors.js')
const { copyOf } = require('./bytes.js')
const { decode } = require('./decoder.js')
const { EXTENDED } = require('./extension.js')

/**
 * How values become bytes, if the user says so: `new Packr()` of npm msgpackr is one.
 * @typedef {object} ValueCodec
 * @property {(value: any) => Uint8Array} encode
 * @property {(bytes: Buffer) => any} decode
 */

/**
 * @typedef {object} Codec
 * @property {(key: unknown) => void} writeKey into the request
 * @property {(value: unknown) => void} writeValue into the request
 * @property {(key: unknown) => void} writePageKey the same, as an object of a page
 * @property {(value: unknown) => void} writePageValue
 * @property {(from: Source, start: number, end: number) => unknown} readKey
 * @property {(from: Source, start: number, end: number) => unknown} readValue
 * @property {((bytes: Buffer) => any) | undefined} decodePiece what the user's codec makes of a value in a page
 * @property {boolean} rawValues values are written as they are given
 * @property {boolean} isOurs keys and values are written by this package alone, and not bound to a type of heed's
 * @property {Omit<import('./decoder.js').PageShape, 'keys' | 'values'>} shape of pages
 */

/** Memory to read from, as the native memory is. @typedef {{ answer: Buffer, view: DataView }} Source */

/**
 * @param {number} status @param {string} what @param {unknown} error
 * @returns {unknown} what to throw
 */
function named (status, what, error) {
  if (error instanceof encoder.Unencodable) return new SlmdbError(status, `${what}: ${error.message}`)
  return error
}

/** @param {unknown} key */
function writeTypedKey (key) {
  try {
    encoder.writeTypedKey(key, 0)
  } catch (error) {
    throw named(STATUS.INVALID_KEY, 'the key cannot be written', error)
  }
}

/** @param {unknown} value */
function writeTypedValue (value) {
  writeValueAt(value, 0)
}

/** @param {unknown} value */
function writeExtendedValue (value) {
  writeValueAt(value, EXTENDED)
}

/** @param {unknown} value @param {number} depth */
function writeValueAt (value, depth) {
  try {
    encoder.writeAny(value, depth)
  } catch (error) {
    throw named(STATUS.INVALID_VALUE, 'the value cannot be written', error)
  }
}

/** @param {unknown} key */
function writeRawKey (key) {
  checkRawKey(key)
  encoder.writeRaw(/** @type {Uint8Array} */ (key))
}

/** @param {unknown} key @returns {asserts key is Uint8Array} */
function checkRawKey (key) {
  if (!(key instanceof Uint8Array)) {
    throw new SlmdbError(STATUS.INVALID_KEY, `a key of this database is a Uint8Array, not ${describe(key)}`)
  }
}

/** @param {unknown} value */
function writeRawValue (value) {
  checkRawValue(value)
  encoder.writeRaw(/** @type {Uint8Array} */ (value))
}

/** @param {unknown} value @returns {asserts value is Uint8Array} */
function checkRawValue (value) {
  if (!(value instanceof Uint8Array)) {
    throw new SlmdbError(STATUS.INVALID_VALUE, `a value of this database is a Uint8Array, not ${describe(value)}`)
  }
}

/** @param {unknown} value */
function describe (value) {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

/**
 * In a database of floats (layout heed) every number is one: 1 is 1.0.
 * @param {(value: unknown) => void} write
 * @returns {(value: unknown) => void}
 */
function numbersAsFloats (write) {
  return (value) => typeof value === 'number' ? encoder.writeFloat(value) : write(value)
}

/** @type {Codec['readValue']} */
function readTyped (from, start, end) {
  return decode(from.answer, from.view, start, end)
}

/** @type {Codec['readKey']} */
function readMarkedKey (from, start, end) {
  return decode(from.answer, from.view, start, end, true)
}

/** @type {Codec['readValue']} */
function readExtendedValue (from, start, end) {
  return decode(from.answer, from.view, start, end, false, EXTENDED)
}

/** @type {Codec['readValue']} */
function readRaw (from, start, end) {
  return copyOf(from.answer, start, end - start)
}

/** @param {unknown} key */
function writeRawPageKey (key) {
  checkRawKey(key)
  encoder.writeBinary(/** @type {Uint8Array} */ (key))
}

/** @param {unknown} value */
function writeRawPageValue (value) {
  checkRawValue(value)
  encoder.writeBinary(/** @type {Uint8Array} */ (value))
}

/**
 * What a codec of the user's makes of values. Its bytes are checked by the library: MessagePack where values are typed.
 * @param {ValueCodec} codec @param {boolean} rawValues
 */
function valuesBy (codec, rawValues) {
  /** @param {unknown} value */
  const encode = (value) => {
    const bytes = codec.encode(value)
    if (bytes instanceof Uint8Array) return bytes
    throw new SlmdbError(STATUS.INVALID_VALUE, `encode() of the codec returned ${describe(bytes)}, not a Uint8Array`)
  }
  return {
    writeValue: (/** @type {unknown} */ value) => encoder.writeRaw(encode(value)),
    writePageValue: (/** @type {unknown} */ value) => {
      if (rawValues) encoder.writeBinary(encode(value))
      else encoder.writeRaw(encode(value))
    },
    /** @type {Codec['readValue']} */
    readValue: (from, start, end) => codec.decode(copyOf(from.answer, start, end - start)),
    decodePiece: (/** @type {Buffer} */ bytes) => codec.decode(bytes)
  }
}

/**
 * @param {{ rawKeys: boolean, rawValues: boolean, floatKeys: boolean, floatValues: boolean, isHeedTyped: boolean,
 *   extensions: boolean, codec: ValueCodec | undefined }} kind
 * @returns {Codec}
 */
function makeCodec ({ rawKeys, rawValues, floatKeys, floatValues, isHeedTyped, extensions, codec }) {
  const typedKey = floatKeys ? numbersAsFloats(writeTypedKey) : writeTypedKey
  const typedValue = floatValues ? numbersAsFloats(writeTypedValue) : extensions ? writeExtendedValue : writeTypedValue
  const values = {
    writeValue: rawValues ? writeRawValue : typedValue,
    writePageValue: rawValues ? writeRawPageValue : typedValue,
    readValue: rawValues ? readRaw : extensions ? readExtendedValue : readTyped,
    decodePiece: undefined
  }
  return {
    writeKey: rawKeys ? writeRawKey : typedKey,
    writePageKey: rawKeys ? writeRawPageKey : typedKey,
    readKey: rawKeys ? readRaw : floatKeys ? readTyped : readMarkedKey,
    ...(codec === undefined ? values : valuesBy(codec, rawValues)),
    rawValues: rawValues && codec === undefined,
    isOurs: codec === undefined && !isHeedTyped,
    shape: {
      marksFloats: !rawKeys && !floatKeys,
      pieces: codec !== undefined,
      binary: rawValues,
      depth: extensions ? EXTENDED : 0
    }
  }
}

module.exports = { checkRawValue, makeCodec }
