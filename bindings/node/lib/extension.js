'use strict'
const { invalidArgument } = require('./errors.js')

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

module.exports = { Extension }
