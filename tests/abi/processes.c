/* Do several processes share one environment: each other's commits, databases, scopes, maps, and deaths? */
#include "given.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

enum { ADDITIONS = 400, SCOPES = 5, FEW_READERS = 10 };

static slmdb_env *open_with(const char *path, uint64_t map_size, uint32_t readers) {
  slmdb_env_options o = given_env_options();
  o.map_size = map_size;
  o.max_readers = readers;
  return given_env_with(path, &o);
}

/* ---- what a child does ------------------------------------------------------------------------------------------ */

/* Adds one to numbers in several scopes, a transaction each. Lost updates would show. */
static void add(slmdb_env *env, slmdb_db *db) {
  for (int i = 0; i < ADDITIONS; i++) {
    char name[16];
    const void *value = NULL;
    size_t length = 0;
    int number = 0;
    snprintf(name, sizeof name, "scope %d", i % SCOPES);
    slmdb_scope *scope = given_scope(name);
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    int32_t status = slmdb_db_get(txn, db, scope, "number", 6, &value, &length, NULL);
    CHECK(status == SLMDB_NOT_FOUND || (status == SLMDB_OK && length == sizeof number));
    if (status == SLMDB_OK) memcpy(&number, value, sizeof number);
    number++;
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, "number", 6, &number, sizeof number, ERR));
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  }
}

static void child_adds(const char *path) {
  slmdb_env *env = open_with(path, 64 * MEBI, 0);
  add(env, given_db(env, "numbers", SLMDB_BYTES));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* A new database, a new scope, and more data than the parent's map has room for. */
static void child_grows(const char *path) {
  static char value[50000];
  slmdb_env *env = open_with(path, 16 * MEBI, 0);
  slmdb_db *db = given_db(env, "child's", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("child's");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 100; i++) IS(SLMDB_OK, slmdb_db_put(txn, db, scope, &i, sizeof i, value, sizeof value, ERR));
  given_put(txn, db, scope, "hello", "parent");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* Says by a line that it is ready, and waits for its death. */
static void wait_for_death(void) {
  printf("ready\n");
  fflush(stdout);
  for (;;) check_sleep(10);
}

static void child_dies_writing(const char *path) {
  slmdb_env *env = open_with(path, 64 * MEBI, 0);
  slmdb_db *db = given_db(env, "numbers", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, NULL, "half", "done");
  wait_for_death();
}

static void child_dies_reading(const char *path) {
  slmdb_env *env = open_with(path, 64 * MEBI, FEW_READERS);
  slmdb_txn *txn = NULL;
  for (int i = 0; i < FEW_READERS; i++) txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_READERS_FULL, slmdb_txn_begin(env, SLMDB_READ, &txn, ERR));
  wait_for_death();
}

static int child(const char *role, const char *path) {
  if (strcmp(role, "add") == 0) child_adds(path);
  else if (strcmp(role, "grow") == 0) child_grows(path);
  else if (strcmp(role, "write") == 0) child_dies_writing(path);
  else child_dies_reading(path);
  CHECK(slmdb_open_handles() == 0);
  return check_failed != 0;
}

/* ---- what the parent does --------------------------------------------------------------------------------------- */

enum { MOST_WORDS = 8 };

/* Splits what a program is run by into its words, in a buffer; how many there are. */
static int split(char *buffer, size_t size, const char *words, char **out) {
  char *rest = NULL;
  int n = 0;
  snprintf(buffer, size, "%s", words ? words : "");
  for (char *word = strtok_r(buffer, " ", &rest); word && n < MOST_WORDS; word = strtok_r(NULL, " ", &rest))
    out[n++] = word;
  return n;
}

static bool self_path(char *path, size_t size) {
  ssize_t length = readlink("/proc/self/exe", path, size - 1);
  if (length > 0) path[length] = 0;
  return length > 0;
}

/* Starts this program anew as a child; with `out`, what it prints can be read there. */
static pid_t start(const char *role, const char *path, FILE **out) {
  char program[400], word[16], folder[400], runner[200];
  char *arguments[MOST_WORDS + 4];
  int ends[2] = {-1, -1}, n = split(runner, sizeof runner, check_runner(), arguments);
  arguments[n++] = program, arguments[n++] = word, arguments[n++] = folder, arguments[n] = NULL;
  NEED(self_path(program, sizeof program));
  pid_t pid = -1;
  posix_spawn_file_actions_t actions;
  snprintf(word, sizeof word, "%s", role);
  snprintf(folder, sizeof folder, "%s", path);
  NEED(pipe(ends) == 0 && posix_spawn_file_actions_init(&actions) == 0);
  if (out) NEED(posix_spawn_file_actions_adddup2(&actions, ends[1], 1) == 0);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  NEED(posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (out) *out = fdopen(ends[0], "r");
  else close(ends[0]);
  return pid;
}

static int finish(pid_t pid) {
  int status = -1;
  CHECK(waitpid(pid, &status, 0) == pid);
  return status;
}

/* Starts a child, waits until it is ready, and kills it. */
static void kill_in(const char *role, const char *path) {
  FILE *out = NULL;
  char line[32] = "";
  pid_t pid = start(role, path, &out);
  NEED(out != NULL && fgets(line, sizeof line, out) != NULL);
  CHECK(strcmp(line, "ready\n") == 0);
  CHECK(kill(pid, SIGKILL) == 0);
  int status = finish(pid);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  fclose(out);
}

/* Every scope is registered once, whoever did it, and no addition was lost. */
static void is_sum(slmdb_env *env, slmdb_db *db, int sum) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_cursor *c = NULL;
  IS(SLMDB_OK, slmdb_registry_list(txn, &c, ERR));
  for (int i = 0; i < SCOPES; i++) {
    char name[16];
    const void *found, *id, *value = NULL;
    size_t length, id_length;
    int number = 0;
    snprintf(name, sizeof name, "scope %d", i);
    NEED(IS(SLMDB_OK, slmdb_cursor_next(c, &found, &length, &id, &id_length, ERR)));
    CHECK(length == strlen(name) && memcmp(found, name, length) == 0);
    slmdb_scope *scope = given_scope(name);
    IS(SLMDB_OK, slmdb_db_get(txn, db, scope, "number", 6, &value, &length, ERR));
    if (CHECK(value && length == sizeof number)) memcpy(&number, value, sizeof number);
    CHECK(number == sum);
    IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

/* Three processes at once, first all of them on a folder that is empty yet, then this one among them. */
static void test_additions(const char *path) {
  pid_t children[3];
  for (int i = 0; i < 3; i++) children[i] = start("add", path, NULL);
  for (int i = 0; i < 3; i++) CHECK(finish(children[i]) == 0);
  slmdb_env *env = open_with(path, 64 * MEBI, 0);
  slmdb_db *db = given_db(env, "numbers", SLMDB_BYTES);
  is_sum(env, db, 3 * ADDITIONS / SCOPES);
  for (int i = 0; i < 2; i++) children[i] = start("add", path, NULL);
  add(env, db);
  for (int i = 0; i < 2; i++) CHECK(finish(children[i]) == 0);
  is_sum(env, db, 6 * ADDITIONS / SCOPES);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* The child's map is larger than ours: the next transaction follows it. A snapshot from before stays what it was. */
static void test_growth(const char *path) {
  slmdb_env *env = open_with(path, MEBI, 0);
  slmdb_db *db = given_db(env, "ours", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("child's");
  given_works(env, db, scope);
  slmdb_txn *before = given_txn(env, SLMDB_READ);
  CHECK(finish(start("grow", path, NULL)) == 0);
  given_is(before, db, scope, "hello", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(before, ERR));
  slmdb_db *theirs = given_db(env, "child's", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  given_is(txn, theirs, scope, "hello", "parent");
  CHECK(given_count(txn, theirs, scope) == 101);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  given_works(env, theirs, scope);
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* A writer that was killed holds nobody up, and its transaction never was. */
static void test_dead_writer(const char *path) {
  slmdb_env *env = open_with(path, 64 * MEBI, 0);
  slmdb_db *db = given_db(env, "numbers", SLMDB_BYTES);
  for (int i = 0; i < 3; i++) {
    kill_in("write", path);
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    given_is(txn, db, NULL, "half", NULL);
    given_put(txn, db, NULL, "whole", "done");
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  }
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* Places of readers that were killed are free for whoever opens the environment next. */
static void test_dead_readers(const char *path) {
  slmdb_env *env = open_with(path, 64 * MEBI, FEW_READERS);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  kill_in("read", path);
  env = open_with(path, 64 * MEBI, FEW_READERS);
  slmdb_txn *readers[FEW_READERS], *one_more = NULL;
  for (int i = 0; i < FEW_READERS; i++) readers[i] = given_txn(env, SLMDB_READ);
  IS(SLMDB_READERS_FULL, slmdb_txn_begin(env, SLMDB_READ, &one_more, ERR));
  for (int i = 0; i < FEW_READERS; i++) IS(SLMDB_OK, slmdb_txn_abort(readers[i], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

int main(int argc, char **argv) {
  if (argc == 3) return child(argv[1], argv[2]);
  void (*const tests[])(const char *) = {test_additions, test_growth, test_dead_readers, test_dead_writer};
  size_t count = sizeof tests / sizeof *tests;
  if (check_runner()) count--; /* qemu knows no robust lists, by which the kernel frees the lock of a writer that died */
  for (size_t i = 0; i < count; i++) {
    check_folder folder = check_make_folder();
    tests[i](folder.path);
    check_remove_folder(&folder);
  }
  return check_end("processes");
}
