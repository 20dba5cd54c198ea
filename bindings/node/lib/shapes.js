'use strict'
// Readers of maps that have the same names in the same order, as the objects of one program have: each is a function
// made for its names, which compares their bytes and makes the object at once. Where code must not be made from strings
// (--disallow-code-generation-from-strings), there are none, and maps are read name by name.

/** Places for readers. Two shapes with one place take turns; what does not repeat gets no reader. */
const PLACES = 512
/** How often in a row a shape is seen at its place before a reader is made. */
const ENOUGH = 4
/** How often others are seen at the place of a reader before it is given up. */
const ENOUGH_OTHERS = 1000
/** Readers at the most that a thread ever makes: code is not given back. */
const MOST_READERS = 512
/** Names at the most, and bytes of one at the most. */
const MOST_NAMES = 40
const LONGEST_NAME = 31

/**
 * What a reader needs of the decoder, whose position moves with it.
 * @typedef {object} Source
 * @property {() => number} position
 * @property {(position: number) => void} moveTo
 * @property {(depth: number) => unknown} read
 * @property {(names: string[], values: unknown[], left: number, depth: number) => unknown} readRest of a map whose
 *   first names were these
 */
/** Begins behind the head of a map. @typedef {(buffer: Buffer, depth: number) => unknown} Reader */
/** @typedef {{ names: string[], seen: number, reader: Reader | undefined, missed: () => void }} Place */

/** @type {(Place | undefined)[]} */
const places = new Array(PLACES).fill(undefined)
let made = 0
let isAllowed = true

/** The place of a map's shape, by its first name. @param {Buffer} buffer @param {number} at @param {number} length */
function placeOf (buffer, at, length) {
  const size = buffer[at] & 0x1f
  return (length * 61 + size * 17 + buffer[at + 1] * 7 + buffer[at + size]) & (PLACES - 1)
}

/** @param {string[]} names */
function areSuitable (names) {
  return names.length > 0 && names.length <= MOST_NAMES && new Set(names).size === names.length &&
    names.every((name) => name !== '__proto__' && name.length <= LONGEST_NAME && /^[\x20-\x7e]+$/.test(name))
}

/** The bytes of a name as MessagePack has them. @param {string} name */
function bytesOf (name) {
  return [0xa0 | name.length, ...Buffer.from(name, 'latin1')]
}

/** @param {Place} place @param {Source} source @returns {Reader | undefined} */
function makeReader ({ names, missed }, source) {
  const lines = names.map((name, i) => {
    const bytes = bytesOf(name)
    const same = bytes.map((byte, j) => `b[p + ${j}] === ${byte}`).join(' && ')
    const before = names.slice(0, i).map((_, j) => `v${j}`).join(', ')
    return `p = position()
      if (!(${same})) { missed(); return readRest(names.slice(0, ${i}), [${before}], ${names.length - i}, d) }
      moveTo(p + ${bytes.length}); const v${i} = read(d)`
  })
  const object = names.map((name, i) => `${JSON.stringify(name)}: v${i}`).join(', ')
  const body = `return function (b, d) { let p; ${lines.join('\n')}\nreturn { ${object} } }`
  try {
    const make = new Function('position', 'moveTo', 'read', 'readRest', 'names', 'missed', body)
    return make(source.position, source.moveTo, source.read, source.readRest, names, missed)
  } catch {
    isAllowed = false
    return undefined
  }
}

/** @param {number} index from placeOf @param {number} length names of the map @returns {Reader | undefined} */
function readerAt (index, length) {
  const place = places[index]
  return place !== undefined && place.names.length === length ? place.reader : undefined
}

/**
 * A map with these names was read name by name.
 * @param {number} index from placeOf @param {string[]} names @param {Source} source
 */
function seen (index, names, source) {
  if (!isAllowed || made >= MOST_READERS) return
  const place = places[index]
  if (place?.reader !== undefined) return place.missed()
  if (place?.names.length !== names.length || !names.every((name, i) => name === place.names[i])) {
    places[index] = newPlace(index, names)
    return
  }
  if (++place.seen < ENOUGH) return
  place.seen = 0
  if (!areSuitable(names)) return
  made++
  place.reader = makeReader(place, source)
}

/** @param {number} index @param {string[]} names @returns {Place} */
function newPlace (index, names) {
  let misses = 0
  const missed = () => {
    if (++misses === ENOUGH_OTHERS && made < MOST_READERS) places[index] = undefined
  }
  return { names, seen: 1, reader: undefined, missed }
}

module.exports = { placeOf, readerAt, seen }
