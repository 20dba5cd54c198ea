'use strict'
// Checks of what callers pass in.

const { invalidArgument } = require('./errors.js')

/**
 * @param {unknown} options
 * @param {readonly string[]} allowed
 * @param {string} whose
 * @returns {Record<string, unknown>}
 */
function checkOptions (options, allowed, whose) {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object') throw invalidArgument(`the options of ${whose} are no ${typeof options}`)
  for (const name of Object.keys(options)) {
    if (!allowed.includes(name)) {
      throw invalidArgument(`${whose} has no option '${name}'; there are: ${allowed.join(', ')}`)
    }
  }
  return /** @type {Record<string, unknown>} */ (options)
}

/**
 * A whole number, or 0 if it is undefined. A BigInt will do.
 * @param {unknown} value @param {string} name @param {number} greatest
 */
function wholeNumber (value, name, greatest) {
  if (value === undefined) return 0
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0 || number > greatest) {
    throw invalidArgument(`${name} is a whole number from 0 to ${greatest}, not ${String(value)}`)
  }
  return number
}

/** @param {unknown} value @param {string} name */
function flag (value, name) {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw invalidArgument(`${name} is true or false, not ${String(value)}`)
  return value
}

/**
 * The number behind a word; that of the first word if it is undefined.
 * @param {unknown} value @param {string} name @param {ReadonlyMap<string, number>} words
 */
function oneOf (value, name, words) {
  if (value === undefined) return /** @type {number} */ (words.values().next().value)
  const number = typeof value === 'string' ? words.get(value) : undefined
  if (number === undefined) {
    throw invalidArgument(`${name} is one of '${[...words.keys()].join("', '")}', not ${String(value)}`)
  }
  return number
}

module.exports = { checkOptions, flag, oneOf, wholeNumber }
