/* Are the rules of transactions kept: what may be done, by which thread, how often, and when it has ended? */
#include "calls.h"

#include <pthread.h>

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope;

/* Runs fn on another thread, to its end. */
static void elsewhere(void *(*fn)(void *), void *argument) {
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, fn, argument) == 0);
  NEED(pthread_join(thread, NULL) == 0);
}

static void test_modes(void) {
  slmdb_txn *txn = NULL;
  const int32_t modes[] = {-1, 2, INT32_MIN, INT32_MAX, 256, 257};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    IS(SLMDB_INVALID_ARGUMENT, slmdb_txn_begin(env, modes[i], &txn, ERR));
  CHECK(txn == NULL);
  txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_READ_ONLY, slmdb_db_put(txn, db, scope, "k", 1, "v", 1, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_delete(txn, db, scope, "k", 1, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_clear(txn, db, scope, NULL, ERR));
  given_is(txn, db, scope, "k", NULL);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  given_works(env, db, scope);
}

/* Every function that takes a transaction or a cursor, after the transaction ended either way. */
static void test_ended(void) {
  for (int commit = 0; commit < 2; commit++) {
    calls_handles h;
    h.of.env = env, h.of.db = db, h.of.scope = scope;
    h.of.txn = given_txn(env, SLMDB_WRITE);
    h.of.cursor = given_cursor(h.of.txn, db, scope, NULL);
    slmdb_cursor *list = NULL;
    IS(SLMDB_OK, slmdb_registry_list(h.of.txn, &list, ERR));
    if (commit) IS(SLMDB_OK, slmdb_txn_commit(h.of.txn, ERR));
    else IS(SLMDB_OK, slmdb_txn_abort(h.of.txn, ERR));
    for (int call = 0; call < CALLS_WITH_HANDLES; call++) {
      if (calls_takes(call) & TAKES_TXN) IS(SLMDB_TXN_ENDED, calls_make(call, &h, ERR));
      if (calls_takes(call) & TAKES_CURSOR) IS(SLMDB_CLOSED, calls_make(call, &h, ERR));
    }
    h.of.cursor = list;
    for (int call = CALL_CURSOR_NEXT; call <= CALL_CURSOR_CLOSE; call++) IS(SLMDB_CLOSED, calls_make(call, &h, ERR));
  }
  given_works(env, db, scope);
}

static void *write_elsewhere(void *argument) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "by", (const char *)argument);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  return NULL;
}

static void test_nested(void) {
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  slmdb_db *fresh = NULL;
  slmdb_txn *second = NULL, *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_NESTED, slmdb_txn_begin(env, SLMDB_WRITE, &second, ERR));
  IS(SLMDB_NESTED, slmdb_db_open(env, "fresh", 5, &o, &fresh, ERR));
  slmdb_db *again = given_db(env, "d", SLMDB_BYTES); /* nothing to create */
  IS(SLMDB_OK, slmdb_db_close(again, ERR));
  second = given_txn(env, SLMDB_READ);
  given_put(txn, db, scope, "k", "v");
  given_is(second, db, scope, "k", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(second, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  given_works(env, db, scope);
  elsewhere(write_elsewhere, (void *)"another thread");
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, "by", "another thread");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  o.must_exist = true; /* the refused call made nothing */
  IS(SLMDB_DATABASE_NOT_FOUND, slmdb_db_open(env, "fresh", 5, &o, &fresh, ERR));
}

static void *end_elsewhere(void *argument) {
  slmdb_txn *txn = (slmdb_txn *)argument;
  IS(SLMDB_WRONG_THREAD, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_WRONG_THREAD, slmdb_txn_abort(txn, ERR));
  return NULL;
}

static void *end_reader(void *argument) {
  slmdb_txn *txn = (slmdb_txn *)argument;
  given_is(txn, db, scope, "k", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return NULL;
}

/* A write transaction must end where it began, and stays open until then; a read transaction may wander. */
static void test_wrong_thread(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "mine", "v");
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  elsewhere(end_elsewhere, txn);
  given_is(txn, db, scope, "mine", "v");
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, "mine", "v");
  elsewhere(end_reader, txn);
  IS(SLMDB_TXN_ENDED, slmdb_txn_abort(txn, ERR));
  given_works(env, db, scope);
}

/* ---- two threads at once ---------------------------------------------------------------------------------------- */

typedef struct crowd {
  slmdb_txn *txn;
  slmdb_cursor *cursor;
  int stop, in_use[4];
} crowd;

/* Calls that take a moment, over and over, so that the others are bound to come in between. */
static void *walk_all(void *argument) {
  crowd *all = (crowd *)argument;
  while (!__atomic_load_n(&all->stop, __ATOMIC_ACQUIRE)) {
    static char page[1 << 18];
    size_t length;
    bool more;
    slmdb_cursor *c = NULL;
    int32_t status = slmdb_cursor_open(all->txn, db, NULL, NULL, &c, NULL);
    if (status == SLMDB_IN_USE) continue;
    NEED(status == SLMDB_OK);
    do status = slmdb_cursor_page(c, page, sizeof page, 0, &length, &more, NULL);
    while (status == SLMDB_OK || status == SLMDB_IN_USE ? status == SLMDB_IN_USE || more : false);
    CHECK(status == SLMDB_OK);
    do status = slmdb_cursor_close(c, NULL);
    while (status == SLMDB_IN_USE);
    CHECK(status == SLMDB_OK);
  }
  return NULL;
}

/* Each of these must be told SLMDB_IN_USE at some time, and nothing worse. */
static void interfere(crowd *all) {
  const void *key, *value;
  size_t key_length, value_length;
  double end = check_seconds() + 20;
  for (bool every = false; !every && check_seconds() < end;) {
    const int32_t got[4] = {
        slmdb_db_get(all->txn, db, NULL, "0", 1, &value, &value_length, ERR),
        slmdb_cursor_next(all->cursor, &key, &key_length, &value, &value_length, ERR),
        slmdb_registry_list(all->txn, &all->cursor, ERR),
        slmdb_cursor_close(all->cursor, ERR),
    };
    every = true;
    for (int i = 0; i < 4; i++) {
      CHECK(got[i] == SLMDB_OK || got[i] == SLMDB_NOT_FOUND || got[i] == SLMDB_IN_USE || got[i] == SLMDB_CLOSED);
      all->in_use[i] += got[i] == SLMDB_IN_USE;
      every = every && all->in_use[i] > 0;
    }
  }
  for (int i = 0; i < 4; i++) CHECK(all->in_use[i] > 0);
}

static void test_in_use(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (uint32_t i = 0; i < 2000; i++) IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, &i, sizeof i, &i, sizeof i, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  crowd all;
  memset(&all, 0, sizeof all);
  all.txn = given_txn(env, SLMDB_READ);
  all.cursor = given_cursor(all.txn, db, NULL, NULL);
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, walk_all, &all) == 0);
  interfere(&all);
  __atomic_store_n(&all.stop, 1, __ATOMIC_RELEASE);
  NEED(pthread_join(thread, NULL) == 0);
  CHECK(given_count(all.txn, db, NULL) == 2000); /* and it works on */
  IS(SLMDB_OK, slmdb_txn_abort(all.txn, ERR));
}

/* A thread may have a write transaction in each of several Envs, and end them in any order. */
static void test_two_envs(const char *path) {
  slmdb_env *other = given_env(path);
  slmdb_db *theirs = given_db(other, "d", SLMDB_BYTES);
  for (int order = 0; order < 2; order++) {
    slmdb_txn *none = NULL, *first = given_txn(env, SLMDB_WRITE), *second = given_txn(other, SLMDB_WRITE);
    given_put(first, db, scope, "two", "envs");
    given_put(second, theirs, scope, "two", "envs");
    IS(SLMDB_NESTED, slmdb_txn_begin(env, SLMDB_WRITE, &none, ERR));
    IS(SLMDB_NESTED, slmdb_txn_begin(other, SLMDB_WRITE, &none, ERR));
    IS(SLMDB_OK, slmdb_txn_abort(order ? first : second, ERR));
    IS(SLMDB_OK, slmdb_txn_commit(order ? second : first, ERR));
  }
  given_works(env, db, scope);
  given_works(other, theirs, scope);
  IS(SLMDB_OK, slmdb_env_close(other, ERR));
}

/* A transaction of one Env with a database of another. */
static void test_foreign(const char *path) {
  slmdb_env *other = given_env(path);
  slmdb_db *theirs = given_db(other, "d", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_cursor *c = NULL;
  const void *value = NULL;
  size_t length = 0;
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get(txn, theirs, scope, "k", 1, &value, &length, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_copy(txn, theirs, scope, "k", 1, NULL, 0, &length, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, theirs, scope, NULL, &c, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_put(txn, theirs, scope, "k", 1, "v", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_delete(txn, theirs, NULL, "k", 1, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_clear(txn, theirs, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(other, ERR));
  given_works(env, db, scope);
}

int main(void) {
  check_folder folder = check_make_folder(), other = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "d", SLMDB_BYTES);
  scope = given_scope("s");
  test_modes();
  test_ended();
  test_nested();
  test_wrong_thread();
  test_foreign(other.path);
  test_two_envs(other.path);
  test_in_use();
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  check_remove_folder(&other);
  return check_end("transactions");
}
