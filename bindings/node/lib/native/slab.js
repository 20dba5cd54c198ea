'use strict'
// Memory that the addon writes short values into, each for a Buffer of the caller's own: so they are copied once.

const { Buffer } = require('node:buffer')
const { loaded } = require('./frame.js')

/** Bytes, as Node's own pool of Buffers has. */
const SLAB = 8192

/** A new one, instead of the one before, which belongs to the Buffers in it. @returns {ArrayBuffer} */
function makeSlab () {
  const slab = Buffer.allocUnsafeSlow(SLAB) // has an ArrayBuffer of its own
  loaded.addon.attachSlab(slab)
  return /** @type {ArrayBuffer} */ (slab.buffer)
}

module.exports = { SLAB, makeSlab }
