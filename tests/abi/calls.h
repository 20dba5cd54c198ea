/* How is each function that takes a handle called, and which handles does it take? */
#ifndef ABI_CALLS_H
#define ABI_CALLS_H

#include "given.h"

/* The types of handles; a bit each for what a function takes. */
enum { TAKES_ENV = 1, TAKES_DB = 2, TAKES_SCOPE = 4, TAKES_TXN = 8, TAKES_CURSOR = 16 };
enum { HANDLE_TYPES = 5 };

typedef union calls_handles {
  void *all[HANDLE_TYPES];
  struct {
    slmdb_env *env;
    slmdb_db *db;
    slmdb_scope *scope;
    slmdb_txn *txn;
    slmdb_cursor *cursor;
  } of;
} calls_handles;

enum {
  CALL_ENV_CLOSE, CALL_ENV_GROW, CALL_SCOPE_CLOSE, CALL_DB_OPEN, CALL_DB_CLOSE, CALL_DB_GET, CALL_DB_GET_COPY, CALL_DB_PUT,
  CALL_DB_DELETE, CALL_DB_CLEAR, CALL_TXN_BEGIN, CALL_TXN_COMMIT, CALL_TXN_ABORT, CALL_CURSOR_OPEN, CALL_CURSOR_NEXT,
  CALL_CURSOR_PAGE, CALL_CURSOR_CLOSE, CALL_REGISTRY_LIST, CALL_REGISTRY_PRUNE,
  CALLS_WITH_HANDLES,
  CALL_ENV_OPEN = CALLS_WITH_HANDLES, CALL_SCOPE_OPEN,
  CALLS
};

static inline unsigned calls_takes(int call) {
  enum { ENTRY = TAKES_TXN | TAKES_DB | TAKES_SCOPE };
  static const unsigned char takes[CALLS] = {
      TAKES_ENV, TAKES_ENV, TAKES_SCOPE, TAKES_ENV, TAKES_DB,  ENTRY,        ENTRY,        ENTRY,        ENTRY,     ENTRY,
      TAKES_ENV, TAKES_TXN, TAKES_TXN,   ENTRY,     TAKES_CURSOR, TAKES_CURSOR, TAKES_CURSOR, TAKES_TXN, TAKES_ENV, 0, 0};
  return takes[call];
}

static inline int32_t calls_of_db(int call, const calls_handles *h, slmdb_error *error) {
  static __thread char buffer[64];
  const void *value;
  size_t length;
  bool deleted;
  uint64_t count;
  slmdb_db_options options = given_db_options(SLMDB_BYTES);
  slmdb_db *db;
  switch (call) {
    case CALL_DB_OPEN: return slmdb_db_open(h->of.env, "calls", 5, &options, &db, error);
    case CALL_DB_CLOSE: return slmdb_db_close(h->of.db, error);
    case CALL_DB_GET: return slmdb_db_get(h->of.txn, h->of.db, h->of.scope, "k", 1, &value, &length, error);
    case CALL_DB_GET_COPY:
      return slmdb_db_get_copy(h->of.txn, h->of.db, h->of.scope, "k", 1, buffer, sizeof buffer, &length, error);
    case CALL_DB_PUT: return slmdb_db_put(h->of.txn, h->of.db, h->of.scope, "k", 1, "v", 1, error);
    case CALL_DB_DELETE: return slmdb_db_delete(h->of.txn, h->of.db, h->of.scope, "k", 1, &deleted, error);
    default: return slmdb_db_clear(h->of.txn, h->of.db, h->of.scope, &count, error);
  }
}

static inline int32_t calls_of_cursor(int call, const calls_handles *h, slmdb_error *error) {
  static __thread char buffer[64];
  const void *key, *value;
  size_t key_length, value_length;
  bool more;
  slmdb_cursor *cursor;
  switch (call) {
    case CALL_CURSOR_OPEN: return slmdb_cursor_open(h->of.txn, h->of.db, h->of.scope, NULL, &cursor, error);
    case CALL_CURSOR_NEXT: return slmdb_cursor_next(h->of.cursor, &key, &key_length, &value, &value_length, error);
    case CALL_CURSOR_PAGE:
      return slmdb_cursor_page(h->of.cursor, buffer, sizeof buffer, 0, &value_length, &more, error);
    case CALL_CURSOR_CLOSE: return slmdb_cursor_close(h->of.cursor, error);
    default: return slmdb_registry_list(h->of.txn, &cursor, error);
  }
}

/* Calls a function with these handles, and everything else as it should be. */
static inline int32_t calls_make(int call, const calls_handles *h, slmdb_error *error) {
  slmdb_env *env;
  slmdb_scope *scope;
  slmdb_txn *txn;
  uint64_t count;
  switch (call) {
    case CALL_ENV_OPEN: return slmdb_env_open("/nowhere", 8, NULL, &env, error);
    case CALL_ENV_CLOSE: return slmdb_env_close(h->of.env, error);
    case CALL_ENV_GROW: return slmdb_env_grow(h->of.env, MEBI, error);
    case CALL_SCOPE_OPEN: return slmdb_scope_open("s", 1, &scope, error);
    case CALL_SCOPE_CLOSE: return slmdb_scope_close(h->of.scope, error);
    case CALL_TXN_BEGIN: return slmdb_txn_begin(h->of.env, SLMDB_READ, &txn, error);
    case CALL_TXN_COMMIT: return slmdb_txn_commit(h->of.txn, error);
    case CALL_TXN_ABORT: return slmdb_txn_abort(h->of.txn, error);
    case CALL_REGISTRY_PRUNE: return slmdb_registry_prune(h->of.txn, &count, error);
    case CALL_CURSOR_OPEN:
    case CALL_CURSOR_NEXT:
    case CALL_CURSOR_PAGE:
    case CALL_CURSOR_CLOSE:
    case CALL_REGISTRY_LIST: return calls_of_cursor(call, h, error);
    default: return calls_of_db(call, h, error);
  }
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
  return h;
}

static inline void calls_close(calls_handles *h) {
  IS(SLMDB_OK, slmdb_txn_abort(h->of.txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(h->of.scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(h->of.env, ERR));
}

#endif
