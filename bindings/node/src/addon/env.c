/* env.c: an Env: open, close, grow, stat. */
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
  if (!keep_handle(self, HANDLE_ENV, opened, 0)) slmdb_env_close(opened, NULL);
  return NULL;
}

/* handle: the Env. */
static napi_value env_close(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  if (!committer_settle(self, *handle_committer(self, frame->handle))) return NULL;
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

/* handle: the Env. Out: option: bytes of the map, of it used, last transaction, page size, readers, longest key, ... */
static napi_value env_stat(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  if (opened == NULL) return NULL;
  slmdb_env_info is = {.struct_size = sizeof is};
  frame->status = slmdb_env_stat(opened, &is, &self->error);
  frame->option[0] = (double)is.map_size;
  frame->option[1] = (double)is.used_size;
  frame->option[2] = (double)is.last_txn;
  frame->option[3] = is.page_size;
  frame->option[4] = is.max_readers;
  frame->option[5] = is.readers;
  frame->option[6] = is.max_key;
  return NULL;
}

void define_env(napi_env env, napi_value exports) {
  define_function(env, exports, "envOpen", env_open);
  define_function(env, exports, "envClose", env_close);
  define_function(env, exports, "envRelease", env_release);
  define_function(env, exports, "envGrow", env_grow);
  define_function(env, exports, "envStat", env_stat);
}
