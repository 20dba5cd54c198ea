// Views of index.d.cts, which exports them.

import type { ScopeWrite } from './batch.cjs'
import type { Database, ScopeStats } from './database.cjs'
import type { Env, SignalOptions } from './env.cjs'
import type { Entries, RangeOptions, Span, Walk } from './range.cjs'
import type { Key, ReadKey, ReadValue, Value } from './values.cjs'

/**
 * One scope of one database, which can be used like a `Map`. Every operation has a transaction of its own, and does not
 * see what an open write transaction has not yet committed. Errors are those of {@link Database}, {@link Env.read} and
 * {@link Env.write}.
 *
 * A read sees every commit before it, of every process. Reads between which nobody commits share a snapshot, which is
 * given up when the event loop comes round, or a write transaction begins: only a thread that blocks for long after a
 * read keeps it, and with it old pages from being used again. {@link Env.read} ends with its function.
 *
 * What ends in `Sync` is committed when it returns, and waits for the write transactions of others. What returns a
 * promise does not block: another thread commits it, together with what else waits; the promise resolves when it is
 * as durable as the Env makes a commit, and rejects with the error for which this write was not done.
 * Thousands may be under way; they are done in the order in which they were asked for. What is put, deleted and
 * cleared in one turn of the event loop, in values below 16 KiB, is one batch, and fails together where it is not
 * refused for itself: when the map or the disk is full. Puts that can only fail together may share one promise. The
 * process stays until all is done.
 *
 * @typeParam K - the keys
 * @typeParam V - the values
 */
export class ScopeView<K = Key, V = Value> implements Iterable<[ReadKey<K>, ReadValue<V>]> {
  private constructor()

  /** The database. */
  readonly database: Database<K, V>
  /** The scope's name; `null` is the default scope. */
  readonly name: string | null
  /** {@link ScopeView.count}: costs as much as reading all entries. */
  readonly size: number

  /** As {@link Database.get}. */
  get(key: K): ReadValue<V> | undefined
  /** As {@link Database.getMany}. */
  getMany(keys: Iterable<K>): (ReadValue<V> | undefined)[]
  /** As {@link Database.has}. */
  has(key: K): boolean
  /** As {@link Database.first}. */
  first(): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.last}. */
  last(): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.atOrAfter}. */
  atOrAfter(key: K): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.after}. */
  after(key: K): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.atOrBefore}. */
  atOrBefore(key: K): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.before}. */
  before(key: K): [ReadKey<K>, ReadValue<V>] | undefined
  /** As {@link Database.isEmpty}. */
  isEmpty(): boolean
  /** As {@link Database.count}. */
  count(span?: Span<K>): number
  /** As {@link Database.stats}. */
  stats(): ScopeStats

  /**
   * As {@link Database.range}, in a read transaction that ends with the walk's last page. A walk that is neither
   * finished nor given up keeps it open until it is collected.
   */
  range(options?: RangeOptions<K>): Entries<ReadKey<K>, ReadValue<V>>
  /** {@link ScopeView.range}, as a `Map` calls it. */
  entries(options?: RangeOptions<K>): Entries<ReadKey<K>, ReadValue<V>>
  /** As {@link ScopeView.range}, the keys alone. */
  keys(options?: RangeOptions<K>): Walk<ReadKey<K>>
  /** As {@link ScopeView.range}, the values alone. */
  values(options?: RangeOptions<K>): Walk<ReadValue<V>>
  /** All entries. */
  [Symbol.iterator](): Entries<ReadKey<K>, ReadValue<V>>
  /** All entries; other things may happen between pages. */
  [Symbol.asyncIterator](): AsyncIterableIterator<[ReadKey<K>, ReadValue<V>]>
  /** Calls a function with the value and the key of each entry. */
  forEach(fn: (value: ReadValue<V>, key: ReadKey<K>, view: this) => void, self?: unknown): void

  /** As {@link Database.put}. */
  putSync(key: K, value: V): void
  /** As {@link Database.putIfAbsent}. */
  putIfAbsentSync(key: K, value: V): boolean
  /** As {@link Database.replace}. */
  replaceSync(key: K, value: V): ReadValue<V> | undefined
  /** As {@link Database.pop}. */
  popSync(key: K): ReadValue<V> | undefined
  /** As {@link Database.compareAndSwap}. */
  compareAndSwapSync(key: K, expected: V, value: V): boolean
  /** As {@link Database.putMany}; all or none. */
  putManySync(entries: Iterable<readonly [K, V]>): number
  /** As {@link Database.delete}. */
  deleteSync(key: K): boolean
  /** As {@link Database.deleteRange}. */
  deleteRangeSync(span: Span<K>): number
  /** As {@link Database.clear}. */
  clearSync(): number

  /** Stores a value under a key, replacing what was there. */
  put(key: K, value: V): Promise<void>
  /** Stores a value if nothing is under the key, and says whether it did. */
  putIfAbsent(key: K, value: V): Promise<boolean>
  /** Deletes an entry, and says whether there was one. */
  delete(key: K): Promise<boolean>
  /** Deletes all entries of the scope in this database, and says how many there were. */
  clear(): Promise<number>

  /**
   * Puts entries, all or none. They are all held in memory before.
   *
   * @param options - `signal`: aborted before the last entry has been read, nothing is stored, and the promise rejects
   * with its reason
   */
  putMany(entries: Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>, options?: SignalOptions): Promise<void>

  /** Does writes together, all or none. */
  batch(writes: Iterable<ScopeWrite<K, V>>): Promise<void>
}
