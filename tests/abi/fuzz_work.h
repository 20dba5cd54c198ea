/* Which random calls are work on a whole Env? For the fuzzer. */
#ifndef ABI_FUZZ_WORK_H
#define ABI_FUZZ_WORK_H

#include "fuzz_calls.h"

/* A stream that is taken, or given with faults. */
typedef struct fuzz_stream {
  dice d;
  unsigned char *bytes;
  size_t size, at;
  uint32_t patience; /* calls of progress; 0: for ever */
} fuzz_stream;

static int32_t fuzz_take(void *user, const void *data, size_t length) {
  fuzz_stream *s = (fuzz_stream *)user;
  CHECK(length > 0);
  if (dice_once(&s->d, 60)) return dice_once(&s->d, 2) ? SLMDB_CANCELED : (int32_t)dice_next(&s->d);
  s->bytes = (unsigned char *)realloc(s->bytes, s->size + length);
  NEED(s->bytes != NULL);
  memcpy(s->bytes + s->size, data, length);
  s->size += length;
  return SLMDB_OK;
}

static int32_t fuzz_give(void *user, void *buffer, size_t capacity, size_t *length) {
  fuzz_stream *s = (fuzz_stream *)user;
  size_t n = s->size - s->at;
  CHECK(capacity > 0);
  if (dice_once(&s->d, 60)) return SLMDB_CANCELED;
  if (n > capacity) n = capacity;
  if (n > 1 && dice_once(&s->d, 2)) n = 1 + dice_below(&s->d, (uint32_t)n);
  if (n > 0) memcpy(buffer, s->bytes + s->at, n);
  if (n > 0 && dice_once(&s->d, 20)) ((unsigned char *)buffer)[dice_below(&s->d, (uint32_t)n)] ^= 1;
  s->at += n;
  *length = dice_once(&s->d, 100) ? (size_t)dice_next(&s->d) : n;
  return SLMDB_OK;
}

static bool fuzz_progress(void *user, uint64_t done, uint64_t total) {
  fuzz_stream *s = (fuzz_stream *)user;
  (void)done, (void)total;
  return s->patience == 0 || --s->patience > 0;
}

static void fuzz_answer(void *user, const void *document, size_t length) {
  (void)user;
  CHECK(length > 0);
  read_lent(document, length);
}

static slmdb_work some_work(dice *d, fuzz_stream *s) {
  slmdb_work to;
  memset(&to, 0, sizeof to);
  to.struct_size = dice_once(d, 30) ? (size_t)dice_next(d) : sizeof to;
  to.user = s;
  if (dice_once(d, 2)) to.progress = fuzz_progress;
  if (dice_once(d, 2)) to.answer = fuzz_answer;
  s->patience = dice_once(d, 3) ? dice_below(d, 6) : 0;
  return to;
}

static int32_t work_by(worker *w, uint32_t which, fuzz_stream *s, const slmdb_work *to) {
  dice *d = &w->d;
  uint64_t count;
  int32_t choice = dice_once(d, 20) ? (int32_t)dice_next(d) : (int32_t)dice_below(d, 3);
  slmdb_selection part;
  memset(&part, 0, sizeof part);
  part.struct_size = dice_once(d, 20) ? (size_t)dice_next(d) : sizeof part;
  part.scope = some_scope(w), part.default_scope = dice_once(d, 5);
  const slmdb_selection *all = dice_once(d, 2) ? NULL : &part;
  slmdb_scope *as = dice_once(d, 2) ? NULL : some_scope(w);
  switch (which) {
    case 0: return slmdb_env_measure(some_env(w), all, dice_once(d, 2), to, some_error(w));
    case 1: return slmdb_env_verify(some_env(w), to, some_error(w));
    case 2: return slmdb_env_readers(some_env(w), to, some_error(w));
    case 3: return slmdb_env_clear_readers(some_env(w), dice_once(d, 2) ? NULL : &count, some_error(w));
    case 4: return slmdb_env_backup_to(some_env(w), dice_once(d, 20) ? NULL : fuzz_take, s, dice_once(d, 2), to, some_error(w));
    case 5: return slmdb_orphan_drop(some_env(w), (uint32_t)dice_next(d), dice_below(d, 100), to, some_error(w));
    case 6: return slmdb_scope_drop(some_env(w), some_scope(w), dice_below(d, 100), to, some_error(w));
    case 7:
      return slmdb_scope_copy(some_env(w), some_scope(w), some_env(w), as, choice, dice_once(d, 4), to, some_error(w));
    default: break;
  }
  int32_t status = slmdb_env_export_to(some_env(w), dice_once(d, 20) ? NULL : fuzz_take, s, all, choice, to, some_error(w));
  if (which == 8 || status != SLMDB_OK) return status;
  memset(&check_last, CHECK_CANARY, sizeof check_last);
  if (which == 9) return slmdb_export_verify_from(dice_once(d, 20) ? NULL : fuzz_give, s, to, some_error(w));
  return slmdb_env_import_from(some_env(w), dice_once(d, 20) ? NULL : fuzz_give, s, as, choice, to, some_error(w));
}

/* Work waits for write transactions, so this thread ends its own before; or not, since that is to be refused. */
static int32_t work_on_env(worker *w, void (*end_writer)(worker *)) {
  fuzz_stream s;
  memset(&s, 0, sizeof s);
  s.d.state = dice_next(&w->d);
  slmdb_work to = some_work(&w->d, &s);
  if (!dice_once(&w->d, 4)) end_writer(w);
  w->streamed = true;
  int32_t status = work_by(w, dice_below(&w->d, 12), &s, dice_once(&w->d, 4) ? NULL : &to);
  free(s.bytes);
  return status;
}

#endif
