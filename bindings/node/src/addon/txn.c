/* txn.c: begin, child, commit, abort, is newest. */
#include "addon.h"

/* handle: the Env; flags: SLMDB_READ or SLMDB_WRITE. Out: handle. */
static napi_value txn_begin(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  signals_check_child();
  slmdb_txn *txn = NULL;
  frame->status = slmdb_txn_begin(opened, (int32_t)whole(frame->flags), &txn, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_TXN, txn, frame->handle)) slmdb_txn_abort(txn, NULL);
  else if ((int32_t)whole(frame->flags) == SLMDB_WRITE) handle_mark_writer(self, frame->handle);
  return NULL;
}

/* txn: the parent. Out: handle. */
static napi_value txn_child(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_txn *txn = find_txn(self, frame->txn);
  if (txn == NULL) return NULL;
  slmdb_txn *child = NULL;
  frame->status = slmdb_txn_child(txn, &child, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_TXN, child, frame->txn)) slmdb_txn_abort(child, NULL);
  return NULL;
}

/* txn. Out: more, 1 if nobody has committed since it began. */
static napi_value txn_is_newest(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_txn *txn = find_txn(self, self->frame->txn);
  bool newest = false;
  if (txn == NULL) return NULL;
  self->frame->status = slmdb_txn_is_newest(txn, &newest, &self->error);
  self->frame->more = newest;
  return NULL;
}

typedef int32_t end_function(slmdb_txn *txn, slmdb_error *error);

/* The library closes the handle whatever the status, but for these two. */
static napi_value txn_end(napi_env env, end_function *end) {
  struct instance *self = instance_of(env);
  double id = self->frame->txn;
  slmdb_txn *txn = handle_find(self, HANDLE_TXN, id);
  if (txn == NULL) return NULL;
  int32_t status = end(txn, &self->error);
  self->frame->status = status;
  if (status == SLMDB_WRONG_THREAD || status == SLMDB_IN_USE) return NULL;
  puts_drop(self, id);
  handle_forget(self, id);
  return NULL;
}

static napi_value txn_commit(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  double id = self->frame->txn;
  puts_settle(self, id);
  const struct slot *slot = handle_slot(self, HANDLE_TXN, id);
  if (slot == NULL || slot->failed == NULL) return txn_end(env, slmdb_txn_commit);
  slmdb_error failed = *slot->failed;
  txn_end(env, slmdb_txn_abort); /* without those puts it must not become visible */
  if (self->frame->status == SLMDB_OK) refuse(self, failed.code, failed.message);
  return NULL;
}

static napi_value txn_abort(napi_env env, napi_callback_info info) {
  (void)info;
  return txn_end(env, slmdb_txn_abort);
}

void define_txn(napi_env env, napi_value exports) {
  define_function(env, exports, "txnBegin", txn_begin);
  define_function(env, exports, "txnChild", txn_child);
  define_function(env, exports, "txnIsNewest", txn_is_newest);
  define_function(env, exports, "txnCommit", txn_commit);
  define_function(env, exports, "txnAbort", txn_abort);
}
