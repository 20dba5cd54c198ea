// This package beside npm lmdb, in one process, on the same entries: rounds of both in turn, medians and their ratio.
// The ratio is ours to theirs in time: below 1 ours is faster. What waits for the disk (durable) is measured by the
// clock, the rest in processor time of all threads. Compare only figures of one run on one machine.
//
//   node bench/compare.js [ENTRIES] [ROUNDS] [PART]     default: 1,000,000 entries of 16 + 100 bytes, 5 rounds; with
//                                                       PART only the lines whose names contain it
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ours, theirs } from './peers.js'

const ENTRIES = Number(process.argv[2] ?? 1000000)
const ROUNDS = Number(process.argv[3] ?? 5)
const PART = process.argv[4] ?? ''
const LOOKUPS = Math.min(ENTRIES, 100000)
const HOT = 1000
const WRITES = Math.min(ENTRIES, 100000)

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scoped-lmdb-compare-'))
const peers = [ours(path.join(folder, 'ours')), theirs(path.join(folder, 'theirs'))]

let seed = 1
function random (below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor(seed / 2 ** 32 * below)
}

const text = (i) => `key-${String(i).padStart(12, '0')}`
const user = (i) => ({ name: 'alice', age: i % 100, email: 'alice@example.com', tags: ['a', 'b'], active: true, id: i })
const kinds = {
  raw: { key: (i) => Buffer.from(text(i)), value: () => Buffer.alloc(100, 7) },
  decoded: { key: text, value: user }
}
const order = Array.from({ length: LOOKUPS }, () => random(ENTRIES))
const shuffled = Array.from({ length: WRITES }, (_, i) => i)
for (let i = WRITES - 1; i > 0; i--) {
  const j = random(i + 1)
  ;[shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]]
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

function report (name, unit, times) {
  const [mine, other] = times.map(median)
  const ratios = times[0].map((time, i) => time / times[1][i])
  const columns = [mine.toFixed(mine < 100 ? 1 : 0), other.toFixed(other < 100 ? 1 : 0), median(ratios).toFixed(2)]
  console.log(`${name.padEnd(44)} ${unit.padEnd(12)} ${columns.map((column) => column.padStart(9)).join(' ')}`)
}

/** What the process has had of all processors, in nanoseconds: what else runs on the machine changes it little. */
function processorTime () {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

const wallTime = () => Number(process.hrtime.bigint())

/** Runs a workload in turn on both, each round in the other order. */
async function compare (name, operations, fn, { clock = processorTime, unit = 'ns' } = {}) {
  if (!name.includes(PART)) return
  const times = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const start = clock()
      await fn(peers[which])
      const time = (clock() - start) / operations
      if (round > 0) times[which].push(unit === 'us' ? time / 1000 : time) // the first round warms up
    }
  }
  report(name, unit, times)
}

async function compareReads (kind, keys) {
  // Keys that are asked for at random are made in the order in which they are: a program has just made or received its
  // keys, and those of a million old ones would come from memory at the price of the look-up itself, for both.
  const { key } = kinds[kind]
  const asked = order.map(key)
  const chunks = Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => key(random(ENTRIES))))
  const starts = Array.from({ length: 100 }, () => random(Math.max(1, ENTRIES - 1000)))
  await compare(`${kind}: get, random`, LOOKUPS, (peer) => peer.reading(kind, (get) => {
    for (const key of asked) if (get(key) === undefined) throw new Error('missing')
  }))
  await compare(`${kind}: get, hot 1,000`, 100 * HOT, (peer) => peer.reading(kind, (get) => {
    for (let round = 0; round < 100; round++) for (let i = 0; i < HOT; i++) get(keys[i])
  }))
  await compare(`${kind}: get, hot 1,000, each on its own`, 100 * HOT, (peer) => {
    for (let round = 0; round < 100; round++) for (let i = 0; i < HOT; i++) peer.get(kind, keys[i])
  })
  await compare(`${kind}: getMany of 100, a key`, 20000, async (peer) => {
    for (const chunk of chunks) if ((await peer.getMany(kind, chunk)).length !== 100) throw new Error('missing')
  })
  await compare(`${kind}: range of 1,000, an entry`, 100000, (peer) => {
    for (const start of starts) {
      if (peer.walk(kind, keys[start], 1000) !== Math.min(1000, ENTRIES)) throw new Error('missing')
    }
  })
  await compare(`${kind}: full scan, an entry`, ENTRIES, (peer) => {
    if (peer.walk(kind, undefined, undefined) !== ENTRIES) throw new Error('missing')
  })
  await compare(`${kind}: keys alone, a key`, ENTRIES, (peer) => {
    if (peer.keys(kind) !== ENTRIES) throw new Error('missing')
  })
}

async function compareWrites (kind, entries) {
  const { key, value } = kinds[kind]
  const random = shuffled.map((i) => [key(i), value(i)]) // made in this order, as the keys of look-ups are
  const writes = [
    ['put, sequential, one transaction', (peer) => peer.putAll(kind, entries)],
    ['put, random, one transaction', (peer) => peer.putAll(kind, random)],
    ['putMany, sequential', (peer) => peer.putMany(kind, entries)],
    ['putMany, random', (peer) => peer.putMany(kind, random)]
  ]
  for (const [name, fn] of writes) {
    for (const peer of peers) peer.clear(kind)
    await compare(`${kind}: ${name}`, WRITES, fn)
  }
  await compare(`${kind}: put and clear, an entry`, WRITES, (peer) => {
    peer.putMany(kind, entries)
    peer.clear(kind)
  })
}

async function compareCommits () {
  for (const [inFlight, total] of [[1, 300], [8, 1600], [64, 6400], [1000, 20000]]) {
    await compare(`durable put, ${inFlight} in flight`, total, async (peer) => {
      let left = total
      await Promise.all(Array.from({ length: inFlight }, async () => {
        while (left-- > 0) await peer.putDurably(text(left), left)
      }))
    }, { clock: wallTime, unit: 'us' })
  }
  await compare('durable put, 100,000 at once', 100000, async (peer) => {
    const puts = []
    for (let i = 0; i < 100000; i++) puts.push(peer.putDurably(text(i), i))
    await Promise.all(puts)
  }, { clock: wallTime, unit: 'us' })
}

try {
  const { dependencies } = JSON.parse(fs.readFileSync(new URL('package.json', import.meta.url), 'utf8'))
  const { lmdb } = dependencies
  console.log(`Node ${process.version}, lmdb ${lmdb}, ${ENTRIES} entries, median of ${ROUNDS} pairs of rounds`)
  console.log(`${''.padEnd(57)} ${['ours', 'lmdb', 'ratio'].map((column) => column.padStart(9)).join(' ')}`)
  for (const [kind, { key, value }] of Object.entries(kinds)) {
    const keys = Array.from({ length: ENTRIES }, (_, i) => key(i))
    for (const peer of peers) peer.fill(kind, keys, value)
    await compareReads(kind, keys)
    await compareWrites(kind, keys.slice(0, WRITES).map((one, i) => [one, value(i)]))
  }
  await compareCommits()
  for (const peer of peers) await peer.close()
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
