/* Does a child that was forked after the library was loaded get SLMDB_FORKED from every function, at once? */
#include "calls.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

typedef enum end { END_QUICKLY, END_BY_EXIT, END_AFTER_GRANDCHILD } end;

/* The child's answers; it must not wait for anything, so the whole of it has a second. */
static int in_child(const calls_handles *h) {
  double start = check_seconds();
  check_done = check_failed = 0;
  for (int round = 0; round < 3; round++) {
    for (int call = 0; call < CALLS; call++) {
      IS(SLMDB_FORKED, calls_make(call, h, ERR));
      QUIET(SLMDB_FORKED, calls_make(call, h, NULL));
    }
  }
  CHECK(slmdb_open_handles() == 0);
  CHECK(slmdb_abi_version() == SLMDB_ABI_VERSION);
  CHECK(strcmp(slmdb_version(), SLMDB_VERSION) == 0);
  CHECK(strcmp(slmdb_status_name(SLMDB_FORKED), "Forked") == 0);
  QUIET(SLMDB_FORKED, slmdb_env_open(NULL, SIZE_MAX, NULL, NULL, NULL)); /* before anything is looked at */
  QUIET(SLMDB_FORKED, slmdb_txn_commit(NULL, NULL));
  CHECK(check_seconds() - start < 1);
  return check_failed != 0;
}

/* Not under qemu: it takes the advice to wipe a page in children, and does not follow it. */
static bool can_clone_raw(void) { return !check_runner(); }

/* As fork(), but past the C library, so that its handlers for children do not run. */
static pid_t clone_raw(void) { return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L); }

static void is_clean(pid_t child) {
  int status = -1;
  NEED(child > 0);
  CHECK(waitpid(child, &status, 0) == child);
  if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) fprintf(stderr, "the child ended with %#x\n", (unsigned)status);
}

static void test_child(const calls_handles *h, bool raw, end how) {
  fflush(NULL);
  pid_t child = raw ? clone_raw() : fork();
  if (child == 0) {
    alarm(10); /* a hang is a death */
    int failed = in_child(h);
    if (how == END_AFTER_GRANDCHILD) {
      pid_t grandchild = raw ? clone_raw() : fork();
      if (grandchild == 0) _exit(in_child(h));
      int status = -1;
      failed |= waitpid(grandchild, &status, 0) != grandchild || status != 0;
    }
    if (how == END_BY_EXIT) exit(failed); /* with all that a library does then */
    _exit(failed);
  }
  is_clean(child);
}

/* Works in the library all the time, so that a fork may find it at any place. */
static void *work(void *argument) {
  const calls_handles *h = (const calls_handles *)((void **)argument)[0];
  const int *stop = (const int *)((void **)argument)[1];
  for (unsigned i = 0; !__atomic_load_n(stop, __ATOMIC_ACQUIRE); i++) {
    slmdb_txn *txn = given_txn(h->of.env, SLMDB_READ);
    slmdb_cursor *c = given_cursor(txn, h->of.db, NULL, NULL);
    IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  }
  return NULL;
}

static void test_busy(const calls_handles *h) {
  int stop = 0;
  void *argument[2] = {(void *)h, &stop};
  pthread_t workers[2];
  for (int i = 0; i < 2; i++) NEED(pthread_create(&workers[i], NULL, work, argument) == 0);
  for (int i = 0; i < 20; i++) test_child(h, i % 2 && can_clone_raw(), END_QUICKLY);
  __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
  for (int i = 0; i < 2; i++) NEED(pthread_join(workers[i], NULL) == 0);
}

int main(void) {
  check_folder folder = check_make_folder();
  calls_handles h = calls_given(folder.path); /* with a write transaction that the children inherit */
  for (int raw = 0; raw <= can_clone_raw(); raw++) {
    test_child(&h, raw, END_QUICKLY);
    if (!raw) test_child(&h, raw, END_BY_EXIT);
    test_child(&h, raw, END_AFTER_GRANDCHILD);
  }
  test_busy(&h);
  given_is(h.of.txn, h.of.db, h.of.scope, "k", "v"); /* and the parent goes on */
  IS(SLMDB_OK, slmdb_txn_commit(h.of.txn, ERR));
  given_works(h.of.env, h.of.db, h.of.scope);
  slmdb_txn *txn = given_txn(h.of.env, SLMDB_READ);
  given_is(txn, h.of.db, h.of.scope, "k", "v");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(h.of.scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(h.of.env, ERR));
  check_remove_folder(&folder);
  return check_end("fork");
}
