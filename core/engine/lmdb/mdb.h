/* What this package uses of LMDB itself. */
#ifndef SLM_MDB_H
#define SLM_MDB_H

#include <stddef.h>

/*
 * LMDB's functions are those that the Go binding compiles in. They are declared weak, since cgo links this package once
 * alone to learn its symbols; the final link binds them. The numbers are LMDB's, compared with the binding's at start.
 */
typedef struct mdb_val {
  size_t size;
  void *data;
} mdb_val;

typedef struct mdb_envinfo {
  void *address;
  size_t map_size, last_page, last_txn;
  unsigned max_readers, readers;
} mdb_envinfo;

#define WEAK __attribute__((weak))
extern void *mdb_txn_env(void *txn) WEAK;
extern size_t mdb_txn_id(void *txn) WEAK;
extern int mdb_env_info(void *env, mdb_envinfo *info) WEAK;
extern int mdb_get(void *txn, unsigned dbi, mdb_val *key, mdb_val *data) WEAK;
extern int mdb_put(void *txn, unsigned dbi, mdb_val *key, mdb_val *data, unsigned flags) WEAK;
extern int mdb_del(void *txn, unsigned dbi, mdb_val *key, mdb_val *data) WEAK;
extern int mdb_cursor_open(void *txn, unsigned dbi, void **cursor) WEAK;
extern void mdb_cursor_close(void *cursor) WEAK;
extern int mdb_cursor_get(void *cursor, mdb_val *key, mdb_val *data, int op) WEAK;
extern int mdb_cursor_put(void *cursor, mdb_val *key, mdb_val *data, unsigned flags) WEAK;
extern int mdb_cursor_del(void *cursor, unsigned flags) WEAK;
extern int mdb_set_compare(void *txn, unsigned dbi, int (*compare)(const mdb_val *a, const mdb_val *b)) WEAK;

#undef WEAK

#endif
