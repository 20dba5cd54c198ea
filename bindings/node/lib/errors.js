'use strict'
// The statuses of include/slmdb.h and the one class of error that this package throws.

/** Name to number, as in the header without its prefix. test/errors.test.js compares the two. */
const STATUS = Object.freeze({
  OK: 0,
  NOT_FOUND: 1,
  KEY_EXISTS: 2,
  EMPTY_SCOPE: 3,
  INVALID_SCOPE: 4,
  EMPTY_KEY: 5,
  KEY_TOO_LONG: 6,
  VALUE_TOO_LARGE: 7,
  INVALID_KEY: 8,
  INVALID_VALUE: 9,
  INVALID_NAME: 10,
  KIND_MISMATCH: 11,
  LAYOUT_MISMATCH: 12,
  DATABASE_NOT_FOUND: 13,
  FORMAT_TOO_NEW: 14,
  CORRUPT: 15,
  READ_ONLY: 16,
  MAP_FULL: 17,
  DATABASES_FULL: 18,
  READERS_FULL: 19,
  TXN_FULL: 20,
  TXN_ENDED: 21,
  NESTED: 22,
  WRONG_THREAD: 23,
  IN_USE: 24,
  CLOSED: 25,
  INVALID_HANDLE: 26,
  FORKED: 27,
  INVALID_ARGUMENT: 28,
  BUFFER_TOO_SMALL: 29,
  PATH_NOT_FOUND: 30,
  NOT_AN_ENVIRONMENT: 31,
  PERMISSION_DENIED: 32,
  DISK_FULL: 33,
  IO: 34,
  BUSY: 35,
  CONFLICT: 36,
  COMMIT_UNKNOWN: 37,
  UNAVAILABLE: 38,
  CANCELED: 39,
  OUT_OF_MEMORY: 40,
  INTERNAL: 41
})

/** @type {Map<number, string>} */
const CODES = new Map(Object.entries(STATUS).map(([name, status]) => [status, `SLMDB_${name}`]))

class SlmdbError extends Error {
  /**
   * @param {number} status one of STATUS
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor (status, message, options) {
    super(message, options)
    this.code = CODES.get(status) ?? 'SLMDB_INTERNAL'
    this.status = status
  }
}
// on the prototype, as the built-in errors have it, so that it is not printed as a property
Object.defineProperty(SlmdbError.prototype, 'name', { value: 'SlmdbError', configurable: true, writable: true })

/** @param {string} message @returns {SlmdbError} */
function invalidArgument (message) {
  return new SlmdbError(STATUS.INVALID_ARGUMENT, message)
}

module.exports = { STATUS, SlmdbError, invalidArgument }
