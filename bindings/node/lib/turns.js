'use strict'
// Asynchronous functions that run one after the other, and know that they do.

const { AsyncLocalStorage } = require('node:async_hooks')

class Turns {
  /** Ends when the last one that has asked for its turn has had it. @type {Promise<unknown>} */
  #last = Promise.resolve()
  /** Made with the first turn: it slows all promises down a little. @type {AsyncLocalStorage<Turn> | undefined} */
  #inside

  /**
   * Waits for its turn and runs a function.
   * @template R
   * @param {AbortSignal | undefined} signal gives up waiting
   * @param {() => Promise<R>} fn
   * @returns {Promise<R>}
   */
  async take (signal, fn) {
    const inside = this.#inside ??= new AsyncLocalStorage()
    const before = this.#last
    const turn = new Turn()
    this.#last = turn.ended.then(() => before)
    try {
      await (signal === undefined ? before : beforeAbort(before, signal))
      return await inside.run(turn, fn)
    } finally {
      turn.end()
    }
  }

  /** Whether the caller is, or was started by, a function that has its turn now. */
  isInside () {
    const turn = this.#inside?.getStore()
    return turn !== undefined && !turn.isOver
  }
}

class Turn {
  isOver = false
  /** @type {() => void} */
  #resolve = () => {}
  /** @type {Promise<void>} */
  ended = new Promise((resolve) => { this.#resolve = resolve })

  end () {
    this.isOver = true
    this.#resolve()
  }
}

/** @param {Promise<unknown>} promise @param {AbortSignal} signal */
async function beforeAbort (promise, signal) {
  signal.throwIfAborted()
  /** @type {() => void} */
  let stop = () => {}
  const aborted = new Promise((_resolve, reject) => { stop = () => reject(signal.reason) })
  signal.addEventListener('abort', stop)
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

module.exports = { Turns }
