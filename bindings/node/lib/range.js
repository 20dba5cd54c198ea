'use strict'
// The bounds of a range, as callers write them and as the library takes them.

const encoder = require('./encoder.js')
const { invalidArgument } = require('./errors.js')
const { checkOptions, flag, wholeNumber } = require('./options.js')

const OPTIONS = ['gt', 'gte', 'lt', 'lte', 'reverse', 'limit']

// SLMDB_RANGE_... of the header
const LOWER = 1
const LOWER_EXCLUSIVE = 2
const UPPER = 4
const UPPER_EXCLUSIVE = 8
const REVERSE = 16

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

/**
 * Writes the bounds into the request.
 * @param {unknown} options
 * @param {(key: unknown) => void} writeKey
 */
function writeRange (options, writeKey) {
  const { gt, gte, lt, lte, reverse, limit } = checkOptions(options, OPTIONS, 'range')
  const lower = bound(gt, gte, 'gt and gte')
  const upper = bound(lt, lte, 'lt and lte')
  let flags = flag(reverse, 'reverse') ? REVERSE : 0
  const entries = checkLimit(limit)
  const lowerStart = encoder.mark()
  if (lower !== undefined) {
    writeKey(lower.key)
    flags |= lower.isExclusive ? LOWER | LOWER_EXCLUSIVE : LOWER
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
    limit: entries === Infinity ? 0 : entries, // 0 is "all" to the library
    isEmpty: entries === 0
  }
}

module.exports = { writeRange }
