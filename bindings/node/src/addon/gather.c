/*
 * gather.c: what lib/gathering.js adds and submits. All of it is copied, since it waits for the thread of committer.c;
 * the library is not entered.
 */
#include "committer.h"

#include <stdlib.h>
#include <string.h>

/* handle: an Env that is to gather writes. */
static napi_value gather_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_env *opened = handle_find(self, HANDLE_ENV, self->frame->handle);
  if (opened == NULL) return NULL;
  struct committer **place = handle_committer(self, self->frame->handle);
  if (*place == NULL) *place = committer_new(self, opened);
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
    uint32_t place = op->places[i] & ~PUT_OWN;
    if (place < PAGE_HEAD || place > op->length || (i > 0 && place < (op->places[i - 1] & ~PUT_OWN))) return false;
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
    committer_enqueue(committer, unit);
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
  committer_enqueue(committer, unit);
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
  unit_free(committer->open);
  close_scopes(committer);
  self->frame->status = SLMDB_OK;
  return NULL;
}

void define_gather(napi_env env, napi_value exports) {
  define_function(env, exports, "gatherOpen", gather_open);
  define_function(env, exports, "gatherAdd", gather_add);
  define_function(env, exports, "gatherSubmit", gather_submit);
  define_function(env, exports, "gatherDrop", gather_drop);
}
