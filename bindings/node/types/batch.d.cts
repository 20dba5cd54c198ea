// Batches of index.d.cts, which exports them.
/// <reference lib="esnext.disposable" />

import type { Database } from './database.cjs'
import type { Env } from './env.cjs'
import type { SlmdbError } from './errors.cjs'
import type { ScopeLike } from './scope.cjs'

/** A write of a batch into any database. `scope` is the default one if it is left out. */
export type BatchWrite =
  | { type: 'put' | 'putIfAbsent', database: Database<any, any>, scope?: ScopeLike, key: unknown, value: unknown }
  | { type: 'delete', database: Database<any, any>, scope?: ScopeLike, key: unknown }
  | { type: 'clear', database: Database<any, any>, scope?: ScopeLike }

/**
 * A write of a batch into one scope.
 *
 * @typeParam K - the keys
 * @typeParam V - the values
 */
export type ScopeWrite<K, V> =
  | { type: 'put' | 'putIfAbsent', key: K, value: V }
  | { type: 'delete', key: K }
  | { type: 'clear' }

/**
 * Writes that are gathered and then done together, all or none, by the library's own thread: see {@link Env.batch}.
 * Keys and values are copied and checked when they are added; what cannot be added throws, and the batch is as it was.
 */
export class Batch implements Disposable {
  private constructor()

  /** How many writes it has. */
  readonly length: number

  /** Adds a put. */
  put<K, V>(database: Database<K, V>, scope: ScopeLike, key: K, value: V): this

  /** Adds a put of a key that must be new: if it is not, the batch fails whole, with `SLMDB_KEY_EXISTS`. */
  putIfAbsent<K, V>(database: Database<K, V>, scope: ScopeLike, key: K, value: V): this

  /** Adds the puts of entries. */
  putMany<K, V>(database: Database<K, V>, scope: ScopeLike, entries: Iterable<readonly [K, V]>): this

  /** Adds a delete. That there is nothing to delete is no error. */
  delete<K>(database: Database<K, any>, scope: ScopeLike, key: K): this

  /** Adds the deletion of all entries of a scope in a database. */
  clear(database: Database<any, any>, scope: ScopeLike): this

  /**
   * Submits the batch, once.
   *
   * @returns a promise that resolves when its writes are as durable as the Env makes a commit, and rejects with the
   * {@link SlmdbError} for which none of them was stored
   */
  submit(): Promise<void>

  /** Drops the batch if it was not submitted. */
  close(): void

  /** {@link Batch.close}, for `using`. */
  [Symbol.dispose](): void
}
