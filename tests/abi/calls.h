/* How is each function that takes a handle called, and which handles does it take? */
#ifndef ABI_CALLS_H
#define ABI_CALLS_H

#include "given.h"

/* The types of handles; a bit each for what a function takes. */
enum { TAKES_ENV = 1, TAKES_DB = 2, TAKES_SCOPE = 4, TAKES_TXN = 8, TAKES_CURSOR = 16, TAKES_BATCH = 32 };
enum { HANDLE_TYPES = 6 };

enum {
  TAKES_ENTRY = TAKES_TXN | TAKES_DB | TAKES_SCOPE,
  TAKES_ADD = TAKES_BATCH | TAKES_DB | TAKES_SCOPE,
  OPENS = 64, /* or closes, a handle; or is work on a whole Env */
  WAITS = 128 /* for transactions of this thread, or refuses to */
};

typedef union calls_handles {
  void *all[HANDLE_TYPES];
  struct {
    slmdb_env *env;
    slmdb_db *db;
    slmdb_scope *scope;
    slmdb_txn *txn;
    slmdb_cursor *cursor;
    slmdb_batch *batch;
  } of;
} calls_handles;

/* Every function of the header that can fail; run.sh compares. Those that take no handle are the last ones. */
#define CALLS_EACH(X)                             \
  X(ENV_CLOSE, TAKES_ENV | OPENS)                 \
  X(ENV_GROW, TAKES_ENV | WAITS)                  \
  X(ENV_STAT, TAKES_ENV)                          \
  X(ENV_FLUSH, TAKES_ENV | WAITS)                 \
  X(SCOPE_CLOSE, TAKES_SCOPE | OPENS)             \
  X(DB_OPEN, TAKES_ENV | OPENS)                   \
  X(DB_DESCRIBE, TAKES_DB)                        \
  X(DB_LIST, TAKES_TXN | OPENS)                   \
  X(DB_CLOSE, TAKES_DB | OPENS)                   \
  X(DB_GET, TAKES_ENTRY)                          \
  X(DB_GET_COPY, TAKES_ENTRY)                     \
  X(DB_GET_ARGS, TAKES_ENTRY)                     \
  X(DB_CONTAINS, TAKES_ENTRY)                     \
  X(DB_GET_MANY, TAKES_ENTRY)                     \
  X(DB_FIND, TAKES_ENTRY)                         \
  X(DB_IS_EMPTY, TAKES_ENTRY)                     \
  X(DB_COUNT, TAKES_ENTRY)                        \
  X(DB_STAT, TAKES_ENTRY)                         \
  X(DB_PUT, TAKES_ENTRY)                          \
  X(DB_PUT_IF_ABSENT, TAKES_ENTRY)                \
  X(DB_REPLACE, TAKES_ENTRY)                      \
  X(DB_POP, TAKES_ENTRY)                          \
  X(DB_COMPARE_AND_SWAP, TAKES_ENTRY)             \
  X(DB_PUT_MANY, TAKES_ENTRY)                     \
  X(DB_DELETE, TAKES_ENTRY)                       \
  X(DB_DELETE_RANGE, TAKES_ENTRY)                 \
  X(DB_CLEAR, TAKES_ENTRY)                        \
  X(TXN_BEGIN, TAKES_ENV | OPENS)                 \
  X(TXN_COMMIT, TAKES_TXN | OPENS)                \
  X(TXN_ABORT, TAKES_TXN | OPENS)                 \
  X(TXN_CHILD, TAKES_TXN | OPENS)                 \
  X(TXN_IS_NEWEST, TAKES_TXN)                     \
  X(CURSOR_OPEN, TAKES_ENTRY | OPENS)             \
  X(CURSOR_NEXT, TAKES_CURSOR)                    \
  X(CURSOR_PAGE, TAKES_CURSOR)                    \
  X(CURSOR_SEEK, TAKES_CURSOR)                    \
  X(CURSOR_CLOSE, TAKES_CURSOR | OPENS)           \
  X(BATCH_OPEN, TAKES_ENV | OPENS)                \
  X(BATCH_PUT, TAKES_ADD)                         \
  X(BATCH_PUT_IF_ABSENT, TAKES_ADD)               \
  X(BATCH_PUT_MANY, TAKES_ADD)                    \
  X(BATCH_DELETE, TAKES_ADD)                      \
  X(BATCH_CLEAR, TAKES_ADD)                       \
  X(BATCH_SUBMIT, TAKES_BATCH | OPENS)            \
  X(BATCH_APPLY, TAKES_BATCH | OPENS | WAITS)     \
  X(DB_APPLY_PUT, TAKES_DB | TAKES_SCOPE | WAITS) \
  X(BATCH_CLOSE, TAKES_BATCH | OPENS)             \
  X(REGISTRY_LIST, TAKES_TXN | OPENS)             \
  X(REGISTRY_ID, TAKES_TXN | TAKES_SCOPE)         \
  X(REGISTRY_REGISTER, TAKES_TXN | TAKES_SCOPE)   \
  X(REGISTRY_RENAME, TAKES_TXN | TAKES_SCOPE)     \
  X(REGISTRY_DROP, TAKES_TXN | TAKES_SCOPE)       \
  X(REGISTRY_PRUNE, TAKES_TXN)                    \
  X(ENV_MEASURE, TAKES_ENV | OPENS)               \
  X(ENV_VERIFY, TAKES_ENV | OPENS)                \
  X(ENV_READERS, TAKES_ENV | OPENS)               \
  X(ENV_CLEAR_READERS, TAKES_ENV | OPENS)         \
  X(ENV_BACKUP, TAKES_ENV | OPENS)                \
  X(ENV_EXPORT, TAKES_ENV | OPENS)                \
  X(ENV_IMPORT, TAKES_ENV | OPENS)                \
  X(SCOPE_COPY, TAKES_ENV | TAKES_SCOPE | OPENS)  \
  X(ENV_BACKUP_TO, TAKES_ENV | OPENS)             \
  X(ENV_EXPORT_TO, TAKES_ENV | OPENS)             \
  X(ENV_IMPORT_FROM, TAKES_ENV | OPENS)           \
  X(ORPHAN_DROP, TAKES_ENV | OPENS)               \
  X(SCOPE_DROP, TAKES_ENV | TAKES_SCOPE | OPENS)  \
  X(EXPORT_VERIFY, OPENS)                         \
  X(EXPORT_VERIFY_FROM, OPENS)                    \
  X(ENV_OPEN, OPENS)                              \
  X(SCOPE_OPEN, OPENS)

#define CALLS_NUMBER(name, takes) CALL_##name,
enum { CALLS_EACH(CALLS_NUMBER) CALLS, CALLS_WITH_HANDLES = CALL_EXPORT_VERIFY };

static inline unsigned calls_takes(int call) {
#define CALLS_TAKES(name, takes) (takes),
  static const unsigned char takes[CALLS] = {CALLS_EACH(CALLS_TAKES)};
  return takes[call];
}

static inline const char *calls_name(int call) {
#define CALLS_NAME(name, takes) #name,
  static const char *const names[CALLS] = {CALLS_EACH(CALLS_NAME)};
  return names[call];
}

#define CALLS_SPOT h->of.txn, h->of.db, h->of.scope

static inline int32_t calls_of_read(int call, const calls_handles *h, slmdb_error *error) {
  static __thread char buffer[64];
  const void *key, *value;
  size_t length, key_length;
  bool is;
  uint64_t count;
  slmdb_db_stats stats;
  slmdb_get_args args = {sizeof args, CALLS_SPOT, buffer, sizeof buffer, 0};
  stats.struct_size = sizeof stats;
  switch (call) {
    case CALL_DB_GET: return slmdb_db_get(CALLS_SPOT, "k", 1, &value, &length, error);
    case CALL_DB_GET_COPY: return slmdb_db_get_copy(CALLS_SPOT, "k", 1, buffer, sizeof buffer, &length, error);
    case CALL_DB_GET_ARGS: return slmdb_db_get_args(&args, "k", 1, error);
    case CALL_DB_CONTAINS: return slmdb_db_contains(CALLS_SPOT, "k", 1, &is, error);
    case CALL_DB_GET_MANY:
      return slmdb_db_get_many(CALLS_SPOT, "\x91\xc4\x01k", 4, buffer, sizeof buffer, &length, error);
    case CALL_DB_FIND: return slmdb_db_find(CALLS_SPOT, SLMDB_FIRST, NULL, 0, &key, &key_length, &value, &length, error);
    case CALL_DB_IS_EMPTY: return slmdb_db_is_empty(CALLS_SPOT, &is, error);
    case CALL_DB_COUNT: return slmdb_db_count(CALLS_SPOT, NULL, &count, error);
    default: return slmdb_db_stat(CALLS_SPOT, &stats, error);
  }
}

static inline int32_t calls_of_write(int call, const calls_handles *h, slmdb_error *error) {
  const void *value;
  size_t length;
  bool did;
  uint64_t count;
  switch (call) {
    case CALL_DB_PUT: return slmdb_db_put(CALLS_SPOT, "k", 1, "v", 1, error);
    case CALL_DB_PUT_IF_ABSENT: return slmdb_db_put_if_absent(CALLS_SPOT, "k", 1, "v", 1, &did, error);
    case CALL_DB_REPLACE: return slmdb_db_replace(CALLS_SPOT, "k", 1, "v", 1, &value, &length, &did, error);
    case CALL_DB_POP: return slmdb_db_pop(CALLS_SPOT, "k", 1, &value, &length, error);
    case CALL_DB_COMPARE_AND_SWAP: return slmdb_db_compare_and_swap(CALLS_SPOT, "k", 1, "v", 1, "v", 1, &did, error);
    case CALL_DB_PUT_MANY: return slmdb_db_put_many(CALLS_SPOT, "\x92\xc4\x01k\xc4\x01v", 7, &count, error);
    case CALL_DB_DELETE: return slmdb_db_delete(CALLS_SPOT, "k", 1, &did, error);
    case CALL_DB_DELETE_RANGE: return slmdb_db_delete_range(CALLS_SPOT, NULL, &count, error);
    default: return slmdb_db_clear(CALLS_SPOT, &count, error);
  }
}

static inline int32_t calls_of_cursor(int call, const calls_handles *h, slmdb_error *error) {
  static __thread char buffer[64];
  const void *key, *value;
  size_t key_length, value_length;
  bool more;
  slmdb_cursor *cursor;
  switch (call) {
    case CALL_CURSOR_OPEN: return slmdb_cursor_open(CALLS_SPOT, NULL, &cursor, error);
    case CALL_CURSOR_NEXT: return slmdb_cursor_next(h->of.cursor, &key, &key_length, &value, &value_length, error);
    case CALL_CURSOR_PAGE:
      return slmdb_cursor_page(h->of.cursor, buffer, sizeof buffer, 0, &value_length, &more, error);
    case CALL_CURSOR_SEEK: return slmdb_cursor_seek(h->of.cursor, "k", 1, error);
    case CALL_CURSOR_CLOSE: return slmdb_cursor_close(h->of.cursor, error);
    case CALL_DB_LIST: return slmdb_db_list(h->of.txn, &cursor, error);
    default: return slmdb_registry_list(h->of.txn, &cursor, error);
  }
}

static inline int32_t calls_of_batch(int call, const calls_handles *h, slmdb_error *error) {
  slmdb_batch *batch, *b = h->of.batch;
  switch (call) {
    case CALL_BATCH_OPEN: return slmdb_batch_open(h->of.env, &batch, error);
    case CALL_BATCH_PUT: return slmdb_batch_put(b, h->of.db, h->of.scope, "k", 1, "v", 1, error);
    case CALL_BATCH_PUT_IF_ABSENT: return slmdb_batch_put_if_absent(b, h->of.db, h->of.scope, "l", 1, "v", 1, error);
    case CALL_BATCH_PUT_MANY:
      return slmdb_batch_put_many(b, h->of.db, h->of.scope, "\x92\xc4\x01k\xc4\x01v", 7, error);
    case CALL_BATCH_DELETE: return slmdb_batch_delete(b, h->of.db, h->of.scope, "k", 1, NULL, error);
    case CALL_BATCH_CLEAR: return slmdb_batch_clear(b, h->of.db, h->of.scope, NULL, error);
    case CALL_BATCH_SUBMIT: return slmdb_batch_submit(b, NULL, NULL, error);
    case CALL_BATCH_APPLY: return slmdb_batch_apply(b, error);
    case CALL_DB_APPLY_PUT: return slmdb_db_apply_put(h->of.db, h->of.scope, "k", 1, "v", 1, error);
    default: return slmdb_batch_close(b, error);
  }
}

static inline int32_t calls_of_registry(int call, const calls_handles *h, slmdb_error *error) {
  uint32_t id;
  uint64_t count;
  switch (call) {
    case CALL_REGISTRY_ID: return slmdb_registry_id(h->of.txn, h->of.scope, &id, error);
    case CALL_REGISTRY_REGISTER: return slmdb_registry_register(h->of.txn, h->of.scope, &id, error);
    case CALL_REGISTRY_RENAME: return slmdb_registry_rename(h->of.txn, h->of.scope, h->of.scope, error);
    case CALL_REGISTRY_DROP: return slmdb_registry_drop(h->of.txn, h->of.scope, &count, error);
    default: return slmdb_registry_prune(h->of.txn, &count, error);
  }
}

/* Streams that are empty and end at once. */
static inline int32_t calls_write(void *user, const void *data, size_t length) {
  (void)user, (void)data, (void)length;
  return SLMDB_OK;
}

static inline int32_t calls_read(void *user, void *buffer, size_t capacity, size_t *length) {
  (void)user, (void)buffer, (void)capacity;
  *length = 0;
  return SLMDB_OK;
}

/* Of a file and a folder that are not there: what is wrong with the handles must come first. */
static inline int32_t calls_of_work(int call, const calls_handles *h, slmdb_error *error) {
  static const char none[] = "/nowhere/at/all";
  const size_t length = sizeof none - 1;
  uint64_t count;
  switch (call) {
    case CALL_ENV_MEASURE: return slmdb_env_measure(h->of.env, NULL, true, NULL, error);
    case CALL_ENV_VERIFY: return slmdb_env_verify(h->of.env, NULL, error);
    case CALL_ENV_READERS: return slmdb_env_readers(h->of.env, NULL, error);
    case CALL_ENV_CLEAR_READERS: return slmdb_env_clear_readers(h->of.env, &count, error);
    case CALL_ENV_BACKUP: return slmdb_env_backup(h->of.env, none, length, true, NULL, error);
    case CALL_ENV_EXPORT: return slmdb_env_export(h->of.env, none, length, NULL, SLMDB_FORMAT_LINES, NULL, error);
    case CALL_ENV_IMPORT: return slmdb_env_import(h->of.env, none, length, NULL, SLMDB_REFUSE, NULL, error);
    case CALL_ENV_BACKUP_TO: return slmdb_env_backup_to(h->of.env, calls_write, NULL, false, NULL, error);
    case CALL_ENV_EXPORT_TO:
      return slmdb_env_export_to(h->of.env, calls_write, NULL, NULL, SLMDB_FORMAT_BLOCKS, NULL, error);
    case CALL_ENV_IMPORT_FROM:
      return slmdb_env_import_from(h->of.env, calls_read, NULL, NULL, SLMDB_REFUSE, NULL, error);
    case CALL_EXPORT_VERIFY: return slmdb_export_verify(none, length, NULL, error);
    case CALL_EXPORT_VERIFY_FROM: return slmdb_export_verify_from(calls_read, NULL, NULL, error);
    case CALL_ORPHAN_DROP: return slmdb_orphan_drop(h->of.env, 1, 0, NULL, error);
    case CALL_SCOPE_COPY:
      return slmdb_scope_copy(h->of.env, h->of.scope, h->of.env, NULL, SLMDB_REFUSE, false, NULL, error);
    default: return slmdb_scope_drop(h->of.env, h->of.scope, 0, NULL, error);
  }
}

static inline int32_t calls_of_rest(int call, const calls_handles *h, slmdb_error *error) {
  slmdb_env *env;
  slmdb_db *db;
  slmdb_scope *scope;
  bool is;
  slmdb_txn *txn;
  slmdb_env_info info;
  slmdb_db_options options = given_db_options(SLMDB_BYTES);
  info.struct_size = sizeof info;
  switch (call) {
    case CALL_ENV_OPEN: return slmdb_env_open("/nowhere", 8, NULL, &env, error);
    case CALL_ENV_CLOSE: return slmdb_env_close(h->of.env, error);
    case CALL_ENV_GROW: return slmdb_env_grow(h->of.env, MEBI, error);
    case CALL_ENV_STAT: return slmdb_env_stat(h->of.env, &info, error);
    case CALL_ENV_FLUSH: return slmdb_env_flush(h->of.env, error);
    case CALL_SCOPE_OPEN: return slmdb_scope_open("s", 1, &scope, error);
    case CALL_SCOPE_CLOSE: return slmdb_scope_close(h->of.scope, error);
    case CALL_DB_OPEN: return slmdb_db_open(h->of.env, "calls", 5, &options, &db, error);
    case CALL_DB_DESCRIBE: return slmdb_db_describe(h->of.db, &options, error);
    case CALL_DB_CLOSE: return slmdb_db_close(h->of.db, error);
    case CALL_TXN_BEGIN: return slmdb_txn_begin(h->of.env, SLMDB_READ, &txn, error);
    case CALL_TXN_COMMIT: return slmdb_txn_commit(h->of.txn, error);
    case CALL_TXN_ABORT: return slmdb_txn_abort(h->of.txn, error);
    case CALL_TXN_IS_NEWEST: return slmdb_txn_is_newest(h->of.txn, &is, error);
    default: return slmdb_txn_child(h->of.txn, &txn, error);
  }
}

/* Calls a function with these handles, and everything else as it should be. */
static inline int32_t calls_make(int call, const calls_handles *h, slmdb_error *error) {
  if (call >= CALL_DB_GET && call <= CALL_DB_STAT) return calls_of_read(call, h, error);
  if (call >= CALL_DB_PUT && call <= CALL_DB_CLEAR) return calls_of_write(call, h, error);
  if (call >= CALL_CURSOR_OPEN && call <= CALL_CURSOR_CLOSE) return calls_of_cursor(call, h, error);
  if (call >= CALL_BATCH_OPEN && call <= CALL_BATCH_CLOSE) return calls_of_batch(call, h, error);
  if (call == CALL_DB_LIST || call == CALL_REGISTRY_LIST) return calls_of_cursor(call, h, error);
  if (call >= CALL_REGISTRY_ID && call <= CALL_REGISTRY_PRUNE) return calls_of_registry(call, h, error);
  if (call >= CALL_ENV_MEASURE && call <= CALL_EXPORT_VERIFY_FROM) return calls_of_work(call, h, error);
  return calls_of_rest(call, h, error);
}

/* One live handle of each type, with an entry to find. */
static inline calls_handles calls_given(const char *path) {
  calls_handles h;
  h.of.env = given_env(path);
  h.of.db = given_db(h.of.env, "calls", SLMDB_BYTES);
  h.of.scope = given_scope("calls");
  h.of.txn = given_txn(h.of.env, SLMDB_WRITE);
  given_put(h.of.txn, h.of.db, h.of.scope, "k", "v");
  h.of.cursor = given_cursor(h.of.txn, h.of.db, h.of.scope, NULL);
  h.of.batch = given_batch(h.of.env);
  return h;
}

static inline void calls_close(calls_handles *h) {
  IS(SLMDB_OK, slmdb_txn_abort(h->of.txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(h->of.scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(h->of.env, ERR));
}

#endif
