/*
 * tenants.c: two tenants use the same key in one database, and neither sees the other.
 *
 *   ./tenants [FOLDER]      keeps its data in FOLDER (default: ./slmdb-example)
 *
 * It shows what every program does: open an environment, a database in it and a scope for each tenant; write and read
 * in transactions; close what was opened. It may be run again: the second run finds what the first has left.
 */
#include <slmdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A status is the answer of every call that can fail; the error struct is ours, and holds the last failure's message.
 * An example may stop at the first failure. A program that goes on aborts its transaction and closes its handles there.
 */
static slmdb_error error;

static void must(int32_t status, const char *what) {
  if (status == SLMDB_OK) return;
  /* "not found" is an answer and carries no message */
  const char *why = status == SLMDB_NOT_FOUND ? "" : error.message;
  fprintf(stderr, "%s: %s %s\n", what, slmdb_status_name(status), why);
  exit(1);
}

static slmdb_env *open_env(const char *folder) {
  slmdb_env_options options; /* all zero is "the default of each"; the size tells the library which fields we know */
  slmdb_env *env;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.create_folder = true;
  must(slmdb_env_open(folder, strlen(folder), &options, &env, &error), "open the environment");
  return env;
}

/* Keys and values are plain bytes here. scan.c has a database with typed ones. */
static slmdb_db *open_db(slmdb_env *env, const char *name) {
  slmdb_db_options options;
  slmdb_db *db;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.kind = SLMDB_BYTES;
  must(slmdb_db_open(env, name, strlen(name), &options, &db, &error), "open the database");
  return db;
}

/* A scope is a name that was checked once. It costs nothing to keep it for as long as the program runs. */
static slmdb_scope *open_scope(const char *name) {
  slmdb_scope *scope;
  must(slmdb_scope_open(name, strlen(name), &scope, &error), "open a scope");
  return scope;
}

static void put(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const char *key, const char *value) {
  must(slmdb_db_put(txn, db, scope, key, strlen(key), value, strlen(value), &error), "put");
}

/* Prints what a scope holds under a key; false if it holds nothing there. */
static bool show(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const char *tenant, const char *key) {
  const void *value; /* points into the file's map: read-only, and only until the transaction ends */
  size_t length;
  int32_t status = slmdb_db_get(txn, db, scope, key, strlen(key), &value, &length, &error);
  if (status == SLMDB_NOT_FOUND) {
    printf("  %s has no %s\n", tenant, key);
    return false;
  }
  must(status, "get");
  printf("  %s: %s = %.*s\n", tenant, key, (int)length, (const char *)value); /* no zero byte ends it */
  return true;
}

/* All scopes that were ever written to, by name: the names are the keys of this walk. */
static int list_scopes(slmdb_txn *txn) {
  slmdb_cursor *cursor;
  const void *name, *id;
  size_t name_length, id_length;
  int count = 0;
  int32_t status;
  must(slmdb_registry_list(txn, &cursor, &error), "list the scopes");
  while ((status = slmdb_cursor_next(cursor, &name, &name_length, &id, &id_length, &error)) == SLMDB_OK) {
    printf("  scope %.*s\n", (int)name_length, (const char *)name);
    count++;
  }
  if (status != SLMDB_NOT_FOUND) must(status, "next scope"); /* NOT_FOUND is the end of every walk */
  must(slmdb_cursor_close(cursor, &error), "close the cursor");
  return count;
}

int main(int argc, char **argv) {
  slmdb_env *env = open_env(argc > 1 ? argv[1] : "slmdb-example");
  slmdb_db *users = open_db(env, "users");
  slmdb_scope *acme = open_scope("acme"), *globex = open_scope("globex");
  slmdb_txn *txn;
  uint64_t cleared;

  puts("both tenants write under the key alice, in one transaction");
  must(slmdb_txn_begin(env, SLMDB_WRITE, &txn, &error), "begin");
  put(txn, users, acme, "alice", "engineer");
  put(txn, users, acme, "bob", "buyer");
  put(txn, users, globex, "alice", "director");
  must(slmdb_txn_commit(txn, &error), "commit"); /* now all of it is on disk, or nothing is */

  must(slmdb_txn_begin(env, SLMDB_READ, &txn, &error), "begin");
  bool right = show(txn, users, acme, "acme", "alice") && show(txn, users, globex, "globex", "alice");
  right = right && !show(txn, users, globex, "globex", "bob"); /* acme's, and nobody else's */
  right = list_scopes(txn) >= 2 && right;
  must(slmdb_txn_abort(txn, &error), "end reading"); /* so that its pages may be used again */

  puts("acme is cleared; globex is not touched");
  must(slmdb_txn_begin(env, SLMDB_WRITE, &txn, &error), "begin");
  must(slmdb_db_clear(txn, users, acme, &cleared, &error), "clear");
  printf("  %llu entries gone\n", (unsigned long long)cleared);
  right = cleared == 2 && right;
  right = !show(txn, users, acme, "acme", "alice") && right; /* a write transaction sees its own writes */
  right = show(txn, users, globex, "globex", "alice") && right;
  must(slmdb_txn_commit(txn, &error), "commit");

  must(slmdb_scope_close(acme, &error), "close acme");
  must(slmdb_scope_close(globex, &error), "close globex");
  must(slmdb_env_close(env, &error), "close"); /* its database's handle goes with it */
  if (!right || slmdb_open_handles() != 0) {
    fputs("that was not what this example expects\n", stderr);
    return 1;
  }
  return 0;
}
