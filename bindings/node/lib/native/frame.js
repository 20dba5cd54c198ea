'use strict'
// The memory that this package shares with the addon, and the calls' beginning and end.

const { Buffer } = require('node:buffer')
const { load } = require('../load.js')
const { SlmdbError, STATUS } = require('../errors.js')
const encoder = require('../encoder.js')

/** The members of struct frame in src/addon/addon.h. */
const SLOT = Object.freeze({
  STATUS: 0,
  HANDLE: 1,
  TXN: 2,
  DB: 3,
  SCOPE: 4,
  KEY: 5,
  KEY_LENGTH: 6,
  VALUE: 7,
  VALUE_LENGTH: 8,
  FLAGS: 9,
  LIMIT: 10,
  RESULT: 11,
  MORE: 12,
  EXPECTED: 13,
  EXPECTED_LENGTH: 14,
  OPTION: 15
})
const SLOTS = 24

/** Bytes: pages are no larger unless one entry is. The system gives memory only to the part that has been used. */
const ANSWER_SIZE = 256 * 1024

/** The addon once it is loaded. @type {{ addon: import('../addon.d.ts').Addon }} */
const loaded = { addon: /** @type {any} */ (undefined) }
const frame = new Float64Array(SLOTS)
const memory = {
  answer: Buffer.alloc(0),
  /** @type {DataView} */
  view: new DataView(new ArrayBuffer(0))
}

function attach () {
  loaded.addon.attach(frame, encoder.request(), memory.answer)
}

/** @param {number} size */
function allocateAnswer (size) {
  memory.answer = Buffer.allocUnsafeSlow(size)
  memory.view = new DataView(memory.answer.buffer, memory.answer.byteOffset, memory.answer.byteLength)
}

/** Loads the addon if that has not happened yet. What needs no handle calls it first. */
function ready () {
  if (loaded.addon !== undefined) return
  const addon = load()
  if (addon.frameSlots !== SLOTS) {
    throw new SlmdbError(STATUS.INTERNAL, 'the addon is of another version than this package: build it again')
  }
  loaded.addon = addon
  allocateAnswer(ANSWER_SIZE)
  encoder.whenReplaced(attach)
  attach()
}

/** @returns {SlmdbError} */
function failure () {
  return new SlmdbError(frame[SLOT.STATUS], loaded.addon.message())
}

function check () {
  if (frame[SLOT.STATUS] !== STATUS.OK) throw failure()
}

/** After a call whose answer may be that there is none: whether there is one. */
function found () {
  const status = frame[SLOT.STATUS]
  if (status === STATUS.OK) return true
  if (status === STATUS.NOT_FOUND) return false
  throw failure()
}

/**
 * Calls a function of the addon, again if the answer was too small for what it has to say.
 * @param {() => void} call
 */
function callWithAnswer (call) {
  call()
  if (frame[SLOT.STATUS] !== STATUS.BUFFER_TOO_SMALL) return
  allocateAnswer(frame[SLOT.RESULT])
  attach()
  call()
}

/** Gives large memory back. What was read there has been copied or decoded by then. */
function shrinkAnswer () {
  if (memory.answer.length <= ANSWER_SIZE) return
  allocateAnswer(ANSWER_SIZE)
  attach()
}

/** Handles of the whole process, for tests. */
function openHandles () {
  ready()
  return loaded.addon.openHandles()
}

function version () {
  ready()
  return loaded.addon.version
}

module.exports = {
  SLOT,
  callWithAnswer,
  check,
  failure,
  found,
  frame,
  loaded,
  memory,
  openHandles,
  ready,
  shrinkAnswer,
  version
}
