/* Does a write store right bytes when it is given what the same transaction handed out, in memory that it moves? */
#include "kinds.h"

enum { LARGEST = 70000 };

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scope; /* NULL in turns */
static slmdb_txn *txn;
static bool typed_values;
static const char *word;
static uint32_t seed;

static unsigned char memory[LARGEST + 16], other[LARGEST + 16];

/* The value for a number and a size, which no two numbers have in common: raw, or a `bin` with the same body. */
static size_t make(unsigned char *at, uint32_t number, size_t size) {
  size_t head = 0;
  if (typed_values) {
    at[0] = 0xc6;
    for (int i = 0; i < 4; i++) at[1 + i] = (unsigned char)(size >> (24 - 8 * i));
    head = size < 256 ? 2 : size < 65536 ? 3 : 5; /* in its shortest form */
    if (head == 2) at[0] = 0xc4, at[1] = (unsigned char)size;
    if (head == 3) at[0] = 0xc5, at[1] = (unsigned char)(size >> 8), at[2] = (unsigned char)size;
  }
  for (size_t i = 0; i < size; i++) at[head + i] = (unsigned char)(number * 167 + i * 31 + (i >> 8));
  return head + size;
}

static size_t key_of(int n, char key[24]) { return (size_t)snprintf(key, 24, "key %06d", n); }

static void put(int n, uint32_t number, size_t size) {
  char key[24];
  size_t length = make(memory, number, size), key_length = key_of(n, key);
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, memory, length, ERR));
}

/* Reads by a copy, so that nothing is handed out. */
static void is_at(const void *key, size_t key_length, uint32_t number, size_t size) {
  size_t want = make(memory, number, size), length = 0;
  if (!IS(SLMDB_OK, slmdb_db_get_copy(txn, db, scope, key, key_length, other, sizeof other, &length, ERR))) return;
  if (!CHECK(length == want && memcmp(memory, other, want) == 0))
    fprintf(stderr, "  %s, value %u of %lu bytes\n", word, number, (unsigned long)size);
}

static void is(int n, uint32_t number, size_t size) {
  char key[24];
  size_t key_length = key_of(n, key);
  is_at(key, key_length, number, size);
}

/* The value of an entry, as it is handed out. */
static const void *lent(int n, size_t *length) {
  char key[24];
  const void *value = NULL;
  size_t key_length = key_of(n, key);
  IS(SLMDB_OK, slmdb_db_get(txn, db, scope, key, key_length, &value, length, ERR));
  return value;
}

static void clear(void) { IS(SLMDB_OK, slmdb_db_clear(txn, db, scope, NULL, ERR)); }

/* ---- values ----------------------------------------------------------------------------------------------------- */

/* The value of one entry becomes that of others, until the page that it is in must have been split and moved. */
static void test_spread(size_t size) {
  char key[24];
  clear();
  put(500, 1, size);
  for (int i = 0; i < 300; i++) {
    int n = (i * 271) % 1000; /* on both sides of it */
    size_t length = 0, key_length = key_of(n, key);
    const void *value = lent(500, &length);
    if (n == 500) continue;
    switch (i % 4) {
      case 0: IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, value, length, ERR)); break;
      case 1: IS(SLMDB_OK, slmdb_db_put_if_absent(txn, db, scope, key, key_length, value, length, NULL, ERR)); break;
      default: {
        const void *old = NULL;
        size_t old_length = 0;
        bool existed = false;
        IS(SLMDB_OK,
           slmdb_db_replace(txn, db, scope, key, key_length, value, length, &old, &old_length, &existed, ERR));
      }
    }
    is(n, 1, size);
  }
  is(500, 1, size);
}

/* Each value goes to the next entry, which had one of another size: what is read moves with every write. */
static void test_chain(size_t size, size_t to_size) {
  clear();
  for (int i = 0; i < 60; i++) put(i, (uint32_t)i, i % 2 ? size : to_size);
  for (int i = 59; i > 0; i--) {
    char key[24];
    size_t length = 0, key_length = key_of(i, key);
    const void *value = lent(i - 1, &length);
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, value, length, ERR));
    is(i, (uint32_t)i - 1, i % 2 ? to_size : size);
  }
  for (int i = 1; i < 60; i++) is(i, (uint32_t)i - 1, i % 2 ? to_size : size);
}

/* An entry's own value, put back; and a part of it, where a part is a value. */
static void test_self(size_t size) {
  char key[24];
  size_t key_length = key_of(7, key), length = 0;
  clear();
  for (int i = 0; i < 30; i++) put(i, (uint32_t)i, 200);
  put(7, 3, size);
  for (int i = 0; i < 10; i++) {
    const void *value = lent(7, &length);
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, value, length, ERR));
    is(7, 3, size);
    bool swapped = false;
    value = lent(7, &length);
    IS(SLMDB_OK,
       slmdb_db_compare_and_swap(txn, db, scope, key, key_length, value, length, value, length, &swapped, ERR));
    CHECK(swapped);
    is(7, 3, size);
  }
  if (typed_values) return;
  const unsigned char *part = (const unsigned char *)lent(7, &length);
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, part + 1, length - 1, ERR));
  size_t want = make(memory, 3, size);
  IS(SLMDB_OK, slmdb_db_get_copy(txn, db, scope, key, key_length, other, sizeof other, &length, ERR));
  CHECK(length == want - 1 && memcmp(other, memory + 1, want - 1) == 0);
}

/* What a pop and a replace handed out goes into the next write, which ends its life. */
static void test_popped(size_t size) {
  char from[24], to[24];
  clear();
  for (int i = 0; i < 40; i++) put(i, 5, 100 + (size_t)i);
  put(0, 9, size);
  for (int i = 0; i < 39; i++) {
    const void *value = NULL;
    size_t length = 0, from_length = key_of(i, from), to_length = key_of(i + 1, to);
    bool existed = false;
    IS(SLMDB_OK, slmdb_db_pop(txn, db, scope, from, from_length, &value, &length, ERR));
    const void *old = NULL;
    size_t old_length = 0;
    IS(SLMDB_OK, slmdb_db_replace(txn, db, scope, to, to_length, value, length, &old, &old_length, &existed, ERR));
    CHECK(existed);
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, from, from_length, old, old_length, ERR));
    is(i, 5, 101 + (size_t)i);
    is(i + 1, 9, size);
  }
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

/* The keys that a cursor hands out, as keys of writes to the very entries that they lie in; and as values. */
static void test_keys(size_t size) {
  const void *key, *value;
  size_t key_length, value_length;
  clear();
  for (int i = 0; i < 120; i++) put(i, (uint32_t)i, 20);
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  for (int i = 0; i < 120; i++) {
    size_t length = make(memory, (uint32_t)i + 1000, size);
    bool did = false;
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_length, &value, &value_length, ERR))) break;
    const void *old = NULL;
    size_t old_length = 0;
    switch (i % 6) {
      case 0: IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, key_length, memory, length, ERR)); break;
      case 1: IS(SLMDB_OK, slmdb_db_delete(txn, db, scope, key, key_length, &did, ERR)); break;
      case 2: IS(SLMDB_OK, slmdb_db_pop(txn, db, scope, key, key_length, &old, &old_length, ERR)); break;
      case 3:
        IS(SLMDB_OK,
           slmdb_db_compare_and_swap(txn, db, scope, key, key_length, value, value_length, memory, length, &did, ERR));
        break;
      case 4:
        IS(SLMDB_OK, slmdb_db_replace(txn, db, scope, key, key_length, memory, length, &old, &old_length, &did, ERR));
        break;
      default: {
        slmdb_range range = given_range(SLMDB_RANGE_LOWER | SLMDB_RANGE_UPPER);
        range.lower = range.upper = key;
        range.lower_length = range.upper_length = key_length;
        uint64_t count = 0;
        IS(SLMDB_OK, slmdb_db_delete_range(txn, db, scope, &range, &count, ERR));
        CHECK(count == 1);
      }
    }
    char name[24];
    size_t name_length = key_of(i, name);
    bool contains = false;
    IS(SLMDB_OK, slmdb_db_contains(txn, db, scope, name, name_length, &contains, ERR));
    CHECK(contains == (i % 6 == 0 || i % 6 == 3 || i % 6 == 4));
    if (contains) is(i, (uint32_t)i + 1000, size);
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_length, &value, &value_length, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* A whole range between two keys that were handed out, which are deleted meanwhile. */
static void test_bounds(void) {
  const void *low, *high, *value;
  size_t low_length, high_length, value_length;
  uint64_t count = 0;
  clear();
  for (int i = 0; i < 500; i++) put(i, (uint32_t)i, 60);
  IS(SLMDB_OK,
     slmdb_db_find(txn, db, scope, SLMDB_AFTER, "key 000009", 10, &low, &low_length, &value, &value_length, ERR));
  IS(SLMDB_OK,
     slmdb_db_find(txn, db, scope, SLMDB_BEFORE, "key 000490", 10, &high, &high_length, &value, &value_length, ERR));
  slmdb_range range = given_range(SLMDB_RANGE_LOWER | SLMDB_RANGE_UPPER);
  range.lower = low, range.lower_length = low_length;
  range.upper = high, range.upper_length = high_length;
  slmdb_cursor *c = given_cursor(txn, db, scope, &range);
  IS(SLMDB_OK, slmdb_cursor_seek(c, low, low_length, ERR));
  IS(SLMDB_OK, slmdb_db_delete_range(txn, db, scope, &range, &count, ERR));
  CHECK(count == 480);
  for (int i = 0; i < 500; i++) put(i, (uint32_t)i, 300); /* over what the bounds and the sought key lay in */
  int seen = 0;
  const void *key;
  size_t key_length;
  while (slmdb_cursor_next(c, &key, &key_length, &value, &value_length, NULL) == SLMDB_OK) seen++;
  CHECK(seen == 480);
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* ---- pages and batches ------------------------------------------------------------------------------------------ */

/* The size of the n-th entry's value in a page: some need pages of their own. */
static size_t size_in_page(int n) { return n % 3 == 1 ? 2500 : 40; }

/*
 * A page that is stored as a value, put from where it is stored. Its first entry is under its own key, which gives its
 * pages up to those that follow: it is small.
 */
static void test_page(int entries) {
  kinds_page page = kinds_new_page();
  clear();
  for (int i = 0; i < entries; i++) {
    char key[24];
    pack k = kinds_raw(key, key_of(i * 7 % entries, key));
    kinds_add(&page, false, &k);
    size_t size = make(memory, (uint32_t)i, size_in_page(i));
    unsigned char head[3] = {0xc5, (unsigned char)(size >> 8), (unsigned char)size};
    kinds_append(&page, head, sizeof head);
    kinds_append(&page, memory, size);
    kinds_set_count(&page, ++page.objects);
  }
  char at[24];
  size_t at_length = key_of(0, at), length = 0;
  IS(SLMDB_OK, slmdb_db_put(txn, db, scope, at, at_length, page.bytes, page.size, ERR));
  const void *value = lent(0, &length);
  slmdb_batch *batch = given_batch(env);
  IS(SLMDB_OK, slmdb_batch_put_many(batch, db, scope, value, length, ERR));
  IS(SLMDB_OK, slmdb_db_put_many(txn, db, scope, value, length, NULL, ERR));
  for (int i = 0; i < entries; i++) is(i * 7 % entries, (uint32_t)i, size_in_page(i));
  clear();
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR)); /* of bytes that have been written over */
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < entries; i++) is(i * 7 % entries, (uint32_t)i, size_in_page(i));
  free(page.bytes);
}

static void test_batch(size_t size) {
  char key[24];
  clear();
  slmdb_batch *batch = given_batch(env);
  for (int i = 0; i < 50; i++) {
    size_t length = 0, key_length = key_of(i + 100, key);
    put(i, (uint32_t)i, size);
    const void *value = lent(i, &length);
    IS(SLMDB_OK, slmdb_batch_put(batch, db, scope, key, key_length, value, length, ERR));
  }
  clear();
  for (int i = 0; i < 50; i++) put(i, 77, size);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_batch_submit(batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 50; i++) is(i + 100, (uint32_t)i, size);
}

/* ---- all -------------------------------------------------------------------------------------------------------- */

static void test_all(slmdb_db *in, const char *name, bool typed) {
  static const size_t sizes[] = {0, 1, 30, 700, 1999, 2100, 5000, LARGEST};
  db = in, word = name, typed_values = typed;
  for (int turn = 0; turn < 2; turn++) {
    slmdb_scope *own = given_scope("tenant_2");
    scope = turn ? own : NULL;
    txn = given_txn(env, SLMDB_WRITE);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      if (sizes[i] < 6000) test_spread(sizes[i]);
      if (sizes[i] > 0) test_self(sizes[i]);
      test_chain(sizes[i], sizes[(i + 1 + seed++ % 6) % 7]);
      test_popped(sizes[i]);
      if (sizes[i] < 6000) test_keys(sizes[i]);
      if (sizes[i] < 6000) test_batch(sizes[i]);
    }
    test_bounds();
    if (!typed)
      for (int entries = 1; entries < 400; entries = entries * 2 + 2) test_page(entries); /* never a multiple of 7 */
    clear();
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    IS(SLMDB_OK, slmdb_scope_close(own, ERR));
  }
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  slmdb_env_options o = given_env_options();
  o.map_size = 256 * MEBI;
  env = given_env_with(folder.path, &o);
  test_all(given_db(env, "bytes", SLMDB_BYTES), "bytes", false);
  test_all(given_heed(env, "h bytes", SLMDB_BYTES, 0, 0), "h bytes", false);
  test_all(given_db(env, "bytes key", SLMDB_BYTES_KEY), "bytes key", true);
  test_all(given_heed(env, "h bytes key", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_BYTES), "h bytes key", true);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("aliases");
}
