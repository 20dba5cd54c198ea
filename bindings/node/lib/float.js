'use strict'
const { invalidArgument } = require('./errors.js')

/**
 * A float that is a whole number, where 7 would be the integer. Keys are read as such, so that the key of an entry is
 * always one that get and delete find it by.
 */
class Float {
  /** @param {number} value */
  constructor (value) {
    if (typeof value !== 'number') throw invalidArgument(`a Float is made of a number, not of a ${typeof value}`)
    /** @readonly */
    this.value = value
  }

  valueOf () {
    return this.value
  }
}

module.exports = { Float }
