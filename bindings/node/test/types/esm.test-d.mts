// Do the types say what the package does, to a program that imports it?
import {
  Batch, Cursor, Database, DatabaseInfo, Entries, Env, EnvInfo, Extension, Float, Measures, Reader, Scope, ScopeEntry,
  ScopeView, SlmdbCode, SlmdbError, StoredExtendedValue, StoredKey, StoredValue, Totals, Txn, VerifyReport, WriteTxn,
  open, verifyExport, version
} from 'scoped-lmdb'
import { expectType } from 'tsd'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
declare function check<T extends true>(): T

interface User { age: number, name?: string }

const env = open('data', { mapSize: 2n ** 30n, maxDatabases: 8, durability: 'noSync', createFolder: true })
expectType<Env>(env)
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
expectType<Database<string, User>>(users)
expectType<Database<Uint8Array, Uint8Array>>(blobs)
// @ts-expect-error a Set is no key
env.database<Set<string>, User>('users')
// @ts-expect-error there is no such type
env.bytesKeyDatabase('counts', { valueType: 'u128' })

// writes
env.write((txn) => {
  expectType<WriteTxn>(txn)
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
  expectType<Txn>(txn)
  const user = users.get(txn, 'tenant', 'alice')
  expectType<User | undefined>(user)
  const bytes = blobs.get(txn, null, Buffer.from('k'))
  expectType<Buffer | undefined>(bytes)
  const value = any.get(txn, null, null)
  expectType<StoredValue | undefined>(value)
  // @ts-expect-error no writes in a read transaction
  users.put(txn, 'tenant', 'alice', { age: 30 })
  for (const [key, value] of users.range(txn, 'tenant', { gte: 'a', lt: 'n', reverse: true, limit: 10 })) {
    expectType<string>(key)
    expectType<User>(value)
  }
  for (const [key, value] of blobs.range(txn, null)) {
    expectType<Buffer>(key)
    expectType<Buffer>(value)
  }
  for (const [key] of any.range(txn, null)) expectType<StoredKey>(key)
  const entries = counts.range(txn, null, { gt: undefined })
  expectType<Cursor<[Buffer, number], Uint8Array>>(entries)
  entries.return()
  // @ts-expect-error a bound is a key
  users.range(txn, 'tenant', { gt: 5 })
  // @ts-expect-error there is no such option
  users.range(txn, 'tenant', { start: 'a' })
})

// what functions return
const age = env.read((txn) => users.get(txn, 'tenant', 'alice')?.age)
expectType<number | undefined>(age)
const nothing = env.write((txn) => { users.clear(txn, null) })
expectType<void>(nothing)
const choice = env.write((txn) => users.delete(txn, null, 'a') ? 'yes' as const : 5 as const)
expectType<'yes' | 5>(choice)
// @ts-expect-error an asynchronous function
env.write(async (txn) => { users.clear(txn, null) })
// @ts-expect-error a promise
env.read(() => Promise.resolve(1))

// explicit transactions
const reading = env.beginRead()
const writing = env.beginWrite()
expectType<WriteTxn>(writing)
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
expectType<ScopeView<string, User>>(tenant)
check<Equal<ReturnType<typeof tenant.get>, User | undefined>>()
tenant.putSync('bob', { age: 40 })
const deleted: boolean = tenant.deleteSync('bob')
const cleared: number = tenant.clearSync()
const walked: Entries<string, User> = tenant.range()
walked.return()
for (const [key, user] of tenant.range({ limit: 5 })) console.log(key.length, user.age, deleted, cleared)
users.scope()
env.close()

// errors
try {
  env.close()
} catch (error) {
  if (error instanceof SlmdbError) {
    expectType<SlmdbCode>(error.code)
    expectType<number>(error.status)
    // @ts-expect-error there is no such code
    if (error.code === 'SLMDB_KEY_TO_LONG') throw error
  }
}

// what looks at entries
env.read((txn) => {
  check<Equal<ReturnType<typeof users.has>, boolean>>()
  const many = users.getMany(txn, 'tenant', ['alice', 'bob'])
  expectType<(User | undefined)[]>(many)
  const first = users.first(txn, 'tenant')
  expectType<[string, User] | undefined>(first)
  const after = blobs.after(txn, null, Buffer.from('k'))?.[0]
  expectType<Buffer | undefined>(after)
  for (const key of users.keys(txn, 'tenant', { prefix: 'a', signal: AbortSignal.timeout(1000) })) {
    expectType<string>(key)
  }
  for (const value of users.values(txn, 'tenant')) expectType<User>(value)
  const count: number = users.count(txn, 'tenant', { gte: 'a' })
  const { entries, keyBytes, valueBytes } = users.stats(txn, 'tenant')
  console.log(count, entries + keyBytes + valueBytes, users.isEmpty(txn, null))
  users.range(txn, 'tenant').seek('m')
  // @ts-expect-error a span has no limit
  users.count(txn, 'tenant', { limit: 5 })
  // @ts-expect-error a walk of a view cannot seek
  users.scope('tenant').range().seek('m')
})
env.write((txn) => {
  const old = users.replace(txn, 'tenant', 'alice', { age: 1 })
  expectType<User | undefined>(old)
  const popped = users.pop(txn, 'tenant', 'a')
  expectType<User | undefined>(popped)
  const done: boolean = users.putIfAbsent(txn, 'tenant', 'a', { age: 1 })
  const swapped: boolean = users.compareAndSwap(txn, 'tenant', 'a', { age: 1 }, { age: 2 })
  users.putMany(txn, 'tenant', new Map([['a', { age: 1 }]]))
  users.deleteRange(txn, 'tenant', { prefix: 'a' })
  const inner = txn.child((child) => users.delete(child, 'tenant', 'a'))
  expectType<boolean>(inner)
  txn.beginChild().commit()
  env.pruneScopes(txn)
  console.log(done, swapped)
  // @ts-expect-error no span: that would be clear
  users.deleteRange(txn, 'tenant')
})

// asynchronous writes
const put = tenant.put('bob', { age: 40 })
expectType<Promise<void>>(put)
expectType<Promise<boolean>>(tenant.delete('bob'))
expectType<Promise<number>>(tenant.clear())

// Sets where they are asked for
const sets = env.database('sets', { extensions: true }).scope('tenant')
await sets.put('k', new Set(['a', { b: new Map([['c', new Set([1])]]) }]))
expectType<StoredExtendedValue | undefined>(sets.get('k'))
const tags = env.database<string, Set<string>>('tags', { extensions: true }).scope('tenant')
expectType<Set<string> | undefined>(tags.get('k'))
// @ts-expect-error not asked for
await env.database('plain').scope('tenant').put('k', new Set(['a']))
const absent = tenant.putIfAbsent('bob', { age: 40 })
expectType<Promise<boolean>>(absent)
await tenant.batch([{ type: 'put', key: 'a', value: { age: 1 } }, { type: 'delete', key: 'b' }, { type: 'clear' }])
await tenant.putMany([['a', { age: 1 }]], { signal: AbortSignal.timeout(1000) })
await env.batch([{ type: 'put', database: users, scope: 'tenant', key: 'a', value: { age: 1 } }])
await env.batch(async (batch) => { batch.put(users, 'tenant', 'a', { age: 1 }).delete(blobs, null, new Uint8Array(1)) })
check<Equal<ReturnType<typeof env.batch>, Promise<void>>>()
const batch: Batch = env.batch()
batch.putMany(users, null, [['a', { age: 1 }]]).clear(users, 'tenant')
await batch.submit()
// @ts-expect-error the value has no age
batch.put(users, 'tenant', 'alice', { name: 'Alice' })
// @ts-expect-error there is no such type
await tenant.batch([{ type: 'del', key: 'a' }])
const later = env.writeAsync(async (txn) => users.get(txn, 'tenant', 'alice')?.age)
expectType<Promise<number | undefined>>(later)
await env.flushed
await env.flush()
for await (const [key, user] of tenant) console.log(key.length, user.age)
for await (const key of tenant.keys({ limit: 5 })) expectType<string>(key)
const asyncDisposable: AsyncDisposable = env
await asyncDisposable[Symbol.asyncDispose]()

// the registry, databases, the Env
check<Equal<ReturnType<typeof env.databases>, DatabaseInfo[]>>()
check<Equal<ReturnType<typeof env.info>, EnvInfo>>()
const id: number | undefined = env.scopeId('tenant')
const renamed: boolean = env.renameScope('tenant', new Scope('other'))
const dropped: number | undefined = env.dropScope('other')
console.log(id, renamed, dropped, env.registerScope('tenant'), users.layout, tenant.size)
// @ts-expect-error the default scope has no name
env.renameScope(null, 'x')

// values by a codec of one's own
const dates = env.bytesDatabase<Date>('dates', {
  codec: { encode: (date) => Buffer.from(date.toISOString()), decode: (bytes) => new Date(String(bytes)) }
})
dates.scope('tenant').putSync(Buffer.from('k'), new Date())
// @ts-expect-error text is no Date
dates.scope('tenant').putSync(Buffer.from('k'), 'now')

// long work
const measures = await env.measure({ database: 'users', scope: null, estimate: true, progress: (done, total) => {
  expectType<number>(done)
  console.log(done / total)
} })
expectType<Measures>(measures)
check<Equal<Measures['databases'][number]['scopes'][number]['name'], string | null>>()
check<Equal<ReturnType<typeof env.verify>, Promise<VerifyReport>>>()
check<Equal<ReturnType<typeof env.readers>, Promise<Reader[]>>>()
const { size } = await env.backup(new URL('file:///backup'), { compact: true, signal: AbortSignal.timeout(1000) })
expectType<number>(size)
await env.backup(process.stdout)
await env.export(new WritableStream())
await env.import(new Uint8Array(5), { as: 'x' })
await env.import((async function * () { yield new Uint8Array(5) })())
const whole: number = (await verifyExport(process.stdin, { signal: AbortSignal.timeout(5) })).entries
const orphaned: number = await env.dropOrphan(5, { entriesPerTransaction: 5 })
console.log(whole, orphaned)
// @ts-expect-error a stream is written to, not a number
env.export(5)
const totals = await env.export('file', { format: 'lines', scope: new Scope('tenant') })
expectType<Totals>(totals)
await env.import('file', { as: 'other', existing: 'skip' })
await env.copyScope(null, { as: 'copy' })
await env.copyScope('tenant', { to: env, existing: 'overwrite' })
await env.moveScope('tenant', { to: env })
const gone = await env.dropScopeAsync('tenant', { entriesPerTransaction: 1000 })
expectType<number | undefined>(gone)
check<Equal<ReturnType<typeof env.clearReaders>, Promise<number>>>()
// @ts-expect-error there is no such format
env.export('file', { format: 'xml' })
// @ts-expect-error nor such a rule
env.import('file', { existing: 'merge' })
// @ts-expect-error a move goes to another Env
env.moveScope('tenant', {})
// @ts-expect-error the default scope is not moved
env.moveScope(null, { to: env })
// @ts-expect-error nor can a copy become it
env.copyScope('tenant', { to: env, as: null })
