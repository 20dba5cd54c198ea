// The errors of index.d.cts, which exports them.

/** What went wrong. */
export class SlmdbError extends Error {
  constructor(status: number, message: string, options?: { cause?: unknown })

  /** The status as a name. */
  readonly code: SlmdbCode
  /** The status as a number, as in the library's header. */
  readonly status: number
}

/** The codes of {@link SlmdbError}. */
export type SlmdbCode =
  /** The scope that was to be measured, exported, copied or moved is not registered. */
  | 'SLMDB_NOT_FOUND'
  /** An entry that must not exist does. */
  | 'SLMDB_KEY_EXISTS'
  /** A scope's name of no bytes; the default scope is `null`. */
  | 'SLMDB_EMPTY_SCOPE'
  /** A scope's name that is longer than 4,096 bytes, or has a lone surrogate. */
  | 'SLMDB_INVALID_SCOPE'
  /** A put of a key of no bytes. */
  | 'SLMDB_EMPTY_KEY'
  /** Longest: 507 bytes (ordered), 499 (heed), as stored. */
  | 'SLMDB_KEY_TOO_LONG'
  /** Longest: 2,147,483,647 bytes. */
  | 'SLMDB_VALUE_TOO_LARGE'
  /** Not encodable as a key of this database, or stored bytes that are no such key. */
  | 'SLMDB_INVALID_KEY'
  /** Not encodable as a value of this database, or stored bytes that are no such value. */
  | 'SLMDB_INVALID_VALUE'
  /** A database's name that is empty, too long, reserved or has a lone surrogate. */
  | 'SLMDB_INVALID_NAME'
  /** The database was created as another kind, or with other types. */
  | 'SLMDB_KIND_MISMATCH'
  /** The database is stored in another layout than the one asked for. */
  | 'SLMDB_LAYOUT_MISMATCH'
  /** No such database, and it was not to be created. */
  | 'SLMDB_DATABASE_NOT_FOUND'
  /** The file was written by a newer scoped-lmdb. */
  | 'SLMDB_FORMAT_TOO_NEW'
  /** A stored record cannot be what it should be. */
  | 'SLMDB_CORRUPT'
  /** A write in a read transaction or a read-only Env. */
  | 'SLMDB_READ_ONLY'
  /** The map is full: the transaction can only be aborted; then `env.grow`. */
  | 'SLMDB_MAP_FULL'
  /** More databases than `maxDatabases`. */
  | 'SLMDB_DATABASES_FULL'
  /** More read transactions at once than `maxReaders`. */
  | 'SLMDB_READERS_FULL'
  /** One transaction changed too many pages. */
  | 'SLMDB_TXN_FULL'
  /** The transaction has been committed or aborted. */
  | 'SLMDB_TXN_ENDED'
  /** This thread already has a write transaction. */
  | 'SLMDB_NESTED'
  /** A write transaction used on another thread than its own. */
  | 'SLMDB_WRONG_THREAD'
  /** Another thread is inside a call with the same transaction or cursor. */
  | 'SLMDB_IN_USE'
  /** The Env, or what belonged to it, has been closed. */
  | 'SLMDB_CLOSED'
  /** A fault in this package; please report the message. */
  | 'SLMDB_INVALID_HANDLE'
  /** The library was loaded before fork(). */
  | 'SLMDB_FORKED'
  /** An argument that is out of its range or of a wrong type. */
  | 'SLMDB_INVALID_ARGUMENT'
  /** A fault in this package; please report the message. */
  | 'SLMDB_BUFFER_TOO_SMALL'
  /** The folder of an Env does not exist. */
  | 'SLMDB_PATH_NOT_FOUND'
  /** The file is not an LMDB environment, or of another version or word size. */
  | 'SLMDB_NOT_AN_ENVIRONMENT'
  /** The operating system refused access. */
  | 'SLMDB_PERMISSION_DENIED'
  /** No space left on the device. */
  | 'SLMDB_DISK_FULL'
  /** Another error of the operating system. */
  | 'SLMDB_IO'
  /** The Env has open transactions, or is open with other options. */
  | 'SLMDB_BUSY'
  /** Another process changed what this transaction builds on: begin it again. */
  | 'SLMDB_CONFLICT'
  /** The engine cannot say whether the commit happened. */
  | 'SLMDB_COMMIT_UNKNOWN'
  /** The engine cannot be reached. */
  | 'SLMDB_UNAVAILABLE'
  /** The caller's context ended first. */
  | 'SLMDB_CANCELED'
  /** Memory or address space; with a large `mapSize`, try a smaller one. */
  | 'SLMDB_OUT_OF_MEMORY'
  /** A fault in scoped-lmdb itself; please report the message. */
  | 'SLMDB_INTERNAL'
