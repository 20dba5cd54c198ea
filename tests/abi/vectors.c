/* Are typed keys the shared golden vectors, byte for byte as they cross the ABI, in order, and as they are stored? */
#include "given.h"
#include "pack.h"

#ifdef HOST_LMDB
#include <lmdb.h>
#endif

enum { MOST = 1000, LONGEST = 600 };

typedef struct part {
  unsigned char bytes[LONGEST];
  size_t size;
} part;

static struct {
  part packed, stored;
} vectors[MOST];
static int count;

static slmdb_env *env;
static slmdb_db *db;
static slmdb_scope *scopes[2];

static void read_hex(const char *hex, part *p) {
  NEED(strlen(hex) % 2 == 0 && strlen(hex) / 2 <= LONGEST);
  for (p->size = 0; *hex; hex += 2) {
    char pair[3] = {hex[0], hex[1], 0}, *end = NULL;
    p->bytes[p->size++] = (unsigned char)strtoul(pair, &end, 16);
    NEED(*end == 0);
  }
}

static void read_vectors(const char *path) {
  static char packed[2 * LONGEST + 2], stored[2 * LONGEST + 2];
  FILE *file = fopen(path, "r");
  NEED(file != NULL);
  for (; fscanf(file, "%1201s %1201s", packed, stored) == 2; count++) {
    NEED(count < MOST);
    read_hex(packed, &vectors[count].packed);
    read_hex(stored, &vectors[count].stored);
  }
  fclose(file);
  CHECK(count > 100);
}

/* The same object with a head of 4 bytes, or 8 for an integer, where it has a shorter one; else no bytes. */
static part longer(const part *p) {
  pack_reader r = {p->bytes, p->bytes + p->size, false};
  const unsigned char *body = NULL;
  unsigned head = p->bytes[0];
  pack out;
  part l;
  l.size = out.size = 0;
  if (head < 0x80 || (head >= 0xcc && head <= 0xce)) {
    out = pack_long((int64_t)pack_read_uint(&r));
  } else if (head >= 0xe0) {
    out = pack_long((int8_t)head);
  } else if ((head >= 0xa0 && head < 0xc0) || head == 0xd9 || head == 0xda || head == 0xc4 || head == 0xc5) {
    size_t size = pack_read_body(&r, &body);
    pack_big(&out, head == 0xc4 || head == 0xc5 ? 0xc6 : 0xdb, size, 4);
    out = pack_body(out, body, size);
  }
  memcpy(l.bytes, out.bytes, out.size);
  l.size = out.size;
  return l;
}

static bool is_number(const void *value, size_t size, int number) {
  pack want = pack_uint((uint64_t)number);
  return pack_equal(&want, value, size);
}

/* In no order: so the order in which they come back is theirs. */
static void put_all(slmdb_scope *scope) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < count; i++) {
    int at = (int)((long)i * 7919 % count);
    const part *key = &vectors[at].packed;
    pack value = pack_uint((uint64_t)at);
    IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key->bytes, key->size, value.bytes, value.size, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

static void read_all(slmdb_scope *scope) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  slmdb_cursor *c = given_cursor(txn, db, scope, NULL);
  const void *key, *value;
  size_t key_size, value_size;
  slmdb_db_stats stats;
  uint64_t bytes = 0;
  for (int i = 0; i < count; i++) {
    const part *want = &vectors[i].packed;
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR))) break;
    CHECK(key_size == want->size && memcmp(key, want->bytes, key_size) == 0 && is_number(value, value_size, i));
    part other = longer(want);
    for (int form = 0; form < 2; form++) {
      const part *asked = form ? &other : want;
      if (asked->size == 0) continue;
      IS(SLMDB_OK, slmdb_db_get(txn, db, scope, asked->bytes, asked->size, &value, &value_size, ERR));
      CHECK(is_number(value, value_size, i));
    }
    bytes += vectors[i].stored.size;
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR));
  stats.struct_size = sizeof stats;
  IS(SLMDB_OK, slmdb_db_stat(txn, db, scope, &stats, ERR));
  CHECK(stats.entries == (uint64_t)count && stats.key_bytes == bytes);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

/* From one vector to another: between them are those between them. */
static void read_ranges(slmdb_scope *scope) {
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  for (int from = 0; from < count; from += 3)
    for (int to = from; to < count; to += 1 + (to - from) / 2) {
      slmdb_range r = given_range(SLMDB_RANGE_LOWER | SLMDB_RANGE_UPPER | SLMDB_RANGE_UPPER_EXCLUSIVE);
      uint64_t between = 0;
      r.lower = vectors[from].packed.bytes, r.lower_length = vectors[from].packed.size;
      r.upper = vectors[to].packed.bytes, r.upper_length = vectors[to].packed.size;
      IS(SLMDB_OK, slmdb_db_count(txn, db, scope, &r, &between, ERR));
      CHECK(between == (uint64_t)(to - from));
    }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

#ifdef HOST_LMDB

/* By an LMDB of the host: the table of the default scope has what `stored` says, that of named ones an id before it. */
static void look_into(const char *path, const char *table, size_t head) {
  MDB_env *host = NULL;
  MDB_txn *txn = NULL;
  MDB_cursor *c = NULL;
  MDB_dbi dbi;
  MDB_val key, value;
  NEED(mdb_env_create(&host) == 0 && mdb_env_set_maxdbs(host, 50) == 0);
  NEED(mdb_env_open(host, path, MDB_NOSYNC, 0644) == 0);
  NEED(mdb_txn_begin(host, NULL, MDB_RDONLY, &txn) == 0 && mdb_dbi_open(txn, table, 0, &dbi) == 0);
  NEED(mdb_cursor_open(txn, dbi, &c) == 0);
  for (int i = 0; i < count; i++) {
    const part *want = &vectors[i].stored;
    if (!CHECK(mdb_cursor_get(c, &key, &value, MDB_NEXT) == 0)) break;
    bool same = key.mv_size == head + want->size &&
                memcmp((const char *)key.mv_data + head, want->bytes, want->size) == 0;
    if (!CHECK(same)) fprintf(stderr, "  vector %d in %s\n", i, table);
  }
  CHECK(mdb_cursor_get(c, &key, &value, MDB_NEXT) == MDB_NOTFOUND);
  mdb_cursor_close(c);
  mdb_txn_abort(txn);
  mdb_env_close(host);
}

#endif

int main(int argc, char **argv) {
  NEED(argc == 2);
  read_vectors(argv[1]);
  check_folder folder = check_make_folder();
  env = given_env(folder.path);
  db = given_db(env, "typed", SLMDB_TYPED);
  scopes[1] = given_scope("tenant_2");
  for (int s = 0; s < 2; s++) {
    put_all(scopes[s]);
    read_all(scopes[s]);
    read_ranges(scopes[s]);
  }
  IS(SLMDB_OK, slmdb_scope_close(scopes[1], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
#ifdef HOST_LMDB
  look_into(folder.path, "typed", 0);
  look_into(folder.path, "typed_scoped", 4);
#endif
  check_remove_folder(&folder);
  return check_end("vectors");
}
