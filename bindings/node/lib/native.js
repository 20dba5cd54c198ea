'use strict'
// The library's functions as functions of JavaScript: numbers in, numbers out, an error thrown for a status.
// Handles are ids that mean nothing outside the addon. Bytes go in and out by the memory of encoder.js and `answer`.

const { load } = require('./load.js')
const { SlmdbError, STATUS } = require('./errors.js')
const encoder = require('./encoder.js')

// the members of struct frame in src/addon/addon.h
const STATUS_SLOT = 0
const HANDLE = 1
const TXN = 2
const DB = 3
const SCOPE = 4
const KEY = 5
const KEY_LENGTH = 6
const VALUE = 7
const VALUE_LENGTH = 8
const FLAGS = 9
const LIMIT = 10
const RESULT = 11
const MORE = 12
const OPTION = 13
const SLOTS = 17

/** Bytes: pages are no larger unless one entry is. The system gives memory only to the part that has been used. */
const ANSWER_SIZE = 256 * 1024

/** @type {import('./addon.d.ts').Addon} */
let addon
const frame = new Float64Array(SLOTS)
const memory = {
  answer: Buffer.alloc(0),
  /** @type {DataView} */
  view: new DataView(new ArrayBuffer(0))
}

function attach () {
  addon.attach(frame, encoder.request(), memory.answer)
}

/** @param {number} size */
function allocateAnswer (size) {
  memory.answer = Buffer.allocUnsafeSlow(size)
  memory.view = new DataView(memory.answer.buffer, memory.answer.byteOffset, memory.answer.byteLength)
}

/** Loads the addon if that has not happened yet. What needs no handle calls it first. */
function ready () {
  if (addon !== undefined) return
  const loaded = load()
  if (loaded.frameSlots !== SLOTS) {
    throw new SlmdbError(STATUS.INTERNAL, 'the addon is of another version than this package: build it again')
  }
  addon = loaded
  allocateAnswer(ANSWER_SIZE)
  encoder.whenReplaced(attach)
  attach()
}

/** @returns {SlmdbError} */
function failure () {
  return new SlmdbError(frame[STATUS_SLOT], addon.message())
}

function check () {
  if (frame[STATUS_SLOT] !== STATUS.OK) throw failure()
}

/**
 * @param {number} path @param {number} pathLength where the path is in the request
 * @param {{ mapSize: number, maxDatabases: number, maxReaders: number, mode: number, durability: number,
 *   flags: number }} options
 */
function envOpen (path, pathLength, options) {
  frame[KEY] = path
  frame[KEY_LENGTH] = pathLength
  frame[LIMIT] = options.mapSize
  frame[OPTION] = options.maxDatabases
  frame[OPTION + 1] = options.maxReaders
  frame[OPTION + 2] = options.mode
  frame[OPTION + 3] = options.durability
  frame[FLAGS] = options.flags
  addon.envOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} env */
function envClose (env) {
  frame[HANDLE] = env
  addon.envClose()
  check()
}

/** @param {number} env */
function envRelease (env) {
  frame[HANDLE] = env
  addon.envRelease()
}

/** @param {number} env @param {number} bytes */
function envGrow (env, bytes) {
  frame[HANDLE] = env
  frame[LIMIT] = bytes
  addon.envGrow()
  check()
}

/** @param {number} env */
function registryPrune (env) {
  frame[HANDLE] = env
  addon.registryPrune()
  check()
  return frame[RESULT]
}

/** @param {number} env or 0 @param {number} name @param {number} nameLength */
function scopeOpen (env, name, nameLength) {
  frame[HANDLE] = env
  frame[KEY] = name
  frame[KEY_LENGTH] = nameLength
  addon.scopeOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} scope */
function scopeClose (scope) {
  frame[HANDLE] = scope
  addon.scopeClose()
  check()
}

/**
 * @param {number} env @param {number} name @param {number} nameLength
 * @param {{ kind: number, layout: number, keyType: number, valueType: number, mustExist: boolean }} options
 */
function dbOpen (env, name, nameLength, options) {
  frame[HANDLE] = env
  frame[KEY] = name
  frame[KEY_LENGTH] = nameLength
  frame[OPTION] = options.kind
  frame[OPTION + 1] = options.layout
  frame[OPTION + 2] = options.keyType
  frame[OPTION + 3] = options.valueType
  frame[FLAGS] = options.mustExist ? 1 : 0
  addon.dbOpen()
  check()
  return frame[HANDLE]
}

/**
 * The value's length in memory.answer, or -1 if there is none.
 * @param {number} txn @param {number} db @param {number} scope @param {number} key @param {number} keyLength
 */
function get (txn, db, scope, key, keyLength) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
  addon.dbGet()
  const status = frame[STATUS_SLOT]
  if (status === STATUS.OK) return frame[RESULT]
  if (status === STATUS.NOT_FOUND) return -1
  if (status !== STATUS.BUFFER_TOO_SMALL) throw failure()
  growAnswer()
  addon.dbGet()
  check()
  return frame[RESULT]
}

/** To the size that the library has just asked for. */
function growAnswer () {
  allocateAnswer(frame[RESULT])
  attach()
}

/** Gives large memory back. What was read there has been copied or decoded by then. */
function shrinkAnswer () {
  if (memory.answer.length <= ANSWER_SIZE) return
  allocateAnswer(ANSWER_SIZE)
  attach()
}

/**
 * @param {number} txn @param {number} db @param {number} scope @param {number} key @param {number} keyLength
 * @param {number} value @param {number} valueLength
 */
function put (txn, db, scope, key, keyLength, value, valueLength) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
  frame[VALUE] = value
  frame[VALUE_LENGTH] = valueLength
  addon.dbPut()
  check()
}

/**
 * As put, with the value where it is.
 * @param {number} txn @param {number} db @param {number} scope @param {number} key @param {number} keyLength
 * @param {Uint8Array} bytes
 */
function putBytes (txn, db, scope, key, keyLength, bytes) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
  addon.dbPutBytes(bytes)
  check()
}

/** @param {number} txn @param {number} db @param {number} scope @param {number} key @param {number} keyLength */
function remove (txn, db, scope, key, keyLength) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
  addon.dbDelete()
  check()
  return frame[RESULT] === 1
}

/** @param {number} txn @param {number} db @param {number} scope */
function clear (txn, db, scope) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = 0
  frame[KEY_LENGTH] = 0
  addon.dbClear()
  check()
  return frame[RESULT]
}

/** @param {number} env @param {number} mode 0: read, 1: write */
function txnBegin (env, mode) {
  frame[HANDLE] = env
  frame[FLAGS] = mode
  addon.txnBegin()
  check()
  return frame[HANDLE]
}

/** @param {number} txn */
function txnCommit (txn) {
  frame[TXN] = txn
  addon.txnCommit()
  check()
}

/** @param {number} txn */
function txnAbort (txn) {
  frame[TXN] = txn
  addon.txnAbort()
  check()
}

/**
 * @param {number} txn @param {number} db @param {number} scope
 * @param {ReturnType<typeof import('./range.js').writeRange>} range
 */
function cursorOpen (txn, db, scope, range) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
  frame[KEY] = range.lower
  frame[KEY_LENGTH] = range.lowerLength
  frame[VALUE] = range.upper
  frame[VALUE_LENGTH] = range.upperLength
  frame[FLAGS] = range.flags
  frame[LIMIT] = range.limit
  addon.cursorOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} txn */
function registryList (txn) {
  frame[TXN] = txn
  addon.registryList()
  check()
  return frame[HANDLE]
}

/**
 * The length of the page that is now in memory.answer. pageHasMore says whether another comes.
 * @param {number} cursor @param {number} entries at the most
 */
function cursorPage (cursor, entries) {
  frame[HANDLE] = cursor
  frame[LIMIT] = entries
  addon.cursorPage()
  if (frame[STATUS_SLOT] === STATUS.BUFFER_TOO_SMALL) {
    growAnswer()
    addon.cursorPage()
  }
  check()
  return frame[RESULT]
}

/** Of the last cursorPage. */
function pageHasMore () {
  return frame[MORE] === 1
}

/** @param {number} cursor */
function cursorClose (cursor) {
  frame[HANDLE] = cursor
  addon.cursorClose()
  check()
}

/** Handles of the whole process, for tests. */
function openHandles () {
  ready()
  return addon.openHandles()
}

function version () {
  ready()
  return addon.version
}

module.exports = {
  clear,
  cursorClose,
  cursorOpen,
  cursorPage,
  dbOpen,
  envClose,
  envGrow,
  envOpen,
  envRelease,
  get,
  memory,
  openHandles,
  pageHasMore,
  put,
  putBytes,
  ready,
  registryList,
  registryPrune,
  remove,
  scopeClose,
  scopeOpen,
  shrinkAnswer,
  txnAbort,
  txnBegin,
  txnCommit,
  version
}
