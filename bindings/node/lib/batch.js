'use strict'
// Writes that are gathered and then submitted: the library's own thread does them, many batches in one commit.

const encoder = require('./encoder.js')
const native = require('./native.js')
const { invalidArgument } = require('./errors.js')
const { FinalizationHandle } = require('./finalization.js')
const { checkOptions } = require('./options.js')

const { ADD } = native

/** Objects of a page that goes into a batch at once. */
const PAGE = 4096

/** @typedef {import('./database.js').Database} Database */
/** @typedef {import('./database.js').Target} Target */

/** The insides of a database, by its face; database.js fills it. @type {WeakMap<object, Target>} */
const targets = new WeakMap()

/** @param {unknown} database @returns {Target} */
function targetOf (database) {
  const target = typeof database === 'object' && database !== null ? targets.get(database) : undefined
  if (target === undefined) throw invalidArgument('the database of a write in a batch is a Database')
  return target
}

/** Only an Env makes batches. */
const MADE_HERE = Symbol('made here')

class Batch {
  #env
  #handle
  #length = 0
  #finalization
  /** What has become of it; '': it can be added to. */
  #state = ''

  /** @param {symbol} made @param {import('./env.js').Env} env @param {number} envHandle */
  constructor (made, env, envHandle) {
    if (made !== MADE_HERE) throw invalidArgument('a Batch is made by env.batch()')
    this.#env = env
    this.#handle = native.batchOpen(envHandle)
    this.#finalization = new FinalizationHandle(this, native.batchClose, this.#handle)
  }

  get length () {
    return this.#length
  }

  /** @param {Database} database @param {unknown} scope @param {unknown} key @param {unknown} value */
  put (database, scope, key, value) {
    return this.#add(ADD.PUT, database, scope, key, value)
  }

  /** @param {Database} database @param {unknown} scope @param {unknown} key @param {unknown} value */
  putIfAbsent (database, scope, key, value) {
    return this.#add(ADD.PUT_IF_ABSENT, database, scope, key, value)
  }

  /** @param {Database} database @param {unknown} scope @param {unknown} key */
  delete (database, scope, key) {
    return this.#add(ADD.DELETE, database, scope, key, undefined)
  }

  /** @param {Database} database @param {unknown} scope */
  clear (database, scope) {
    return this.#add(ADD.CLEAR, database, scope, undefined, undefined)
  }

  /** @param {Database} database @param {unknown} scope @param {Iterable<readonly [unknown, unknown]>} entries */
  putMany (database, scope, entries) {
    this.#check()
    const target = targetOf(database)
    this.#length += writePages(entries, target.codec, PAGE, (start, length) => {
      const found = target.scopes.find(scope)
      native.toAdd(ADD.PUT_MANY, target.handle, found, start, length, 0, 0)
      native.batchAdd(this.#handle)
    })
    return this
  }

  /** @returns {Promise<void>} */
  submit () {
    try {
      this.#check()
      this.#env.checkOutside()
      this.#env.submitGathered()
      const promise = native.batchSubmit(this.#handle, this.#env)
      this.#end('submitted')
      return promise
    } catch (error) {
      return Promise.reject(error)
    }
  }

  close () {
    if (this.#state !== '') return
    this.#end('closed')
    if (!this.#env.closed) native.batchClose(this.#handle)
  }

  /**
   * @param {number} what @param {Database} database @param {unknown} scope @param {unknown} key
   * @param {unknown} value
   */
  #add (what, database, scope, key, value) {
    this.#check()
    writeToAdd(targetOf(database), what, scope, key, value, () => native.batchAdd(this.#handle))
    this.#length++
    return this
  }

  #check () {
    if (this.#state !== '') throw invalidArgument(`the batch has been ${this.#state}: make another one`)
  }

  /** @param {string} state */
  #end (state) {
    this.#state = state
    this.#finalization.cancel()
  }
}
if (Symbol.dispose !== undefined) {
  Object.defineProperty(Batch.prototype, Symbol.dispose, {
    /** @this {Batch} */
    value: function dispose () { this.close() },
    configurable: true,
    writable: true
  })
}

/**
 * Writes key and value into the request and calls a function that adds them.
 * @template R
 * @param {Target} target @param {number} what @param {unknown} scope @param {unknown} key @param {unknown} value
 * @param {() => R} call
 * @returns {R}
 */
function writeToAdd ({ codec, handle, scopes }, what, scope, key, value, call) {
  const start = encoder.mark()
  try {
    if (what !== ADD.CLEAR) codec.writeKey(key)
    const valueStart = encoder.mark()
    if (what === ADD.PUT || what === ADD.PUT_IF_ABSENT) codec.writeValue(value)
    const end = encoder.mark()
    native.toAdd(what, handle, scopes.find(scope), start, valueStart - start, valueStart, end - valueStart)
    return call()
  } finally {
    encoder.reset(start)
  }
}

/**
 * Writes entries as pages into the request, and calls a function for each.
 * @param {Iterable<readonly [unknown, unknown]>} entries @param {import('./codec.js').Codec} codec
 * @param {number} most entries of a page @param {(start: number, length: number) => void} call
 * @returns {number} how many entries
 */
function writePages (entries, codec, most, call) {
  const before = encoder.mark()
  let count = 0
  let all = 0
  try {
    let start = encoder.beginPage()
    for (const [key, value] of entries) {
      codec.writePageKey(key)
      codec.writePageValue(value)
      if (++count < most && encoder.mark() - start < LARGEST_PAGE) continue
      call(start, encoder.endPage(start, 2 * count))
      all += count
      count = 0
      encoder.reset(before)
      start = encoder.beginPage()
    }
    if (count > 0) call(start, encoder.endPage(start, 2 * count))
    return all + count
  } finally {
    encoder.reset(before)
  }
}

/** Bytes after which a page ends. */
const LARGEST_PAGE = 512 * 1024

/** What a write of an array may be. */
const TYPES = ['put', 'putIfAbsent', 'delete', 'clear']

/**
 * Adds writes as { type, key, value }, of one database and scope unless they name their own.
 * @param {Batch} batch @param {Iterable<unknown>} writes @param {Database} [database] @param {unknown} [scope]
 */
function addWrites (batch, writes, database, scope) {
  if (typeof writes !== 'object' || writes === null || !(Symbol.iterator in writes)) {
    throw invalidArgument('the writes of a batch are an array of { type, key, value }')
  }
  const allowed = database === undefined ? ['type', 'database', 'scope', 'key', 'value'] : ['type', 'key', 'value']
  for (const write of writes) {
    const { type, key, value, ...own } = checkOptions(write, allowed, 'a write')
    const to = database ?? /** @type {Database} */ (own.database)
    const where = database === undefined ? own.scope : scope
    if (type === 'put') batch.put(to, where, key, value)
    else if (type === 'putIfAbsent') batch.putIfAbsent(to, where, key, value)
    else if (type === 'delete') batch.delete(to, where, key)
    else if (type === 'clear') batch.clear(to, where)
    else throw invalidArgument(`the type of a write is one of ${TYPES.join(', ')}, not ${String(type)}`)
  }
}

/**
 * Makes a batch, lets a function fill it, and submits it unless that throws.
 * @param {import('./env.js').Env} env @param {number} envHandle @param {(batch: Batch) => unknown} fill
 */
async function submitFilled (env, envHandle, fill) {
  const batch = openBatch(env, envHandle)
  try {
    await fill(batch)
    return await batch.submit()
  } finally {
    batch.close()
  }
}

/** @param {import('./env.js').Env} env @param {number} envHandle */
function openBatch (env, envHandle) {
  return new Batch(MADE_HERE, env, envHandle)
}

module.exports = { Batch, addWrites, openBatch, submitFilled, targets, writePages, writeToAdd }
