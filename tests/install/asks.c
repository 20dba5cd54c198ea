/*
 * Is a thread's stack asked for once, and not at every call? See capi/stack.c. This program stands between the library
 * and the C library's pthread_getattr_np, and calls from a stack that Go does not know.
 */
#define _GNU_SOURCE
#include <slmdb.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { STACK = 256 * 1024, CALLS = 1000 };

static unsigned asked, answered;
static ucontext_t host, routine;

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr) {
  static int (*real)(pthread_t, pthread_attr_t *);
  __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
  if (!real) {
    void *found = dlsym(RTLD_NEXT, "pthread_getattr_np");
    memcpy(&real, &found, sizeof real);
  }
  return real(thread, attr);
}

static void run_routine(void) {
  for (;;) {
    slmdb_scope *scope;
    if (slmdb_scope_open("s", 1, &scope, NULL) == SLMDB_OK && slmdb_scope_close(scope, NULL) == SLMDB_OK) answered++;
    swapcontext(&routine, &host);
  }
}

int main(void) {
  getcontext(&routine);
  routine.uc_stack.ss_sp = malloc(STACK);
  routine.uc_stack.ss_size = STACK;
  makecontext(&routine, run_routine, 0);
  for (int i = 0; i < CALLS; i++) {
    swapcontext(&host, &routine); /* one call there, */
    slmdb_open_handles();         /* one here */
  }
  printf("%u calls answered, the stack asked for %u times\n", answered, asked);
  return answered == CALLS && asked >= 1 && asked < 10 ? 0 : 1;
}
