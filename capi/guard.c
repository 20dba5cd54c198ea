#define _GNU_SOURCE
#include "guard.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>


/*
 * Two marks, since each misses something: pthread_atfork handlers do not run for a raw clone(), and old kernels do not
 * know MADV_WIPEONFORK (Linux 4.14).
 */
static volatile sig_atomic_t child;
static volatile unsigned char *wiped;

static void in_child(void) { child = 1; }

__attribute__((constructor)) static void mark_process(void) {
  pthread_atfork(NULL, NULL, in_child);
  long size = sysconf(_SC_PAGESIZE);
  if (size <= 0) return;
  void *page = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
#ifdef MADV_WIPEONFORK
  if (madvise(page, (size_t)size, MADV_WIPEONFORK) == 0) {
    wiped = page;
    *wiped = 1;
    return;
  }
#endif
  munmap(page, (size_t)size);
}

bool slm_forked(void) { return __builtin_expect(child || (wiped && !*wiped), 0); }

int32_t slm_refuse_forked(slmdb_error *error) {
  if (error) {
    error->code = SLMDB_FORKED;
    snprintf(error->message, sizeof error->message,
             "this process was forked after scoped-lmdb was loaded, and cannot use it: load and open it after the fork, "
             "or start processes by spawn");
  }
  return SLMDB_FORKED;
}

/*
 * Go starts threads while the library is loaded. They take over the loading thread's signal mask, and a signal that the
 * host means for its own threads must not end on one of Go's, on a stack that a handler without SA_ONSTACK overflows.
 * So asynchronous signals are blocked from before Go's own constructor (which has the default priority and comes first
 * among those) until ours of the same priority. Synchronous ones stay open: Go needs them for itself.
 */
static sigset_t before;

__attribute__((constructor(101))) static void block_signals(void) {
  static const int synchronous[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
  sigset_t all;
  sigfillset(&all);
  for (size_t i = 0; i < sizeof synchronous / sizeof *synchronous; i++) sigdelset(&all, synchronous[i]);
  pthread_sigmask(SIG_BLOCK, &all, &before);
}

__attribute__((constructor)) static void restore_signals(void) { pthread_sigmask(SIG_SETMASK, &before, NULL); }
