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
#include "addon.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Of one commit. One that grows without bounds would make the first unit wait for ever. */
enum { MOST_UNITS = 4096, MOST_BYTES = 32 << 20 };
/* In a put's place: it may be refused for itself. lib/gathering.js has the same. */
static const uint32_t OWN = UINT32_C(1) << 31;
/* How a page begins: an array with a length of 32 bits. */
enum { PAGE_HEAD = 5 };

/* A page of puts, a delete or a clear. */
struct op {
  struct op *next;
  slmdb_db *db; /* numbers: one that is closed meanwhile is answered with CLOSED */
  slmdb_scope *scope;
  int what;
  uint32_t first; /* which write of the unit it is */
  uint32_t count;
  size_t length;
  uint32_t *places; /* of each put in the page; in the same memory */
  unsigned char *bytes;
};

/* What waits in the queue: gathered writes; or a batch; or scopes to close, which those before it need. */
struct unit {
  struct unit *next;
  void *result; /* NULL: nobody waits */
  struct op *first, *last;
  slmdb_batch *batch;
  slmdb_scope *scope;
  uint32_t count;
  size_t size;
  bool is_answered;
};

struct committer {
  slmdb_env *env;
  /* JavaScript's thread only */
  struct unit *open;    /* what is gathered */
  struct unit *closing; /* scopes that it needs, and that are closed after it */
  /* under the lock */
  pthread_mutex_t lock;
  pthread_cond_t work, idle;
  struct unit *first, *last;
  bool is_busy; /* something waits or is being done */
  bool has_ended; /* the slot holds it no longer */
};

static void free_unit(struct unit *unit) {
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
  free_unit(committer->open);
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
    size_t start = op->places[i] & ~OWN;
    size_t end = i + 1 < op->count ? op->places[i + 1] & ~OWN : op->length;
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
    if ((op->places[i] & OWN) == 0 || !result_refuse(unit->result, op->first + i, &error)) return false;
  }
  return true;
}

static bool add_op(slmdb_batch *batch, struct unit *unit, const struct op *op) {
  slmdb_error error;
  int32_t status;
  switch (op->what) {
    case ADD_PUT_MANY:
      status = slmdb_batch_put_many(batch, op->db, op->scope, op->bytes, op->length, NULL);
      return status == SLMDB_OK || add_each(batch, unit, op);
    case ADD_DELETE: status = slmdb_batch_delete(batch, op->db, op->scope, op->bytes, op->length, &error); break;
    default: status = slmdb_batch_clear(batch, op->db, op->scope, &error);
  }
  return status == SLMDB_OK || result_refuse(unit->result, op->first, &error);
}

/* Adds a unit; if it cannot be committed without one that was refused, answers so and returns false. */
static bool add_unit(slmdb_batch *batch, struct unit *unit) {
  static const slmdb_error dropped = {
      .code = SLMDB_CANCELED, .message = "another write of the same turn was refused, and none of them was done"};
  result_refuse_none(unit->result); /* of an attempt before */
  for (const struct op *op = unit->first; op != NULL; op = op->next) {
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

/* Commits the units up to `end` together; if that fails, each alone. What may have been done is not done twice. */
static void commit(const struct committer *committer, struct unit *units, const struct unit *end) {
  slmdb_error error = {.code = SLMDB_OK};
  int32_t status = apply(committer, units, end, &error);
  bool is_sure = status == SLMDB_OK || status == SLMDB_COMMIT_UNKNOWN || units->next == end;
  for (struct unit *unit = units; unit != end; unit = unit->next) {
    if (unit->is_answered) continue;
    if (!is_sure) status = apply(committer, unit, unit->next, &error);
    if (status == SLMDB_OK) error.code = SLMDB_OK;
    answer(unit, &error);
  }
}

/* Does what was taken from the queue: units that follow each other in one commit. */
static void do_units(const struct committer *committer, struct unit *units) {
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
      free_unit(units);
      units = next;
    }
  }
}

/* Takes what waits, up to the limits of a commit. Locked; NULL if nothing waits. */
static struct unit *take(struct committer *committer) {
  struct unit *first = committer->first, *last = first;
  if (first == NULL) return NULL;
  size_t count = 1, size = first->size;
  while (last->next != NULL && count < MOST_UNITS && size + last->next->size <= MOST_BYTES) {
    last = last->next;
    count++;
    size += last->size;
  }
  committer->first = last->next;
  last->next = NULL;
  return first;
}

static void *run(void *user) {
  struct committer *committer = user;
  pthread_mutex_lock(&committer->lock);
  for (;;) {
    struct unit *units = take(committer);
    if (units != NULL) {
      pthread_mutex_unlock(&committer->lock);
      do_units(committer, units);
      pthread_mutex_lock(&committer->lock);
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

static struct committer *new_committer(struct instance *self, slmdb_env *env) {
  if (!takes_batches(self, env)) return NULL;
  struct committer *committer = calloc(1, sizeof *committer);
  if (committer != NULL) {
    committer->env = env;
    pthread_mutex_init(&committer->lock, NULL);
    pthread_cond_init(&committer->work, NULL);
    pthread_cond_init(&committer->idle, NULL);
    if (start_thread(committer)) return committer;
    free_committer(committer);
  }
  refuse(self, SLMDB_OUT_OF_MEMORY, "no thread could be started for writes");
  return NULL;
}

/* Takes over a unit. */
static void enqueue(struct committer *committer, struct unit *unit) {
  pthread_mutex_lock(&committer->lock);
  if (committer->first == NULL) committer->first = unit;
  else committer->last->next = unit;
  committer->last = unit;
  bool was_busy = committer->is_busy;
  committer->is_busy = true;
  pthread_mutex_unlock(&committer->lock);
  if (!was_busy) pthread_cond_signal(&committer->work);
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
  enqueue(committer, unit);
  return true;
}

bool committer_keeps_scope(struct committer *committer, slmdb_scope *scope) {
  if (committer == NULL || (committer->open == NULL && !committer_is_busy(committer))) return false;
  struct unit *unit = calloc(1, sizeof *unit);
  if (unit == NULL) return false; /* then writes of it answer CLOSED */
  unit->scope = scope;
  if (committer->open == NULL) {
    enqueue(committer, unit);
  } else {
    unit->next = committer->closing;
    committer->closing = unit;
  }
  return true;
}

/* handle: an Env that is to gather writes. */
static napi_value gather_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_env *opened = handle_find(self, HANDLE_ENV, self->frame->handle);
  if (opened == NULL) return NULL;
  struct committer **place = handle_committer(self, self->frame->handle);
  if (*place == NULL) *place = new_committer(self, opened);
  if (*place != NULL) self->frame->status = SLMDB_OK;
  return NULL;
}

/* The Env of the frame's handle that gathers; NULL, and answered, if there is none. */
static struct committer *find_committer(struct instance *self) {
  if (handle_find(self, HANDLE_ENV, self->frame->handle) == NULL) return NULL;
  struct committer *committer = *handle_committer(self, self->frame->handle);
  if (committer == NULL) refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): this Env does not gather writes");
  return committer;
}

/* Whether the places of a page's puts follow each other within it. */
static bool are_places(const struct op *op) {
  for (uint32_t i = 0; i < op->count; i++) {
    uint32_t place = op->places[i] & ~OWN;
    if (place < PAGE_HEAD || place > op->length || (i > 0 && place < (op->places[i - 1] & ~OWN))) return false;
  }
  return true;
}

/* A copy of what the frame says; NULL, and answered, if it cannot be. */
static struct op *copy_op(struct instance *self) {
  const struct frame *frame = self->frame;
  const void *bytes, *places;
  size_t length, places_length;
  slmdb_db *db;
  slmdb_scope *scope;
  int what = (int)whole(frame->flags);
  if (what != ADD_PUT_MANY && what != ADD_DELETE && what != ADD_CLEAR) {
    refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): nothing of this number is gathered");
    return NULL;
  }
  if (!find_target(self, &db, &scope)) return NULL;
  if (!request_bytes(self, frame->key, frame->key_length, &bytes, &length)) return NULL;
  if (!request_bytes(self, frame->value, frame->value_length, &places, &places_length)) return NULL;
  struct op *op = malloc(sizeof *op + places_length + length);
  if (op == NULL) {
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for writes");
    return NULL;
  }
  uint32_t count = what == ADD_PUT_MANY ? (uint32_t)(places_length / sizeof(uint32_t)) : 1;
  *op = (struct op){.db = db, .scope = scope, .what = what, .count = count, .length = length};
  op->places = (uint32_t *)(op + 1);
  op->bytes = (unsigned char *)op->places + places_length;
  if (places_length > 0) memcpy(op->places, places, places_length);
  if (length > 0) memcpy(op->bytes, bytes, length);
  if (what != ADD_PUT_MANY || are_places(op)) return op;
  free(op);
  refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): puts outside of their page");
  return NULL;
}

/*
 * handle: an Env that gathers; db, scope; flags: a page of puts, a delete or a clear; key: the page or the key; value:
 * where in the page each put begins, as numbers of 32 bits.
 */
static napi_value gather_add(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct committer *committer = find_committer(self);
  struct op *op = committer == NULL ? NULL : copy_op(self);
  if (op == NULL) return NULL;
  if (committer->open == NULL && (committer->open = calloc(1, sizeof *committer->open)) == NULL) {
    free(op);
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for writes");
    return NULL;
  }
  struct unit *unit = committer->open;
  if (unit->first == NULL) unit->first = op;
  else unit->last->next = op;
  unit->last = op;
  op->first = unit->count;
  unit->count += op->count;
  unit->size += op->length;
  self->frame->status = SLMDB_OK;
  return NULL;
}

/* What was open is submitted or dropped: scopes that were to be closed after it are. */
static void close_scopes(struct committer *committer) {
  committer->open = NULL;
  while (committer->closing != NULL) {
    struct unit *unit = committer->closing;
    committer->closing = unit->next;
    unit->next = NULL;
    enqueue(committer, unit);
  }
}

/* handle: the Env; option[0]: the number by which JavaScript knows what was added. */
static napi_value gather_submit(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct committer *committer = find_committer(self);
  if (committer == NULL) return NULL;
  struct unit *unit = committer->open == NULL ? calloc(1, sizeof *unit) : committer->open;
  committer->open = unit;
  if (unit == NULL) {
    refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for writes");
    return NULL;
  }
  unit->result = result_expect(env, self, self->frame->option[0]);
  if (unit->result == NULL) return NULL;
  enqueue(committer, unit);
  close_scopes(committer);
  self->frame->status = SLMDB_OK;
  return NULL;
}

/* handle: the Env. What was added is not to be submitted. */
static napi_value gather_drop(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct committer *committer = find_committer(self);
  if (committer == NULL) return NULL;
  free_unit(committer->open);
  close_scopes(committer);
  self->frame->status = SLMDB_OK;
  return NULL;
}

void define_committer(napi_env env, napi_value exports) {
  define_function(env, exports, "gatherOpen", gather_open);
  define_function(env, exports, "gatherAdd", gather_add);
  define_function(env, exports, "gatherSubmit", gather_submit);
  define_function(env, exports, "gatherDrop", gather_drop);
}
