// Do the types say what the package does, to a program that imports it?
import {
  Database, Entries, Env, Extension, Float, Scope, ScopeEntry, ScopeView, SlmdbCode, SlmdbError, StoredKey, StoredValue,
  Txn, WriteTxn, open, version
} from 'scoped-lmdb'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
declare function check<T extends true>(): T

interface User { age: number, name?: string }

const env = open('data', { mapSize: 2n ** 30n, maxDatabases: 8, durability: 'noSync', createFolder: true })
check<Equal<typeof env, Env>>()
open(new URL('file:///data'), { mapSize: 1e9, readOnly: true })
check<Equal<ReturnType<typeof version>, string>>()
// @ts-expect-error there is no such option
open('data', { mapsize: 5 })
// @ts-expect-error nor such a durability
open('data', { durability: 'none' })
// @ts-expect-error only open() makes an Env
new Env()

// the three kinds
const any = env.database('any')
const users = env.database<string, User>('users', { mustExist: true })
const counts = env.bytesKeyDatabase<number>('counts', { layout: 'heed', valueType: 'u64' })
const blobs = env.bytesDatabase('blobs')
check<Equal<typeof users, Database<string, User>>>()
check<Equal<typeof blobs, Database<Uint8Array, Uint8Array>>>()
// @ts-expect-error a Set is no key
env.database<Set<string>, User>('users')
// @ts-expect-error there is no such type
env.bytesKeyDatabase('counts', { valueType: 'u128' })

// writes
env.write((txn) => {
  check<Equal<typeof txn, WriteTxn>>()
  users.put(txn, 'tenant', 'alice', { age: 30 })
  users.put(txn, new Scope('tenant'), 'alice', { age: 30 })
  users.put(txn, null, 'alice', { age: 30 })
  any.put(txn, undefined, ['eu', 7n, null, new Uint8Array(1)], { a: [1, 2n, new Date(), new Map([[1, 'x']])] })
  any.put(txn, null, 1, new Extension(5, new Uint8Array(1)))
  any.put(txn, null, new Float(7), new Float(7).value)
  any.put(txn, null, 1, { missing: undefined, url: new URL('http://example.com') })
  counts.put(txn, null, Buffer.from('k'), 7)
  blobs.put(txn, null, new Uint8Array(1), Buffer.from('v'))
  check<Equal<ReturnType<typeof users.delete>, boolean>>()
  check<Equal<ReturnType<typeof users.clear>, number>>()
  users.delete(txn, 'tenant', 'alice')
  users.clear(txn, 'tenant')
  // @ts-expect-error the value has no age
  users.put(txn, 'tenant', 'alice', { name: 'Alice' })
  // @ts-expect-error a number is no name of a scope
  users.put(txn, 5, 'alice', { age: 30 })
  // @ts-expect-error text is no raw key
  blobs.put(txn, null, 'text', new Uint8Array(1))
  // @ts-expect-error a function is no value
  any.put(txn, null, 1, () => 1)
  // @ts-expect-error a Set is no value
  any.put(txn, null, 1, new Set([1]))
})

// reads
env.read((txn) => {
  check<Equal<typeof txn, Txn>>()
  const user = users.get(txn, 'tenant', 'alice')
  check<Equal<typeof user, User | undefined>>()
  const bytes = blobs.get(txn, null, Buffer.from('k'))
  check<Equal<typeof bytes, Buffer | undefined>>()
  const value = any.get(txn, null, null)
  check<Equal<typeof value, StoredValue | undefined>>()
  // @ts-expect-error no writes in a read transaction
  users.put(txn, 'tenant', 'alice', { age: 30 })
  for (const [key, value] of users.range(txn, 'tenant', { gte: 'a', lt: 'n', reverse: true, limit: 10 })) {
    check<Equal<typeof key, string>>()
    check<Equal<typeof value, User>>()
  }
  for (const [key, value] of blobs.range(txn, null)) {
    check<Equal<typeof key, Buffer>>()
    check<Equal<typeof value, Buffer>>()
  }
  for (const [key] of any.range(txn, null)) check<Equal<typeof key, StoredKey>>()
  const entries = counts.range(txn, null, { gt: undefined })
  check<Equal<typeof entries, Entries<Buffer, number>>>()
  entries.return()
  // @ts-expect-error a bound is a key
  users.range(txn, 'tenant', { gt: 5 })
  // @ts-expect-error there is no such option
  users.range(txn, 'tenant', { start: 'a' })
})

// what functions return
const age = env.read((txn) => users.get(txn, 'tenant', 'alice')?.age)
check<Equal<typeof age, number | undefined>>()
const nothing = env.write((txn) => { users.clear(txn, null) })
check<Equal<typeof nothing, void>>()
const choice = env.write((txn) => users.delete(txn, null, 'a') ? 'yes' as const : 5 as const)
check<Equal<typeof choice, 'yes' | 5>>()
// @ts-expect-error an asynchronous function
env.write(async (txn) => { users.clear(txn, null) })
// @ts-expect-error a promise
env.read(() => Promise.resolve(1))

// explicit transactions
const reading = env.beginRead()
const writing = env.beginWrite()
check<Equal<typeof writing, WriteTxn>>()
users.put(writing, null, 'a', { age: 1 })
users.get(writing, null, 'a')
writing.commit()
reading.abort()
reading[Symbol.dispose]()
const disposable: Disposable = env
disposable[Symbol.dispose]()

// scopes and views
check<Equal<ReturnType<typeof env.scopes>, ScopeEntry[]>>()
env.scopes(reading)
check<Equal<ReturnType<typeof env.pruneScopes>, number>>()
env.grow(2n ** 31n)
const tenant = users.scope('tenant')
check<Equal<typeof tenant, ScopeView<string, User>>>()
check<Equal<ReturnType<typeof tenant.get>, User | undefined>>()
tenant.putSync('bob', { age: 40 })
const deleted: boolean = tenant.deleteSync('bob')
const cleared: number = tenant.clearSync()
for (const [key, user] of tenant.range({ limit: 5 })) console.log(key.length, user.age, deleted, cleared)
users.scope()
env.close()

// errors
try {
  env.close()
} catch (error) {
  if (error instanceof SlmdbError) {
    check<Equal<typeof error.code, SlmdbCode>>()
    check<Equal<typeof error.status, number>>()
    // @ts-expect-error there is no such code
    if (error.code === 'SLMDB_KEY_TO_LONG') throw error
  }
}
