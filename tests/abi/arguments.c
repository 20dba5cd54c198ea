/* Is every argument of every function on entries checked: keys, values, ranges, places for results? */
#include "given.h"
#include "pack.h"

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope;
static slmdb_txn *txn;
static slmdb_batch *batch;
static slmdb_cursor *cursor;

#define SPOT txn, db, scope
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- keys ------------------------------------------------------------------------------------------------------- */

typedef int32_t (*with_key)(const void *key, size_t length, slmdb_error *error);

static const void *out;
static size_t out_length;
static bool out_bool;
static uint64_t out_count;

static int32_t get(const void *k, size_t n, slmdb_error *e) { return slmdb_db_get(SPOT, k, n, &out, &out_length, e); }
static int32_t get_copy(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_get_copy(SPOT, k, n, NULL, 0, &out_length, e);
}
static int32_t get_args(const void *k, size_t n, slmdb_error *e) {
  slmdb_get_args args = {sizeof args, SPOT, NULL, 0, 0};
  return slmdb_db_get_args(&args, k, n, e);
}
static int32_t contains(const void *k, size_t n, slmdb_error *e) { return slmdb_db_contains(SPOT, k, n, &out_bool, e); }
static int32_t find_after(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_find(SPOT, SLMDB_AFTER, k, n, &out, &out_length, &out, &out_length, e);
}
static int32_t find_before(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_find(SPOT, SLMDB_AT_OR_BEFORE, k, n, &out, &out_length, &out, &out_length, e);
}
static int32_t pop(const void *k, size_t n, slmdb_error *e) { return slmdb_db_pop(SPOT, k, n, &out, &out_length, e); }
static int32_t delete_one(const void *k, size_t n, slmdb_error *e) { return slmdb_db_delete(SPOT, k, n, &out_bool, e); }
static int32_t add_delete(const void *k, size_t n, slmdb_error *e) {
  return slmdb_batch_delete(batch, db, scope, k, n, NULL, e);
}
static int32_t seek(const void *k, size_t n, slmdb_error *e) { return slmdb_cursor_seek(cursor, k, n, e); }
static int32_t count_range(const void *k, size_t n, slmdb_error *e) {
  slmdb_range r = given_range(SLMDB_RANGE_LOWER);
  r.lower = k, r.lower_length = n;
  return slmdb_db_count(SPOT, &r, &out_count, e);
}
static int32_t delete_prefix(const void *k, size_t n, slmdb_error *e) {
  slmdb_range r = given_range(SLMDB_RANGE_PREFIX);
  r.lower = k, r.lower_length = n;
  return slmdb_db_delete_range(SPOT, &r, &out_count, e);
}
static int32_t put(const void *k, size_t n, slmdb_error *e) { return slmdb_db_put(SPOT, k, n, "\1", 1, e); }
static int32_t put_if_absent(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_put_if_absent(SPOT, k, n, "\1", 1, &out_bool, e);
}
static int32_t replace(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_replace(SPOT, k, n, "\1", 1, &out, &out_length, &out_bool, e);
}
static int32_t swap(const void *k, size_t n, slmdb_error *e) {
  return slmdb_db_compare_and_swap(SPOT, k, n, "\1", 1, "\2", 1, &out_bool, e);
}
static int32_t add_put(const void *k, size_t n, slmdb_error *e) {
  return slmdb_batch_put(batch, db, scope, k, n, "\1", 1, e);
}
static int32_t add_put_if_absent(const void *k, size_t n, slmdb_error *e) {
  return slmdb_batch_put_if_absent(batch, db, scope, k, n, "\1", 1, e);
}

static const with_key askers[] = {get, get_copy,   get_args,   contains, find_after,  find_before,
                                  pop, delete_one, add_delete, seek,     count_range, delete_prefix};
static const with_key putters[] = {put, put_if_absent, replace, add_put, add_put_if_absent};

static size_t entries(void) {
  uint64_t n = 0;
  IS(SLMDB_OK, slmdb_db_count(SPOT, NULL, &n, ERR));
  return (size_t)n;
}

/* One call with a bad key, with a struct and without one. */
static void refuses(with_key call, int number, const void *key, size_t length, int32_t status) {
  if (!IS(status, call(key, length, ERR))) fprintf(stderr, "  call %d, length %lu\n", number, (unsigned long)length);
  QUIET(status, call(key, length, NULL));
}

static void test_raw_keys(size_t longest) {
  static char key[70000];
  const with_key others[] = {swap};
  const struct {
    const with_key *calls;
    size_t count;
  } all[] = {{askers, COUNT(askers)}, {putters, COUNT(putters)}, {others, 1}};
  const size_t long_ones[] = {longest + 1, 512, 65536, 65537, sizeof key, SIZE_MAX / 2, SIZE_MAX};
  for (size_t g = 0; g < COUNT(all); g++)
    for (size_t i = 0; i < all[g].count; i++) {
      with_key call = all[g].calls[i];
      bool searches = call == find_after || call == find_before || call == seek || call == count_range ||
                      call == delete_prefix;
      for (size_t n = 0; n < COUNT(long_ones); n++) {
        /* a bound may be longer than a key: there are keys on both sides of it */
        int32_t got = call(key, long_ones[n], ERR);
        bool bound = searches && long_ones[n] <= 65536 && (got == SLMDB_OK || got == SLMDB_NOT_FOUND);
        if (!CHECK(got == SLMDB_KEY_TOO_LONG || bound))
          fprintf(stderr, "  call %d: %s\n", (int)i, slmdb_status_name(got));
        CHECK(check_written(got, &check_last));
      }
      refuses(call, (int)i, NULL, SIZE_MAX, SLMDB_KEY_TOO_LONG);
      refuses(call, (int)i, NULL, 1, SLMDB_INVALID_ARGUMENT);
    }
  for (size_t i = 0; i < COUNT(putters); i++) {
    refuses(putters[i], (int)i, NULL, 0, SLMDB_EMPTY_KEY);
    refuses(putters[i], (int)i, "k", 0, SLMDB_EMPTY_KEY);
  }
  IS(SLMDB_NOT_FOUND, pop("", 0, ERR)); /* no bytes are asked for, if not put */
  IS(SLMDB_OK, contains(NULL, 0, ERR));
  IS(SLMDB_OK, seek(NULL, 0, ERR));
  IS(SLMDB_OK, swap(NULL, 0, ERR));
  CHECK(!out_bool);
}

static void test_typed_keys(void) {
  static const char *const bad[] = {"\xc1",     "\x80", "\xa5zz", "\x91\x80",
                                    "\xd4\1\2", "\1\1", "\xdd\xff\xff\xff\xff"};
  for (size_t i = 0; i < COUNT(bad); i++) {
    size_t size = strlen(bad[i]);
    for (size_t n = 0; n < COUNT(askers); n++) refuses(askers[n], (int)n, bad[i], size, SLMDB_INVALID_KEY);
    for (size_t n = 0; n < COUNT(putters); n++) refuses(putters[n], (int)n, bad[i], size, SLMDB_INVALID_KEY);
    refuses(swap, 0, bad[i], size, SLMDB_INVALID_KEY);
  }
  for (size_t n = 0; n < COUNT(askers); n++) refuses(askers[n], (int)n, "", 0, SLMDB_INVALID_KEY);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void refuses_value(const void *v, size_t n, int32_t status) {
  const void *k = "\xa1k"; /* a typed key, and a raw one */
  IS(status, slmdb_db_put(SPOT, k, 2, v, n, ERR));
  IS(status, slmdb_db_put_if_absent(SPOT, k, 2, v, n, &out_bool, ERR));
  IS(status, slmdb_db_replace(SPOT, k, 2, v, n, &out, &out_length, &out_bool, ERR));
  IS(status, slmdb_db_compare_and_swap(SPOT, k, 2, v, n, "\1", 1, &out_bool, ERR));
  IS(status, slmdb_db_compare_and_swap(SPOT, k, 2, "\1", 1, v, n, &out_bool, ERR));
  IS(status, slmdb_batch_put(batch, db, scope, k, 2, v, n, ERR));
  IS(status, slmdb_batch_put_if_absent(batch, db, scope, k, 2, v, n, ERR));
}

static void test_values(bool typed) {
  refuses_value("v", (size_t)INT32_MAX + 1, SLMDB_VALUE_TOO_LARGE);
  refuses_value("v", SIZE_MAX, SLMDB_VALUE_TOO_LARGE);
  refuses_value(NULL, SIZE_MAX, SLMDB_VALUE_TOO_LARGE);
  refuses_value(NULL, 1, SLMDB_INVALID_ARGUMENT);
  if (!typed) return;
  refuses_value("", 0, SLMDB_INVALID_VALUE);
  refuses_value("\1\1", 2, SLMDB_INVALID_VALUE);
  refuses_value("\xc1", 1, SLMDB_INVALID_VALUE);
  refuses_value("\xa2x", 2, SLMDB_INVALID_VALUE);
}

/* ---- places for results, ranges, choices ------------------------------------------------------------------------ */

static void test_places(void) {
  const void *p = NULL;
  size_t n = 0;
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_contains(SPOT, "\1", 1, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_is_empty(SPOT, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_count(SPOT, NULL, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_stat(SPOT, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_find(SPOT, SLMDB_FIRST, NULL, 0, NULL, &n, &p, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_find(SPOT, SLMDB_FIRST, NULL, 0, &p, NULL, &p, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_find(SPOT, SLMDB_FIRST, NULL, 0, &p, &n, NULL, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_find(SPOT, SLMDB_FIRST, NULL, 0, &p, &n, &p, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_replace(SPOT, "\1", 1, "\1", 1, NULL, &n, &out_bool, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_replace(SPOT, "\1", 1, "\1", 1, &p, NULL, &out_bool, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_replace(SPOT, "\1", 1, "\1", 1, &p, &n, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_pop(SPOT, "\1", 1, NULL, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_pop(SPOT, "\1", 1, &p, NULL, ERR));
  const int32_t choices[] = {0, -1, SLMDB_BEFORE + 1, INT32_MAX, INT32_MIN, 256 + SLMDB_FIRST};
  for (size_t i = 0; i < COUNT(choices); i++)
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_find(SPOT, choices[i], "\1", 1, &p, &n, &p, &n, ERR));
  slmdb_db_stats stats;
  const size_t sizes[] = {0, 1, sizeof stats - 1, sizeof stats + 1, SIZE_MAX};
  for (size_t i = 0; i < COUNT(sizes); i++) {
    memset(&stats, CHECK_CANARY, sizeof stats);
    stats.struct_size = sizes[i];
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_stat(SPOT, &stats, ERR));
    CHECK(check_untouched(&stats.entries, sizeof stats.entries));
  }
}

static void refuses_range(const slmdb_range *r) {
  slmdb_cursor *none = NULL;
  uint64_t count = 99;
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_count(SPOT, r, &count, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_delete_range(SPOT, r, &count, ERR));
  CHECK(count == 99);
  if (r->limit == 0) IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(SPOT, r, &none, ERR));
  CHECK(none == NULL);
}

static void test_ranges(void) {
  const size_t sizes[] = {0, sizeof(slmdb_range) - 1, sizeof(slmdb_range) + 1, SIZE_MAX};
  slmdb_range r = given_range(0);
  for (size_t i = 0; i < COUNT(sizes); i++) {
    r.struct_size = sizes[i];
    refuses_range(&r);
  }
  for (unsigned bit = 8; bit < 32; bit++) {
    r = given_range(1u << bit);
    refuses_range(&r);
  }
  for (unsigned bound = 1; bound < 16; bound++) {
    r = given_range(SLMDB_RANGE_PREFIX | bound);
    refuses_range(&r);
  }
  r = given_range(SLMDB_RANGE_KEYS_ONLY | SLMDB_RANGE_VALUES_ONLY);
  refuses_range(&r);
  r = given_range(0);
  r.limit = 1;
  refuses_range(&r);
  r.limit = UINT64_MAX;
  refuses_range(&r);
  for (unsigned upper = 0; upper < 2; upper++) {
    r = given_range(upper ? SLMDB_RANGE_UPPER : SLMDB_RANGE_LOWER);
    r.lower_length = r.upper_length = 1; /* of NULL */
    refuses_range(&r);
  }
}

/* A read transaction writes nothing. */
static void test_reader(void) {
  slmdb_txn *writer = txn;
  txn = given_txn(env, SLMDB_READ);
  const void *k = "\xa1k"; /* a text, and raw bytes */
  IS(SLMDB_READ_ONLY, slmdb_db_put(SPOT, k, 2, "\1", 1, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_put_if_absent(SPOT, k, 2, "\1", 1, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_replace(SPOT, k, 2, "\1", 1, &out, &out_length, &out_bool, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_pop(SPOT, k, 2, &out, &out_length, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_compare_and_swap(SPOT, k, 2, "\1", 1, "\1", 1, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_put_many(SPOT, "\x90", 1, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_delete(SPOT, k, 2, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_delete_range(SPOT, NULL, NULL, ERR));
  IS(SLMDB_READ_ONLY, slmdb_db_clear(SPOT, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  txn = writer;
}

/* A batch that refused everything does nothing; a transaction that did goes on. */
static void test_all(slmdb_db *in, int32_t kind, size_t longest) {
  db = in;
  txn = given_txn(env, SLMDB_WRITE);
  batch = given_batch(env);
  cursor = given_cursor(SPOT, NULL);
  if (longest) test_raw_keys(longest);
  else test_typed_keys();
  if (kind == SLMDB_BYTES || kind == SLMDB_TYPED || longest) test_values(kind != SLMDB_BYTES);
  test_places();
  if (longest) test_ranges();
  CHECK(entries() == 0);
  test_reader();
  const char *key = "\xa1k"; /* a text, and raw bytes */
  IS(SLMDB_OK, slmdb_db_put(SPOT, key, 2, "\1", 1, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  txn = given_txn(env, SLMDB_READ);
  CHECK(entries() == 1);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  slmdb_scope *named;
  env = given_env(folder.path);
  named = given_scope("s");
  for (int i = 0; i < 2; i++) {
    scope = i ? named : NULL;
    test_all(given_db(env, "bytes", SLMDB_BYTES), SLMDB_BYTES, 507);
    test_all(given_db(env, "bytes key", SLMDB_BYTES_KEY), SLMDB_BYTES_KEY, 507);
    test_all(given_db(env, "typed", SLMDB_TYPED), SLMDB_TYPED, 0);
    test_all(given_heed(env, "h bytes", SLMDB_BYTES, 0, 0), SLMDB_BYTES, 499);
    test_all(given_heed(env, "h bytes key", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U8), SLMDB_BYTES_KEY, 499);
    test_all(given_heed(env, "h typed", SLMDB_TYPED, SLMDB_TYPE_TEXT, SLMDB_TYPE_U8), SLMDB_TYPED, 0);
  }
  IS(SLMDB_OK, slmdb_scope_close(named, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("arguments");
}
