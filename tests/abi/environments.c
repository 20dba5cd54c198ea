/* What does opening an Env answer to paths, files and options that are not as they should be? */
#include "given.h"

#include <fcntl.h>
#include <sys/stat.h>

static check_folder base;
static slmdb_env *never; /* where no handle must arrive */

/* A path in the base folder. */
static const char *path_of(const char *name) {
  static char path[2][600];
  static int turn;
  turn ^= 1;
  snprintf(path[turn], sizeof path[turn], "%s/%s", base.path, name);
  return path[turn];
}

static void make_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  NEED(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static int32_t try_open(const char *path, slmdb_env_options o, slmdb_error *error) {
  return slmdb_env_open(path, strlen(path), &o, &never, error);
}

static slmdb_env_options reading(void) {
  slmdb_env_options o = given_env_options();
  o.read_only = true;
  return o;
}

static slmdb_env_options creating(void) {
  slmdb_env_options o = given_env_options();
  o.create_folder = true;
  return o;
}

static void test_paths(void) {
  static char path[70000];
  memset(path, '/', sizeof path);
  IS(SLMDB_PATH_NOT_FOUND, try_open(path_of("missing"), given_env_options(), ERR));
  SAYS("missing");
  IS(SLMDB_PATH_NOT_FOUND, try_open(path_of("missing/too"), creating(), ERR));
  IS(SLMDB_PATH_NOT_FOUND, try_open(path_of("missing"), reading(), ERR));
  make_file(path_of("file"), "text", 4);
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path_of("file"), given_env_options(), ERR));
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path_of("file"), creating(), ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open("", 0, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(NULL, 0, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(NULL, 4, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open("/tmp\0x", 6, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open("/tmp", 4, NULL, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(path, 4097, NULL, &never, ERR));
  SAYS("4096");
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(path, sizeof path, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(path, SIZE_MAX, NULL, &never, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_open(NULL, SIZE_MAX, NULL, &never, ERR));
}

/* Paths that no system takes: an error that says so, in UTF-8, and no fault. */
static void test_strange_paths(void) {
  static char path[4096];
  memset(path, 'x', sizeof path);
  int32_t status = slmdb_env_open(path, sizeof path, NULL, &never, ERR);
  CHECK(status > SLMDB_NOT_FOUND && status != SLMDB_INTERNAL && check_written(status, &check_last));
  status = slmdb_env_open("/nowhere/\xff\xfe", 11, NULL, &never, ERR); /* the header asks for UTF-8 */
  CHECK(status == SLMDB_INVALID_ARGUMENT || status == SLMDB_PATH_NOT_FOUND);
  CHECK(check_written(status, &check_last));
}

static void test_options(void) {
  slmdb_env_options o;
  const size_t sizes[] = {0, 1, sizeof o - 1, sizeof o + 1, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    o = given_env_options();
    o.struct_size = sizes[i];
    IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
    SAYS("struct_size");
  }
  const int32_t durabilities[] = {-1, 3, INT32_MIN, INT32_MAX, 256};
  for (size_t i = 0; i < sizeof durabilities / sizeof *durabilities; i++) {
    o = given_env_options();
    o.durability = durabilities[i];
    IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
  }
  const uint64_t map_sizes[] = {1, (UINT64_C(1) << 47) + 1, UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < sizeof map_sizes / sizeof *map_sizes; i++) {
    o = given_env_options();
    o.map_size = map_sizes[i];
    IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
  }
  o = given_env_options();
  o.max_databases = UINT32_MAX;
  IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
  o = given_env_options();
  o.max_readers = UINT32_MAX;
  IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
  o = given_env_options();
  o.mode = 01644;
  IS(SLMDB_INVALID_ARGUMENT, try_open(base.path, o, ERR));
  o = given_env_options();
  o.map_size = UINT64_C(1) << 47; /* all the addresses that a process has */
  IS(SLMDB_OUT_OF_MEMORY, try_open(base.path, o, ERR));
  SAYS("map size");
}

static void test_mode(void) {
  struct stat s;
  char data[700];
  slmdb_env_options o = creating();
  o.mode = 0600;
  const char *path = path_of("private");
  slmdb_env *env = given_env_with(path, &o);
  snprintf(data, sizeof data, "%s/data.mdb", path);
  CHECK(stat(data, &s) == 0 && (s.st_mode & 0777) == 0600);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* An environment with some pages in it; the size of its file. */
static size_t make_environment(const char *path) {
  struct stat s;
  char data[700], value[3000];
  slmdb_env_options o = creating();
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  memset(value, 'v', sizeof value);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (uint32_t i = 0; i < 50; i++) IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, &i, sizeof i, value, sizeof value, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  snprintf(data, sizeof data, "%s/data.mdb", path);
  NEED(stat(data, &s) == 0);
  return (size_t)s.st_size;
}

static void test_cut_files(void) {
  char data[700];
  const char *path = path_of("cut");
  size_t size = make_environment(path);
  snprintf(data, sizeof data, "%s/data.mdb", path);
  const size_t lengths[] = {size - 1, size - 4096, size / 2, 12288, 8193, 8192, 8191, 4097, 4096, 4095, 100, 1};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    NEED(truncate(data, (off_t)lengths[i]) == 0);
    for (int read_only = 0; read_only < 2; read_only++) {
      int32_t status = try_open(path, read_only ? reading() : given_env_options(), ERR);
      if (!CHECK(status == SLMDB_CORRUPT || status == SLMDB_NOT_AN_ENVIRONMENT))
        fprintf(stderr, "  %zu bytes of %zu: %s\n", lengths[i], size, slmdb_status_name(status));
      CHECK(check_written(status, &check_last));
    }
  }
}

static void test_garbage_files(void) {
  static char garbage[1 << 16];
  char data[700];
  const char *path = path_of("garbage");
  for (size_t i = 0; i < sizeof garbage; i++) garbage[i] = (char)(i * 2654435761u >> 11);
  NEED(mkdir(path, 0755) == 0);
  snprintf(data, sizeof data, "%s/data.mdb", path);
  make_file(data, garbage, sizeof garbage);
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path, given_env_options(), ERR));
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path, reading(), ERR));
  make_file(data, "SQLite format 3", 16);
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path, given_env_options(), ERR));
  memset(garbage, 0, sizeof garbage);
  make_file(data, garbage, sizeof garbage);
  IS(SLMDB_NOT_AN_ENVIRONMENT, try_open(path, given_env_options(), ERR));
  NEED(remove(data) == 0 && mkdir(data, 0755) == 0);
  int32_t status = try_open(path, given_env_options(), ERR); /* a folder of that name */
  CHECK(status > SLMDB_NOT_FOUND && status != SLMDB_INTERNAL && check_written(status, &check_last));
}

/* The same folder with other options is busy while it is open, and only then. */
static void test_shared(void) {
  const char *path = path_of("shared");
  slmdb_env_options o = creating();
  slmdb_env *env = given_env_with(path, &o);
  IS(SLMDB_BUSY, try_open(path, reading(), ERR));
  o.durability = SLMDB_DURABLE;
  IS(SLMDB_BUSY, try_open(path, o, ERR));
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  given_works(env, db, NULL);
  slmdb_txn *reader = given_txn(env, SLMDB_READ), *writer = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(writer, ERR));
  IS(SLMDB_BUSY, slmdb_env_close(env, ERR));
  given_is(reader, db, NULL, "k", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(reader, ERR));
  given_works(env, db, NULL);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  IS(SLMDB_CLOSED, slmdb_db_close(db, ERR));
  env = given_env_with(path, &o);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

static void test_read_only(void) {
  const char *path = path_of("shared");
  slmdb_db_options missing = given_db_options(SLMDB_BYTES);
  slmdb_env_options o = reading();
  slmdb_env *env = given_env_with(path, &o);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES), *none = NULL;
  slmdb_txn *txn = NULL;
  IS(SLMDB_READ_ONLY, slmdb_txn_begin(env, SLMDB_WRITE, &txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_READ_ONLY, slmdb_registry_prune(txn, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_DATABASE_NOT_FOUND, slmdb_db_open(env, "missing", 7, &missing, &none, ERR));
  int32_t status = slmdb_env_grow(env, 1024 * (uint64_t)MEBI, ERR);
  CHECK(status == SLMDB_READ_ONLY);
  txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_READ_ONLY, slmdb_db_put(txn, db, NULL, "k", 1, "v", 1, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_delete(txn, db, NULL, "k", 1, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_clear(txn, db, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  NEED(mkdir(path_of("empty"), 0755) == 0);
  IS(SLMDB_PATH_NOT_FOUND, try_open(path_of("empty"), reading(), ERR));
  o.create_folder = true;
  IS(SLMDB_PATH_NOT_FOUND, try_open(path_of("still missing"), o, ERR)); /* read-only: nothing is made */
  struct stat s;
  CHECK(stat(path_of("still missing"), &s) != 0);
}

/* root may enter every folder, so it gives its rights away for a moment. */
static void test_permission(void) {
  const char *path = path_of("closed");
  bool root = geteuid() == 0;
  NEED(chmod(base.path, 0755) == 0 && mkdir(path, root ? 0700 : 0) == 0);
  if (root) NEED(seteuid(65534) == 0);
  IS(SLMDB_PERMISSION_DENIED, try_open(path, given_env_options(), ERR));
  if (root) NEED(seteuid(0) == 0);
  NEED(chmod(path, 0700) == 0);
}

int main(void) {
  base = check_make_folder();
  test_paths();
  test_strange_paths();
  test_options();
  test_mode();
  test_cut_files();
  test_garbage_files();
  test_shared();
  test_read_only();
  test_permission();
  CHECK(never == NULL);
  check_remove_folder(&base);
  return check_end("environments");
}
