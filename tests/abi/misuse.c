/* Are handles closed in any order, any number of times and by any thread without harm, and never live again? */
#include "calls.h"

#include <pthread.h>
#include <sched.h>

/* ---- every order ------------------------------------------------------------------------------------------------ */

/* What must be true of six handles, and so what closing one must answer. */
typedef struct model {
  bool env, db, scope, txn, cursor, batch;
} model;

/* Closes one handle as `type` says, and compares with the model. */
static void close_one(const calls_handles *h, model *m, int type) {
  switch (type) {
    case 0:
      IS(!m->env ? SLMDB_CLOSED : m->txn ? SLMDB_BUSY : SLMDB_OK, slmdb_env_close(h->of.env, ERR));
      if (!m->txn) m->env = m->db = m->batch = false;
      break;
    case 1:
      IS(m->db ? SLMDB_OK : SLMDB_CLOSED, slmdb_db_close(h->of.db, ERR));
      m->db = false;
      break;
    case 2:
      IS(m->scope ? SLMDB_OK : SLMDB_CLOSED, slmdb_scope_close(h->of.scope, ERR));
      m->scope = false;
      break;
    case 3:
      IS(m->txn ? SLMDB_OK : SLMDB_TXN_ENDED, slmdb_txn_abort(h->of.txn, ERR));
      m->txn = m->cursor = false;
      break;
    case 4:
      IS(m->cursor ? SLMDB_OK : SLMDB_CLOSED, slmdb_cursor_close(h->of.cursor, ERR));
      m->cursor = false;
      break;
    default:
      IS(m->batch ? SLMDB_OK : SLMDB_CLOSED, slmdb_batch_close(h->of.batch, ERR));
      m->batch = false;
  }
}

/* What a function may answer when all its handles are live. */
static bool is_answer(int call, int32_t got) {
  return got == SLMDB_OK || got == SLMDB_NOT_FOUND || (got == SLMDB_NESTED && (call == CALL_ENV_FLUSH || call == CALL_DB_APPLY_PUT)) ||
         (got == SLMDB_KEY_EXISTS && call == CALL_REGISTRY_RENAME);
}

/* What each function must answer when some handles are closed; the checked order of several closed ones is free. */
static void use_all(const calls_handles *h, const model *m) {
  const bool live[HANDLE_TYPES] = {m->env, m->db, m->scope, m->txn, m->cursor, m->batch};
  for (int call = 0; call < CALLS_WITH_HANDLES; call++) {
    if (calls_takes(call) & OPENS || call == CALL_ENV_GROW) continue; /* which would wait for our transaction */
    unsigned missing = 0;
    for (int type = 0; type < HANDLE_TYPES; type++)
      if (calls_takes(call) & 1u << type && !live[type]) missing |= 1u << type;
    int32_t got = calls_make(call, h, ERR);
    bool held = !missing ? is_answer(call, got)
                         : (got == SLMDB_CLOSED && missing != TAKES_TXN) ||
                               (got == SLMDB_TXN_ENDED && (missing & TAKES_TXN));
    if (!CHECK(held)) fprintf(stderr, "  %s: %s\n", calls_name(call), slmdb_status_name(got));
    CHECK(check_written(got, &check_last));
  }
}

/* The n-th of the orders in which six things can be done. */
static void order_of(int n, int order[HANDLE_TYPES]) {
  int left[HANDLE_TYPES] = {0, 1, 2, 3, 4, 5};
  for (int size = HANDLE_TYPES; size > 0; size--) {
    int at = n % size;
    n /= size;
    order[HANDLE_TYPES - size] = left[at];
    memmove(left + at, left + at + 1, (size_t)(size - at - 1) * sizeof *left);
  }
}

static void test_orders(const char *path) {
  for (int n = 0; n < 720; n++) {
    int order[HANDLE_TYPES];
    model m = {true, true, true, true, true, true};
    calls_handles h = calls_given(path);
    order_of(n, order);
    for (int i = 0; i < HANDLE_TYPES; i++) {
      close_one(&h, &m, order[i]);
      use_all(&h, &m);
      close_one(&h, &m, order[i]); /* once more */
    }
    close_one(&h, &m, 0); /* it may have been busy */
    CHECK(slmdb_open_handles() == 0);
  }
}

/* A cursor goes on without the handle of its database, in pages and one by one. */
static void test_cursor_outlives_db(const char *path) {
  calls_handles h = calls_given(path);
  const void *key, *value;
  size_t key_length, value_length;
  given_put(h.of.txn, h.of.db, h.of.scope, "l", "w");
  slmdb_cursor *c = given_cursor(h.of.txn, h.of.db, h.of.scope, NULL);
  IS(SLMDB_OK, slmdb_db_close(h.of.db, ERR));
  IS(SLMDB_OK, slmdb_scope_close(h.of.scope, ERR));
  IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_length, &value, &value_length, ERR));
  CHECK(key_length == 1 && *(const char *)key == 'k');
  char page[64];
  bool more = true;
  IS(SLMDB_OK, slmdb_cursor_page(c, page, sizeof page, 0, &key_length, &more, ERR));
  CHECK(key_length == 11 && !more);
  IS(SLMDB_OK, slmdb_txn_commit(h.of.txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(h.of.env, ERR));
  CHECK(slmdb_open_handles() == 0);
}

/* An Env with many handles of one Database closes them all; those of another Env in the same folder stay. */
static void test_env_closes(const char *path) {
  slmdb_env *env = given_env(path), *same = given_env(path);
  slmdb_db *dbs[100], *kept = given_db(same, "calls", SLMDB_BYTES);
  for (int i = 0; i < 100; i++) dbs[i] = given_db(env, "calls", SLMDB_BYTES);
  CHECK(slmdb_open_handles() == 103);
  for (int i = 0; i < 50; i++) IS(SLMDB_OK, slmdb_db_close(dbs[i], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  for (int i = 0; i < 100; i++) IS(SLMDB_CLOSED, slmdb_db_close(dbs[i], ERR));
  CHECK(slmdb_open_handles() == 2);
  given_works(same, kept, NULL);
  IS(SLMDB_OK, slmdb_env_close(same, ERR));
}

/* ---- the table of handles --------------------------------------------------------------------------------------- */

enum { MANY = 100000 };

/* One slot, taken and freed over and over: no handle is given twice, and no old one answers. */
static void test_reuse(void) {
  slmdb_scope **old = (slmdb_scope **)calloc(MANY, sizeof *old);
  int wrong = 0;
  for (int i = 0; i < MANY; i++) {
    wrong += slmdb_scope_open("s", 1, &old[i], NULL) != SLMDB_OK;
    if (i > 0) {
      wrong += old[i] == old[i - 1];
      wrong += slmdb_scope_close(old[i - 1], NULL) != SLMDB_CLOSED;
      wrong += slmdb_scope_close(old[(i * 7919u) % (unsigned)i], NULL) != SLMDB_CLOSED;
    }
    wrong += slmdb_open_handles() != 1;
    wrong += slmdb_scope_close(old[i], NULL) != SLMDB_OK;
  }
  for (int i = 0; i < MANY; i++) wrong += slmdb_scope_close(old[i], NULL) != SLMDB_CLOSED;
  CHECK(wrong == 0);
  free(old);
}

static int compare_handles(const void *a, const void *b) {
  uintptr_t x = (uintptr_t) * (void *const *)a, y = (uintptr_t) * (void *const *)b;
  return (x > y) - (x < y);
}

/* Many at once, of several types over the same slots; all different, and counted. */
static void test_many(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_db *db = given_db(env, "calls", SLMDB_BYTES);
  void **all = (void **)calloc(MANY, sizeof *all);
  int wrong = 0;
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < MANY; i++) {
      slmdb_scope *scope = NULL;
      slmdb_cursor *cursor = NULL;
      bool is_scope = i % 16 || round;
      wrong += (is_scope ? slmdb_scope_open("s", 1, &scope, NULL) : slmdb_cursor_open(txn, db, NULL, NULL, &cursor, NULL)) !=
               SLMDB_OK;
      all[i] = is_scope ? (void *)scope : (void *)cursor;
    }
    CHECK(slmdb_open_handles() == 3 + MANY + (round ? MANY / 16 : 0));
    for (int i = 0; i < MANY; i++) {
      slmdb_scope *scope = (slmdb_scope *)all[i];
      if (i % 16 || round) wrong += slmdb_scope_close(scope, NULL) != SLMDB_OK;
      else wrong += slmdb_scope_close(scope, NULL) != SLMDB_INVALID_HANDLE;
    }
    qsort(all, MANY, sizeof *all, compare_handles);
    for (int i = 1; i < MANY; i++) wrong += all[i] == all[i - 1];
  }
  CHECK(wrong == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR)); /* with thousands of cursors */
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  CHECK(slmdb_open_handles() == 0);
  free(all);
}

/* ---- two closers at once ---------------------------------------------------------------------------------------- */

enum { RACES = 20000 };

typedef struct race {
  slmdb_env *env;
  int type, closed; /* how many were told that they did */
  void *handle;
  unsigned arrived;
} race;

/* Two threads go on at the same moment; *met is how often this one has met the other. It spins: waking takes too long. */
static void meet(race *r, unsigned *met) {
  unsigned both = 2 * ++*met;
  __atomic_add_fetch(&r->arrived, 1, __ATOMIC_ACQ_REL);
  for (unsigned spins = 1; __atomic_load_n(&r->arrived, __ATOMIC_ACQUIRE) < both; spins++)
    if (spins % 4096 == 0) sched_yield();
}

/* A little later each time, so that every moment of the one call meets every moment of the other. */
static void linger(unsigned turns) {
  for (; turns > 0; turns--) __asm__ volatile("");
}

static void close_raced(race *r, unsigned *met, unsigned turns) {
  int32_t status;
  meet(r, met);
  linger(turns);
  if (r->type == TAKES_SCOPE) status = slmdb_scope_close((slmdb_scope *)r->handle, NULL);
  else if (r->type == TAKES_DB) status = slmdb_db_close((slmdb_db *)r->handle, NULL);
  else status = slmdb_txn_abort((slmdb_txn *)r->handle, NULL);
  if (status == SLMDB_OK) __atomic_add_fetch(&r->closed, 1, __ATOMIC_RELAXED);
  meet(r, met);
}

static void *second_closer(void *argument) {
  unsigned met = 0;
  for (int i = 0; i < RACES; i++) close_raced((race *)argument, &met, (unsigned)i % 401);
  return NULL;
}

/* Exactly one closer of two is told that it closed the handle: the other one's is "closing twice". */
static void test_race(const char *path, int type) {
  race r;
  unsigned met = 0;
  pthread_t other;
  int twice = 0, never = 0;
  memset(&r, 0, sizeof r);
  r.env = given_env(path);
  r.type = type;
  NEED(pthread_create(&other, NULL, second_closer, &r) == 0);
  for (int i = 0; i < RACES; i++) {
    r.handle = type == TAKES_SCOPE ? (void *)given_scope("s")
               : type == TAKES_DB  ? (void *)given_db(r.env, "calls", SLMDB_BYTES)
                                   : (void *)given_txn(r.env, SLMDB_READ);
    r.closed = 0;
    close_raced(&r, &met, (unsigned)i % 397);
    twice += r.closed > 1;
    never += r.closed < 1;
  }
  NEED(pthread_join(other, NULL) == 0);
  if (twice || never) fprintf(stderr, "type %d: of %d, %d were closed twice, %d never\n", type, RACES, twice, never);
  CHECK(twice == 0 && never == 0);
  IS(SLMDB_OK, slmdb_env_close(r.env, ERR));
}

static void *open_raced(void *argument) {
  race *r = (race *)argument;
  unsigned met = 0;
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  for (int i = 0; i < RACES / 10; i++) {
    slmdb_db *db = NULL;
    meet(r, &met);
    int32_t status = slmdb_db_open(r->env, "calls", 5, &o, &db, NULL);
    CHECK(status == SLMDB_OK || status == SLMDB_CLOSED || status == SLMDB_INVALID_HANDLE);
    r->handle = db;
    meet(r, &met);
  }
  return NULL;
}

/* An Env that is closed while a Database is opened in it closes that too, or it is not opened: none is left over. */
static void test_open_against_close(const char *path) {
  race r;
  unsigned met = 0;
  pthread_t other;
  int left = 0;
  memset(&r, 0, sizeof r);
  slmdb_env *keeper = given_env(path); /* so that only handles are opened and closed, not files */
  NEED(pthread_create(&other, NULL, open_raced, &r) == 0);
  for (int i = 0; i < RACES / 10; i++) {
    int32_t status;
    r.env = given_env(path);
    meet(&r, &met);
    linger((unsigned)i % 997 * 4);
    while ((status = slmdb_env_close(r.env, NULL)) == SLMDB_BUSY) continue;
    CHECK(status == SLMDB_OK);
    meet(&r, &met);
    left += r.handle && slmdb_db_close((slmdb_db *)r.handle, NULL) != SLMDB_CLOSED;
  }
  NEED(pthread_join(other, NULL) == 0);
  if (left) fprintf(stderr, "%d databases outlived their Env\n", left);
  CHECK(left == 0);
  IS(SLMDB_OK, slmdb_env_close(keeper, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  calls_handles h = calls_given(folder.path);
  calls_close(&h);
  test_orders(folder.path);
  test_cursor_outlives_db(folder.path);
  test_env_closes(folder.path);
  test_reuse();
  test_many(folder.path);
  test_race(folder.path, TAKES_SCOPE);
  test_race(folder.path, TAKES_DB);
  test_race(folder.path, TAKES_TXN);
  test_open_against_close(folder.path);
  check_remove_folder(&folder);
  return check_end("misuse");
}
