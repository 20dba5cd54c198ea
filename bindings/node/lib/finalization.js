'use strict'
// Closes what was dropped without being closed. The callbacks run on the thread of JavaScript, never within a call.

/** @type {FinalizationRegistry<{ close: (handle: number) => void, handle: number }>} */
const registry = new FinalizationRegistry(({ close, handle }) => {
  try {
    close(handle)
  } catch {
    // it has ended with something else: its Env, or its transaction
  }
})

/** A handle that is closed when its owner is collected. */
class FinalizationHandle {
  /** @param {object} owner @param {(handle: number) => void} close @param {number} handle */
  constructor (owner, close, handle) {
    registry.register(owner, { close, handle }, this)
  }

  /** The handle has been closed. */
  cancel () {
    registry.unregister(this)
  }
}

module.exports = { FinalizationHandle }
