/* Do children of a write transaction keep their rules: what they hand over, who may use what, and who ends whom? */
#include "calls.h"

#include <pthread.h>

enum { DEPTH = 60 };

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope;

static slmdb_txn *given_child(slmdb_txn *txn) {
  slmdb_txn *child = NULL;
  NEED(IS(SLMDB_OK, slmdb_txn_child(txn, &child, ERR)));
  NEED(child != NULL && child != txn);
  return child;
}

static void elsewhere(void *(*fn)(void *), void *argument) {
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, fn, argument) == 0);
  NEED(pthread_join(thread, NULL) == 0);
}

/* What everyone sees, by a snapshot of its own. */
static void is_stored(const char *key, const char *want) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, key, want);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

static void test_ends(void) {
  for (int commit = 0; commit < 2; commit++) {
    for (int parent_commits = 0; parent_commits < 2; parent_commits++) {
      slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
      IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR));
      given_put(txn, db, scope, "before", "1");
      given_put(txn, db, scope, "both", "parent");
      slmdb_txn *child = given_child(txn);
      given_is(child, db, scope, "before", "1");
      given_put(child, db, scope, "both", "child");
      given_put(child, db, scope, "new", "child");
      IS(SLMDB_OK, slmdb_db_delete(child, db, scope, "before", 6, NULL, ERR));
      IS(SLMDB_OK, commit ? slmdb_txn_commit(child, ERR) : slmdb_txn_abort(child, ERR));
      IS(SLMDB_TXN_ENDED, slmdb_txn_commit(child, ERR));
      IS(SLMDB_TXN_ENDED, slmdb_txn_abort(child, ERR));
      given_is(txn, db, scope, "before", commit ? NULL : "1");
      given_is(txn, db, scope, "both", commit ? "child" : "parent");
      given_is(txn, db, scope, "new", commit ? "child" : NULL);
      given_put(txn, db, scope, "after", "1");
      IS(SLMDB_OK, parent_commits ? slmdb_txn_commit(txn, ERR) : slmdb_txn_abort(txn, ERR));
      is_stored("both", !parent_commits ? NULL : commit ? "child" : "parent");
      is_stored("after", parent_commits ? "1" : NULL);
      txn = given_txn(env, SLMDB_WRITE);
      IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR));
      IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    }
  }
}

/* A scope that a dropped child registered is not registered; one of a kept child is. */
static void test_registry(void) {
  slmdb_scope *fresh = given_scope("of a child");
  uint32_t id = 0, again = 0;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE), *child = given_child(txn);
  given_put(child, db, fresh, "k", "v");
  IS(SLMDB_OK, slmdb_registry_id(child, fresh, &id, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(child, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_registry_id(txn, fresh, &again, ERR));
  given_is(txn, db, fresh, "k", NULL);
  child = given_child(txn);
  IS(SLMDB_OK, slmdb_registry_register(child, fresh, &id, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(child, ERR));
  IS(SLMDB_OK, slmdb_registry_id(txn, fresh, &again, ERR));
  CHECK(id == again);
  child = given_child(txn);
  IS(SLMDB_OK, slmdb_registry_drop(child, fresh, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(child, ERR));
  IS(SLMDB_OK, slmdb_registry_id(txn, fresh, &again, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(fresh, ERR));
}

/* While a child is open its parent serves nobody: every function, and every function with a cursor of it. */
static void test_parent_in_use(void) {
  calls_handles h;
  uint64_t open = slmdb_open_handles();
  h.of.env = env, h.of.db = db, h.of.scope = scope;
  h.of.txn = given_txn(env, SLMDB_WRITE);
  given_put(h.of.txn, db, scope, "k", "v");
  h.of.cursor = given_cursor(h.of.txn, db, scope, NULL);
  h.of.batch = given_batch(env);
  slmdb_cursor *list = NULL;
  IS(SLMDB_OK, slmdb_registry_list(h.of.txn, &list, ERR));
  slmdb_txn *child = given_child(h.of.txn);
  for (int call = 0; call < CALLS_WITH_HANDLES; call++) {
    if (!(calls_takes(call) & (TAKES_TXN | TAKES_CURSOR)) || call == CALL_TXN_ABORT) continue;
    if (!IS(SLMDB_IN_USE, calls_make(call, &h, ERR))) fprintf(stderr, "  %s\n", calls_name(call));
    calls_handles listed = h;
    listed.of.cursor = list;
    if (calls_takes(call) & TAKES_CURSOR) IS(SLMDB_IN_USE, calls_make(call, &listed, ERR));
  }
  given_put(child, db, scope, "k", "w");
  IS(SLMDB_OK, slmdb_txn_commit(child, ERR));
  const void *key, *value;
  size_t key_length, value_length;
  IS(SLMDB_OK, slmdb_cursor_next(h.of.cursor, &key, &key_length, &value, &value_length, ERR));
  CHECK(value_length == 1 && *(const char *)value == 'w'); /* a cursor from before goes on over what the child wrote */
  IS(SLMDB_OK, slmdb_txn_abort(h.of.txn, ERR));
  IS(SLMDB_OK, slmdb_batch_close(h.of.batch, ERR));
  CHECK(slmdb_open_handles() == open);
}

/* Aborting a parent closes all below it: children, their children, cursors of all of them. */
static void test_abort_closes(void) {
  for (int deep = 1; deep <= DEPTH; deep += 7) {
    slmdb_txn *txns[DEPTH + 1];
    slmdb_cursor *cursors[DEPTH + 1];
    uint64_t open = slmdb_open_handles();
    int from = deep / 2;
    txns[0] = given_txn(env, SLMDB_WRITE);
    cursors[0] = given_cursor(txns[0], db, scope, NULL);
    for (int i = 1; i <= deep; i++) {
      char key[16];
      txns[i] = given_child(txns[i - 1]);
      cursors[i] = given_cursor(txns[i], db, scope, NULL);
      snprintf(key, sizeof key, "%d", i);
      given_put(txns[i], db, scope, key, "deep");
    }
    CHECK(slmdb_open_handles() == open + 2 * (uint64_t)(deep + 1));
    IS(SLMDB_OK, slmdb_txn_abort(txns[from], ERR));
    CHECK(slmdb_open_handles() == open + 2 * (uint64_t)from);
    for (int i = from; i <= deep; i++) {
      const void *p;
      size_t n;
      IS(SLMDB_TXN_ENDED, slmdb_txn_abort(txns[i], ERR));
      IS(SLMDB_TXN_ENDED, slmdb_db_put(txns[i], db, scope, "k", 1, "v", 1, ERR));
      IS(SLMDB_CLOSED, slmdb_cursor_next(cursors[i], &p, &n, &p, &n, ERR));
    }
    if (from > 0) {
      CHECK(given_count(txns[from - 1], db, scope) == (size_t)(from - 1));
      IS(SLMDB_OK, slmdb_txn_abort(txns[0], ERR));
    }
    CHECK(slmdb_open_handles() == open);
    given_works(env, db, scope);
  }
}

/* Every generation writes, every third one is dropped; what is left is what the others wrote. */
static void test_nested(void) {
  slmdb_txn *txns[DEPTH + 1];
  char key[16];
  bool kept[DEPTH + 1];
  txns[0] = given_txn(env, SLMDB_WRITE);
  for (int i = 1; i <= DEPTH; i++) txns[i] = given_child(txns[i - 1]);
  for (int i = DEPTH; i >= 1; i--) {
    snprintf(key, sizeof key, "n%d", i);
    given_put(txns[i], db, scope, key, key);
    kept[i] = i % 3 != 0;
    if (!kept[i])
      for (int j = i + 1; j <= DEPTH; j++) kept[j] = false;
    IS(SLMDB_OK, kept[i] ? slmdb_txn_commit(txns[i], ERR) : slmdb_txn_abort(txns[i], ERR));
  }
  for (int i = 1; i <= DEPTH; i++) {
    snprintf(key, sizeof key, "n%d", i);
    given_is(txns[0], db, scope, key, kept[i] ? key : NULL);
  }
  IS(SLMDB_OK, slmdb_txn_abort(txns[0], ERR));
}

static void test_refused(void) {
  slmdb_txn *none = NULL, *txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_READ_ONLY, slmdb_txn_child(txn, &none, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_txn_child(txn, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_TXN_ENDED, slmdb_txn_child(txn, &none, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  slmdb_txn *child = given_child(txn);
  IS(SLMDB_IN_USE, slmdb_txn_child(txn, &none, ERR)); /* one at a time */
  IS(SLMDB_NESTED, slmdb_txn_begin(env, SLMDB_WRITE, &none, ERR));
  IS(SLMDB_NESTED, slmdb_env_flush(env, ERR));
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  CHECK(none == NULL);
  IS(SLMDB_OK, slmdb_txn_abort(child, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  given_works(env, db, scope);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

static void *begin_elsewhere(void *argument) {
  slmdb_txn *none = NULL;
  IS(SLMDB_WRONG_THREAD, slmdb_txn_child((slmdb_txn *)argument, &none, ERR));
  CHECK(none == NULL);
  return NULL;
}

static void *end_elsewhere(void *argument) {
  slmdb_txn *const *both = (slmdb_txn *const *)argument;
  given_put(both[1], db, scope, "by", "another"); /* one thread at a time, whichever */
  IS(SLMDB_WRONG_THREAD, slmdb_txn_commit(both[1], ERR));
  IS(SLMDB_WRONG_THREAD, slmdb_txn_abort(both[1], ERR));
  IS(SLMDB_WRONG_THREAD, slmdb_txn_abort(both[0], ERR)); /* which would end the child, too */
  IS(SLMDB_IN_USE, slmdb_txn_commit(both[0], ERR));
  return NULL;
}

/* A child begins and ends on its parent's thread. */
static void test_wrong_thread(void) {
  slmdb_txn *both[2];
  both[0] = given_txn(env, SLMDB_WRITE);
  given_put(both[0], db, scope, "k", "v");
  elsewhere(begin_elsewhere, both[0]);
  given_is(both[0], db, scope, "k", "v");
  both[1] = given_child(both[0]);
  elsewhere(begin_elsewhere, both[1]);
  elsewhere(end_elsewhere, both);
  given_is(both[1], db, scope, "by", "another");
  given_put(both[1], db, scope, "k", "w");
  IS(SLMDB_OK, slmdb_txn_commit(both[1], ERR));
  given_is(both[0], db, scope, "k", "w");
  IS(SLMDB_OK, slmdb_txn_abort(both[0], ERR));
  given_works(env, db, scope);
}

static void *leave_open(void *argument) {
  int depth = *(const int *)argument;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < depth; i++) {
    given_put(txn, db, scope, "left", "open");
    given_cursor(txn, db, scope, NULL);
    txn = given_child(txn);
  }
  return NULL;
}

/* A thread that ends with children open leaves nothing of them, and the next writer has its turn. */
static void test_left_open(void) {
  uint64_t open = slmdb_open_handles();
  for (int depth = 0; depth < 40; depth++) {
    elsewhere(leave_open, &depth);
    CHECK(slmdb_open_handles() == open);
    given_works(env, db, scope);
    is_stored("left", NULL);
  }
}

/* ---- limits ----------------------------------------------------------------------------------------------------- */

/* A child that fills the map can only be aborted; its parent goes on with what it had. */
static void test_full(const char *path) {
  static char value[20000];
  slmdb_env_options o = given_env_options();
  o.map_size = MEBI;
  slmdb_env *small = given_env_with(path, &o);
  slmdb_db *theirs = given_db(small, "d", SLMDB_BYTES);
  for (int commit = 0; commit < 2; commit++) {
    int32_t status = SLMDB_OK;
    slmdb_txn *txn = given_txn(small, SLMDB_WRITE), *none = NULL;
    given_put(txn, theirs, scope, "k", "v");
    slmdb_txn *child = given_child(txn);
    for (int i = 0; i < 1000 && status == SLMDB_OK; i++)
      status = slmdb_db_put(child, theirs, scope, &i, sizeof i, value, sizeof value, NULL);
    CHECK(status == SLMDB_MAP_FULL);
    IS(SLMDB_MAP_FULL, slmdb_txn_child(child, &none, ERR));
    if (commit) IS(SLMDB_MAP_FULL, slmdb_txn_commit(child, ERR)); /* nothing is kept, and the handle is closed */
    IS(commit ? SLMDB_TXN_ENDED : SLMDB_OK, slmdb_txn_abort(child, ERR));
    given_is(txn, theirs, scope, "k", "v");
    CHECK(given_count(txn, theirs, scope) == 1);
    given_put(txn, theirs, scope, "l", "w");
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    txn = given_txn(small, SLMDB_WRITE);
    CHECK(given_count(txn, theirs, scope) == 2);
    IS(SLMDB_OK, slmdb_db_clear(txn, theirs, scope, NULL, ERR));
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  }
  IS(SLMDB_OK, slmdb_env_close(small, ERR));
}

/* What a parent lent lives to the commit of a child at most, and what the child lent ends with it; a copy stays. */
static void test_lent(void) {
  slmdb_db *typed = given_db(env, "typed", SLMDB_TYPED);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  const void *value = NULL;
  size_t length = 0;
  bool existed = false;
  for (int i = 0; i < 200; i++) {
    IS(SLMDB_OK, slmdb_db_put(txn, typed, scope, "\1", 1, "\xa3" "old", 4, ERR));
    slmdb_txn *child = given_child(txn);
    IS(SLMDB_OK, slmdb_db_get(child, typed, scope, "\1", 1, &value, &length, ERR));
    IS(SLMDB_OK, slmdb_db_put(child, typed, scope, "\2", 1, value, length, ERR)); /* lent, and passed back */
    IS(SLMDB_OK, slmdb_db_replace(child, typed, scope, "\2", 1, "\xa3" "new", 4, &value, &length, &existed, ERR));
    CHECK(length == 4 && memcmp(value, "\xa3" "old", 4) == 0);
    IS(SLMDB_OK, slmdb_txn_commit(child, ERR));
    IS(SLMDB_OK, slmdb_db_get(txn, typed, scope, "\2", 1, &value, &length, ERR));
    CHECK(length == 4 && memcmp(value, "\xa3" "new", 4) == 0);
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(typed, ERR));
}

int main(void) {
  check_folder folder = check_make_folder(), small = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "d", SLMDB_BYTES);
  scope = given_scope("s");
  test_ends();
  test_registry();
  test_parent_in_use();
  test_abort_closes();
  test_nested();
  test_refused();
  test_wrong_thread();
  test_left_open();
  test_full(small.path);
  test_lent();
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  check_remove_folder(&small);
  return check_end("children");
}
