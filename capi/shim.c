/*
 * The functions that the library exports. Each refuses a forked process before Go is entered, then calls the Go function
 * of the same name with handles as the numbers that they are. slmdb.h is included, so the compiler holds them to it.
 */
#include "guard.h"
#include "thread.h"

#include "_cgo_export.h"

#define GUARD                     \
  do {                            \
    if (slm_forked()) return slm_refuse_forked(error); \
  } while (0)

#define H(handle) ((uintptr_t)(handle))
#define OUT(handle) ((uintptr_t *)(handle))

uint32_t slmdb_abi_version(void) { return SLMDB_ABI_VERSION; }

const char *slmdb_version(void) { return SLMDB_VERSION; }

uint64_t slmdb_open_handles(void) { return slm_forked() ? 0 : goOpenHandles(); }

const char *slmdb_status_name(int32_t status) {
  static const char *const names[] = {
      "OK", "NotFound", "KeyExists", "EmptyScope", "InvalidScope", "EmptyKey", "KeyTooLong", "ValueTooLarge", "InvalidKey",
      "InvalidValue", "InvalidName", "KindMismatch", "LayoutMismatch", "DatabaseNotFound", "FormatTooNew", "Corrupt",
      "ReadOnly", "MapFull", "DatabasesFull", "ReadersFull", "TxnFull", "TxnEnded", "Nested", "WrongThread", "InUse",
      "Closed", "InvalidHandle", "Forked", "InvalidArgument", "BufferTooSmall", "PathNotFound", "NotAnEnvironment",
      "PermissionDenied", "DiskFull", "IO", "Busy", "Conflict", "CommitUnknown", "Unavailable", "Canceled", "OutOfMemory",
      "Internal"};
  if (status < 0 || (size_t)status >= sizeof names / sizeof *names) return "Unknown";
  return names[status];
}

int32_t slmdb_env_open(const char *path, size_t path_length, const slmdb_env_options *options, slmdb_env **env,
                       slmdb_error *error) {
  GUARD;
  return goEnvOpen((char *)path, path_length, (slmdb_env_options *)options, OUT(env), error);
}

int32_t slmdb_env_close(slmdb_env *env, slmdb_error *error) {
  GUARD;
  return goEnvClose(H(env), error);
}

int32_t slmdb_env_grow(slmdb_env *env, uint64_t map_size, slmdb_error *error) {
  GUARD;
  return goEnvGrow(H(env), map_size, error);
}

int32_t slmdb_scope_open(const char *name, size_t name_length, slmdb_scope **scope, slmdb_error *error) {
  GUARD;
  return goScopeOpen((char *)name, name_length, OUT(scope), error);
}

int32_t slmdb_scope_close(slmdb_scope *scope, slmdb_error *error) {
  GUARD;
  return goScopeClose(H(scope), error);
}

int32_t slmdb_db_open(slmdb_env *env, const char *name, size_t name_length, const slmdb_db_options *options,
                      slmdb_db **db, slmdb_error *error) {
  GUARD;
  return goDbOpen(H(env), (char *)name, name_length, (slmdb_db_options *)options, OUT(db), error);
}

int32_t slmdb_db_close(slmdb_db *db, slmdb_error *error) {
  GUARD;
  return goDbClose(H(db), error);
}

int32_t slmdb_db_get(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void **value, size_t *value_length, slmdb_error *error) {
  GUARD;
  return goDbGet(H(txn), H(db), H(scope), (void *)key, key_length, (void **)value, value_length, error);
}

int32_t slmdb_db_get_copy(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                          void *buffer, size_t capacity, size_t *value_length, slmdb_error *error) {
  GUARD;
  return goDbGetCopy(H(txn), H(db), H(scope), (void *)key, key_length, buffer, capacity, value_length, error);
}

int32_t slmdb_db_put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void *value, size_t value_length, slmdb_error *error) {
  GUARD;
  return goDbPut(H(txn), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, error);
}

int32_t slmdb_db_delete(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        bool *deleted, slmdb_error *error) {
  GUARD;
  return goDbDelete(H(txn), H(db), H(scope), (void *)key, key_length, deleted, error);
}

int32_t slmdb_db_clear(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, uint64_t *count, slmdb_error *error) {
  GUARD;
  return goDbClear(H(txn), H(db), H(scope), count, error);
}

int32_t slmdb_txn_begin(slmdb_env *env, int32_t mode, slmdb_txn **txn, slmdb_error *error) {
  GUARD;
  int32_t status = goTxnBegin(H(env), mode, OUT(txn), error);
  if (status == SLMDB_OK && mode == SLMDB_WRITE) slm_thread_adopt(H(*txn));
  return status;
}

/* A transaction that another thread uses, or owns, is still open. */
static int32_t ended(slmdb_txn *txn, int32_t status) {
  if (status != SLMDB_WRONG_THREAD && status != SLMDB_IN_USE) slm_thread_disown(H(txn));
  return status;
}

int32_t slmdb_txn_commit(slmdb_txn *txn, slmdb_error *error) {
  GUARD;
  return ended(txn, goTxnCommit(H(txn), error));
}

int32_t slmdb_txn_abort(slmdb_txn *txn, slmdb_error *error) {
  GUARD;
  return ended(txn, goTxnAbort(H(txn), error));
}

int32_t slmdb_cursor_open(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
                          slmdb_cursor **cursor, slmdb_error *error) {
  GUARD;
  return goCursorOpen(H(txn), H(db), H(scope), (slmdb_range *)range, OUT(cursor), error);
}

int32_t slmdb_cursor_next(slmdb_cursor *cursor, const void **key, size_t *key_length, const void **value,
                          size_t *value_length, slmdb_error *error) {
  GUARD;
  return goCursorNext(H(cursor), (void **)key, key_length, (void **)value, value_length, error);
}

int32_t slmdb_cursor_page(slmdb_cursor *cursor, void *buffer, size_t capacity, size_t max_entries, size_t *length,
                          bool *more, slmdb_error *error) {
  GUARD;
  return goCursorPage(H(cursor), buffer, capacity, max_entries, length, more, error);
}

int32_t slmdb_cursor_close(slmdb_cursor *cursor, slmdb_error *error) {
  GUARD;
  return goCursorClose(H(cursor), error);
}

int32_t slmdb_registry_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error) {
  GUARD;
  return goRegistryList(H(txn), OUT(cursor), error);
}

int32_t slmdb_registry_prune(slmdb_env *env, uint64_t *count, slmdb_error *error) {
  GUARD;
  return goRegistryPrune(H(env), count, error);
}
