/* Do a million random calls, right and wrong, from one to four threads, do any harm? Is what should be stored stored? */
#include "fuzz_calls.h"
#include "fuzz_many.h"
#include "fuzz_work.h"
#include "witness.h"

/* ---- ends ------------------------------------------------------------------------------------------------------- */

/* Notes that this thread's write transaction is over, if a call that ends transactions has ended it. */
static void note_end(worker *w, const slmdb_txn *txn, int32_t status) {
  if (!w->writer || txn != w->writer || status == SLMDB_IN_USE || status == SLMDB_WRONG_THREAD) return;
  w->writer = NULL;
  __atomic_store_n(&writer_taken, 0, __ATOMIC_RELEASE);
}

static int32_t end_txn(worker *w) {
  slmdb_txn *txn = some_txn(w);
  int32_t status = dice_once(&w->d, 3) ? slmdb_txn_abort(txn, some_error(w)) : slmdb_txn_commit(txn, some_error(w));
  note_end(w, txn, status);
  return status;
}

/* The own write transaction, for good, with a child that may be open. Another thread may be inside of it: then not yet. */
static void end_writer(worker *w) {
  while (w->writer) {
    slmdb_txn *txn = w->writer;
    note_end(w, txn, slmdb_txn_commit(txn, NULL));
    if (w->writer) note_end(w, txn, slmdb_txn_abort(txn, NULL));
  }
}

static int32_t close_any(worker *w) {
  switch (dice_below(&w->d, 40)) {
    case 0: return slmdb_env_close(some_env(w), some_error(w));
    case 1:
    case 2: return slmdb_db_close(some_db(w), some_error(w));
    case 3:
    case 4: return slmdb_scope_close((slmdb_scope *)pool_pick(POOL_SCOPE, &w->d), some_error(w));
    default: return slmdb_cursor_close(some_cursor(w), some_error(w));
  }
}

/* A grow waits for transactions to end, so it is only made when there are none. */
static int32_t grow(worker *w) {
  if (threads > 1) return slmdb_env_grow((slmdb_env *)(uintptr_t)dice_next(&w->d), dice_next(&w->d), some_error(w));
  end_writer(w);
  for (int i = 0; i < POOL_SIZE; i++) pool_drop(POOL_TXN, pools[POOL_TXN].handles[i]);
  uint64_t size = dice_once(&w->d, 4) ? UINT64_MAX - dice_below(&w->d, 9) : dice_below(&w->d, 16) * (uint64_t)MEBI;
  return slmdb_env_grow(some_env(w), size ? size : 1, some_error(w));
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

/* Faults of the library, and answers that nothing here can be the reason of. */
static bool possible(const worker *w, int32_t status) {
  if (w->streamed && (status == SLMDB_CORRUPT || status == SLMDB_FORMAT_TOO_NEW || status == SLMDB_CANCELED)) return true;
  return status >= 0 && status < SLMDB_INTERNAL && status != SLMDB_FORMAT_TOO_NEW &&
         status != SLMDB_CORRUPT && status != SLMDB_FORKED && status != SLMDB_DISK_FULL && status != SLMDB_COMMIT_UNKNOWN &&
         status != SLMDB_UNAVAILABLE && status != SLMDB_CANCELED;
}

static int32_t call_any(worker *w) {
  static const fuzz_call often[] = {put,      put,        get,      get,      next,       page,     get_copy, open_cursor,
                                    exchange, write_many, get_many, find,     fill_batch, ask,      pass_on,  seek};
  static const fuzz_call seldom[] = {open_env,   open_db, open_db,     open_scope,      begin,    begin,       begin,
                                     end_txn,    submit,  close_any,   delete_or_clear, describe, begin_child, list,
                                     open_batch, submit, use_registry, ask_newest};
  if (dice_once(&w->d, 800)) return grow(w);
  if (dice_once(&w->d, 1500)) return work_on_env(w, end_writer);
  if (dice_once(&w->d, 3)) return seldom[dice_below(&w->d, sizeof seldom / sizeof *seldom)](w);
  return often[dice_below(&w->d, sizeof often / sizeof *often)](w);
}

static void tell_impossible(int32_t status) {
  const char *why = check_last.error.code == status ? check_last.error.message : "";
  if (check_tells(-__LINE__)) fprintf(stderr, "  %s: %.300s\n", slmdb_status_name(status), why);
}

static void call_once(worker *w) {
  memset(&check_last, CHECK_CANARY, sizeof check_last);
  w->streamed = false;
  int32_t status = call_any(w);
  if (CHECK(possible(w, status))) __atomic_add_fetch(&answers[status], 1, __ATOMIC_RELAXED);
  else tell_impossible(status);
  /* the struct was not passed, or is as promised for the status */
  CHECK(check_untouched(&check_last, sizeof check_last) || check_written(status, &check_last));
  if (w->writer && ++w->writer_age > 60) end_writer(w);
}

static void *work(void *argument) {
  worker *w = (worker *)argument;
  for (long made = 0, more; made < w->calls; made += more) {
    more = 1;
    if (dice_once(&w->d, 60)) more = witness_step(w->witness, &w->d);
    else call_once(w);
    __atomic_add_fetch(&progress, (unsigned long)more, __ATOMIC_RELAXED);
  }
  end_writer(w);
  return NULL;
}

/* A call that does not come back ends the program, with a word. */
static void *watch(void *argument) {
  (void)argument;
  for (unsigned long last = 0;;) {
    check_sleep(20);
    unsigned long now = __atomic_load_n(&progress, __ATOMIC_RELAXED);
    if (now == last) {
      fprintf(stderr, "fuzz: no call has come back for 20 seconds (after %lu, with %d threads)\n", now, threads);
      abort();
    }
    last = now;
  }
}

static void run(uint64_t seed, int count, long calls) {
  worker workers[MOST_THREADS];
  pthread_t ids[MOST_THREADS];
  threads = count;
  for (int i = 0; i < count; i++) {
    memset(&workers[i], 0, sizeof workers[i]);
    workers[i].d.state = seed * 1000 + (uint64_t)(count * 10 + i);
    workers[i].calls = calls / count;
    workers[i].witness = &witnesses[i];
    workers[i].page = (unsigned char *)malloc(PAGE);
    NEED(workers[i].page && pthread_create(&ids[i], NULL, work, &workers[i]) == 0);
  }
  for (int i = 0; i < count; i++) {
    NEED(pthread_join(ids[i], NULL) == 0);
    free(workers[i].page);
  }
  pool_empty();
  CHECK(__atomic_load_n(&callbacks_come, __ATOMIC_ACQUIRE) == callbacks_due); /* each of them, once */
  for (int i = 0; i < count; i++) witness_compare(&witnesses[i]);
  CHECK(slmdb_open_handles() == 1 + WITNESS_FORMS + WITNESSES);
}

static void tell(uint64_t seed) {
  printf("fuzz: seed %llu, %lu calls, %ld callbacks:", (unsigned long long)seed, progress, callbacks_come);
  for (int i = 0; i < STATUSES; i++)
    if (answers[i]) printf(" %s %lu", slmdb_status_name(i), answers[i]);
  printf("\n");
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  long calls = argc > 2 ? strtol(argv[2], NULL, 10) : 1000000;
  dice d = {seed};
  pthread_t watchdog;
  for (int i = 0; i < SOURCE; i++) source[i] = (unsigned char)dice_next(&d);
  for (int i = 0; i < FOLDERS; i++) folders[i] = check_make_folder();
  NEED(pthread_create(&watchdog, NULL, watch, NULL) == 0);
  witness_begin();
  for (int count = 1; count <= MOST_THREADS; count++) run(seed, count, calls / MOST_THREADS);
  tell(seed);
  CHECK(answers[SLMDB_OK] > progress / 10);
  witness_end();
  for (int i = 0; i < FOLDERS; i++) check_remove_folder(&folders[i]);
  return check_end("fuzz");
}
