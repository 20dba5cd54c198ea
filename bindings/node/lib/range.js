'use strict'
// The bounds of a range, as callers write them and as the library takes them.

const encoder = require('./encoder.js')
const { invalidArgument } = require('./errors.js')
const { checkOptions, flag, wholeNumber } = require('./options.js')

const BOUNDS = ['gt', 'gte', 'lt', 'lte', 'prefix']
const OPTIONS = [...BOUNDS, 'reverse', 'limit', 'signal']

// SLMDB_RANGE_... of the header
const LOWER = 1
const LOWER_EXCLUSIVE = 2
const UPPER = 4
const UPPER_EXCLUSIVE = 8
const REVERSE = 16
const PREFIX = 32

// SLMDB_RANGE_KEYS_ONLY and SLMDB_RANGE_VALUES_ONLY, and what pages hold then
const ENTRIES = Object.freeze({ flags: 0, keys: true, values: true })
const KEYS = Object.freeze({ flags: 64, keys: true, values: false })
const VALUES = Object.freeze({ flags: 128, keys: false, values: true })

/** What a walk yields. @typedef {{ readonly flags: number, readonly keys: boolean, readonly values: boolean }} Shown */

/** @param {unknown} limit @returns {number} Infinity: all */
function checkLimit (limit) {
  if (limit === undefined || limit === Infinity) return Infinity
  return wholeNumber(limit, 'limit', Number.MAX_SAFE_INTEGER)
}

/**
 * @param {unknown} exclusive @param {unknown} inclusive @param {string} names
 * @returns {{ key: unknown, isExclusive: boolean } | undefined}
 */
function bound (exclusive, inclusive, names) {
  if (exclusive !== undefined && inclusive !== undefined) throw invalidArgument(`${names} exclude each other`)
  if (exclusive !== undefined) return { key: exclusive, isExclusive: true }
  return inclusive === undefined ? undefined : { key: inclusive, isExclusive: false }
}

/** @param {unknown} signal @returns {AbortSignal | undefined} */
function checkSignal (signal) {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw invalidArgument(`signal is an AbortSignal, not ${String(signal)}`)
}

/**
 * Writes the bounds into the request.
 * @param {Record<string, unknown>} options
 * @param {(key: unknown) => void} writeKey
 */
function writeBounds ({ gt, gte, lt, lte, prefix }, writeKey) {
  const lower = prefix === undefined ? bound(gt, gte, 'gt and gte') : { key: prefix, isExclusive: false }
  const upper = bound(lt, lte, 'lt and lte')
  let flags = prefix === undefined ? 0 : PREFIX
  if (prefix !== undefined && (gt ?? gte ?? lt ?? lte) !== undefined) {
    throw invalidArgument('prefix excludes gt, gte, lt and lte')
  }
  const lowerStart = encoder.mark()
  if (lower !== undefined) {
    writeKey(lower.key)
    if (flags === 0) flags = lower.isExclusive ? LOWER | LOWER_EXCLUSIVE : LOWER
  }
  const upperStart = encoder.mark()
  if (upper !== undefined) {
    writeKey(upper.key)
    flags |= upper.isExclusive ? UPPER | UPPER_EXCLUSIVE : UPPER
  }
  return {
    lower: lowerStart,
    lowerLength: upperStart - lowerStart,
    upper: upperStart,
    upperLength: encoder.mark() - upperStart,
    flags,
    limit: 0 // to the library: all
  }
}

/**
 * Writes a range without a direction or a limit into the request: what can be counted or deleted.
 * @param {unknown} options
 * @param {(key: unknown) => void} writeKey
 */
function writeSpan (options, writeKey) {
  return writeBounds(checkOptions(options, BOUNDS, 'a span'), writeKey)
}

/**
 * Writes a range into the request.
 * @param {Record<string, unknown>} options checked ones
 * @param {(key: unknown) => void} writeKey
 * @param {number} shown 0, KEYS_ONLY or VALUES_ONLY
 * @param {number} limit entries at the most
 */
function writeRange (options, writeKey, shown, limit) {
  const range = writeBounds(options, writeKey)
  range.flags |= shown | (flag(options.reverse, 'reverse') ? REVERSE : 0)
  if (limit !== Infinity) range.limit = limit
  return range
}

/** @param {unknown} options */
function checkRange (options) {
  return checkOptions(options, OPTIONS, 'range')
}

module.exports = { ENTRIES, KEYS, VALUES, checkLimit, checkRange, checkSignal, writeRange, writeSpan }
