'use strict'
// Dates as the timestamp of the MessagePack specification, an extension of type -1 and of 4, 8 or 12 bytes.

const LARGEST_TIME = 8.64e15
/** Bytes of the longest, with its head. */
const LONGEST = 15

/**
 * Writes a date in the shortest form, with its head.
 * @param {DataView} view @param {number} at @param {Date} date a valid one
 * @returns {number} bytes
 */
function writeTimestamp (view, at, date) {
  const time = date.getTime()
  const seconds = Math.floor(time / 1000)
  const nanoseconds = (time - seconds * 1000) * 1000000
  if (seconds >= 0 && seconds < 0x100000000 && nanoseconds === 0) {
    view.setUint16(at, 0xd6ff)
    view.setUint32(at + 2, seconds)
    return 6
  }
  if (seconds >= 0 && seconds < 0x400000000) {
    view.setUint16(at, 0xd7ff)
    view.setUint32(at + 2, nanoseconds * 4 + Math.floor(seconds / 0x100000000))
    view.setUint32(at + 6, seconds)
    return 10
  }
  view.setUint16(at, 0xc70c)
  view.setUint8(at + 2, 0xff)
  view.setUint32(at + 3, nanoseconds)
  view.setInt32(at + 7, Math.floor(seconds / 0x100000000))
  view.setUint32(at + 11, seconds)
  return LONGEST
}

/**
 * @param {DataView} view @param {number} at behind the head @param {number} length
 * @returns {Date | undefined} undefined: it is none, or none that a Date can hold
 */
function readTimestamp (view, at, length) {
  let seconds = 0
  let nanoseconds = 0
  if (length === 4) {
    seconds = view.getUint32(at)
  } else if (length === 8) {
    const high = view.getUint32(at)
    nanoseconds = high >>> 2
    seconds = (high & 3) * 0x100000000 + view.getUint32(at + 4)
  } else if (length === 12) {
    nanoseconds = view.getUint32(at)
    seconds = view.getInt32(at + 4) * 0x100000000 + view.getUint32(at + 8)
  } else {
    return undefined
  }
  const time = seconds * 1000 + Math.floor(nanoseconds / 1000000)
  return nanoseconds > 999999999 || Math.abs(time) > LARGEST_TIME ? undefined : new Date(time)
}

module.exports = { LONGEST, readTimestamp, writeTimestamp }
