/* Does a batch come to what the header says: its own result, in order, durable, once, alone and whole? */
#include "calls.h"

#include <pthread.h>
#include <sys/wait.h>

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope;

/* What a callback was told. */
typedef struct told {
  int count, order;
  slmdb_error error;
  pthread_t thread;
} told;

static int orders;

static void note(void *user, const slmdb_error *result) {
  told *t = (told *)user;
  t->order = __atomic_add_fetch(&orders, 1, __ATOMIC_ACQ_REL);
  t->error = *result;
  t->thread = pthread_self();
  __atomic_add_fetch(&t->count, 1, __ATOMIC_ACQ_REL);
}

static slmdb_batch *batch_of(const char *key, const char *value) {
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, key, strlen(key), value, strlen(value), ERR));
  return batch;
}

static void submit(slmdb_batch *batch, told *t) {
  memset(t, 0, sizeof *t);
  IS(SLMDB_OK, slmdb_batch_submit(batch, note, t, ERR));
}

/* Whether a callback came once, with this status and, if that is an error, a text. */
static bool is_told(const told *t, int32_t status) {
  return CHECK(t->count == 1) && CHECK(t->error.code == status) &&
         CHECK((status == SLMDB_OK) == (t->error.message[0] == 0)) &&
         CHECK(check_utf8(t->error.message, strnlen(t->error.message, sizeof t->error.message)));
}

static void is_stored(slmdb_scope *s, const char *key, const char *want) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, s, key, want);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

static size_t stored(slmdb_scope *s) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  size_t n = given_count(txn, db, s);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return n;
}

static void clear_all(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR));
  IS(SLMDB_OK, slmdb_db_clear(txn, db, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

/* ---- what a batch does ------------------------------------------------------------------------------------------ */

static void test_all_writes(void) {
  told t;
  slmdb_db *typed = given_db(env, "typed", SLMDB_TYPED);
  clear_all();
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, "gone", 4, "1", 1, ERR));
  bool was_there = false, never_was = true;
  uint64_t cleared = 99, none = 99;
  IS(SLMDB_OK, slmdb_batch_clear(batch, db, scope, &cleared, ERR));
  IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, "a", 1, "1", 1, ERR));
  IS(SLMDB_OK, slmdb_batch_put_if_absent(batch, db, scope, "b", 1, "2", 1, ERR));
  IS(SLMDB_OK, slmdb_batch_put_many(batch, db, NULL, "\x94\xc4\x01" "c\xc4\x01" "3\xc4\x01" "d\xc4\x01" "4", 13, ERR));
  IS(SLMDB_OK, slmdb_batch_put(batch, db, NULL, "a", 1, "default", 7, ERR));
  IS(SLMDB_OK, slmdb_batch_delete(batch, db, NULL, "d", 1, &was_there, ERR));
  IS(SLMDB_OK, slmdb_batch_delete(batch, db, scope, "never", 5, &never_was, ERR));
  IS(SLMDB_OK, slmdb_batch_delete(batch, db, scope, "never", 5, NULL, ERR));
  IS(SLMDB_OK, slmdb_batch_clear(batch, typed, scope, &none, ERR));
  IS(SLMDB_OK, slmdb_batch_clear(batch, typed, scope, NULL, ERR));
  is_stored(scope, "a", NULL);
  submit(batch, &t);
  IS(SLMDB_CLOSED, slmdb_batch_put(batch, db, scope, "a", 1, "1", 1, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_submit(batch, note, &t, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_close(batch, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_told(&t, SLMDB_OK);
  CHECK(!pthread_equal(t.thread, pthread_self()));
  CHECK(was_there && !never_was && cleared == 1 && none == 0);
  is_stored(scope, "gone", NULL);
  is_stored(scope, "a", "1");
  is_stored(scope, "b", "2");
  is_stored(NULL, "a", "default");
  is_stored(NULL, "c", "3");
  CHECK(stored(scope) == 2 && stored(NULL) == 2);
  batch = given_batch(env); /* of nothing */
  submit(batch, &t);
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_told(&t, SLMDB_OK);
  batch = batch_of("unheard", "1");
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_stored(scope, "unheard", "1");
  IS(SLMDB_OK, slmdb_db_close(typed, ERR));
}

/* What is passed is copied when it is added; the handles of database and scope may be closed then. */
static void test_copied(void) {
  told t;
  char key[] = "copied", value[] = "whole";
  slmdb_db *own = given_db(env, "d", SLMDB_BYTES);
  slmdb_scope *theirs = given_scope("s");
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put(batch, own, theirs, key, 6, value, 5, ERR));
  memset(key, 'x', 6), memset(value, 'x', 5);
  IS(SLMDB_OK, slmdb_db_close(own, ERR));
  IS(SLMDB_OK, slmdb_scope_close(theirs, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_put(batch, own, scope, "k", 1, "v", 1, ERR));
  submit(batch, &t);
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_told(&t, SLMDB_OK);
  is_stored(scope, "copied", "whole");
}

/* What cannot be added is refused, and the batch is as it was. */
static void test_refused(const char *path) {
  static char long_key[600];
  told t;
  slmdb_env *other = given_env(path);
  slmdb_db *theirs = given_db(other, "d", SLMDB_BYTES), *typed = given_db(env, "typed", SLMDB_TYPED);
  clear_all();
  slmdb_batch *batch = batch_of("first", "1");
  IS(SLMDB_EMPTY_KEY, slmdb_batch_put(batch, db, scope, "", 0, "v", 1, ERR));
  IS(SLMDB_EMPTY_KEY, slmdb_batch_put_if_absent(batch, db, scope, NULL, 0, "v", 1, ERR));
  IS(SLMDB_KEY_TOO_LONG, slmdb_batch_put(batch, db, scope, long_key, 508, "v", 1, ERR));
  IS(SLMDB_KEY_TOO_LONG, slmdb_batch_delete(batch, db, scope, long_key, SIZE_MAX, NULL, ERR));
  IS(SLMDB_VALUE_TOO_LARGE, slmdb_batch_put(batch, db, scope, "k", 1, "v", SIZE_MAX, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_put(batch, db, scope, NULL, 1, "v", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_put(batch, db, scope, "k", 1, NULL, 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_put(batch, theirs, scope, "k", 1, "v", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_put_many(batch, theirs, scope, "\x90", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_delete(batch, theirs, scope, "k", 1, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_clear(batch, theirs, scope, NULL, ERR));
  IS(SLMDB_INVALID_KEY, slmdb_batch_put(batch, typed, scope, "\xc1", 1, "\1", 1, ERR));
  IS(SLMDB_INVALID_VALUE, slmdb_batch_put(batch, typed, scope, "\1", 1, "\1\1", 2, ERR));
  IS(SLMDB_EMPTY_KEY, slmdb_batch_put_many(batch, db, scope, "\x94\xc4\1a\xc4\1b\xc4\0\xc4\0", 11, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_put_many(batch, db, scope, "\x92\xc4\1a\xc4\1", 6, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_batch_open(env, NULL, ERR));
  submit(batch, &t);
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_told(&t, SLMDB_OK);
  CHECK(stored(scope) == 1 && stored(NULL) == 0);
  IS(SLMDB_OK, slmdb_db_close(typed, ERR));
  IS(SLMDB_OK, slmdb_env_close(other, ERR));
}

/* A reader's Env has no batches, but it can be flushed: there is nothing to wait for. */
static void test_read_only(const char *path) {
  slmdb_env_options o = given_env_options();
  slmdb_batch *none = NULL;
  given_works(env, db, scope);
  slmdb_env *writer = given_env(path);
  IS(SLMDB_OK, slmdb_env_close(writer, ERR));
  o.read_only = true;
  slmdb_env *reader = given_env_with(path, &o);
  IS(SLMDB_READ_ONLY, slmdb_batch_open(reader, &none, ERR));
  IS(SLMDB_OK, slmdb_env_flush(reader, ERR));
  IS(SLMDB_OK, slmdb_env_close(reader, ERR));
}

/* ---- groups ----------------------------------------------------------------------------------------------------- */

enum { GROUP = 500 };

/* Batches that wait for a writer go together; those that fail do so alone and whole, the others are kept, in order. */
static void test_group(void) {
  static told all[GROUP];
  char key[16], number[16];
  clear_all();
  slmdb_txn *writer = given_txn(env, SLMDB_WRITE); /* so that they wait */
  given_put(writer, db, scope, "taken", "by the writer");
  for (int i = 0; i < GROUP; i++) {
    slmdb_batch *batch = given_batch(env);
    snprintf(key, sizeof key, "k%d", i);
    snprintf(number, sizeof number, "%d", i);
    IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, key, strlen(key), "v", 1, ERR));
    IS(SLMDB_OK, slmdb_batch_put(batch, db, NULL, "last", 4, number, strlen(number), ERR));
    if (i % 7 == 3) IS(SLMDB_OK, slmdb_batch_put_if_absent(batch, db, scope, "taken", 5, "!", 1, ERR));
    IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, key, strlen(key), number, strlen(number), ERR));
    submit(batch, &all[i]);
  }
  IS(SLMDB_NESTED, slmdb_env_flush(env, ERR));
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  for (int i = 0; i < GROUP; i++) CHECK(all[i].count == 0);
  IS(SLMDB_OK, slmdb_txn_commit(writer, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  for (int i = 0; i < GROUP; i++) {
    is_told(&all[i], i % 7 == 3 ? SLMDB_KEY_EXISTS : SLMDB_OK);
    CHECK(i == 0 || all[i].order == all[i - 1].order + 1);
    snprintf(key, sizeof key, "k%d", i);
    snprintf(number, sizeof number, "%d", i);
    is_stored(scope, key, i % 7 == 3 ? NULL : number);
  }
  is_stored(scope, "taken", "by the writer");
  snprintf(number, sizeof number, "%d", (GROUP - 1) % 7 == 3 ? GROUP - 2 : GROUP - 1);
  is_stored(NULL, "last", number);
}

/* A batch that the map has no room for fails alone; the others are kept, and after a grow it would fit. */
static void test_full(const char *path) {
  static char value[100000];
  static told all[60];
  slmdb_env_options o = given_env_options();
  o.map_size = 2 * MEBI;
  slmdb_env *was = env, *small = given_env_with(path, &o);
  slmdb_db *kept = db;
  env = small;
  db = given_db(small, "d", SLMDB_BYTES);
  slmdb_txn *writer = given_txn(small, SLMDB_WRITE);
  for (int i = 0; i < 60; i++) {
    slmdb_batch *batch = batch_of(i % 2 ? "small" : "big", "v");
    for (int n = 0; n < 40 && i % 10 == 4; n++)
      IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, &n, sizeof n, value, sizeof value, ERR));
    submit(batch, &all[i]);
  }
  IS(SLMDB_OK, slmdb_txn_abort(writer, ERR));
  IS(SLMDB_OK, slmdb_env_flush(small, ERR));
  for (int i = 0; i < 60; i++) {
    is_told(&all[i], i % 10 == 4 ? SLMDB_MAP_FULL : SLMDB_OK);
    CHECK(i == 0 || all[i].order == all[i - 1].order + 1);
  }
  CHECK(stored(scope) == 2);
  given_works(small, db, scope);
  IS(SLMDB_OK, slmdb_env_grow(small, 16 * MEBI, ERR));
  slmdb_batch *batch = given_batch(small);
  for (int n = 0; n < 40; n++) IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, &n, sizeof n, value, sizeof value, ERR));
  submit(batch, &all[0]);
  IS(SLMDB_OK, slmdb_env_flush(small, ERR));
  is_told(&all[0], SLMDB_OK);
  CHECK(stored(scope) == 42);
  IS(SLMDB_OK, slmdb_env_close(small, ERR));
  env = was, db = kept;
}

/* ---- ends ------------------------------------------------------------------------------------------------------- */

/* Closing an Env closes the batches that were not submitted, and first commits those that were. */
static void test_close(const char *path) {
  static told all[300];
  slmdb_env *was = env;
  slmdb_db *kept = db;
  char key[16];
  for (int round = 0; round < 20; round++) {
    uint64_t open = slmdb_open_handles();
    env = given_env(path);
    db = given_db(env, "d", SLMDB_BYTES);
    slmdb_batch *left = batch_of("left", "never");
    for (int i = 0; i < 300; i++) {
      snprintf(key, sizeof key, "%d.%d", round, i);
      submit(batch_of(key, key), &all[i]);
    }
    IS(SLMDB_OK, slmdb_env_close(env, ERR));
    for (int i = 0; i < 300; i++) is_told(&all[i], SLMDB_OK);
    IS(SLMDB_CLOSED, slmdb_batch_put(left, kept, scope, "k", 1, "v", 1, ERR));
    IS(SLMDB_CLOSED, slmdb_batch_submit(left, note, &all[0], ERR));
    IS(SLMDB_CLOSED, slmdb_batch_close(left, ERR));
    IS(SLMDB_CLOSED, slmdb_env_flush(env, ERR));
    IS(SLMDB_CLOSED, slmdb_batch_open(env, &left, ERR));
    CHECK(slmdb_open_handles() == open);
    env = given_env(path);
    db = given_db(env, "d", SLMDB_BYTES);
    CHECK(stored(scope) == (size_t)(round + 1) * 300);
    IS(SLMDB_OK, slmdb_env_close(env, ERR));
  }
  env = was, db = kept;
}

/* Two handles of one folder: who has the write transaction by one cannot wait for the batches of the other. */
static void test_close_other_handle(const char *path) {
  slmdb_env *was = env, *same = given_env(path);
  slmdb_db *kept = db;
  told t;
  env = given_env(path);
  db = given_db(env, "d", SLMDB_BYTES);
  slmdb_txn *writer = given_txn(same, SLMDB_WRITE);
  submit(batch_of("other", "handle"), &t);
  IS(SLMDB_NESTED, slmdb_env_flush(env, ERR));
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  slmdb_batch *more = batch_of("one", "more"); /* nothing was closed */
  IS(SLMDB_OK, slmdb_batch_submit(more, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(writer, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  is_told(&t, SLMDB_OK);
  writer = given_txn(same, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_env_close(env, ERR)); /* no batch waits: it need not wait either */
  IS(SLMDB_OK, slmdb_txn_abort(writer, ERR));
  IS(SLMDB_OK, slmdb_env_close(same, ERR));
  env = was, db = kept;
}

/* ---- another process -------------------------------------------------------------------------------------------- */

static const char *self;

/* As a program of its own: says 0 if the other process sees the entry that a callback just told of. */
static int look(const char *path, const char *key) {
  slmdb_env *theirs = given_env(path);
  slmdb_db *d = given_db(theirs, "d", SLMDB_BYTES);
  slmdb_scope *s = given_scope("s");
  slmdb_txn *txn = given_txn(theirs, SLMDB_READ);
  given_is(txn, d, s, key, key);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
  IS(SLMDB_OK, slmdb_env_close(theirs, ERR));
  return check_failed != 0 || slmdb_open_handles() != 0;
}

typedef struct glance {
  const char *path, *key;
  int seen;
} glance;

/* When the callback comes, others see what the batch wrote: this process, and another one. */
static void look_around(void *user, const slmdb_error *result) {
  glance *g = (glance *)user;
  int status = -1;
  CHECK(result->code == SLMDB_OK);
  is_stored(scope, g->key, g->key);
  pid_t child = vfork();
  if (child == 0) {
    /* by a shell, which splits the words that programs are run by on another machine */
    execl("/bin/sh", "sh", "-c", "exec $ABI_RUNNER \"$0\" \"$@\"", self, g->path, g->key, (char *)NULL);
    _exit(127);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  __atomic_store_n(&g->seen, 1, __ATOMIC_RELEASE);
}

static void test_others_see(const char *path) {
  char key[16];
  for (int i = 0; i < 10; i++) {
    snprintf(key, sizeof key, "seen %d", i);
    glance g = {path, key, 0};
    IS(SLMDB_OK, slmdb_batch_submit(batch_of(key, key), look_around, &g, ERR));
    IS(SLMDB_OK, slmdb_env_flush(env, ERR));
    CHECK(g.seen == 1);
  }
}

/* A batch that is waited for: its status is what it came to, and its handle is closed but for what the caller can mend. */
static slmdb_batch *within_callback;

static void apply_within(void *user, const slmdb_error *result) {
  int32_t *status = (int32_t *)user;
  (void)result;
  *status = slmdb_batch_apply(within_callback, NULL);
}

static void put_within(void *user, const slmdb_error *result) {
  int32_t *status = (int32_t *)user;
  (void)result;
  *status = slmdb_db_apply_put(db, scope, "within", 6, "v", 1, NULL);
}

/* A put of its own: it is there when the call returns, and is refused where a batch would be. */
static void test_apply_put(void) {
  int32_t status = SLMDB_OK;
  IS(SLMDB_OK, slmdb_db_apply_put(db, scope, "alone", 5, "v", 1, ERR));
  is_stored(scope, "alone", "v");
  IS(SLMDB_OK, slmdb_db_apply_put(db, scope, "alone", 5, "w", 1, ERR));
  IS(SLMDB_OK, slmdb_db_apply_put(db, NULL, "alone", 5, NULL, 0, ERR));
  is_stored(scope, "alone", "w");
  is_stored(NULL, "alone", "");
  IS(SLMDB_EMPTY_KEY, slmdb_db_apply_put(db, scope, NULL, 0, "v", 1, ERR));
  IS(SLMDB_KEY_TOO_LONG, slmdb_db_apply_put(db, scope, "k", 70000, "v", 1, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_db_apply_put(NULL, scope, "k", 1, "v", 1, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_NESTED, slmdb_db_apply_put(db, scope, "nested", 6, "v", 1, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  is_stored(scope, "nested", NULL);
  IS(SLMDB_OK, slmdb_batch_submit(batch_of("outer", "v"), put_within, &status, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(status == SLMDB_BUSY);
  is_stored(scope, "within", NULL);
  clear_all();
}

static void test_apply(void) {
  slmdb_batch *batch = batch_of("applied", "v");
  IS(SLMDB_OK, slmdb_batch_apply(batch, ERR));
  is_stored(scope, "applied", "v");
  IS(SLMDB_CLOSED, slmdb_batch_apply(batch, ERR));
  batch = batch_of("half", "v");
  IS(SLMDB_OK, slmdb_batch_put_if_absent(batch, db, scope, "applied", 7, "w", 1, ERR));
  IS(SLMDB_KEY_EXISTS, slmdb_batch_apply(batch, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_close(batch, ERR));
  is_stored(scope, "half", NULL);
  is_stored(scope, "applied", "v");
  batch = batch_of("after the transaction", "v");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_NESTED, slmdb_batch_apply(batch, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_batch_apply(batch, ERR));
  is_stored(scope, "after the transaction", "v");
  int32_t status = SLMDB_OK;
  within_callback = batch_of("within", "v");
  IS(SLMDB_OK, slmdb_batch_submit(batch_of("outer", "v"), apply_within, &status, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(status == SLMDB_BUSY);
  IS(SLMDB_OK, slmdb_batch_apply(within_callback, ERR));
  is_stored(scope, "within", "v");
  clear_all();
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 3) return look(argv[1], argv[2]);
  check_folder folder = check_make_folder(), others[4];
  for (int i = 0; i < 4; i++) others[i] = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "d", SLMDB_BYTES);
  scope = given_scope("s");
  test_all_writes();
  test_copied();
  test_apply();
  test_apply_put();
  test_refused(others[0].path);
  test_read_only(others[1].path);
  test_group();
  test_full(others[2].path);
  test_close(others[3].path);
  test_close_other_handle(others[3].path);
  test_others_see(folder.path);
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  for (int i = 0; i < 4; i++) check_remove_folder(&others[i]);
  return check_end("batches");
}
