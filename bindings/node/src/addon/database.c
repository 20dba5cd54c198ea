/* database.c: a Database: open, get, put, delete, clear. */
#include "addon.h"

enum { FLAG_MUST_EXIST = 1 };

/* handle: the Env; key: the name; option: kind, layout, key type, value type; flags. Out: handle. */
static napi_value db_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  const void *name;
  size_t name_length;
  if (opened == NULL || !request_bytes(self, frame->key, frame->key_length, &name, &name_length)) return NULL;
  slmdb_db_options options = {
      .struct_size = sizeof options,
      .kind = (int32_t)whole(frame->option[0]),
      .layout = (int32_t)whole(frame->option[1]),
      .key_type = (int32_t)whole(frame->option[2]),
      .value_type = (int32_t)whole(frame->option[3]),
      .must_exist = ((uint32_t)whole(frame->flags) & FLAG_MUST_EXIST) != 0,
  };
  slmdb_db *db = NULL;
  frame->status = slmdb_db_open(opened, name, name_length, &options, &db, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->handle = handle_add(self, HANDLE_DB, db, frame->handle);
  if (frame->handle == 0) {
    slmdb_db_close(db, NULL);
    refuse(self, SLMDB_OUT_OF_MEMORY, "too many handles are open in this thread");
  }
  return NULL;
}

/* What every operation on entries begins with. */
struct place {
  slmdb_txn *txn;
  slmdb_db *db;
  slmdb_scope *scope;
  const void *key;
  size_t key_length;
};

static bool find_place(struct instance *self, struct place *place) {
  const struct frame *frame = self->frame;
  place->scope = NULL;
  place->txn = handle_find(self, HANDLE_TXN, frame->txn);
  if (place->txn == NULL) return false;
  place->db = handle_find(self, HANDLE_DB, frame->db);
  if (place->db == NULL) return false;
  if (frame->scope != 0) {
    place->scope = handle_find(self, HANDLE_SCOPE, frame->scope);
    if (place->scope == NULL) return false;
  }
  return request_bytes(self, frame->key, frame->key_length, &place->key, &place->key_length);
}

/* Out: the value in answer, its length in result, also when the answer is too small for it. */
static napi_value db_get(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  if (!find_place(self, &at)) return NULL;
  size_t length = 0;
  self->frame->status = slmdb_db_get_copy(at.txn, at.db, at.scope, at.key, at.key_length, self->answer.bytes,
                                          self->answer.size, &length, &self->error);
  self->frame->result = (double)length;
  return NULL;
}

static napi_value db_put(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  const void *value;
  size_t value_length;
  if (!find_place(self, &at)) return NULL;
  if (!request_bytes(self, self->frame->value, self->frame->value_length, &value, &value_length)) return NULL;
  self->frame->status =
      slmdb_db_put(at.txn, at.db, at.scope, at.key, at.key_length, value, value_length, &self->error);
  return NULL;
}

/* As db_put, with the value in a Uint8Array of the caller: large ones are not copied into the request first. */
static napi_value db_put_bytes(napi_env env, napi_callback_info info) {
  struct instance *self = instance_of(env);
  struct place at;
  napi_value argument;
  size_t count = 1;
  napi_typedarray_type type;
  void *value;
  size_t value_length;
  if (!find_place(self, &at)) return NULL;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_typedarray_info(env, argument, &type, &value_length, &value, NULL, NULL) != napi_ok ||
      type != napi_uint8_array) {
    refuse(self, SLMDB_INVALID_ARGUMENT, "the value must be a Uint8Array");
    return NULL;
  }
  self->frame->status =
      slmdb_db_put(at.txn, at.db, at.scope, at.key, at.key_length, value, value_length, &self->error);
  return NULL;
}

/* Out: result, 1 if the entry was there. */
static napi_value db_delete(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  bool deleted = false;
  if (!find_place(self, &at)) return NULL;
  self->frame->status = slmdb_db_delete(at.txn, at.db, at.scope, at.key, at.key_length, &deleted, &self->error);
  self->frame->result = deleted;
  return NULL;
}

/* Out: result, how many entries there were. key_length must be 0. */
static napi_value db_clear(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  uint64_t count = 0;
  if (!find_place(self, &at)) return NULL;
  self->frame->status = slmdb_db_clear(at.txn, at.db, at.scope, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

void define_database(napi_env env, napi_value exports) {
  define_function(env, exports, "dbOpen", db_open);
  define_function(env, exports, "dbGet", db_get);
  define_function(env, exports, "dbPut", db_put);
  define_function(env, exports, "dbPutBytes", db_put_bytes);
  define_function(env, exports, "dbDelete", db_delete);
  define_function(env, exports, "dbClear", db_clear);
}
