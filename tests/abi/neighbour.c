/* Can a host with an LMDB of its own use both in one process, and does that LMDB find every byte where it belongs? */
#include "given.h"
#include "pack.h"

#include <lmdb.h>

static bool done(int rc, int line) {
  if (rc != 0) fprintf(stderr, "%s:%d: the host's LMDB: %s\n", __FILE__, line, mdb_strerror(rc));
  return rc == 0;
}

#define DONE(call) NEED(done((call), __LINE__))

static MDB_env *host_open(const char *path) {
  MDB_env *env = NULL;
  DONE(mdb_env_create(&env));
  DONE(mdb_env_set_maxdbs(env, 50));
  DONE(mdb_env_open(env, path, MDB_NOSYNC, 0644));
  return env;
}

/* Writes and reads in the host's environment by its own LMDB. */
static void host_works(MDB_env *env, MDB_txn *txn) {
  MDB_dbi dbi;
  MDB_val key = {4, (void *)"host"}, value = {5, (void *)"value"}, found;
  DONE(mdb_dbi_open(txn, "own", MDB_CREATE, &dbi));
  DONE(mdb_put(txn, dbi, &key, &value, 0));
  DONE(mdb_get(txn, dbi, &key, &found));
  CHECK(found.mv_size == 5 && memcmp(found.mv_data, "value", 5) == 0);
  DONE(mdb_txn_commit(txn));
  DONE(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
  DONE(mdb_get(txn, dbi, &key, &found));
  mdb_txn_abort(txn);
}

/* Transactions of both at once, each with its own environment. */
static void test_both(const char *ours, const char *theirs) {
  MDB_env *host = host_open(theirs);
  slmdb_env *env = given_env(ours);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  for (int i = 0; i < 50; i++) {
    MDB_txn *txn = NULL;
    DONE(mdb_txn_begin(host, NULL, 0, &txn));
    slmdb_txn *own = given_txn(env, SLMDB_WRITE);
    given_put(own, db, NULL, "k", "v");
    host_works(host, txn);
    IS(SLMDB_OK, slmdb_txn_commit(own, ERR));
    given_works(env, db, NULL);
  }
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  mdb_env_close(host);
}

/* ---- stored bytes ----------------------------------------------------------------------------------------------- */

static void put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, pack key, pack value) {
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key.bytes, key.size, value.bytes, value.size, ERR));
}

static pack raw(const char *text) {
  pack p;
  p.size = 0;
  return pack_body(p, text, strlen(text));
}

/* The examples of the fixture's README, and the same in the ordered layout; once by name and once in the default scope. */
static void write_examples(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_db *blobs = given_heed(env, "blobs", SLMDB_BYTES, 0, 0);
  slmdb_db *counts = given_heed(env, "counts", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U64);
  slmdb_db *config = given_heed(env, "config", SLMDB_TYPED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT);
  slmdb_db *ids = given_heed(env, "ids", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_TEXT);
  slmdb_db *ordered = given_db(env, "ordered", SLMDB_BYTES);
  slmdb_scope *const scopes[] = {NULL, given_scope("tenant1")};
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 2; i++) {
    put(txn, blobs, scopes[i], raw("ab"), raw("v"));
    put(txn, counts, scopes[i], raw("ab"), pack_uint(258));
    put(txn, config, scopes[i], pack_text("ab"), pack_text("v"));
    put(txn, ids, scopes[i], pack_uint(258), pack_text("v"));
    put(txn, ordered, scopes[i], raw("ab"), raw("v"));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scopes[1], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

typedef struct stored {
  const char *table, *key, *value;
  size_t key_size, value_size;
} stored;

#define STORED(table, key, value) {table, key, value, sizeof key - 1, sizeof value - 1}
#define ID "\xc3\x79\xd8\x4e"
#define TWO "\2\0\0\0\0\0\0\0"
#define ONE_V "\1\0\0\0\0\0\0\0v"
#define N258 "\2\1\0\0\0\0\0\0"

static const stored examples[] = {
    STORED("__global_scope_metadata", ID, "\7\0\0\0\0\0\0\0tenant1"),
    STORED("blobs", "ab", "v"),
    STORED("blobs_scoped", ID TWO "ab", "v"),
    STORED("counts", "ab", N258),
    STORED("counts_scoped", ID TWO "ab", N258),
    STORED("config", TWO "ab", ONE_V),
    STORED("config_scoped", ID TWO "ab", ONE_V),
    STORED("ids", N258, ONE_V),
    STORED("ids_scoped", ID N258, ONE_V),
    STORED("ordered", "ab", "v"),
    STORED("ordered_scoped", "\x4e\xd8\x79\xc3" "ab", "v"),
};

static void test_stored_bytes(const char *path) {
  write_examples(path);
  MDB_env *host = host_open(path);
  MDB_txn *txn = NULL;
  DONE(mdb_txn_begin(host, NULL, MDB_RDONLY, &txn));
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const stored *e = &examples[i];
    MDB_dbi dbi;
    MDB_stat stat;
    MDB_val key = {e->key_size, (void *)e->key}, value;
    DONE(mdb_dbi_open(txn, e->table, 0, &dbi));
    DONE(mdb_stat(txn, dbi, &stat));
    CHECK(stat.ms_entries == 1);
    if (!CHECK(mdb_get(txn, dbi, &key, &value) == 0)) {
      fprintf(stderr, "  %s has another key\n", e->table);
      continue;
    }
    if (!CHECK(value.mv_size == e->value_size && memcmp(value.mv_data, e->value, e->value_size) == 0))
      fprintf(stderr, "  %s has another value\n", e->table);
  }
  mdb_txn_abort(txn);
  mdb_env_close(host);
}

int main(void) {
  check_folder ours = check_make_folder(), theirs = check_make_folder(), examples_folder = check_make_folder();
  test_both(ours.path, theirs.path);
  test_stored_bytes(examples_folder.path);
  check_remove_folder(&ours);
  check_remove_folder(&theirs);
  check_remove_folder(&examples_folder);
  return check_end("neighbour");
}
