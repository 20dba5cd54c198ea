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
 *   handles   slmdb_env, slmdb_db, slmdb_scope, slmdb_txn and slmdb_cursor are never dereferenced: a pointer is a
 *             number that the library checks. A closed, foreign or invented one is answered with SLMDB_CLOSED or
 *             SLMDB_INVALID_HANDLE. Closing a handle twice is such an error and does nothing.
 *   bytes     Always a pointer and a length in bytes. Zero bytes inside are data. NULL is allowed where the length is 0.
 *             What is passed in is borrowed for the call and never kept.
 *   results   Pointers handed out point into the file's map or into memory of the transaction. They are read-only, and
 *             live until the transaction ends or, in a write transaction, until its next put, delete or clear.
 *   keys and  In a database of kind SLMDB_BYTES both are raw bytes. In SLMDB_BYTES_KEY values are MessagePack; in
 *   values    SLMDB_TYPED keys and values are. One MessagePack object each, nothing after it.
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
  SLMDB_KIND_MISMATCH = 11,      /* the database was created as another kind, or with other types */
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
 * Errors: PATH_NOT_FOUND, NOT_AN_ENVIRONMENT, CORRUPT (cut off), PERMISSION_DENIED, FORMAT_TOO_NEW, OUT_OF_MEMORY, BUSY,
 * READERS_FULL, IO, INVALID_ARGUMENT.
 */
int32_t slmdb_env_open(const char *path, size_t path_length, const slmdb_env_options *options, slmdb_env **env,
                       slmdb_error *error);

/*
 * Closes an Env and its Database handles. While a transaction of it is open, on any thread, it is SLMDB_BUSY and
 * nothing is closed. Any thread.
 */
int32_t slmdb_env_close(slmdb_env *env, slmdb_error *error);

/*
 * Raises the map to at least map_size bytes; a smaller or equal size does nothing. Waits for this process's other
 * transactions on the Env to end, 10 seconds at most (then SLMDB_BUSY). Not with a transaction of this thread open.
 * Errors: BUSY, READ_ONLY, OUT_OF_MEMORY (address space), INVALID_ARGUMENT.
 */
int32_t slmdb_env_grow(slmdb_env *env, uint64_t map_size, slmdb_error *error);

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
} slmdb_db_options;

/*
 * Opens the Database `name` (1 to 500 bytes of UTF-8; not starting with "__", not ending in "_scoped"), creating it if
 * it is missing. Creating needs the write lock for a moment: not while this thread has a write transaction (NESTED).
 * The handle may outlive no Env: slmdb_env_close closes it. Any thread.
 * Errors: INVALID_NAME, KIND_MISMATCH, LAYOUT_MISMATCH, DATABASE_NOT_FOUND, DATABASES_FULL, NESTED, INVALID_ARGUMENT.
 */
int32_t slmdb_db_open(slmdb_env *env, const char *name, size_t name_length, const slmdb_db_options *options,
                      slmdb_db **db, slmdb_error *error);

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
 * Stores a value under a key, replacing what was there, and registers the scope if it is new. Write transactions only.
 * Errors: EMPTY_KEY, KEY_TOO_LONG, VALUE_TOO_LARGE, INVALID_KEY, INVALID_VALUE, READ_ONLY, MAP_FULL, TXN_FULL, CONFLICT.
 */
int32_t slmdb_db_put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void *value, size_t value_length, slmdb_error *error);

/* Deletes an entry; *deleted (may be NULL) says whether it was there. Registers nothing. Write transactions only. */
int32_t slmdb_db_delete(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        bool *deleted, slmdb_error *error);

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

/* ---- Cursor ----------------------------------------------------------------------------------------------------- */

/* Bits of slmdb_range.flags. */
enum {
  SLMDB_RANGE_LOWER = 1,           /* there is a lower bound: lower, lower_length */
  SLMDB_RANGE_LOWER_EXCLUSIVE = 2, /* the lower bound itself is left out */
  SLMDB_RANGE_UPPER = 4,           /* there is an upper bound: upper, upper_length */
  SLMDB_RANGE_UPPER_EXCLUSIVE = 8, /* the upper bound itself is left out */
  SLMDB_RANGE_REVERSE = 16         /* from the upper end down to the lower */
};

/* Which entries of a scope, and in which direction. Set everything to zero, then struct_size. */
typedef struct slmdb_range {
  size_t struct_size;  /* sizeof(slmdb_range) */
  const void *lower;   /* a key, written as for slmdb_db_get; borrowed for the call */
  size_t lower_length; /* bytes */
  const void *upper;
  size_t upper_length;
  uint32_t flags; /* SLMDB_RANGE_... */
  uint64_t limit; /* entries at the most; 0: all */
} slmdb_range;

/*
 * Opens a cursor over the entries of one scope in one Database, before the first entry of the range. range may be
 * NULL: all, forwards. Raw keys come in the order of their unsigned bytes, typed keys in their natural order, in every
 * layout. The cursor ends with its transaction. In a write transaction it goes on rightly after puts and deletes.
 */
int32_t slmdb_cursor_open(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
                          slmdb_cursor **cursor, slmdb_error *error);

/*
 * Moves to the next entry and hands it out. What it points to is read-only and lives until the next call with this
 * cursor, the transaction's next put, delete or clear, or its end. NOT_FOUND after the last entry.
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

/* Closes a cursor. The thread rule of its transaction holds. */
int32_t slmdb_cursor_close(slmdb_cursor *cursor, slmdb_error *error);

/* ---- Registry: the scopes of an Env ----------------------------------------------------------------------------- */

/*
 * Opens a cursor over the registered scopes, by name in the order of its bytes. slmdb_cursor_next gives the name and
 * the scope's id as 4 bytes little-endian; slmdb_cursor_page writes the name as `str` and the id as an integer.
 */
int32_t slmdb_registry_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error);

/*
 * Unregisters every scope that holds nothing in any database of the Env, whether that is open here or not, in a write
 * transaction of its own. *count (may be NULL) is how many. Errors: as slmdb_txn_begin and slmdb_txn_commit.
 */
int32_t slmdb_registry_prune(slmdb_env *env, uint64_t *count, slmdb_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SLMDB_H */
