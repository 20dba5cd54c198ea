/* Does each refused call answer with its status, say why, and leave the Env as usable as it was? */
#include "given.h"
#include "pack.h"

#include <limits.h>

static slmdb_env *env;
static slmdb_db *bytes; /* for given_works */
static slmdb_scope *scope;

static void usable(void) { given_works(env, bytes, scope); }

/* ---- names ------------------------------------------------------------------------------------------------------ */

static void test_scope_names(void) {
  static const struct {
    const char *name;
    size_t length;
  } bad[] = {{"\xff", 1},         {"a\x80", 2},     {"\xc0\x80", 2},         {"\xc3", 1},
             {"\xed\xa0\x80", 3}, {"\xe2\x82", 2}, {"\xf4\x90\x80\x80", 4}, {"\xf0\x80\x80\x80", 4}};
  static char name[5000];
  slmdb_scope *s = NULL;
  memset(name, 'n', sizeof name);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    IS(SLMDB_INVALID_SCOPE, slmdb_scope_open(bad[i].name, bad[i].length, &s, ERR));
  IS(SLMDB_EMPTY_SCOPE, slmdb_scope_open("", 0, &s, ERR));
  IS(SLMDB_EMPTY_SCOPE, slmdb_scope_open(NULL, 0, &s, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_open(NULL, 3, &s, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_open("s", 1, NULL, ERR));
  IS(SLMDB_INVALID_SCOPE, slmdb_scope_open(name, 4097, &s, ERR));
  SAYS("4097"), SAYS("4096");
  IS(SLMDB_INVALID_SCOPE, slmdb_scope_open(name, SIZE_MAX, &s, ERR));
  IS(SLMDB_INVALID_SCOPE, slmdb_scope_open(NULL, SIZE_MAX, &s, ERR));
  QUIET(SLMDB_EMPTY_SCOPE, slmdb_scope_open("", 0, &s, NULL));
  IS(SLMDB_OK, slmdb_scope_open(name, 4096, &s, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, bytes, s, "k", "of the longest name");
  given_is(txn, bytes, s, "k", "of the longest name");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
}

static void test_database_names(void) {
  static char name[600];
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  slmdb_db *db = NULL;
  memset(name, 'n', sizeof name);
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, "", 0, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, NULL, 0, &o, &db, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_open(env, NULL, 3, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, "__mine", 6, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, "x_scoped", 8, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, "\xff", 1, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, "a\0b", 3, &o, &db, ERR));
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, name, 501, &o, &db, ERR));
  SAYS("501"), SAYS("500");
  IS(SLMDB_INVALID_NAME, slmdb_db_open(env, name, SIZE_MAX, &o, &db, ERR));
  IS(SLMDB_OK, slmdb_db_open(env, name, 500, &o, &db, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* ---- databases -------------------------------------------------------------------------------------------------- */

static void refuses(int32_t status, const char *name, slmdb_db_options o) {
  slmdb_db *db = NULL;
  IS(status, slmdb_db_open(env, name, strlen(name), &o, &db, ERR));
}

static slmdb_db_options options(int32_t kind, int32_t layout, int32_t key_type, int32_t value_type) {
  slmdb_db_options o = given_db_options(kind);
  o.layout = layout, o.key_type = key_type, o.value_type = value_type;
  return o;
}

static void test_database_options(void) {
  slmdb_db *db = NULL;
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_open(env, "new", 3, NULL, &db, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_open(env, "new", 3, &o, NULL, ERR));
  const size_t sizes[] = {0, 1, sizeof o - 1, sizeof o + 1, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    o.struct_size = sizes[i];
    refuses(SLMDB_INVALID_ARGUMENT, "new", o);
    SAYS("struct_size");
  }
  const int32_t numbers[] = {-1, INT32_MIN, INT32_MAX, 256 + SLMDB_BYTES, 100};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    refuses(SLMDB_INVALID_ARGUMENT, "new", options(numbers[i], 0, 0, 0));
    refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES, numbers[i], 0, 0));
    refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, numbers[i], SLMDB_TYPE_TEXT));
    refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_TEXT, numbers[i]));
  }
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(0, 0, 0, 0));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES + 1, 0, 0, 0));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES, SLMDB_LAYOUT_HEED + 1, 0, 0));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_BOOL + 1, SLMDB_TYPE_BOOL));
  /* types where there are none to choose, and none where one must be chosen */
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, 0, SLMDB_TYPE_TEXT, 0));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES_KEY, SLMDB_LAYOUT_ORDERED, 0, SLMDB_TYPE_TEXT));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES, SLMDB_LAYOUT_HEED, 0, SLMDB_TYPE_TEXT));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_BYTES_KEY, SLMDB_LAYOUT_HEED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_TEXT, 0));
  refuses(SLMDB_INVALID_ARGUMENT, "new", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, 0, SLMDB_TYPE_TEXT));
  o = given_db_options(SLMDB_BYTES);
  o.must_exist = true; /* and none of the calls above has made it */
  refuses(SLMDB_DATABASE_NOT_FOUND, "new", o);
  usable();
}

static void test_mismatches(void) {
  slmdb_db *typed = given_db(env, "was typed", SLMDB_TYPED);
  slmdb_db *heed = given_heed(env, "was heed", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_TEXT);
  refuses(SLMDB_KIND_MISMATCH, "was typed", options(SLMDB_BYTES, 0, 0, 0));
  refuses(SLMDB_KIND_MISMATCH, "was typed", options(SLMDB_BYTES_KEY, 0, 0, 0));
  refuses(SLMDB_LAYOUT_MISMATCH, "was typed", options(SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT));
  refuses(SLMDB_LAYOUT_MISMATCH, "was heed", options(SLMDB_TYPED, SLMDB_LAYOUT_ORDERED, 0, 0));
  refuses(SLMDB_KIND_MISMATCH, "was heed", options(SLMDB_TYPED, 0, SLMDB_TYPE_U32, SLMDB_TYPE_TEXT));
  refuses(SLMDB_KIND_MISMATCH, "was heed", options(SLMDB_TYPED, 0, SLMDB_TYPE_U64, SLMDB_TYPE_BYTES));
  IS(SLMDB_OK, slmdb_db_close(typed, ERR));
  IS(SLMDB_OK, slmdb_db_close(heed, ERR));
  usable();
}

/* ---- keys and values -------------------------------------------------------------------------------------------- */

/* Raw keys in a layout whose longest has `longest` bytes. */
static void test_key_lengths(slmdb_db *db, size_t longest) {
  static char key[70000];
  char said[16];
  const void *value = NULL;
  size_t size = 0;
  slmdb_scope *const both[] = {NULL, scope};
  memset(key, 'k', sizeof key);
  snprintf(said, sizeof said, "%u", (unsigned)longest);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 2; i++) {
    IS(SLMDB_EMPTY_KEY, slmdb_db_put(txn, db, both[i], "", 0, "v", 1, ERR));
    IS(SLMDB_EMPTY_KEY, slmdb_db_put(txn, db, both[i], NULL, 0, "v", 1, ERR));
    IS(SLMDB_NOT_FOUND, slmdb_db_get(txn, db, both[i], NULL, 0, &value, &size, ERR));
    IS(SLMDB_OK, slmdb_db_delete(txn, db, both[i], NULL, 0, NULL, ERR));
    IS(SLMDB_OK, slmdb_db_put(txn, db, both[i], key, longest, "v", 1, ERR));
    IS(SLMDB_OK, slmdb_db_get(txn, db, both[i], key, longest, &value, &size, ERR));
    const size_t lengths[] = {longest + 1, 511, 512, 65536, 65537, sizeof key, INT_MAX, SIZE_MAX};
    for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
      IS(SLMDB_KEY_TOO_LONG, slmdb_db_put(txn, db, both[i], key, lengths[n], "v", 1, ERR));
      if (lengths[n] == longest + 1) SAYS(said);
      IS(SLMDB_KEY_TOO_LONG, slmdb_db_get(txn, db, both[i], key, lengths[n], &value, &size, ERR));
      IS(SLMDB_KEY_TOO_LONG, slmdb_db_get_copy(txn, db, both[i], key, lengths[n], NULL, 0, &size, ERR));
      IS(SLMDB_KEY_TOO_LONG, slmdb_db_delete(txn, db, both[i], key, lengths[n], NULL, ERR));
    }
    IS(SLMDB_KEY_TOO_LONG, slmdb_db_put(txn, db, both[i], NULL, SIZE_MAX, "v", 1, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_put(txn, db, both[i], NULL, 1, "v", 1, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get(txn, db, both[i], NULL, 1, &value, &size, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_delete(txn, db, both[i], NULL, 1, NULL, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_put(txn, db, both[i], "k", 1, NULL, 1, ERR));
    IS(SLMDB_VALUE_TOO_LARGE, slmdb_db_put(txn, db, both[i], "k", 1, "v", (size_t)INT32_MAX + 1, ERR));
    SAYS("2147483647");
    IS(SLMDB_VALUE_TOO_LARGE, slmdb_db_put(txn, db, both[i], "k", 1, "v", SIZE_MAX, ERR));
    IS(SLMDB_VALUE_TOO_LARGE, slmdb_db_put(txn, db, both[i], "k", 1, NULL, SIZE_MAX, ERR));
    CHECK(given_count(txn, db, both[i]) == 1);
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  usable();
}

static void test_typed_key_length(void) {
  slmdb_db *db = given_db(env, "typed", SLMDB_TYPED);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  char text[600];
  memset(text, 't', sizeof text);
  pack fits = pack_text_of(text, 505), too_long = pack_text_of(text, 506); /* a code before them, a zero after them */
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, fits.bytes, fits.size, "\1", 1, ERR));
  IS(SLMDB_KEY_TOO_LONG, slmdb_db_put(txn, db, scope, too_long.bytes, too_long.size, "\1", 1, ERR));
  SAYS("507");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

typedef struct wire {
  const char *bytes;
  size_t size;
} wire;

#define WIRE(literal) {literal, sizeof literal - 1}

static void test_invalid_values(slmdb_db *db, const wire *key) {
  const wire bad[] = {WIRE(""),     WIRE("\xc1"),         WIRE("\xc4\x05" "ab"), WIRE("\x01\x02"), WIRE("\x92\x01"),
                      WIRE("\x81"), WIRE("\xdd\xff\xff\xff\xff"), WIRE("\xcf\x01"), WIRE("\xc6\xff\xff\xff\xff"),
                      WIRE("\xa1\xff")};
  char deep[2000];
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    IS(SLMDB_INVALID_VALUE, slmdb_db_put(txn, db, scope, key->bytes, key->size, bad[i].bytes, bad[i].size, ERR));
  memset(deep, '\x91', sizeof deep);
  deep[sizeof deep - 1] = 1;
  IS(SLMDB_INVALID_VALUE, slmdb_db_put(txn, db, scope, key->bytes, key->size, deep, sizeof deep, ERR));
  CHECK(given_count(txn, db, scope) == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

static void test_invalid_keys(slmdb_db *db, const wire *bad, size_t n, const wire *value) {
  const void *got = NULL;
  size_t size = 0;
  slmdb_cursor *c = NULL;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (size_t i = 0; i < n; i++) {
    const wire *k = &bad[i];
    IS(SLMDB_INVALID_KEY, slmdb_db_get(txn, db, scope, k->bytes, k->size, &got, &size, ERR));
    IS(SLMDB_INVALID_KEY, slmdb_db_get_copy(txn, db, scope, k->bytes, k->size, NULL, 0, &size, ERR));
    IS(SLMDB_INVALID_KEY, slmdb_db_put(txn, db, scope, k->bytes, k->size, value->bytes, value->size, ERR));
    IS(SLMDB_INVALID_KEY, slmdb_db_delete(txn, db, scope, k->bytes, k->size, NULL, ERR));
    slmdb_range r = given_range(i % 2 ? SLMDB_RANGE_LOWER : SLMDB_RANGE_UPPER);
    r.lower = r.upper = k->bytes;
    r.lower_length = r.upper_length = k->size;
    IS(SLMDB_INVALID_KEY, slmdb_cursor_open(txn, db, scope, &r, &c, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

static void test_types(void) {
  const wire raw = WIRE("raw"), text = WIRE("\xa1t"), one = WIRE("\x01");
  const wire keys[] = {WIRE("\xcb\x7f\xf8\0\0\0\0\0\0"), WIRE("\xca\x7f\xc0\0\0"), WIRE("\x80"), WIRE("\xd4\x01\x02"),
                       WIRE("\xa1\xff"), WIRE("\x01\x02"), WIRE("\xc1"), WIRE("\xa5" "ab"), WIRE("\x92\x01"),
                       WIRE("\x91\x80"), WIRE("\xdd\xff\xff\xff\xff"), WIRE("\xdb\xff\xff\xff\xff")};
  const wire not_u64[] = {WIRE("\xff"), WIRE("\xa1t"), WIRE("\xc0"), WIRE("\xcb\x3f\xf0\0\0\0\0\0\0"), WIRE("\x91\x01")};
  test_invalid_values(given_db(env, "bk", SLMDB_BYTES_KEY), &raw);
  test_invalid_values(given_db(env, "t", SLMDB_TYPED), &text);
  test_invalid_values(given_heed(env, "hbk", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_TEXT), &raw);
  test_invalid_values(given_heed(env, "ht", SLMDB_TYPED, SLMDB_TYPE_TEXT, SLMDB_TYPE_U8), &text);
  test_invalid_keys(given_db(env, "t", SLMDB_TYPED), keys, sizeof keys / sizeof *keys, &one);
  test_invalid_keys(given_heed(env, "hu", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_U8), not_u64,
                    sizeof not_u64 / sizeof *not_u64, &one);

  slmdb_db *u8 = given_heed(env, "u8", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U8);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_INVALID_VALUE, slmdb_db_put(txn, u8, scope, "k", 1, "\xcd\x01\x2c", 3, ERR)); /* 300 */
  SAYS("300"), SAYS("255");
  IS(SLMDB_OK, slmdb_db_put(txn, u8, scope, "k", 1, "\xcc\xff", 2, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(u8, ERR));
  usable();
}

/* ---- NULL for what must be there --------------------------------------------------------------------------------- */

static void test_null_results(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  const void *p;
  size_t n, m;
  bool more;
  char buffer[32];
  IS(SLMDB_OK, slmdb_db_put(txn, bytes, scope, "k", 1, "v", 1, ERR));
  slmdb_cursor *c = given_cursor(txn, bytes, scope, NULL);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_txn_begin(env, SLMDB_READ, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get(txn, bytes, scope, "k", 1, NULL, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get(txn, bytes, scope, "k", 1, &p, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_copy(txn, bytes, scope, "k", 1, buffer, sizeof buffer, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_copy(txn, bytes, scope, "k", 1, NULL, 1, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_copy(txn, bytes, scope, "k", 1, NULL, SIZE_MAX, &n, ERR));
  slmdb_get_args args = {sizeof args, txn, bytes, scope, NULL, 1, 0};
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_args(NULL, "k", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_args(&args, "k", 1, ERR));
  for (args.struct_size = 0; args.struct_size < 100; args.struct_size++)
    if (args.struct_size != sizeof args) IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_args(&args, "k", 1, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, NULL, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_next(c, NULL, &n, &p, &m, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_next(c, &p, NULL, &p, &m, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_next(c, &p, &n, NULL, &m, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_next(c, &p, &n, &p, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_page(c, buffer, sizeof buffer, 0, NULL, &more, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_page(c, buffer, sizeof buffer, 0, &n, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_page(c, NULL, 1, 0, &n, &more, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_page(c, NULL, SIZE_MAX, 0, &n, &more, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_list(txn, NULL, ERR));
  IS(SLMDB_OK, slmdb_cursor_page(c, buffer, SIZE_MAX, 0, &n, &more, ERR)); /* more room than there is, and little to say */
  CHECK(n == 11 && !more);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  usable();
}

static void test_ranges(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_cursor *c = NULL;
  slmdb_range r = given_range(0);
  const size_t sizes[] = {0, sizeof r - 1, sizeof r + 8, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    r.struct_size = sizes[i];
    IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
  }
  for (unsigned bit = 8; bit < 32; bit++) {
    r = given_range(1u << bit);
    IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
  }
  for (unsigned bound = 1; bound < 16; bound++) { /* a prefix is all the bounds that there are */
    r = given_range(SLMDB_RANGE_PREFIX | bound);
    IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
  }
  r = given_range(SLMDB_RANGE_KEYS_ONLY | SLMDB_RANGE_VALUES_ONLY);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
  for (unsigned upper = 0; upper < 2; upper++) {
    r = given_range(upper ? SLMDB_RANGE_UPPER : SLMDB_RANGE_LOWER);
    r.lower_length = r.upper_length = 1;
    IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
    r.lower = r.upper = "k";
    r.lower_length = r.upper_length = SIZE_MAX;
    IS(SLMDB_KEY_TOO_LONG, slmdb_cursor_open(txn, bytes, scope, &r, &c, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  bytes = given_db(env, "bytes", SLMDB_BYTES);
  scope = given_scope("s");
  usable();
  test_scope_names();
  test_database_names();
  test_database_options();
  test_mismatches();
  test_key_lengths(bytes, 507);
  slmdb_db *heed = given_heed(env, "heed", SLMDB_BYTES, 0, 0);
  test_key_lengths(heed, 499);
  test_typed_key_length();
  test_types();
  test_null_results();
  test_ranges();
  IS(SLMDB_OK, slmdb_db_close(heed, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("errors");
}
