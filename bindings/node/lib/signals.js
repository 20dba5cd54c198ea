'use strict'
// Keeps SA_ONSTACK on Node's signal handlers; src/addon/signals.c says why. Only the main thread listens for signals.

const SIGNAL = /^SIG[A-Z0-9]+$/

function keepHandlerInstalled () {}

/**
 * After the addon was loaded in a thread.
 * @param {import('./addon.d.ts').Addon} addon
 * @param {boolean} isMainThread
 */
function watchSignals (addon, isMainThread) {
  if (isMainThread && !addon.signalsChildWatched()) { // once, however often this module is loaded (Jest)
    // With one listener that stays, libuv installs its handler of SIGCHLD once and not anew for every child process.
    // It keeps no process alive.
    process.on('SIGCHLD', keepHandlerInstalled)
    // Node's own listener for 'newListener' came first and has installed the handler by then.
    process.on('newListener', (event) => {
      if (typeof event === 'string' && SIGNAL.test(event)) addon.signalsCheck()
    })
  }
  addon.signalsCheck()
}

module.exports = { watchSignals }
