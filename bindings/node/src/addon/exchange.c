/* exchange.c: what stores a value, and what looks at the old one. All take txn, db, scope and key from the frame. */
#include "addon.h"

struct bytes {
  const void *at;
  size_t length;
};

static bool find_value(struct instance *self, struct place *place, struct bytes *value) {
  return find_place(self, place) &&
         request_bytes(self, self->frame->value, self->frame->value_length, &value->at, &value->length);
}

/* value; flags, for puts that may wait. */
static napi_value db_put(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  struct bytes value;
  if (puts_gather(self) || !find_value(self, &at, &value)) return NULL;
  self->frame->status =
      slmdb_db_put(at.txn, at.db, at.scope, at.key, at.key_length, value.at, value.length, &self->error);
  if (self->frame->status == SLMDB_OK) puts_follow(self, &at);
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

/* value. Out: more, 1 if it was stored. */
static napi_value db_put_if_absent(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct place at;
  struct bytes value;
  bool stored = false;
  if (!find_value(self, &at, &value)) return NULL;
  self->frame->status = slmdb_db_put_if_absent(at.txn, at.db, at.scope, at.key, at.key_length, value.at, value.length,
                                               &stored, &self->error);
  self->frame->more = stored;
  return NULL;
}

/* value. Out: more, 1 if there was a value; it by hand_out, its length in result. */
static napi_value db_replace(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  struct bytes value, old = {NULL, 0};
  bool existed = false;
  if (!find_value(self, &at, &value)) return NULL;
  frame->status = slmdb_db_replace(at.txn, at.db, at.scope, at.key, at.key_length, value.at, value.length, &old.at,
                                   &old.length, &existed, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->more = existed;
  frame->result = (double)old.length;
  return hand_out(env, old.at, old.length, NULL, 0);
}

/* Out: the value by hand_out, its length in result. */
static napi_value db_pop(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  struct bytes old = {NULL, 0};
  if (!find_place(self, &at)) return NULL;
  frame->status =
      slmdb_db_pop(at.txn, at.db, at.scope, at.key, at.key_length, &old.at, &old.length, &self->error);
  if (frame->status != SLMDB_OK) return NULL;
  frame->result = (double)old.length;
  return hand_out(env, old.at, old.length, NULL, 0);
}

/* value, expected. Out: more, 1 if it was stored. */
static napi_value db_compare_and_swap(napi_env env, napi_callback_info info) {
  (void)info;
  struct instance *self = instance_of(env);
  struct frame *frame = self->frame;
  struct place at;
  struct bytes value, expected;
  bool swapped = false;
  if (!find_value(self, &at, &value)) return NULL;
  if (!request_bytes(self, frame->expected, frame->expected_length, &expected.at, &expected.length)) return NULL;
  frame->status = slmdb_db_compare_and_swap(at.txn, at.db, at.scope, at.key, at.key_length, expected.at,
                                            expected.length, value.at, value.length, &swapped, &self->error);
  frame->more = swapped;
  return NULL;
}

void define_exchange(napi_env env, napi_value exports) {
  define_function(env, exports, "dbPut", db_put);
  define_function(env, exports, "dbPutBytes", db_put_bytes);
  define_function(env, exports, "dbPutIfAbsent", db_put_if_absent);
  define_function(env, exports, "dbReplace", db_replace);
  define_function(env, exports, "dbPop", db_pop);
  define_function(env, exports, "dbCompareAndSwap", db_compare_and_swap);
}
