/* Do lists, descriptions and the registry say what there is, and does each change of it touch what it names only? */
#include "kinds.h"

static slmdb_env *env;

/* ---- a reader of the map of db_list ----------------------------------------------------------------------------- */

typedef struct said {
  int64_t kind, layout, key_type, value_type, unnamed, entries;
  int fields;
} said;

static int64_t read_number(pack_reader *r) {
  if (r->at < r->end && (*r->at == PACK_TRUE || *r->at == PACK_FALSE)) return *r->at++ == PACK_TRUE;
  return (int64_t)pack_read_uint(r);
}

static said read_said(pack_reader *r) {
  said s;
  memset(&s, 0xff, sizeof s);
  s.fields = 0;
  uint64_t head = pack_number(r, 1);
  CHECK(head == (0x80 | 6));
  for (; s.fields < 6 && !r->broken; s.fields++) {
    const unsigned char *name = NULL;
    size_t size = pack_read_body(r, &name);
    int64_t number = read_number(r);
#define FIELD(word, to) \
  if (size == sizeof word - 1 && memcmp(name, word, size) == 0) s.to = number
    FIELD("kind", kind);
    FIELD("layout", layout);
    FIELD("key_type", key_type);
    FIELD("value_type", value_type);
    FIELD("unnamed_default", unnamed);
    FIELD("entries", entries);
  }
  CHECK(!r->broken);
  return s;
}

/* ---- databases -------------------------------------------------------------------------------------------------- */

/* Which of kinds_all a database of the list is; -1: none. */
static int form_of(const void *name, size_t size) {
  for (int i = 0; i < KINDS; i++)
    if (strlen(kinds_all[i].name) == size && memcmp(kinds_all[i].name, name, size) == 0) return i;
  return -1;
}

static void is_said(const said *s, int form) {
  const kinds_form *f = &kinds_all[form];
  CHECK(s->fields == 6 && s->unnamed == 0);
  CHECK(s->kind == f->kind && s->layout == f->layout && s->key_type == f->key_type && s->value_type == f->value_type);
  CHECK(s->entries == form * 2); /* of both scopes */
}

static void test_list_by_next(slmdb_txn *txn) {
  slmdb_cursor *c = NULL;
  const void *name, *map;
  size_t name_size, map_size;
  unsigned char last[600];
  size_t last_size = 0;
  int seen = 0;
  IS(SLMDB_OK, slmdb_db_list(txn, &c, ERR));
  for (; slmdb_cursor_next(c, &name, &name_size, &map, &map_size, NULL) == SLMDB_OK; seen++) {
    pack_reader r = {(const unsigned char *)map, (const unsigned char *)map + map_size, false};
    said s = read_said(&r);
    CHECK(r.at == r.end);
    size_t common = name_size < last_size ? name_size : last_size;
    int order = memcmp(last, name, common);
    CHECK(order < 0 || (order == 0 && last_size < name_size)); /* by name */
    memcpy(last, name, last_size = name_size);
    int form = form_of(name, name_size);
    if (CHECK(form >= 0)) is_said(&s, form);
  }
  CHECK(seen == KINDS);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_cursor_seek(c, "typed", 5, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &name, &name_size, &map, &map_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

/* By pages of all capacities that hold a row at least; small ones by turns with next. */
static void test_list_by_pages(slmdb_txn *txn) {
  static unsigned char page[2000];
  for (size_t capacity = 0; capacity < sizeof page; capacity += 1 + capacity / 9) {
    slmdb_cursor *c = NULL;
    size_t size = 0;
    bool more = true;
    int seen = 0;
    IS(SLMDB_OK, slmdb_db_list(txn, &c, ERR));
    while (more && seen <= KINDS) {
      int32_t status = slmdb_cursor_page(c, capacity ? page : NULL, capacity, capacity % 5, &size, &more, NULL);
      if (status == SLMDB_BUFFER_TOO_SMALL) status = slmdb_cursor_page(c, page, size, 0, &size, &more, NULL);
      NEED(status == SLMDB_OK);
      pack_reader r = {page, page + size, false};
      for (uint64_t objects = pack_array(&r); objects > 0 && !r.broken; objects -= 2, seen++) {
        const unsigned char *name = NULL;
        size_t name_size = pack_read_body(&r, &name);
        said s = read_said(&r);
        int form = form_of(name, name_size);
        if (CHECK(form >= 0)) is_said(&s, form);
      }
      CHECK(!r.broken && r.at == r.end);
    }
    CHECK(seen == KINDS);
    IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
  }
}

static void test_databases(const char *path) {
  slmdb_scope *scope = given_scope("s");
  env = given_env(path);
  slmdb_cursor *c = NULL;
  slmdb_txn *txn = given_txn(env, SLMDB_READ);
  const void *p;
  size_t n;
  IS(SLMDB_OK, slmdb_db_list(txn, &c, ERR)); /* of none */
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &p, &n, &p, &n, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_db_list(txn, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_CLOSED, slmdb_cursor_next(c, &p, &n, &p, &n, ERR));
  for (int i = 0; i < KINDS; i++) {
    slmdb_db *db = kinds_open(env, &kinds_all[i]);
    txn = given_txn(env, SLMDB_WRITE);
    for (int k = 0; k < i; k++) {
      pack key = kinds_key(&kinds_all[i], k), value = kinds_value(&kinds_all[i], k);
      IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, key.bytes, key.size, value.bytes, value.size, ERR));
      IS(SLMDB_OK, slmdb_db_put(txn, db, scope, key.bytes, key.size, value.bytes, value.size, ERR));
    }
    IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
    slmdb_db_options o = given_db_options(-5);
    IS(SLMDB_OK, slmdb_db_describe(db, &o, ERR));
    CHECK(o.kind == kinds_all[i].kind && o.layout == kinds_all[i].layout && o.key_type == kinds_all[i].key_type);
    CHECK(o.value_type == kinds_all[i].value_type && !o.unnamed_default && o.struct_size == sizeof o);
    slmdb_db *again = NULL; /* what it says is what opens it */
    IS(SLMDB_OK, slmdb_db_open(env, kinds_all[i].name, strlen(kinds_all[i].name), &o, &again, ERR));
    IS(SLMDB_OK, slmdb_db_close(again, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_describe(db, NULL, ERR));
    o.struct_size--;
    IS(SLMDB_INVALID_ARGUMENT, slmdb_db_describe(db, &o, ERR));
  }
  for (int opened = 0; opened < 2; opened++) { /* whether they are open here or not */
    for (int mode = SLMDB_READ; mode <= SLMDB_WRITE; mode++) {
      txn = given_txn(env, mode);
      test_list_by_next(txn);
      test_list_by_pages(txn);
      IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    }
    IS(SLMDB_OK, slmdb_env_close(env, ERR));
    env = given_env(path);
  }
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
}

/* ---- LMDB's unnamed database as the default scope --------------------------------------------------------------- */

static void test_unnamed(const char *path) {
  env = given_env(path);
  slmdb_scope *scope = given_scope("s");
  slmdb_db *named = given_db(env, "named", SLMDB_BYTES), *none = NULL;
  slmdb_db_options o = given_db_options(SLMDB_BYTES);
  o.unnamed_default = true;
  slmdb_db *db = given_db_with(env, "main", &o);
  o = given_db_options(0);
  IS(SLMDB_OK, slmdb_db_describe(db, &o, ERR));
  CHECK(o.unnamed_default && o.kind == SLMDB_BYTES);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, db, NULL, "k", "unnamed");
  given_put(txn, db, scope, "k", "scoped");
  given_put(txn, named, NULL, "k", "named");
  IS(SLMDB_INVALID_KEY, slmdb_db_put(txn, db, NULL, "named", 5, "v", 1, ERR)); /* the record of a table */
  CHECK(given_count(txn, db, NULL) == 1); /* and of those none is seen */
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  o = given_db_options(SLMDB_BYTES);
  o.unnamed_default = true; /* one an Env */
  int32_t status = slmdb_db_open(env, "other", 5, &o, &none, ERR);
  CHECK(status != SLMDB_OK && check_written(status, &check_last) && none == NULL);
  slmdb_db *as_it_is = given_db_with(env, "main", &o);
  o.unnamed_default = false;
  IS(SLMDB_KIND_MISMATCH, slmdb_db_open(env, "main", 4, &o, &none, ERR));
  txn = given_txn(env, SLMDB_WRITE);
  given_is(txn, as_it_is, NULL, "k", "unnamed");
  slmdb_cursor *c = NULL;
  const void *name, *map;
  size_t size, map_size;
  int unnamed = 0, rows = 0;
  IS(SLMDB_OK, slmdb_db_list(txn, &c, ERR));
  for (; slmdb_cursor_next(c, &name, &size, &map, &map_size, NULL) == SLMDB_OK; rows++) {
    pack_reader r = {(const unsigned char *)map, (const unsigned char *)map + map_size, false};
    said s = read_said(&r);
    unnamed += s.unnamed == 1 && size == 4 && memcmp(name, "main", 4) == 0 && s.entries == 2;
  }
  CHECK(rows == 2 && unnamed == 1);
  uint64_t count = 0;
  IS(SLMDB_OK, slmdb_db_clear(txn, db, NULL, &count, ERR));
  CHECK(count == 1);
  given_is(txn, named, NULL, "k", "named"); /* still there */
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* ---- the registry ----------------------------------------------------------------------------------------------- */

enum { NAMES = 40, STEPS = 3000 };

static slmdb_scope *scopes[NAMES];
static slmdb_db *dbs[2];
static struct {
  bool known;
  uint32_t id;
  int held[2]; /* the number under "k" in each database; 0: none */
} model[NAMES];

static uint32_t state = 777;

static uint32_t chance(uint32_t below) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % below;
}

static void check_one(slmdb_txn *txn, int i) {
  uint32_t id = 0;
  IS(model[i].known ? SLMDB_OK : SLMDB_NOT_FOUND, slmdb_registry_id(txn, scopes[i], &id, ERR));
  CHECK(!model[i].known || id == model[i].id);
  for (int d = 0; d < 2; d++) {
    char text[16];
    snprintf(text, sizeof text, "%d", model[i].held[d]);
    given_is(txn, dbs[d], scopes[i], "k", model[i].held[d] ? text : NULL);
  }
}

/* The list has every name that is known, in order, with its id; by next and in a page. */
static void check_list(slmdb_txn *txn) {
  static unsigned char page[8000];
  slmdb_cursor *one = NULL, *paged = NULL;
  const void *name, *id;
  size_t size, id_size, length;
  bool more = true;
  int known = 0, seen = 0;
  for (int i = 0; i < NAMES; i++) known += model[i].known;
  IS(SLMDB_OK, slmdb_registry_list(txn, &one, ERR));
  IS(SLMDB_OK, slmdb_registry_list(txn, &paged, ERR));
  IS(SLMDB_OK, slmdb_cursor_page(paged, page, sizeof page, 0, &length, &more, ERR));
  pack_reader r = {page, page + length, false};
  CHECK(!more && pack_array(&r) == 2 * (uint64_t)known);
  for (; slmdb_cursor_next(one, &name, &size, &id, &id_size, NULL) == SLMDB_OK; seen++) {
    const unsigned char *paged_name = NULL, *b = (const unsigned char *)id;
    size_t paged_size = pack_read_body(&r, &paged_name);
    uint32_t number = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    int i = size == 7 ? atoi((const char *)name + 5) : -1; /* "name 07" and whatever follows */
    CHECK(id_size == 4 && i >= 0 && i < NAMES && model[i].known && model[i].id == number);
    CHECK(paged_size == size && memcmp(paged_name, name, size) == 0 && pack_read_uint(&r) == number);
  }
  CHECK(seen == known && !r.broken && r.at == r.end);
  IS(SLMDB_OK, slmdb_cursor_close(one, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(paged, ERR));
}

static void rename_one(slmdb_txn *txn, int from, int to) {
  int32_t want = !model[from].known ? SLMDB_NOT_FOUND : model[to].known ? SLMDB_KEY_EXISTS : SLMDB_OK;
  int32_t got = slmdb_registry_rename(txn, scopes[from], scopes[to], ERR);
  if (!model[from].known && model[to].known) CHECK(got == SLMDB_NOT_FOUND || got == SLMDB_KEY_EXISTS);
  else CHECK(got == want);
  CHECK(check_written(got, &check_last));
  if (got != SLMDB_OK) return;
  uint32_t id = 0;
  IS(SLMDB_OK, slmdb_registry_id(txn, scopes[to], &id, ERR));
  model[to] = model[from];
  model[to].id = id;
  memset(&model[from], 0, sizeof model[from]);
}

static void change(slmdb_txn *txn, int i) {
  int d = (int)chance(2), number = 1 + (int)chance(1000), entries = !!model[i].held[0] + !!model[i].held[1];
  uint32_t id = 0;
  uint64_t count = 99;
  char text[16];
  snprintf(text, sizeof text, "%d", number);
  switch (chance(7)) {
    case 0:
    case 1:
      given_put(txn, dbs[d], scopes[i], "k", text);
      model[i].held[d] = number;
      break;
    case 2:
      IS(SLMDB_OK, slmdb_registry_register(txn, scopes[i], chance(2) ? &id : NULL, ERR));
      CHECK(!model[i].known || id == 0 || id == model[i].id);
      break;
    case 3: rename_one(txn, i, (int)chance(NAMES)); return;
    case 4:
      IS(model[i].known ? SLMDB_OK : SLMDB_NOT_FOUND,
         slmdb_registry_drop(txn, scopes[i], chance(2) ? &count : NULL, ERR));
      CHECK(count == 99 || count == (uint64_t)entries);
      memset(&model[i], 0, sizeof model[i]);
      return;
    case 5:
      IS(SLMDB_OK, slmdb_db_delete(txn, dbs[d], scopes[i], "k", 1, NULL, ERR));
      model[i].held[d] = 0;
      return;
    default: {
      uint64_t empty = 0;
      if (chance(10)) return;
      for (int n = 0; n < NAMES; n++) {
        if (!model[n].known || model[n].held[0] || model[n].held[1]) continue;
        empty++;
        memset(&model[n], 0, sizeof model[n]);
      }
      IS(SLMDB_OK, slmdb_registry_prune(txn, &count, ERR));
      CHECK(count == empty);
      return;
    }
  }
  IS(SLMDB_OK, slmdb_registry_id(txn, scopes[i], &id, ERR));
  CHECK(!model[i].known || model[i].id == id);
  model[i].known = true, model[i].id = id;
}

static void test_registry_model(const char *path) {
  env = given_env(path);
  dbs[0] = given_db(env, "ordered", SLMDB_BYTES);
  dbs[1] = given_heed(env, "heed", SLMDB_BYTES, 0, 0);
  for (int i = 0; i < NAMES; i++) {
    char name[16];
    snprintf(name, sizeof name, "name %02d", i);
    scopes[i] = given_scope(name);
  }
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, dbs[0], NULL, "k", "default");
  for (int i = 0; i < STEPS; i++) {
    change(txn, (int)chance(NAMES));
    check_one(txn, (int)chance(NAMES));
    if (i % 50 == 0) check_list(txn);
    if (i % 70 == 0) {
      IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
      txn = given_txn(env, SLMDB_WRITE);
    }
  }
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  for (int i = 0; i < NAMES; i++) check_one(txn, i);
  check_list(txn);
  given_is(txn, dbs[0], NULL, "k", "default");
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  for (int i = 0; i < NAMES; i++) IS(SLMDB_OK, slmdb_scope_close(scopes[i], ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* What the registry's functions refuse, each argument by itself. */
static void test_registry_refused(const char *path) {
  env = given_env(path);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  slmdb_scope *a = given_scope("a"), *b = given_scope("b"), *closed = given_scope("c");
  uint32_t id = 0;
  uint64_t count = 0;
  IS(SLMDB_OK, slmdb_scope_close(closed, ERR));
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_id(txn, NULL, &id, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_id(txn, a, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_register(txn, NULL, &id, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_drop(txn, NULL, &count, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_rename(txn, NULL, a, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_registry_rename(txn, a, NULL, ERR));
  IS(SLMDB_CLOSED, slmdb_registry_rename(txn, a, closed, ERR));
  IS(SLMDB_CLOSED, slmdb_registry_rename(txn, closed, a, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_registry_rename(txn, a, (slmdb_scope *)db, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_registry_rename(txn, a, b, ERR));
  given_put(txn, db, a, "k", "v");
  IS(SLMDB_KEY_EXISTS, slmdb_registry_rename(txn, a, a, ERR));
  given_is(txn, db, a, "k", "v");
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  txn = given_txn(env, SLMDB_READ);
  IS(SLMDB_OK, slmdb_registry_id(txn, a, &id, ERR));
  IS(SLMDB_READ_ONLY, slmdb_registry_register(txn, a, &id, ERR));
  IS(SLMDB_READ_ONLY, slmdb_registry_register(txn, b, &id, ERR));
  IS(SLMDB_READ_ONLY, slmdb_registry_rename(txn, a, b, ERR));
  IS(SLMDB_READ_ONLY, slmdb_registry_drop(txn, a, &count, ERR));
  IS(SLMDB_READ_ONLY, slmdb_registry_prune(txn, &count, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
}

/* What an Env is, before and after it is filled and grown. */
static void test_env_stat(const char *path) {
  slmdb_env_info info, then;
  memset(&info, 0, sizeof info);
  env = given_env(path);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_stat(env, NULL, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_stat(env, &info, ERR));
  info.struct_size = sizeof info;
  IS(SLMDB_OK, slmdb_env_stat(env, &info, ERR));
  CHECK(info.map_size == 64 * MEBI && info.page_size == sysconf(_SC_PAGESIZE));
  CHECK(info.max_key == 507 && !info.read_only);
  CHECK(info.max_readers == 512 && info.readers <= 512 && info.used_size <= info.map_size);
  slmdb_db *db = given_db(env, "d", SLMDB_BYTES);
  static char value[1 << 20];
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < 8; i++) IS(SLMDB_OK, slmdb_db_put(txn, db, NULL, &i, sizeof i, value, sizeof value, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  then.struct_size = sizeof then;
  IS(SLMDB_OK, slmdb_env_stat(env, &then, ERR));
  CHECK(then.used_size >= info.used_size + 8 * MEBI && then.last_txn > info.last_txn);
  IS(SLMDB_OK, slmdb_env_grow(env, 128 * MEBI, ERR));
  IS(SLMDB_OK, slmdb_env_stat(env, &then, ERR));
  CHECK(then.map_size == 128 * MEBI);
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  IS(SLMDB_CLOSED, slmdb_env_stat(env, &then, ERR));
}

int main(void) {
  void (*const tests[])(const char *) = {test_databases, test_unnamed, test_registry_model, test_registry_refused,
                                         test_env_stat};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    check_folder folder = check_make_folder();
    tests[i](folder.path);
    check_remove_folder(&folder);
  }
  return check_end("lists");
}
