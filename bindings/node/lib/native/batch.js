'use strict'
// Batches: writes that the library's own thread does, and the promises that wait for them; also those of long work.

const { SLOT, check, frame, loaded } = require('./frame.js')
const { SlmdbError } = require('../errors.js')

const { DB, FLAGS, HANDLE, KEY, KEY_LENGTH, OPTION, SCOPE, VALUE, VALUE_LENGTH } = SLOT

/** What is added to a batch, as src/addon/batch.c has it. */
const ADD = Object.freeze({ PUT: 1, PUT_IF_ABSENT: 2, DELETE: 3, CLEAR: 4, PUT_MANY: 5 })

/** How many results come with one call. */
const IDS = 1024
const ids = new Float64Array(IDS)

/**
 * Who waits for a batch or long work. Its Env is named here so that it is not collected meanwhile.
 * @typedef {object} Waiting
 * @property {unknown} env
 * @property {(value?: any) => void} resolve
 * @property {(error: SlmdbError) => void} reject
 * @property {(index: number, error: SlmdbError) => void} [refuse] one of several writes that were gathered
 */

/** @type {Map<number, Waiting>} */
const waiting = new Map()
let lastId = 0
let isListening = false

/**
 * @param {number} count @param {number} [id] @param {number} [status] @param {string} [message]
 * @param {Buffer} [answer] of long work @param {number} [index] of the only write that it is about
 */
function settle (count, id, status, message, answer, index) {
  for (let i = 0; i < count; i++) {
    const one = waiting.get(ids[i])
    waiting.delete(ids[i])
    one?.resolve()
  }
  if (id === undefined) return
  const one = waiting.get(id)
  if (index !== undefined) {
    one?.refuse?.(index, new SlmdbError(/** @type {number} */ (status), /** @type {string} */ (message)))
    return
  }
  waiting.delete(id)
  if (answer !== undefined) one?.resolve(answer)
  else one?.reject(new SlmdbError(/** @type {number} */ (status), /** @type {string} */ (message)))
}

/** What else is to be submitted before the process ends. */
let submitAtExit = () => {}

/** @param {() => void} submit */
function beforeExit (submit) {
  submitAtExit = submit
}

/** Before the process ends: what was submitted is on its way, and does not take long. */
function settleAtExit () {
  submitAtExit()
  if (waiting.size > 0) loaded.addon.settle()
}

function listen () {
  if (isListening) return
  loaded.addon.listen(settle, ids)
  isListening = true
  process.on('exit', settleAtExit)
}

/** @param {number} env */
function batchOpen (env) {
  frame[HANDLE] = env
  loaded.addon.batchOpen()
  check()
  return frame[HANDLE]
}

/**
 * What batchAdd and batchOne add.
 * @param {number} what one of ADD @param {number} db @param {number} scope
 * @param {number} key @param {number} keyLength @param {number} value @param {number} valueLength
 */
function toAdd (what, db, scope, key, keyLength, value, valueLength) {
  frame[FLAGS] = what
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
  frame[VALUE] = value
  frame[VALUE_LENGTH] = valueLength
}

/** Adds what toAdd was told. @param {number} batch */
function batchAdd (batch) {
  frame[HANDLE] = batch
  loaded.addon.batchAdd()
  check()
}

/** @param {number} handle @param {() => void} call */
function submit (handle, call) {
  listen()
  frame[HANDLE] = handle
  frame[OPTION] = ++lastId
  call()
  check()
  return lastId
}

const callSubmit = () => loaded.addon.batchSubmit()
const callOne = () => loaded.addon.batchOne()

/**
 * Begins something that has a number, which results will name.
 * @param {unknown} envs to be kept meanwhile @param {(id: number) => void} begin
 * @returns {{ id: number, promise: Promise<any> }}
 */
function promiseOf (envs, begin) {
  listen()
  const id = ++lastId
  begin(id)
  return { id, promise: new Promise((resolve, reject) => { waiting.set(id, { env: envs, resolve, reject }) }) }
}

/** @param {number} batch @param {unknown} env @returns {Promise<void>} */
function batchSubmit (batch, env) {
  const id = submit(batch, callSubmit)
  return new Promise((resolve, reject) => { waiting.set(id, { env, resolve, reject }) })
}

/** A batch of what toAdd was told. @param {number} handle of the Env @param {unknown} env @returns {Promise<void>} */
function batchOne (handle, env) {
  const id = submit(handle, callOne)
  return new Promise((resolve, reject) => { waiting.set(id, { env, resolve, reject }) })
}

/** @param {number} batch */
function batchClose (batch) {
  frame[HANDLE] = batch
  loaded.addon.batchClose()
  check()
}

/** Makes an Env gather writes. @param {number} env */
function gatherOpen (env) {
  frame[HANDLE] = env
  loaded.addon.gatherOpen()
  check()
}

/** Adds what toAdd was told: a page of puts and, as its value, their places. @param {number} env */
function gatherAdd (env) {
  frame[HANDLE] = env
  loaded.addon.gatherAdd()
  check()
}

const callGathered = () => loaded.addon.gatherSubmit()

/** @param {number} env @param {Waiting} who */
function gatherSubmit (env, who) {
  waiting.set(submit(env, callGathered), who)
}

/** @param {number} env */
function gatherDrop (env) {
  frame[HANDLE] = env
  loaded.addon.gatherDrop()
}

module.exports = {
  ADD, batchAdd, batchClose, batchOne, batchOpen, batchSubmit, beforeExit, gatherAdd, gatherDrop,
  gatherOpen, gatherSubmit, listen, promiseOf, toAdd
}
