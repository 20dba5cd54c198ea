/* Does every function do its ordinary work: Env, Scope, the three kinds of Database, Txn? */
#include "given.h"
#include "pack.h"

static void test_library(void) {
  CHECK(slmdb_abi_version() == SLMDB_ABI_VERSION);
  CHECK(strcmp(slmdb_version(), SLMDB_VERSION) == 0);
  CHECK(strcmp(slmdb_status_name(SLMDB_OK), "OK") == 0);
  CHECK(slmdb_open_handles() == 0);
  CHECK(sizeof(slmdb_error) == 1024);
}

static void test_env(const char *base) {
  char path[500];
  snprintf(path, sizeof path, "%s/made", base);
  slmdb_env_options options = given_env_options();
  slmdb_env *env = NULL, *same = NULL;
  IS(SLMDB_PATH_NOT_FOUND, slmdb_env_open(path, strlen(path), &options, &env, ERR));
  options.create_folder = true;
  env = given_env_with(path, &options);
  same = given_env_with(path, &options);
  CHECK(slmdb_open_handles() == 2);

  slmdb_db *db = given_db(env, "d", SLMDB_BYTES), *other = given_db(same, "d", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(same, SLMDB_READ);
  given_is(txn, other, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  txn = given_txn(same, SLMDB_READ);
  given_is(txn, other, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(same, ERR));
  CHECK(slmdb_open_handles() == 0);

  if (check_runner()) return; /* qemu wants memory for as much of a map as its file does not have yet */
  QUIET(SLMDB_OK, slmdb_env_open(path, strlen(path), NULL, &env, NULL)); /* every default */
  QUIET(SLMDB_OK, slmdb_env_grow(env, MEBI, NULL));
  QUIET(SLMDB_OK, slmdb_env_close(env, NULL));
}

/* One key in three scopes of one database: three entries. */
static void test_scopes(slmdb_env *env, slmdb_db *db) {
  slmdb_scope *a = given_scope("a"), *b = given_scope("b\xc3\xa9");
  slmdb_scope *const scopes[] = {NULL, a, b};
  const char *const values[] = {"of none", "of a", "of b"};
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 3; i++) given_is(txn, db, scopes[i], "k", NULL);
  for (int i = 0; i < 3; i++) given_put(txn, db, scopes[i], "k", values[i]);
  for (int i = 0; i < 3; i++) given_is(txn, db, scopes[i], "k", values[i]);
  given_put(txn, db, a, "k", "replaced");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));

  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, NULL, "k", "of none");
  given_is(txn, db, a, "k", "replaced");
  given_is(txn, db, b, "k", "of b");
  for (int i = 0; i < 3; i++) CHECK(given_count(txn, db, scopes[i]) == 1);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));

  slmdb_scope *again = given_scope("a"); /* a name is what a scope is */
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, again, "k", "replaced");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(again, ERR));
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
}

static void test_delete(slmdb_env *env, slmdb_db *db) {
  slmdb_scope *a = given_scope("a");
  bool deleted = false;
  uint64_t count = 77;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, a, "gone", "v");
  IS(SLMDB_OK, slmdb_db_delete(txn, db, a, "gone", 4, &deleted, ERR));
  CHECK(deleted);
  IS(SLMDB_OK, slmdb_db_delete(txn, db, a, "gone", 4, &deleted, ERR));
  CHECK(!deleted);
  IS(SLMDB_OK, slmdb_db_delete(txn, db, a, "gone", 4, NULL, ERR));
  given_is(txn, db, a, "gone", NULL);
  given_put(txn, db, a, "1", "v");
  IS(SLMDB_OK, slmdb_db_clear(txn, db, a, &count, ERR));
  CHECK(count == 2);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, a, &count, ERR));
  CHECK(count == 0);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, a, NULL, ERR));
  given_is(txn, db, NULL, "k", "of none"); /* the neighbours are whole */
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));

  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, a, "k", "replaced"); /* and the abort undid it all */
  given_is(txn, db, a, "1", NULL);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
}

static void test_snapshot(slmdb_env *env, slmdb_db *db) {
  slmdb_txn *before = given_txn(env, SLMDB_READ), *writer = given_txn(env, SLMDB_WRITE);
  given_put(writer, db, NULL, "k", "later");
  given_is(before, db, NULL, "k", "of none");
  given_is(writer, db, NULL, "k", "later");
  IS(SLMDB_OK, slmdb_txn_commit(writer, ERR));
  slmdb_txn *after = given_txn(env, SLMDB_READ);
  given_is(before, db, NULL, "k", "of none");
  given_is(after, db, NULL, "k", "later");
  IS(SLMDB_OK, slmdb_txn_abort(after, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(before, ERR));
}

static void test_copy(slmdb_env *env, slmdb_db *db) {
  char buffer[16];
  size_t length = 0;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, NULL, "five", "12345");
  IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, "none", 4, NULL, 0, ERR));
  memset(buffer, '.', sizeof buffer);
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_db_get_copy(txn, db, NULL, "five", 4, buffer, 4, &length, ERR));
  CHECK(length == 5 && buffer[0] == '.');
  length = 0;
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_db_get_copy(txn, db, NULL, "five", 4, NULL, 0, &length, ERR));
  CHECK(length == 5);
  IS(SLMDB_OK, slmdb_db_get_copy(txn, db, NULL, "five", 4, buffer, 5, &length, ERR));
  CHECK(length == 5 && memcmp(buffer, "12345.", 6) == 0);
  IS(SLMDB_OK, slmdb_db_get_copy(txn, db, NULL, "five", 4, buffer, SIZE_MAX, &length, ERR));
  IS(SLMDB_OK, slmdb_db_get_copy(txn, db, NULL, "none", 4, NULL, 0, &length, ERR));
  CHECK(length == 0);
  IS(SLMDB_NOT_FOUND, slmdb_db_get_copy(txn, db, NULL, "never", 5, buffer, 5, &length, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

/* Zero bytes are data in keys, values, names of scopes and of databases but for the last, which LMDB cannot have. */
static void test_zero_bytes(slmdb_env *env, slmdb_db *db) {
  slmdb_scope *with = NULL, *without = given_scope("n");
  const void *value = NULL;
  size_t length = 0;
  IS(SLMDB_OK, slmdb_scope_open("n\0x", 3, &with, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_put(txn, db, with, "\0", 1, "a\0b", 3, ERR));
  IS(SLMDB_OK, slmdb_db_put(txn, db, with, "\0\0", 2, "two", 3, ERR));
  IS(SLMDB_OK, slmdb_db_get(txn, db, with, "\0", 1, &value, &length, ERR));
  CHECK(length == 3 && memcmp(value, "a\0b", 3) == 0);
  IS(SLMDB_OK, slmdb_db_get(txn, db, with, "\0\0", 2, &value, &length, ERR));
  CHECK(length == 3 && memcmp(value, "two", 3) == 0);
  IS(SLMDB_NOT_FOUND, slmdb_db_get(txn, db, without, "\0", 1, &value, &length, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_db_get(txn, db, with, NULL, 0, &value, &length, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(with, ERR));
  IS(SLMDB_OK, slmdb_scope_close(without, ERR));
}

/* Keys of every type; what is handed out is the shortest form. */
static void test_typed(slmdb_env *env) {
  const pack keys[] = {pack_one(PACK_NIL), pack_bytes("\0\xff", 2), pack_text(""), pack_text("z\xc3\xa9"),
                       pack_int(INT64_MIN), pack_int(-33), pack_int(-1), pack_uint(0), pack_uint(300),
                       pack_uint(UINT64_MAX), pack_float(-1.5), pack_float(1e300), pack_one(PACK_FALSE),
                       pack_one(PACK_TRUE)};
  enum { N = sizeof keys / sizeof *keys };
  slmdb_db *db = given_db(env, "typed", SLMDB_TYPED);
  slmdb_scope *s = given_scope("types");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  const void *value, *key;
  size_t length, key_length;
  for (uint64_t i = 0; i < N; i++) {
    pack v = pack_uint(i * 1000);
    IS(SLMDB_OK, slmdb_db_put(txn, db, s, keys[i].bytes, keys[i].size, v.bytes, v.size, ERR));
  }
  for (uint64_t i = 0; i < N; i++) {
    pack v = pack_uint(i * 1000);
    IS(SLMDB_OK, slmdb_db_get(txn, db, s, keys[i].bytes, keys[i].size, &value, &length, ERR));
    CHECK(pack_equal(&v, value, length));
  }
  pack wide = pack_long(300), expected = pack_uint(8000);
  IS(SLMDB_OK, slmdb_db_get(txn, db, s, wide.bytes, wide.size, &value, &length, ERR));
  CHECK(pack_equal(&expected, value, length));
  slmdb_cursor *c = given_cursor(txn, db, s, NULL);
  for (int i = 0; i < N; i++) {
    NEED(IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_length, &value, &length, ERR)));
    CHECK(pack_equal(&keys[i], key, key_length)); /* they are listed above in their natural order */
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_length, &value, &length, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
}

static void test_bytes_key(slmdb_env *env) {
  slmdb_db *db = given_db(env, "bytes key", SLMDB_BYTES_KEY);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  const unsigned char map[] = {0x82, 0xa1, 'k', 0x93, 1, 0xc0, 0xc3, 0x02, 0x80}; /* {"k": [1, nil, true], 2: {}} */
  const void *value;
  size_t length;
  IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, "\xff\0", 2, map, sizeof map, ERR));
  IS(SLMDB_OK, slmdb_db_get(txn, db, NULL, "\xff\0", 2, &value, &length, ERR));
  CHECK(length == sizeof map && memcmp(value, map, length) == 0);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

enum { RESULTS = 300 };

/* Stores RESULTS entries, then takes all their values and only then looks at them: what is lent lives on. */
static void live_results(slmdb_env *env, slmdb_db *db, slmdb_scope *scope, bool typed_key) {
  const void *values[RESULTS];
  size_t lengths[RESULTS];
  pack raw;
  raw.size = 0;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int turn = 0; turn < 3; turn++) { /* put; get in the same transaction; get in a read transaction */
    if (turn == 2) txn = given_txn(env, SLMDB_READ);
    for (uint64_t i = 0; i < RESULTS; i++) {
      uint64_t number = i * 77777;
      pack key = typed_key ? pack_uint(number) : pack_body(raw, &number, sizeof number), value = pack_uint(number);
      if (turn == 0) IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key.bytes, key.size, value.bytes, value.size, ERR));
      else NEED(IS(SLMDB_OK, slmdb_db_get(txn, db, scope, key.bytes, key.size, &values[i], &lengths[i], ERR)));
    }
    if (turn == 0) continue;
    CHECK(given_count(txn, db, scope) == RESULTS); /* a walk ends no result's life */
    for (uint64_t i = 0; i < RESULTS; i++) {
      pack value = pack_uint(i * 77777);
      CHECK(pack_equal(&value, values[i], lengths[i]));
    }
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  }
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

static void test_results(slmdb_env *env) {
  slmdb_scope *s = given_scope("results");
  live_results(env, given_db(env, "results", SLMDB_BYTES), s, false);
  live_results(env, given_db(env, "typed results", SLMDB_TYPED), NULL, true);
  live_results(env, given_heed(env, "heed results", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U64), s, false);
  live_results(env, given_heed(env, "heed typed results", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_U32), NULL, true);
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
}

/* What is passed in is borrowed for the call: it may be overwritten at once. */
static void test_borrowed(const char *path) {
  char text[500];
  slmdb_env *env = NULL;
  slmdb_db *db = NULL;
  slmdb_scope *scope = NULL;
  slmdb_cursor *c = NULL;
  const void *key, *value;
  size_t key_length, value_length;
  slmdb_env_options e = given_env_options();
  slmdb_db_options d = given_db_options(SLMDB_BYTES);
  IS(SLMDB_OK, slmdb_env_open(strcpy(text, path), strlen(path), &e, &env, ERR));
  memset(text, '~', sizeof text);
  memset(&e, 0xff, sizeof e);
  IS(SLMDB_OK, slmdb_db_open(env, strcpy(text, "borrowed"), 8, &d, &db, ERR));
  memset(text, '~', sizeof text);
  memset(&d, 0xff, sizeof d);
  IS(SLMDB_OK, slmdb_scope_open(strcpy(text, "scope"), 5, &scope, ERR));
  memset(text, '~', sizeof text);
  slmdb_scope *same = given_scope("scope");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, same, "a", "1");
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, strcpy(text, "b"), 1, strcpy(text + 9, "2"), 1, ERR));
  memset(text, '~', sizeof text);
  given_put(txn, db, same, "c", "3");
  slmdb_range r = given_range(SLMDB_RANGE_LOWER | SLMDB_RANGE_UPPER);
  r.lower = r.upper = strcpy(text, "b");
  r.lower_length = r.upper_length = 1;
  IS(SLMDB_OK, slmdb_cursor_open(txn, db, scope, &r, &c, ERR));
  memset(text, '~', sizeof text);
  memset(&r, 0xff, sizeof r);
  IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_length, &value, &value_length, ERR));
  CHECK(key_length == 1 && *(const char *)key == 'b' && value_length == 1 && *(const char *)value == '2');
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_length, &value, &value_length, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(same, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* What was committed is there when the folder is opened anew. */
static void test_again(const char *path) {
  slmdb_env *env = given_env(path);
  slmdb_db_options options = given_db_options(SLMDB_BYTES);
  options.must_exist = true;
  slmdb_db *db = given_db_with(env, "plain", &options), *bytes = given_db(env, "bytes key", SLMDB_BYTES_KEY);
  slmdb_scope *b = given_scope("b\xc3\xa9");
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, NULL, "k", "later");
  given_is(txn, db, b, "k", "of b");
  CHECK(given_count(txn, bytes, NULL) == 1);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR)); /* with its databases */

  slmdb_env_options reading = given_env_options();
  reading.read_only = true;
  env = given_env_with(path, &reading);
  db = given_db(env, "plain", SLMDB_BYTES);
  txn = given_txn(env, SLMDB_READ);
  given_is(txn, db, NULL, "k", "later");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  test_library();
  test_env(folder.path);
  slmdb_env *env = given_env(folder.path);
  slmdb_db *db = given_db(env, "plain", SLMDB_BYTES);
  test_scopes(env, db);
  test_delete(env, db);
  test_snapshot(env, db);
  test_copy(env, db);
  test_zero_bytes(env, db);
  test_typed(env);
  test_bytes_key(env);
  test_results(env);
  test_borrowed(folder.path);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  test_again(folder.path);
  check_remove_folder(&folder);
  return check_end("basic");
}
