/* What does a program need before it can ask its question? An Env, a Database, a Scope, a Txn, in one line each. */
#ifndef ABI_GIVEN_H
#define ABI_GIVEN_H

#include "check.h"

enum { MEBI = 1 << 20 };

/* Without syncs: these programs ask what is promised, not what survives a power cut. */
static inline slmdb_env_options given_env_options(void) {
  slmdb_env_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.map_size = 64 * MEBI;
  o.durability = SLMDB_NO_SYNC;
  return o;
}

static inline slmdb_env *given_env_with(const char *path, const slmdb_env_options *options) {
  slmdb_env *env = NULL;
  NEED(IS(SLMDB_OK, slmdb_env_open(path, strlen(path), options, &env, ERR)));
  NEED(env != NULL);
  return env;
}

static inline slmdb_env *given_env(const char *path) {
  slmdb_env_options options = given_env_options();
  return given_env_with(path, &options);
}

static inline slmdb_db_options given_db_options(int32_t kind) {
  slmdb_db_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.kind = kind;
  return o;
}

static inline slmdb_db *given_db_with(slmdb_env *env, const char *name, const slmdb_db_options *options) {
  slmdb_db *db = NULL;
  NEED(IS(SLMDB_OK, slmdb_db_open(env, name, strlen(name), options, &db, ERR)));
  return db;
}

static inline slmdb_db *given_db(slmdb_env *env, const char *name, int32_t kind) {
  slmdb_db_options options = given_db_options(kind);
  return given_db_with(env, name, &options);
}

/* A database as scoped-heed stores it. */
static inline slmdb_db *given_heed(slmdb_env *env, const char *name, int32_t kind, int32_t key_type, int32_t value_type) {
  slmdb_db_options options = given_db_options(kind);
  options.layout = SLMDB_LAYOUT_HEED;
  options.key_type = key_type;
  options.value_type = value_type;
  return given_db_with(env, name, &options);
}

static inline slmdb_scope *given_scope(const char *name) {
  slmdb_scope *scope = NULL;
  NEED(IS(SLMDB_OK, slmdb_scope_open(name, strlen(name), &scope, ERR)));
  return scope;
}

static inline slmdb_txn *given_txn(slmdb_env *env, int32_t mode) {
  slmdb_txn *txn = NULL;
  NEED(IS(SLMDB_OK, slmdb_txn_begin(env, mode, &txn, ERR)));
  return txn;
}

static inline slmdb_range given_range(uint32_t flags) {
  slmdb_range r;
  memset(&r, 0, sizeof r);
  r.struct_size = sizeof r;
  r.flags = flags;
  return r;
}

static inline slmdb_cursor *given_cursor(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range) {
  slmdb_cursor *cursor = NULL;
  NEED(IS(SLMDB_OK, slmdb_cursor_open(txn, db, scope, range, &cursor, ERR)));
  return cursor;
}

static inline slmdb_batch *given_batch(slmdb_env *env) {
  slmdb_batch *batch = NULL;
  NEED(IS(SLMDB_OK, slmdb_batch_open(env, &batch, ERR)));
  return batch;
}

/* ---- raw text under raw text ------------------------------------------------------------------------------------ */

static inline bool given_put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const char *key, const char *value) {
  return IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, strlen(key), value, strlen(value), ERR));
}

/* Whether the value under a key is `want`; NULL: there is none. */
static inline bool given_is(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const char *key, const char *want) {
  const void *value = NULL;
  size_t length = 0;
  if (!IS(want ? SLMDB_OK : SLMDB_NOT_FOUND, slmdb_db_get(txn, db, scope, key, strlen(key), &value, &length, ERR)))
    return false;
  return !want || CHECK(length == strlen(want) && memcmp(value, want, length) == 0);
}

/* How many entries a walk gives. */
static inline size_t given_count(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  slmdb_cursor *cursor = given_cursor(txn, db, scope, NULL);
  const void *key, *value;
  size_t key_length, value_length, n = 0;
  while (slmdb_cursor_next(cursor, &key, &key_length, &value, &value_length, NULL) == SLMDB_OK) n++;
  IS(SLMDB_OK, slmdb_cursor_close(cursor, ERR));
  return n;
}

/* Prunes, and says how many scopes there were to prune. */
static inline uint64_t given_prune(slmdb_env *env) {
  uint64_t count = 0;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_registry_prune(txn, &count, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  return count;
}

/* Whether an Env still does what it is for: after an error, it must. The database is left as it was. */
static inline void given_works(slmdb_env *env, slmdb_db *db, slmdb_scope *scope) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "still", "works");
  given_is(txn, db, scope, "still", "works");
  IS(SLMDB_OK, slmdb_db_delete(txn, db, scope, "still", 5, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, "still", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

#endif
