/* Does a host with functions of the same names as the library's inner ones keep its own, and the library its own? */
#include "given.h"

#include <dlfcn.h>

static unsigned called;

/* Names that LMDB, cgo and this library use inside. This program is linked with -rdynamic: they are there to be found. */
#ifdef __cplusplus
extern "C" {
#endif
#define OWN(name)       \
  long name(void);      \
  long name(void) {     \
    return ++called, 1; \
  }
OWN(mdb_env_create)
OWN(mdb_env_open)
OWN(mdb_env_close)
OWN(mdb_env_set_mapsize)
OWN(mdb_txn_begin)
OWN(mdb_txn_commit)
OWN(mdb_txn_abort)
OWN(mdb_dbi_open)
OWN(mdb_get)
OWN(mdb_put)
OWN(mdb_del)
OWN(mdb_cursor_open)
OWN(mdb_cursor_get)
OWN(mdb_cursor_close)
OWN(mdb_strerror)
OWN(mdb_midl_alloc)
OWN(lmdbgo_mdb_get)
OWN(slm_get)
OWN(slm_put)
OWN(slm_cursor_open)
OWN(slm_forked)
OWN(slm_refuse_forked)
OWN(goEnvOpen)
OWN(goDbPut)
OWN(goOpenHandles)
OWN(crosscall2)
OWN(x_cgo_init)
OWN(x_cgo_thread_start)
OWN(_cgo_wait_runtime_init_done)
OWN(_cgo_topofstack)
OWN(_cgo_panic)
OWN(XXH32)
#ifdef __cplusplus
}
#endif

static void work(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("s");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "k", "v");
  CHECK(given_count(txn, db, scope) == 1);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  CHECK(given_prune(env) == 1);
  IS(SLMDB_OK, slmdb_env_grow(env, 128 * MEBI, ERR));
  given_works(env, db, scope);
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  work(folder.path);
  CHECK(called == 0); /* the library never reached for the host's */
  mdb_env_create();
  slm_forked();
  goEnvOpen();
  CHECK(called == 3); /* nor the host for the library's */
  void *own = dlsym(RTLD_DEFAULT, "mdb_env_create");
  long (*function)(void) = NULL;
  memcpy(&function, &own, sizeof own);
  CHECK(function == mdb_env_create);
  CHECK(dlsym(RTLD_DEFAULT, "mdb_stat") == NULL); /* not one that the host has not */
  CHECK(dlsym(RTLD_DEFAULT, "goDbGet") == NULL);
  check_remove_folder(&folder);
  return check_end("symbols");
}
