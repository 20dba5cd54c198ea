'use strict'
// Env, Scope, Txn and the registry: numbers in, numbers out, an error thrown for a status.

const { SLOT, check, found, frame, loaded } = require('./frame.js')

const { FLAGS, HANDLE, KEY, KEY_LENGTH, LIMIT, MORE, OPTION, RESULT, SCOPE, STATUS, TXN } = SLOT

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
  loaded.addon.envOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} env */
function envClose (env) {
  frame[HANDLE] = env
  loaded.addon.envClose()
  check()
}

/** @param {number} env */
function envRelease (env) {
  frame[HANDLE] = env
  loaded.addon.envRelease()
}

/** @param {number} env @param {number} bytes */
function envGrow (env, bytes) {
  frame[HANDLE] = env
  frame[LIMIT] = bytes
  loaded.addon.envGrow()
  check()
}

/** @param {number} env */
function envStat (env) {
  frame[HANDLE] = env
  loaded.addon.envStat()
  check()
  return {
    mapSize: frame[OPTION],
    usedSize: frame[OPTION + 1],
    lastTxn: frame[OPTION + 2],
    pageSize: frame[OPTION + 3],
    maxReaders: frame[OPTION + 4],
    readers: frame[OPTION + 5],
    maxKey: frame[OPTION + 6]
  }
}

/** @param {number} env or 0 @param {number} name @param {number} nameLength */
function scopeOpen (env, name, nameLength) {
  frame[HANDLE] = env
  frame[KEY] = name
  frame[KEY_LENGTH] = nameLength
  loaded.addon.scopeOpen()
  check()
  return frame[HANDLE]
}

/** @param {number} scope */
function scopeClose (scope) {
  frame[HANDLE] = scope
  loaded.addon.scopeClose()
  check()
}

/** @param {number} env @param {number} mode 0: read, 1: write */
function txnBegin (env, mode) {
  frame[HANDLE] = env
  frame[FLAGS] = mode
  loaded.addon.txnBegin()
  check()
  return frame[HANDLE]
}

/** @param {number} txn */
function txnChild (txn) {
  frame[TXN] = txn
  loaded.addon.txnChild()
  check()
  return frame[HANDLE]
}

/** Whether nobody has committed since; of one that has ended: no. @param {number} txn */
function txnIsNewest (txn) {
  frame[TXN] = txn
  loaded.addon.txnIsNewest()
  return frame[STATUS] === 0 && frame[MORE] === 1
}

/** @param {number} txn */
function txnCommit (txn) {
  frame[TXN] = txn
  loaded.addon.txnCommit()
  check()
}

/** @param {number} txn */
function txnAbort (txn) {
  frame[TXN] = txn
  loaded.addon.txnAbort()
  check()
}

/** @param {number} txn */
function registryList (txn) {
  frame[TXN] = txn
  loaded.addon.registryList()
  check()
  return frame[HANDLE]
}

/** @param {number} txn @param {number} scope @returns {number | undefined} */
function registryId (txn, scope) {
  frame[TXN] = txn
  frame[SCOPE] = scope
  loaded.addon.registryId()
  return found() ? frame[RESULT] : undefined
}

/** @param {number} txn @param {number} scope */
function registryRegister (txn, scope) {
  frame[TXN] = txn
  frame[SCOPE] = scope
  loaded.addon.registryRegister()
  check()
  return frame[RESULT]
}

/** @param {number} txn @param {number} from @param {number} to */
function registryRename (txn, from, to) {
  frame[TXN] = txn
  frame[SCOPE] = from
  frame[HANDLE] = to
  loaded.addon.registryRename()
  return found()
}

/** How many entries; undefined: no such scope. @param {number} txn @param {number} scope */
function registryDrop (txn, scope) {
  frame[TXN] = txn
  frame[SCOPE] = scope
  loaded.addon.registryDrop()
  return found() ? frame[RESULT] : undefined
}

/** @param {number} txn */
function registryPrune (txn) {
  frame[TXN] = txn
  loaded.addon.registryPrune()
  check()
  return frame[RESULT]
}

module.exports = {
  envClose,
  envGrow,
  envOpen,
  envRelease,
  envStat,
  registryDrop,
  registryId,
  registryList,
  registryPrune,
  registryRegister,
  registryRename,
  scopeClose,
  scopeOpen,
  txnAbort,
  txnBegin,
  txnChild,
  txnCommit,
  txnIsNewest
}
