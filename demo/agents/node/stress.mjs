// The request `stress`: one tenant writes, all are read, and nobody may ever see half of anything.

import { isDeepStrictEqual } from 'node:util'

const IN_ROUND = 32

/** What must not be seen. */
export class Inconsistent extends Error {}

/**
 * Writes and reads for so many milliseconds.
 * @returns {[number, number]} how many transactions it wrote and how many entries it read
 */
export function stress (env, db, tenant, milliseconds) {
  let written = 0
  let read = 0
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    written++
    env.write((txn) => {
      db.clear(txn, tenant)
      for (let i = 0; i < IN_ROUND; i++) db.put(txn, tenant, i, [tenant, written])
    })
    env.read((txn) => {
      for (const { name } of env.scopes(txn)) read += verify(txn, db, name, name === tenant ? written : undefined)
    })
  }
  return [written, read]
}

/** All entries of a tenant must be of one round: the last one if it is known. */
function verify (txn, db, name, last) {
  const entries = [...db.range(txn, name)]
  if (entries.length === 0 && last === undefined) return 0
  const round = last ?? entries[0][1].at(-1)
  const expected = Array.from({ length: IN_ROUND }, (_, i) => [i, [name, round]])
  const wrong = expected.findIndex((entry, i) => !isDeepStrictEqual(entry, entries[i]))
  if (wrong >= 0 || entries.length !== IN_ROUND) {
    const found = JSON.stringify(entries[wrong])
    throw new Inconsistent(`${name} in round ${round}: ${entries.length} entries, at ${wrong} ${found}`)
  }
  return entries.length
}
