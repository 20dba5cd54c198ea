/* env.c: an Env and its registry's pruning. */
#include "addon.h"

enum { FLAG_READ_ONLY = 1, FLAG_CREATE_FOLDER = 2 };

/* key: the path; limit: bytes of the map; option: databases, readers, mode, durability; flags. Out: handle. */
static napi_value env_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  const void *path;
  size_t path_length;
  if (!request_bytes(self, frame->key, frame->key_length, &path, &path_length)) return NULL;
  uint32_t flags = (uint32_t)whole(frame->flags);
  slmdb_env_options options = {
      .struct_size = sizeof options,
      .map_size = whole(frame->limit),
      .max_databases = (uint32_t)whole(frame->option[0]),
      .max_readers = (uint32_t)whole(frame->option[1]),
      .mode = (uint32_t)whole(frame->option[2]),
      .durability = (int32_t)whole(frame->option[3]),
      .read_only = (flags & FLAG_READ_ONLY) != 0,
      .create_folder = (flags & FLAG_CREATE_FOLDER) != 0,
  };
  slmdb_env *opened = NULL;
  int32_t status = slmdb_env_open(path, path_length, &options, &opened, &self->error);
  frame->status = status;
  if (status != SLMDB_OK) return NULL;
  frame->handle = handle_add(self, HANDLE_ENV, opened, 0);
  if (frame->handle == 0) {
    slmdb_env_close(opened, NULL);
    refuse(self, SLMDB_OUT_OF_MEMORY, "too many handles are open in this thread");
  }
  return NULL;
}

/* handle: the Env. */
static napi_value env_close(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  frame->status = slmdb_env_close(opened, &self->error);
  if (frame->status == SLMDB_OK) handle_forget(self, frame->handle);
  return NULL;
}

/* handle: an Env that JavaScript can no longer reach, nor anything of it. */
static napi_value env_release(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  handle_release_env(self, self->frame->handle);
  self->frame->status = SLMDB_OK;
  return NULL;
}

/*
 * handle: the Env; limit: bytes. The library waits for open transactions to end; those of this thread cannot end while
 * it waits.
 */
static napi_value env_grow(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_env *opened = handle_find(self, HANDLE_ENV, self->frame->handle);
  if (opened == NULL) return NULL;
  if (handle_has_txns(self, self->frame->handle)) {
    refuse(self, SLMDB_BUSY, "the map cannot grow while this thread has a transaction open: commit or abort it first");
    return NULL;
  }
  self->frame->status = slmdb_env_grow(opened, whole(self->frame->limit), &self->error);
  return NULL;
}

/* handle: the Env. Out: result, the number of scopes. */
static napi_value registry_prune(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_env *opened = handle_find(self, HANDLE_ENV, self->frame->handle);
  if (opened == NULL) return NULL;
  uint64_t count = 0;
  int32_t status;
  do { /* again if another process has made a database meanwhile */
    slmdb_txn *txn;
    status = slmdb_txn_begin(opened, SLMDB_WRITE, &txn, &self->error);
    if (status != SLMDB_OK) break;
    status = slmdb_registry_prune(txn, &count, &self->error);
    if (status == SLMDB_OK) status = slmdb_txn_commit(txn, &self->error);
    else slmdb_txn_abort(txn, NULL);
  } while (status == SLMDB_CONFLICT);
  self->frame->status = status;
  self->frame->result = (double)count;
  return NULL;
}

void define_env(napi_env env, napi_value exports) {
  define_function(env, exports, "envOpen", env_open);
  define_function(env, exports, "envClose", env_close);
  define_function(env, exports, "envRelease", env_release);
  define_function(env, exports, "envGrow", env_grow);
  define_function(env, exports, "registryPrune", registry_prune);
}
