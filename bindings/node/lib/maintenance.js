'use strict'
// Work on a whole Env that may take long: what callers pass in, what it comes to, progress and cancellation.

const encoder = require('./encoder.js')
const native = require('./native.js')
const { decode } = require('./decoder.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')
const { describeListed } = require('./kinds.js')
const { checkOptions, flag, oneOf, wholeNumber } = require('./options.js')
const { checkSignal } = require('./range.js')
const { Scope } = require('./scope.js')
const { placeToRead, placeToWrite } = require('./streams.js')

const { WHICH, WORK } = native

const FOLLOWED = ['progress', 'signal']
const FORMATS = new Map([['blocks', 0], ['lines', 1]])
const EXISTING = new Map([['refuse', 0], ['overwrite', 1], ['skip', 2]])
const LARGEST_ID = 2 ** 32 - 1
/** Milliseconds between two looks at the progress. */
const LOOK = 50

/** @typedef {import('./env.js').Env} Env */
/** @typedef {Partial<import('./native/maintenance.js').Order> & { what: number }} Order */

/** By Env. @type {WeakMap<object, Maintenance>} */
const maintenances = new WeakMap()

/** The long work of one Env. */
class Maintenance {
  #env
  #handle
  /** What is under way, by itself or for another Env that is copied from. @type {Set<Promise<unknown>>} */
  #underWay = new Set()

  /** @param {Env} env @param {number} handle */
  constructor (env, handle) {
    this.#env = env
    this.#handle = handle
    maintenances.set(env, this)
  }

  /** Before the Env is closed. */
  checkIdle () {
    if (this.#underWay.size === 0) return
    throw new SlmdbError(STATUS.BUSY, `${this.#underWay.size} of the Env's backups, exports or other long work ` +
      'under way: await or abort them, then close it')
  }

  /** Waits until nothing is under way. */
  async idle () {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  /** @param {unknown} given */
  async measure (given) {
    const options = checkOptions(given, ['database', 'scope', 'estimate', ...FOLLOWED], 'measure')
    const order = { what: WORK.MEASURE, yes: flag(options.estimate, 'estimate') }
    return describeStats(await this.#run(order, options, { database: options.database, scope: options.scope }))
  }

  /** @param {unknown} given */
  async verify (given) {
    return camelCase(await this.#run({ what: WORK.VERIFY }, checkOptions(given, FOLLOWED, 'verify')))
  }

  async readers () {
    return camelCase(await this.#run({ what: WORK.READERS }, {})).readers
  }

  async clearReaders () {
    return this.#run({ what: WORK.CLEAR_READERS }, {})
  }

  /** @param {unknown} to @param {unknown} given */
  async backup (to, given) {
    const options = checkOptions(given, ['compact', ...FOLLOWED], 'backup')
    const order = { what: WORK.BACKUP, yes: flag(options.compact, 'compact') }
    return this.#run(order, options, placeToWrite(to))
  }

  /** @param {unknown} to @param {unknown} given */
  async export (to, given) {
    const options = checkOptions(given, ['database', 'scope', 'format', ...FOLLOWED], 'export')
    const order = { what: WORK.EXPORT, choice: oneOf(options.format, 'format', FORMATS) }
    const names = { ...placeToWrite(to), database: options.database, scope: options.scope }
    return camelCase(await this.#run(order, options, names))
  }

  /** @param {unknown} from @param {unknown} given */
  async import (from, given) {
    const options = checkOptions(given, ['as', 'existing', ...FOLLOWED], 'import')
    this.#env.checkOutside()
    const order = { what: WORK.IMPORT, choice: oneOf(options.existing, 'existing', EXISTING) }
    return camelCase(await this.#run(order, options, { ...placeToRead(from), as: options.as }))
  }

  /** @param {unknown} scope @param {unknown} given */
  async copyScope (scope, given) {
    const options = checkOptions(given, ['to', 'as', 'existing', ...FOLLOWED], 'copyScope')
    const choice = oneOf(options.existing, 'existing', EXISTING)
    return this.#copy({ what: WORK.COPY, choice }, scope ?? null, options)
  }

  /** @param {unknown} scope @param {unknown} given */
  async moveScope (scope, given) {
    const options = checkOptions(given, ['to', 'as', ...FOLLOWED], 'moveScope')
    this.#env.checkOutside()
    return this.#copy({ what: WORK.MOVE }, scope ?? null, options)
  }

  /** @param {unknown} scope @param {unknown} given @returns {Promise<number | undefined>} */
  async dropScope (scope, given) {
    const options = checkOptions(given, ['entriesPerTransaction', ...FOLLOWED], 'dropScopeAsync')
    this.#env.checkOutside()
    const most = wholeNumber(options.entriesPerTransaction, 'entriesPerTransaction', Number.MAX_SAFE_INTEGER)
    try {
      return (await this.#run({ what: WORK.DROP, perTransaction: most }, options, { scope: scope ?? null })).entries
    } catch (error) {
      if (error instanceof SlmdbError && error.status === STATUS.NOT_FOUND) return undefined
      throw error
    }
  }

  /** @param {unknown} id @param {unknown} given */
  async dropOrphan (id, given) {
    const options = checkOptions(given, ['entriesPerTransaction', ...FOLLOWED], 'dropOrphan')
    this.#env.checkOutside()
    const most = wholeNumber(options.entriesPerTransaction, 'entriesPerTransaction', Number.MAX_SAFE_INTEGER)
    if (id === undefined) throw invalidArgument('the orphan\'s id is a number, as verify tells it')
    const order = { what: WORK.DROP_ORPHAN, perTransaction: most, orphan: wholeNumber(id, 'the id', LARGEST_ID) }
    return (await this.#run(order, options)).entries
  }

  /** @param {Order} order @param {unknown} scope @param {Record<string, unknown>} options */
  async #copy (order, scope, options) {
    const to = options.to === undefined ? this : maintenances.get(/** @type {object} */ (options.to))
    if (to === undefined) throw invalidArgument('to is an Env, the one to copy to')
    to.#env.checkOutside()
    const done = this.#run({ ...order, to: to.#handle }, options, { scope, as: options.as }, to)
    return camelCase(await done)
  }

  /**
   * @param {Order} order @param {Record<string, unknown>} options
   * @param {Names} [names] @param {Maintenance} [other] that takes part
   * @returns {Promise<any>} the answer, decoded
   */
  async #run (order, options, names = {}, other = this) {
    return follow(options, names.flow, () => this.#start(order, names, other), [this.#underWay, other.#underWay])
  }

  /** @param {Order} order @param {Names} names @param {Maintenance} other */
  #start (order, names, other) {
    return start({ ...order, env: this.#handle }, names, [this.#env, other.#env])
  }
}

/** Reads an export to its end. @param {unknown} from @param {unknown} [given] @returns {Promise<any>} */
async function verifyExport (from, given) {
  const options = checkOptions(given, FOLLOWED, 'verifyExport')
  native.ready()
  const place = placeToRead(from)
  return camelCase(await follow(options, place.flow, () => start({ what: WORK.VERIFY_EXPORT, env: 0 }, place, []), []))
}

/**
 * Begins work, and follows it to its end.
 * @param {Record<string, unknown>} options
 * @param {import('./streams.js').Flow | undefined} flow of what streams through it
 * @param {() => ReturnType<typeof native.workStart>} begin
 * @param {Set<Promise<unknown>>[]} underWay where it is listed meanwhile
 * @returns {Promise<any>} the answer, decoded
 */
async function follow ({ progress, signal: given }, flow, begin, underWay) {
  const signal = checkSignal(given)
  if (progress !== undefined && typeof progress !== 'function') {
    throw invalidArgument(`progress is a function, not a ${typeof progress}`)
  }
  signal?.throwIfAborted()
  const { id, promise, fd } = begin()
  const done = flow === undefined ? promise : flow({ fd, promise, cancel: () => native.workCancel(id) })
  for (const set of underWay) set.add(done)
  const follower = new Follower(id, progress, signal)
  try {
    const answer = await done
    follower.end()
    return decode(answer, new DataView(answer.buffer, answer.byteOffset, answer.length), 0, answer.length)
  } catch (error) {
    throw follower.reasonOf(error)
  } finally {
    follower.stop()
    native.workForget(id)
    for (const set of underWay) set.delete(done)
  }
}

/** @param {Order & { env: number }} order @param {Names} names @param {unknown} envs to be kept meanwhile */
function start (order, { path = '', flow, database, scope, as }, envs) {
  const mark = encoder.mark()
  try {
    const which = scope === undefined ? WHICH.ANY : scope === null ? WHICH.DEFAULT : WHICH.NAMED
    const written = {
      path: write(path, STATUS.INVALID_ARGUMENT, 'the path'),
      database: write(databaseName(database), STATUS.INVALID_NAME, 'the database\'s name'),
      scope: write(which === WHICH.NAMED ? scopeName(scope) : '', STATUS.INVALID_SCOPE, 'the scope\'s name'),
      as: as === undefined ? undefined : write(scopeName(as), STATUS.INVALID_SCOPE, 'the name in as')
    }
    const rest = { to: 0, yes: false, choice: 0, perTransaction: 0, orphan: 0, stream: flow !== undefined }
    return native.workStart({ ...rest, ...order, ...written, which }, envs)
  } finally {
    encoder.reset(mark)
  }
}

/**
 * @typedef {Partial<import('./streams.js').Place> & { database?: unknown, scope?: unknown, as?: unknown }} Names
 */

/** Waits until no long work of an Env is under way. @param {Env} env */
async function whenIdle (env) {
  await maintenances.get(env)?.idle()
}

/** Tells of progress, and cancels. */
class Follower {
  #id
  #progress
  #signal
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  /** @type {{ error: unknown } | undefined} */
  #thrown
  #told = { done: -1, total: -1 }
  #cancel = () => native.workCancel(this.#id)

  /** @param {number} id @param {Function | undefined} progress @param {AbortSignal | undefined} signal */
  constructor (id, progress, signal) {
    this.#id = id
    this.#progress = progress
    this.#signal = signal
    signal?.addEventListener('abort', this.#cancel)
    if (progress !== undefined) this.#timer = setInterval(() => this.#look(), LOOK)
  }

  #look () {
    const { done, total } = native.workProgress(this.#id)
    if (this.#thrown !== undefined || (done === this.#told.done && total === this.#told.total)) return
    this.#told = { done, total }
    try {
      this.#progress?.(done, total)
    } catch (error) {
      this.#thrown = { error }
      this.#cancel()
    }
  }

  /** Tells the last progress; throws what the function that is told has thrown. */
  end () {
    if (this.#progress !== undefined) this.#look()
    if (this.#thrown !== undefined) throw this.#thrown.error
  }

  /** @param {unknown} error with which the work has ended */
  reasonOf (error) {
    if (!(error instanceof SlmdbError && error.status === STATUS.CANCELED)) return error
    if (this.#thrown !== undefined) return this.#thrown.error
    return this.#signal?.aborted ? this.#signal.reason : error
  }

  stop () {
    clearInterval(this.#timer)
    this.#signal?.removeEventListener('abort', this.#cancel)
  }
}

/** @param {unknown} name */
function databaseName (name) {
  if (name === undefined) return ''
  if (typeof name === 'string' && name !== '') return name
  throw invalidArgument('database is the name of one, a string that is not empty')
}

/** @param {unknown} scope */
function scopeName (scope) {
  if (typeof scope === 'string') return scope
  if (scope instanceof Scope) return scope.name
  throw invalidArgument(`this scope is a Scope or a string, not ${scope === null ? 'null' : `a ${typeof scope}`}`)
}

/** @param {string} text @param {number} status if it cannot be @param {string} what */
function write (text, status, what) {
  const start = encoder.mark()
  try {
    return { start, length: encoder.writeName(text) }
  } catch (error) {
    if (!(error instanceof encoder.Unencodable)) throw error
    throw new SlmdbError(status, `${what} cannot be written: ${error.message}`)
  }
}

/** Maps' names as JavaScript has them. @param {any} value @returns {any} */
function camelCase (value) {
  if (Array.isArray(value)) return value.map(camelCase)
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, its]) => {
    return [name.replace(/_(.)/g, (_all, letter) => letter.toUpperCase()), camelCase(its)]
  }))
}

/** @param {any} stats */
function describeStats ({ databases, ...rest }) {
  const described = databases.map((/** @type {any} */ { pages, damage, scopes, name, ...said }) => {
    return { ...describeListed(name, said), pages, damage, scopes: camelCase(scopes) }
  })
  return { ...camelCase(rest), databases: described }
}

module.exports = { Maintenance, verifyExport, whenIdle }
