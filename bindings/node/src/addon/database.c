/* database.c: a Database: open, describe, list. */
#include "addon.h"

enum { FLAG_MUST_EXIST = 1, FLAG_UNNAMED_DEFAULT = 2 };

/* handle: the Env; key: the name; option: kind, layout, key type, value type; flags. Out: handle. */
static napi_value db_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_env *opened = handle_find(self, HANDLE_ENV, frame->handle);
  const void *name;
  size_t name_length;
  if (opened == NULL || !request_bytes(self, frame->key, frame->key_length, &name, &name_length)) return NULL;
  uint32_t flags = (uint32_t)whole(frame->flags);
  slmdb_db_options options = {
      .struct_size = sizeof options,
      .kind = (int32_t)whole(frame->option[0]),
      .layout = (int32_t)whole(frame->option[1]),
      .key_type = (int32_t)whole(frame->option[2]),
      .value_type = (int32_t)whole(frame->option[3]),
      .must_exist = (flags & FLAG_MUST_EXIST) != 0,
      .unnamed_default = (flags & FLAG_UNNAMED_DEFAULT) != 0,
  };
  slmdb_db *db = NULL;
  frame->status = slmdb_db_open(opened, name, name_length, &options, &db, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_DB, db, frame->handle)) slmdb_db_close(db, NULL);
  return NULL;
}

/* db. Out: option: kind, layout, key type, value type, unnamed default. */
static napi_value db_describe(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_db *db = handle_find(self, HANDLE_DB, frame->db);
  if (db == NULL) return NULL;
  slmdb_db_options options = {.struct_size = sizeof options};
  frame->status = slmdb_db_describe(db, &options, &self->error);
  frame->option[0] = options.kind;
  frame->option[1] = options.layout;
  frame->option[2] = options.key_type;
  frame->option[3] = options.value_type;
  frame->option[4] = options.unnamed_default;
  return NULL;
}

/* txn. Out: handle, of a cursor. */
static napi_value db_list(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_txn *txn = find_txn(self, frame->txn);
  if (txn == NULL) return NULL;
  slmdb_cursor *cursor = NULL;
  frame->status = slmdb_db_list(txn, &cursor, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_CURSOR, cursor, frame->txn)) slmdb_cursor_close(cursor, NULL);
  return NULL;
}

void define_database(napi_env env, napi_value exports) {
  define_function(env, exports, "dbOpen", db_open);
  define_function(env, exports, "dbDescribe", db_describe);
  define_function(env, exports, "dbList", db_list);
}
