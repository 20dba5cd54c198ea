/*
 * workers.c: threads write, each in its own scope, while the main thread reads all of them.
 *
 *   ./workers [FOLDER]      keeps its data in FOLDER (default: ./slmdb-example)
 *
 * The environment, the database and scopes may be shared by all threads. A transaction is used by one thread at a time,
 * and a write transaction ends on the thread that began it. Writers take turns by themselves: to begin waits for the
 * others. Readers never wait and are never waited for; each sees what was committed when it began.
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep, threads */
#include <slmdb.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 4, COMMITS = 25, PUTS = 10, ALL = WORKERS * COMMITS * PUTS };

static slmdb_env *env;
static slmdb_db *jobs;

/* Each call is given an error struct of its own thread: the library keeps none. */
static void must(int32_t status, const char *what, const slmdb_error *error) {
  if (status == SLMDB_OK) return;
  fprintf(stderr, "%s: %s %s\n", what, slmdb_status_name(status), status == SLMDB_NOT_FOUND ? "" : error->message);
  exit(1);
}

static slmdb_scope *open_scope(int number, slmdb_error *error) {
  slmdb_scope *scope;
  char name[24];
  int length = sprintf(name, "worker %d", number);
  must(slmdb_scope_open(name, (size_t)length, &scope, error), "open a scope", error);
  return scope;
}

/* One worker: the same keys as all others, in its own scope. */
static void *work(void *argument) {
  slmdb_error error;
  slmdb_scope *scope = open_scope(*(const int *)argument, &error);
  for (int commit = 0; commit < COMMITS; commit++) {
    slmdb_txn *txn;
    must(slmdb_txn_begin(env, SLMDB_WRITE, &txn, &error), "begin", &error);
    for (int put = 0; put < PUTS; put++) { /* short transactions: the others wait for this one to end */
      char key[24];
      int length = sprintf(key, "job %04d", commit * PUTS + put);
      must(slmdb_db_put(txn, jobs, scope, key, (size_t)length, "done", 4, &error), "put", &error);
    }
    must(slmdb_txn_commit(txn, &error), "commit", &error);
  }
  must(slmdb_scope_close(scope, &error), "close the scope", &error);
  return NULL;
}

static int count(slmdb_txn *txn, slmdb_scope *scope, slmdb_error *error) {
  slmdb_cursor *cursor;
  const void *key, *value;
  size_t key_length, value_length;
  int entries = 0;
  int32_t status;
  must(slmdb_cursor_open(txn, jobs, scope, NULL, &cursor, error), "open a cursor", error);
  while ((status = slmdb_cursor_next(cursor, &key, &key_length, &value, &value_length, error)) == SLMDB_OK) entries++;
  if (status != SLMDB_NOT_FOUND) must(status, "next", error);
  must(slmdb_cursor_close(cursor, error), "close the cursor", error);
  return entries;
}

/* One look at all workers' scopes, in one snapshot. The sum; -1 if a commit is seen by halves, which cannot be. */
static int look(slmdb_scope *const *scopes, slmdb_error *error) {
  slmdb_txn *txn;
  int sum = 0;
  bool whole = true;
  must(slmdb_txn_begin(env, SLMDB_READ, &txn, error), "begin", error);
  for (int i = 0; i < WORKERS; i++) {
    int entries = count(txn, scopes[i], error);
    printf(" %4d", entries);
    whole = whole && entries % PUTS == 0;
    sum += entries;
  }
  puts("");
  must(slmdb_txn_abort(txn, error), "end reading", error);
  return whole ? sum : -1;
}

/* Begins anew, so that the example may be run again. */
static void clear(slmdb_scope *const *scopes, slmdb_error *error) {
  slmdb_txn *txn;
  must(slmdb_txn_begin(env, SLMDB_WRITE, &txn, error), "begin", error);
  for (int i = 0; i < WORKERS; i++) must(slmdb_db_clear(txn, jobs, scopes[i], NULL, error), "clear", error);
  must(slmdb_txn_commit(txn, error), "commit", error);
}

static void open_all(const char *folder, slmdb_error *error) {
  slmdb_env_options env_options;
  slmdb_db_options db_options;
  memset(&env_options, 0, sizeof env_options);
  env_options.struct_size = sizeof env_options;
  env_options.create_folder = true;
  env_options.durability = SLMDB_NO_META_SYNC; /* quicker commits: a crash of the machine may undo the last ones */
  must(slmdb_env_open(folder, strlen(folder), &env_options, &env, error), "open the environment", error);
  memset(&db_options, 0, sizeof db_options);
  db_options.struct_size = sizeof db_options;
  db_options.kind = SLMDB_BYTES;
  must(slmdb_db_open(env, "jobs", strlen("jobs"), &db_options, &jobs, error), "open the database", error);
}

int main(int argc, char **argv) {
  slmdb_error error;
  slmdb_scope *scopes[WORKERS];
  pthread_t threads[WORKERS];
  int numbers[WORKERS], seen = 0;
  open_all(argc > 1 ? argv[1] : "slmdb-example", &error);
  for (int i = 0; i < WORKERS; i++) scopes[i] = open_scope(numbers[i] = i, &error);
  clear(scopes, &error);

  puts("jobs done, by worker:");
  for (int i = 0; i < WORKERS; i++) {
    if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0) return 1;
  }
  while (seen >= 0 && seen < ALL) { /* while they write */
    const struct timespec pause = {0, 20 * 1000 * 1000};
    int now = look(scopes, &error);
    seen = now < seen ? -1 : now; /* a later snapshot never has less */
    nanosleep(&pause, NULL);
  }
  for (int i = 0; i < WORKERS; i++) {
    if (pthread_join(threads[i], NULL) != 0) return 1;
  }

  for (int i = 0; i < WORKERS; i++) must(slmdb_scope_close(scopes[i], &error), "close a scope", &error);
  must(slmdb_env_close(env, &error), "close", &error);
  if (seen != ALL || slmdb_open_handles() != 0) {
    fputs("that was not what this example expects\n", stderr);
    return 1;
  }
  return 0;
}
