'use strict'
const encoder = require('./encoder.js')
const native = require('./native.js')
const { makeCodec } = require('./codec.js')
const { Entries } = require('./cursor.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')
const { checkOptions, flag, oneOf } = require('./options.js')
const { writeRange } = require('./range.js')
const { ScopeView } = require('./view.js')
const { handleOf } = require('./txn.js')

// SLMDB_TYPED, ... of the header
const KIND = Object.freeze({ TYPED: 1, BYTES_KEY: 2, BYTES: 3 })
/** @type {Map<number, string>} */
const KIND_NAMES = new Map([[KIND.TYPED, 'typed'], [KIND.BYTES_KEY, 'bytesKey'], [KIND.BYTES, 'bytes']])
const LAYOUTS = new Map([['auto', 0], ['ordered', 1], ['heed', 2]])
const TYPES = new Map([['auto', 0], ['text', 1], ['bytes', 2], ['u8', 3], ['u16', 4], ['u32', 5], ['u64', 6], ['i8', 7],
  ['i16', 8], ['i32', 9], ['i64', 10], ['f32', 11], ['f64', 12], ['bool', 13]])
const FLOATS = ['f32', 'f64']

/** Raw values above this are handed to the library where they are; below it a copy is cheaper than the asking. */
const COPIED_VALUE = 4096

/** Only an Env makes databases. */
const MADE_HERE = Symbol('made here')

class Database {
  #env
  #name
  #kind
  #handle
  #codec
  #scopes

  /**
   * @param {symbol} made
   * @param {import('./env.js').Env} env
   * @param {{ name: string, kind: number, handle: number, keyType: unknown, valueType: unknown }} opened
   * @param {import('./scope.js').ScopeHandles} scopes
   */
  constructor (made, env, opened, scopes) {
    if (made !== MADE_HERE) throw invalidArgument('a Database is opened by env.database() and its sisters')
    this.#env = env
    this.#name = opened.name
    this.#kind = opened.kind
    this.#handle = opened.handle
    this.#scopes = scopes
    this.#codec = makeCodec({
      rawKeys: opened.kind !== KIND.TYPED,
      rawValues: opened.kind === KIND.BYTES,
      floatKeys: FLOATS.includes(/** @type {string} */ (opened.keyType)),
      floatValues: FLOATS.includes(/** @type {string} */ (opened.valueType))
    })
  }

  get env () {
    return this.#env
  }

  get name () {
    return this.#name
  }

  get kind () {
    return KIND_NAMES.get(this.#kind)
  }

  // In the operations below, what may run code of the user (getters of keys and values) comes first, then the handles
  // are looked up, then the library is called.

  /** @param {import('./txn.js').Txn} txn @param {unknown} scope @param {unknown} key */
  get (txn, scope, key) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const keyLength = encoder.mark() - start
      const length = native.get(handleOf(txn), this.#handle, this.#scopes.find(scope), start, keyLength)
      if (length < 0) return undefined
      const value = this.#codec.readValue(length)
      native.shrinkAnswer()
      return value
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {import('./txn.js').Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} value */
  put (txn, scope, key, value) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const valueStart = encoder.mark()
      const keyLength = valueStart - start
      if (this.#codec.rawValues && value instanceof Uint8Array && value.length > COPIED_VALUE) {
        native.putBytes(handleOf(txn), this.#handle, this.#scopes.find(scope), start, keyLength, value)
        return
      }
      this.#codec.writeValue(value)
      const valueLength = encoder.mark() - valueStart
      const found = this.#scopes.find(scope)
      native.put(handleOf(txn), this.#handle, found, start, keyLength, valueStart, valueLength)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {import('./txn.js').Txn} txn @param {unknown} scope @param {unknown} key */
  delete (txn, scope, key) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const keyLength = encoder.mark() - start
      return native.remove(handleOf(txn), this.#handle, this.#scopes.find(scope), start, keyLength)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {import('./txn.js').Txn} txn @param {unknown} scope */
  clear (txn, scope) {
    return native.clear(handleOf(txn), this.#handle, this.#scopes.find(scope))
  }

  /** @param {import('./txn.js').Txn} txn @param {unknown} scope @param {unknown} [options] */
  range (txn, scope, options) {
    return this.#entries(txn, scope, options, undefined)
  }

  /** @param {import('./scope.js').Scope | string | null} [scope] */
  scope (scope) {
    this.#scopes.find(scope) // an error now, not at the first use
    return new ScopeView(this, scope ?? null, (txn, options, whenDone) => this.#entries(txn, scope, options, whenDone))
  }

  /**
   * @param {import('./txn.js').Txn} txn @param {unknown} scope @param {unknown} options
   * @param {(() => void) | undefined} whenDone
   */
  #entries (txn, scope, options, whenDone) {
    const start = encoder.mark()
    try {
      const range = writeRange(options, this.#codec.writeKey)
      const handle = handleOf(txn)
      const found = this.#scopes.find(scope)
      const cursor = native.cursorOpen(handle, this.#handle, found, range)
      if (range.isEmpty) native.cursorClose(cursor)
      return new Entries(txn, range.isEmpty ? 0 : cursor, this.#codec.floatKeys, whenDone)
    } finally {
      encoder.reset(start)
    }
  }
}

/**
 * Opens a database; env.js keeps it.
 * @param {import('./env.js').Env} env @param {number} envHandle @param {import('./scope.js').ScopeHandles} scopes
 * @param {number} kind @param {string} name @param {ReturnType<typeof databaseOptions>} options
 */
function openDatabase (env, envHandle, scopes, kind, name, options) {
  const start = encoder.mark()
  try {
    const handle = native.dbOpen(envHandle, start, encoder.writeName(name), { ...options.numbers, kind })
    const { keyType, valueType } = options
    return new Database(MADE_HERE, env, { name, kind, handle, keyType, valueType }, scopes)
  } catch (error) {
    if (!(error instanceof encoder.Unencodable)) throw error
    throw new SlmdbError(STATUS.INVALID_NAME, `the database's name cannot be written: ${error.message}`)
  } finally {
    encoder.reset(start)
  }
}

/** @param {unknown} given */
function databaseOptions (given) {
  const options = checkOptions(given, ['layout', 'keyType', 'valueType', 'mustExist'], 'a database')
  return {
    keyType: options.keyType,
    valueType: options.valueType,
    numbers: {
      layout: oneOf(options.layout, 'layout', LAYOUTS),
      keyType: oneOf(options.keyType, 'keyType', TYPES),
      valueType: oneOf(options.valueType, 'valueType', TYPES),
      mustExist: flag(options.mustExist, 'mustExist')
    }
  }
}

module.exports = { Database, KIND, databaseOptions, openDatabase }
