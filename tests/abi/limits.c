/* What happens at a limit: of the map, of readers, of databases, of a value's size? And after it? */
#include "calls.h"

/* Puts values until one is refused; how many were stored. */
static int fill(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int most, int32_t *status) {
  static char value[20000];
  int i = 0;
  for (*status = SLMDB_OK; i < most; i++) {
    *status = slmdb_db_put(txn, db, scope, &i, sizeof i, value, sizeof value, ERR);
    if (*status != SLMDB_OK) break;
  }
  return i;
}

/* A put into a full map; the transaction has lost, and says so until it ends. */
static slmdb_txn *fail_by_full_map(slmdb_env *env, slmdb_db *db, slmdb_scope *scope) {
  int32_t status;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  fill(txn, db, scope, 1000, &status);
  CHECK(status == SLMDB_MAP_FULL && check_written(status, &check_last));
  SAYS("map");
  IS(SLMDB_MAP_FULL, slmdb_db_put(txn, db, scope, "k", 1, "v", 1, ERR));
  IS(SLMDB_MAP_FULL, slmdb_db_delete(txn, db, scope, "k", 1, NULL, ERR));
  return txn;
}

static void test_map_full(const char *path) {
  slmdb_env_options o = given_env_options();
  o.map_size = MEBI;
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("s");
  int32_t status;
  slmdb_txn *txn = fail_by_full_map(env, db, scope);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  given_works(env, db, scope);
  txn = fail_by_full_map(env, db, scope);
  IS(SLMDB_MAP_FULL, slmdb_txn_commit(txn, ERR)); /* nothing is kept, and the handle is closed */
  IS(SLMDB_TXN_ENDED, slmdb_txn_abort(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  CHECK(given_count(txn, db, scope) == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));

  IS(SLMDB_OK, slmdb_env_grow(env, 16 * MEBI, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  CHECK(fill(txn, db, scope, 300, &status) == 300 && status == SLMDB_OK);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  CHECK(given_count(txn, db, scope) == 300);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* A transaction that fills the map, with a cursor from before: fresh, at an entry, or over the registry. */
static calls_handles full_with_cursor(const char *path, int which) {
  slmdb_env_options o = given_env_options();
  const void *key, *value;
  size_t key_length, value_length;
  int32_t status;
  calls_handles h;
  o.map_size = MEBI;
  h.of.env = given_env_with(path, &o);
  h.of.db = given_db(h.of.env, "calls", SLMDB_BYTES);
  h.of.scope = given_scope("calls");
  h.of.txn = given_txn(h.of.env, SLMDB_WRITE);
  given_put(h.of.txn, h.of.db, h.of.scope, "k", "v");
  given_put(h.of.txn, h.of.db, h.of.scope, "l", "w");
  if (which == 2) NEED(IS(SLMDB_OK, slmdb_registry_list(h.of.txn, &h.of.cursor, ERR)));
  else h.of.cursor = given_cursor(h.of.txn, h.of.db, h.of.scope, NULL);
  if (which == 1) IS(SLMDB_OK, slmdb_cursor_next(h.of.cursor, &key, &key_length, &value, &value_length, ERR));
  fill(h.of.txn, h.of.db, h.of.scope, 1000, &status);
  NEED(status == SLMDB_MAP_FULL);
  return h;
}

/* Such a transaction can only be aborted: it reads no more either. After each call the abort must give the lock back. */
static void test_calls_after_full(const char *path) {
  for (int which = 0; which < 3; which++) {
    for (int call = 0; call < CALLS_WITH_HANDLES; call++) {
      unsigned takes = calls_takes(call);
      if (!(takes & (TAKES_TXN | TAKES_CURSOR)) || call == CALL_TXN_ABORT) continue;
      calls_handles h = full_with_cursor(path, which);
      int32_t got = calls_make(call, &h, ERR);
      bool listed = which == 2 && takes & TAKES_CURSOR; /* the list was made before */
      bool may_answer = call == CALL_CURSOR_CLOSE || listed;
      bool unlistable = listed && call == CALL_CURSOR_SEEK && got == SLMDB_INVALID_ARGUMENT;
      if (!CHECK(got == SLMDB_MAP_FULL || (may_answer && got == SLMDB_OK) || unlistable))
        fprintf(stderr, "  %s: %s: %s\n", calls_name(call), slmdb_status_name(got), check_last.error.message);
      NEED(IS(call == CALL_TXN_COMMIT ? SLMDB_TXN_ENDED : SLMDB_OK, slmdb_txn_abort(h.of.txn, ERR)));
      given_works(h.of.env, h.of.db, h.of.scope);
      IS(SLMDB_OK, slmdb_scope_close(h.of.scope, ERR));
      IS(SLMDB_OK, slmdb_env_close(h.of.env, ERR));
    }
  }
}

/* More address space than there is: refused, and the Env goes on with the map that it has. */
static void test_grow_refused(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  given_works(env, db, NULL);
  IS(SLMDB_OUT_OF_MEMORY, slmdb_env_grow(env, UINT64_C(1) << 47, ERR));
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

static void test_readers(const char *path) {
  enum { READERS = 5 };
  slmdb_txn *readers[READERS], *one_more = NULL;
  slmdb_env_options o = given_env_options();
  o.max_readers = READERS;
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  for (int i = 0; i < READERS; i++) readers[i] = given_txn(env, SLMDB_READ);
  IS(SLMDB_READERS_FULL, slmdb_txn_begin(env, SLMDB_READ, &one_more, ERR));
  SAYS("5");
  slmdb_txn *writer = given_txn(env, SLMDB_WRITE); /* takes no reader's place */
  given_put(writer, db, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_abort(writer, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(readers[2], ERR));
  readers[2] = given_txn(env, SLMDB_READ);
  for (int i = 0; i < READERS; i++) IS(SLMDB_OK, slmdb_txn_abort(readers[i], ERR));
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

static void test_databases(const char *path) {
  slmdb_env_options o = given_env_options();
  slmdb_db_options d = given_db_options(SLMDB_BYTES);
  o.max_databases = 2;
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *first = given_db(env, "first", SLMDB_BYTES), *none = NULL;
  given_db(env, "second", SLMDB_TYPED);
  given_db(env, "first", SLMDB_BYTES); /* open already: it counts once */
  IS(SLMDB_DATABASES_FULL, slmdb_db_open(env, "third", 5, &d, &none, ERR));
  CHECK(none == NULL);
  given_works(env, first, NULL);
  IS(SLMDB_DATABASES_FULL, slmdb_db_open(env, "third", 5, &d, &none, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  o.max_databases = 3; /* what was refused left nothing behind that hinders it now */
  env = given_env_with(path, &o);
  slmdb_db *third = given_db(env, "third", SLMDB_BYTES);
  given_works(env, third, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* A value of many pages, whole. */
static void test_large_value(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  size_t size = 10 * MEBI + 1, length = 0;
  unsigned char *value = (unsigned char *)malloc(size), *copy = (unsigned char *)malloc(size);
  const void *found = NULL;
  for (size_t i = 0; i < size; i++) value[i] = (unsigned char)(i * 31 + (i >> 12));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, "large", 5, value, size, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_OK, slmdb_db_get(txn, db, NULL, "large", 5, &found, &length, ERR));
  CHECK(length == size && memcmp(found, value, size) == 0);
  IS(SLMDB_OK, slmdb_db_get_copy(txn, db, NULL, "large", 5, copy, size, &length, ERR));
  CHECK(length == size && memcmp(copy, value, size) == 0);
  slmdb_cursor *c = given_cursor(txn, db, NULL, NULL);
  bool more = true;
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, copy, size, 0, &length, &more, ERR));
  CHECK(length == size + 5 + 2 + 5 + 5); /* the array's head, a bin's of 5 bytes, the key, a bin's of many */
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  free(value);
  free(copy);
}

/* A database that is first opened after a transaction began is out of its reach, and it says so. */
static void test_conflict(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_txn *before = given_txn(env, SLMDB_READ);
  slmdb_db *db = given_db(env, "late", SLMDB_BYTES);
  const void *value = NULL;
  size_t length = 0;
  IS(SLMDB_CONFLICT, slmdb_db_get(before, db, NULL, "k", 1, &value, &length, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(before, ERR));
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

int main(void) {
  void (*const tests[])(const char *) = {test_map_full, test_readers, test_databases, test_large_value,
                                         test_conflict, test_calls_after_full, test_grow_refused};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    check_folder folder = check_make_folder();
    tests[i](folder.path);
    check_remove_folder(&folder);
  }
  return check_end("limits");
}
