/* Can the library be called on stacks that are small, or that the host made itself, as coroutines do? */
#include "given.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 256 * 1024, CALLS = 2000 };

static slmdb_env *env;
static slmdb_db *db;

/* How often a thread's stack is asked for. That costs more than a call of the library: it may not be at each. */
static unsigned asked;

/* Found by the library before the C library's, since this program is linked with -rdynamic. */
#ifdef __cplusplus
extern "C" {
#endif
int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
#ifdef __cplusplus
    noexcept
#endif
{
  int (*real)(pthread_t, pthread_attr_t *) = NULL;
  void *symbol = dlsym(RTLD_NEXT, "pthread_getattr_np");
  memcpy(&real, &symbol, sizeof real);
  __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
  return real(thread, attributes);
}
#ifdef __cplusplus
}
#endif

/* What a caller does, typed keys and pages among it. */
static void work(void) {
  char page[256];
  size_t length;
  bool more;
  slmdb_scope *scope = given_scope("s");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "k", "v");
  given_is(txn, db, scope, "k", "v");
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  IS(SLMDB_OK, slmdb_cursor_page(c, page, sizeof page, 0, &length, &more, ERR));
  CHECK(length == 11 && !more);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
}

static void *work_often(void *argument) {
  for (int i = 0; i < CALLS / 10; i++) work();
  return argument;
}

/* A thread with a small stack of its own. */
static void test_small_stack(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  NEED(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, STACK) == 0);
  NEED(pthread_create(&thread, &attributes, work_often, NULL) == 0 && pthread_join(thread, NULL) == 0);
  pthread_attr_destroy(&attributes);
}

/* ---- coroutines ------------------------------------------------------------------------------------------------- */

static __thread ucontext_t host, routine;

static void run_routine(void) {
  work();
  swapcontext(&routine, &host); /* never resumed */
}

/* Calls on a stack that neither the thread nor Go knows, by turns with calls on the thread's own. */
static void *call_by_routines(void *argument) {
  void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NEED(stack != MAP_FAILED);
  for (int i = 0; i < CALLS; i++) {
    NEED(getcontext(&routine) == 0);
    routine.uc_stack.ss_sp = stack;
    routine.uc_stack.ss_size = STACK;
    routine.uc_link = NULL;
    makecontext(&routine, run_routine, 0);
    NEED(swapcontext(&host, &routine) == 0);
    if (i % 3 == 0) work();
  }
  munmap(stack, STACK);
  return argument;
}

static void test_routines(void) {
  pthread_t threads[2];
  call_by_routines(NULL); /* on the main thread, whose own stack is unlike the others' */
  for (int i = 0; i < 2; i++) NEED(pthread_create(&threads[i], NULL, call_by_routines, NULL) == 0);
  for (int i = 0; i < 2; i++) NEED(pthread_join(threads[i], NULL) == 0);
}

int main(void) {
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "d", SLMDB_BYTES);
  test_small_stack();
  test_routines();
  work();
  CHECK(asked > 0 && asked < 100);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("stacks");
}
