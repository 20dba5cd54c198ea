/*
 * slmdb.h: the C ABI of scoped-lmdb.
 *
 * Many tenants' data in one LMDB environment: an Env is a folder; a Database in it has a kind; every operation
 * names a Scope (an isolated namespace, or NULL for the default one) and runs inside a Txn.
 *
 *   status    Every function that can fail returns one of the statuses below; 0 is success.
 *   error     The last argument of such a function may be NULL. If it is not, it is the caller's own struct, and the
 *             function writes a code and a message into it when (and only when) it fails. No state is kept per thread.
 *             SLMDB_NOT_FOUND carries no message: it is an answer, not a failure.
 *   handles   slmdb_env, slmdb_db, slmdb_scope, slmdb_txn, slmdb_cursor and slmdb_batch are never dereferenced: a
 *             pointer is a number that the library checks. A closed, foreign or invented one is answered with
 *             SLMDB_CLOSED or SLMDB_INVALID_HANDLE, a transaction that has ended with SLMDB_TXN_ENDED. Closing a handle
 *             twice is such an error and does nothing.
 *   bytes     Always a pointer and a length in bytes. Zero bytes inside are data. NULL is allowed where the length is
 *             0. What is passed in is borrowed for the call and never kept.
 *   results   Pointers handed out point into the file's map or into memory of the transaction. They are read-only, and
 *             live until the transaction ends or, in a write transaction, until its next write: any function here that
 *             says "write transactions only", also one that is refused, and the commit of a child.
 *   keys and  In a database of kind SLMDB_BYTES both are raw bytes. In SLMDB_BYTES_KEY values are MessagePack; in
 *   values    SLMDB_TYPED keys and values are. One MessagePack object each, nothing after it.
 *   pages     Many keys or entries travel as one MessagePack array: keys as key, key, ...; entries as key, value, key,
 *             value, ... In it raw keys and values are `bin`, typed ones are as they are. What slmdb_cursor_page
 *             writes, slmdb_db_put_many and slmdb_batch_put_many take; they also take entries as one MessagePack map.
 *   threads   An Env, Database and Scope may be used by any number of threads at once. A Txn and its Cursors may be
 *             used by one thread at a time (SLMDB_IN_USE otherwise). A write transaction must end on the thread that
 *             began it (SLMDB_WRONG_THREAD otherwise), and a thread may have one an Env (SLMDB_NESTED otherwise). A
 *             thread that ends with one open aborts it.
 *   fork      In a child forked after the library was loaded, every function answers SLMDB_FORKED.
 *
 * This header needs nothing but C99 or C++11.
 */
#ifndef SLMDB_H
#define SLMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ABI that this header describes. It changes when a program compiled against an older header could break. */
#define SLMDB_ABI_VERSION 1

/* The version of scoped-lmdb that this header belongs to (https://semver.org). */
#define SLMDB_VERSION "0.1.0"

/* An Env: one LMDB folder, opened. */
typedef struct slmdb_env slmdb_env;
/* A Database of an Env. */
typedef struct slmdb_db slmdb_db;
/* The name of a scope, checked once. Belongs to no Env. */
typedef struct slmdb_scope slmdb_scope;
/* A read transaction (a snapshot) or the write transaction. */
typedef struct slmdb_txn slmdb_txn;
/* A walk over entries. Belongs to its transaction. */
typedef struct slmdb_cursor slmdb_cursor;
/* Writes that are submitted together. Belongs to its Env. */
typedef struct slmdb_batch slmdb_batch;

/* The closed table of statuses. Numbers are never reused. */
enum {
  SLMDB_OK = 0,
  SLMDB_NOT_FOUND = 1,           /* no such entry; or the end of a cursor */
  SLMDB_KEY_EXISTS = 2,          /* an entry that must not exist does */
  SLMDB_EMPTY_SCOPE = 3,         /* a scope's name of no bytes; the default scope is NULL */
  SLMDB_INVALID_SCOPE = 4,       /* a scope's name that is no UTF-8, or longer than 4,096 bytes */
  SLMDB_EMPTY_KEY = 5,           /* a put of a key of no bytes */
  SLMDB_KEY_TOO_LONG = 6,        /* longest: 507 bytes (ordered), 499 (heed), as stored */
  SLMDB_VALUE_TOO_LARGE = 7,     /* longest: 2,147,483,647 bytes */
  SLMDB_INVALID_KEY = 8,         /* not encodable as a key of this database, or stored bytes that are no such key */
  SLMDB_INVALID_VALUE = 9,       /* not encodable as a value of this database, or stored bytes that are no such value */
  SLMDB_INVALID_NAME = 10,       /* a database's name that is empty, too long, reserved or no UTF-8 */
  SLMDB_KIND_MISMATCH = 11,      /* the database was created as another kind, or with other types or unnamed_default */
  SLMDB_LAYOUT_MISMATCH = 12,    /* the database is stored in another layout than the one asked for */
  SLMDB_DATABASE_NOT_FOUND = 13, /* no such database, and it was not to be created */
  SLMDB_FORMAT_TOO_NEW = 14,     /* the file was written by a newer scoped-lmdb */
  SLMDB_CORRUPT = 15,            /* a stored record cannot be what it should be */
  SLMDB_READ_ONLY = 16,          /* a write in a read transaction or a read-only Env */
  SLMDB_MAP_FULL = 17,           /* the map is full: the transaction can only be aborted; then slmdb_env_grow */
  SLMDB_DATABASES_FULL = 18,     /* more databases than max_databases */
  SLMDB_READERS_FULL = 19,       /* more read transactions at once than max_readers */
  SLMDB_TXN_FULL = 20,           /* one transaction changed too many pages */
  SLMDB_TXN_ENDED = 21,          /* the transaction has been committed or aborted */
  SLMDB_NESTED = 22,             /* this thread already has a write transaction */
  SLMDB_WRONG_THREAD = 23,       /* a write transaction ended on another thread than its own */
  SLMDB_IN_USE = 24,             /* another thread is inside a call with the same transaction or cursor */
  SLMDB_CLOSED = 25,             /* the handle has been closed */
  SLMDB_INVALID_HANDLE = 26,     /* not a handle, or one of another type */
  SLMDB_FORKED = 27,             /* the library was loaded before fork(); open anew after it, or use spawn */
  SLMDB_INVALID_ARGUMENT = 28,   /* an argument that is out of its range */
  SLMDB_BUFFER_TOO_SMALL = 29,   /* the caller's buffer; the size needed was written */
  SLMDB_PATH_NOT_FOUND = 30,     /* the folder of an Env does not exist */
  SLMDB_NOT_AN_ENVIRONMENT = 31, /* the file is not an LMDB environment, or of another version or word size */
  SLMDB_PERMISSION_DENIED = 32,  /* the operating system refused access */
  SLMDB_DISK_FULL = 33,          /* no space left on the device */
  SLMDB_IO = 34,                 /* another error of the operating system */
  SLMDB_BUSY = 35,               /* the Env has open transactions, or is open with other options */
  SLMDB_CONFLICT = 36,           /* a database was opened or made after this transaction began: begin it again */
  SLMDB_COMMIT_UNKNOWN = 37,     /* the engine cannot say whether the commit happened */
  SLMDB_UNAVAILABLE = 38,        /* the engine cannot be reached */
  SLMDB_CANCELED = 39,           /* the caller's context ended first */
  SLMDB_OUT_OF_MEMORY = 40,      /* memory or address space; with a large map_size, try a smaller one */
  SLMDB_INTERNAL = 41            /* a fault in scoped-lmdb itself; please report the message */
};

/* What went wrong. The caller's own; the library writes it and keeps no pointer to it. */
typedef struct slmdb_error {
  int32_t code;       /* the status that the function returned */
  char message[1020]; /* UTF-8, always terminated by a zero byte; names the thing, its limit and what to do */
} slmdb_error;

/* ---- the library ------------------------------------------------------------------------------------------------ */

/* SLMDB_ABI_VERSION of the loaded library. A binding compares it with its own when it loads. Never fails. */
uint32_t slmdb_abi_version(void);

/* The library's version, as in "0.1.0". Static text. Never fails. */
const char *slmdb_version(void);

/* The name of a status, as in "KeyTooLong"; "Unknown" for a number outside the table. Static text. Never fails. */
const char *slmdb_status_name(int32_t status);

/* How many handles of all types are open in this process. For tests that end with zero. In a forked child: 0. */
uint64_t slmdb_open_handles(void);

/* ---- Env -------------------------------------------------------------------------------------------------------- */

/* What a commit promises. */
enum {
  SLMDB_DURABLE = 0,     /* on disk before commit returns: survives a crash of the machine */
  SLMDB_NO_META_SYNC = 1,/* a crash of the machine may undo the last commits, never break the file */
  SLMDB_NO_SYNC = 2      /* a crash of the machine may break the file; a crash of the process loses nothing */
};

/* How to open an Env. Set everything to zero, then struct_size; zero means the default of each. */
typedef struct slmdb_env_options {
  size_t struct_size;     /* sizeof(slmdb_env_options) */
  uint64_t map_size;      /* bytes of address space, the file's upper limit (not disk used); default 256 GiB. A larger
                             one that the file records is taken over */
  uint32_t max_databases; /* databases that this process may have open in it; default 128 */
  uint32_t max_readers;   /* read transactions at once over all processes; the first opener decides; default 512 */
  uint32_t mode;          /* permissions of new files, as for open(2); default 0644 */
  int32_t durability;     /* SLMDB_DURABLE, ... */
  bool read_only;         /* no writes; the files must exist */
  bool create_folder;     /* make the folder (not its parents) when it is missing */
} slmdb_env_options;

/*
 * Opens the environment in the folder `path` (UTF-8, no zero bytes) and writes its handle to *env.
 * options may be NULL. The same folder opened again in one process shares one environment, whose first options hold:
 * opening it with another read_only or durability is SLMDB_BUSY. Any thread.
 * Errors: PATH_NOT_FOUND, NOT_AN_ENVIRONMENT, CORRUPT (cut off), PERMISSION_DENIED, FORMAT_TOO_NEW, OUT_OF_MEMORY,
 * BUSY, READERS_FULL, IO, INVALID_ARGUMENT.
 */
int32_t slmdb_env_open(const char *path, size_t path_length, const slmdb_env_options *options, slmdb_env **env,
                       slmdb_error *error);

/*
 * Closes an Env, its Database handles and its batches that were not submitted. Batches that were submitted are waited
 * for: they are committed, and their callbacks called, before it returns; what is submitted meanwhile, also by a
 * callback, is SLMDB_CLOSED. While a transaction of it is open, on any thread, it is SLMDB_BUSY and nothing is closed;
 * so it is when a batch's callback calls it, or when its batches wait for a write transaction that this thread has by
 * another handle of the folder. Any thread.
 */
int32_t slmdb_env_close(slmdb_env *env, slmdb_error *error);

/*
 * Raises the map to at least map_size bytes; a smaller or equal size does nothing. Waits for this process's other
 * transactions on the Env to end, 10 seconds at most (then SLMDB_BUSY). Not with a transaction of this thread open.
 * Errors: BUSY, READ_ONLY, OUT_OF_MEMORY (address space), INVALID_ARGUMENT.
 */
int32_t slmdb_env_grow(slmdb_env *env, uint64_t map_size, slmdb_error *error);

/* What an Env is and how full it is. Set struct_size before the call. */
typedef struct slmdb_env_info {
  size_t struct_size;   /* sizeof(slmdb_env_info) */
  uint64_t map_size;    /* bytes: the file's upper limit, as this process has it now */
  uint64_t used_size;   /* bytes of the file that have been used so far; freed pages among them are used again */
  uint64_t last_txn;    /* the number of the last committed write transaction */
  uint32_t page_size;   /* bytes */
  uint32_t max_readers; /* read transactions at once, over all processes */
  uint32_t readers;     /* the most of them that there have been at once so far */
  uint32_t max_key;     /* bytes: the longest key of SLMDB_LAYOUT_ORDERED, as stored */
  bool read_only;
} slmdb_env_info;

/* Tells what an Env is. Reads no entries. Any thread. Errors: INVALID_ARGUMENT (struct_size). */
int32_t slmdb_env_stat(slmdb_env *env, slmdb_env_info *info, slmdb_error *error);

/*
 * Waits until every batch that was submitted before (see slmdb_batch_submit) has been committed or has failed, and its
 * callback has returned. Errors: NESTED (this thread has the write transaction, for which the batches wait), BUSY
 * (called by a batch's callback), CLOSED.
 */
int32_t slmdb_env_flush(slmdb_env *env, slmdb_error *error);

/* ---- Scope ------------------------------------------------------------------------------------------------------ */

/*
 * A scope by its name: 1 to 4,096 bytes of UTF-8. Touches no environment; the name is registered by the first put.
 * Where a function takes a scope, NULL is the default one. Any thread; close it with slmdb_scope_close.
 * Errors: EMPTY_SCOPE, INVALID_SCOPE.
 */
int32_t slmdb_scope_open(const char *name, size_t name_length, slmdb_scope **scope, slmdb_error *error);

/* Frees a scope's handle. Nothing stored changes. Any thread. */
int32_t slmdb_scope_close(slmdb_scope *scope, slmdb_error *error);

/* ---- Database --------------------------------------------------------------------------------------------------- */

/* What a Database holds. */
enum {
  SLMDB_TYPED = 1,     /* keys and values are typed */
  SLMDB_BYTES_KEY = 2, /* keys are raw bytes, values are typed */
  SLMDB_BYTES = 3      /* both are raw bytes */
};

/* How the named scopes are stored. */
enum {
  SLMDB_LAYOUT_AUTO = 0,    /* as it is stored; SLMDB_LAYOUT_ORDERED for a new database */
  SLMDB_LAYOUT_ORDERED = 1, /* scope id (big-endian), key */
  SLMDB_LAYOUT_HEED = 2     /* as the Rust crate scoped-heed stores them */
};

/* A type of typed keys or values in SLMDB_LAYOUT_HEED, whose bytes (bincode 1) do not say what they are. */
enum {
  SLMDB_TYPE_AUTO = 0, /* any: in SLMDB_LAYOUT_ORDERED, where every key and value says its own type */
  SLMDB_TYPE_TEXT = 1,
  SLMDB_TYPE_BYTES = 2,
  SLMDB_TYPE_U8 = 3,
  SLMDB_TYPE_U16 = 4,
  SLMDB_TYPE_U32 = 5,
  SLMDB_TYPE_U64 = 6,
  SLMDB_TYPE_I8 = 7,
  SLMDB_TYPE_I16 = 8,
  SLMDB_TYPE_I32 = 9,
  SLMDB_TYPE_I64 = 10,
  SLMDB_TYPE_F32 = 11,
  SLMDB_TYPE_F64 = 12,
  SLMDB_TYPE_BOOL = 13
};

/* How to open a Database. Set everything to zero, then struct_size and kind. */
typedef struct slmdb_db_options {
  size_t struct_size; /* sizeof(slmdb_db_options) */
  int32_t kind;       /* SLMDB_TYPED, ... */
  int32_t layout;     /* SLMDB_LAYOUT_AUTO, ... */
  int32_t key_type;   /* SLMDB_LAYOUT_HEED and SLMDB_TYPED only; AUTO otherwise */
  int32_t value_type; /* SLMDB_LAYOUT_HEED and SLMDB_TYPED or SLMDB_BYTES_KEY only; AUTO otherwise */
  bool must_exist;    /* do not create it: SLMDB_DATABASE_NOT_FOUND instead (always so in a read-only Env) */
  bool unnamed_default; /* the default scope is LMDB's unnamed database, where programs that know no names keep their
                           data; records of named databases there are neither seen nor touched. One Database an Env */
} slmdb_db_options;

/*
 * Opens the Database `name` (1 to 500 bytes of UTF-8; not starting with "__", not ending in "_scoped"), creating it if
 * it is missing. Creating needs the write lock for a moment: not while this thread has a write transaction (NESTED).
 * The handle may outlive no Env: slmdb_env_close closes it. Any thread.
 * Errors: INVALID_NAME, KIND_MISMATCH, LAYOUT_MISMATCH, DATABASE_NOT_FOUND, DATABASES_FULL, NESTED, INVALID_ARGUMENT.
 */
int32_t slmdb_db_open(slmdb_env *env, const char *name, size_t name_length, const slmdb_db_options *options,
                      slmdb_db **db, slmdb_error *error);

/*
 * Writes what a Database was opened as into *options (set its struct_size before). Any thread.
 * Errors: INVALID_ARGUMENT.
 */
int32_t slmdb_db_describe(slmdb_db *db, slmdb_db_options *options, slmdb_error *error);

/*
 * Opens a cursor over the databases of the transaction's Env, by name, also those that are not open here.
 * slmdb_cursor_next gives the name and one MessagePack map; slmdb_cursor_page writes the name as `str` and the same
 * map: "kind", "layout", "key_type", "value_type" (integers, as in slmdb_db_options; kind 0 for a database that
 * another program made), "unnamed_default" (bool), "entries" (of all scopes). Errors: CONFLICT (one was made since the
 * transaction began: begin it again).
 */
int32_t slmdb_db_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error);

/* Frees a Database's handle. Nothing stored changes; its open cursors go on. Any thread. */
int32_t slmdb_db_close(slmdb_db *db, slmdb_error *error);

/*
 * The value under a key: *value and *value_length, without a copy (see "results" above).
 * Errors: NOT_FOUND (also for a scope that was never registered), KEY_TOO_LONG, INVALID_KEY, INVALID_VALUE.
 */
int32_t slmdb_db_get(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void **value, size_t *value_length, slmdb_error *error);

/*
 * As slmdb_db_get, into the caller's buffer of `capacity` bytes. *value_length is the value's whole length, also when
 * it is SLMDB_BUFFER_TOO_SMALL and nothing was copied. buffer may be NULL if capacity is 0.
 */
int32_t slmdb_db_get_copy(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                          void *buffer, size_t capacity, size_t *value_length, slmdb_error *error);

/*
 * What stays the same from one slmdb_db_get_copy to the next, for a host to which every argument of a call is a cost.
 * Set struct_size, then the rest. Borrowed for the call, as all else; no two calls may have the same one at once.
 */
typedef struct slmdb_get_args {
  size_t struct_size; /* sizeof(slmdb_get_args) */
  slmdb_txn *txn;
  slmdb_db *db;
  slmdb_scope *scope;
  void *buffer; /* of the caller's, for the value */
  size_t capacity;
  size_t value_length; /* what slmdb_db_get_copy writes to *value_length */
} slmdb_get_args;

/* As slmdb_db_get_copy, with the arguments that are in args. Errors: those, INVALID_ARGUMENT. */
int32_t slmdb_db_get_args(slmdb_get_args *args, const void *key, size_t key_length, slmdb_error *error);

/* *contains says whether there is an entry under a key. Errors: those of slmdb_db_get but NOT_FOUND. */
int32_t slmdb_db_contains(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                          bool *contains, slmdb_error *error);

/*
 * The values under the keys of a page, into the caller's buffer of `capacity` bytes, as one MessagePack array: for
 * each key, in order, true and the value, or false and nil. *length is the bytes of it, also when it is
 * SLMDB_BUFFER_TOO_SMALL and what the buffer holds means nothing. Errors: those of slmdb_db_get but NOT_FOUND;
 * INVALID_ARGUMENT for a page that is no array.
 */
int32_t slmdb_db_get_many(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *keys, size_t keys_length,
                          void *buffer, size_t capacity, size_t *length, slmdb_error *error);

/* Which entry slmdb_db_find finds. */
enum {
  SLMDB_FIRST = 1,        /* the one with the least key; the key passed means nothing */
  SLMDB_LAST = 2,         /* the one with the greatest key; the key passed means nothing */
  SLMDB_AT_OR_AFTER = 3,  /* the one under the key, or else under the next greater one */
  SLMDB_AFTER = 4,        /* the one under the next greater key */
  SLMDB_AT_OR_BEFORE = 5, /* the one under the key, or else under the next lesser one */
  SLMDB_BEFORE = 6        /* the one under the next lesser key */
};

/* Finds one entry by its place in the order of keys (see "results" above). Errors: NOT_FOUND, those of slmdb_db_get. */
int32_t slmdb_db_find(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int32_t which, const void *key,
                      size_t key_length, const void **found_key, size_t *found_key_length, const void **value,
                      size_t *value_length, slmdb_error *error);

/* *empty says whether a scope has no entries in a Database. Costs one seek. */
int32_t slmdb_db_is_empty(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, bool *empty, slmdb_error *error);

/* Bits of slmdb_range.flags. */
enum {
  SLMDB_RANGE_LOWER = 1,           /* there is a lower bound: lower, lower_length */
  SLMDB_RANGE_LOWER_EXCLUSIVE = 2, /* the lower bound itself is left out */
  SLMDB_RANGE_UPPER = 4,           /* there is an upper bound: upper, upper_length */
  SLMDB_RANGE_UPPER_EXCLUSIVE = 8, /* the upper bound itself is left out */
  SLMDB_RANGE_REVERSE = 16,        /* from the upper end down to the lower */
  SLMDB_RANGE_PREFIX = 32,         /* all keys that begin with lower: bytes, a text, or a tuple by its first elements;
                                      without the four bits above that are bounds */
  SLMDB_RANGE_KEYS_ONLY = 64,      /* a cursor hands out no values: NULL and 0; a page is key, key, ... */
  SLMDB_RANGE_VALUES_ONLY = 128    /* a cursor hands out no keys: NULL and 0; a page is value, value, ... */
};

/*
 * Which entries of a scope, and in which direction. Set everything to zero, then struct_size. Where it is an argument,
 * NULL is all entries, forwards. A bound may be longer than any key. Errors of all functions that take a range:
 * INVALID_ARGUMENT, INVALID_KEY, KEY_TOO_LONG (more than 64 KiB).
 */
typedef struct slmdb_range {
  size_t struct_size;  /* sizeof(slmdb_range) */
  const void *lower;   /* a key, written as for slmdb_db_get; borrowed for the call */
  size_t lower_length; /* bytes */
  const void *upper;
  size_t upper_length;
  uint32_t flags; /* SLMDB_RANGE_... */
  uint64_t limit; /* entries at the most; 0: all */
} slmdb_range;

/* *count is how many entries of a scope are in a range without a limit (INVALID_ARGUMENT). Costs as reading them. */
int32_t slmdb_db_count(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range, uint64_t *count,
                       slmdb_error *error);

/* What a scope holds in a Database. Set struct_size before the call. */
typedef struct slmdb_db_stats {
  size_t struct_size;   /* sizeof(slmdb_db_stats) */
  uint64_t entries;
  uint64_t key_bytes;   /* of the keys in their natural order's bytes: what a scope adds to them is left out */
  uint64_t value_bytes; /* of the values as stored */
} slmdb_db_stats;

/* Measures what a scope holds in a Database, exactly. Costs as reading its entries. Errors: INVALID_ARGUMENT. */
int32_t slmdb_db_stat(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, slmdb_db_stats *stats, slmdb_error *error);

/*
 * Stores a value under a key, replacing what was there, and registers the scope if it is new. Write transactions only.
 * Errors: EMPTY_KEY, KEY_TOO_LONG, VALUE_TOO_LARGE, INVALID_KEY, INVALID_VALUE, READ_ONLY, MAP_FULL, TXN_FULL,
 * CONFLICT.
 */
int32_t slmdb_db_put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void *value, size_t value_length, slmdb_error *error);

/* As slmdb_db_put, if nothing is under the key; *stored (may be NULL) says whether it did. Write transactions only. */
int32_t slmdb_db_put_if_absent(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                               const void *value, size_t value_length, bool *stored, slmdb_error *error);

/*
 * As slmdb_db_put, and hands out the value that was there: *old and *old_length, or NULL and 0 if *existed is false.
 * It lives until the transaction's next write. Write transactions only.
 */
int32_t slmdb_db_replace(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                         const void *value, size_t value_length, const void **old, size_t *old_length, bool *existed,
                         slmdb_error *error);

/*
 * Deletes an entry and hands out its value, which lives until the transaction's next write. Errors: NOT_FOUND, and
 * those of slmdb_db_get. Write transactions only.
 */
int32_t slmdb_db_pop(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void **value, size_t *value_length, slmdb_error *error);

/*
 * As slmdb_db_put, if the value under the key is `expected`, byte for byte as it is stored; *swapped (may be NULL)
 * says whether it did. Without an entry it does not: see slmdb_db_put_if_absent. Write transactions only.
 */
int32_t slmdb_db_compare_and_swap(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                                  const void *expected, size_t expected_length, const void *value, size_t value_length,
                                  bool *swapped, slmdb_error *error);

/*
 * Stores the entries of a page (see "pages" above) in order: of several under one key the last one stays; *count (may
 * be NULL) is how many. All are checked first: if one cannot be put, or the page is broken, nothing is stored, and the
 * message says which. Write transactions only.
 * Errors: those of slmdb_db_put; INVALID_ARGUMENT for a page that is no array of keys and values, nor a map.
 */
int32_t slmdb_db_put_many(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *entries, size_t entries_length,
                          uint64_t *count, slmdb_error *error);

/* Deletes an entry; *deleted (may be NULL) says whether it was there. Registers nothing. Write transactions only. */
int32_t slmdb_db_delete(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        bool *deleted, slmdb_error *error);

/*
 * Deletes the entries of a range without a limit (INVALID_ARGUMENT); *count (may be NULL) is how many there were. The
 * scope stays registered. Write transactions only. Errors: READ_ONLY, MAP_FULL, TXN_FULL, and those of the range.
 */
int32_t slmdb_db_delete_range(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
                              uint64_t *count, slmdb_error *error);

/*
 * Deletes all entries of one scope in one Database; *count (may be NULL) is how many there were. The scope stays
 * registered. Write transactions only.
 */
int32_t slmdb_db_clear(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, uint64_t *count, slmdb_error *error);

/* ---- Txn -------------------------------------------------------------------------------------------------------- */

/* What a transaction may do. */
enum {
  SLMDB_READ = 0, /* a snapshot: sees what was committed when it began */
  SLMDB_WRITE = 1 /* the one write transaction of the Env, over all processes: waits for its turn */
};

/* Begins a transaction: mode is SLMDB_READ or SLMDB_WRITE. Errors: READ_ONLY, NESTED, READERS_FULL, BUSY. */
int32_t slmdb_txn_begin(slmdb_env *env, int32_t mode, slmdb_txn **txn, slmdb_error *error);

/*
 * Ends a transaction and makes its writes durable and visible, all or none. The handle and its cursors are closed
 * whatever the status, but for WRONG_THREAD and IN_USE, after which the transaction is still open.
 */
int32_t slmdb_txn_commit(slmdb_txn *txn, slmdb_error *error);

/* Ends a transaction and drops its writes. The handle and its cursors are closed, as for slmdb_txn_commit. */
int32_t slmdb_txn_abort(slmdb_txn *txn, slmdb_error *error);

/*
 * Begins a child of a write transaction, on the same thread. Until it ends, its parent is SLMDB_IN_USE for everything
 * but slmdb_txn_abort, which aborts the child too and closes its handle. Committing it hands its writes to the parent,
 * aborting drops them. Children may have children. Errors: READ_ONLY (a read transaction), WRONG_THREAD,
 * OUT_OF_MEMORY.
 */
int32_t slmdb_txn_child(slmdb_txn *txn, slmdb_txn **child, slmdb_error *error);

/*
 * *newest says whether nobody, in any process, has committed since a read transaction began: one that begins now would
 * see the same. For callers that use one again for as long as that holds; they must end it soon all the same, since it
 * keeps old pages from being used again as soon as somebody commits. A write transaction is always the newest.
 */
int32_t slmdb_txn_is_newest(slmdb_txn *txn, bool *newest, slmdb_error *error);

/* ---- Cursor ----------------------------------------------------------------------------------------------------- */

/*
 * Opens a cursor over the entries of one scope in one Database, before the first entry of the range. range may be
 * NULL: all, forwards. Raw keys come in the order of their unsigned bytes, typed keys in their natural order, in every
 * layout. The cursor ends with its transaction. In a write transaction it goes on rightly after puts and deletes.
 */
int32_t slmdb_cursor_open(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
                          slmdb_cursor **cursor, slmdb_error *error);

/*
 * Moves to the next entry and hands it out. What it points to is read-only and lives until the next call with this
 * cursor, the transaction's next write, or its end. NOT_FOUND after the last entry.
 */
int32_t slmdb_cursor_next(slmdb_cursor *cursor, const void **key, size_t *key_length, const void **value,
                          size_t *value_length, slmdb_error *error);

/*
 * Moves over as many entries as fit into the caller's buffer of `capacity` bytes, max_entries at the most (0: no such
 * limit), and writes them there as one MessagePack array: key, value, key, value, ... Raw keys and values are `bin`,
 * typed ones are as they are. *length is the bytes written; *more is false when the range has been walked to its end.
 * If not even one entry fits: SLMDB_BUFFER_TOO_SMALL, *length is a capacity that is enough, and the cursor has not
 * moved. An empty range is an empty array.
 */
int32_t slmdb_cursor_page(slmdb_cursor *cursor, void *buffer, size_t capacity, size_t max_entries, size_t *length,
                          bool *more, slmdb_error *error);

/*
 * Moves to before the first entry at a key or, in the cursor's direction, beyond it; never out of the cursor's range.
 * The limit goes on counting. Errors: KEY_TOO_LONG, INVALID_KEY; INVALID_ARGUMENT for the cursor of a list.
 */
int32_t slmdb_cursor_seek(slmdb_cursor *cursor, const void *key, size_t key_length, slmdb_error *error);

/* Closes a cursor. The thread rule of its transaction holds. */
int32_t slmdb_cursor_close(slmdb_cursor *cursor, slmdb_error *error);

/* ---- Batch: asynchronous writes --------------------------------------------------------------------------------- */

/*
 * Opens an empty batch: writes that are done together, all or none. It is filled by one thread at a time (IN_USE), and
 * ends by slmdb_batch_submit, slmdb_batch_apply or slmdb_batch_close. Errors: READ_ONLY.
 */
int32_t slmdb_batch_open(slmdb_env *env, slmdb_batch **batch, slmdb_error *error);

/* Adds a put; key and value are copied. After an error, which is one of slmdb_db_put, the batch is as it was. */
int32_t slmdb_batch_put(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        const void *value, size_t value_length, slmdb_error *error);

/* Adds a put of a key that must be new: if it is not, the batch fails whole, with KEY_EXISTS. */
int32_t slmdb_batch_put_if_absent(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key,
                                  size_t key_length, const void *value, size_t value_length, slmdb_error *error);

/* Adds the puts of a page (see "pages" above); all or, after an error, none of them. */
int32_t slmdb_batch_put_many(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *entries,
                             size_t entries_length, slmdb_error *error);

/*
 * Adds a delete. That there is nothing to delete is no error; *deleted (may be NULL) says whether there was something. It
 * is the library's from now on until the batch is closed or has come to something, and holds if that is SLMDB_OK.
 */
int32_t slmdb_batch_delete(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                           bool *deleted, slmdb_error *error);

/*
 * Adds a clear: the deletion of all entries of a scope in a Database. *count (may be NULL), for which the same holds as
 * for *deleted of slmdb_batch_delete, is how many there were.
 */
int32_t slmdb_batch_clear(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, uint64_t *count, slmdb_error *error);

/*
 * What a batch came to: result->code is SLMDB_OK once its writes are as durable as the Env makes a commit, or the
 * error for which none of them was kept. result lives for the call. It comes on a thread of the library, which must
 * not be held for long: the batches behind it wait. It may submit batches, and use everything else but
 * slmdb_env_flush, slmdb_env_close and slmdb_batch_apply, which are SLMDB_BUSY there. A write transaction that it
 * leaves open is aborted. It must not end its thread or jump out.
 */
typedef void (*slmdb_done)(void *user, const slmdb_error *result);

/*
 * Queues a batch and returns at once; the handle is closed, unless there is an error. All batches that wait are
 * committed together, in the order of submission; each has its own result, and one that fails does not fail others.
 * done (may be NULL) is called exactly once, in the order of submission, on another thread, perhaps before this
 * returns. A process that ends without slmdb_env_close or slmdb_env_flush may lose batches whose callback has not
 * come. Any thread, also one that has the write transaction: the batch waits for it.
 */
int32_t slmdb_batch_submit(slmdb_batch *batch, slmdb_done done, void *user, slmdb_error *error);

/*
 * Queues a batch and waits for what it comes to, which is the status: as slmdb_batch_submit, for threads that have
 * nothing else to do meanwhile; those that wait at once share a commit. The handle is closed whatever the status, but
 * for NESTED (this thread has the write transaction, for which the batch would wait), BUSY (called by a batch's
 * callback) and IN_USE.
 */
int32_t slmdb_batch_apply(slmdb_batch *batch, slmdb_error *error);

/*
 * Puts one entry and waits until it is as durable as the Env makes a commit: a batch of one put that is applied, in one
 * call. It needs no transaction, and those of threads that wait at once share a commit. Any thread. Errors: those of
 * slmdb_batch_put and slmdb_batch_apply.
 */
int32_t slmdb_db_apply_put(slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length, const void *value,
                           size_t value_length, slmdb_error *error);

/* Frees a batch that was not submitted. */
int32_t slmdb_batch_close(slmdb_batch *batch, slmdb_error *error);

/* ---- Registry: the scopes of an Env ----------------------------------------------------------------------------- */

/*
 * Opens a cursor over the registered scopes, by name in the order of its bytes. slmdb_cursor_next gives the name and
 * the scope's id as 4 bytes little-endian; slmdb_cursor_page writes the name as `str` and the id as an integer.
 */
int32_t slmdb_registry_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error);

/*
 * The id of a scope; NOT_FOUND if it is not registered (then it holds nothing anywhere). Registers nothing. NULL, the
 * default scope, has no id and is not registered: INVALID_ARGUMENT, here and below.
 */
int32_t slmdb_registry_id(slmdb_txn *txn, slmdb_scope *scope, uint32_t *id, slmdb_error *error);

/* Registers a scope if it is not, as a put does by itself; *id (may be NULL) is its id. Write transactions only. */
int32_t slmdb_registry_register(slmdb_txn *txn, slmdb_scope *scope, uint32_t *id, slmdb_error *error);

/*
 * Gives a scope another name, in all databases, at a cost that does not depend on what it holds. Write transactions
 * only. Errors: NOT_FOUND if `from` is not registered, KEY_EXISTS if `to` is.
 */
int32_t slmdb_registry_rename(slmdb_txn *txn, slmdb_scope *from, slmdb_scope *to, slmdb_error *error);

/*
 * Deletes all that a scope holds in every database of the Env, whether that is open here or not, and unregisters it;
 * *count (may be NULL) is how many entries there were. Write transactions only.
 * Errors: NOT_FOUND if it is not registered; CONFLICT if another process has made a database since the transaction
 * began: begin it again.
 */
int32_t slmdb_registry_drop(slmdb_txn *txn, slmdb_scope *scope, uint64_t *count, slmdb_error *error);

/*
 * Unregisters every scope that holds nothing in any database of the Env, whether that is open here or not; *count (may
 * be NULL) is how many. Write transactions only. Errors: CONFLICT as for slmdb_registry_drop.
 */
int32_t slmdb_registry_prune(slmdb_txn *txn, uint64_t *count, slmdb_error *error);

/* ---- Maintenance ------------------------------------------------------------------------------------------------ */

/*
 * What comes out of work that may take long, and who follows it. NULL, or functions that are NULL, where nobody does.
 * Set everything to zero, then struct_size. progress is called on any thread, one call at a time, answer on the
 * caller's; neither after the work has returned. They must not end their thread or jump out.
 */
typedef struct slmdb_work {
  size_t struct_size; /* sizeof(slmdb_work) */
  /*
   * Told of progress now and then, in entries, bytes or pages; total 0: not known. Told again, the same, after 100 ms
   * without any, as while the work waits for the write transaction. false ends the work: CANCELED, unless it was as
   * good as done, as at the last call of a drop or an import. It ends soon, but for a wait for the write transaction of
   * another process, which lasts until that ends, and the deletion of what an import had gathered.
   */
  bool (*progress)(void *user, uint64_t done, uint64_t total);
  /* Called once, before the function returns SLMDB_OK, with one MessagePack map, which lives for the call. */
  void (*answer)(void *user, const void *document, size_t length);
  void *user; /* passed to both */
} slmdb_work;

/* A part of an Env. Set everything to zero, then struct_size; NULL is all of it. */
typedef struct slmdb_selection {
  size_t struct_size;   /* sizeof(slmdb_selection) */
  const char *database; /* the only database; length 0: all */
  size_t database_length;
  slmdb_scope *scope; /* the only scope; NULL: all */
  bool default_scope; /* the only scope is the default one */
} slmdb_selection;

/* How an export is written. DESIGN.md draws both. */
enum {
  SLMDB_FORMAT_BLOCKS = 0, /* MessagePack in blocks with checksums, for programs */
  SLMDB_FORMAT_LINES = 1   /* JSON Lines, for people */
};

/*
 * A stream, as of a socket, a pipe or a compressor: functions of the caller's that take or give its bytes, in order, on
 * the thread that called the work. They may take their time, but see slmdb_env_import_from; progress may be told on
 * another thread meanwhile. They answer SLMDB_OK, or the status with which the work is to end (SLMDB_IO,
 * SLMDB_CANCELED, SLMDB_DISK_FULL, ...; NOT_FOUND, INTERNAL and what is no status count as SLMDB_IO), and are not
 * called again then. They must not end their thread or jump out.
 */
/* Takes all of `length` bytes, never 0, which live for the call. */
typedef int32_t (*slmdb_write)(void *user, const void *data, size_t length);
/* Writes up to `capacity` bytes, never 0, to buffer, and how many these are to *length; 0 is the end. */
typedef int32_t (*slmdb_read)(void *user, void *buffer, size_t capacity, size_t *length);

/* What becomes of what is there already. */
enum {
  SLMDB_REFUSE = 0,    /* nothing is done if a scope has entries in one of the databases: SLMDB_KEY_EXISTS */
  SLMDB_OVERWRITE = 1, /* entries under the same keys are replaced, others stay */
  SLMDB_SKIP = 2       /* entries under the same keys stay as they are */
};

/*
 * None of these functions may be called by a thread that has a transaction of the Env open (NESTED, or a wait for
 * itself), nor by a batch's callback (BUSY). Any other thread. Errors of all: INVALID_ARGUMENT, CANCELED, CLOSED, IO,
 * READERS_FULL.
 */

/*
 * Measures an Env or a part of it, in one snapshot: exactly, at the cost of reading it, or by an estimate that reads a
 * few pages a scope. The answer: "map_size", "used_size", "page_size", "last_txn", "max_readers", "used_pages",
 * "free_pages", "estimated" (whether numbers of scopes may be), and "databases": maps of "name", "kind", "layout",
 * "key_type", "value_type", "unnamed_default", "entries", "pages" (branch, leaf and overflow pages), "damage" (a text,
 * or nil), and "scopes": maps of "name" (nil: the default one), "id" (nil there), "orphan" (no scope has the id),
 * "entries", "key_bytes" (as stored without the scope's id: in SLMDB_LAYOUT_HEED with the key's length, which
 * slmdb_db_stat leaves out), "value_bytes", "estimated". Errors: NOT_FOUND, DATABASE_NOT_FOUND.
 */
int32_t slmdb_env_measure(slmdb_env *env, const slmdb_selection *selection, bool estimate, const slmdb_work *work,
                          slmdb_error *error);

/*
 * Looks for all that may be wrong with an Env, and changes nothing: pages, the registry, and whether every entry
 * decodes, stands in order and belongs to a scope. SLMDB_OK says that it was looked at, not that it is sound. The
 * answer: "sound", "harmful", "harmless" (numbers of faults), "databases", "scopes", "entries", "pages" (how many were
 * looked at), "unknown" (names of databases whose types nothing says), and "faults", 1,000 at the most: maps of
 * "kind", "database", "scope", "id", "key" (bin, as stored), "count", "harmless", "text", "advice".
 */
int32_t slmdb_env_verify(slmdb_env *env, const slmdb_work *work, slmdb_error *error);

/*
 * The slots of read transactions, of all processes. The answer: "readers": maps of "process", "thread" (a text), "txn"
 * (the commit that it sees; 0: none) and "behind" (how many came after it, whose freed pages wait for it).
 */
int32_t slmdb_env_readers(slmdb_env *env, const slmdb_work *work, slmdb_error *error);

/* Frees the slots of processes that have died; *count (may be NULL) is how many. Opening an Env does so, too. */
int32_t slmdb_env_clear_readers(slmdb_env *env, uint64_t *count, slmdb_error *error);

/*
 * Copies an Env, as some commit left it, into the folder `path`, which must not exist or be empty
 * (INVALID_ARGUMENT), while others read and write. compact leaves out free pages. The folder has its name only once it
 * is whole and on disk. The answer: "size" (bytes). Errors: DISK_FULL, PATH_NOT_FOUND, PERMISSION_DENIED.
 */
int32_t slmdb_env_backup(slmdb_env *env, const char *path, size_t path_length, bool compact, const slmdb_work *work,
                         slmdb_error *error);

/*
 * Writes the same copy to a stream: the bytes of the data.mdb of such a folder. What was written when it fails is no
 * environment, nor is what came out of a program that did not live to see the status. Errors: those of write.
 */
int32_t slmdb_env_backup_to(slmdb_env *env, slmdb_write write, void *user, bool compact, const slmdb_work *work,
                            slmdb_error *error);

/*
 * Writes an Env or a part of it to a new file `path`, as one snapshot has it. format is SLMDB_FORMAT_BLOCKS or _LINES.
 * The answer, here and for imports and copies: "databases", "scopes", "entries", "key_bytes", "value_bytes",
 * "skipped". All of an Env cannot be exported if another program has entries in LMDB's unnamed database, which no
 * Database of ours has: INVALID_ARGUMENT; name a database, or make a backup.
 * Errors: NOT_FOUND, DATABASE_NOT_FOUND, CORRUPT, DISK_FULL, PATH_NOT_FOUND, PERMISSION_DENIED.
 */
int32_t slmdb_env_export(slmdb_env *env, const char *path, size_t path_length, const slmdb_selection *selection,
                         int32_t format, const slmdb_work *work, slmdb_error *error);

/* Writes the same to a stream. One that was cut off is told from a whole one by whoever reads it. */
int32_t slmdb_env_export_to(slmdb_env *env, slmdb_write write, void *user, const slmdb_selection *selection,
                            int32_t format, const slmdb_work *work, slmdb_error *error);

/*
 * Reads an export in the file `path`, of either format, to its end, and imports nothing. The answer: as for
 * slmdb_env_export. Errors: CORRUPT (damaged, cut off or no export, with the place), FORMAT_TOO_NEW, PATH_NOT_FOUND,
 * PERMISSION_DENIED.
 */
int32_t slmdb_export_verify(const char *path, size_t path_length, const slmdb_work *work, slmdb_error *error);

/* The same of a stream, which is read to its end. */
int32_t slmdb_export_verify_from(slmdb_read read, void *user, const slmdb_work *work, slmdb_error *error);

/*
 * Reads a file that slmdb_env_export wrote, of either format, all or nothing: a damaged one is CORRUPT, with the
 * place, before anything is imported. `as` (may be NULL) is another name for the only scope in it; existing is
 * SLMDB_REFUSE, ... The databases are made if they are missing. Errors: CORRUPT, FORMAT_TOO_NEW, KEY_EXISTS,
 * KIND_MISMATCH, LAYOUT_MISMATCH, READ_ONLY, MAP_FULL, TXN_FULL, DISK_FULL, PATH_NOT_FOUND.
 */
int32_t slmdb_env_import(slmdb_env *env, const char *path, size_t path_length, slmdb_scope *as, int32_t existing,
                         const slmdb_work *work, slmdb_error *error);

/*
 * The same of a stream, which is verified while it is imported: nothing of it can be seen before its end was, and if it
 * is damaged or ends early, what had gathered is deleted again. The write transaction is open only now and then; but it
 * stays open, so that a slow stream keeps writers waiting and read cannot write to the Env, for the entries of the
 * default scope, which come last, and for all with SLMDB_OVERWRITE or SLMDB_SKIP or where a scope has entries in other
 * databases. Errors: those of read, too.
 */
int32_t slmdb_env_import_from(slmdb_env *env, slmdb_read read, void *user, slmdb_scope *as, int32_t existing,
                              const slmdb_work *work, slmdb_error *error);

/*
 * Copies a scope with its entries in all databases to another Env or, as another one, to the same; as
 * slmdb_env_import. With move it is dropped here afterwards, if nobody has written to it meanwhile (CONFLICT; the copy
 * is dropped instead), and must have no entries there, in any database. scope NULL is the default one, which cannot
 * be moved; `as` NULL is the same name. A move that is canceled while it deletes here has been made: CANCELED, and the
 * scope is at its new place only.
 */
int32_t slmdb_scope_copy(slmdb_env *from, slmdb_scope *scope, slmdb_env *to, slmdb_scope *as, int32_t existing,
                         bool move, const slmdb_work *work, slmdb_error *error);

/*
 * As slmdb_registry_drop, in transactions of at most per_txn entries each (0: 16,384), between which others can write.
 * What was deleted stays so if it is canceled; it can be called again. The answer: "entries". Errors: NOT_FOUND,
 * READ_ONLY.
 */
int32_t slmdb_scope_drop(slmdb_env *env, slmdb_scope *scope, uint64_t per_txn, const slmdb_work *work,
                         slmdb_error *error);

/*
 * Deletes the entries of an id that no scope has, in every database, as slmdb_scope_drop does: what slmdb_env_verify
 * calls an orphan. 0 entries are no error. The answer: "entries". Errors: INVALID_ARGUMENT if a scope has the id;
 * READ_ONLY.
 */
int32_t slmdb_orphan_drop(slmdb_env *env, uint32_t id, uint64_t per_txn, const slmdb_work *work, slmdb_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SLMDB_H */
