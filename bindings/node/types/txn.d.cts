// Transactions of index.d.cts, which exports them.
/// <reference lib="esnext.disposable" />

import type { Env } from './env.cjs'
import type { SlmdbError } from './errors.cjs'

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
   * Ends the transaction and makes its writes durable and visible, all or none. It has ended even if this throws: also
   * because there was no room for a put before it (see `Database.put`).
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

  /**
   * Calls a function with a child of this transaction: its writes become this one's when the function returns, and are
   * dropped when it throws. Meanwhile this transaction throws `SLMDB_IN_USE`, but for {@link Txn.abort}.
   *
   * @param fn - as for {@link Env.write}
   * @returns what the function returns
   * @throws what the function throws; {@link SlmdbError}: `SLMDB_TXN_ENDED`, `SLMDB_OUT_OF_MEMORY`
   */
  child<R>(fn: (txn: WriteTxn) => NotAPromise<R>): R

  /** Begins a child. End it with {@link Txn.commit} or {@link Txn.abort}, or declare it with `using`, which aborts. */
  beginChild(): WriteTxn
}
