/* cursor.c: a walk over entries, or over what a list has, by pages. */
#include "addon.h"

/* txn, db, scope; the range. Out: handle. */
static napi_value cursor_open(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  slmdb_range range;
  if (!find_scope(self, &at) || !find_range(self, &range)) return NULL;
  slmdb_cursor *cursor = NULL;
  frame->status = slmdb_cursor_open(at.txn, at.db, at.scope, &range, &cursor, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  if (!keep_handle(self, HANDLE_CURSOR, cursor, frame->txn)) slmdb_cursor_close(cursor, NULL);
  return NULL;
}

/* handle: the cursor; limit: entries at the most. Out: a page in answer, its length in result, more. */
static napi_value cursor_page(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_cursor *cursor = find_cursor(self);
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

/* handle: the cursor; key. */
static napi_value cursor_seek(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  slmdb_cursor *cursor = find_cursor(self);
  const void *key;
  size_t key_length;
  if (cursor == NULL || !request_bytes(self, frame->key, frame->key_length, &key, &key_length)) return NULL;
  frame->status = slmdb_cursor_seek(cursor, key, key_length, &self->error);
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
  define_function(env, exports, "cursorPage", cursor_page);
  define_function(env, exports, "cursorSeek", cursor_seek);
  define_function(env, exports, "cursorClose", cursor_close);
}
