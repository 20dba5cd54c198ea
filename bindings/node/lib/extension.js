'use strict'
const { invalidArgument } = require('./errors.js')

/**
 * The extensions of databases with { extensions: true }, whose data is a MessagePack array: a Set's elements, and the
 * keys and values in turn of a Map whose keys are all text. Other Maps need none.
 */
const TYPE = Object.freeze({ MAP: 0x4d, SET: 0x53 })

/** Added to the depth of what may hold them, when it is written and read. */
const EXTENDED = 0x10000

/** A MessagePack extension that this package does not know: kept as it is, so that it can be put back unchanged. */
class Extension {
  /** @param {number} type @param {Uint8Array} data */
  constructor (type, data) {
    if (!Number.isInteger(type) || type < -128 || type > 127) {
      throw invalidArgument(`the type of an extension is an integer from -128 to 127, not ${String(type)}`)
    }
    if (type === -1) throw invalidArgument('the extension type -1 is the timestamp: use a Date')
    if (!(data instanceof Uint8Array)) throw invalidArgument('the data of an extension is a Uint8Array')
    /** @readonly */
    this.type = type
    /** @readonly */
    this.data = data
  }
}

module.exports = { EXTENDED, Extension, TYPE }
