/* What becomes of a write transaction whose thread ends? It is aborted, and nobody waits for it. */
#include "given.h"

#include <pthread.h>

enum { ROUNDS = 1000 };

typedef struct brief {
  slmdb_env *env;
  slmdb_db *db;
} brief;

/* Leaves a write transaction with a cursor in it. */
static void *leave_open(void *argument) {
  const brief *b = (const brief *)argument;
  slmdb_txn *txn = given_txn(b->env, SLMDB_WRITE);
  given_put(txn, b->db, NULL, "left", "open");
  given_cursor(txn, b->db, NULL, NULL);
  return txn;
}

static void *leave_two_open(void *argument) {
  leave_open(argument);
  return leave_open((brief *)argument + 1);
}

/* The end of a thread aborts it: nothing is written, the next writer goes on, and the handles are closed. */
static void test_left_open(const char *path, const char *other) {
  brief briefs[2];
  void *txn = NULL;
  for (int i = 0; i < 2; i++) {
    briefs[i].env = given_env(i ? other : path);
    briefs[i].db = given_db(briefs[i].env, "d", SLMDB_BYTES);
  }
  for (int i = 0; i < ROUNDS; i++) {
    pthread_t thread;
    NEED(pthread_create(&thread, NULL, i % 2 ? leave_two_open : leave_open, briefs) == 0);
    NEED(pthread_join(thread, &txn) == 0);
    if (i % 100) continue;
    IS(SLMDB_TXN_ENDED, slmdb_txn_commit((slmdb_txn *)txn, ERR));
    for (int e = 0; e < 2; e++) {
      slmdb_txn *reader = given_txn(briefs[e].env, SLMDB_READ);
      given_is(reader, briefs[e].db, NULL, "left", NULL);
      IS(SLMDB_OK, slmdb_txn_abort(reader, ERR));
      given_works(briefs[e].env, briefs[e].db, NULL);
    }
    CHECK(slmdb_open_handles() == 4);
  }
  for (int i = 0; i < 2; i++) IS(SLMDB_OK, slmdb_env_close(briefs[i].env, ERR));
}

typedef struct shared {
  slmdb_env *env;
  slmdb_db *db;
  slmdb_txn *txn;
  int begun, stop, status;
} shared;

static void *begin_and_end(void *argument) {
  shared *s = (shared *)argument;
  s->txn = given_txn(s->env, SLMDB_WRITE);
  __atomic_store_n(&s->begun, 1, __ATOMIC_RELEASE);
  check_sleep(0.02);
  return NULL;
}

/* Walks in the transaction of another thread, all the time, so that it is in a call when that thread ends. */
static void *walk_meanwhile(void *argument) {
  shared *s = (shared *)argument;
  static char page[1 << 20];
  while (!__atomic_load_n(&s->begun, __ATOMIC_ACQUIRE)) continue;
  while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
    slmdb_cursor *c = NULL;
    size_t length;
    bool more;
    if (slmdb_cursor_open(s->txn, s->db, NULL, NULL, &c, NULL) != SLMDB_OK) break;
    slmdb_cursor_page(c, page, sizeof page, 0, &length, &more, NULL);
    slmdb_cursor_close(c, NULL);
  }
  return NULL;
}

static void *begin_after(void *argument) {
  shared *s = (shared *)argument;
  slmdb_txn *txn = NULL;
  s->status = slmdb_txn_begin(s->env, SLMDB_WRITE, &txn, NULL);
  if (s->status == SLMDB_OK) IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return NULL;
}

/* The same while another thread is inside of a call with the transaction: the next writer must still get its turn. */
static void test_left_in_use(const char *path) {
  shared s;
  memset(&s, 0, sizeof s);
  s.env = given_env(path);
  s.db = given_db(s.env, "d", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(s.env, SLMDB_WRITE);
  for (uint32_t i = 0; i < 20000; i++) IS(SLMDB_OK, slmdb_db_put(txn, s.db, NULL, &i, sizeof i, &i, sizeof i, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  for (int i = 0; i < 20; i++) {
    pthread_t owner, walker, next;
    struct timespec end;
    s.begun = s.stop = 0;
    NEED(pthread_create(&owner, NULL, begin_and_end, &s) == 0 && pthread_create(&walker, NULL, walk_meanwhile, &s) == 0);
    NEED(pthread_join(owner, NULL) == 0);
    __atomic_store_n(&s.stop, 1, __ATOMIC_RELEASE);
    NEED(pthread_join(walker, NULL) == 0);
    NEED(pthread_create(&next, NULL, begin_after, &s) == 0);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    NEED(pthread_timedjoin_np(next, NULL, &end) == 0); /* else no writer will ever have its turn again */
    CHECK(s.status == SLMDB_OK);
  }
  IS(SLMDB_OK, slmdb_env_close(s.env, ERR));
}

int main(void) {
  check_folder folders[3];
  for (int i = 0; i < 3; i++) folders[i] = check_make_folder();
  test_left_open(folders[0].path, folders[1].path);
  test_left_in_use(folders[2].path);
  for (int i = 0; i < 3; i++) check_remove_folder(&folders[i]);
  return check_end("orphans");
}
