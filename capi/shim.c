/*
 * The functions that the library exports. Each refuses a forked process before Go is entered, then calls the Go function
 * of the same name with handles as the numbers that they are. slmdb.h is included, so the compiler holds them to it.
 */
#include "callback.h"
#include "direct.h"
#include "guard.h"
#include "thread.h"
#include "wait.h"

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
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvClose(H(env), error);
}

int32_t slmdb_env_stat(slmdb_env *env, slmdb_env_info *info, slmdb_error *error) {
  GUARD;
  return goEnvStat(H(env), info, error);
}

int32_t slmdb_env_flush(slmdb_env *env, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvFlush(H(env), error);
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

int32_t slmdb_db_describe(slmdb_db *db, slmdb_db_options *options, slmdb_error *error) {
  GUARD;
  return goDbDescribe(H(db), options, error);
}

int32_t slmdb_db_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error) {
  GUARD;
  return goDbList(H(txn), OUT(cursor), error);
}

int32_t slmdb_db_close(slmdb_db *db, slmdb_error *error) {
  GUARD;
  return goDbClose(H(db), error);
}

/* A status that needs no message. */
static int32_t answered(int32_t status, slmdb_error *error) {
  if (status != SLMDB_OK && error) {
    error->code = status;
    error->message[0] = 0;
  }
  return status;
}

int32_t slmdb_db_get(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void **value, size_t *value_length, slmdb_error *error) {
  GUARD;
  if (value && value_length) {
    slm_get_call call = {H(txn), H(db), H(scope), key, key_length, NULL, 0, NULL, 0};
    int32_t status = slm_direct_get(&call);
    if (status == SLMDB_OK) {
      *value = call.value;
      *value_length = call.value_length;
    }
    if (status != SLM_INDIRECT) return answered(status, error);
  }
  return goDbGet(H(txn), H(db), H(scope), (void *)key, key_length, (void **)value, value_length, error);
}

int32_t slmdb_db_get_copy(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                          void *buffer, size_t capacity, size_t *value_length, slmdb_error *error) {
  GUARD;
  if (value_length && buffer) {
    slm_get_call call = {H(txn), H(db), H(scope), key, key_length, buffer, capacity, NULL, 0};
    int32_t status = slm_direct_get(&call);
    if (status == SLMDB_OK) *value_length = call.value_length;
    if (status != SLM_INDIRECT) return answered(status, error);
  }
  return goDbGetCopy(H(txn), H(db), H(scope), (void *)key, key_length, buffer, capacity, value_length, error);
}

int32_t slmdb_db_contains(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                          bool *contains, slmdb_error *error) {
  GUARD;
  if (contains) {
    slm_get_call call = {H(txn), H(db), H(scope), key, key_length, NULL, 0, NULL, 0};
    int32_t status = slm_direct_get(&call);
    if (status != SLM_INDIRECT) {
      *contains = status == SLMDB_OK;
      return SLMDB_OK;
    }
  }
  return goDbContains(H(txn), H(db), H(scope), (void *)key, key_length, contains, error);
}

int32_t slmdb_db_get_many(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *keys, size_t keys_length,
                          void *buffer, size_t capacity, size_t *length, slmdb_error *error) {
  GUARD;
  if (length) {
    slm_get_many_call call = {H(txn), H(db), H(scope), keys, keys_length, buffer, capacity, 0};
    if (slm_direct_get_many(&call) == SLMDB_OK) {
      *length = call.length;
      return answered(SLMDB_OK, error);
    }
  }
  return goDbGetMany(H(txn), H(db), H(scope), (void *)keys, keys_length, buffer, capacity, length, error);
}

int32_t slmdb_db_find(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int32_t which, const void *key,
                      size_t key_length, const void **found_key, size_t *found_key_length, const void **value,
                      size_t *value_length, slmdb_error *error) {
  GUARD;
  return goDbFind(H(txn), H(db), H(scope), which, (void *)key, key_length, (void **)found_key, found_key_length,
                  (void **)value, value_length, error);
}

int32_t slmdb_db_is_empty(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, bool *empty, slmdb_error *error) {
  GUARD;
  return goDbIsEmpty(H(txn), H(db), H(scope), empty, error);
}

int32_t slmdb_db_count(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range, uint64_t *count,
                       slmdb_error *error) {
  GUARD;
  return goDbCount(H(txn), H(db), H(scope), (slmdb_range *)range, count, error);
}

int32_t slmdb_db_stat(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, slmdb_db_stats *stats, slmdb_error *error) {
  GUARD;
  return goDbStat(H(txn), H(db), H(scope), stats, error);
}

int32_t slmdb_db_put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void *value, size_t value_length, slmdb_error *error) {
  GUARD;
  return goDbPut(H(txn), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, error);
}

int32_t slmdb_db_put_if_absent(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                               const void *value, size_t value_length, bool *stored, slmdb_error *error) {
  GUARD;
  return goDbPutIfAbsent(H(txn), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, stored, error);
}

int32_t slmdb_db_replace(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                         const void *value, size_t value_length, const void **old, size_t *old_length, bool *existed,
                         slmdb_error *error) {
  GUARD;
  return goDbReplace(H(txn), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, (void **)old,
                     old_length, existed, error);
}

int32_t slmdb_db_pop(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                     const void **value, size_t *value_length, slmdb_error *error) {
  GUARD;
  return goDbPop(H(txn), H(db), H(scope), (void *)key, key_length, (void **)value, value_length, error);
}

int32_t slmdb_db_compare_and_swap(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                                  const void *expected, size_t expected_length, const void *value, size_t value_length,
                                  bool *swapped, slmdb_error *error) {
  GUARD;
  return goDbCompareAndSwap(H(txn), H(db), H(scope), (void *)key, key_length, (void *)expected, expected_length,
                            (void *)value, value_length, swapped, error);
}

int32_t slmdb_db_put_many(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *entries, size_t entries_length,
                          uint64_t *count, slmdb_error *error) {
  GUARD;
  return goDbPutMany(H(txn), H(db), H(scope), (void *)entries, entries_length, count, error);
}

int32_t slmdb_db_delete(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        bool *deleted, slmdb_error *error) {
  GUARD;
  return goDbDelete(H(txn), H(db), H(scope), (void *)key, key_length, deleted, error);
}

int32_t slmdb_db_delete_range(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const slmdb_range *range,
                              uint64_t *count, slmdb_error *error) {
  GUARD;
  return goDbDeleteRange(H(txn), H(db), H(scope), (slmdb_range *)range, count, error);
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

/* A child is not remembered: it ends with its parent. */
int32_t slmdb_txn_child(slmdb_txn *txn, slmdb_txn **child, slmdb_error *error) {
  GUARD;
  return goTxnChild(H(txn), OUT(child), error);
}

int32_t slmdb_txn_is_newest(slmdb_txn *txn, bool *newest, slmdb_error *error) {
  GUARD;
  if (newest && slm_direct_is_newest(H(txn), newest)) return SLMDB_OK;
  return goTxnIsNewest(H(txn), newest, error);
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

int32_t slmdb_cursor_seek(slmdb_cursor *cursor, const void *key, size_t key_length, slmdb_error *error) {
  GUARD;
  return goCursorSeek(H(cursor), (void *)key, key_length, error);
}

int32_t slmdb_cursor_close(slmdb_cursor *cursor, slmdb_error *error) {
  GUARD;
  return goCursorClose(H(cursor), error);
}

int32_t slmdb_batch_open(slmdb_env *env, slmdb_batch **batch, slmdb_error *error) {
  GUARD;
  return goBatchOpen(H(env), OUT(batch), error);
}

int32_t slmdb_batch_put(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                        const void *value, size_t value_length, slmdb_error *error) {
  GUARD;
  return goBatchPut(H(batch), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, error);
}

int32_t slmdb_batch_put_if_absent(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key,
                                  size_t key_length, const void *value, size_t value_length, slmdb_error *error) {
  GUARD;
  return goBatchPutIfAbsent(H(batch), H(db), H(scope), (void *)key, key_length, (void *)value, value_length, error);
}

int32_t slmdb_batch_put_many(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *entries,
                             size_t entries_length, slmdb_error *error) {
  GUARD;
  return goBatchPutMany(H(batch), H(db), H(scope), (void *)entries, entries_length, error);
}

int32_t slmdb_batch_delete(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length,
                           bool *deleted, slmdb_error *error) {
  GUARD;
  return goBatchDelete(H(batch), H(db), H(scope), (void *)key, key_length, deleted, error);
}

int32_t slmdb_batch_clear(slmdb_batch *batch, slmdb_db *db, slmdb_scope *scope, uint64_t *count, slmdb_error *error) {
  GUARD;
  return goBatchClear(H(batch), H(db), H(scope), count, error);
}

int32_t slmdb_batch_submit(slmdb_batch *batch, slmdb_done done, void *user, slmdb_error *error) {
  GUARD;
  return goBatchSubmit(H(batch), done, user, error);
}

int32_t slmdb_batch_apply(slmdb_batch *batch, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  slm_waiter waiter;
  slm_waiter_make(&waiter);
  return slm_waited(&waiter, goBatchApply(H(batch), &waiter, error));
}

int32_t slmdb_db_apply_put(slmdb_db *db, slmdb_scope *scope, const void *key, size_t key_length, const void *value,
                           size_t value_length, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  slm_waiter waiter;
  slm_waiter_make(&waiter);
  return slm_waited(&waiter, goDbApplyPut(H(db), H(scope), (void *)key, key_length, (void *)value, value_length, &waiter, error));
}

int32_t slmdb_batch_close(slmdb_batch *batch, slmdb_error *error) {
  GUARD;
  return goBatchClose(H(batch), error);
}

int32_t slmdb_registry_list(slmdb_txn *txn, slmdb_cursor **cursor, slmdb_error *error) {
  GUARD;
  return goRegistryList(H(txn), OUT(cursor), error);
}

int32_t slmdb_registry_id(slmdb_txn *txn, slmdb_scope *scope, uint32_t *id, slmdb_error *error) {
  GUARD;
  return goRegistryID(H(txn), H(scope), id, error);
}

int32_t slmdb_registry_register(slmdb_txn *txn, slmdb_scope *scope, uint32_t *id, slmdb_error *error) {
  GUARD;
  return goRegistryRegister(H(txn), H(scope), id, error);
}

int32_t slmdb_registry_rename(slmdb_txn *txn, slmdb_scope *from, slmdb_scope *to, slmdb_error *error) {
  GUARD;
  return goRegistryRename(H(txn), H(from), H(to), error);
}

int32_t slmdb_registry_drop(slmdb_txn *txn, slmdb_scope *scope, uint64_t *count, slmdb_error *error) {
  GUARD;
  return goRegistryDrop(H(txn), H(scope), count, error);
}

int32_t slmdb_registry_prune(slmdb_txn *txn, uint64_t *count, slmdb_error *error) {
  GUARD;
  return goRegistryPrune(H(txn), count, error);
}

int32_t slmdb_env_measure(slmdb_env *env, const slmdb_selection *selection, bool estimate, const slmdb_work *work,
                          slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvMeasure(H(env), (slmdb_selection *)selection, estimate, (slmdb_work *)work, error);
}

int32_t slmdb_env_verify(slmdb_env *env, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvVerify(H(env), (slmdb_work *)work, error);
}

int32_t slmdb_env_readers(slmdb_env *env, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvReaders(H(env), (slmdb_work *)work, error);
}

int32_t slmdb_env_clear_readers(slmdb_env *env, uint64_t *count, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvClearReaders(H(env), count, error);
}

int32_t slmdb_env_backup(slmdb_env *env, const char *path, size_t path_length, bool compact, const slmdb_work *work,
                         slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvBackup(H(env), (char *)path, path_length, compact, (slmdb_work *)work, error);
}

int32_t slmdb_env_backup_to(slmdb_env *env, slmdb_write write, void *user, bool compact, const slmdb_work *work,
                            slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvBackupTo(H(env), write, user, compact, (slmdb_work *)work, error);
}

int32_t slmdb_env_export(slmdb_env *env, const char *path, size_t path_length, const slmdb_selection *selection,
                         int32_t format, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvExport(H(env), (char *)path, path_length, (slmdb_selection *)selection, format, (slmdb_work *)work, error);
}

int32_t slmdb_env_export_to(slmdb_env *env, slmdb_write write, void *user, const slmdb_selection *selection, int32_t format,
                            const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvExportTo(H(env), write, user, (slmdb_selection *)selection, format, (slmdb_work *)work, error);
}

int32_t slmdb_export_verify(const char *path, size_t path_length, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goExportVerify((char *)path, path_length, (slmdb_work *)work, error);
}

int32_t slmdb_export_verify_from(slmdb_read read, void *user, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goExportVerifyFrom(read, user, (slmdb_work *)work, error);
}

int32_t slmdb_env_import(slmdb_env *env, const char *path, size_t path_length, slmdb_scope *as, int32_t existing,
                         const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvImport(H(env), (char *)path, path_length, H(as), existing, (slmdb_work *)work, error);
}

int32_t slmdb_env_import_from(slmdb_env *env, slmdb_read read, void *user, slmdb_scope *as, int32_t existing,
                              const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goEnvImportFrom(H(env), read, user, H(as), existing, (slmdb_work *)work, error);
}

int32_t slmdb_scope_copy(slmdb_env *from, slmdb_scope *scope, slmdb_env *to, slmdb_scope *as, int32_t existing, bool move,
                         const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goScopeCopy(H(from), H(scope), H(to), H(as), existing, move, (slmdb_work *)work, error);
}

int32_t slmdb_scope_drop(slmdb_env *env, slmdb_scope *scope, uint64_t per_txn, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goScopeDrop(H(env), H(scope), per_txn, (slmdb_work *)work, error);
}

int32_t slmdb_orphan_drop(slmdb_env *env, uint32_t id, uint64_t per_txn, const slmdb_work *work, slmdb_error *error) {
  GUARD;
  if (slm_in_callback()) return slm_refuse_callback(error);
  return goOrphanDrop(H(env), id, per_txn, (slmdb_work *)work, error);
}
