#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * When a call comes in on a stack that Go does not know (hosts that run foreign calls on stacks of their own, coroutines),
 * Go asks pthread_getattr_np for the thread's stack, at every call; and on the main thread that reads /proc/self/maps, 58 us
 * measured. The answer does not change in a thread's life, so each thread asks once. The library is linked with
 * --wrap=pthread_getattr_np; without it (tests of this package) nothing here is called.
 */
extern int __real_pthread_getattr_np(pthread_t thread, pthread_attr_t *attr) __attribute__((weak));
int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t *attr);

static _Thread_local struct {
  bool known;
  void *address;
  size_t size;
} stack;

int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t *attr) {
  bool own = pthread_equal(thread, pthread_self());
  if (own && stack.known) {
    int rc = pthread_attr_init(attr);
    return rc ? rc : pthread_attr_setstack(attr, stack.address, stack.size);
  }
  int rc = __real_pthread_getattr_np(thread, attr);
  if (rc == 0 && own) stack.known = pthread_attr_getstack(attr, &stack.address, &stack.size) == 0;
  return rc;
}
