/* Is a get that finds its place again the same as one that looks for it, whatever is closed, ended or changed meanwhile? */
#include "given.h"

enum { SCOPES = 7, DBS = 3, FIRST_BEYOND = 64 * 1024 };

static slmdb_env *env;

static const char *name_of(int i) {
  static char name[16];
  snprintf(name, sizeof name, "scope %d", i);
  return name;
}

static const char *value_of(int db, int scope) {
  static char value[32];
  snprintf(value, sizeof value, "db %d scope %d", db, scope);
  return value;
}

/* Gets by all four functions, twice: a place that was not known is known the second time. NULL: there is none. */
static void gets(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope, const char *key, const char *want) {
  for (int i = 0; i < 2; i++) {
    const void *value = NULL;
    size_t length = 0, copied = 0;
    char buffer[64];
    bool contains = want == NULL;
    int32_t status = want ? SLMDB_OK : SLMDB_NOT_FOUND;
    IS(status, slmdb_db_get(txn, db, scope, key, strlen(key), &value, &length, ERR));
    IS(status, slmdb_db_get_copy(txn, db, scope, key, strlen(key), buffer, sizeof buffer, &copied, ERR));
    slmdb_get_args args = {sizeof args, txn, db, scope, buffer, sizeof buffer, 0};
    IS(status, slmdb_db_get_args(&args, key, strlen(key), ERR));
    CHECK(args.value_length == copied && args.capacity == sizeof buffer);
    IS(SLMDB_OK, slmdb_db_contains(txn, db, scope, key, strlen(key), &contains, ERR));
    CHECK(contains == (want != NULL));
    if (!want) continue;
    CHECK(length == strlen(want) && memcmp(value, want, length) == 0);
    CHECK(copied == strlen(want) && memcmp(buffer, want, copied) == 0);
    IS(SLMDB_BUFFER_TOO_SMALL, slmdb_db_get_copy(txn, db, scope, key, strlen(key), buffer, strlen(want) - 1, &copied, ERR));
    CHECK(copied == strlen(want));
    args.capacity = strlen(want) - 1, args.value_length = 0;
    IS(SLMDB_BUFFER_TOO_SMALL, slmdb_db_get_args(&args, key, strlen(key), ERR));
    CHECK(args.value_length == strlen(want));
  }
}

/* More scopes and databases in turns than places are remembered, each with a value of its own under the same key. */
static void test_many_places(void) {
  slmdb_db *dbs[DBS];
  slmdb_scope *scopes[SCOPES];
  for (int i = 0; i < SCOPES; i++) scopes[i] = i ? given_scope(name_of(i)) : NULL;
  slmdb_txn *txn;
  for (int d = 0; d < DBS; d++) {
    char name[] = {'p', (char)('0' + d), 0};
    slmdb_db_options o = given_db_options(SLMDB_BYTES);
    if (d == 2) o.layout = SLMDB_LAYOUT_HEED;
    IS(SLMDB_OK, slmdb_db_open(env, name, 2, &o, &dbs[d], ERR));
  }
  txn = given_txn(env, SLMDB_WRITE);
  for (int d = 0; d < DBS; d++)
    for (int s = 0; s < SCOPES; s++) {
      given_put(txn, dbs[d], scopes[s], "k", value_of(d, s));
      gets(txn, dbs[d], scopes[s], "k", value_of(d, s)); /* in a write transaction too */
    }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  for (int i = 0; i < 4000; i++) {
    int d = (i * 7 + i / 11) % DBS, s = (i * 5 + i / 13) % SCOPES;
    gets(txn, dbs[d], scopes[s], "k", value_of(d, s));
    gets(txn, dbs[d], scopes[s], "other", NULL);
  }
  /* Limits are those of the database, wherever the place is known from. */
  char key[600];
  memset(key, 'k', sizeof key);
  bool contains;
  for (int d = 0; d < DBS; d++)
    for (int s = 0; s < 2; s++) {
      size_t most = d == 2 ? 499 : 507;
      gets(txn, dbs[d], scopes[s], "k", value_of(d, s));
      IS(SLMDB_OK, slmdb_db_contains(txn, dbs[d], scopes[s], key, most, &contains, ERR));
      IS(SLMDB_KEY_TOO_LONG, slmdb_db_contains(txn, dbs[d], scopes[s], key, most + 1, &contains, ERR));
      IS(SLMDB_INVALID_ARGUMENT, slmdb_db_contains(txn, dbs[d], scopes[s], NULL, 1, &contains, ERR));
    }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  for (int s = 1; s < SCOPES; s++) IS(SLMDB_OK, slmdb_scope_close(scopes[s], ERR));
  for (int d = 0; d < DBS; d++) IS(SLMDB_OK, slmdb_db_close(dbs[d], ERR));
}

/* A handle that was closed is closed, and another one in its slot is another one. */
static void test_closed(void) {
  slmdb_db *db = given_db(env, "closed", SLMDB_BYTES), *other = given_db(env, "other", SLMDB_BYTES);
  slmdb_scope *a = given_scope("a"), *b = given_scope("b");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, a, "k", "of a");
  given_put(txn, db, b, "k", "of b");
  given_put(txn, other, a, "k", "of the other");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  gets(txn, db, a, "k", "of a");
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  bool contains;
  IS(SLMDB_CLOSED, slmdb_db_contains(txn, db, a, "k", 1, &contains, ERR));
  b = given_scope("b");
  a = given_scope("a");
  gets(txn, db, a, "k", "of a");
  gets(txn, db, b, "k", "of b");
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
  IS(SLMDB_CLOSED, slmdb_db_contains(txn, db, a, "k", 1, &contains, ERR));
  gets(txn, other, a, "k", "of the other");
  gets(txn, other, b, "k", NULL);
  IS(SLMDB_INVALID_HANDLE, slmdb_db_contains(txn, (slmdb_db *)a, a, "k", 1, &contains, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_db_contains(txn, other, (slmdb_scope *)other, "k", 1, &contains, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_db_contains(txn, NULL, NULL, "k", 1, &contains, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_db_contains(NULL, other, a, "k", 1, &contains, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_TXN_ENDED, slmdb_db_contains(txn, other, a, "k", 1, &contains, ERR));
  slmdb_txn *next = given_txn(env, SLMDB_READ); /* most likely in the same slot */
  IS(SLMDB_TXN_ENDED, slmdb_db_contains(txn, other, a, "k", 1, &contains, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(next, ERR));
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  IS(SLMDB_OK, slmdb_db_close(other, ERR));
}

/* A handle of another type is no transaction, though it be in the slot of one whose places were known. */
static void test_other_types(void) {
  slmdb_db *db = given_db(env, "types", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("types");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  for (int i = 0; i < 20; i++) {
    txn = given_txn(env, SLMDB_READ);
    gets(txn, db, scope, "k", "v");
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    slmdb_scope *other = given_scope("in its slot");
    slmdb_txn *wrong = (slmdb_txn *)other;
    const void *value;
    size_t length;
    char buffer[100];
    bool is;
    IS(SLMDB_INVALID_HANDLE, slmdb_db_get(wrong, db, scope, "k", 1, &value, &length, ERR));
    IS(SLMDB_INVALID_HANDLE, slmdb_db_get_copy(wrong, db, scope, "k", 1, buffer, sizeof buffer, &length, ERR));
    IS(SLMDB_INVALID_HANDLE, slmdb_db_contains(wrong, db, scope, "k", 1, &is, ERR));
    IS(SLMDB_INVALID_HANDLE, slmdb_db_get_many(wrong, db, scope, "\x91\xc4\x01k", 4, buffer, sizeof buffer, &length, ERR));
    IS(SLMDB_INVALID_HANDLE, slmdb_txn_is_newest(wrong, &is, ERR));
    IS(SLMDB_OK, slmdb_scope_close(other, ERR));
  }
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A snapshot keeps a scope where it was; the next one finds where it is now, or that it is no more. */
static void test_snapshots(void) {
  slmdb_db *db = given_db(env, "snapshots", SLMDB_BYTES);
  slmdb_scope *a = given_scope("old"), *b = given_scope("new");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, a, "k", "first");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_txn *before = given_txn(env, SLMDB_READ);
  gets(before, db, a, "k", "first");
  gets(before, db, b, "k", NULL);
  txn = given_txn(env, SLMDB_WRITE);
  gets(txn, db, a, "k", "first");
  IS(SLMDB_OK, slmdb_registry_rename(txn, a, b, ERR));
  gets(txn, db, a, "k", NULL);
  gets(txn, db, b, "k", "first");
  given_put(txn, db, b, "k", "second");
  gets(txn, db, b, "k", "second");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_txn *between = given_txn(env, SLMDB_READ);
  gets(between, db, b, "k", "second");
  gets(before, db, a, "k", "first");
  txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_registry_drop(txn, b, NULL, ERR));
  gets(txn, db, b, "k", NULL);
  given_put(txn, db, a, "k", "third");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_txn *after = given_txn(env, SLMDB_READ);
  for (int i = 0; i < 3; i++) {
    gets(before, db, a, "k", "first");
    gets(before, db, b, "k", NULL);
    gets(between, db, a, "k", NULL);
    gets(between, db, b, "k", "second");
    gets(after, db, a, "k", "third");
    gets(after, db, b, "k", NULL);
  }
  slmdb_txn *all[] = {before, between, after};
  for (int i = 0; i < 3; i++) IS(SLMDB_OK, slmdb_txn_abort(all[i], ERR));
  /* A transaction in the slot of one that has ended knows nothing of what that one knew. */
  for (int i = 0; i < 4; i++) {
    slmdb_scope *is = i % 2 ? b : a, *was = i % 2 ? a : b;
    txn = given_txn(env, SLMDB_READ);
    gets(txn, db, is, "k", "third");
    gets(txn, db, was, "k", NULL);
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    txn = given_txn(env, SLMDB_WRITE);
    IS(SLMDB_OK, slmdb_registry_rename(txn, is, was, ERR));
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  }
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* ---- typed keys, which C writes as Go does --------------------------------------------------------------------- */

enum { KEYS = 4000, LONGEST = 80 };

static uint32_t dice_state = 1;

static uint32_t dice(uint32_t below) {
  dice_state = dice_state * 1664525u + 1013904223u;
  return (dice_state >> 8) % below;
}

static size_t head(unsigned char *out, unsigned char code, size_t bytes) {
  out[0] = code;
  for (size_t i = 1; i <= bytes; i++) out[i] = (unsigned char)(dice(3) ? dice(256) : dice(2) ? 0 : 0xff);
  return 1 + bytes;
}

static size_t run(unsigned char *out, int is_text) {
  size_t length = dice(9) ? dice(36) : 40;
  size_t at = 1;
  if (is_text) out[0] = (unsigned char)(0xa0 | length);
  if (is_text && (length > 31 || dice(4) == 0)) out[0] = 0xd9, out[at++] = (unsigned char)length;
  if (!is_text) out[0] = 0xc4, out[at++] = (unsigned char)length;
  for (size_t i = 0; i < length; i++) out[at + i] = (unsigned char)(dice(40) ? 'a' + dice(3) : dice(2) ? 0 : 0xc3);
  return at + length;
}

/* A key as MessagePack; some of them are none. */
static size_t wire_key(unsigned char *out, int depth) {
  static const unsigned char numbers[] = {0xcc, 1, 0xcd, 2, 0xce, 4, 0xcf, 8, 0xd0, 1, 0xd1, 2, 0xd2, 4, 0xd3, 8, 0xca, 4, 0xcb, 8};
  uint32_t which = dice(depth > 1 ? 8 : 10);
  if (which < 2) return run(out, 1);
  if (which < 3) return run(out, 0);
  if (which < 4) return head(out, (unsigned char)(dice(2) ? dice(0x80) : 0xe0 + dice(0x20)), 0);
  if (which < 7) {
    uint32_t i = 2 * dice(sizeof numbers / 2);
    return head(out, numbers[i], numbers[i + 1]);
  }
  if (which < 8) return head(out, (unsigned char)(0xc0 + dice(4)), 0);
  size_t count = dice(4), at = 1;
  out[0] = (unsigned char)(0x90 | count);
  while (count-- && at < LONGEST / 2) at += wire_key(out + at, depth + 1);
  return at - (dice(20) == 0);
}

/* A first get of a transaction asks Go, a later one C: both find the same, or refuse it alike. */
static void test_typed(void) {
  slmdb_db *db = given_db(env, "typed", SLMDB_TYPED);
  slmdb_scope *scope = given_scope("typed");
  static unsigned char keys[KEYS][4 * LONGEST];
  static size_t lengths[KEYS];
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < KEYS; i++) {
    unsigned char value[] = {0xcd, (unsigned char)(i >> 8), (unsigned char)i};
    lengths[i] = wire_key(keys[i], 0);
    if (i % 3) slmdb_db_put(txn, db, scope, keys[i], lengths[i], value, sizeof value, NULL);
  }
  given_put(txn, db, scope, "\xa1k", "\x01");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_txn *known = given_txn(env, SLMDB_READ);
  const void *found, *again;
  size_t length, again_length;
  IS(SLMDB_OK, slmdb_db_get(known, db, scope, "\xa1k", 2, &found, &length, ERR));
  int hits = 0;
  for (int i = 0; i < KEYS; i++) {
    txn = given_txn(env, SLMDB_READ);
    int32_t first = slmdb_db_get(txn, db, scope, keys[i], lengths[i], &found, &length, NULL);
    int32_t later = slmdb_db_get(known, db, scope, keys[i], lengths[i], &again, &again_length, NULL);
    if (!CHECK(first == later)) break;
    if (first == SLMDB_OK) CHECK(found == again && length == again_length), hits++;
    QUIET(SLMDB_OK, slmdb_txn_abort(txn, NULL));
  }
  CHECK(hits > KEYS / 4);
  IS(SLMDB_OK, slmdb_txn_abort(known, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* The longest key is as long in C as in Go, as it is stored. */
static void test_longest(void) {
  slmdb_db *db = given_db(env, "longest", SLMDB_TYPED);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  unsigned char key[3 + 600] = {0xda};
  memset(key + 3, 'k', 600);
  for (size_t n = 503; n < 507; n++) {
    key[1] = (unsigned char)(n >> 8), key[2] = (unsigned char)n;
    IS(n <= 505 ? SLMDB_OK : SLMDB_KEY_TOO_LONG, slmdb_db_put(txn, db, NULL, key, 3 + n, "\x01", 1, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  bool contains;
  const void *found;
  size_t length;
  for (int round = 0; round < 2; round++)
    for (size_t n = 500; n < 600; n++) {
      key[1] = (unsigned char)(n >> 8), key[2] = (unsigned char)n;
      int32_t want = n > 505 ? SLMDB_KEY_TOO_LONG : n < 503 ? SLMDB_NOT_FOUND : SLMDB_OK;
      IS(want, slmdb_db_get(txn, db, NULL, key, 3 + n, &found, &length, ERR));
      IS(n > 505 ? want : SLMDB_OK, slmdb_db_contains(txn, db, NULL, key, 3 + n, &contains, ERR));
    }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* Newest until somebody commits, whether C knows a place of the transaction or not. */
static void test_newest(void) {
  slmdb_db *db = given_db(env, "newest", SLMDB_BYTES);
  for (int known = 0; known < 2; known++) {
    slmdb_txn *writer = given_txn(env, SLMDB_WRITE);
    given_put(writer, db, NULL, "k", "v");
    IS(SLMDB_OK, slmdb_txn_commit(writer, ERR));
    slmdb_txn *txn = given_txn(env, SLMDB_READ);
    if (known) gets(txn, db, NULL, "k", "v");
    bool newest = false;
    IS(SLMDB_OK, slmdb_txn_is_newest(txn, &newest, ERR));
    CHECK(newest);
    IS(SLMDB_INVALID_ARGUMENT, slmdb_txn_is_newest(txn, NULL, ERR));
    writer = given_txn(env, SLMDB_WRITE);
    given_put(writer, db, NULL, "k", "w");
    IS(SLMDB_OK, slmdb_txn_is_newest(txn, &newest, ERR));
    CHECK(newest); /* not committed */
    IS(SLMDB_OK, slmdb_txn_is_newest(writer, &newest, ERR));
    CHECK(newest);
    IS(SLMDB_OK, slmdb_txn_commit(writer, ERR));
    IS(SLMDB_OK, slmdb_txn_is_newest(txn, &newest, ERR));
    CHECK(!newest);
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    IS(SLMDB_TXN_ENDED, slmdb_txn_is_newest(txn, &newest, ERR));
  }
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* Handles beyond those that are mirrored for C work as well. */
static void test_beyond(void) {
  slmdb_db *db = given_db(env, "beyond", SLMDB_BYTES);
  slmdb_scope **filler = (slmdb_scope **)malloc(FIRST_BEYOND * sizeof *filler);
  for (int i = 0; i < FIRST_BEYOND; i++) QUIET(SLMDB_OK, slmdb_scope_open("filler", 6, &filler[i], NULL));
  slmdb_scope *scope = given_scope("beyond");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, scope, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  gets(txn, db, scope, "k", "v");
  gets(txn, db, filler[0], "k", NULL);
  /* A transaction in a mirrored slot, and a scope beyond. */
  QUIET(SLMDB_OK, slmdb_scope_close(filler[7], NULL));
  slmdb_txn *mirrored = given_txn(env, SLMDB_READ);
  gets(mirrored, db, scope, "k", "v");
  IS(SLMDB_OK, slmdb_txn_abort(mirrored, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  for (int i = 0; i < FIRST_BEYOND; i++)
    if (i != 7) QUIET(SLMDB_OK, slmdb_scope_close(filler[i], NULL));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
  free(filler);
}

/* What is hidden in the unnamed database stays hidden. */
static void test_unnamed(void) {
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  o.unnamed_default = true;
  slmdb_db *db = NULL;
  IS(SLMDB_OK, slmdb_db_open(env, "unnamed", 7, &o, &db, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, NULL, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  gets(txn, db, NULL, "k", "v");
  gets(txn, db, NULL, "unnamed_scoped", NULL);
  gets(txn, db, NULL, "__scoped_lmdb", NULL);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

/* A page of up to 20 keys, some of which are there, and now and then something that is no such page. */
static size_t any_keys(unsigned *seed, unsigned char *page) {
#define ROLL(sides) ((*seed = *seed * 1103515245u + 12345u) >> 16) % (sides)
  unsigned count = ROLL(8) ? ROLL(20) : ROLL(200), said = ROLL(30) ? count : count + 1;
  size_t size = 0;
  switch (ROLL(3)) {
    case 0: if (said < 16) { page[size++] = (unsigned char)(0x90 | said); break; } /* fall through */
    case 1: page[size++] = 0xdc, page[size++] = 0, page[size++] = (unsigned char)said; break;
    default: page[size++] = 0xdd, page[size++] = 0, page[size++] = 0, page[size++] = 0, page[size++] = (unsigned char)said;
  }
  for (unsigned i = 0; i < count; i++) {
    size_t length = ROLL(100) ? 4 : ROLL(520);
    if (ROLL(60) == 0) page[size++] = (unsigned char)ROLL(256);
    if (length > 255 || ROLL(8) == 0) page[size++] = 0xc5, page[size++] = (unsigned char)(length >> 8), page[size++] = (unsigned char)length;
    else page[size++] = 0xc4, page[size++] = (unsigned char)length;
    for (size_t at = 0; at < length; at++) page[size++] = (unsigned char)(at == 3 ? 'a' + ROLL(20) : 'k');
  }
  if (ROLL(20) == 0) size -= size > 3 ? ROLL(3) : 0;
  if (ROLL(30) == 0) page[size++] = 0xc0;
  return size;
#undef ROLL
}

/* Many gets at once, of more keys than C looks up together too: C writes the page that Go writes, and leaves to Go what it refuses. */
static void test_many(void) {
  slmdb_db *db = given_db(env, "many", SLMDB_BYTES);
  slmdb_scope *scope = given_scope("many");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  static char value[70000];
  static unsigned char keys[40000], answers[2][4000000];
  const size_t sizes[] = {0, 1, 255, 256, 65535, 65536, 17};
  for (int i = 0; i < 14; i += 2) {
    memset(value, 'a' + i, sizeof value);
    const char key[] = {'k', 'k', 'k', (char)('a' + i)};
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key, 4, value, sizes[i / 2], ERR));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  slmdb_txn *both[] = {given_txn(env, SLMDB_READ), given_txn(env, SLMDB_WRITE)};
  unsigned seed = 7, refused = 0;
  gets(both[0], db, scope, "kkkc", "c"); /* so that C knows the place */
  for (int i = 0; i < 5000; i++) {
    size_t size = any_keys(&seed, keys), lengths[2] = {0, 0}, room = i % 5 == 0 ? (size_t)i * 13 % 3000 : sizeof answers[0];
    int32_t status[2];
    for (int t = 0; t < 2; t++)
      status[t] = slmdb_db_get_many(both[t], db, scope, keys, size, answers[t], room, &lengths[t], NULL);
    CHECK(status[0] == status[1] && lengths[0] == lengths[1]);
    if (status[0] != SLMDB_OK) refused++;
    else CHECK(memcmp(answers[0], answers[1], lengths[0]) == 0);
  }
  CHECK(refused > 500 && refused < 4000);
  /* Where the answer goes over the keys, they are read first. */
  const unsigned char asked[] = {0x93, 0xc4, 4, 'k', 'k', 'k', 'm', 0xc4, 4, 'k', 'k', 'k', 'x', 0xc4, 4, 'k', 'k', 'k', 'c'};
  size_t lengths[2] = {0, 0};
  for (int t = 0; t < 2; t++) {
    memcpy(answers[t] + 3, asked, sizeof asked);
    IS(SLMDB_OK, slmdb_db_get_many(both[t], db, scope, answers[t] + 3, sizeof asked, answers[t], 100, &lengths[t], ERR));
  }
  CHECK(lengths[0] == lengths[1] && memcmp(answers[0], answers[1], lengths[0]) == 0);
  for (int t = 0; t < 2; t++) IS(SLMDB_OK, slmdb_txn_abort(both[t], ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_db_close(db, ERR));
}

int main(void) {
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  test_many_places();
  test_closed();
  test_other_types();
  test_snapshots();
  test_typed();
  test_longest();
  test_newest();
  test_unnamed();
  test_many();
  test_beyond();
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  check_remove_folder(&folder);
  return check_end("direct");
}
