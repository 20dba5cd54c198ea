// Databases of index.d.cts, which exports them.

import type { Env } from './env.cjs'
import type { SlmdbError } from './errors.cjs'
import type { Cursor, RangeOptions, Span } from './range.cjs'
import type { ScopeLike } from './scope.cjs'
import type { Txn, WriteTxn } from './txn.cjs'
import type { Key, ReadKey, ReadValue, Value } from './values.cjs'
import type { ScopeView } from './view.cjs'

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

/**
 * How to open a {@link Database}.
 *
 * @typeParam V - the values
 */
export interface DatabaseOptions<V = Value> {
  /** Default: 'auto'. */
  layout?: Layout | undefined
  /** The type of the keys, in layout 'heed' and a typed database only. Default: 'auto'. */
  keyType?: StoredType | undefined
  /** The type of the values, in layout 'heed' and a typed or bytes-key database only. Default: 'auto'. */
  valueType?: StoredType | undefined
  /** Do not create it, but throw `SLMDB_DATABASE_NOT_FOUND`. Always so in a read-only Env. Default: false. */
  mustExist?: boolean | undefined
  /**
   * The default scope is LMDB's unnamed database, where programs that know no names keep their data; records of named
   * databases there are neither seen nor touched. One database of an Env. Default: false.
   */
  unnamedDefault?: boolean | undefined
  /**
   * A `Set`, and a `Map` whose keys are all text, can be put and come back as they are: they are stored as MessagePack
   * extensions of the types 0x53 and 0x4d, whose data is the array of the elements, or of the keys and values in turn.
   * Other languages read them as extensions, and so does a database that is opened without this; what is else stored
   * is the same with and without. Not together with `codec`, nor where values are not MessagePack. Default: false.
   */
  extensions?: boolean | undefined
  /**
   * Makes values bytes and back, in place of this package. In a typed or bytes-key database what `encode` returns must
   * be one MessagePack object with text in UTF-8 (`SLMDB_INVALID_VALUE`), so that other languages can read it; in one
   * of bytes it may be anything. `new Packr({ useRecords: false })` of npm
   * msgpackr is a codec.
   */
  codec?: Codec<V> | undefined
}

/**
 * How values become bytes.
 *
 * @typeParam V - the values
 */
export interface Codec<V> {
  /** The bytes are used before the next call, and may be overwritten by that. */
  encode(value: V): Uint8Array
  /** The bytes are the codec's own to keep. */
  decode(bytes: Buffer): V
}

/** What {@link Env.databases} tells of a database. */
export interface DatabaseInfo {
  name: string
  /** `null`: it was made by another program. */
  kind: 'typed' | 'bytesKey' | 'bytes' | null
  layout: Layout
  keyType: StoredType
  valueType: StoredType
  unnamedDefault: boolean
  /** Of all scopes together. */
  entries: number
}

/** What a scope holds in a database. */
export interface ScopeStats {
  entries: number
  /** Bytes of the keys; what a scope adds to them is left out. */
  keyBytes: number
  /** Bytes of the values as stored. */
  valueBytes: number
}

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
  /** How its named scopes are stored. */
  readonly layout: Layout
  /** The type of its keys; 'auto' unless the layout is 'heed'. */
  readonly keyType: StoredType
  /** The type of its values; 'auto' unless the layout is 'heed'. */
  readonly valueType: StoredType
  /** Whether its default scope is LMDB's unnamed database. */
  readonly unnamedDefault: boolean

  /**
   * The value under a key, `undefined` if there is none. Bytes are a `Buffer` of the caller's own.
   *
   * @throws {@link SlmdbError}: `SLMDB_INVALID_VALUE` if the stored bytes are no such value
   */
  get(txn: Txn, scope: ScopeLike, key: K): ReadValue<V> | undefined

  /** The values under keys, in their order, `undefined` where there is none, by one call. */
  getMany(txn: Txn, scope: ScopeLike, keys: Iterable<K>): (ReadValue<V> | undefined)[]

  /** Whether there is an entry under a key. */
  has(txn: Txn, scope: ScopeLike, key: K): boolean

  /** The entry with the least key; here and below, `undefined` if there is none. */
  first(txn: Txn, scope: ScopeLike): [ReadKey<K>, ReadValue<V>] | undefined

  /** The entry with the greatest key. */
  last(txn: Txn, scope: ScopeLike): [ReadKey<K>, ReadValue<V>] | undefined

  /** The entry under a key, or else that under the next greater one. */
  atOrAfter(txn: Txn, scope: ScopeLike, key: K): [ReadKey<K>, ReadValue<V>] | undefined

  /** The entry under the next greater key. */
  after(txn: Txn, scope: ScopeLike, key: K): [ReadKey<K>, ReadValue<V>] | undefined

  /** The entry under a key, or else that under the next lesser one. */
  atOrBefore(txn: Txn, scope: ScopeLike, key: K): [ReadKey<K>, ReadValue<V>] | undefined

  /** The entry under the next lesser key. */
  before(txn: Txn, scope: ScopeLike, key: K): [ReadKey<K>, ReadValue<V>] | undefined

  /** Whether a scope has no entries. Costs one seek. */
  isEmpty(txn: Txn, scope: ScopeLike): boolean

  /** How many entries a scope has. Costs as much as reading them. */
  count(txn: Txn, scope: ScopeLike, span?: Span<K>): number

  /** Measures what a scope holds. Costs as much as reading its entries. */
  stats(txn: Txn, scope: ScopeLike): ScopeStats

  /**
   * Stores a value under a key, replacing what was there, and registers the scope if it is new.
   *
   * Puts that follow each other may be done together, before anything else is done with the transaction. So that there
   * is no room for one (`SLMDB_MAP_FULL`, `SLMDB_TXN_FULL`, `SLMDB_DISK_FULL`, `SLMDB_IO`) may be thrown by the next
   * call with the transaction, or by its commit, which then aborts. What is wrong with a put itself is thrown by it.
   *
   * @throws {@link SlmdbError}: `SLMDB_EMPTY_KEY`, `SLMDB_VALUE_TOO_LARGE` (longest: 2,147,483,647 bytes),
   * `SLMDB_INVALID_VALUE`, `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL` (the transaction can only be aborted; then
   * {@link Env.grow}), `SLMDB_TXN_FULL`
   */
  put(txn: WriteTxn, scope: ScopeLike, key: K, value: V): void

  /**
   * As {@link Database.put}, if nothing is under the key.
   *
   * @returns whether it was stored
   */
  putIfAbsent(txn: WriteTxn, scope: ScopeLike, key: K, value: V): boolean

  /**
   * As {@link Database.put}.
   *
   * @returns the value that was there, `undefined` if there was none
   */
  replace(txn: WriteTxn, scope: ScopeLike, key: K, value: V): ReadValue<V> | undefined

  /**
   * Deletes an entry.
   *
   * @returns its value, `undefined` if there was none
   */
  pop(txn: WriteTxn, scope: ScopeLike, key: K): ReadValue<V> | undefined

  /**
   * As {@link Database.put}, if the value under the key is `expected`, byte for byte as it is stored: in an object the
   * order of its properties counts. Without an entry nothing is stored: see {@link Database.putIfAbsent}.
   *
   * @returns whether it was stored
   */
  compareAndSwap(txn: WriteTxn, scope: ScopeLike, key: K, expected: V, value: V): boolean

  /**
   * Puts entries in their order, many with one call. If one cannot be put it throws, and some of those before it may
   * have been stored: let the transaction abort.
   *
   * @param entries - such as a `Map`
   * @returns how many
   */
  putMany(txn: WriteTxn, scope: ScopeLike, entries: Iterable<readonly [K, V]>): number

  /**
   * Deletes an entry.
   *
   * @returns whether it was there
   * @throws {@link SlmdbError}: `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL`, `SLMDB_TXN_FULL`
   */
  delete(txn: WriteTxn, scope: ScopeLike, key: K): boolean

  /**
   * Deletes the entries of a span.
   *
   * @returns how many there were
   */
  deleteRange(txn: WriteTxn, scope: ScopeLike, span: Span<K>): number

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
  range(txn: Txn, scope: ScopeLike, options?: RangeOptions<K>):
  Cursor<[ReadKey<K>, ReadValue<V>], K>

  /** As {@link Database.range}, the keys alone. */
  keys(txn: Txn, scope: ScopeLike, options?: RangeOptions<K>): Cursor<ReadKey<K>, K>

  /** As {@link Database.range}, the values alone. */
  values(txn: Txn, scope: ScopeLike, options?: RangeOptions<K>): Cursor<ReadValue<V>, K>

  /**
   * One scope of this database, whose operations have transactions of their own.
   *
   * @param scope - default: the default scope
   */
  scope(scope?: ScopeLike): ScopeView<K, V>
}
