/* scope.c: the handles of scopes. They belong to no Env; here they are kept below the one that they are used with. */
#include "addon.h"

/* handle: the Env to keep it below, or 0; key: the name. Out: handle. */
static napi_value scope_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  const void *name;
  size_t name_length;
  if (!request_bytes(self, frame->key, frame->key_length, &name, &name_length)) return NULL;
  if (frame->handle != 0 && handle_find(self, HANDLE_ENV, frame->handle) == NULL) return NULL;
  slmdb_scope *scope = NULL;
  frame->status = slmdb_scope_open(name, name_length, &scope, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_SCOPE, scope, frame->handle)) slmdb_scope_close(scope, NULL);
  return NULL;
}

/* handle: the scope. */
static napi_value scope_close(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_scope *scope = handle_find(self, HANDLE_SCOPE, self->frame->handle);
  if (scope == NULL) return NULL;
  puts_close_scope(self, self->frame->handle);
  struct committer **committer = handle_committer(self, self->frame->handle);
  bool is_kept = committer != NULL && committer_keeps_scope(*committer, scope);
  self->frame->status = is_kept ? SLMDB_OK : slmdb_scope_close(scope, &self->error);
  handle_forget(self, self->frame->handle);
  return NULL;
}

void define_scope(napi_env env, napi_value exports) {
  define_function(env, exports, "scopeOpen", scope_open);
  define_function(env, exports, "scopeClose", scope_close);
}
