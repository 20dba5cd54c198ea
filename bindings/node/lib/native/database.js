'use strict'
// Database and Cursor: numbers in, numbers out, an error thrown for a status. A place is txn, db and scope. What has a
// key takes its offset and length in the request.

const { SLOT, callWithAnswer, check, found, frame, loaded } = require('./frame.js')

const {
  DB, EXPECTED, EXPECTED_LENGTH, FLAGS, HANDLE, KEY, KEY_LENGTH, LIMIT, MORE, OPTION, RESULT, SCOPE, TXN, VALUE,
  VALUE_LENGTH
} = SLOT

/** @typedef {ReturnType<typeof import('../range.js').writeRange>} WrittenRange */

const FLAG_MUST_EXIST = 1
const FLAG_UNNAMED_DEFAULT = 2

/**
 * @param {number} env @param {number} name @param {number} nameLength
 * @param {{ kind: number, layout: number, keyType: number, valueType: number, mustExist: boolean,
 *   unnamedDefault: boolean }} options
 */
function dbOpen (env, name, nameLength, options) {
  frame[HANDLE] = env
  frame[KEY] = name
  frame[KEY_LENGTH] = nameLength
  frame[OPTION] = options.kind
  frame[OPTION + 1] = options.layout
  frame[OPTION + 2] = options.keyType
  frame[OPTION + 3] = options.valueType
  frame[FLAGS] = (options.mustExist ? FLAG_MUST_EXIST : 0) | (options.unnamedDefault ? FLAG_UNNAMED_DEFAULT : 0)
  loaded.addon.dbOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} db */
function dbDescribe (db) {
  frame[DB] = db
  loaded.addon.dbDescribe()
  check()
  return {
    layout: frame[OPTION + 1],
    keyType: frame[OPTION + 2],
    valueType: frame[OPTION + 3],
    unnamedDefault: frame[OPTION + 4] === 1
  }
}

/** @param {number} txn */
function dbList (txn) {
  frame[TXN] = txn
  loaded.addon.dbList()
  check()
  return frame[HANDLE]
}

/** @param {number} txn @param {number} db @param {number} scope */
function at (txn, db, scope) {
  frame[TXN] = txn
  frame[DB] = db
  frame[SCOPE] = scope
}

/** @param {number} key @param {number} keyLength */
function withKey (key, keyLength) {
  frame[KEY] = key
  frame[KEY_LENGTH] = keyLength
}

/** @param {WrittenRange} range */
function withRange (range) {
  frame[KEY] = range.lower
  frame[KEY_LENGTH] = range.lowerLength
  frame[VALUE] = range.upper
  frame[VALUE_LENGTH] = range.upperLength
  frame[FLAGS] = range.flags
  frame[LIMIT] = range.limit
}

const callGet = () => loaded.addon.dbGet()
const callGetBytes = () => loaded.addon.dbGetBytes()
const callGetMany = () => loaded.addon.dbGetMany()
const callPage = () => loaded.addon.cursorPage()

/**
 * The value's length in memory.answer, or -1 if there is none.
 * @param {number} key @param {number} keyLength
 */
function get (key, keyLength) {
  withKey(key, keyLength)
  callWithAnswer(callGet)
  return found() ? frame[RESULT] : -1
}

/**
 * The value's length, or -1 if there is none. Where it is says isInSlab.
 * @param {number} key @param {number} keyLength @param {number} free where it may be in the slab
 */
function getBytes (key, keyLength, free) {
  withKey(key, keyLength)
  frame[LIMIT] = free
  callWithAnswer(callGetBytes)
  return found() ? frame[RESULT] : -1
}

/** Whether what getBytes found is in the slab; else it is in memory.answer. */
function isInSlab () {
  return frame[MORE] === 1
}

/** The length of the page that answers. @param {number} keys @param {number} keysLength a page of keys */
function getMany (keys, keysLength) {
  withKey(keys, keysLength)
  callWithAnswer(callGetMany)
  check()
  return frame[RESULT]
}

/** @param {number} key @param {number} keyLength */
function contains (key, keyLength) {
  withKey(key, keyLength)
  loaded.addon.dbContains()
  check()
  return frame[MORE] === 1
}

/**
 * The lengths of a key and, behind it, a value, in memory.answer or in `large`; undefined if there is no such entry.
 * @param {number} which @param {number} key @param {number} keyLength
 */
function find (which, key, keyLength) {
  frame[FLAGS] = which
  withKey(key, keyLength)
  const large = loaded.addon.dbFind()
  return found() ? { keyLength: frame[OPTION], valueLength: frame[RESULT], large } : undefined
}

function isEmpty () {
  loaded.addon.dbIsEmpty()
  check()
  return frame[MORE] === 1
}

/** @param {WrittenRange} range */
function count (range) {
  withRange(range)
  loaded.addon.dbCount()
  check()
  return frame[RESULT]
}

function stat () {
  loaded.addon.dbStat()
  check()
  return { entries: frame[OPTION], keyBytes: frame[OPTION + 1], valueBytes: frame[OPTION + 2] }
}

/** @param {number} key @param {number} keyLength @param {number} value @param {number} valueLength */
function withEntry (key, keyLength, value, valueLength) {
  withKey(key, keyLength)
  frame[VALUE] = value
  frame[VALUE_LENGTH] = valueLength
}

/** For puts, as src/addon/puts.c has them. */
const PUT = Object.freeze({ SAFE: 1, RAW_KEY: 2, RAW_VALUE: 4 })

/**
 * @param {number} key @param {number} keyLength @param {number} value @param {number} valueLength
 * @param {number} flags of PUT: whether it may wait for others, and how it is written then
 */
function put (key, keyLength, value, valueLength, flags) {
  withEntry(key, keyLength, value, valueLength)
  frame[FLAGS] = flags
  loaded.addon.dbPut()
  check()
}

/** As put, with the value where it is. @param {number} key @param {number} keyLength @param {Uint8Array} bytes */
function putBytes (key, keyLength, bytes) {
  withKey(key, keyLength)
  loaded.addon.dbPutBytes(bytes)
  check()
}

/** @param {number} key @param {number} keyLength @param {number} value @param {number} valueLength */
function putIfAbsent (key, keyLength, value, valueLength) {
  withEntry(key, keyLength, value, valueLength)
  loaded.addon.dbPutIfAbsent()
  check()
  return frame[MORE] === 1
}

/**
 * The length of the value that was there, in memory.answer or in `large`.
 * @param {number} key @param {number} keyLength @param {number} value @param {number} valueLength
 */
function replace (key, keyLength, value, valueLength) {
  withEntry(key, keyLength, value, valueLength)
  const large = loaded.addon.dbReplace()
  check()
  return frame[MORE] === 1 ? { valueLength: frame[RESULT], large } : undefined
}

/** As replace. @param {number} key @param {number} keyLength */
function pop (key, keyLength) {
  withKey(key, keyLength)
  const large = loaded.addon.dbPop()
  return found() ? { valueLength: frame[RESULT], large } : undefined
}

/**
 * @param {number} key @param {number} keyLength @param {number} expected @param {number} expectedLength
 * @param {number} value @param {number} valueLength
 */
function compareAndSwap (key, keyLength, expected, expectedLength, value, valueLength) {
  withEntry(key, keyLength, value, valueLength)
  frame[EXPECTED] = expected
  frame[EXPECTED_LENGTH] = expectedLength
  loaded.addon.dbCompareAndSwap()
  check()
  return frame[MORE] === 1
}

/** @param {number} entries @param {number} entriesLength a page of entries */
function putMany (entries, entriesLength) {
  withKey(entries, entriesLength)
  loaded.addon.dbPutMany()
  check()
  return frame[RESULT]
}

/** @param {number} key @param {number} keyLength */
function remove (key, keyLength) {
  withKey(key, keyLength)
  loaded.addon.dbDelete()
  check()
  return frame[MORE] === 1
}

/** @param {WrittenRange} range */
function removeRange (range) {
  withRange(range)
  loaded.addon.dbDeleteRange()
  check()
  return frame[RESULT]
}

function clear () {
  loaded.addon.dbClear()
  check()
  return frame[RESULT]
}

/** @param {WrittenRange} range */
function cursorOpen (range) {
  withRange(range)
  loaded.addon.cursorOpen()
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
  callWithAnswer(callPage)
  check()
  return frame[RESULT]
}

/** Of the last cursorPage. */
function pageHasMore () {
  return frame[MORE] === 1
}

/** @param {number} cursor @param {number} key @param {number} keyLength */
function cursorSeek (cursor, key, keyLength) {
  frame[HANDLE] = cursor
  withKey(key, keyLength)
  loaded.addon.cursorSeek()
  check()
}

/** @param {number} cursor */
function cursorClose (cursor) {
  frame[HANDLE] = cursor
  loaded.addon.cursorClose()
  check()
}

module.exports = {
  PUT,
  at,
  clear,
  compareAndSwap,
  contains,
  count,
  cursorClose,
  cursorOpen,
  cursorPage,
  cursorSeek,
  dbDescribe,
  dbList,
  dbOpen,
  find,
  get,
  getBytes,
  getMany,
  isEmpty,
  isInSlab,
  pageHasMore,
  pop,
  put,
  putBytes,
  putIfAbsent,
  putMany,
  remove,
  removeRange,
  replace,
  stat
}
