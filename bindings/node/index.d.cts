/// <reference types="node" />
/// <reference lib="esnext.disposable" />

import { SlmdbError } from './errors.cjs'

/**
 * Many tenants' data in one LMDB environment.
 *
 * An {@link Env} is a folder; a {@link Database} in it has a kind; every operation names a scope (an isolated
 * namespace, or the default one) and runs inside a {@link Txn}. Everything here is synchronous.
 *
 * @packageDocumentation
 */

/**
 * What can be a key of a typed database. Keys are ordered: null, bytes, text, arrays by element, integers, floats,
 * false, true.
 *
 * - A `number` that is a safe integer is an integer, the same key as that integer in every other language. Every other
 *   number is a 64-bit float, -0 too. `NaN` is refused.
 * - A `bigint` is an integer from -2^63 to 2^64-1; `7n` and `7` are the same key.
 * - Text with a lone surrogate is refused.
 * - `new Float(7)` is the float 7.0 of other languages, another key than the integer 7. (In a database with `keyType:
 *   'f32'` or `'f64'` every number is a float.)
 */
export type Key = null | boolean | number | bigint | string | Uint8Array | Float | readonly Key[]

/**
 * A key as it is read: integers beyond ±(2^53-1) are `bigint`, bytes are `Buffer`s that own their memory, a float that
 * would be taken for an integer is a {@link Float}. So `get` and `delete` find every entry by the key that a range has
 * given.
 */
export type StoredKey = null | boolean | number | bigint | string | Buffer | Float | StoredKey[]

/**
 * What can be a value of a typed or bytes-key database. It is stored as MessagePack that every language can read.
 *
 * - Numbers are as for {@link Key}, but `NaN` is allowed.
 * - A `Date` is MessagePack's timestamp, in milliseconds. An invalid one is refused.
 * - Objects are plain ones, with their own enumerable properties; a property that is `undefined` is left out. An object
 *   of a class is refused, unless it has `toJSON()`, whose result is stored then.
 * - A `Map` may have keys that are no text.
 * - Anything else is refused: `undefined`, functions, symbols, a `Set`, other typed arrays, promises, cycles, more than
 *   511 levels.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Float
  | Extension
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [name: string]: Value | undefined }
  | { toJSON(): Value }

/**
 * A value as it is read: integers beyond ±(2^53-1) are `bigint`, bytes are `Buffer`s that own their memory. A map is a
 * plain object if all its keys are text (so is a `Map` that was put with such keys), else a `Map`. A timestamp is a
 * `Date`; what it has below milliseconds is cut off.
 */
export type StoredValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | Date
  | Extension
  | StoredValue[]
  | Map<StoredValue, StoredValue>
  | { [name: string]: StoredValue }

/** A scope: its name (1 to 4,096 bytes of UTF-8), a {@link Scope}, or `null` or `undefined` for the default one. */
export type ScopeLike = Scope | string | null | undefined

/** What a commit promises. */
export type Durability =
  /** On disk before commit returns: survives a crash of the machine. The default. */
  | 'durable'
  /** A crash of the machine may undo the last commits, never break the file. */
  | 'noMetaSync'
  /** A crash of the machine may break the file; a crash of the process loses nothing. */
  | 'noSync'

/** How to open an {@link Env}. */
export interface EnvOptions {
  /** Bytes of address space, the file's upper limit (not disk used). Default: 256 GiB. */
  mapSize?: number | bigint | undefined
  /** Databases that this process may have open in it. Default: 128. */
  maxDatabases?: number | undefined
  /** Read transactions at once, over all processes; who opens first decides. Default: 512. */
  maxReaders?: number | undefined
  /** Permissions of new files, as for open(2). Default: 0o644. */
  mode?: number | undefined
  /** What a commit promises. Default: 'durable'. */
  durability?: Durability | undefined
  /** No writes; the files must exist. Default: false. */
  readOnly?: boolean | undefined
  /** Make the folder (not its parents) when it is missing. Default: false. */
  createFolder?: boolean | undefined
}

/** How the named scopes are stored. */
export type Layout =
  /** As it is stored; 'ordered' for a new database. The default. */
  | 'auto'
  /** The scope's id, then the key. Longest key: 507 bytes. */
  | 'ordered'
  /** As the Rust crate scoped-heed stores them. Longest key: 499 bytes. */
  | 'heed'

/** A type of keys or values in layout 'heed', whose bytes do not say what they are. */
export type StoredType =
  | 'auto' | 'text' | 'bytes' | 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64' | 'bool'

/** How to open a {@link Database}. */
export interface DatabaseOptions {
  /** Default: 'auto'. */
  layout?: Layout | undefined
  /** The type of the keys, in layout 'heed' and a typed database only. Default: 'auto'. */
  keyType?: StoredType | undefined
  /** The type of the values, in layout 'heed' and a typed or bytes-key database only. Default: 'auto'. */
  valueType?: StoredType | undefined
  /** Do not create it, but throw `SLMDB_DATABASE_NOT_FOUND`. Always so in a read-only Env. Default: false. */
  mustExist?: boolean | undefined
}

/**
 * Which entries of a scope, and in which direction. A bound that is `undefined` is none; `null` is a key. `gt` and
 * `gte` exclude each other, and so do `lt` and `lte`.
 *
 * @typeParam K - the database's keys
 */
export interface RangeOptions<K> {
  /** Keys greater than this. */
  gt?: K | undefined
  /** Keys greater than this, or this. */
  gte?: K | undefined
  /** Keys less than this. */
  lt?: K | undefined
  /** Keys less than this, or this. */
  lte?: K | undefined
  /** From the upper end down to the lower. Default: false. */
  reverse?: boolean | undefined
  /** Entries at the most; 0 is none. Default: all. */
  limit?: number | undefined
}

/**
 * Opens the environment in a folder. Close it with {@link Env.close}.
 *
 * The same folder opened again in one process, in other threads too, shares one environment, whose first options hold.
 *
 * @param path - the folder; as a `URL` it is a file: one
 * @throws {@link SlmdbError}: `SLMDB_PATH_NOT_FOUND`, `SLMDB_NOT_AN_ENVIRONMENT`, `SLMDB_PERMISSION_DENIED`,
 * `SLMDB_FORMAT_TOO_NEW`, `SLMDB_OUT_OF_MEMORY` (with a large `mapSize` try a smaller one), `SLMDB_BUSY` (it is open
 * with another `readOnly` or `durability`), `SLMDB_INVALID_ARGUMENT`
 * @throws an `Error` with the code `SLMDB_ADDON_NOT_LOADED` if the library cannot be found or loaded
 */
export function open(path: string | URL, options?: EnvOptions): Env

/** The version of the library, as in "0.1.0". Loads it. */
export function version(): string

/** An LMDB environment: one folder, opened by {@link open}. */
export class Env implements Disposable {
  private constructor()

  /** The folder, as it was given to {@link open}. */
  readonly path: string
  /** Whether it was opened for reading only. */
  readonly readOnly: boolean
  /** Whether {@link Env.close} has closed it. */
  readonly closed: boolean

  /**
   * Opens a typed database: keys and values are JavaScript's, and the same in every language. Creates it if it is
   * missing. Asked again for the same one, it returns the same object.
   *
   * Creating needs the write lock for a moment: not while this thread has a write transaction.
   *
   * @typeParam K - the keys that this program uses; nothing checks it when it runs
   * @typeParam V - the values that this program puts
   * @param name - 1 to 500 bytes of UTF-8; not starting with "__", not ending in "_scoped"
   * @throws {@link SlmdbError}: `SLMDB_INVALID_NAME`, `SLMDB_KIND_MISMATCH`, `SLMDB_LAYOUT_MISMATCH`,
   * `SLMDB_DATABASE_NOT_FOUND`, `SLMDB_DATABASES_FULL`, `SLMDB_NESTED`, `SLMDB_INVALID_ARGUMENT`
   */
  database<K extends Key = Key, V = Value>(name: string, options?: DatabaseOptions): Database<K, V>

  /** As {@link Env.database}, with keys that are raw bytes, ordered as such. */
  bytesKeyDatabase<V = Value>(name: string, options?: DatabaseOptions): Database<Uint8Array, V>

  /** As {@link Env.database}, with keys and values that are raw bytes. */
  bytesDatabase(name: string, options?: DatabaseOptions): Database<Uint8Array, Uint8Array>

  /**
   * Calls a function with a read transaction, which ends when the function returns or throws.
   *
   * @param fn - not an asynchronous one, nor one that returns a promise: `SLMDB_INVALID_ARGUMENT`
   * @returns what the function returns
   * @throws what the function throws; {@link SlmdbError}: `SLMDB_READERS_FULL`, `SLMDB_CLOSED`
   */
  read<R>(fn: (txn: Txn) => NotAPromise<R>): R

  /**
   * Calls a function with the write transaction: commits when the function returns, aborts when it throws. It waits,
   * and this thread with it, for the write transactions of other threads and processes.
   *
   * @param fn - not an asynchronous one, nor one that returns a promise: that is refused, and everything aborted. A
   * function may end the transaction itself by `txn.commit()` or `txn.abort()`.
   * @returns what the function returns, after the commit
   * @throws what the function throws; {@link SlmdbError}: `SLMDB_READ_ONLY`, `SLMDB_NESTED` (this thread has one
   * already), `SLMDB_MAP_FULL`, `SLMDB_DISK_FULL`, `SLMDB_CLOSED`
   */
  write<R>(fn: (txn: WriteTxn) => NotAPromise<R>): R

  /**
   * Begins a read transaction. End it with {@link Txn.abort} or {@link Txn.commit}, or declare it with `using`: as long
   * as it is open, the pages that it sees cannot be used again.
   */
  beginRead(): Txn

  /**
   * Begins the write transaction. End it with {@link Txn.commit} or {@link Txn.abort}, or declare it with `using`,
   * which aborts. As long as it is open, nobody else can write.
   *
   * @throws {@link SlmdbError}: `SLMDB_READ_ONLY`, `SLMDB_NESTED`, `SLMDB_CLOSED`
   */
  beginWrite(): WriteTxn

  /**
   * The registered scopes, by name in the order of its UTF-8. A scope is registered by the first put into it.
   *
   * @param txn - to see what this transaction sees; default: a read transaction of its own
   */
  scopes(txn?: Txn): ScopeEntry[]

  /**
   * Unregisters every scope that holds nothing in any database of the Env, in a write transaction of its own.
   *
   * @returns how many
   */
  pruneScopes(): number

  /**
   * Raises the map to at least so many bytes; less does nothing. After `SLMDB_MAP_FULL`: end the transaction, grow, and
   * do it again. Waits for other threads' transactions on the Env, 10 seconds at most.
   *
   * @throws {@link SlmdbError}: `SLMDB_BUSY` if transactions are open, `SLMDB_INVALID_ARGUMENT`, `SLMDB_OUT_OF_MEMORY`
   */
  grow(mapSize: number | bigint): void

  /**
   * Closes the Env and its databases. Closing it again does nothing.
   *
   * @throws {@link SlmdbError}: `SLMDB_BUSY` if transactions are open; the message says how many, and nothing is closed
   */
  close(): void

  /** {@link Env.close}, for `using`. */
  [Symbol.dispose](): void
}

/** A registered scope. */
export interface ScopeEntry {
  /** Its name. */
  name: string
  /** The number that stands for it in the keys of named scopes. */
  id: number
}

/** `never` for what is asynchronous. */
export type NotAPromise<R> = R extends PromiseLike<unknown> ? never : R

/**
 * A read transaction: a snapshot of what was committed when it began. It belongs to the thread that began it.
 *
 * One that is dropped without being ended is aborted when it is collected, which may be late.
 */
export class Txn implements Disposable {
  /** @internal */
  protected constructor()

  /** Whether this is a write transaction. */
  readonly writable: boolean
  /** Whether it has been committed or aborted. Using it then throws `SLMDB_TXN_ENDED`. */
  readonly ended: boolean

  /**
   * Ends the transaction and makes its writes durable and visible, all or none. It has ended even if this throws.
   *
   * @throws {@link SlmdbError}: `SLMDB_TXN_ENDED`, `SLMDB_MAP_FULL`, `SLMDB_DISK_FULL`, `SLMDB_IO`
   */
  commit(): void

  /**
   * Ends the transaction and drops its writes.
   *
   * @throws {@link SlmdbError}: `SLMDB_TXN_ENDED`
   */
  abort(): void

  /** {@link Txn.abort} if it is still open, for `using`. */
  [Symbol.dispose](): void
}

/** The write transaction of an Env. It sees its own writes. When it runs it is a {@link Txn} that is `writable`. */
export interface WriteTxn extends Txn {
  readonly writable: true
}

/** The name of a scope, checked once. It belongs to no Env, and has nothing to close. */
export class Scope {
  /**
   * @param name - 1 to 4,096 bytes of UTF-8
   * @throws {@link SlmdbError}: `SLMDB_EMPTY_SCOPE`, `SLMDB_INVALID_SCOPE`
   */
  constructor(name: string)

  /** The name. */
  readonly name: string

  /** The name. */
  toString(): string
}

/**
 * A key as it is read from a database whose keys are written as `K`.
 *
 * @typeParam K - what the database's keys are put as
 */
export type ReadKey<K> = [Key] extends [K] ? StoredKey : [K] extends [Uint8Array] ? Buffer : K

/**
 * A value as it is read from a database whose values are written as `V`.
 *
 * @typeParam V - what the database's values are put as
 */
export type ReadValue<V> = [Value] extends [V] ? StoredValue : [V] extends [Uint8Array] ? Buffer : V

/**
 * A database of an Env. Its operations throw {@link SlmdbError}, besides the codes named with them: `SLMDB_TXN_ENDED`,
 * `SLMDB_CLOSED`, `SLMDB_EMPTY_SCOPE`, `SLMDB_INVALID_SCOPE`, `SLMDB_INVALID_ARGUMENT`, `SLMDB_INVALID_KEY`,
 * `SLMDB_KEY_TOO_LONG`.
 *
 * @typeParam K - the keys
 * @typeParam V - the values
 */
export class Database<K = Key, V = Value> {
  private constructor()

  /** The Env that it belongs to, and closes with. */
  readonly env: Env
  /** Its name. */
  readonly name: string
  /** What it holds. */
  readonly kind: 'typed' | 'bytesKey' | 'bytes'

  /**
   * The value under a key, `undefined` if there is none. Bytes are a `Buffer` of the caller's own.
   *
   * @throws {@link SlmdbError}: `SLMDB_INVALID_VALUE` if the stored bytes are no such value
   */
  get(txn: Txn, scope: ScopeLike, key: K): ReadValue<V> | undefined

  /**
   * Stores a value under a key, replacing what was there, and registers the scope if it is new.
   *
   * @throws {@link SlmdbError}: `SLMDB_EMPTY_KEY`, `SLMDB_VALUE_TOO_LARGE` (longest: 2,147,483,647 bytes),
   * `SLMDB_INVALID_VALUE`, `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL` (the transaction can only be aborted; then
   * {@link Env.grow}), `SLMDB_TXN_FULL`
   */
  put(txn: WriteTxn, scope: ScopeLike, key: K, value: V): void

  /**
   * Deletes an entry.
   *
   * @returns whether it was there
   * @throws {@link SlmdbError}: `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL`, `SLMDB_TXN_FULL`
   */
  delete(txn: WriteTxn, scope: ScopeLike, key: K): boolean

  /**
   * Deletes all entries of one scope in this database. The scope stays registered.
   *
   * @returns how many there were
   * @throws {@link SlmdbError}: `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL`, `SLMDB_TXN_FULL`
   */
  clear(txn: WriteTxn, scope: ScopeLike): number

  /**
   * The entries of one scope between bounds. Raw keys come in the order of their unsigned bytes, typed keys in their
   * natural order, in every layout.
   *
   * Entries are read a page at a time, the first page by this call. In a write transaction the loop may put and delete;
   * whether it still meets what was put or deleted ahead of it is not promised. It ends with the transaction: asked for
   * more entries after that, it throws `SLMDB_CLOSED`.
   */
  range(txn: Txn, scope: ScopeLike, options?: RangeOptions<K>): Entries<ReadKey<K>, ReadValue<V>>

  /**
   * One scope of this database, whose operations have transactions of their own.
   *
   * @param scope - default: the default scope
   */
  scope(scope?: ScopeLike): ScopeView<K, V>
}

/**
 * A walk over entries, as `[key, value]`. Leaving a `for` loop early closes it; one that is dropped half-way is closed
 * when its transaction ends or when it is collected.
 *
 * @typeParam K - the keys as they are read
 * @typeParam V - the values as they are read
 */
export interface Entries<K, V> extends IterableIterator<[K, V]>, Disposable {
  /** The next entry. */
  next(): IteratorResult<[K, V], undefined>
  /** Gives the walk up. */
  return(): IteratorResult<[K, V], undefined>
  /** Itself. */
  [Symbol.iterator](): Entries<K, V>
  /** Gives the walk up, for `using`. */
  [Symbol.dispose](): void
}

/**
 * One scope of one database. Every operation has a transaction of its own, and does not see what an open write
 * transaction has not yet committed. Errors are those of {@link Database}, {@link Env.read} and {@link Env.write}.
 *
 * @typeParam K - the keys
 * @typeParam V - the values
 */
export class ScopeView<K = Key, V = Value> {
  private constructor()

  /** The database. */
  readonly database: Database<K, V>
  /** The scope's name; `null` is the default scope. */
  readonly name: string | null

  /** As {@link Database.get}. */
  get(key: K): ReadValue<V> | undefined

  /**
   * As {@link Database.range}, in a read transaction that ends with the walk. A walk that is neither finished nor given
   * up keeps it open.
   */
  range(options?: RangeOptions<K>): Entries<ReadKey<K>, ReadValue<V>>

  /** As {@link Database.put}. Committed when it returns. */
  putSync(key: K, value: V): void

  /** As {@link Database.delete}. Committed when it returns. */
  deleteSync(key: K): boolean

  /** As {@link Database.clear}. Committed when it returns. */
  clearSync(): number
}

/**
 * A float, where a number that is whole would be an integer: `new Float(7)` is 7.0. Keys are read as such; values that
 * were put as such are read as numbers.
 */
export class Float {
  /** @throws {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT` if it is no number */
  constructor(value: number)

  /** The number. */
  readonly value: number

  /** The number. */
  valueOf(): number
}

/** A MessagePack extension that this package does not know, as another program put it. It can be put back as it is. */
export class Extension {
  /**
   * @param type - -128 to 127, but not -1, which is a `Date`
   * @throws {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT`
   */
  constructor(type: number, data: Uint8Array)

  /** The extension's number. */
  readonly type: number
  /** What it holds. */
  readonly data: Uint8Array
}

export { SlmdbCode, SlmdbError } from './errors.cjs'
