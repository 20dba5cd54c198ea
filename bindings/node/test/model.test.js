// Does any sequence of operations, over several scopes and the three kinds, do what it does to plain sorted lists?
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { all, check } from './support/place.js'

const SCOPES = [null, 'a', 'b', 'tenant-45432', 'tenant-191349']
const rawKey = fc.uint8Array({ minLength: 1, maxLength: 3, max: 2 }).map((bytes) => Buffer.from(bytes))
const rawValue = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))
const typedKey = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.constantFrom('', 'a', 'aa', 'b', null, true, false, 0.5, -1.5, 2n ** 60n),
  rawKey,
  fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 })
)
const typedValue = fc.jsonValue({ maxDepth: 2 })

const KINDS = {
  typed: { open: (env) => env.database('db'), key: typedKey, value: typedValue, compare: compareTyped },
  'bytes-key': { open: (env) => env.bytesKeyDatabase('db'), key: rawKey, value: typedValue, compare: Buffer.compare },
  bytes: { open: (env) => env.bytesDatabase('db'), key: rawKey, value: rawValue, compare: Buffer.compare },
  'bytes, layout heed': {
    open: (env) => env.bytesDatabase('db', { layout: 'heed' }), key: rawKey, value: rawValue, compare: Buffer.compare
  }
}

const RANKS = ['null', 'bytes', 'text', 'array', 'integer', 'float', 'false', 'true']

function rank (key) {
  if (key === null) return 'null'
  if (Buffer.isBuffer(key)) return 'bytes'
  if (Array.isArray(key)) return 'array'
  if (typeof key === 'number') return Number.isInteger(key) ? 'integer' : 'float'
  return { string: 'text', bigint: 'integer', boolean: String(key) }[typeof key]
}

function compareTyped (a, b) {
  const ranks = RANKS.indexOf(rank(a)) - RANKS.indexOf(rank(b))
  if (ranks !== 0) return ranks
  if (Buffer.isBuffer(a)) return Buffer.compare(a, b)
  if (!Array.isArray(a)) return a < b ? -1 : a > b ? 1 : 0
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareTyped(a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** The model of one database: per scope a sorted list of entries. */
class Lists {
  constructor (compare, other) {
    this.compare = compare
    this.lists = new Map(SCOPES.map((scope) => [scope, other === undefined ? [] : [...other.lists.get(scope)]]))
  }

  find (scope, key) {
    return this.lists.get(scope).findIndex(([known]) => this.compare(known, key) === 0)
  }

  put (scope, key, value) {
    this.delete(scope, key)
    this.lists.get(scope).push([key, value])
    this.lists.get(scope).sort(([a], [b]) => this.compare(a, b))
  }

  delete (scope, key) {
    const at = this.find(scope, key)
    if (at >= 0) this.lists.get(scope).splice(at, 1)
    return at >= 0
  }

  range (scope, { gt, gte, lt, lte, reverse, limit }) {
    const within = this.lists.get(scope).filter(([key]) => (gt === undefined || this.compare(key, gt) > 0) &&
      (gte === undefined || this.compare(key, gte) >= 0) && (lt === undefined || this.compare(key, lt) < 0) &&
      (lte === undefined || this.compare(key, lte) <= 0))
    return (reverse ? within.reverse() : within).slice(0, limit)
  }

  get (scope, key) {
    const at = this.find(scope, key)
    return at < 0 ? undefined : this.lists.get(scope)[at][1]
  }

  deleteRange (scope, span) {
    const within = this.range(scope, span)
    for (const [key] of within) this.delete(scope, key)
    return within.length
  }
}

/** What the model answers, and becomes, for the operations that have the same shape for all. */
const ANSWERS = {
  putIfAbsent (model, scope, key, value) {
    if (model.find(scope, key) >= 0) return false
    model.put(scope, key, value)
    return true
  },
  replace (model, scope, key, value) {
    const before = model.get(scope, key)
    model.put(scope, key, value)
    return before
  },
  pop (model, scope, key) {
    const before = model.get(scope, key)
    model.delete(scope, key)
    return before
  },
  putMany (model, scope, entries) {
    for (const [key, value] of entries) model.put(scope, key, value)
    return entries.length
  },
  has: (model, scope, key) => model.find(scope, key) >= 0,
  getMany: (model, scope, keys) => keys.map((key) => model.get(scope, key)),
  isEmpty: (model, scope) => model.lists.get(scope).length === 0,
  count: (model, scope, span) => model.range(scope, span).length,
  deleteRange: (model, scope, span) => model.deleteRange(scope, span),
  first: (model, scope) => model.lists.get(scope).at(0),
  last: (model, scope) => model.lists.get(scope).at(-1),
  atOrAfter: (model, scope, key) => model.range(scope, { gte: key, limit: 1 })[0],
  after: (model, scope, key) => model.range(scope, { gt: key, limit: 1 })[0],
  atOrBefore: (model, scope, key) => model.range(scope, { lte: key, reverse: true, limit: 1 })[0],
  before: (model, scope, key) => model.range(scope, { lt: key, reverse: true, limit: 1 })[0]
}

function operations ({ key, value }) {
  const scope = fc.constantFrom(...SCOPES)
  const limit = fc.integer({ min: 0, max: 40 })
  const any = { gt: key, gte: key, lt: key, lte: key, reverse: fc.boolean(), limit }
  const bounds = fc.record(any, { requiredKeys: [] })
    .map(({ gt, lt, ...rest }) => ({ ...rest, ...('gte' in rest ? {} : { gt }), ...('lte' in rest ? {} : { lt }) }))
  const span = bounds.map(({ reverse: _, limit: __, ...rest }) => rest)
  const one = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('put'), scope, key, value) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('delete'), scope, key) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('get'), scope, key) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('range'), scope, bounds) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear'), scope) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('keys', 'values'), scope, bounds) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('putIfAbsent', 'replace'), scope, key, value) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('putMany'), scope, fc.array(fc.tuple(key, value))) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('puts'), scope, fc.array(fc.tuple(key, value))) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('getMany'), scope, fc.array(key, { maxLength: 20 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('isEmpty', 'first', 'last'), scope) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('count', 'deleteRange'), scope, span) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom('has', 'pop', 'atOrAfter', 'after', 'atOrBefore', 'before'), scope, key)
    }
  )
  const transaction = fc.record({ abort: fc.boolean(), steps: fc.array(one, { maxLength: 30 }) })
  return fc.array(transaction, { maxLength: 6 })
}

function step (db, txn, model, [what, scope, ...rest]) {
  switch (what) {
    case 'put':
      db.put(txn, scope, ...rest)
      model.put(scope, ...rest)
      break
    case 'puts': // which wait for each other
      for (const entry of rest[0]) {
        db.put(txn, scope, ...entry)
        model.put(scope, ...entry)
      }
      break
    case 'delete':
      assert.equal(db.delete(txn, scope, ...rest), model.delete(scope, ...rest))
      break
    case 'get':
      assert.deepStrictEqual(db.get(txn, scope, rest[0]), model.get(scope, rest[0]))
      break
    case 'range':
      assert.deepStrictEqual(all(db.range(txn, scope, rest[0])), model.range(scope, rest[0]))
      break
    case 'keys':
      assert.deepStrictEqual(all(db.keys(txn, scope, rest[0])), model.range(scope, rest[0]).map(([key]) => key))
      break
    case 'values':
      assert.deepStrictEqual(all(db.values(txn, scope, rest[0])), model.range(scope, rest[0]).map(([, value]) => value))
      break
    case 'clear':
      assert.equal(db.clear(txn, scope), model.lists.get(scope).length)
      model.lists.set(scope, [])
      break
    default:
      assert.deepStrictEqual(db[what](txn, scope, ...rest), ANSWERS[what](model, scope, ...rest))
  }
}

class Abort extends Error {}

/** Runs transactions against both; returns the model of what was committed. */
function run (env, db, transactions, compare) {
  let committed = new Lists(compare)
  for (const { abort, steps } of transactions) {
    const model = new Lists(compare, committed)
    try {
      env.write((txn) => {
        for (const one of steps) step(db, txn, model, one)
        if (abort) throw new Abort()
      })
      committed = model
    } catch (error) {
      if (!(error instanceof Abort)) throw error
    }
  }
  return committed
}

for (const [kind, { open, compare, ...arbitraries }] of Object.entries(KINDS)) {
  check(kind, (place) => {
    const env = place.open()
    const db = open(env)
    fc.assert(fc.property(operations(arbitraries), (transactions) => {
      const model = run(env, db, transactions, compare)
      for (const scope of SCOPES) {
        assert.deepStrictEqual(all(db.scope(scope).range()), model.lists.get(scope))
        assert.deepStrictEqual(all(db.scope(scope).range({ reverse: true })), model.lists.get(scope).toReversed())
      }
      const inUse = SCOPES.filter((scope) => scope !== null && model.lists.get(scope).length > 0)
      env.pruneScopes()
      assert.deepEqual(env.scopes().map(({ name }) => name), inUse.sort())
      env.write((txn) => SCOPES.forEach((scope) => db.clear(txn, scope)))
    }), { numRuns: 200 })
  })
}
