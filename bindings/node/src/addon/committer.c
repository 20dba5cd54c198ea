/*
 * committer.c: single writes that JavaScript has gathered, and the thread that commits them.
 *
 * An Env whose writes are gathered has a thread of its own, which applies them (slmdb_batch_apply): who applies a batch
 * while nothing is being committed commits it himself, so a commit wakes this thread and then JavaScript's, and no
 * other. JavaScript's thread copies bytes and enters the library for none of it; pages are taken apart here.
 *
 * What JavaScript submits at once is a unit: it is committed whole, but for writes that are refused for themselves.
 * Units that wait go into one commit; if that fails, each is committed alone, so each has its own result. Batches
 * that the user has made himself stand in the same queue while it is not empty: the order is that of submission.
 *
 * The queue has two holders, the Env's slot and the thread. The thread touches nothing else of the instance.
 */
#define _POSIX_C_SOURCE 200809L
#include "committer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of one commit. One that grows without bounds would make the first unit wait for ever. */
enum { MOST_UNITS = 4096, MOST_BYTES = 32 << 20 };
/*
 * How long the thread lets those who were just answered submit again, before it commits what few others wait: a part of
 * what the last commit took, and nanoseconds at the most. Without it callers that wait for each write fall into two
 * halves that take turns, and commits are half as full (core/queue.go does the same).
 */
enum { PATIENCE = 4, MOST_PATIENCE = 100000, FEW = 200 };

void unit_free(struct unit *unit) {
  if (unit == NULL) return;
  while (unit->first != NULL) {
    struct op *op = unit->first;
    unit->first = op->next;
    free(op);
  }
  free(unit);
}

static void free_committer(struct committer *committer) {
  pthread_cond_destroy(&committer->idle);
  pthread_cond_destroy(&committer->work);
  pthread_mutex_destroy(&committer->lock);
  unit_free(committer->open);
  while (committer->closing != NULL) {
    struct unit *unit = committer->closing;
    committer->closing = unit->next;
    slmdb_scope_close(unit->scope, NULL);
    free(unit);
  }
  free(committer);
}

/* ---- the thread ---- */

static void answer(struct unit *unit, const slmdb_error *error) {
  if (unit->is_answered) return;
  unit->is_answered = true;
  result_arrive(unit->result, error);
}

/* The puts of a page that was refused, one by one. */
static bool add_each(slmdb_batch *batch, struct unit *unit, const struct op *op) {
  slmdb_error error;
  for (uint32_t i = 0; i < op->count; i++) {
    size_t start = op->places[i] & ~PUT_OWN;
    size_t end = i + 1 < op->count ? op->places[i + 1] & ~PUT_OWN : op->length;
    unsigned char *page = malloc(1 + end - start);
    int32_t status = SLMDB_OUT_OF_MEMORY;
    if (page == NULL) {
      error = (slmdb_error){.code = SLMDB_OUT_OF_MEMORY, .message = "no memory for a put"};
    } else {
      page[0] = 0x92; /* an array of two */
      memcpy(page + 1, op->bytes + start, end - start);
      status = slmdb_batch_put_many(batch, op->db, op->scope, page, 1 + end - start, &error);
      free(page);
    }
    if (status == SLMDB_OK) continue;
    if ((op->places[i] & PUT_OWN) == 0 || !result_refuse(unit->result, op->first + i, &error)) return false;
  }
  return true;
}

static bool add_op(slmdb_batch *batch, struct unit *unit, struct op *op) {
  slmdb_error error;
  int32_t status;
  switch (op->what) {
    case ADD_PUT_MANY:
      status = slmdb_batch_put_many(batch, op->db, op->scope, op->bytes, op->length, NULL);
      return status == SLMDB_OK || add_each(batch, unit, op);
    case ADD_DELETE:
      status = slmdb_batch_delete(batch, op->db, op->scope, op->bytes, op->length, &op->deleted, &error);
      break;
    default: status = slmdb_batch_clear(batch, op->db, op->scope, &op->cleared, &error);
  }
  return status == SLMDB_OK || result_refuse(unit->result, op->first, &error);
}

/*
 * What the unit's deletes and clears came to, in their order: how many entries each deleted. It is the result's. False
 * without memory.
 */
static bool tell_deleted(struct unit *unit) {
  size_t count = 0;
  for (const struct op *op = unit->first; op != NULL; op = op->next) count += op->what != ADD_PUT_MANY;
  if (count == 0) return true;
  double *deleted = malloc(count * sizeof *deleted);
  if (deleted == NULL) return false;
  result_answer(unit->result, deleted, count * sizeof *deleted);
  for (const struct op *op = unit->first; op != NULL; op = op->next) {
    if (op->what == ADD_DELETE) *deleted++ = op->deleted;
    if (op->what == ADD_CLEAR) *deleted++ = (double)op->cleared;
  }
  return true;
}

/* Adds a unit; if it cannot be committed without one that was refused, answers so and returns false. */
static bool add_unit(slmdb_batch *batch, struct unit *unit) {
  static const slmdb_error dropped = {
      .code = SLMDB_CANCELED, .message = "another write of the same turn was refused, and none of them was done"};
  result_refuse_none(unit->result); /* of an attempt before */
  for (struct op *op = unit->first; op != NULL; op = op->next) {
    if (add_op(batch, unit, op)) continue;
    answer(unit, &dropped);
    return false;
  }
  return true;
}

/* A batch of the units, up to `end`, that are not answered. NULL: it cannot be opened. */
static slmdb_batch *fill(const struct committer *committer, struct unit *units, const struct unit *end,
                         slmdb_error *error) {
  for (;;) {
    slmdb_batch *batch = NULL;
    if (slmdb_batch_open(committer->env, &batch, error) != SLMDB_OK) return NULL;
    struct unit *unit = units;
    while (unit != end && (unit->is_answered || add_unit(batch, unit))) unit = unit->next;
    if (unit == end) return batch;
    slmdb_batch_close(batch, NULL); /* nothing can be taken out of it: again, without that unit */
  }
}

static int32_t apply(const struct committer *committer, struct unit *units, const struct unit *end,
                     slmdb_error *error) {
  slmdb_batch *batch = fill(committer, units, end, error);
  if (batch == NULL) return error->code;
  int32_t status = slmdb_batch_apply(batch, error);
  if (status == SLMDB_NESTED || status == SLMDB_BUSY) slmdb_batch_close(batch, NULL); /* cannot be, on this thread */
  return status;
}

/* Of writes that were done. */
static const slmdb_error untold = {
    .code = SLMDB_OUT_OF_MEMORY, .message = "the writes were done, but there was no memory to say what they deleted"};

/* Commits the units up to `end` together; if that fails, each alone. What may have been done is not done twice. */
static void commit(struct committer *committer, struct unit *units, const struct unit *end) {
  slmdb_error error = {.code = SLMDB_OK};
  int32_t status = apply(committer, units, end, &error);
  pthread_mutex_lock(&committer->lock);
  committer->left = committer->waiting;
  pthread_mutex_unlock(&committer->lock);
  bool is_sure = status == SLMDB_OK || status == SLMDB_COMMIT_UNKNOWN || units->next == end;
  struct results *results = NULL;
  size_t answered = 0;
  for (struct unit *unit = units; unit != end; unit = unit->next) {
    if (unit->is_answered) continue;
    if (!is_sure) status = apply(committer, unit, unit->next, &error);
    if (unit->is_answered) continue;
    if (status == SLMDB_OK) error.code = SLMDB_OK;
    if (status == SLMDB_OK && !tell_deleted(unit)) error = untold;
    results = result_append(unit->result, &error);
    answered++;
  }
  if (answered > 0) results_wake(results, answered);
}

/* Does what was taken from the queue: units that follow each other in one commit. */
static void do_units(struct committer *committer, struct unit *units) {
  slmdb_error error;
  while (units != NULL) {
    struct unit *end = units->next;
    if (units->scope != NULL) {
      slmdb_scope_close(units->scope, NULL);
    } else if (units->batch != NULL) {
      if (slmdb_batch_submit(units->batch, result_arrive, units->result, &error) != SLMDB_OK) {
        slmdb_batch_close(units->batch, NULL);
        answer(units, &error);
      }
    } else {
      while (end != NULL && end->scope == NULL && end->batch == NULL) end = end->next;
      commit(committer, units, end);
    }
    while (units != end) {
      struct unit *next = units->next;
      unit_free(units);
      units = next;
    }
  }
}

/* Takes what waits, up to the limits of a commit. Locked; NULL if nothing waits. */
static struct unit *take(struct committer *committer) {
  struct unit *first = committer->first, *last = first;
  if (first == NULL) return NULL;
  size_t count = 1, size = first->size;
  committer->waiting -= first->count;
  while (last->next != NULL && count < MOST_UNITS && size + last->next->size <= MOST_BYTES) {
    last = last->next;
    count++;
    size += last->size;
    committer->waiting -= last->count;
  }
  committer->first = last->next;
  last->next = NULL;
  return first;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Waits for one more unit, if few writes wait and none was submitted since others were answered. Locked. */
static void be_patient(struct committer *committer, uint32_t answered, int64_t took) {
  uint32_t before = committer->left;
  if (answered < 2 || before == 0 || before >= FEW || committer->waiting != before) return;
  int64_t patience = took / PATIENCE, until = now() + (patience < MOST_PATIENCE ? patience : MOST_PATIENCE);
  struct timespec time = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
  committer->is_patient = true;
  while (committer->waiting == before && !committer->has_ended) {
    if (pthread_cond_timedwait(&committer->work, &committer->lock, &time) != 0) break;
  }
  committer->is_patient = false;
}

static void *run(void *user) {
  struct committer *committer = user;
  pthread_mutex_lock(&committer->lock);
  for (;;) {
    uint32_t waited = committer->waiting;
    struct unit *units = take(committer);
    if (units != NULL) {
      uint32_t taken = waited - committer->waiting;
      pthread_mutex_unlock(&committer->lock);
      int64_t start = now();
      do_units(committer, units);
      int64_t took = now() - start;
      pthread_mutex_lock(&committer->lock);
      be_patient(committer, taken, took);
      continue;
    }
    committer->is_busy = false;
    pthread_cond_broadcast(&committer->idle);
    if (committer->has_ended) break;
    pthread_cond_wait(&committer->work, &committer->lock);
  }
  pthread_mutex_unlock(&committer->lock);
  free_committer(committer);
  return NULL;
}

/* ---- JavaScript's thread ---- */

/* No signal is for this thread: Node's handlers expect its own. */
static bool start_thread(struct committer *committer) {
  sigset_t all, before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&thread, NULL, run, committer);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed == 0) pthread_detach(thread);
  return failed == 0;
}

/* Refuses an Env that takes no batches. */
static bool takes_batches(struct instance *self, slmdb_env *env) {
  slmdb_batch *batch = NULL;
  self->frame->status = slmdb_batch_open(env, &batch, &self->error);
  if (self->frame->status != SLMDB_OK) return false;
  slmdb_batch_close(batch, NULL);
  return true;
}

struct committer *committer_new(struct instance *self, slmdb_env *env) {
  if (!takes_batches(self, env)) return NULL;
  struct committer *committer = calloc(1, sizeof *committer);
  if (committer != NULL) {
    committer->env = env;
    pthread_mutex_init(&committer->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&committer->work, &monotonic);
    pthread_cond_init(&committer->idle, NULL);
    pthread_condattr_destroy(&monotonic);
    if (start_thread(committer)) return committer;
    free_committer(committer);
  }
  refuse(self, SLMDB_OUT_OF_MEMORY, "no thread could be started for writes");
  return NULL;
}

void committer_enqueue(struct committer *committer, struct unit *unit) {
  pthread_mutex_lock(&committer->lock);
  if (committer->first == NULL) committer->first = unit;
  else committer->last->next = unit;
  committer->last = unit;
  bool is_awaited = !committer->is_busy || committer->is_patient;
  committer->waiting += unit->count;
  committer->is_busy = true;
  pthread_mutex_unlock(&committer->lock);
  if (is_awaited) pthread_cond_signal(&committer->work);
}

bool committer_is_busy(struct committer *committer) {
  if (committer == NULL) return false;
  pthread_mutex_lock(&committer->lock);
  bool is = committer->is_busy;
  pthread_mutex_unlock(&committer->lock);
  return is;
}

void committer_end(struct committer *committer) {
  if (committer == NULL) return;
  pthread_mutex_lock(&committer->lock);
  committer->has_ended = true;
  pthread_cond_signal(&committer->work);
  pthread_mutex_unlock(&committer->lock);
}

bool committer_settle(struct instance *self, struct committer *committer) {
  if (!committer_is_busy(committer)) return true;
  if (slmdb_env_flush(committer->env, NULL) == SLMDB_NESTED) {
    refuse(self, SLMDB_BUSY, "this thread has the write transaction, for which batches wait that were submitted: "
                             "commit or abort it, then close the environment");
    return false;
  }
  pthread_mutex_lock(&committer->lock);
  while (committer->is_busy) pthread_cond_wait(&committer->idle, &committer->lock);
  pthread_mutex_unlock(&committer->lock);
  return true;
}

bool committer_queue_batch(struct instance *self, struct committer *committer, slmdb_batch *batch, void *result) {
  struct unit *unit = calloc(1, sizeof *unit);
  if (unit == NULL) {
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for a batch");
    return false;
  }
  unit->batch = batch;
  unit->result = result;
  committer_enqueue(committer, unit);
  return true;
}

bool committer_keeps_scope(struct committer *committer, slmdb_scope *scope) {
  if (committer == NULL || (committer->open == NULL && !committer_is_busy(committer))) return false;
  struct unit *unit = calloc(1, sizeof *unit);
  if (unit == NULL) return false; /* then writes of it answer CLOSED */
  unit->scope = scope;
  if (committer->open == NULL) {
    committer_enqueue(committer, unit);
  } else {
    unit->next = committer->closing;
    committer->closing = unit;
  }
  return true;
}
