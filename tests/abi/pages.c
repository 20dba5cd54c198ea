/* Does a page hold what it says, go from a cursor into a put unchanged, and leave nothing behind when it is broken? */
#include "kinds.h"

static slmdb_env *env;
static slmdb_scope *scopes[3]; /* the first is the default one */

static const char *word; /* which database it is, for a failure */

static bool tell(bool held) {
  if (!held) fprintf(stderr, "  %s\n", word);
  return held;
}

static size_t count(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  uint64_t n = 99;
  IS(SLMDB_OK, slmdb_db_count(txn, db, scope, NULL, &n, ERR));
  return (size_t)n;
}

/* All entries of a scope as one page. */
static size_t read_all(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, unsigned char *buffer, size_t capacity) {
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  size_t size = 0;
  bool more = true;
  IS(SLMDB_OK, slmdb_cursor_page(c, buffer, capacity, 0, &size, &more, ERR));
  CHECK(!more);
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  return size;
}

/* ---- round trips ------------------------------------------------------------------------------------------------ */

enum { ENTRIES = 200, ROOM = 1 << 20 };

static unsigned char first[ROOM], again[ROOM], answers[ROOM];

/* Entries go from a scope by pages of many sizes into another one, by a put and by a batch, and are the same there. */
static void test_round_trip(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  kinds_page page = kinds_new_page();
  uint64_t told = 0;
  for (int i = 0; i < ENTRIES; i++) kinds_add_entry(&page, f, i * 7 % 1000, i);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[0], page.bytes, page.size, &told, ERR));
  CHECK(told == ENTRIES && count(txn, db, scopes[0]) == ENTRIES);
  size_t size = read_all(txn, db, scopes[0], first, sizeof first);
  for (size_t capacity = 8; capacity < size + 40; capacity = capacity * 3 / 2 + 1) {
    slmdb_cursor *c = given_cursor(txn, db, scopes[0], NULL);
    bool more = true;
    IS(SLMDB_OK, slmdb_db_clear(txn, db, scopes[1], NULL, ERR));
    while (more) {
      size_t length = 0;
      int32_t status = slmdb_cursor_page(c, again, capacity, 0, &length, &more, NULL);
      if (status == SLMDB_BUFFER_TOO_SMALL) status = slmdb_cursor_page(c, again, length, 0, &length, &more, ERR);
      if (!IS(SLMDB_OK, status)) break;
      /* a write between two pages: the cursor goes on after the last entry of the page */
      if (!IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], again, length, NULL, ERR))) break;
    }
    IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
    tell(CHECK(read_all(txn, db, scopes[1], again, sizeof again) == size && memcmp(first, again, size) == 0));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put_many(batch, db, scopes[2], first, size, ERR));
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  txn = given_txn(env, SLMDB_READ);
  tell(CHECK(read_all(txn, db, scopes[2], again, sizeof again) == size && memcmp(first, again, size) == 0));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  free(page.bytes);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* Entries in no order, some under one key, as an array or as a map, come to what single puts in their order come to. */
static void test_order(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  kinds_page page = kinds_new_page();
  uint64_t told = 0;
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < ENTRIES; i++) {
    kinds_page one = kinds_new_page();
    kinds_add_entry(&page, f, i * 37 % 71, i);
    kinds_add_entry(&one, f, i * 37 % 71, i);
    IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[0], one.bytes, one.size, NULL, ERR));
    free(one.bytes);
  }
  size_t size = read_all(txn, db, scopes[0], first, sizeof first);
  for (int map = 0; map < 2; map++) {
    page.bytes[0] = map ? 0xdf : 0xdd;
    kinds_set_count(&page, map ? ENTRIES : 2 * ENTRIES);
    IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], page.bytes, page.size, &told, ERR));
    tell(CHECK(told == ENTRIES && read_all(txn, db, scopes[1], again, sizeof again) == size));
    tell(CHECK(memcmp(first, again, size) == 0));
    IS(SLMDB_OK, slmdb_db_clear(txn, db, scopes[1], NULL, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put_many(batch, db, scopes[2], page.bytes, page.size, ERR));
  IS(SLMDB_OK, slmdb_batch_apply(batch, ERR));
  txn = given_txn(env, SLMDB_READ);
  tell(CHECK(read_all(txn, db, scopes[2], again, sizeof again) == size && memcmp(first, again, size) == 0));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  for (int s = 0; s < 3; s++) IS(SLMDB_OK, slmdb_db_clear(txn, db, scopes[s], NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  free(page.bytes);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A page of keys only is what get_many takes; what that answers are the values that a page of values only has. */
static void test_parts(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_range range = given_range(SLMDB_RANGE_KEYS_ONLY);
  size_t keys = 0, values = 0, size = 0;
  bool more = true;
  slmdb_cursor *c = given_cursor(txn, db, scopes[1], &range);
  IS(SLMDB_OK, slmdb_cursor_page(c, first, sizeof first, 0, &keys, &more, ERR));
  range.flags = SLMDB_RANGE_VALUES_ONLY;
  c = given_cursor(txn, db, scopes[1], &range);
  IS(SLMDB_OK, slmdb_cursor_page(c, again, sizeof again, 0, &values, &more, ERR));
  IS(SLMDB_OK, slmdb_db_get_many(txn, db, scopes[1], first, keys, answers, sizeof answers, &size, ERR));
  pack_reader wanted = {again, again + values, false}, got = {answers, answers + size, false};
  CHECK(pack_array(&wanted) == ENTRIES && pack_array(&got) == 2 * ENTRIES);
  for (int i = 0; i < ENTRIES && !wanted.broken && !got.broken; i++) {
    const unsigned char *one, *other;
    CHECK(pack_number(&got, 1) == PACK_TRUE);
    size_t n = pack_skip(&wanted, &one);
    CHECK(pack_skip(&got, &other) == n && memcmp(one, other, n) == 0);
  }
  tell(CHECK(!wanted.broken && !got.broken && wanted.at == wanted.end && got.at == got.end));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* In memory of exactly each capacity, so that a sanitizer sees a byte too many: what is needed is always told. */
static void test_capacities(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  kinds_page page = kinds_new_page();
  size_t size = 0, told = 0;
  for (int i = 0; i < 4; i++) kinds_add_key(&page, f, i * 7 + i % 2); /* some are there */
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_db_get_many(txn, db, scopes[1], page.bytes, page.size, NULL, 0, &size, ERR));
  for (size_t capacity = 0; capacity < size + 3; capacity++) {
    unsigned char *buffer = (unsigned char *)malloc(capacity ? capacity : 1);
    bool enough = capacity >= size;
    IS(enough ? SLMDB_OK : SLMDB_BUFFER_TOO_SMALL,
       slmdb_db_get_many(txn, db, scopes[1], page.bytes, page.size, buffer, capacity, &told, ERR));
    CHECK(told == size && (!enough || buffer[0] == 0xdd));
    free(buffer);
  }
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_many(txn, db, scopes[1], page.bytes, page.size, NULL, 1, &told, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_many(txn, db, scopes[1], page.bytes, page.size, first, 9, NULL, ERR));
  IS(SLMDB_OK, slmdb_db_get_many(txn, db, scopes[1], page.bytes, page.size, first, SIZE_MAX, &told, ERR));
  CHECK(told == size);
  IS(SLMDB_OK, slmdb_db_get_many(txn, db, scopes[1], "\x90", 1, first, 5, &told, ERR));
  CHECK(told == 5);
  free(page.bytes);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* ---- broken pages ----------------------------------------------------------------------------------------------- */

/* A page that is refused everywhere, with one status of two, by a put, a batch and, if it is one of keys, a get. */
static void is_refused(slmdb_db *db, const void *page, size_t size, int32_t status, bool keys) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  slmdb_batch *batch = given_batch(env);
  size_t length = 0;
  uint64_t told = 99;
  unsigned char *copy = (unsigned char *)malloc(size ? size : 1); /* of exactly its size, for a sanitizer */
  if (size) memcpy(copy, page, size);
  for (int s = 0; s < 2; s++) {
    tell(IS(status, slmdb_db_put_many(txn, db, scopes[s], copy, size, &told, ERR)));
    tell(IS(status, slmdb_batch_put_many(batch, db, scopes[s], copy, size, ERR)));
    if (keys) tell(IS(status, slmdb_db_get_many(txn, db, scopes[s], copy, size, first, sizeof first, &length, ERR)));
    CHECK(told == 99 && count(txn, db, scopes[s]) == 0);
  }
  free(copy);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  txn = given_txn(env, SLMDB_READ);
  CHECK(count(txn, db, scopes[0]) + count(txn, db, scopes[1]) == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

#define REFUSED(status, literal, keys) is_refused(db, literal, sizeof literal - 1, status, keys)

static void clear(slmdb_db *db) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int s = 0; s < 3; s++) IS(SLMDB_OK, slmdb_db_clear(txn, db, scopes[s], NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

/* What is no array, or one of another size than it says, whatever the database. */
static void test_no_page(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  clear(db);
  REFUSED(SLMDB_INVALID_ARGUMENT, "", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xc0", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xc1", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x01", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xc4\x01k", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdc", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdd\0\0\0", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdc\xff\xff", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdd\xff\xff\xff\xff", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdd\x80\0\0\0\x01\x01", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xde", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x81\x01", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdf\xff\xff\xff\xff", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdf\x80\0\0\0\x01\x01", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x80\x80", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x90\x90", true);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\xdd\0\0\0\0\0", true);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  uint64_t told = 99;
  size_t length = 0;
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_put_many(txn, db, scopes[1], NULL, 1, &told, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_put_many(txn, db, scopes[1], NULL, SIZE_MAX, &told, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_many(txn, db, scopes[1], NULL, 0, first, sizeof first, &length, ERR));
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], "\x90", 1, &told, ERR)); /* of nothing: nothing, and no scope */
  CHECK(told == 0 && count(txn, db, scopes[1]) == 0);
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], "\xdc\0\0", 3, NULL, ERR));
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], "\x80", 1, &told, ERR));
  CHECK(told == 0);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_get_many(txn, db, scopes[1], "\x80", 1, first, sizeof first, &length, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A right page, cut off at every byte, with a byte more, with another count; an array may have any of its heads. */
static void test_cut(const kinds_form *f) {
  slmdb_db *db = kinds_open(env, f);
  kinds_page page = kinds_new_page();
  clear(db);
  for (int i = 0; i < 4; i++) kinds_add_entry(&page, f, i * 3, i + 1);
  for (size_t size = 0; size < page.size; size++) {
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    int32_t status = slmdb_db_put_many(txn, db, scopes[size % 2], page.bytes, size, NULL, ERR);
    tell(CHECK(status == SLMDB_INVALID_ARGUMENT || status == SLMDB_INVALID_VALUE || status == SLMDB_INVALID_KEY));
    CHECK(check_written(status, &check_last) && count(txn, db, scopes[size % 2]) == 0);
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  }
  for (uint32_t objects = 0; objects < 8; objects++) {
    kinds_set_count(&page, objects);
    is_refused(db, page.bytes, page.size, SLMDB_INVALID_ARGUMENT, false);
  }
  kinds_set_count(&page, 8);
  kinds_append(&page, "\xc0", 1);
  is_refused(db, page.bytes, page.size, SLMDB_INVALID_ARGUMENT, false);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  page.bytes[4] = 0x98; /* the head of 1 byte, and of 3 */
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], page.bytes + 4, page.size - 5, NULL, ERR));
  CHECK(count(txn, db, scopes[1]) == 4);
  page.bytes[2] = 0xdc, page.bytes[3] = 0, page.bytes[4] = 8;
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[2], page.bytes + 2, page.size - 3, NULL, ERR));
  CHECK(count(txn, db, scopes[2]) == 4);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  free(page.bytes);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* Objects that are no key or value of the database; the good ones before them are not kept. */
static void test_wrong_objects(void) {
  slmdb_db *db = kinds_open(env, &kinds_all[0]);
  word = "raw objects";
  clear(db);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x94\xc4\1a\xc4\1v\xa1k\xc4\1v", false); /* a text where bytes must be */
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x94\xc4\1a\xc4\1v\xc4\1k\xa1v", false);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92\xc4\1k\x01", false);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92\xc4\1k\xc0", false);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92\xc4\1k\x90", false);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92\xc4\1k\xc7\1\1v", false);
  REFUSED(SLMDB_INVALID_ARGUMENT, "\x92\xc4\1k\xc6\xff\xff\xff\xff", false);
  REFUSED(SLMDB_EMPTY_KEY, "\x94\xc4\1a\xc4\1v\xc4\0\xc4\1v", false);
  static unsigned char page[600] = "\x94\xc4\1a\xc4\1v\xc5\1\xfc"; /* a key of 508 bytes */
  memcpy(page + 10 + 508, "\xc4\0", 2);
  is_refused(db, page, 10 + 508 + 2, SLMDB_KEY_TOO_LONG, false);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
  db = kinds_open(env, &kinds_all[2]);
  word = "typed objects";
  clear(db);
  REFUSED(SLMDB_INVALID_KEY, "\x94\x01\x01\x80\x01", false); /* a map is no key */
  REFUSED(SLMDB_INVALID_KEY, "\x92\xcb\x7f\xf8\0\0\0\0\0\0\x01", false);
  REFUSED(SLMDB_INVALID_VALUE, "\x92\x01\xa1\xff", false);
  static unsigned char deep[3000] = "\x92\x01";
  memset(deep + 2, 0x91, sizeof deep - 3);
  deep[sizeof deep - 1] = 1;
  is_refused(db, deep, sizeof deep, SLMDB_INVALID_VALUE, false);
  deep[1] = 0x91;
  is_refused(db, deep, sizeof deep, SLMDB_INVALID_KEY, false);
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A key that comes twice in a page has the later value, and is asked for as often as it is there. */
static void test_duplicates(void) {
  slmdb_db *db = kinds_open(env, &kinds_all[0]);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  uint64_t told = 0;
  size_t size = 0;
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scopes[1], "\x96\xc4\1k\xc4\1a\xc4\1l\xc4\0\xc4\1k\xc4\1b", 18, &told, ERR));
  CHECK(told == 3 && count(txn, db, scopes[1]) == 2);
  given_is(txn, db, scopes[1], "k", "b");
  IS(SLMDB_OK, slmdb_db_get_many(txn, db, scopes[1], "\x94\xc4\1k\xc4\1k\xc4\1l\xc4\0", 12, first, 99, &size, ERR));
  static const char want[] = "\xdd\0\0\0\x08\xc3\xc4\1b\xc3\xc4\1b\xc3\xc4\0\xc2\xc0"; /* no bytes are a value, too */
  CHECK(size == sizeof want - 1 && memcmp(first, want, size) == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A cursor whose buffer was too small has not moved, not even when what it would give is written anew. */
static void test_small_then_written(void) {
  slmdb_db *db = kinds_open(env, &kinds_all[0]);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  unsigned char page[64];
  size_t size = 0;
  bool more = false;
  given_put(txn, db, scopes[1], "a", "before");
  given_put(txn, db, scopes[1], "b", "before");
  slmdb_range range = given_range(0);
  range.limit = 2;
  slmdb_cursor *c = given_cursor(txn, db, scopes[1], &range);
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, page, 6, 0, &size, &more, ERR));
  given_put(txn, db, scopes[1], "a", "after");
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, page, 6, 0, &size, &more, ERR));
  IS(SLMDB_OK, slmdb_cursor_page(c, page, size, 0, &size, &more, ERR));
  CHECK(more && size == 15 && memcmp(page + 10, "after", 5) == 0);
  IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, page, 6, 0, &size, &more, ERR));
  IS(SLMDB_OK, slmdb_db_delete(txn, db, scopes[1], "b", 1, NULL, ERR));
  given_put(txn, db, scopes[1], "c", "new");
  IS(SLMDB_OK, slmdb_cursor_page(c, page, sizeof page, 0, &size, &more, ERR));
  CHECK(!more && size == 13 && memcmp(page + 5, "\xc4\1c\xc4\3new", 8) == 0);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  scopes[1] = given_scope("tenant_2");
  scopes[2] = given_scope("team32");
  for (int i = 0; i < KINDS; i++) {
    word = kinds_all[i].name;
    test_order(&kinds_all[i]);
    test_round_trip(&kinds_all[i]);
    test_parts(&kinds_all[i]);
    test_capacities(&kinds_all[i]);
    test_no_page(&kinds_all[i]);
    test_cut(&kinds_all[i]);
  }
  test_wrong_objects();
  test_duplicates();
  test_small_then_written();
  for (int s = 1; s < 3; s++) IS(SLMDB_OK, slmdb_scope_close(scopes[s], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("pages");
}
