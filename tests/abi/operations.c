/* Does every operation on entries do what a plain table would, in all kinds and layouts, for each scope by itself? */
#include "kinds.h"

enum { SCOPES = 3, KEYS = 60, LEVELS = 4, STEPS = 5000, NONE = -1 };

/* What one scope holds: the number whose value is under the n-th key, or NONE. */
typedef int table[KEYS];

static slmdb_env *env;
static slmdb_db *db;
static const kinds_form *form;
static slmdb_scope *scopes[SCOPES]; /* the first is the default one */
static table stored[SCOPES], seen[LEVELS][SCOPES];
static slmdb_txn *txns[LEVELS]; /* the write transaction, its child, its child's child, ... */
static int level; /* the youngest of them; -1: there is none */
static int numbers;

static uint32_t state = 99991;

static uint32_t chance(uint32_t below) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

#define TXN txns[level]
#define SPOT TXN, db, scopes[s]
#define KEY key.bytes, key.size

static bool is_value(int number, const void *bytes, size_t size) {
  pack want = kinds_value(form, number);
  return pack_equal(&want, bytes, size);
}

static bool is_key(int n, const void *bytes, size_t size) {
  pack want = kinds_key(form, n);
  return pack_equal(&want, bytes, size);
}

/* ---- one entry -------------------------------------------------------------------------------------------------- */

static void get(int s, int n) {
  pack key = kinds_key(form, n);
  const void *value = NULL;
  size_t size = 0;
  int want = seen[level][s][n];
  static unsigned char copy[1200];
  bool contains = want == NONE;
  IS(want == NONE ? SLMDB_NOT_FOUND : SLMDB_OK, slmdb_db_get(SPOT, KEY, &value, &size, ERR));
  CHECK(want == NONE || is_value(want, value, size));
  IS(want == NONE ? SLMDB_NOT_FOUND : SLMDB_OK, slmdb_db_get_copy(SPOT, KEY, copy, sizeof copy, &size, ERR));
  CHECK(want == NONE || is_value(want, copy, size));
  IS(SLMDB_OK, slmdb_db_contains(SPOT, KEY, &contains, ERR));
  CHECK(contains == (want != NONE));
}

static void put_one(int s, int n) {
  int number = numbers++ % 2000, *is = &seen[level][s][n];
  pack key = kinds_key(form, n), value = kinds_value(form, number), expected = kinds_value(form, chance(2) ? *is : 7);
  const void *old = "", *unset = old;
  size_t size = 99;
  bool did = false;
  switch (chance(4)) {
    case 0:
      IS(SLMDB_OK, slmdb_db_put(SPOT, KEY, value.bytes, value.size, ERR));
      *is = number;
      break;
    case 1:
      IS(SLMDB_OK, slmdb_db_put_if_absent(SPOT, KEY, value.bytes, value.size, chance(2) ? &did : NULL, ERR));
      CHECK(!did || *is == NONE);
      if (*is == NONE) *is = number;
      break;
    case 2:
      did = *is == NONE;
      IS(SLMDB_OK, slmdb_db_replace(SPOT, KEY, value.bytes, value.size, &old, &size, &did, ERR));
      CHECK(did == (*is != NONE) && old != unset);
      CHECK(*is == NONE ? old == NULL && size == 0 : is_value(*is, old, size));
      *is = number;
      break;
    default:
      if (*is == NONE) expected = kinds_value(form, 7);
      IS(SLMDB_OK,
         slmdb_db_compare_and_swap(SPOT, KEY, expected.bytes, expected.size, value.bytes, value.size, &did, ERR));
      CHECK(did == (*is != NONE && is_value(*is, expected.bytes, expected.size)));
      if (did) *is = number;
  }
}

static void delete_one(int s, int n) {
  int *is = &seen[level][s][n];
  pack key = kinds_key(form, n);
  const void *old = NULL;
  size_t size = 0;
  bool deleted = *is == NONE;
  if (chance(2)) {
    IS(SLMDB_OK, slmdb_db_delete(SPOT, KEY, &deleted, ERR));
    CHECK(deleted == (*is != NONE));
  } else {
    IS(*is == NONE ? SLMDB_NOT_FOUND : SLMDB_OK, slmdb_db_pop(SPOT, KEY, &old, &size, ERR));
    CHECK(*is == NONE || is_value(*is, old, size));
  }
  *is = NONE;
}

/* The entry of the model that slmdb_db_find must find; NONE if there is none. */
static int found_by_model(int s, int which, int n) {
  const int *t = seen[level][s];
  bool down = which == SLMDB_LAST || which == SLMDB_AT_OR_BEFORE || which == SLMDB_BEFORE;
  int at = which == SLMDB_FIRST ? 0 : which == SLMDB_LAST ? KEYS - 1 : n;
  if (which == SLMDB_AFTER) at++;
  if (which == SLMDB_BEFORE) at--;
  while (at >= 0 && at < KEYS && t[at] == NONE) at += down ? -1 : 1;
  return at >= 0 && at < KEYS ? at : NONE;
}

static void find(int s, int n) {
  int which = 1 + (int)chance(6), want = found_by_model(s, which, n);
  pack key = kinds_key(form, n);
  const void *k = NULL, *v = NULL;
  size_t k_size = 0, v_size = 0;
  bool keyless = which <= SLMDB_LAST && chance(2);
  IS(want == NONE ? SLMDB_NOT_FOUND : SLMDB_OK,
     slmdb_db_find(SPOT, which, keyless ? NULL : key.bytes, keyless ? SIZE_MAX : key.size, &k, &k_size, &v, &v_size,
                   ERR));
  if (want != NONE) CHECK(is_key(want, k, k_size) && is_value(seen[level][s][want], v, v_size));
}

/* ---- many entries ----------------------------------------------------------------------------------------------- */

static void put_many(int s) {
  kinds_page page = kinds_new_page();
  int count = (int)chance(30);
  uint64_t told = 99;
  for (int i = 0; i < count; i++) {
    int n = (int)chance(KEYS), number = numbers++ % 2000;
    kinds_add_entry(&page, form, n, number);
    seen[level][s][n] = number; /* the last one of a key is kept */
  }
  IS(SLMDB_OK, slmdb_db_put_many(SPOT, page.bytes, page.size, &told, ERR));
  CHECK(told == (uint64_t)count);
  free(page.bytes);
}

static void get_many(int s) {
  static unsigned char buffer[80000];
  kinds_page page = kinds_new_page();
  int asked[40], count = (int)chance(40);
  size_t size = 0;
  for (int i = 0; i < count; i++) kinds_add_key(&page, form, asked[i] = (int)chance(KEYS));
  IS(SLMDB_OK, slmdb_db_get_many(SPOT, page.bytes, page.size, buffer, sizeof buffer, &size, ERR));
  pack_reader r = {buffer, buffer + size, false};
  CHECK(pack_array(&r) == 2 * (uint64_t)count);
  for (int i = 0; i < count; i++) {
    int want = seen[level][s][asked[i]];
    uint64_t there = pack_number(&r, 1);
    CHECK(there == (want == NONE ? PACK_FALSE : PACK_TRUE));
    CHECK(want == NONE ? pack_number(&r, 1) == PACK_NIL : kinds_reads_value(&r, form, want));
  }
  CHECK(!r.broken && r.at == r.end);
  free(page.bytes);
}

/* A range and the places in the table that it is: from `first` to before `end`. */
typedef struct extent {
  slmdb_range range;
  pack lower, upper;
  int first, end;
} extent;

static void some_extent(extent *e) {
  int low = (int)chance(KEYS), high = (int)chance(KEYS);
  bool prefix = kinds_has_prefixes(form) && chance(4) == 0;
  uint32_t reverse = SLMDB_RANGE_REVERSE * chance(2);
  e->range = given_range(prefix ? SLMDB_RANGE_PREFIX | reverse : chance(32));
  e->lower = prefix ? kinds_prefix(form, low) : kinds_key(form, low);
  e->upper = kinds_key(form, high);
  e->range.lower = e->lower.bytes, e->range.lower_length = e->lower.size;
  e->range.upper = e->upper.bytes, e->range.upper_length = e->upper.size;
  uint32_t flags = e->range.flags;
  e->first = !(flags & SLMDB_RANGE_LOWER) ? 0 : flags & SLMDB_RANGE_LOWER_EXCLUSIVE ? low + 1 : low;
  e->end = !(flags & SLMDB_RANGE_UPPER) ? KEYS : flags & SLMDB_RANGE_UPPER_EXCLUSIVE ? high : high + 1;
  if (prefix) e->first = low - low % 10, e->end = e->first + 10;
}

static int count_of(int s, const extent *e, bool remove) {
  int count = 0;
  for (int n = e->first; n < e->end; n++) {
    count += seen[level][s][n] != NONE;
    if (remove) seen[level][s][n] = NONE;
  }
  return count;
}

static void delete_many(int s) {
  extent e;
  some_extent(&e);
  uint64_t told = 999;
  if (chance(8)) {
    IS(SLMDB_OK, slmdb_db_delete_range(SPOT, &e.range, chance(2) ? &told : NULL, ERR));
  } else {
    e.first = 0, e.end = KEYS;
    IS(SLMDB_OK, slmdb_db_clear(SPOT, &told, ERR));
  }
  int count = count_of(s, &e, true);
  CHECK(told == 999 || told == (uint64_t)count);
}

static void measure(int s) {
  extent e;
  uint64_t told = 999, keys = 0, values = 0;
  bool empty = false;
  slmdb_db_stats stats;
  some_extent(&e);
  IS(SLMDB_OK, slmdb_db_count(SPOT, &e.range, &told, ERR));
  CHECK(told == (uint64_t)count_of(s, &e, false));
  e.first = 0, e.end = KEYS;
  int all = count_of(s, &e, false);
  stats.struct_size = sizeof stats;
  IS(SLMDB_OK, slmdb_db_stat(SPOT, &stats, ERR));
  for (int n = 0; n < KEYS; n++) {
    if (seen[level][s][n] == NONE) continue;
    keys += kinds_key(form, n).size;
    values += kinds_value(form, seen[level][s][n]).size;
  }
  CHECK(stats.entries == (uint64_t)all);
  CHECK(form->kind == SLMDB_TYPED || stats.key_bytes == keys); /* typed ones are stored in other bytes */
  CHECK(form->kind != SLMDB_BYTES || stats.value_bytes == values);
  IS(SLMDB_OK, slmdb_db_is_empty(SPOT, &empty, ERR));
  CHECK(empty == (all == 0));
}

/* A walk with seeks, by next; keys only, values only or both. */
static void walk(int s) {
  extent e;
  some_extent(&e);
  static const uint32_t part_flags[] = {0, SLMDB_RANGE_KEYS_ONLY, SLMDB_RANGE_VALUES_ONLY};
  uint32_t parts = chance(3);
  e.range.flags |= part_flags[parts];
  e.range.limit = chance(3) ? 0 : 1 + chance(20);
  uint64_t left = e.range.limit ? e.range.limit : KEYS * KEYS;
  slmdb_cursor *c = given_cursor(SPOT, &e.range);
  int step = e.range.flags & SLMDB_RANGE_REVERSE ? -1 : 1, at = step > 0 ? e.first : e.end - 1;
  for (int turns = 0; turns < 30; turns++) {
    const void *k = NULL, *v = NULL;
    size_t k_size = 0, v_size = 0;
    if (chance(8) == 0) {
      int n = (int)chance(KEYS);
      pack key = kinds_key(form, n);
      IS(SLMDB_OK, slmdb_cursor_seek(c, KEY, ERR));
      at = n;
      if (step > 0 && at < e.first) at = e.first;
      if (step < 0 && at >= e.end) at = e.end - 1;
    }
    while (at >= e.first && at < e.end && seen[level][s][at] == NONE) at += step;
    bool over = at < e.first || at >= e.end || left == 0;
    IS(over ? SLMDB_NOT_FOUND : SLMDB_OK, slmdb_cursor_next(c, &k, &k_size, &v, &v_size, ERR));
    if (over) continue;
    CHECK(parts == 2 ? k == NULL && k_size == 0 : is_key(at, k, k_size));
    CHECK(parts == 1 ? v == NULL && v_size == 0 : is_value(seen[level][s][at], v, v_size));
    at += step;
    left--; /* seeking back does not give it back */
  }
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* ---- transactions and batches ----------------------------------------------------------------------------------- */

static void begin(void) {
  slmdb_txn *txn = NULL;
  if (level < 0) txn = given_txn(env, SLMDB_WRITE);
  else NEED(IS(SLMDB_OK, slmdb_txn_child(TXN, &txn, ERR)));
  memcpy(seen[level + 1], level < 0 ? stored : seen[level], sizeof stored);
  txns[++level] = txn;
}

static void end(void) {
  bool keep = chance(3) != 0;
  IS(SLMDB_OK, keep ? slmdb_txn_commit(TXN, ERR) : slmdb_txn_abort(TXN, ERR));
  if (keep) memcpy(level ? seen[level - 1] : stored, seen[level], sizeof stored);
  level--;
}

/* The end of all, by the eldest: the younger ones' writes are dropped with it. */
static void abort_all(void) {
  IS(SLMDB_OK, slmdb_txn_abort(txns[0], ERR));
  level = -1;
}

static void take_status(void *user, const slmdb_error *result) { *(int32_t *)user = result->code; }

static uint64_t held_by(table *t, int s) {
  uint64_t held = 0;
  for (int k = 0; k < KEYS; k++) held += t[s][k] != NONE;
  return held;
}

enum { MOST_WRITES = 12 };

/* A batch of several writes; one that wants a key to be new which is not fails whole. */
static void run_batch(void) {
  bool deleted[MOST_WRITES], was[MOST_WRITES];
  uint64_t cleared[MOST_WRITES], held[MOST_WRITES];
  slmdb_batch *b = given_batch(env);
  table after[SCOPES];
  int32_t status = -1;
  bool fails = false;
  memcpy(after, stored, sizeof stored);
  memset(deleted, 0, sizeof deleted), memset(was, 0, sizeof was);
  memset(cleared, 0, sizeof cleared), memset(held, 0, sizeof held);
  for (int i = (int)chance(MOST_WRITES); i > 0; i--) {
    int s = (int)chance(SCOPES), n = (int)chance(KEYS), number = numbers++ % 2000, what = (int)chance(12);
    pack key = kinds_key(form, n), value = kinds_value(form, number);
    if (what < 5) IS(SLMDB_OK, slmdb_batch_put(b, db, scopes[s], KEY, value.bytes, value.size, ERR));
    else if (what < 8) IS(SLMDB_OK, slmdb_batch_delete(b, db, scopes[s], KEY, &deleted[i], ERR));
    else if (what < 9) IS(SLMDB_OK, slmdb_batch_put_if_absent(b, db, scopes[s], KEY, value.bytes, value.size, ERR));
    else if (what < 10) IS(SLMDB_OK, slmdb_batch_clear(b, db, scopes[s], &cleared[i], ERR));
    if (what >= 5 && what < 8) was[i] = after[s][n] != NONE;
    if (what == 9) held[i] = held_by(after, s);
    if (what == 8 && after[s][n] != NONE) fails = true;
    if (what == 9)
      for (int k = 0; k < KEYS; k++) after[s][k] = NONE;
    else if (what < 9) after[s][n] = what < 5 || what == 8 ? number : NONE;
    if (what < 10) continue;
    kinds_page page = kinds_new_page();
    for (int k = 0; k < 5; k++) {
      kinds_add_entry(&page, form, (n + k) % KEYS, number + k);
      after[s][(n + k) % KEYS] = number + k;
    }
    IS(SLMDB_OK, slmdb_batch_put_many(b, db, scopes[s], page.bytes, page.size, ERR));
    free(page.bytes);
  }
  IS(SLMDB_OK, slmdb_batch_submit(b, take_status, &status, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  CHECK(status == (fails ? SLMDB_KEY_EXISTS : SLMDB_OK));
  if (fails) return;
  memcpy(stored, after, sizeof stored);
  CHECK(memcmp(deleted, was, sizeof was) == 0 && memcmp(cleared, held, sizeof held) == 0);
}

/* Everything that is stored, read by a snapshot. */
static void compare_all(void) {
  txns[++level] = given_txn(env, SLMDB_READ);
  memcpy(seen[level], stored, sizeof stored);
  for (int s = 0; s < SCOPES; s++) {
    for (int n = 0; n < KEYS; n++) get(s, n);
    measure(s);
    find(s, (int)chance(KEYS));
    walk(s);
    get_many(s);
  }
  IS(SLMDB_OK, slmdb_txn_abort(TXN, ERR));
  level--;
}

static void step(void) {
  int s = (int)chance(SCOPES), n = (int)chance(KEYS);
  uint32_t what = chance(100);
  if (level < 0) {
    if (what < 10) compare_all();
    else if (what < 40) run_batch();
    else begin();
  } else if (what < 6) {
    if (level + 2 < LEVELS) begin(); /* one more is for reading */
  } else if (what < 15) {
    end();
  } else if (what < 16) {
    abort_all();
  } else if (what < 60) {
    static void (*const one[])(int, int) = {get, get, find, find, put_one, put_one, put_one, put_one, delete_one};
    one[chance(9)](s, n);
  } else {
    static void (*const many[])(int) = {put_many, put_many, put_many, get_many, measure, walk, walk, delete_many};
    many[chance(8)](s);
  }
}

static void test_form(const kinds_form *f) {
  form = f;
  db = kinds_open(env, f);
  level = -1;
  for (int s = 0; s < SCOPES; s++)
    for (int n = 0; n < KEYS; n++) stored[s][n] = NONE;
  unsigned long before = check_failed;
  for (int i = 0; i < STEPS && check_failed == before; i++) step();
  if (check_failed != before) fprintf(stderr, "  in the database of %s\n", f->name);
  if (level >= 0) abort_all();
  compare_all();
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  scopes[1] = given_scope("tenant_2");
  scopes[2] = given_scope("team32");
  for (int i = 0; i < KINDS; i++) test_form(&kinds_all[i]);
  for (int s = 1; s < SCOPES; s++) IS(SLMDB_OK, slmdb_scope_close(scopes[s], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("operations");
}
