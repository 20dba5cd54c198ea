/** A small generator of random numbers, so that a failing run can be repeated. */
export function random (seed) {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 0x100000000 * below)
  }
}
