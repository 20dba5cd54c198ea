#include "thread.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "_cgo_export.h"
#include "guard.h"

/*
 * LMDB's write lock belongs to the thread that took it. A thread that ends with a write transaction open would keep it for
 * ever, and every later writer of every process would wait. So each thread remembers its write transactions (one an Env),
 * and a destructor of thread-specific data, which runs on the ending thread itself, aborts those that are left.
 */
typedef struct owned {
  struct owned *next;
  uintptr_t txn;
} owned;

static pthread_key_t key;
static int have_key;

/* Another thread may be inside of a call with the transaction: it will come out. */
static void abort_txn(uintptr_t txn) {
  const struct timespec pause = {0, 100000};
  for (int i = 0; i < 100000 && goTxnAbort(txn, NULL) == SLMDB_IN_USE; i++) nanosleep(&pause, NULL);
}

static void abort_owned(void *list) {
  owned *o = list;
  while (o) {
    owned *next = o->next;
    if (!slm_forked()) abort_txn(o->txn);
    free(o);
    o = next;
  }
}

__attribute__((constructor)) static void make_key(void) { have_key = pthread_key_create(&key, abort_owned) == 0; }

void slm_thread_adopt(uintptr_t txn) {
  owned *o = have_key ? malloc(sizeof *o) : NULL;
  if (!o) return;
  o->next = pthread_getspecific(key);
  o->txn = txn;
  if (pthread_setspecific(key, o) != 0) free(o);
}

void slm_thread_abort_left(void) {
  void *list = have_key ? pthread_getspecific(key) : NULL;
  if (!list) return;
  pthread_setspecific(key, NULL);
  abort_owned(list);
}

void slm_thread_disown(uintptr_t txn) {
  if (!have_key) return;
  owned *first = pthread_getspecific(key);
  for (owned **at = &first; *at; at = &(*at)->next) {
    if ((*at)->txn != txn) continue;
    owned *found = *at;
    *at = found->next;
    free(found);
    pthread_setspecific(key, first);
    return;
  }
}
