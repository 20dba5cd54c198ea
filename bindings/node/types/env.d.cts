// The Env of index.d.cts, which exports it.
/// <reference lib="esnext.disposable" />

import type { Batch, BatchWrite } from './batch.cjs'
import type { Database, DatabaseInfo, DatabaseOptions } from './database.cjs'
import type { SlmdbError } from './errors.cjs'
import type {
  BackupOptions, CopyScopeOptions, Destination, DropScopeOptions, ExportOptions, ImportOptions, MeasureOptions,
  Measures, MoveScopeOptions, Reader, Source, Totals, VerifyReport, WorkOptions
} from './maintenance.cjs'
import type { ScopeEntry, ScopeLike } from './scope.cjs'
import type { NotAPromise, Txn, WriteTxn } from './txn.cjs'
import type { ExtendedValue, Key, Value } from './values.cjs'

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
export class Env implements Disposable, AsyncDisposable {
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
  database<K extends Key = Key, V = ExtendedValue>(
    name: string, options: DatabaseOptions<V> & { extensions: true }
  ): Database<K, V>
  database<K extends Key = Key, V = Value>(name: string, options?: DatabaseOptions<V>): Database<K, V>

  /** As {@link Env.database}, with keys that are raw bytes, ordered as such. */
  bytesKeyDatabase<V = ExtendedValue>(
    name: string, options: DatabaseOptions<V> & { extensions: true }
  ): Database<Uint8Array, V>
  bytesKeyDatabase<V = Value>(name: string, options?: DatabaseOptions<V>): Database<Uint8Array, V>

  /** As {@link Env.database}, with keys and values that are raw bytes (but see {@link DatabaseOptions.codec}). */
  bytesDatabase<V = Uint8Array>(name: string, options?: DatabaseOptions<V>): Database<Uint8Array, V>

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
   * Calls a function, which may be asynchronous, with the write transaction: commits when its promise resolves, aborts
   * when it rejects. Calls wait for each other. Meanwhile nobody else can write: `write` and `beginWrite` of this
   * thread throw `SLMDB_NESTED`, and batches wait; one that the function itself submits rejects with `SLMDB_NESTED`,
   * since it would wait for ever.
   *
   * @param options - `signal`: when it is aborted, the call gives up waiting for its turn; a function that runs has its
   * transaction aborted when it ends. The promise rejects with the signal's reason.
   * @returns what the function returns, after the commit
   */
  writeAsync<R>(fn: (txn: WriteTxn) => R | Promise<R>, options?: SignalOptions): Promise<R>

  /** An empty batch, to be filled and submitted. */
  batch(): Batch

  /**
   * Does writes together, all or none, without blocking: the library's own thread commits them with others that wait.
   *
   * @param writes - puts, deletes and clears; or a function, which may be asynchronous, that fills a batch. If it
   * throws, nothing is stored.
   * @returns a promise that resolves when the writes are as durable as the Env makes a commit, and rejects with the
   * {@link SlmdbError} for which none of them was stored
   */
  batch(writes: Iterable<BatchWrite> | ((batch: Batch) => unknown)): Promise<void>

  /** Resolves when everything that this thread has submitted to the Env by now is committed or has failed. */
  flush(): Promise<void>

  /** {@link Env.flush}. */
  readonly flushed: Promise<void>

  /**
   * The registered scopes, by name in the order of its UTF-8. A scope is registered by the first put into it.
   *
   * @param txn - to see what this transaction sees; default, here and below: a transaction of its own
   */
  scopes(txn?: Txn): ScopeEntry[]

  /** The id of a scope, `undefined` if it is not registered: then it holds nothing. Registers nothing. */
  scopeId(scope: NamedScope, txn?: Txn): number | undefined

  /**
   * Registers a scope if it is not, as the first put does.
   *
   * @returns its id
   */
  registerScope(scope: NamedScope, txn?: WriteTxn): number

  /**
   * Gives a scope another name, in all databases, at a cost that does not depend on what it holds.
   *
   * @returns whether `from` was registered
   * @throws {@link SlmdbError}: `SLMDB_KEY_EXISTS` if `to` is registered
   */
  renameScope(from: NamedScope, to: NamedScope, txn?: WriteTxn): boolean

  /**
   * Deletes all that a scope holds in every database, whether that is open here or not, and unregisters it.
   *
   * @returns how many entries there were, `undefined` if it was not registered
   * @throws {@link SlmdbError}: `SLMDB_CONFLICT` if another process has made a database since `txn` began
   */
  dropScope(scope: NamedScope, txn?: WriteTxn): number | undefined

  /**
   * Unregisters every scope that holds nothing in any database of the Env.
   *
   * @returns how many
   * @throws {@link SlmdbError}: `SLMDB_CONFLICT` as for {@link Env.dropScope}
   */
  pruneScopes(txn?: WriteTxn): number

  /**
   * As {@link Env.dropScope} for a scope that holds much: in transactions of limited size, between which others can
   * write. What was deleted stays so if it is aborted; it can be called again.
   *
   * This and all that follows up to {@link Env.clearReaders} is long work: it runs on a thread of its own and blocks
   * nothing; {@link WorkOptions} follow it. Meanwhile {@link Env.close} throws `SLMDB_BUSY`. What writes rejects with
   * `SLMDB_NESTED` within the function of {@link Env.writeAsync}, for which it would wait. The process stays until it
   * is done; process.exit() and the end of a worker thread cancel it.
   */
  dropScopeAsync(scope: NamedScope, options?: DropScopeOptions): Promise<number | undefined>

  /**
   * Copies a scope with its entries in all databases to another Env or, as another one, to the same: all or nothing, as
   * one snapshot has it. `null` is the default scope.
   *
   * @returns a promise that rejects with {@link SlmdbError}: `SLMDB_NOT_FOUND`, and as {@link Env.import}
   */
  copyScope(scope: ScopeLike, options: CopyScopeOptions): Promise<Totals>

  /**
   * Moves a scope to another Env, where it must not exist. If somebody has written to it meanwhile, it stays here, and
   * the promise rejects with `SLMDB_CONFLICT`. Within an Env use {@link Env.renameScope}.
   */
  moveScope(scope: NamedScope, options: MoveScopeOptions): Promise<Totals>

  /**
   * Measures the Env or a part of it in one snapshot: exactly, at the cost of reading it, or by an estimate.
   *
   * @returns a promise that rejects with {@link SlmdbError}: `SLMDB_NOT_FOUND`, `SLMDB_DATABASE_NOT_FOUND`
   */
  measure(options?: MeasureOptions): Promise<Measures>

  /** Looks for all that may be wrong with the Env, and changes nothing. */
  verify(options?: WorkOptions): Promise<VerifyReport>

  /**
   * Copies the Env, as some commit left it, while others read and write.
   *
   * @param to - a new folder, which must not exist and has its name only once it is whole and on disk; as a `URL` it is
   * a file: one. Or a stream, which gets the bytes of the `data.mdb` of such a folder: see {@link Destination}
   * @returns a promise that rejects with {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT`, `SLMDB_PATH_NOT_FOUND`,
   * `SLMDB_PERMISSION_DENIED`, `SLMDB_DISK_FULL`; or with what the stream fails with
   */
  backup(to: string | URL | Destination, options?: BackupOptions): Promise<{ size: number }>

  /**
   * Writes the Env or a part of it, as one snapshot has it, to a new file or to a stream.
   *
   * @returns a promise that rejects with {@link SlmdbError}: as {@link Env.measure} and {@link Env.backup}, and
   * `SLMDB_CORRUPT`; or with what the stream fails with
   */
  export(to: string | URL | Destination, options?: ExportOptions): Promise<Totals>

  /**
   * Reads what {@link Env.export} wrote, in any language, of either format: all or nothing. Databases that are missing
   * are made. A file is verified before anything of it is imported; a stream, while it is, but nothing can be seen
   * before all of it was. Unless `existing` is `'refuse'`, other writers wait as long as a stream takes; otherwise only
   * for the entries of the default scope, which come last.
   *
   * @returns a promise that rejects with {@link SlmdbError}: `SLMDB_CORRUPT` (it is damaged or cut off, and where;
   * nothing is imported), `SLMDB_FORMAT_TOO_NEW`, `SLMDB_KEY_EXISTS`, `SLMDB_KIND_MISMATCH`, `SLMDB_LAYOUT_MISMATCH`,
   * `SLMDB_READ_ONLY`, `SLMDB_MAP_FULL`, `SLMDB_TXN_FULL`, `SLMDB_DISK_FULL`, `SLMDB_PATH_NOT_FOUND`; or with what the
   * stream fails with
   */
  import(from: string | URL | Source, options?: ImportOptions): Promise<Totals>

  /**
   * Deletes the entries of an id that no scope has, which {@link Env.verify} calls an orphan, as
   * {@link Env.dropScopeAsync} does.
   *
   * @returns how many there were. The promise rejects with {@link SlmdbError}: `SLMDB_INVALID_ARGUMENT` if a scope has
   * the id, `SLMDB_READ_ONLY`
   */
  dropOrphan(id: number, options?: DropScopeOptions): Promise<number>

  /** The slots of read transactions, of all processes. */
  readers(): Promise<Reader[]>

  /**
   * Frees the slots of processes that have died; opening an Env does so, too.
   *
   * @returns how many
   */
  clearReaders(): Promise<number>

  /** The databases by name, also those that are not open here. */
  databases(txn?: Txn): DatabaseInfo[]

  /** What the Env is and how full it is. Reads no entries. */
  info(): EnvInfo

  /**
   * Raises the map to at least so many bytes; less does nothing. After `SLMDB_MAP_FULL`: end the transaction, grow, and
   * do it again. Waits for other threads' transactions on the Env, 10 seconds at most; a thread that
   * blocks after a read of a view has one until its event loop comes round.
   *
   * @throws {@link SlmdbError}: `SLMDB_BUSY` if transactions are open, `SLMDB_INVALID_ARGUMENT`, `SLMDB_OUT_OF_MEMORY`
   */
  grow(mapSize: number | bigint): void

  /**
   * Closes the Env and its databases, after what was submitted is committed. Closing it again does nothing.
   *
   * @throws {@link SlmdbError}: `SLMDB_BUSY` if transactions are open or long work is under way; the message says how
   * many, and nothing is closed
   */
  close(): void

  /** {@link Env.close}, for `using`. */
  [Symbol.dispose](): void

  /** {@link Env.flush}, then {@link Env.close} once no long work is under way, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A scope that has a name: not the default one. */
export type NamedScope = Exclude<ScopeLike, null | undefined>

/** What can be given up. */
export interface SignalOptions {
  signal?: AbortSignal | undefined
}

/** What {@link Env.info} tells. */
export interface EnvInfo {
  /** Bytes: the file's upper limit, as this process has it now. */
  mapSize: number
  /** Bytes of the file that have been used so far; freed pages among them are used again. */
  usedSize: number
  /** The number of the last committed write transaction. */
  lastTxn: number
  /** Bytes. */
  pageSize: number
  /** Read transactions at once, over all processes. */
  maxReaders: number
  /** The most of them that there have been at once so far. */
  readers: number
  /** Bytes: the longest key of layout 'ordered', as stored. */
  maxKey: number
}
