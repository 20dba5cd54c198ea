/* entries.c: operations on one entry, and on all of a range, of a scope. All take txn, db and scope from the frame. */
#include "addon.h"

#include <string.h>

/* key. Out: the value in answer, its length in result, also when the answer is too small for it. */
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

/*
 * key; limit: where the slab is free. Out: the value there, if it fits, and more is 1; else in answer, and more is 0.
 * Its length in result, also when the answer is too small for it.
 */
static napi_value db_get_bytes(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  const void *value = NULL;
  size_t length = 0;
  if (!find_place(self, &at)) return NULL;
  frame->status = slmdb_db_get(at.txn, at.db, at.scope, at.key, at.key_length, &value, &length, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  uint64_t free = whole(frame->limit);
  bool fits = free <= self->slab.size && length <= self->slab.size - free;
  frame->more = fits;
  frame->result = (double)length;
  if (!fits && length > self->answer.size) {
    refuse(self, SLMDB_BUFFER_TOO_SMALL, "the answer is too small for the value");
    return NULL;
  }
  if (length > 0) memcpy(fits ? self->slab.bytes + free : self->answer.bytes, value, length);
  return NULL;
}

/* key. Out: more, 1 if there is an entry. */
static napi_value db_contains(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  bool contains = false;
  if (!find_place(self, &at)) return NULL;
  self->frame->status = slmdb_db_contains(at.txn, at.db, at.scope, at.key, at.key_length, &contains, &self->error);
  self->frame->more = contains;
  return NULL;
}

/* key; flags: SLMDB_FIRST, ... Out: key and value by hand_out; option: the key's length; result: the value's. */
static napi_value db_find(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  const void *key = NULL, *value = NULL;
  size_t key_length = 0, value_length = 0;
  if (!find_place(self, &at)) return NULL;
  frame->status = slmdb_db_find(at.txn, at.db, at.scope, (int32_t)(uint32_t)whole(frame->flags), at.key, at.key_length,
                                &key, &key_length, &value, &value_length, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->option[0] = (double)key_length;
  frame->result = (double)value_length;
  return hand_out(env, key, key_length, value, value_length);
}

/* Out: more, 1 if the scope has no entries. */
static napi_value db_is_empty(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  bool empty = false;
  if (!find_scope(self, &at)) return NULL;
  self->frame->status = slmdb_db_is_empty(at.txn, at.db, at.scope, &empty, &self->error);
  self->frame->more = empty;
  return NULL;
}

/* The range. Out: result. */
static napi_value db_count(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  slmdb_range range;
  uint64_t count = 0;
  if (!find_scope(self, &at) || !find_range(self, &range)) return NULL;
  self->frame->status = slmdb_db_count(at.txn, at.db, at.scope, &range, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

/* Out: option: entries, bytes of keys, bytes of values. */
static napi_value db_stat(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  slmdb_db_stats stats = {.struct_size = sizeof stats};
  if (!find_scope(self, &at)) return NULL;
  self->frame->status = slmdb_db_stat(at.txn, at.db, at.scope, &stats, &self->error);
  self->frame->option[0] = (double)stats.entries;
  self->frame->option[1] = (double)stats.key_bytes;
  self->frame->option[2] = (double)stats.value_bytes;
  return NULL;
}

/* key. Out: more, 1 if the entry was there. */
static napi_value db_delete(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  bool deleted = false;
  if (!find_place(self, &at)) return NULL;
  self->frame->status = slmdb_db_delete(at.txn, at.db, at.scope, at.key, at.key_length, &deleted, &self->error);
  self->frame->more = deleted;
  return NULL;
}

/* The range. Out: result, how many entries there were. */
static napi_value db_delete_range(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  slmdb_range range;
  uint64_t count = 0;
  if (!find_scope(self, &at) || !find_range(self, &range)) return NULL;
  self->frame->status = slmdb_db_delete_range(at.txn, at.db, at.scope, &range, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

/* Out: result, how many entries there were. */
static napi_value db_clear(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  uint64_t count = 0;
  if (!find_scope(self, &at)) return NULL;
  self->frame->status = slmdb_db_clear(at.txn, at.db, at.scope, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

void define_entries(napi_env env, napi_value exports) {
  define_function(env, exports, "dbGet", db_get);
  define_function(env, exports, "dbGetBytes", db_get_bytes);
  define_function(env, exports, "dbContains", db_contains);
  define_function(env, exports, "dbFind", db_find);
  define_function(env, exports, "dbIsEmpty", db_is_empty);
  define_function(env, exports, "dbCount", db_count);
  define_function(env, exports, "dbStat", db_stat);
  define_function(env, exports, "dbDelete", db_delete);
  define_function(env, exports, "dbDeleteRange", db_delete_range);
  define_function(env, exports, "dbClear", db_clear);
}
