/* Do many threads beside one writer see whole commits only, and do threads that come and go leave nothing behind? */
#include "given.h"

#include <pthread.h>

enum { READERS = 4, COMMITS = 600, KEYS = 20, SHORT = 4000 };

/* The model: commit n stores n under every key of scope n % 3, in both databases; so all of a scope's are equal. */
typedef struct model {
  slmdb_env *env;
  slmdb_db *ordered, *heed;
  slmdb_scope *scopes[3];
  int committed; /* the last commit that is known to be done */
  int stop;
} model;

static void name_of(int key, char name[16]) { snprintf(name, 16, "key %d", key); }

static void *write_all(void *argument) {
  model *m = (model *)argument;
  char name[16];
  for (int n = 1; n <= COMMITS; n++) {
    slmdb_txn *txn = given_txn(m->env, SLMDB_WRITE);
    bool keep = n % 5 != 0; /* others are dropped, and must never be seen */
    int value = keep ? n : -n;
    for (int k = 0; k < KEYS; k++) {
      name_of(k, name);
      slmdb_scope *s = m->scopes[n % 3];
      IS(SLMDB_OK, slmdb_db_put(txn, m->ordered, s, name, strlen(name), &value, sizeof value, ERR));
      IS(SLMDB_OK, slmdb_db_put(txn, m->heed, s, name, strlen(name), &value, sizeof value, ERR));
    }
    if (keep) IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    else IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    if (keep) __atomic_store_n(&m->committed, n, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&m->stop, 1, __ATOMIC_RELEASE);
  return NULL;
}

static int value_of(const void *value, size_t length) {
  int n = 0;
  if (CHECK(length == sizeof n)) memcpy(&n, value, sizeof n);
  return n;
}

/* What a snapshot shows of a scope: the number that all its values are, 0 if there are none. */
static int read_by_get(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  char name[16];
  int seen = 0;
  for (int k = 0; k < KEYS; k++) {
    const void *value = NULL;
    size_t length = 0;
    name_of(k, name);
    int32_t status = slmdb_db_get(txn, db, scope, name, strlen(name), &value, &length, NULL);
    CHECK(status == SLMDB_OK || (status == SLMDB_NOT_FOUND && seen == 0));
    if (status != SLMDB_OK) continue;
    int n = value_of(value, length);
    CHECK(k == 0 || n == seen);
    seen = n;
  }
  return seen;
}

static int read_by_walk(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  const void *key, *value;
  size_t key_length, value_length;
  int count = 0, seen = 0;
  while (slmdb_cursor_next(c, &key, &key_length, &value, &value_length, NULL) == SLMDB_OK) {
    int n = value_of(value, value_length);
    CHECK(count++ == 0 || n == seen);
    seen = n;
  }
  CHECK(count == 0 || count == KEYS);
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  return seen;
}

/* One snapshot: all of one commit, never an older one than was known before it began, the same until it ends. */
static int read_snapshot(model *m, int newest) {
  int known = __atomic_load_n(&m->committed, __ATOMIC_ACQUIRE), most = 0;
  slmdb_txn *txn = given_txn(m->env, SLMDB_READ);
  for (int s = 0; s < 3; s++) {
    int n = read_by_get(txn, m->ordered, m->scopes[s]);
    CHECK(n >= 0 && (n == 0 || n % 3 == s) && (n == 0 || n % 5 != 0));
    CHECK(read_by_walk(txn, m->heed, m->scopes[s]) == n);
    CHECK(read_by_get(txn, m->heed, m->scopes[s]) == n);
    CHECK(read_by_walk(txn, m->ordered, m->scopes[s]) == n);
    if (n > most) most = n;
  }
  CHECK(most >= known && most >= newest);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return most;
}

static void *read_all(void *argument) {
  model *m = (model *)argument;
  int newest = 0, rounds = 0;
  for (; !__atomic_load_n(&m->stop, __ATOMIC_ACQUIRE); rounds++) newest = read_snapshot(m, newest);
  CHECK(rounds > 0);
  return NULL;
}

static void test_model(const char *path) {
  model m;
  pthread_t writer, readers[READERS];
  memset(&m, 0, sizeof m);
  m.env = given_env(path);
  m.ordered = given_db(m.env, "ordered", SLMDB_BYTES);
  m.heed = given_heed(m.env, "heed", SLMDB_BYTES, 0, 0);
  m.scopes[1] = given_scope("tenant_2");
  m.scopes[2] = given_scope("tenant_4");
  for (int i = 0; i < READERS; i++) NEED(pthread_create(&readers[i], NULL, read_all, &m) == 0);
  NEED(pthread_create(&writer, NULL, write_all, &m) == 0);
  NEED(pthread_join(writer, NULL) == 0);
  for (int i = 0; i < READERS; i++) NEED(pthread_join(readers[i], NULL) == 0);
  CHECK(read_snapshot(&m, 0) == COMMITS - 1);
  for (int s = 1; s < 3; s++) IS(SLMDB_OK, slmdb_scope_close(m.scopes[s], ERR));
  IS(SLMDB_OK, slmdb_env_close(m.env, ERR));
}

/* ---- threads that come and go ----------------------------------------------------------------------------------- */

typedef struct brief {
  slmdb_env *env;
  slmdb_db *db;
  int number;
} brief;

/* Some read, some write; each opens what it needs and closes it. */
static void *live_briefly(void *argument) {
  const brief *b = (const brief *)argument;
  char name[16];
  name_of(b->number % 50, name);
  slmdb_scope *scope = given_scope(name);
  slmdb_txn *txn = given_txn(b->env, b->number % 4 == 0 ? SLMDB_WRITE : SLMDB_READ);
  if (b->number % 4 == 0) {
    given_put(txn, b->db, scope, "number", name);
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  } else {
    const void *value;
    size_t length;
    int32_t status = slmdb_db_get(txn, b->db, scope, "number", 6, &value, &length, NULL);
    CHECK(status == SLMDB_NOT_FOUND || (status == SLMDB_OK && length == strlen(name) && !memcmp(value, name, length)));
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  }
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  return NULL;
}

static void test_short_threads(const char *path) {
  enum { AT_ONCE = 8 };
  slmdb_env_options o = given_env_options();
  o.max_readers = 32; /* a thread that kept a reader's place would soon be missed */
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  for (int i = 0; i < SHORT; i += AT_ONCE) {
    pthread_t threads[AT_ONCE];
    brief briefs[AT_ONCE];
    for (int t = 0; t < AT_ONCE; t++) {
      briefs[t].env = env, briefs[t].db = db, briefs[t].number = i + t;
      NEED(pthread_create(&threads[t], NULL, live_briefly, &briefs[t]) == 0);
    }
    for (int t = 0; t < AT_ONCE; t++) NEED(pthread_join(threads[t], NULL) == 0);
  }
  CHECK(slmdb_open_handles() == 2);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

int main(void) {
  check_folder folders[2];
  for (int i = 0; i < 2; i++) folders[i] = check_make_folder();
  test_model(folders[0].path);
  test_short_threads(folders[1].path);
  for (int i = 0; i < 2; i++) check_remove_folder(&folders[i]);
  return check_end("threads");
}
