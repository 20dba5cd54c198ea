'use strict'
const encoder = require('./encoder.js')
const native = require('./native.js')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')

/** Handles of scopes that an Env keeps. Beyond that the one that was opened first is closed. */
const KEPT = 4096

/** @param {string} name @param {number} env to keep the handle below, or 0 */
function openByName (name, env) {
  const start = encoder.mark()
  try {
    return native.scopeOpen(env, start, encoder.writeName(name))
  } catch (error) {
    if (!(error instanceof encoder.Unencodable)) throw error
    throw new SlmdbError(STATUS.INVALID_SCOPE, `the scope's name cannot be written: ${error.message}`)
  } finally {
    encoder.reset(start)
  }
}

/** The name of a scope, checked once. It belongs to no Env and has nothing to close. */
class Scope {
  #name

  /** @param {string} name */
  constructor (name) {
    if (typeof name !== 'string') throw invalidArgument(`a scope's name is a string, not a ${typeof name}`)
    native.ready()
    native.scopeClose(openByName(name, 0))
    this.#name = name
  }

  get name () {
    return this.#name
  }

  toString () {
    return this.#name
  }
}

/** The scopes that one Env has handles of. */
class ScopeHandles {
  #env
  /** @type {Map<string, number>} */
  #handles = new Map()
  /** The one that was asked for last, as it mostly is the next time. @type {string | undefined} */
  #lastName
  #lastHandle = 0

  /** @param {number} env */
  constructor (env) {
    this.#env = env
  }

  /** The handle of a scope; 0 is the default one. @param {unknown} scope */
  find (scope) {
    if (scope === null || scope === undefined) return 0
    const name = typeof scope === 'string' ? scope : nameOf(scope)
    if (name === this.#lastName) return this.#lastHandle
    const handle = this.#handles.get(name) ?? this.#open(name)
    this.#lastName = name
    this.#lastHandle = handle
    return handle
  }

  /** The same, of a scope that has a name. @param {unknown} scope */
  findNamed (scope) {
    if (scope === null || scope === undefined) {
      throw invalidArgument('the default scope (null) is not registered: it has neither name nor id')
    }
    return this.find(scope)
  }

  /** @param {string} name */
  #open (name) {
    const handle = openByName(name, this.#env)
    if (this.#handles.size >= KEPT) {
      const [[oldest, oldestHandle]] = this.#handles
      this.#handles.delete(oldest)
      if (oldest === this.#lastName) this.#lastName = undefined
      native.scopeClose(oldestHandle)
    }
    this.#handles.set(name, handle)
    return handle
  }
}

/** @param {unknown} scope */
function nameOf (scope) {
  if (scope instanceof Scope) return scope.name
  throw invalidArgument(`a scope is a Scope, a string, or null for the default one, not a ${typeof scope}`)
}

module.exports = { Scope, ScopeHandles }
