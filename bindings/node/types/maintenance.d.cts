// What long work on an Env takes and answers; index.d.cts exports it.

import type { DatabaseInfo } from './database.cjs'
import type { Env, SignalOptions } from './env.cjs'
import type { Scope, ScopeLike } from './scope.cjs'

/** How long work is followed. */
export interface WorkOptions extends SignalOptions {
  /**
   * Cancels it: the promise rejects with the signal's reason once the work has ended, and the Env goes on as it was.
   * What was finished before it took notice resolves. It takes notice at once, also while it waits for the write
   * transaction, unless another process has that.
   */
  signal?: AbortSignal | undefined
  /**
   * Called now and then, and at the end. If it throws, the work is canceled and the promise rejects with that.
   *
   * @param done - in entries, bytes or pages
   * @param total - 0: not known
   */
  progress?: ((done: number, total: number) => void) | undefined
}

/**
 * A stream to write to: a Writable or a web stream. It is ended when all is written, and destroyed if the work fails,
 * so that half of it is not taken for all; if it fails itself, the work is canceled, and rejects with that.
 */
export type Destination = NodeJS.WritableStream | WritableStream

/**
 * A stream to read to its end: a Readable, a web stream, bytes, or what iterates over bytes. It is destroyed if the
 * work fails; if it fails or is closed itself, the work is canceled, and rejects with that.
 */
export type Source =
  NodeJS.ReadableStream | ReadableStream | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array

/**
 * Reads what {@link Env.export} wrote to its end, and imports nothing: whether it is whole, and what it has.
 *
 * @returns a promise that rejects with {@link SlmdbError}: `SLMDB_CORRUPT` (damaged, cut off, no export; and where),
 * `SLMDB_FORMAT_TOO_NEW`, `SLMDB_PATH_NOT_FOUND`, `SLMDB_PERMISSION_DENIED`; or with what a stream fails with
 */
export function verifyExport(from: string | URL | Source, options?: WorkOptions): Promise<Totals>

/** A part of an Env. */
export interface PartOptions {
  /** The name of the only database. Default: all. */
  database?: string | undefined
  /** The only scope; `null` is the default one. Default: all. */
  scope?: ScopeLike
}

/** How to measure. */
export interface MeasureOptions extends WorkOptions, PartOptions {
  /** Read a few pages a scope instead of everything. Default: false. */
  estimate?: boolean | undefined
}

/** How to back up. */
export interface BackupOptions extends WorkOptions {
  /** Leave out free pages. Default: false. */
  compact?: boolean | undefined
}

/** How to export. */
export interface ExportOptions extends WorkOptions, PartOptions {
  /** MessagePack in blocks with checksums, for programs, or JSON Lines, for people. Default: 'blocks'. */
  format?: 'blocks' | 'lines' | undefined
}

/**
 * What becomes of what is there: nothing is done if a scope has entries in one of the databases (`SLMDB_KEY_EXISTS`);
 * entries under the same keys are replaced; they stay as they are.
 */
export type Existing = 'refuse' | 'overwrite' | 'skip'

/** How to import. */
export interface ImportOptions extends WorkOptions {
  /** Another name for the only scope in the file. */
  as?: Scope | string | undefined
  /** Default: 'refuse'. */
  existing?: Existing | undefined
}

/** How to copy a scope. */
export interface CopyScopeOptions extends ImportOptions {
  /** Default: the same Env. */
  to?: Env | undefined
}

/** How to move a scope. */
export interface MoveScopeOptions extends WorkOptions {
  to: Env
  /** Another name. */
  as?: Scope | string | undefined
}

/** How to drop a scope. */
export interface DropScopeOptions extends WorkOptions {
  /** Default: 16,384. */
  entriesPerTransaction?: number | undefined
}

/** What was exported, imported, copied or moved. */
export interface Totals {
  databases: number
  scopes: number
  entries: number
  keyBytes: number
  valueBytes: number
  /** Entries that were left as they are, by `existing: 'skip'`. */
  skipped: number
}

/** What {@link Env.measure} tells. */
export interface Measures {
  /** Bytes: the file's upper limit. */
  mapSize: number
  /** Bytes of the file that have been used so far. */
  usedSize: number
  pageSize: number
  /** The number of the last committed write transaction. */
  lastTxn: number
  maxReaders: number
  usedPages: number
  freePages: number
  /** Whether numbers of scopes may be estimates. */
  estimated: boolean
  databases: DatabaseMeasures[]
}

/** A database in {@link Measures}. */
export interface DatabaseMeasures extends DatabaseInfo {
  /** Branch, leaf and overflow pages. */
  pages: number
  /** What is wrong with it. */
  damage: string | null
  scopes: ScopeMeasures[]
}

/** What a scope holds in a database. */
export interface ScopeMeasures {
  /** `null`: the default scope, or an orphan. */
  name: string | null
  /** `null`: the default scope. */
  id: number | null
  /** No scope has this id. */
  orphan: boolean
  entries: number
  /** Bytes of the keys as stored, without the scope's id. */
  keyBytes: number
  /** Bytes of the values as stored. */
  valueBytes: number
  estimated: boolean
}

/** What {@link Env.verify} has found. */
export interface VerifyReport {
  sound: boolean
  /** How many faults do harm. */
  harmful: number
  /** How many do none. */
  harmless: number
  /** How many were looked at; so the next three. */
  databases: number
  scopes: number
  entries: number
  pages: number
  /** Names of databases whose types nothing says. */
  unknown: string[]
  /** 1,000 at the most. */
  faults: Fault[]
}

/** Something that is wrong. */
export interface Fault {
  kind: string
  database: string
  scope: string
  id: number
  /** As stored. */
  key: Buffer
  count: number
  harmless: boolean
  /** What is wrong. */
  text: string
  /** What to do about it. */
  advice: string
}

/** A slot of read transactions. */
export interface Reader {
  process: number
  thread: string
  /** The commit that it sees; 0: none. */
  txn: number
  /** How many commits came after it; the pages that they freed wait for it. */
  behind: number
}
