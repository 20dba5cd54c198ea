/* many.c: pages of keys and of entries in one call. Both take txn, db and scope from the frame; key is the page. */
#include "addon.h"

/* Out: the page that answers in answer, its length in result, also when the answer is too small for it. */
static napi_value db_get_many(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  size_t length = 0;
  if (!find_place(self, &at)) return NULL;
  self->frame->status = slmdb_db_get_many(at.txn, at.db, at.scope, at.key, at.key_length, self->answer.bytes,
                                          self->answer.size, &length, &self->error);
  self->frame->result = (double)length;
  return NULL;
}

/* Out: result, how many entries. */
static napi_value db_put_many(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  uint64_t count = 0;
  if (!find_place(self, &at)) return NULL;
  self->frame->status =
      slmdb_db_put_many(at.txn, at.db, at.scope, at.key, at.key_length, &count, &self->error);
  self->frame->result = (double)count;
  return NULL;
}

void define_many(napi_env env, napi_value exports) {
  define_function(env, exports, "dbGetMany", db_get_many);
  define_function(env, exports, "dbPutMany", db_put_many);
}
