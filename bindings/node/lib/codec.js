'use strict'
// What the three kinds of databases write and read. Pages need no codec: in them raw bytes are MessagePack too.

const encoder = require('./encoder.js')
const { SlmdbError, STATUS } = require('./errors.js')
const { copyOf, decode } = require('./decoder.js')
const { memory } = require('./native.js')

/**
 * @typedef {object} Codec
 * @property {(key: unknown) => void} writeKey into the request
 * @property {(value: unknown) => void} writeValue into the request
 * @property {(length: number) => unknown} readValue out of the answer
 * @property {boolean} rawValues
 * @property {boolean} floatKeys
 */

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
  try {
    encoder.writeAny(value, 0)
  } catch (error) {
    throw named(STATUS.INVALID_VALUE, 'the value cannot be written', error)
  }
}

/** @param {unknown} key */
function writeRawKey (key) {
  if (!(key instanceof Uint8Array)) {
    throw new SlmdbError(STATUS.INVALID_KEY, `a key of this database is a Uint8Array, not ${describe(key)}`)
  }
  encoder.writeRaw(key)
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

/** @param {number} length */
function readTypedValue (length) {
  return decode(memory.answer, memory.view, length)
}

/** @param {number} length */
function readRawValue (length) {
  return copyOf(memory.answer, 0, length)
}

/**
 * @param {{ rawKeys: boolean, rawValues: boolean, floatKeys: boolean, floatValues: boolean }} kind
 * @returns {Codec}
 */
function makeCodec ({ rawKeys, rawValues, floatKeys, floatValues }) {
  const writeKey = rawKeys ? writeRawKey : writeTypedKey
  const writeValue = rawValues ? writeRawValue : writeTypedValue
  return {
    writeKey: floatKeys ? numbersAsFloats(writeKey) : writeKey,
    writeValue: floatValues ? numbersAsFloats(writeValue) : writeValue,
    readValue: rawValues ? readRawValue : readTypedValue,
    rawValues,
    floatKeys
  }
}

module.exports = { checkRawValue, makeCodec }
