// Ranges and walks of index.d.cts, which exports them.
/// <reference lib="esnext.disposable" />

/**
 * Which entries of a scope. A bound that is `undefined` is none; `null` is a key. `gt` and `gte` exclude each other,
 * and so do `lt` and `lte`, and `prefix` and all of them.
 *
 * @typeParam K - the database's keys
 */
export interface Span<K> {
  /** Keys greater than this. */
  gt?: K | undefined
  /** Keys greater than this, or this. */
  gte?: K | undefined
  /** Keys less than this. */
  lt?: K | undefined
  /** Keys less than this, or this. */
  lte?: K | undefined
  /** Keys that begin with this: bytes, a text, or an array by its first elements. */
  prefix?: K | undefined
}

/**
 * Which entries of a scope, how many, and in which direction.
 *
 * @typeParam K - the database's keys
 */
export interface RangeOptions<K> extends Span<K> {
  /** From the upper end down to the lower. Default: false. */
  reverse?: boolean | undefined
  /** Entries at the most; 0 is none. Default: all. */
  limit?: number | undefined
  /** When it is aborted, the walk ends before its next page and throws the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * A walk. Leaving a `for` loop early closes it; one that is dropped half-way is closed when its transaction ends or
 * when it is collected. `for await` lets other things happen between pages.
 *
 * @typeParam T - what it yields
 */
export interface Walk<T> extends IterableIterator<T>, Disposable {
  /** The next one. */
  next(): IteratorResult<T, undefined>
  /** Gives the walk up. */
  return(): IteratorResult<T, undefined>
  /** Itself. */
  [Symbol.iterator](): Walk<T>
  /** The same walk, asynchronously. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>
  /** Gives the walk up, for `using`. */
  [Symbol.dispose](): void
}

/**
 * A walk over entries, as `[key, value]`.
 *
 * @typeParam K - the keys as they are read
 * @typeParam V - the values as they are read
 */
export type Entries<K, V> = Walk<[K, V]>

/**
 * A walk in a transaction of the caller's.
 *
 * @typeParam T - what it yields
 * @typeParam K - the keys
 */
export interface Cursor<T, K> extends Walk<T> {
  /**
   * Moves to before the first entry at a key or, in the walk's direction, beyond it; never out of the range. Also after
   * the last entry. The limit goes on counting what was yielded.
   */
  seek(key: K): void
}
