'use strict'
const encoder = require('./encoder.js')
const native = require('./native.js')
const { targets, writePages } = require('./batch.js')
const { slabFree, takeBesideSlab, takeFromSlab } = require('./bytes.js')
const { makeCodec } = require('./codec.js')
const { Entries } = require('./cursor.js')
const { decodeFound } = require('./decoder.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')
const { isSafe } = require('./gathering.js')
const { FLOATS, KIND, KIND_NAMES, describe } = require('./kinds.js')
const { ENTRIES, KEYS, VALUES, checkLimit, checkRange, checkSignal, writeRange, writeSpan } = require('./range.js')
const { ScopeView } = require('./view.js')
const { handleOf } = require('./txn.js')

/** @typedef {import('./txn.js').Txn} Txn */

// SLMDB_FIRST, ... of the header
const FIND = Object.freeze({ FIRST: 1, LAST: 2, AT_OR_AFTER: 3, AFTER: 4, AT_OR_BEFORE: 5, BEFORE: 6 })

const { PUT } = native

/** Raw values above this are handed to the library where they are; below it a copy is cheaper than the asking. */
const COPIED_VALUE = 4096
/** Entries of a page that is put at once: the more, the nearer to each other are those that come in no order. */
const PUT_PAGE = 8192

/** Only an Env makes databases. */
const MADE_HERE = Symbol('made here')

/**
 * What views and batches need of a database.
 * @typedef {object} Target
 * @property {number} handle
 * @property {number} envHandle
 * @property {import('./gathering.js').Gathering} gathering single writes that go into a batch together
 * @property {import('./newest.js').Newest} newest the transaction of operations that have none
 * @property {import('./codec.js').Codec} codec
 * @property {import('./scope.js').ScopeHandles} scopes
 * @property {(txn: Txn, scope: unknown, options: unknown, shown: Shown, whenDone: (() => void) | undefined) =>
 *   Entries} walk
 */
/** @typedef {import('./range.js').Shown} Shown */

class Database {
  #env
  #name
  #kind
  #handle
  #codec
  /** Of native.PUT; 0: its puts do not wait. */
  #putFlags
  #scopes
  /** @type {ReturnType<typeof describe> | undefined} */
  #described

  /**
   * @param {symbol} made
   * @param {import('./env.js').Env} env
   * @param {{ name: string, kind: number, handle: number, envHandle: number, keyType: unknown, valueType: unknown,
   *   extensions: boolean, codec: import('./codec.js').ValueCodec | undefined,
   *   gathering: import('./gathering.js').Gathering, newest: import('./newest.js').Newest }} opened
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
      floatValues: FLOATS.includes(/** @type {string} */ (opened.valueType)),
      isHeedTyped: opened.keyType !== undefined || opened.valueType !== undefined,
      extensions: opened.extensions,
      codec: opened.codec
    })
    this.#putFlags = putFlags(this.#codec, opened.kind)
    targets.set(this, {
      handle: this.#handle,
      envHandle: opened.envHandle,
      gathering: opened.gathering,
      newest: opened.newest,
      codec: this.#codec,
      scopes,
      walk: (txn, scope, options, shown, whenDone) => this.#walk(txn, scope, options, shown, whenDone)
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

  get layout () {
    return this.#describe().layout
  }

  get keyType () {
    return this.#describe().keyType
  }

  get valueType () {
    return this.#describe().valueType
  }

  get unnamedDefault () {
    return this.#describe().unnamedDefault
  }

  #describe () {
    this.#described ??= describe(native.dbDescribe(this.#handle))
    return this.#described
  }

  // In the operations below, what may run code of the user (getters of keys and values) comes first, then the handles
  // are looked up, then the library is called.

  /** The transaction, this database and a scope, for the call that follows. @param {Txn} txn @param {unknown} scope */
  #at (txn, scope) {
    native.at(handleOf(txn), this.#handle, this.#scopes.find(scope))
  }

  /**
   * Writes a key and calls a function with its place in the request.
   * @template R
   * @param {Txn} txn @param {unknown} scope @param {unknown} key
   * @param {(start: number, length: number) => R} call
   * @returns {R}
   */
  #withKey (txn, scope, key, call) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const length = encoder.mark() - start
      this.#at(txn, scope)
      return call(start, length)
    } finally {
      encoder.reset(start)
    }
  }

  /**
   * Writes a key and a value and calls a function with their places in the request.
   * @template R
   * @param {Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} value
   * @param {(start: number, length: number, valueStart: number, valueLength: number) => R} call
   * @returns {R}
   */
  #withEntry (txn, scope, key, value, call) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const valueStart = encoder.mark()
      this.#codec.writeValue(value)
      const valueLength = encoder.mark() - valueStart
      this.#at(txn, scope)
      return call(start, valueStart - start, valueStart, valueLength)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  get (txn, scope, key) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const keyLength = encoder.mark() - start
      this.#at(txn, scope)
      if (this.#codec.rawValues) return readBytes(native.getBytes(start, keyLength, slabFree()))
      const length = native.get(start, keyLength)
      if (length < 0) return undefined
      const value = this.#codec.readValue(native.memory, 0, length)
      native.shrinkAnswer()
      return value
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {Iterable<unknown>} keys */
  getMany (txn, scope, keys) {
    const start = encoder.mark()
    try {
      encoder.beginPage()
      let count = 0
      for (const key of keys) {
        this.#codec.writePageKey(key)
        count++
      }
      const keysLength = encoder.endPage(start, count)
      this.#at(txn, scope)
      const length = native.getMany(start, keysLength)
      const { shape, decodePiece } = this.#codec
      const values = decodeFound(native.memory.answer, native.memory.view, length, shape)
      native.shrinkAnswer()
      if (decodePiece === undefined) return values
      return values.map((bytes) => bytes === undefined ? undefined : decodePiece(/** @type {Buffer} */ (bytes)))
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  has (txn, scope, key) {
    return this.#withKey(txn, scope, key, native.contains)
  }

  /** @param {Txn} txn @param {unknown} scope */
  first (txn, scope) {
    return this.#find(txn, scope, FIND.FIRST, undefined)
  }

  /** @param {Txn} txn @param {unknown} scope */
  last (txn, scope) {
    return this.#find(txn, scope, FIND.LAST, undefined)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  atOrAfter (txn, scope, key) {
    return this.#find(txn, scope, FIND.AT_OR_AFTER, key)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  after (txn, scope, key) {
    return this.#find(txn, scope, FIND.AFTER, key)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  atOrBefore (txn, scope, key) {
    return this.#find(txn, scope, FIND.AT_OR_BEFORE, key)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  before (txn, scope, key) {
    return this.#find(txn, scope, FIND.BEFORE, key)
  }

  /** @param {Txn} txn @param {unknown} scope @param {number} which @param {unknown} key */
  #find (txn, scope, which, key) {
    const start = encoder.mark()
    try {
      if (which > FIND.LAST) this.#codec.writeKey(key)
      const length = encoder.mark() - start
      this.#at(txn, scope)
      const found = native.find(which, start, length)
      if (found === undefined) return undefined
      const { keyLength, valueLength } = found
      const source = sourceOf(found.large)
      const value = () => this.#codec.readValue(source, keyLength, keyLength + valueLength)
      return [this.#codec.readKey(source, 0, keyLength), value()]
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {{ valueLength: number, large: Buffer | undefined } | undefined} old */
  #readOld (old) {
    return old === undefined ? undefined : this.#codec.readValue(sourceOf(old.large), 0, old.valueLength)
  }

  /** @param {Txn} txn @param {unknown} scope */
  isEmpty (txn, scope) {
    this.#at(txn, scope)
    return native.isEmpty()
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} [span] */
  count (txn, scope, span) {
    return this.#withSpan(txn, scope, span, native.count)
  }

  /** @param {Txn} txn @param {unknown} scope */
  stats (txn, scope) {
    this.#at(txn, scope)
    return native.stat()
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} value */
  put (txn, scope, key, value) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const valueStart = encoder.mark()
      const keyLength = valueStart - start
      if (this.#codec.rawValues && value instanceof Uint8Array && value.length > COPIED_VALUE) {
        this.#at(txn, scope)
        native.putBytes(start, keyLength, value)
        return
      }
      this.#codec.writeValue(value)
      const valueLength = encoder.mark() - valueStart
      this.#at(txn, scope)
      native.put(start, keyLength, valueStart, valueLength, isSafe(key) ? this.#putFlags : 0)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} value */
  putIfAbsent (txn, scope, key, value) {
    return this.#withEntry(txn, scope, key, value, native.putIfAbsent)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} value */
  replace (txn, scope, key, value) {
    return this.#readOld(this.#withEntry(txn, scope, key, value, native.replace))
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  pop (txn, scope, key) {
    return this.#readOld(this.#withKey(txn, scope, key, native.pop))
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key @param {unknown} expected @param {unknown} value */
  compareAndSwap (txn, scope, key, expected, value) {
    const start = encoder.mark()
    try {
      this.#codec.writeKey(key)
      const expectedStart = encoder.mark()
      this.#codec.writeValue(expected)
      const valueStart = encoder.mark()
      this.#codec.writeValue(value)
      const end = encoder.mark()
      this.#at(txn, scope)
      return native.compareAndSwap(start, expectedStart - start, expectedStart, valueStart - expectedStart,
        valueStart, end - valueStart)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {Iterable<readonly [unknown, unknown]>} entries */
  putMany (txn, scope, entries) {
    handleOf(txn) // an error before the first entry is asked for
    return writePages(entries, this.#codec, PUT_PAGE, (start, length) => {
      this.#at(txn, scope)
      native.putMany(start, length)
    })
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} key */
  delete (txn, scope, key) {
    return this.#withKey(txn, scope, key, native.remove)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} span */
  deleteRange (txn, scope, span) {
    if (span === undefined) throw invalidArgument('deleteRange takes a span; clear() deletes all entries of a scope')
    return this.#withSpan(txn, scope, span, native.removeRange)
  }

  /** @param {Txn} txn @param {unknown} scope */
  clear (txn, scope) {
    this.#at(txn, scope)
    return native.clear()
  }

  /**
   * @template R
   * @param {Txn} txn @param {unknown} scope @param {unknown} span
   * @param {(range: ReturnType<typeof writeSpan>) => R} call
   * @returns {R}
   */
  #withSpan (txn, scope, span, call) {
    const start = encoder.mark()
    try {
      const range = writeSpan(span, this.#codec.writeKey)
      this.#at(txn, scope)
      return call(range)
    } finally {
      encoder.reset(start)
    }
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} [options] */
  range (txn, scope, options) {
    return this.#walk(txn, scope, options, ENTRIES, undefined)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} [options] */
  keys (txn, scope, options) {
    return this.#walk(txn, scope, options, KEYS, undefined)
  }

  /** @param {Txn} txn @param {unknown} scope @param {unknown} [options] */
  values (txn, scope, options) {
    return this.#walk(txn, scope, options, VALUES, undefined)
  }

  /** @param {import('./scope.js').Scope | string | null} [scope] */
  scope (scope) {
    this.#scopes.find(scope) // an error now, not at the first use
    return new ScopeView(this, scope ?? null)
  }

  /** @type {Target['walk']} */
  #walk (txn, scope, given, shown, whenDone) {
    const options = { ...checkRange(given) }
    const open = (/** @type {number} */ limit) => {
      const start = encoder.mark()
      try {
        const range = writeRange(options, this.#codec.writeKey, shown.flags, limit)
        this.#at(txn, scope)
        return native.cursorOpen(range)
      } finally {
        encoder.reset(start)
      }
    }
    const seek = (/** @type {number} */ cursor, /** @type {unknown} */ key) => {
      const start = encoder.mark()
      try {
        this.#codec.writeKey(key)
        native.cursorSeek(cursor, start, encoder.mark() - start)
      } finally {
        encoder.reset(start)
      }
    }
    // not spread, which V8 reads more slowly than a literal
    const { marksFloats, pieces, binary, depth } = this.#codec.shape
    const shape = { keys: shown.keys, values: shown.values, marksFloats, pieces, binary, depth }
    const decodePiece = shown.values ? this.#codec.decodePiece : undefined
    const signal = checkSignal(options.signal)
    return new Entries({ txn, open, seek, shape, decodePiece, signal, whenDone }, checkLimit(options.limit))
  }
}

/** What lets puts wait for others. @param {import('./codec.js').Codec} codec @param {number} kind */
function putFlags ({ isOurs }, kind) {
  if (!isOurs) return 0
  return PUT.SAFE | (kind === KIND.TYPED ? 0 : PUT.RAW_KEY) | (kind === KIND.BYTES ? PUT.RAW_VALUE : 0)
}

/** @param {number} length of the value that getBytes found, or -1 */
function readBytes (length) {
  if (length < 0) return undefined
  if (native.isInSlab()) return takeFromSlab(length)
  const value = takeBesideSlab(native.memory.answer, length)
  native.shrinkAnswer()
  return value
}

/** Where a value is: in a Buffer of its own, or in the answer. @param {Buffer | undefined} large */
function sourceOf (large) {
  if (large === undefined) return native.memory
  return { answer: large, view: new DataView(large.buffer, large.byteOffset, large.byteLength) }
}

/**
 * Opens a database; env.js keeps it.
 * @param {import('./env.js').Env} env @param {Pick<Target, 'envHandle' | 'scopes' | 'gathering' | 'newest'>} its
 * @param {number} kind @param {string} name @param {ReturnType<typeof import('./kinds.js').databaseOptions>} options
 */
function openDatabase (env, { envHandle, scopes, gathering, newest }, kind, name, options) {
  const start = encoder.mark()
  try {
    const handle = native.dbOpen(envHandle, start, encoder.writeName(name), { ...options.numbers, kind })
    const { keyType, valueType, extensions, codec } = options
    const opened = { name, kind, handle, envHandle, gathering, newest }
    return new Database(MADE_HERE, env, { ...opened, keyType, valueType, extensions, codec }, scopes)
  } catch (error) {
    if (!(error instanceof encoder.Unencodable)) throw error
    throw new SlmdbError(STATUS.INVALID_NAME, `the database's name cannot be written: ${error.message}`)
  } finally {
    encoder.reset(start)
  }
}

module.exports = { Database, openDatabase }
