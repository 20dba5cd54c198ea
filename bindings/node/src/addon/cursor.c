/* cursor.c: a walk over entries or over the registry's scopes, by pages. */
#include "addon.h"

/* txn, db, scope; key and value: the bounds; flags: SLMDB_RANGE_...; limit. Out: handle. */
static napi_value cursor_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_txn *txn = handle_find(self, HANDLE_TXN, frame->txn);
  slmdb_db *db = txn == NULL ? NULL : handle_find(self, HANDLE_DB, frame->db);
  if (db == NULL) return NULL;
  slmdb_scope *scope = NULL;
  if (frame->scope != 0) {
    scope = handle_find(self, HANDLE_SCOPE, frame->scope);
    if (scope == NULL) return NULL;
  }
  slmdb_range range = {
      .struct_size = sizeof range,
      .flags = (uint32_t)whole(frame->flags),
      .limit = whole(frame->limit),
  };
  if (!request_bytes(self, frame->key, frame->key_length, &range.lower, &range.lower_length)) return NULL;
  if (!request_bytes(self, frame->value, frame->value_length, &range.upper, &range.upper_length)) return NULL;
  slmdb_cursor *cursor = NULL;
  frame->status = slmdb_cursor_open(txn, db, scope, &range, &cursor, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->handle = handle_add(self, HANDLE_CURSOR, cursor, frame->txn);
  if (frame->handle == 0) {
    slmdb_cursor_close(cursor, NULL);
    refuse(self, SLMDB_OUT_OF_MEMORY, "too many handles are open in this thread");
  }
  return NULL;
}

/* txn. Out: handle. */
static napi_value registry_list(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_txn *txn = handle_find(self, HANDLE_TXN, frame->txn);
  if (txn == NULL) return NULL;
  slmdb_cursor *cursor = NULL;
  frame->status = slmdb_registry_list(txn, &cursor, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->handle = handle_add(self, HANDLE_CURSOR, cursor, frame->txn);
  if (frame->handle == 0) {
    slmdb_cursor_close(cursor, NULL);
    refuse(self, SLMDB_OUT_OF_MEMORY, "too many handles are open in this thread");
  }
  return NULL;
}

/* handle: the cursor; limit: entries at the most. Out: a page in answer, its length in result, more. */
static napi_value cursor_page(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_cursor *cursor = handle_find(self, HANDLE_CURSOR, frame->handle);
  if (cursor == NULL) return NULL;
  size_t length = 0;
  bool more = false;
  size_t entries = (size_t)whole(frame->limit);
  frame->status =
      slmdb_cursor_page(cursor, self->answer.bytes, self->answer.size, entries, &length, &more, &self->error);
  frame->result = (double)length;
  frame->more = more;
  return NULL;
}

/* handle: the cursor. */
static napi_value cursor_close(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  slmdb_cursor *cursor = handle_find(self, HANDLE_CURSOR, self->frame->handle);
  if (cursor == NULL) return NULL;
  self->frame->status = slmdb_cursor_close(cursor, &self->error);
  handle_forget(self, self->frame->handle);
  return NULL;
}

void define_cursor(napi_env env, napi_value exports) {
  define_function(env, exports, "cursorOpen", cursor_open);
  define_function(env, exports, "registryList", registry_list);
  define_function(env, exports, "cursorPage", cursor_page);
  define_function(env, exports, "cursorClose", cursor_close);
}
