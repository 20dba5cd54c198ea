#include "callback.h"
#include "thread.h"

#include <stdio.h>

static _Thread_local int depth;

void slm_call_done(slmdb_done done, void *user, const slmdb_error *result) {
  static const slmdb_error ok = {SLMDB_OK, ""};
  depth++;
  done(user, result ? result : &ok);
  depth--;
  slm_thread_abort_left(); /* nobody else can end what it left open, and the next batches would wait for it for ever */
}

bool slm_call_progress(const slmdb_work *work, uint64_t done, uint64_t total) {
  return work->progress(work->user, done, total);
}

void slm_call_answer(const slmdb_work *work, const void *document, size_t length) {
  work->answer(work->user, document, length);
}

int32_t slm_call_write(slmdb_write write, void *user, const void *data, size_t length) {
  return write(user, data, length);
}

int32_t slm_call_read(slmdb_read read, void *user, void *buffer, size_t capacity, size_t *length) {
  return read(user, buffer, capacity, length);
}

bool slm_in_callback(void) { return depth > 0; }

int32_t slm_refuse_callback(slmdb_error *error) {
  if (error) {
    error->code = SLMDB_BUSY;
    snprintf(error->message, sizeof error->message,
             "this is a batch's callback, which batches wait for: call this function elsewhere");
  }
  return SLMDB_BUSY;
}
