/* Is an environment that the Rust crate scoped-heed wrote read, walked and changed entry by entry as it must be? */
#include "given.h"
#include "pack.h"

/* What expected.jsonl says, as tables.py writes it. */
typedef struct entry {
  char db[16];
  char scope[64];
  pack key, value; /* as they cross the ABI */
} entry;

typedef struct named {
  char name[64];
  uint32_t id;
} named;

enum { MOST_ENTRIES = 8000, MOST_SCOPES = 16 };

static entry *entries;
static size_t entry_count;
static named names[MOST_SCOPES];
static size_t name_count;

static const struct {
  const char *name;
  int32_t kind, key_type, value_type;
} databases[] = {{"blobs", SLMDB_BYTES, 0, 0},
                 {"counts", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U64},
                 {"config", SLMDB_TYPED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT},
                 {"ids", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_TEXT}};
enum { DATABASES = sizeof databases / sizeof *databases };

/* ---- reading the table ------------------------------------------------------------------------------------------ */

static size_t unhex(const char *hex, unsigned char *bytes) {
  size_t n = 0;
  if (strcmp(hex, "-") == 0) return 0;
  for (unsigned byte; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++) bytes[n] = (unsigned char)byte;
  return n;
}

/* A number in decimal digits. */
static pack number_of(const unsigned char *digits, size_t size) {
  char text[32];
  snprintf(text, sizeof text, "%.*s", (int)size, (const char *)digits);
  return pack_uint(strtoull(text, NULL, 10));
}

static void read_entry(const char *db, const char *scope, const char *key_hex, const char *value_hex) {
  unsigned char key[1024], value[1024];
  size_t key_size = unhex(key_hex, key), value_size = unhex(value_hex, value);
  NEED(entry_count < MOST_ENTRIES);
  entry *e = &entries[entry_count++];
  snprintf(e->db, sizeof e->db, "%s", db);
  snprintf(e->scope, sizeof e->scope, "%s", scope);
  e->key.size = e->value.size = 0;
  if (strcmp(db, "config") == 0) e->key = pack_text_of(key, key_size);
  else if (strcmp(db, "ids") == 0) e->key = number_of(key, key_size);
  else e->key = pack_body(e->key, key, key_size);
  if (strcmp(db, "blobs") == 0) e->value = pack_body(e->value, value, value_size);
  else if (strcmp(db, "counts") == 0) e->value = number_of(value, value_size);
  else e->value = pack_text_of(value, value_size);
}

static void read_table(const char *path) {
  static char db[16], scope[128], key[2100], value[2100];
  char name[64];
  FILE *file = fopen(path, "r");
  NEED(file != NULL);
  entries = (entry *)calloc(MOST_ENTRIES, sizeof *entries);
  NEED(entries != NULL);
  while (fscanf(file, "%15s %127s %2099s", db, scope, key) == 3) {
    name[unhex(scope, (unsigned char *)name)] = 0;
    if (strcmp(db, "scope") == 0) {
      NEED(name_count < MOST_SCOPES);
      snprintf(names[name_count].name, sizeof names->name, "%s", name);
      names[name_count++].id = (uint32_t)strtoul(key, NULL, 10);
    } else {
      NEED(fscanf(file, "%2099s", value) == 1);
      read_entry(db, name, key, value);
    }
  }
  fclose(file);
  CHECK(entry_count == 6183 && name_count == 9);
}

/* ---- the order of keys ------------------------------------------------------------------------------------------ */

static int compare_bytes(const void *a, size_t a_size, const void *b, size_t b_size) {
  int d = memcmp(a, b, a_size < b_size ? a_size : b_size);
  return d ? d : (a_size > b_size) - (a_size < b_size);
}

static uint64_t integer_of(const pack *p) {
  pack_reader r = {p->bytes, p->bytes + p->size, false};
  return pack_read_uint(&r);
}

static int compare_keys(const entry *a, const entry *b) {
  if (strcmp(a->db, "ids") == 0) {
    uint64_t x = integer_of(&a->key), y = integer_of(&b->key);
    return (x > y) - (x < y);
  }
  if (strcmp(a->db, "config") == 0) {
    const unsigned char *x, *y;
    pack_reader r = {a->key.bytes, a->key.bytes + a->key.size, false};
    pack_reader s = {b->key.bytes, b->key.bytes + b->key.size, false};
    size_t x_size = pack_read_body(&r, &x), y_size = pack_read_body(&s, &y);
    return compare_bytes(x, x_size, y, y_size);
  }
  return compare_bytes(a->key.bytes, a->key.size, b->key.bytes, b->key.size);
}

/* By database and scope, then in the order that a walk must have. */
static int compare_entries(const void *left, const void *right) {
  const entry *a = (const entry *)left, *b = (const entry *)right;
  int d = strcmp(a->db, b->db);
  if (d == 0) d = strcmp(a->scope, b->scope);
  return d ? d : compare_keys(a, b);
}

/* A scope's entries of a database; how many. */
static size_t group(const char *db, const char *scope, const entry **first) {
  size_t n = 0;
  for (size_t i = 0; i < entry_count; i++)
    if (strcmp(entries[i].db, db) == 0 && strcmp(entries[i].scope, scope) == 0 && n++ == 0) *first = &entries[i];
  return n;
}

static slmdb_scope *scope_of(const char *name) { return *name ? given_scope(name) : NULL; }

static void close_scope(slmdb_scope *scope) {
  if (scope) IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
}

/* ---- the questions ---------------------------------------------------------------------------------------------- */

/* Exactly these entries in this order, or in the reverse one. */
static void is_walk(slmdb_cursor *c, const entry *first, size_t n, bool reverse) {
  const void *key, *value;
  size_t key_size, value_size;
  for (size_t i = 0; i < n; i++) {
    const entry *e = reverse ? first + n - 1 - i : first + i;
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR))) break;
    CHECK(pack_equal(&e->key, key, key_size));
    CHECK(pack_equal(&e->value, value, value_size));
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* All that a scope holds in a database, by get and by walks. */
static void is_whole(slmdb_txn *txn, slmdb_db *db, const char *db_name, const char *scope_name) {
  const entry *first = NULL;
  size_t n = group(db_name, scope_name, &first), size;
  slmdb_scope *scope = scope_of(scope_name);
  const void *value;
  for (size_t i = 0; i < n; i++) {
    if (!IS(SLMDB_OK, slmdb_db_get(txn, db, scope, first[i].key.bytes, first[i].key.size, &value, &size, ERR))) continue;
    CHECK(pack_equal(&first[i].value, value, size));
  }
  slmdb_range backwards = given_range(SLMDB_RANGE_REVERSE);
  is_walk(given_cursor(txn, db, scope, NULL), first, n, false);
  is_walk(given_cursor(txn, db, scope, &backwards), first, n, true);
  close_scope(scope);
}

/* From every seventh key on, and up to it, with and without it, both ways: no neighbour's entry, none of ours missing. */
static void is_whole_in_parts(slmdb_txn *txn, slmdb_db *db, const char *db_name, const char *scope_name) {
  const entry *first = NULL;
  size_t n = group(db_name, scope_name, &first);
  slmdb_scope *scope = scope_of(scope_name);
  for (size_t i = 0; i < n; i += 7) {
    for (uint32_t bits = 0; bits < 8; bits++) {
      bool lower = bits & 1, exclusive = bits & 2, reverse = bits & 4;
      slmdb_range r = given_range(lower ? SLMDB_RANGE_LOWER : SLMDB_RANGE_UPPER);
      if (reverse) r.flags |= SLMDB_RANGE_REVERSE;
      if (exclusive) r.flags |= lower ? SLMDB_RANGE_LOWER_EXCLUSIVE : SLMDB_RANGE_UPPER_EXCLUSIVE;
      r.lower = r.upper = first[i].key.bytes;
      r.lower_length = r.upper_length = first[i].key.size;
      size_t from = lower ? i + exclusive : 0, to = lower ? n : i + !exclusive;
      is_walk(given_cursor(txn, db, scope, &r), first + from, to - from, reverse);
    }
  }
  close_scope(scope);
}

static int compare_names(const void *a, const void *b) { return strcmp(((const named *)a)->name, ((const named *)b)->name); }

static void is_registry(slmdb_txn *txn) {
  slmdb_cursor *c = NULL;
  const void *name, *id;
  size_t name_size, id_size;
  qsort(names, name_count, sizeof *names, compare_names);
  NEED(IS(SLMDB_OK, slmdb_registry_list(txn, &c, ERR)));
  for (size_t i = 0; i < name_count; i++) {
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &name, &name_size, &id, &id_size, ERR))) break;
    const unsigned char *b = (const unsigned char *)id;
    CHECK(name_size == strlen(names[i].name) && memcmp(name, names[i].name, name_size) == 0);
    CHECK(id_size == 4 && (b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24) == names[i].id);
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &name, &name_size, &id, &id_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

static void test_contents(slmdb_env *env, slmdb_db *const dbs[]) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  is_registry(txn);
  for (size_t d = 0; d < DATABASES; d++) {
    is_whole(txn, dbs[d], databases[d].name, "");
    is_whole_in_parts(txn, dbs[d], databases[d].name, "");
    for (size_t i = 0; i < name_count; i++) {
      is_whole(txn, dbs[d], databases[d].name, names[i].name);
      is_whole_in_parts(txn, dbs[d], databases[d].name, names[i].name);
    }
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

/* A clear empties one scope of one database. The crate's would reach into the neighbour, or into the one after it. */
static void test_clear(slmdb_env *env, slmdb_db *const dbs[], const char *victim) {
  slmdb_scope *scope = scope_of(victim);
  const entry *first = NULL;
  uint64_t count = 0;
  for (size_t d = 0; d < DATABASES; d++) {
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    IS(SLMDB_OK, slmdb_db_clear(txn, dbs[d], scope, &count, ERR));
    CHECK(count == group(databases[d].name, victim, &first));
    CHECK(given_count(txn, dbs[d], scope) == 0);
    for (size_t o = 0; o < DATABASES; o++) {
      if (o != d) is_whole(txn, dbs[o], databases[o].name, victim);
      if (*victim) is_whole(txn, dbs[o], databases[o].name, "");
      for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i].name, victim) != 0) is_whole(txn, dbs[o], databases[o].name, names[i].name);
    }
    is_registry(txn); /* the scope stays registered */
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  }
  close_scope(scope);
}

/* Keys whose stored order is by length first come in the order of their bytes; in a scope of the crate's and a new one. */
static void test_byte_order(slmdb_env *env, slmdb_db *blobs, const char *scope_name) {
  static char longest[257];
  memset(longest, 'c', 256);
  const char *const keys[] = {"a", "aa", "b", longest};
  slmdb_scope *scope = scope_of(scope_name);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  const void *key, *value;
  size_t key_size, value_size;
  IS(SLMDB_OK, slmdb_db_clear(txn, blobs, scope, NULL, ERR));
  for (int i = 3; i >= 0; i--) given_put(txn, blobs, scope, keys[i], keys[i]);
  slmdb_range r = given_range(0);
  for (int turn = 0; turn < 2; turn++, r.flags = SLMDB_RANGE_REVERSE) {
    slmdb_cursor *c = given_cursor(txn, blobs, scope, &r);
    for (int i = 0; i < 4; i++) {
      const char *want = keys[turn ? 3 - i : i];
      NEED(IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR)));
      CHECK(key_size == strlen(want) && memcmp(key, want, key_size) == 0);
      CHECK(value_size == key_size && memcmp(value, want, key_size) == 0);
    }
    IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  close_scope(scope);
}

/* Puts into a scope of the crate's and into a new one are read back by their kind, now and when opened anew. */
static void test_puts(slmdb_env *env, slmdb_db *const dbs[], bool write) {
  const char *const scopes[] = {"", "tenant1", "empty-scope", "new \xe2\x9c\x93"};
  slmdb_txn *txn = given_txn(env, write ? SLMDB_WRITE : SLMDB_READ);
  for (size_t s = 0; s < 4; s++) {
    slmdb_scope *scope = scope_of(scopes[s]);
    for (size_t d = 0; d < DATABASES; d++) {
      pack key = pack_text("added"), value = pack_text("here"), raw;
      raw.size = 0;
      if (databases[d].kind != SLMDB_TYPED) key = pack_body(raw, "added", 5);
      if (databases[d].key_type == SLMDB_TYPE_U64) key = pack_uint(UINT64_MAX);
      if (databases[d].value_type == SLMDB_TYPE_U64) value = pack_uint(7);
      if (write) IS(SLMDB_OK, slmdb_db_put(txn, dbs[d], scope, key.bytes, key.size, value.bytes, value.size, ERR));
      const void *got = NULL;
      size_t size = 0;
      IS(SLMDB_OK, slmdb_db_get(txn, dbs[d], scope, key.bytes, key.size, &got, &size, ERR));
      CHECK(got && pack_equal(&value, got, size));
      const entry *first = NULL;
      CHECK(given_count(txn, dbs[d], scope) == group(databases[d].name, scopes[s], &first) + 1);
    }
    close_scope(scope);
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

/* Only scopes that hold nothing anywhere are unregistered. */
static void test_prune(slmdb_env *env, slmdb_db *const dbs[]) {
  slmdb_scope *team = scope_of("team32");
  uint64_t count = 77;
  count = given_prune(env);
  CHECK(count == 0); /* empty-scope got entries above */
  for (size_t d = 0; d < DATABASES; d++) {
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    IS(SLMDB_OK, slmdb_db_clear(txn, dbs[d], team, NULL, ERR));
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    count = given_prune(env);
    CHECK(count == (d + 1 == DATABASES));
  }
  given_prune(env);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_is(txn, dbs[0], team, "back", NULL);
  given_put(txn, dbs[0], team, "back", "again");
  CHECK(given_count(txn, dbs[0], team) == 1);
  is_whole(txn, dbs[0], "blobs", "tenant_2");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  close_scope(team);
}

/* Opened as what they are not, the crate's databases (which have no record of their kind) give errors, not nonsense. */
static void test_wrong_types(slmdb_env *env) {
  slmdb_db *blobs = given_heed(env, "blobs", SLMDB_BYTES_KEY, 0, SLMDB_TYPE_U64);
  slmdb_db *config = given_heed(env, "config", SLMDB_TYPED, SLMDB_TYPE_U64, SLMDB_TYPE_TEXT);
  slmdb_scope *scope = given_scope("tenant1");
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  const void *key, *value;
  size_t key_size, value_size;
  bool more;
  char page[64];
  IS(SLMDB_INVALID_VALUE, slmdb_db_get(txn, blobs, scope, "\0", 1, &value, &value_size, ERR));
  slmdb_cursor *c = given_cursor(txn, blobs, scope, NULL);
  IS(SLMDB_INVALID_VALUE, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR));
  c = given_cursor(txn, blobs, scope, NULL);
  IS(SLMDB_INVALID_VALUE, slmdb_cursor_page(c, page, sizeof page, 0, &value_size, &more, ERR));
  int32_t status = slmdb_cursor_open(txn, config, scope, NULL, &c, ERR); /* at once, or at the first step */
  if (status == SLMDB_OK) status = slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR);
  CHECK(status == SLMDB_INVALID_KEY || status == SLMDB_CORRUPT);
  CHECK(check_written(status, &check_last));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(blobs, ERR));
  IS(SLMDB_OK, slmdb_db_close(config, ERR));
  close_scope(scope);
}

static void copy_file(const char *from, const char *folder) {
  char to[500];
  static char block[1 << 16];
  snprintf(to, sizeof to, "%s/data.mdb", folder);
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  NEED(in != NULL && out != NULL);
  for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;) NEED(fwrite(block, 1, n, out) == n);
  fclose(in);
  NEED(fclose(out) == 0);
}

static slmdb_env *open_all(const char *path, slmdb_db *dbs[]) {
  slmdb_env *env = given_env(path);
  for (size_t d = 0; d < DATABASES; d++)
    dbs[d] = given_heed(env, databases[d].name, databases[d].kind, databases[d].key_type, databases[d].value_type);
  return env;
}

int main(int argc, char **argv) {
  NEED(argc == 3);
  read_table(argv[1]);
  qsort(entries, entry_count, sizeof *entries, compare_entries);
  check_folder folder = check_make_folder();
  copy_file(argv[2], folder.path);
  slmdb_db *dbs[DATABASES];
  slmdb_env *env = open_all(folder.path, dbs);
  test_contents(env, dbs);
  test_wrong_types(env);
  test_clear(env, dbs, "tenant_2");
  test_clear(env, dbs, "team32");
  test_clear(env, dbs, "");
  test_byte_order(env, dbs[0], "acme-corp");
  test_byte_order(env, dbs[0], "brand new");
  test_puts(env, dbs, true);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  env = open_all(folder.path, dbs);
  test_puts(env, dbs, false);
  test_prune(env, dbs);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  free(entries);
  check_remove_folder(&folder);
  return check_end("fixture");
}
