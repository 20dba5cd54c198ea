// What compare.js does, by this package and by npm lmdb. Both commit durably where it says so; elsewhere neither waits
// for the disk. Each works in the way that its documentation recommends.
import fs from 'node:fs'
import { open as openTheirs } from 'lmdb'
import { open as openOurs } from '../index.js'

const MAP_SIZE = 4 * 1024 ** 3

/** The entries of one tenant; writes go to another one. */
export function ours (folder) {
  const env = openOurs(folder, { mapSize: MAP_SIZE, durability: 'noSync', createFolder: true })
  const durable = openOurs(`${folder}-durable`, { mapSize: MAP_SIZE, createFolder: true })
  const databases = { raw: env.bytesDatabase('raw'), decoded: env.database('decoded') }
  const views = { raw: databases.raw.scope('tenant'), decoded: databases.decoded.scope('tenant') }
  const written = { raw: databases.raw.scope('written'), decoded: databases.decoded.scope('written') }
  const view = durable.database('commits').scope('tenant')
  return {
    fill (kind, keys, value) {
      views[kind].putManySync((function * () { for (const [i, key] of keys.entries()) yield [key, value(i)] })())
    },
    reading: (kind, fn) => env.read((txn) => fn((key) => databases[kind].get(txn, 'tenant', key))),
    get: (kind, key) => views[kind].get(key),
    getMany: (kind, keys) => views[kind].getMany(keys),
    walk (kind, gte, limit) {
      let count = 0
      for (const [key, value] of views[kind].range({ gte, limit })) if (key !== null && value !== null) count++
      return count
    },
    keys (kind) {
      let count = 0
      for (const key of views[kind].keys()) if (key !== null) count++
      return count
    },
    putAll: (kind, entries) => env.write((txn) => {
      for (const [key, value] of entries) databases[kind].put(txn, 'written', key, value)
    }),
    putMany: (kind, entries) => { written[kind].putManySync(entries) },
    clear: (kind) => { written[kind].clearSync() },
    putDurably: (key, value) => view.put(key, value),
    async close () {
      env.close()
      await durable[Symbol.asyncDispose]()
    }
  }
}

/** Its databases stand for the tenants. It has no putMany. */
export function theirs (folder) {
  for (const name of [folder, `${folder}-durable`]) fs.mkdirSync(name)
  const root = openTheirs({ path: folder, mapSize: MAP_SIZE, noSync: true, noMemInit: true, maxDbs: 8 })
  const raw = { keyEncoding: 'binary', encoding: 'binary' }
  const databases = { raw: root.openDB('raw', raw), decoded: root.openDB('decoded', {}) }
  const written = { raw: root.openDB('raw written', raw), decoded: root.openDB('decoded written', {}) }
  // a put's promise resolves when it is on the disk
  const durable = openTheirs({ path: `${folder}-durable`, mapSize: MAP_SIZE, overlappingSync: false })
  const putAll = (kind, entries) => root.transactionSync(() => {
    for (const [key, value] of entries) written[kind].put(key, value)
  })
  return {
    fill: (kind, keys, value) => root.transactionSync(() => {
      for (const [i, key] of keys.entries()) databases[kind].put(key, value(i))
    }),
    reading: (kind, fn) => fn((key) => databases[kind].get(key)),
    get: (kind, key) => databases[kind].get(key),
    getMany: (kind, keys) => databases[kind].getMany(keys),
    walk (kind, start, limit) {
      let count = 0
      for (const { key, value } of databases[kind].getRange({ start, limit })) {
        if (key !== null && value !== null) count++
      }
      return count
    },
    keys (kind) {
      let count = 0
      for (const key of databases[kind].getKeys()) if (key !== null) count++
      return count
    },
    putAll,
    putMany: putAll,
    clear: (kind) => { written[kind].clearSync() },
    putDurably: (key, value) => durable.put(key, value),
    async close () {
      await durable.close()
      await root.close()
    }
  }
}
