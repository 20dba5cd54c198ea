'use strict'
// The words for kinds, layouts and types, and the numbers that the library has for them.

const { invalidArgument } = require('./errors.js')
const { checkOptions, flag, oneOf } = require('./options.js')

// SLMDB_TYPED, ... of the header
const KIND = Object.freeze({ TYPED: 1, BYTES_KEY: 2, BYTES: 3 })
/** @type {Map<number, string>} */
const KIND_NAMES = new Map([[KIND.TYPED, 'typed'], [KIND.BYTES_KEY, 'bytesKey'], [KIND.BYTES, 'bytes']])
const LAYOUTS = new Map([['auto', 0], ['ordered', 1], ['heed', 2]])
const TYPES = new Map([['auto', 0], ['text', 1], ['bytes', 2], ['u8', 3], ['u16', 4], ['u32', 5], ['u64', 6], ['i8', 7],
  ['i16', 8], ['i32', 9], ['i64', 10], ['f32', 11], ['f64', 12], ['bool', 13]])
const FLOATS = ['f32', 'f64']

/** @param {ReadonlyMap<string, number>} words @param {unknown} number @returns {string | null} */
function wordOf (words, number) {
  for (const [word, its] of words) if (its === number) return word
  return null
}

/**
 * @param {{ layout: unknown, keyType: unknown, valueType: unknown, unnamedDefault: boolean }} numbers
 */
function describe ({ layout, keyType, valueType, unnamedDefault }) {
  return {
    layout: wordOf(LAYOUTS, layout),
    keyType: wordOf(TYPES, keyType),
    valueType: wordOf(TYPES, valueType),
    unnamedDefault
  }
}

/** What the library's list says of a database. @param {string} name @param {Record<string, any>} said */
function describeListed (name, said) {
  const numbers = {
    layout: said.layout,
    keyType: said.key_type,
    valueType: said.value_type,
    unnamedDefault: said.unnamed_default
  }
  return { name, kind: KIND_NAMES.get(said.kind) ?? null, ...describe(numbers), entries: said.entries }
}

/** @param {unknown} codec @returns {import('./codec.js').ValueCodec | undefined} */
function checkCodec (codec) {
  if (codec === undefined) return undefined
  const { encode, decode } = /** @type {any} */ (codec ?? {})
  if (typeof encode === 'function' && typeof decode === 'function') return /** @type {any} */ (codec)
  throw invalidArgument('codec is an object with the functions encode and decode')
}

/** @param {number} kind @param {Record<string, unknown>} options */
function checkExtensions (kind, { extensions, codec, valueType }) {
  if (!flag(extensions, 'extensions')) return false
  if (codec !== undefined) throw invalidArgument('extensions and codec exclude each other: the codec writes all values')
  if (kind === KIND.BYTES) throw invalidArgument('extensions are of values as MessagePack, and here values are bytes')
  if (valueType !== undefined && valueType !== 'auto') {
    throw invalidArgument(`extensions are of values as MessagePack, and here values are stored as ${String(valueType)}`)
  }
  return true
}

/** @param {number} kind @param {unknown} given */
function databaseOptions (kind, given) {
  const names = ['layout', 'keyType', 'valueType', 'mustExist', 'unnamedDefault', 'extensions', 'codec']
  const options = checkOptions(given, names, 'a database')
  return {
    extensions: checkExtensions(kind, options),
    keyType: options.keyType,
    valueType: options.valueType,
    codec: checkCodec(options.codec),
    numbers: {
      layout: oneOf(options.layout, 'layout', LAYOUTS),
      keyType: oneOf(options.keyType, 'keyType', TYPES),
      valueType: oneOf(options.valueType, 'valueType', TYPES),
      mustExist: flag(options.mustExist, 'mustExist'),
      unnamedDefault: flag(options.unnamedDefault, 'unnamedDefault')
    }
  }
}

module.exports = { FLOATS, KIND, KIND_NAMES, databaseOptions, describe, describeListed }
