/* Does growing the map do what it says, for sizes of all kinds and beside threads that read, write and grow too? */
#include "given.h"

#include <pthread.h>

/* Puts more than a small map holds; the status of the put that failed, or of the last one. */
static int32_t put_four_mebi(slmdb_env *env, slmdb_db *db) {
  static char value[1 << 16];
  int32_t status = SLMDB_OK;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 64 && status == SLMDB_OK; i++)
    status = slmdb_db_put(txn, db, NULL, &i, sizeof i, value, sizeof value, NULL);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return status;
}

/* Sizes that are not larger do nothing; those that no map can have are refused. */
static void test_sizes(const char *path) {
  slmdb_env_options o = given_env_options();
  o.map_size = MEBI;
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  const uint64_t small[] = {MEBI, MEBI - 1, 65536, 65535, 1, 0};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) IS(SLMDB_OK, slmdb_env_grow(env, small[i], ERR));
  CHECK(put_four_mebi(env, db) == SLMDB_MAP_FULL); /* so it has not grown */
  const uint64_t large[] = {(UINT64_C(1) << 47) + 1, UINT64_C(1) << 62, (UINT64_C(1) << 62) + 1, UINT64_C(1) << 63,
                            UINT64_MAX};
  for (size_t i = 0; i < sizeof large / sizeof *large; i++) IS(SLMDB_INVALID_ARGUMENT, slmdb_env_grow(env, large[i], ERR));
  CHECK(put_four_mebi(env, db) == SLMDB_MAP_FULL);
  IS(SLMDB_OK, slmdb_env_grow(env, 8 * MEBI + 1, ERR));
  CHECK(put_four_mebi(env, db) == SLMDB_OK);
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

typedef struct waiting {
  slmdb_env *env;
  double took;
  int32_t status;
} waiting;

static void *grow(void *argument) {
  waiting *w = (waiting *)argument;
  double start = check_seconds();
  w->status = slmdb_env_grow(w->env, 128 * MEBI, NULL);
  w->took = check_seconds() - start;
  return NULL;
}

static void *hold_and_grow(void *argument) {
  waiting w;
  w.env = given_env((const char *)argument);
  slmdb_txn *txn = given_txn(w.env, SLMDB_READ);
  grow(&w); /* waits for a transaction that cannot end meanwhile: ours */
  CHECK(w.status == SLMDB_BUSY);
  CHECK(w.took > 8 && w.took < 14);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_grow(w.env, 128 * MEBI, ERR));
  IS(SLMDB_OK, slmdb_env_close(w.env, ERR));
  return NULL;
}

/* A grow waits for a transaction of another thread, and goes on when it ends. */
static void test_wait(const char *path) {
  waiting w;
  pthread_t grower;
  w.env = given_env(path);
  slmdb_db *db = given_db(w.env, "d", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(w.env, SLMDB_WRITE);
  given_put(txn, db, NULL, "k", "v");
  NEED(pthread_create(&grower, NULL, grow, &w) == 0);
  check_sleep(0.3);
  given_is(txn, db, NULL, "k", "v"); /* the map has not moved under us */
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  NEED(pthread_join(grower, NULL) == 0);
  CHECK(w.status == SLMDB_OK && w.took > 0.2 && w.took < 8);
  txn = given_txn(w.env, SLMDB_READ);
  given_is(txn, db, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(w.env, ERR));
}

/* ---- many at once ----------------------------------------------------------------------------------------------- */

enum { GROWERS = 3, GROWS = 1500 };

typedef struct crowd {
  slmdb_env *env;
  slmdb_db *db;
  uint64_t size;
  int stop;
} crowd;

/* A little more each time, whoever's turn it is. */
static void *grow_often(void *argument) {
  crowd *c = (crowd *)argument;
  int grows = check_runner() ? GROWS / 10 : GROWS; /* for qemu, moving a map is long work */
  for (int i = 0; i < grows; i++)
    IS(SLMDB_OK, slmdb_env_grow(c->env, __atomic_add_fetch(&c->size, 65536, __ATOMIC_RELAXED), ERR));
  return NULL;
}

static void *use_meanwhile(void *argument) {
  crowd *c = (crowd *)argument;
  for (unsigned i = 0; !__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE); i++) {
    slmdb_txn *txn = given_txn(c->env, i % 4 ? SLMDB_READ : SLMDB_WRITE);
    given_is(txn, c->db, NULL, "k", "v");
    if (i % 4 == 0) given_put(txn, c->db, NULL, "k", "v");
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  }
  return NULL;
}

/* Growers beside each other and beside a reader and writer. */
static void test_many(const char *path) {
  crowd c;
  pthread_t growers[GROWERS], user;
  c.env = given_env(path);
  c.db = given_db(c.env, "d", SLMDB_BYTES);
  c.size = 64 * MEBI;
  c.stop = 0;
  slmdb_txn *txn = given_txn(c.env, SLMDB_WRITE);
  given_put(txn, c.db, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  NEED(pthread_create(&user, NULL, use_meanwhile, &c) == 0);
  for (int i = 0; i < GROWERS; i++) NEED(pthread_create(&growers[i], NULL, grow_often, &c) == 0);
  for (int i = 0; i < GROWERS; i++) NEED(pthread_join(growers[i], NULL) == 0);
  __atomic_store_n(&c.stop, 1, __ATOMIC_RELEASE);
  NEED(pthread_join(user, NULL) == 0);
  given_works(c.env, c.db, NULL);
  IS(SLMDB_OK, slmdb_env_close(c.env, ERR));
}

int main(void) {
  check_folder folders[4];
  pthread_t slow;
  for (int i = 0; i < 4; i++) folders[i] = check_make_folder();
  NEED(pthread_create(&slow, NULL, hold_and_grow, folders[0].path) == 0); /* ten seconds, beside the rest */
  test_sizes(folders[1].path);
  test_wait(folders[2].path);
  NEED(pthread_join(slow, NULL) == 0);
  test_many(folders[3].path);
  for (int i = 0; i < 4; i++) check_remove_folder(&folders[i]);
  return check_end("growth");
}
