// The agent in Node: it does with scoped-lmdb what the lines of its standard input ask; see ../README.md.

import { createInterface } from 'node:readline'
import { open, SlmdbError } from '../../../bindings/node/index.js'
import { Inconsistent, stress } from './stress.mjs'
import { text, Words } from './words.mjs'

const envs = new Map()
const databases = new Map()
/** With their environments: { env, txn }. */
const txns = new Map()

const MODES = {
  durable: { createFolder: true },
  no_sync: { createFolder: true, durability: 'noSync' },
  read_only: { readOnly: true }
}

/** What was opened in the slot that the next word names. */
function slot (slots, words) {
  const word = words.next()
  if (!slots.has(word)) throw new TypeError(`nothing was opened in slot '${word}'`)
  return slots.get(word)
}

/** What all requests on entries begin with. */
function where (words) {
  return [slot(txns, words).txn, slot(databases, words), words.value()]
}

function database (env, name, kind, options) {
  if (kind === 'typed') return env.database(name, options)
  return kind === 'bytes_key' ? env.bytesKeyDatabase(name, options) : env.bytesDatabase(name, options)
}

const BOUNDS = { lower: { include: 'gte', exclude: 'gt' }, upper: { include: 'lte', exclude: 'lt' } }

function rangeOptions (words) {
  const options = {}
  for (const names of [BOUNDS.lower, BOUNDS.upper]) {
    const how = words.next()
    if (how !== 'open') options[names[how]] = words.value()
  }
  options.reverse = words.next() === 'reverse'
  const limit = words.next()
  if (limit !== 'all') options.limit = Number(limit)
  return options
}

/** What each request does. It yields what it finds. */
const commands = {
  * hello () {
    yield `Node ${process.versions.node}`
  },
  * open (words) {
    const to = words.next()
    envs.set(to, open(words.value(), MODES[words.next()]))
  },
  * close (words) {
    slot(envs, words).close()
  },
  * database (words) {
    const [to, env, name, kind] = [words.next(), slot(envs, words), words.value(), words.next()]
    const options = { layout: words.next() }
    for (const type of ['keyType', 'valueType']) {
      const word = words.next()
      if (word !== 'auto') options[type] = word
    }
    options.mustExist = words.next() === 'must_exist'
    databases.set(to, database(env, name, kind, options))
  },
  * read (words) {
    const to = words.next()
    const env = slot(envs, words)
    txns.set(to, { env, txn: env.beginRead() })
  },
  * write (words) {
    const to = words.next()
    const env = slot(envs, words)
    txns.set(to, { env, txn: env.beginWrite() })
  },
  * commit (words) {
    slot(txns, words).txn.commit()
  },
  * abort (words) {
    slot(txns, words).txn.abort()
  },
  * scopes (words) {
    const { env, txn } = slot(txns, words)
    for (const { name, id } of env.scopes(txn)) yield * [name, id]
  },
  * prune (words) {
    yield slot(envs, words).pruneScopes()
  },
  * put (words) {
    const [txn, db, scope] = where(words)
    db.put(txn, scope, words.value(), words.value())
  },
  * get (words) {
    const [txn, db, scope] = where(words)
    const value = db.get(txn, scope, words.value())
    if (value === undefined) return 'NotFound'
    yield value
  },
  * delete (words) {
    const [txn, db, scope] = where(words)
    yield db.delete(txn, scope, words.value())
  },
  * clear (words) {
    const [txn, db, scope] = where(words)
    yield db.clear(txn, scope)
  },
  * range (words) {
    const [txn, db, scope] = where(words)
    for (const entry of db.range(txn, scope, rangeOptions(words))) yield * entry
  },
  * stress (words) {
    yield * stress(slot(envs, words), slot(databases, words), words.value(), Number(words.next()))
  }
}

/** A code of this package as a status's name: SLMDB_KEY_TOO_LONG is KeyTooLong. */
function statusName (code) {
  if (code === 'SLMDB_IO') return 'IO'
  return code.slice('SLMDB'.length).toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase())
}

/** The answer to one request. */
function answer (line) {
  const words = new Words(line)
  const name = words.next()
  if (!Object.hasOwn(commands, name)) throw new TypeError('no such command')
  const found = []
  let status = 'OK'
  try {
    const steps = commands[name](words)
    let step = steps.next()
    for (; !step.done; step = steps.next()) found.push(text(step.value))
    status = step.value ?? status
  } catch (error) {
    if (error instanceof Inconsistent) found.splice(0, Infinity, text(error.message))
    else if (!(error instanceof SlmdbError)) throw error
    status = error instanceof Inconsistent ? 'Corrupt' : statusName(error.code)
  }
  if (!words.done) throw new TypeError('too many words')
  return [...found, status].join(' ') + '\n'
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(answer(line))
  } catch (error) {
    console.error(`agent in Node: '${line.slice(0, 200)}': ${error.stack}`)
    process.exit(2)
  }
}
