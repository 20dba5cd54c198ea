'use strict'
// Long work: each on a thread of its own, and the promises that wait for it.

const { SLOT, check, frame, loaded } = require('./frame.js')
const { promiseOf } = require('./batch.js')

const { DB, EXPECTED, EXPECTED_LENGTH, FLAGS, HANDLE, KEY, KEY_LENGTH, LIMIT, OPTION, TXN, VALUE, VALUE_LENGTH } = SLOT

/** What can be done, as src/addon/maintenance.c has it. */
const WORK = Object.freeze({
  MEASURE: 1,
  VERIFY: 2,
  READERS: 3,
  CLEAR_READERS: 4,
  BACKUP: 5,
  EXPORT: 6,
  IMPORT: 7,
  COPY: 8,
  MOVE: 9,
  DROP: 10,
  VERIFY_EXPORT: 11,
  DROP_ORPHAN: 12
})
/** Which scope. */
const WHICH = Object.freeze({ ANY: 0, DEFAULT: 1, NAMED: 2 })

/** Where bytes are in the request. @typedef {{ start: number, length: number }} Bytes */

/**
 * What is to be done.
 * @typedef {object} Order
 * @property {number} what one of WORK
 * @property {number} env
 * @property {number} to the Env to copy to, or 0
 * @property {Bytes} path
 * @property {Bytes} database
 * @property {number} which one of WHICH
 * @property {Bytes} scope
 * @property {Bytes | undefined} as
 * @property {boolean} yes estimate or compact
 * @property {number} choice the format, or what becomes of what is there
 * @property {number} perTransaction
 * @property {number} orphan an id
 * @property {boolean} stream instead of a path
 */

/**
 * Begins it. The answer is MessagePack. With a stream, fd is the end of a pipe, which the caller must close.
 * @param {Order} order @param {unknown} envs to be kept meanwhile
 * @returns {{ id: number, promise: Promise<Buffer>, fd: number }}
 */
function workStart (order, envs) {
  let fd = -1
  const started = promiseOf(envs, (id) => {
    frame[HANDLE] = order.env
    frame[TXN] = order.to
    frame[FLAGS] = order.what
    frame[KEY] = order.path.start
    frame[KEY_LENGTH] = order.path.length
    frame[VALUE] = order.database.start
    frame[VALUE_LENGTH] = order.database.length
    frame[EXPECTED] = order.scope.start
    frame[EXPECTED_LENGTH] = order.scope.length
    frame[LIMIT] = order.perTransaction
    frame[OPTION] = id
    frame[OPTION + 1] = order.which
    frame[OPTION + 2] = order.as?.start ?? 0
    frame[OPTION + 3] = order.as?.length ?? 0
    frame[OPTION + 4] = order.yes ? 1 : 0
    frame[OPTION + 5] = order.choice
    frame[OPTION + 6] = order.as === undefined ? 0 : 1
    frame[OPTION + 7] = order.stream ? 1 : 0
    frame[DB] = order.orphan
    loaded.addon.workStart()
    check()
    fd = frame[OPTION + 8]
  })
  return { ...started, fd }
}

/** @param {number} id */
function workProgress (id) {
  frame[OPTION] = id
  loaded.addon.workProgress()
  return { done: frame[OPTION + 1], total: frame[OPTION + 2] }
}

/** @param {number} id */
function workCancel (id) {
  frame[OPTION] = id
  loaded.addon.workCancel()
}

/** Of work that has ended. @param {number} id */
function workForget (id) {
  frame[OPTION] = id
  loaded.addon.workForget()
}

module.exports = { WHICH, WORK, workCancel, workForget, workProgress, workStart }
