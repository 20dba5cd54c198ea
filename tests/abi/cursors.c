/* Do cursors give exactly the entries of a range, in order, one by one and in pages, whatever the layout and kind? */
#include "given.h"
#include "pack.h"

enum { KEYS = 120, ROUNDS = 400 };

typedef struct key {
  unsigned char bytes[16];
  size_t size;
} key;

/* The keys that every scope holds, sorted; the value under keys[i] is i. */
static key keys[KEYS];

static uint32_t state = 12345;

static uint32_t chance(uint32_t below) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

static int compare(const void *a, const void *b) {
  const key *x = (const key *)a, *y = (const key *)b;
  int d = memcmp(x->bytes, y->bytes, x->size < y->size ? x->size : y->size);
  return d ? d : (x->size > y->size) - (x->size < y->size);
}

/* Few different bytes and lengths, the extreme ones among them: keys that are prefixes and neighbours of each other. */
static key random_key(size_t shortest) {
  static const unsigned char alphabet[] = {0x00, 0x01, 'a', 'b', 0xfe, 0xff};
  key k;
  memset(&k, 0, sizeof k);
  k.size = shortest + chance(chance(8) ? 4 : 13);
  for (size_t i = 0; i < k.size; i++) k.bytes[i] = alphabet[chance(sizeof alphabet)];
  return k;
}

static void make_keys(void) {
  for (size_t n = 0; n < KEYS;) {
    bool known = false;
    keys[n] = random_key(1);
    for (size_t i = 0; i < n; i++) known = known || compare(&keys[i], &keys[n]) == 0;
    n += !known;
  }
  qsort(keys, KEYS, sizeof *keys, compare);
}

/* A raw key as this database takes it: as it is, or as a `bin` object. */
static pack wire(int32_t kind, const key *k) {
  pack p;
  if (kind == SLMDB_TYPED) return pack_bytes(k->bytes, k->size);
  p.size = 0;
  return pack_body(p, k->bytes, k->size);
}

static void fill(slmdb_env *env, slmdb_db *db, int32_t kind, slmdb_scope *const scopes[], size_t n) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (size_t s = 0; s < n; s++)
    for (size_t i = 0; i < KEYS; i++) {
      size_t at = (i * 7) % KEYS; /* in no order */
      pack k = wire(kind, &keys[at]), v = pack_uint(at);
      NEED(IS(SLMDB_OK, slmdb_db_put(txn, db, scopes[s], k.bytes, k.size, v.bytes, v.size, ERR)));
    }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

/* A range and what it must give: keys[first] to keys[end - 1], `count` of them from the end that it starts at. */
typedef struct question {
  slmdb_range range;
  pack lower, upper;
  long first, end, count;
} question;

static bool within(const question *q, const key *k, const key *lower, const key *upper) {
  int low = compare(k, lower), high = compare(k, upper);
  if ((q->range.flags & SLMDB_RANGE_LOWER) && (low < 0 || (low == 0 && (q->range.flags & SLMDB_RANGE_LOWER_EXCLUSIVE))))
    return false;
  return !(q->range.flags & SLMDB_RANGE_UPPER) || high < 0 ||
         (high == 0 && !(q->range.flags & SLMDB_RANGE_UPPER_EXCLUSIVE));
}

static void ask(question *q, int32_t kind) {
  key lower = chance(2) ? keys[chance(KEYS)] : random_key(0), upper = chance(2) ? keys[chance(KEYS)] : random_key(0);
  memset(q, 0, sizeof *q);
  q->range = given_range(chance(32));
  q->range.limit = chance(3) ? 0 : 1 + chance(KEYS + 10);
  q->lower = wire(kind, &lower);
  q->upper = wire(kind, &upper);
  q->range.lower = q->lower.bytes, q->range.lower_length = q->lower.size;
  q->range.upper = q->upper.bytes, q->range.upper_length = q->upper.size;
  while (q->first < KEYS && !within(q, &keys[q->first], &lower, &upper)) q->first++;
  q->end = q->first;
  while (q->end < KEYS && within(q, &keys[q->end], &lower, &upper)) q->end++;
  q->count = q->end - q->first;
  if (q->range.limit && (uint64_t)q->count > q->range.limit) q->count = (long)q->range.limit;
}

/* Which key the n-th answer must be. */
static size_t answer(const question *q, long n) {
  return (size_t)(q->range.flags & SLMDB_RANGE_REVERSE ? q->end - 1 - n : q->first + n);
}

static bool is_answer(int32_t kind, size_t at, const void *k, size_t k_size, const void *v, size_t v_size) {
  pack want_key = wire(kind, &keys[at]), want_value = pack_uint(at);
  return pack_equal(&want_key, k, k_size) && pack_equal(&want_value, v, v_size);
}

static void walk_by_next(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int32_t kind, const question *q) {
  slmdb_cursor *c = given_cursor(txn, db, scope, &q->range);
  const void *k, *v;
  size_t k_size, v_size;
  for (long n = 0; n < q->count; n++) {
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR))) break;
    CHECK(is_answer(kind, answer(q, n), k, k_size, v, v_size));
  }
  for (int twice = 0; twice < 2; twice++) IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* One object of a page: a raw key or value is a `bin`, a typed one is as it is. */
static size_t read_part(pack_reader *r, bool typed, const unsigned char **part) {
  return typed ? pack_skip(r, part) : pack_read_body(r, part);
}

/* Reads a page that must go on with the n-th answer; how many entries it has. */
static long read_page(const unsigned char *page, size_t size, int32_t kind, const question *q, long n) {
  pack_reader r = {page, page + size, false};
  uint64_t objects = pack_array(&r);
  CHECK(objects % 2 == 0);
  for (uint64_t i = 0; i < objects / 2 && !r.broken; i++) {
    const unsigned char *k, *v;
    size_t k_size = read_part(&r, kind == SLMDB_TYPED, &k), v_size = read_part(&r, kind != SLMDB_BYTES, &v);
    CHECK(n + (long)i < q->count && is_answer(kind, answer(q, n + (long)i), k, k_size, v, v_size));
  }
  CHECK(!r.broken && r.at == r.end);
  return (long)(objects / 2);
}

/* By pages of several sizes. Each page is memory of exactly its capacity, so that a sanitizer sees a byte too many. */
static void walk_by_page(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int32_t kind, const question *q) {
  slmdb_cursor *c = given_cursor(txn, db, scope, &q->range);
  bool more = true;
  for (long n = 0; more;) {
    size_t capacity = chance(4) ? 5 + chance(200) : 4096, most = chance(2) ? 0 : 1 + chance(9), length = 0;
    unsigned char *page = (unsigned char *)malloc(capacity);
    int32_t status = slmdb_cursor_page(c, page, capacity, most, &length, &more, NULL);
    if (status == SLMDB_BUFFER_TOO_SMALL) {
      CHECK(length > capacity && length < 64);
      page = (unsigned char *)realloc(page, capacity = length);
      status = slmdb_cursor_page(c, page, capacity, most, &length, &more, NULL);
    }
    if (!CHECK(status == SLMDB_OK && length <= capacity)) more = false;
    long got = more || status == SLMDB_OK ? read_page(page, length, kind, q, n) : 0;
    CHECK(!more || got > 0);
    CHECK(most == 0 || got <= (long)most);
    n += got;
    CHECK(more == (n < q->count));
    free(page);
  }
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* Next and pages by turns are one walk. */
static void walk_by_both(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, int32_t kind, const question *q) {
  slmdb_cursor *c = given_cursor(txn, db, scope, &q->range);
  unsigned char page[256];
  const void *k, *v;
  size_t k_size, v_size, length;
  bool more = true;
  for (long n = 0; n < q->count;) {
    if (chance(2)) {
      if (!IS(SLMDB_OK, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR))) break;
      CHECK(is_answer(kind, answer(q, n++), k, k_size, v, v_size));
    } else if (chance(4) == 0) {
      IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, page, 6, 0, &length, &more, ERR)); /* and does not move */
    } else {
      IS(SLMDB_OK, slmdb_cursor_page(c, page, sizeof page, 1 + chance(3), &length, &more, ERR));
      n += read_page(page, length, kind, q, n);
    }
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_page(c, page, sizeof page, 0, &length, &more, ERR));
  CHECK(!more && read_page(page, length, kind, q, q->count) == 0);
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

static void test_ranges(slmdb_env *env, slmdb_db *db, int32_t kind) {
  slmdb_scope *scopes[3] = {NULL, given_scope("tenant_2"), given_scope("team32")};
  slmdb_scope *nobody = given_scope("nobody");
  fill(env, db, kind, scopes, 3);
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  for (int i = 0; i < ROUNDS; i++) {
    question q;
    ask(&q, kind);
    walk_by_next(txn, db, scopes[i % 3], kind, &q);
    walk_by_page(txn, db, scopes[i % 3], kind, &q);
    walk_by_both(txn, db, scopes[i % 3], kind, &q);
    q.count = 0;
    walk_by_next(txn, db, nobody, kind, &q);
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  for (int s = 1; s < 3; s++) IS(SLMDB_OK, slmdb_scope_close(scopes[s], ERR));
  IS(SLMDB_OK, slmdb_scope_close(nobody, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A buffer that is too small is answered with a capacity that is enough, were there no buffer at all. */
static void test_enough(slmdb_env *env) {
  slmdb_db *db = given_db(env, "pages", SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  unsigned char page[64];
  size_t length = 0;
  bool more = false;
  given_put(txn, db, NULL, "key", "a value");
  for (size_t capacity = 0; capacity < 19; capacity++) {
    slmdb_cursor *c = given_cursor(txn, db, NULL, NULL);
    IS(SLMDB_BUFFER_TOO_SMALL, slmdb_cursor_page(c, capacity ? page : NULL, capacity, 0, &length, &more, ERR));
    CHECK(length <= sizeof page);
    IS(SLMDB_OK, slmdb_cursor_page(c, page, length, 0, &length, &more, ERR));
    IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* The empty text is a key, and as a bound it is one: the least of all. */
static void test_empty_text(slmdb_env *env, slmdb_db *db) {
  static const struct {
    uint32_t flags;
    size_t count;
  } expected[] = {{0, 2}, {SLMDB_RANGE_LOWER, 2}, {SLMDB_RANGE_LOWER | SLMDB_RANGE_LOWER_EXCLUSIVE, 1},
                  {SLMDB_RANGE_UPPER, 1}, {SLMDB_RANGE_UPPER | SLMDB_RANGE_UPPER_EXCLUSIVE, 0}};
  slmdb_scope *s = given_scope("texts");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  pack empty = pack_text(""), a = pack_text("a");
  IS(SLMDB_OK, slmdb_db_put(txn, db, s, empty.bytes, empty.size, a.bytes, a.size, ERR));
  IS(SLMDB_OK, slmdb_db_put(txn, db, s, a.bytes, a.size, a.bytes, a.size, ERR));
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const void *k, *v;
    size_t k_size, v_size, n = 0;
    slmdb_range range = given_range(expected[i].flags);
    range.lower = range.upper = empty.bytes;
    range.lower_length = range.upper_length = empty.size;
    slmdb_cursor *c = given_cursor(txn, db, s, &range);
    while (slmdb_cursor_next(c, &k, &k_size, &v, &v_size, NULL) == SLMDB_OK) n++;
    CHECK(n == expected[i].count);
    IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* In a write transaction a cursor goes on rightly after puts and deletes, of entries behind it, before it and under it. */
static void test_writes(slmdb_env *env, slmdb_db *db, uint32_t flags) {
  slmdb_scope *s = given_scope("written");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  char name[8];
  bool reverse = flags & SLMDB_RANGE_REVERSE;
  for (int i = 300; i < 400; i += 2) {
    snprintf(name, sizeof name, "%d", i);
    given_put(txn, db, s, name, name);
  }
  slmdb_range range = given_range(flags);
  slmdb_cursor *c = given_cursor(txn, db, s, &range);
  const void *k, *v;
  size_t k_size, v_size;
  for (int n = 0; n < 50; n++) {
    int at = reverse ? 398 - 2 * n : 300 + 2 * n;
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR))) break;
    snprintf(name, sizeof name, "%d", at);
    CHECK(k_size == 3 && memcmp(k, name, 3) == 0 && v_size == 3 && memcmp(v, name, 3) == 0);
    IS(SLMDB_OK, slmdb_db_delete(txn, db, s, name, 3, NULL, ERR)); /* the entry that it is at */
    snprintf(name, sizeof name, "%d", reverse ? at + 1 : at - 1);
    given_put(txn, db, s, name, "behind");
  }
  given_put(txn, db, s, reverse ? "000" : "999", "ahead");
  IS(SLMDB_OK, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
  CHECK(k_size == 3 && memcmp(k, reverse ? "000" : "999", 3) == 0);
  IS(SLMDB_OK, slmdb_db_clear(txn, db, s, NULL, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_CLOSED, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
  IS(SLMDB_OK, slmdb_scope_close(s, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  slmdb_env *env = given_env(folder.path);
  make_keys();
  test_ranges(env, given_db(env, "bytes", SLMDB_BYTES), SLMDB_BYTES);
  test_ranges(env, given_db(env, "bytes key", SLMDB_BYTES_KEY), SLMDB_BYTES_KEY);
  test_ranges(env, given_db(env, "typed", SLMDB_TYPED), SLMDB_TYPED);
  test_ranges(env, given_heed(env, "h bytes", SLMDB_BYTES, 0, 0), SLMDB_BYTES);
  test_ranges(env, given_heed(env, "h bytes key", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U64), SLMDB_BYTES_KEY);
  test_ranges(env, given_heed(env, "h typed", SLMDB_TYPED, SLMDB_TYPE_BYTES, SLMDB_TYPE_U16), SLMDB_TYPED);
  test_enough(env);
  test_empty_text(env, given_db(env, "texts", SLMDB_TYPED));
  test_empty_text(env, given_heed(env, "h texts", SLMDB_TYPED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT));
  slmdb_db *ordered = given_db(env, "bytes", SLMDB_BYTES), *heed = given_db(env, "h bytes", SLMDB_BYTES);
  test_writes(env, ordered, 0);
  test_writes(env, ordered, SLMDB_RANGE_REVERSE);
  test_writes(env, heed, 0);
  test_writes(env, heed, SLMDB_RANGE_REVERSE);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("cursors");
}
