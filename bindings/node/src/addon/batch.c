/* batch.c: writes that are submitted and done by the library's own thread, many of them in one commit. */
#include "addon.h"

/* db, scope; key (for ADD_PUT_MANY: a page); value; flags: which. Answers, and returns whether it was added. */
static bool add(struct instance *self, slmdb_batch *batch) {
  struct frame *frame = self->frame;
  slmdb_db *db;
  slmdb_scope *scope;
  const void *key, *value;
  size_t key_length, value_length;
  if (!find_target(self, &db, &scope)) return false;
  if (!request_bytes(self, frame->key, frame->key_length, &key, &key_length)) return false;
  if (!request_bytes(self, frame->value, frame->value_length, &value, &value_length)) return false;
  int32_t status = SLMDB_INTERNAL;
  slmdb_error *error = &self->error;
  switch (whole(frame->flags)) {
    case ADD_PUT: status = slmdb_batch_put(batch, db, scope, key, key_length, value, value_length, error); break;
    case ADD_PUT_IF_ABSENT:
      status = slmdb_batch_put_if_absent(batch, db, scope, key, key_length, value, value_length, error);
      break;
    case ADD_DELETE: status = slmdb_batch_delete(batch, db, scope, key, key_length, NULL, error); break;
    case ADD_CLEAR: status = slmdb_batch_clear(batch, db, scope, NULL, error); break;
    case ADD_PUT_MANY: status = slmdb_batch_put_many(batch, db, scope, key, key_length, error); break;
    default: refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): nothing of this number can be added to a batch");
  }
  frame->status = status;
  return status == SLMDB_OK;
}

/*
 * option: the number by which JavaScript knows it. Answers; the library closes the handle unless there is an error. The
 * frame's handle, the Env's or the batch's, says whether it comes after gathered writes.
 */
static bool submit(napi_env env, struct instance *self, slmdb_batch *batch) {
  void *result = result_expect(env, self, self->frame->option[0]);
  if (result == NULL) return false;
  struct committer **committer = handle_committer(self, self->frame->handle);
  int32_t status;
  if (committer != NULL && committer_is_busy(*committer)) {
    status = committer_queue_batch(self, *committer, batch, result) ? SLMDB_OK : SLMDB_OUT_OF_MEMORY;
  } else {
    status = slmdb_batch_submit(batch, result_arrive, result, &self->error);
  }
  self->frame->status = status;
  if (status != SLMDB_OK) result_forget(env, self, result);
  return status == SLMDB_OK;
}

/* handle: the Env. Out: handle. */
static napi_value batch_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  slmdb_batch *batch = NULL;
  frame->status = slmdb_batch_open(opened, &batch, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_BATCH, batch, frame->handle)) slmdb_batch_close(batch, NULL);
  return NULL;
}

/* handle: the batch; what add says. */
static napi_value batch_add(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_batch *batch = handle_find(self, HANDLE_BATCH, self->frame->handle);
  if (batch != NULL) add(self, batch);
  return NULL;
}

/* handle: the batch; what submit says. */
static napi_value batch_submit(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_batch *batch = handle_find(self, HANDLE_BATCH, self->frame->handle);
  if (batch != NULL && submit(env, self, batch)) handle_forget(self, self->frame->handle);
  return NULL;
}

/* handle: the batch. */
static napi_value batch_close(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_batch *batch = handle_find(self, HANDLE_BATCH, self->frame->handle);
  if (batch == NULL) return NULL;
  self->frame->status = slmdb_batch_close(batch, &self->error);
  handle_forget(self, self->frame->handle);
  return NULL;
}

/* handle: the Env; what add and submit say. A batch of one write, from its beginning to its end. */
static napi_value batch_one(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  slmdb_batch *batch = NULL;
  frame->status = slmdb_batch_open(opened, &batch, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!add(self, batch) || !submit(env, self, batch)) slmdb_batch_close(batch, NULL);
  return NULL;
}

void define_batch(napi_env env, napi_value exports) {
  define_function(env, exports, "batchOpen", batch_open);
  define_function(env, exports, "batchAdd", batch_add);
  define_function(env, exports, "batchSubmit", batch_submit);
  define_function(env, exports, "batchClose", batch_close);
  define_function(env, exports, "batchOne", batch_one);
}
