/* registry.c: the scopes of an Env. All take txn from the frame, and all but two the scope. */
#include "addon.h"

static bool find_named(struct instance *self, slmdb_txn **txn, slmdb_scope **scope) {
  *txn = find_txn(self, self->frame->txn);
  if (*txn == NULL) return false;
  *scope = handle_find(self, HANDLE_SCOPE, self->frame->scope);
  return *scope != NULL;
}

/* Out: handle, of a cursor. */
static napi_value registry_list(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_txn *txn = find_txn(self, frame->txn);
  if (txn == NULL) return NULL;
  slmdb_cursor *cursor = NULL;
  frame->status = slmdb_registry_list(txn, &cursor, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_CURSOR, cursor, frame->txn)) slmdb_cursor_close(cursor, NULL);
  return NULL;
}

typedef int32_t id_function(slmdb_txn *txn, slmdb_scope *scope, uint32_t *id, slmdb_error *error);

static napi_value answer_id(napi_env env, id_function *function) {
  struct instance *self = instance_of(env);
  slmdb_txn *txn;
  slmdb_scope *scope;
  uint32_t id = 0;
  if (!find_named(self, &txn, &scope)) return NULL;
  self->frame->status = function(txn, scope, &id, &self->error);
  self->frame->result = id;
  return NULL;
}

/* Out: result. */
static napi_value registry_id(napi_env env, napi_callback_info info) {
  (void)info;
  return answer_id(env, slmdb_registry_id);
}

/* Out: result. */
static napi_value registry_register(napi_env env, napi_callback_info info) {
  (void)info;
  return answer_id(env, slmdb_registry_register);
}

/* handle: the scope of the new name. */
static napi_value registry_rename(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_txn *txn;
  slmdb_scope *from, *to;
  if (!find_named(self, &txn, &from)) return NULL;
  to = handle_find(self, HANDLE_SCOPE, self->frame->handle);
  if (to == NULL) return NULL;
  self->frame->status = slmdb_registry_rename(txn, from, to, &self->error);
  return NULL;
}

/* Out: result, how many entries there were. */
static napi_value registry_drop(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_txn *txn;
  slmdb_scope *scope;
  uint64_t count = 0;
  if (!find_named(self, &txn, &scope)) return NULL;
  self->frame->status = slmdb_registry_drop(txn, scope, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

/* Out: result, how many scopes. */
static napi_value registry_prune(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_txn *txn = find_txn(self, self->frame->txn);
  uint64_t count = 0;
  if (txn == NULL) return NULL;
  self->frame->status = slmdb_registry_prune(txn, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

void define_registry(napi_env env, napi_value exports) {
  define_function(env, exports, "registryList", registry_list);
  define_function(env, exports, "registryId", registry_id);
  define_function(env, exports, "registryRegister", registry_register);
  define_function(env, exports, "registryRename", registry_rename);
  define_function(env, exports, "registryDrop", registry_drop);
  define_function(env, exports, "registryPrune", registry_prune);
}
