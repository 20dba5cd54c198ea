'use strict'
// Streams of the caller's that long work writes to or reads from, by way of a pipe whose other end is the work's.

const net = require('node:net')
const { Readable, Writable, finished } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { fileURLToPath } = require('node:url')
const { SlmdbError, STATUS, invalidArgument } = require('./errors.js')

/** @typedef {{ fd: number, promise: Promise<Buffer>, cancel: () => void }} Job */
/** Carries what flows to the work's end, and answers as it does. @typedef {(job: Job) => Promise<Buffer>} Flow */
/** A path, or a flow. @typedef {{ path: string, flow?: undefined } | { path?: undefined, flow: Flow }} Place */

/** @param {unknown} path */
function checkPath (path) {
  if (path instanceof URL) return fileURLToPath(path)
  if (typeof path !== 'string') throw invalidArgument(`the path is a string or a file: URL, not a ${typeof path}`)
  return path
}

/** @param {unknown} given @returns {given is string | URL} */
const isPath = (given) => typeof given === 'string' || given instanceof URL

/** Where something is written to. @param {any} given @returns {Place} */
function placeToWrite (given) {
  if (isPath(given)) return { path: checkPath(given) }
  if (given instanceof WritableStream) return placeToWrite(Writable.fromWeb(/** @type {any} */ (given)))
  if (typeof given?.write !== 'function' || typeof given.on !== 'function') {
    throw invalidArgument('it is written to a path (a string or a file: URL) or to a Writable')
  }
  return { flow: (job) => flowTo(given, job) }
}

/** Where something is read from. @param {any} given @returns {Place} */
function placeToRead (given) {
  if (isPath(given)) return { path: checkPath(given) }
  const source = readableOf(given)
  if (source === undefined) {
    throw invalidArgument('it is read from a path (a string or a file: URL), a Readable, bytes or an iterable of bytes')
  }
  return { flow: (job) => flowFrom(source(), job) }
}

/** @param {any} given @returns {(() => Readable) | undefined} */
function readableOf (given) {
  if (given instanceof Readable) return () => given
  if (given instanceof Uint8Array) return () => Readable.from([given])
  if (given instanceof ReadableStream) return () => Readable.fromWeb(/** @type {any} */ (given))
  if (given?.[Symbol.asyncIterator] === undefined && given?.[Symbol.iterator] === undefined) return undefined
  return () => Readable.from(given)
}

/**
 * The destination is ended once the work is done, and destroyed if it fails: whoever gets the stream must not take half
 * of it for all.
 * @param {NodeJS.WritableStream} destination @param {Job} job
 */
async function flowTo (destination, { fd, promise, cancel }) {
  const pipe = new net.Socket({ fd, readable: true, writable: false })
  /** @type {{ error: unknown } | undefined} */
  let cause
  const whole = async function * (/** @type {AsyncIterable<Buffer>} */ chunks) {
    yield * chunks
    await promise
  }
  const piped = pipeline(pipe, whole, destination).catch((error) => {
    cause = { error }
    cancel()
    pipe.destroy()
  })
  try {
    const answer = await promise
    await piped
    if (cause === undefined) return answer
  } catch (failed) {
    // A destination that stalls does not hear of the end of the pipe.
    /** @type {Partial<Writable>} */ (destination).destroy?.(/** @type {Error} */ (failed))
    cause ??= { error: failed }
  }
  throw cause.error
}

/**
 * A source that fails or is closed before its end cancels the work, also if all that the work needs had come.
 * @param {Readable} source @param {Job} job
 */
async function flowFrom (source, { fd, promise, cancel }) {
  const pipe = new net.Socket({ fd, readable: false, writable: true })
  /** @type {unknown} */
  let broken
  /** @type {{ error: unknown } | undefined} */
  let cause
  const end = (/** @type {unknown} */ error) => {
    if (!error || error === broken) return // EPIPE and the like: the work has ended by itself
    cause ??= { error }
    cancel()
  }
  pipe.once('error', (error) => { broken = error })
  finished(source, { writable: false }, end) // hears of it before the pipeline ends the pipe
  pipeline(source, (chunks) => bytesOf(chunks, end), pipe).catch(end)
  try {
    return await promise
  } catch (failed) {
    const isCanceled = failed instanceof SlmdbError && failed.status === STATUS.CANCELED
    throw isCanceled && cause !== undefined ? cause.error : failed
  } finally {
    source.destroy()
    pipe.destroy()
  }
}

/** @param {AsyncIterable<unknown>} chunks @param {(error: unknown) => void} end */
async function * bytesOf (chunks, end) {
  for await (const chunk of chunks) {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      const error = invalidArgument(`a stream is of bytes, not of ${chunk === null ? 'null' : `a ${typeof chunk}`}`)
      end(error)
      throw error
    }
    yield chunk
  }
}

module.exports = { checkPath, placeToRead, placeToWrite }
