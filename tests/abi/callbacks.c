/* May a batch's callback do what the header allows it, and do callbacks of many threads come once each, in order? */
#include "given.h"

#include <pthread.h>
#include <sched.h>

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope;

static slmdb_batch *batch_of(const void *key, size_t key_length, const char *value) {
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, key, key_length, value, strlen(value), ERR));
  return batch;
}

static void *elsewhere_body(void *argument) {
  void (*fn)(void) = NULL;
  memcpy(&fn, argument, sizeof fn);
  fn();
  return NULL;
}

static void elsewhere(void (*fn)(void)) {
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, elsewhere_body, &fn) == 0);
  NEED(pthread_join(thread, NULL) == 0);
}

static size_t stored(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  size_t n = given_count(txn, db, scope);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return n;
}

/* ---- what a callback may do ------------------------------------------------------------------------------------- */

static void use_everything(void *user, const slmdb_error *result) {
  int *called = (int *)user;
  CHECK(result->code == SLMDB_OK);
  given_works(env, db, scope); /* a write transaction of its own */
  slmdb_scope *own = given_scope("of a callback");
  slmdb_db *late = given_db(env, "made by a callback", SLMDB_TYPED);
  IS(SLMDB_OK, slmdb_db_close(late, ERR));
  IS(SLMDB_OK, slmdb_scope_close(own, ERR));
  IS(SLMDB_OK, slmdb_env_grow(env, 80 * MEBI, ERR));
  IS(SLMDB_BUSY, slmdb_env_flush(env, ERR));
  SAYS("callback");
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  QUIET(SLMDB_BUSY, slmdb_env_close(env, NULL));
  IS(SLMDB_BUSY, slmdb_env_flush(NULL, ERR));
  ++*called;
}

static void test_use(void) {
  int called = 0;
  for (int i = 0; i < 20; i++) IS(SLMDB_OK, slmdb_batch_submit(batch_of("k", 1, "v"), use_everything, &called, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(called == 20);
}

/* A chain: each callback submits the next batch, and flushing waits for those that were there, not for the chain. */
typedef struct chain {
  int length, done;
} chain;

static void submit_again(void *user, const slmdb_error *result) {
  chain *c = (chain *)user;
  CHECK(result->code == SLMDB_OK);
  int n = __atomic_add_fetch(&c->done, 1, __ATOMIC_ACQ_REL);
  if (n < c->length) IS(SLMDB_OK, slmdb_batch_submit(batch_of(&n, sizeof n, "chained"), submit_again, c, ERR));
}

static void test_submit_again(void) {
  chain c = {2000, 0};
  size_t before = stored();
  int zero = 0;
  IS(SLMDB_OK, slmdb_batch_submit(batch_of(&zero, sizeof zero, "chained"), submit_again, &c, ERR));
  while (__atomic_load_n(&c.done, __ATOMIC_ACQUIRE) < c.length) IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(c.done == c.length && stored() == before + 2000);
}

/* While the Env is closed, what a callback submits is refused, and stays the callback's to close. */
static void submit_late(void *user, const slmdb_error *result) {
  int *statuses = (int *)user;
  CHECK(result->code == SLMDB_OK);
  check_sleep(0.05);
  slmdb_batch *batch = NULL;
  int32_t status = slmdb_batch_open(env, &batch, NULL);
  if (status == SLMDB_OK) {
    IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, "late", 4, "v", 1, ERR));
    status = slmdb_batch_submit(batch, NULL, NULL, NULL);
    if (status != SLMDB_OK) IS(SLMDB_OK, slmdb_batch_close(batch, ERR));
  }
  CHECK(status == SLMDB_OK || status == SLMDB_CLOSED);
  statuses[status == SLMDB_CLOSED]++;
}

static void test_close_meanwhile(const char *path) {
  slmdb_env *was = env;
  slmdb_db *kept = db;
  int statuses[2] = {0, 0};
  uint64_t open = slmdb_open_handles();
  env = given_env(path);
  db = given_db(env, "d", SLMDB_BYTES);
  for (int i = 0; i < 10; i++) IS(SLMDB_OK, slmdb_batch_submit(batch_of("k", 1, "v"), submit_late, statuses, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  CHECK(statuses[0] + statuses[1] == 10 && statuses[1] >= 9);
  CHECK(slmdb_open_handles() == open);
  env = was, db = kept;
}

/* A write transaction that a callback leaves open would make all later batches wait for ever: it is aborted. */
static slmdb_txn *left;

static void leave_open(void *user, const slmdb_error *result) {
  (void)user, (void)result;
  left = given_txn(env, SLMDB_WRITE);
  given_put(left, db, scope, "left", "open");
  given_cursor(left, db, scope, NULL);
}

static void test_left_open(void) {
  uint64_t open = slmdb_open_handles();
  for (int i = 0; i < 100; i++) {
    IS(SLMDB_OK, slmdb_batch_submit(batch_of("k", 1, "v"), leave_open, NULL, ERR));
    IS(SLMDB_OK, slmdb_env_flush(env, ERR));
    IS(SLMDB_TXN_ENDED, slmdb_txn_commit(left, ERR));
    CHECK(slmdb_open_handles() == open);
  }
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, "left", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  elsewhere(test_use);
}

/* ---- many at once ----------------------------------------------------------------------------------------------- */

enum { THREADS = 8, EACH = 750 };

typedef struct crowd {
  int number, next, told, wrong;
} crowd;

typedef struct ticket {
  crowd *of;
  int number;
} ticket;

static ticket tickets[THREADS][EACH];

/* Each thread's come in the order in which it submitted. */
static void take_turn(void *user, const slmdb_error *result) {
  ticket *t = (ticket *)user;
  bool fails = t->number % 50 == 17;
  t->of->wrong += result->code != (fails ? SLMDB_KEY_EXISTS : SLMDB_OK) || t->number != t->of->next++;
  __atomic_add_fetch(&t->of->told, 1, __ATOMIC_ACQ_REL);
}

static void *submit_many(void *argument) {
  crowd *c = (crowd *)argument;
  char key[32];
  for (int i = 0; i < EACH; i++) {
    slmdb_batch *batch;
    snprintf(key, sizeof key, "%d %d", c->number, i);
    batch = batch_of(key, strlen(key), "v");
    if (i % 50 == 17) IS(SLMDB_OK, slmdb_batch_put_if_absent(batch, db, scope, "taken", 5, "!", 1, ERR));
    tickets[c->number][i].of = c;
    tickets[c->number][i].number = i;
    IS(SLMDB_OK, slmdb_batch_submit(batch, take_turn, &tickets[c->number][i], ERR));
    if (i % 250 == 249) IS(SLMDB_OK, slmdb_env_flush(env, ERR));
    if (i % 250 == 249) CHECK(__atomic_load_n(&c->told, __ATOMIC_ACQUIRE) == i + 1); /* flushing waited for them */
    if (i % 100 == 50) given_works(env, db, NULL); /* a writer between them */
  }
  return NULL;
}

static void test_many(void) {
  pthread_t threads[THREADS];
  crowd crowds[THREADS];
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR));
  given_put(txn, db, scope, "taken", "first");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  memset(crowds, 0, sizeof crowds);
  for (int i = 0; i < THREADS; i++) {
    crowds[i].number = i;
    NEED(pthread_create(&threads[i], NULL, submit_many, &crowds[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) NEED(pthread_join(threads[i], NULL) == 0);
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  for (int i = 0; i < THREADS; i++) CHECK(crowds[i].told == EACH && crowds[i].wrong == 0);
  CHECK(stored() == 1 + THREADS * (EACH - EACH / 50));
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, scope, "taken", "first");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

/* ---- two threads with one batch --------------------------------------------------------------------------------- */

enum { PUTS = 5000, RACES = 8000 };

typedef struct shared {
  slmdb_batch *batch;
  unsigned arrived;
  int done, in_use, closed, submitted, called;
} shared;

static void *fill(void *argument) {
  shared *s = (shared *)argument;
  for (int i = 0; i < PUTS; i++) {
    int32_t status = slmdb_batch_put(s->batch, db, NULL, "k", 1, "v", 1, ERR);
    CHECK(status == SLMDB_OK || status == SLMDB_IN_USE);
    if (status == SLMDB_OK) __atomic_add_fetch(&s->done, 1, __ATOMIC_RELAXED);
    else __atomic_add_fetch(&s->in_use, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

static void count_call(void *user, const slmdb_error *result) {
  (void)result;
  __atomic_add_fetch(&((shared *)user)->called, 1, __ATOMIC_RELAXED);
}

/* Whoever comes in between is told, and what is added is whole. */
static void test_filled_by_two(void) {
  shared s;
  pthread_t threads[3];
  memset(&s, 0, sizeof s);
  s.batch = given_batch(env);
  for (int i = 0; i < 3; i++) NEED(pthread_create(&threads[i], NULL, fill, &s) == 0);
  for (int i = 0; i < 3; i++) NEED(pthread_join(threads[i], NULL) == 0);
  CHECK(s.done > 0 && s.done + s.in_use == 3 * PUTS);
  IS(SLMDB_OK, slmdb_batch_submit(s.batch, count_call, &s, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(s.called == 1);
}

static void meet(shared *s, unsigned *met) {
  unsigned both = 2 * ++*met;
  __atomic_add_fetch(&s->arrived, 1, __ATOMIC_ACQ_REL);
  for (unsigned spins = 1; __atomic_load_n(&s->arrived, __ATOMIC_ACQUIRE) < both; spins++)
    if (spins % 4096 == 0) sched_yield();
}

static void linger(unsigned turns) {
  for (; turns > 0; turns--) __asm__ volatile("");
}

static void *submit_raced(void *argument) {
  shared *s = (shared *)argument;
  unsigned met = 0;
  for (int i = 0; i < RACES; i++) {
    meet(s, &met);
    linger((unsigned)i % 401);
    s->submitted = slmdb_batch_submit(s->batch, count_call, s, NULL) == SLMDB_OK;
    meet(s, &met);
  }
  return NULL;
}

/* A batch that one thread closes while another submits it was closed or submitted, never both and never neither. */
static void test_close_against_submit(void) {
  shared s;
  pthread_t other;
  unsigned met = 0;
  int both = 0, neither = 0, submitted = 0;
  uint64_t open = slmdb_open_handles();
  memset(&s, 0, sizeof s);
  NEED(pthread_create(&other, NULL, submit_raced, &s) == 0);
  for (int i = 0; i < RACES; i++) {
    s.batch = given_batch(env);
    meet(&s, &met);
    linger((unsigned)i % 397);
    bool closed = slmdb_batch_close(s.batch, NULL) == SLMDB_OK;
    meet(&s, &met);
    both += closed && s.submitted;
    neither += !closed && !s.submitted;
    submitted += s.submitted;
  }
  NEED(pthread_join(other, NULL) == 0);
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  if (both || neither) fprintf(stderr, "of %d, %d were closed and submitted, %d neither\n", RACES, both, neither);
  CHECK(both == 0 && neither == 0 && s.called == submitted);
  CHECK(slmdb_open_handles() == open);
}

/* ---- closing against submitting --------------------------------------------------------------------------------- */

static void *submit_until_closed(void *argument) {
  shared *s = (shared *)argument;
  for (;;) {
    slmdb_batch *batch = NULL;
    if (slmdb_batch_open(env, &batch, NULL) != SLMDB_OK) break;
    if (slmdb_batch_put(batch, db, scope, "k", 1, "v", 1, NULL) != SLMDB_OK) break;
    if (slmdb_batch_submit(batch, count_call, s, NULL) != SLMDB_OK) break;
    __atomic_add_fetch(&s->submitted, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

/* When a close has returned no callback comes any more, and every batch that was taken has had its own. */
static void test_close_against_submitters(const char *path) {
  slmdb_env *was = env;
  slmdb_db *kept = db;
  uint64_t open = slmdb_open_handles();
  for (int round = 0; round < 30; round++) {
    shared s;
    pthread_t threads[3];
    memset(&s, 0, sizeof s);
    env = given_env(path);
    db = given_db(env, "d", SLMDB_BYTES);
    for (int i = 0; i < 3; i++) NEED(pthread_create(&threads[i], NULL, submit_until_closed, &s) == 0);
    check_sleep(0.001 * (round % 10));
    IS(SLMDB_OK, slmdb_env_close(env, ERR));
    int called = __atomic_load_n(&s.called, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++) NEED(pthread_join(threads[i], NULL) == 0);
    CHECK(s.called == called && s.submitted == called);
    CHECK(slmdb_open_handles() == open);
  }
  env = was, db = kept;
}

int main(void) {
  check_folder folder = check_make_folder(), others[2];
  for (int i = 0; i < 2; i++) others[i] = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "d", SLMDB_BYTES);
  scope = given_scope("s");
  test_use();
  test_submit_again();
  test_close_meanwhile(others[0].path);
  test_many();
  test_filled_by_two();
  test_close_against_submit();
  test_close_against_submitters(others[1].path);
  test_left_open();
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  for (int i = 0; i < 2; i++) check_remove_folder(&others[i]);
  return check_end("callbacks");
}
