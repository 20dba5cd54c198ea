/* addon.c: loading, the memory shared with JavaScript, the message of the last error. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

struct instance *instance_of(napi_env env) {
  void *self = NULL;
  napi_get_instance_data(env, &self);
  return self;
}

void refuse(struct instance *self, int32_t status, const char *message) {
  size_t length = strlen(message);
  if (length >= sizeof self->error.message) length = sizeof self->error.message - 1;
  memcpy(self->error.message, message, length);
  self->error.message[length] = '\0';
  self->error.code = status;
  self->frame->status = status;
}

bool request_bytes(struct instance *self, double offset, double length, const void **bytes, size_t *size) {
  double available = (double)self->request.size;
  /* written so that NaN fails */
  if (!(offset >= 0 && length >= 0 && offset <= available && length <= available - offset)) {
    refuse(self, SLMDB_INTERNAL, "scoped-lmdb (Node): bytes outside the request memory");
    return false;
  }
  *bytes = self->request.bytes == NULL ? NULL : self->request.bytes + (size_t)offset;
  *size = (size_t)length;
  return true;
}

bool find_target(struct instance *self, slmdb_db **db, slmdb_scope **scope) {
  const struct frame *frame = self->frame;
  *scope = NULL;
  *db = handle_find(self, HANDLE_DB, frame->db);
  if (*db == NULL) return false;
  if (frame->scope == 0) return true;
  *scope = handle_find(self, HANDLE_SCOPE, frame->scope);
  return *scope != NULL;
}

slmdb_txn *find_txn(struct instance *self, double id) {
  puts_settle(self, id);
  const struct slot *slot = handle_slot(self, HANDLE_TXN, id);
  if (slot == NULL) return handle_find(self, HANDLE_TXN, id); /* which says so */
  if (slot->failed == NULL) return slot->handle;
  refuse(self, slot->failed->code, slot->failed->message);
  return NULL;
}

slmdb_cursor *find_cursor(struct instance *self) {
  double id = self->frame->handle;
  slmdb_cursor *cursor = handle_find(self, HANDLE_CURSOR, id);
  return cursor != NULL && find_txn(self, handle_parent(self, id)) != NULL ? cursor : NULL;
}

bool find_scope(struct instance *self, struct place *place) {
  place->txn = find_txn(self, self->frame->txn);
  return place->txn != NULL && find_target(self, &place->db, &place->scope);
}

bool find_place(struct instance *self, struct place *place) {
  const struct frame *frame = self->frame;
  return find_scope(self, place) && request_bytes(self, frame->key, frame->key_length, &place->key, &place->key_length);
}

bool find_range(struct instance *self, slmdb_range *range) {
  const struct frame *frame = self->frame;
  *range = (slmdb_range){
      .struct_size = sizeof *range,
      .flags = (uint32_t)whole(frame->flags),
      .limit = whole(frame->limit),
  };
  return request_bytes(self, frame->key, frame->key_length, &range->lower, &range->lower_length) &&
         request_bytes(self, frame->value, frame->value_length, &range->upper, &range->upper_length);
}

bool keep_handle(struct instance *self, enum handle_type type, void *handle, double parent) {
  self->frame->handle = handle_add(self, type, handle, parent);
  if (self->frame->handle != 0) return true;
  refuse(self, SLMDB_OUT_OF_MEMORY, "too many handles are open in this thread");
  return false;
}

napi_value hand_out(napi_env env, const void *first, size_t first_length, const void *second, size_t second_length) {
  struct instance *self = instance_of(env);
  unsigned char *to = self->answer.bytes;
  napi_value buffer = NULL;
  if (first_length > self->answer.size || second_length > self->answer.size - first_length) {
    void *data;
    if (napi_create_buffer(env, first_length + second_length, &data, &buffer) != napi_ok) {
      refuse(self, SLMDB_OUT_OF_MEMORY, "no memory for a value");
      return NULL;
    }
    to = data;
  }
  if (first_length > 0) memcpy(to, first, first_length);
  if (second_length > 0) memcpy(to + first_length, second, second_length);
  return buffer;
}

uint64_t whole(double number) { return number >= 1 && number <= 9007199254740992.0 ? (uint64_t)number : 0; }

void define_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) != napi_ok) return;
  napi_set_named_property(env, exports, name, value);
}

static bool typed_array(napi_env env, napi_value value, napi_typedarray_type wanted, void **data, size_t *length) {
  bool is = false;
  napi_typedarray_type type;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  if (napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL) != napi_ok) return false;
  return type == wanted;
}

/* Keeps a value alive instead of the one before; false, and an error thrown, if there is no memory. */
static bool keep_alive(napi_env env, napi_value value, napi_ref *kept) {
  napi_ref reference;
  if (napi_create_reference(env, value, 1, &reference) != napi_ok) {
    napi_throw_error(env, "SLMDB_OUT_OF_MEMORY", "no memory for a reference");
    return false;
  }
  if (*kept != NULL) napi_delete_reference(env, *kept);
  *kept = reference;
  return true;
}

/* attach(frame: Float64Array, request: Uint8Array, answer: Uint8Array). Keeps them alive; replaces those before. */
static napi_value attach(napi_env env, napi_callback_info info) {
  struct instance *self = instance_of(env);
  napi_value argument[3];
  size_t count = 3;
  void *data[3];
  size_t length[3];
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  if (count < 3 || !typed_array(env, argument[0], napi_float64_array, &data[0], &length[0]) ||
      !typed_array(env, argument[1], napi_uint8_array, &data[1], &length[1]) ||
      !typed_array(env, argument[2], napi_uint8_array, &data[2], &length[2]) || length[0] < FRAME_SLOTS) {
    napi_throw_type_error(env, "SLMDB_INTERNAL", "attach: a Float64Array of all slots and two Uint8Arrays");
    return NULL;
  }
  for (int i = 0; i < 3; i++)
    if (!keep_alive(env, argument[i], &self->attached[i])) return NULL;
  self->frame = data[0];
  self->request = (struct memory){data[1], length[1]};
  self->answer = (struct memory){data[2], length[2]};
  return NULL;
}

/* attachSlab(slab: Uint8Array). Keeps it alive until there is another one. */
static napi_value attach_slab(napi_env env, napi_callback_info info) {
  struct instance *self = instance_of(env);
  napi_value slab;
  size_t count = 1, length;
  void *data;
  napi_get_cb_info(env, info, &count, &slab, NULL, NULL);
  if (count < 1 || !typed_array(env, slab, napi_uint8_array, &data, &length)) {
    napi_throw_type_error(env, "SLMDB_INTERNAL", "attachSlab: a Uint8Array");
    return NULL;
  }
  if (keep_alive(env, slab, &self->attached_slab)) self->slab = (struct memory){data, length};
  return NULL;
}

/* message(): what the last call that failed has to say. */
static napi_value message(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value text = NULL;
  napi_create_string_utf8(env, instance_of(env)->error.message, NAPI_AUTO_LENGTH, &text);
  return text;
}

/* openHandles(): of the whole process, for tests. */
static napi_value open_handles(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value number = NULL;
  napi_create_double(env, (double)slmdb_open_handles(), &number);
  return number;
}

/* The thread or the process ends while JavaScript still had something open, or batches or jobs are under way. */
static void release(void *data) {
  jobs_cancel(data);
  handle_abort_all(data);
  if (results_settle(data)) handle_release_all(data);
}

static void destroy(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct instance *self = data;
  jobs_release(self);
  if (self->results != NULL) results_release(self->results);
  handle_end_committers(self);
  free(self->handles.slots);
  free(self->puts.page);
  free(self);
}

static bool same_abi(napi_env env) {
  if (slmdb_abi_version() == SLMDB_ABI_VERSION) return true;
  napi_throw_error(env, "SLMDB_ABI", "libslmdb has another ABI version than this addon was compiled for");
  return false;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  if (!same_abi(env)) return NULL;
  struct instance *self = calloc(1, sizeof *self);
  if (self == NULL || napi_set_instance_data(env, self, destroy, NULL) != napi_ok) {
    free(self);
    napi_throw_error(env, "SLMDB_OUT_OF_MEMORY", "no memory for the addon");
    return NULL;
  }
  self->frame = &self->unattached;
  napi_add_env_cleanup_hook(env, release, self);
  napi_value version, slots;
  if (napi_create_string_utf8(env, slmdb_version(), NAPI_AUTO_LENGTH, &version) == napi_ok)
    napi_set_named_property(env, exports, "version", version);
  if (napi_create_uint32(env, FRAME_SLOTS, &slots) == napi_ok)
    napi_set_named_property(env, exports, "frameSlots", slots);
  define_function(env, exports, "attach", attach);
  define_function(env, exports, "attachSlab", attach_slab);
  define_function(env, exports, "message", message);
  define_function(env, exports, "openHandles", open_handles);
  define_env(env, exports);
  define_database(env, exports);
  define_entries(env, exports);
  define_exchange(env, exports);
  define_many(env, exports);
  define_registry(env, exports);
  define_batch(env, exports);
  define_gather(env, exports);
  define_results(env, exports);
  define_scope(env, exports);
  define_txn(env, exports);
  define_cursor(env, exports);
  define_maintenance(env, exports);
  define_signals(env, exports);
  signals_on_alternate_stack();
  return exports;
}
