/* What do the programs about maintenance need? An Env with known entries, who follows work, and a reader of answers. */
#ifndef ABI_WORK_H
#define ABI_WORK_H

#include "given.h"
#include "pack.h"

#include <sys/stat.h>

enum { EACH = 3000 }; /* entries of scope "a" in "d": enough for several calls of progress */

static check_folder folder; /* what the tests make: one Env in it and files beside */
static slmdb_env *env;
static slmdb_db *d, *t;
static slmdb_scope *a, *b, *nobody;

/* ---- answers ---------------------------------------------------------------------------------------------------- */

/* Who follows work: keeps the answer, and ends the work at a call of progress. */
typedef struct follower {
  unsigned char answer[1 << 16];
  size_t length;
  int answers, calls, end_at; /* 0: never */
  uint64_t done, total;
} follower;

static follower f;

static inline bool follow(void *user, uint64_t done, uint64_t total) {
  follower *who = (follower *)user;
  CHECK(who == &f && who->answers == 0);
  CHECK(who->calls == 0 || who->end_at == 0 || who->calls < who->end_at); /* not told again */
  who->done = done, who->total = total;
  return ++who->calls != who->end_at;
}

static inline void keep(void *user, const void *document, size_t length) {
  follower *who = (follower *)user;
  NEED(who == &f && length <= sizeof who->answer);
  memcpy(who->answer, document, length);
  who->length = length, who->answers++;
}

static slmdb_work work;

/* The next call's work, which ends at a call of progress. */
static inline const slmdb_work *ended_at(int call) {
  memset(&f, 0, sizeof f);
  memset(&work, 0, sizeof work);
  f.end_at = call;
  work.struct_size = sizeof work, work.progress = follow, work.answer = keep, work.user = &f;
  return &work;
}

#define WORK ended_at(0)

/* Moves over one object with all that is in it. */
static inline void skip(pack_reader *r) {
  const unsigned char *object;
  unsigned head = r->at < r->end ? *r->at : 0xc1;
  bool map = (head >= 0x80 && head <= 0x8f) || head == 0xde || head == 0xdf;
  bool array = (head >= 0x90 && head <= 0x9f) || head == 0xdc || head == 0xdd;
  if (!map && !array) {
    pack_skip(r, &object);
    return;
  }
  r->at++;
  uint64_t n = head < 0xa0 ? head & 15 : pack_number(r, head & 1 ? 4 : 2);
  for (n *= map ? 2 : 1; n > 0 && !r->broken; n--) skip(r);
}

/* The value under a key of the map at a place; a broken reader if there is none. */
static inline pack_reader field(pack_reader map, const char *key) {
  const unsigned char *name;
  uint64_t head = pack_number(&map, 1), n = head & 15;
  if (head == 0xde) n = pack_number(&map, 2);
  else if (head < 0x80 || head > 0x8f) map.broken = true;
  for (; n > 0 && !map.broken; n--) {
    size_t length = pack_read_body(&map, &name);
    if (!map.broken && length == strlen(key) && memcmp(name, key, length) == 0) return map;
    skip(&map);
  }
  fprintf(stderr, "no \"%s\"\n", key);
  map.broken = true;
  return map;
}

/* An answer whole: one map, and nothing after it. */
static inline pack_reader answer(void) {
  pack_reader r = {f.answer, f.answer + f.length, false}, all = r;
  CHECK(f.answers == 1);
  skip(&all);
  CHECK(!all.broken && all.at == all.end);
  return r;
}

static inline uint64_t number_in(pack_reader map, const char *key) {
  pack_reader r = field(map, key);
  if (!r.broken && r.at < r.end && *r.at == 0xd3) { /* signed, and never negative here */
    r.at++;
    return pack_number(&r, 8);
  }
  uint64_t n = pack_read_uint(&r);
  CHECK(!r.broken);
  return n;
}

static inline uint64_t number(const char *key) { return number_in(answer(), key); }

/* Whether the value under a key is one byte: nil, false or true. */
static inline bool is_one(pack_reader map, const char *key, unsigned char byte) {
  pack_reader r = field(map, key);
  return !r.broken && r.at < r.end && *r.at == byte;
}

static inline bool is_text(pack_reader map, const char *key, const char *want) {
  const unsigned char *text;
  pack_reader r = field(map, key);
  size_t length = pack_read_body(&r, &text);
  return !r.broken && length == strlen(want) && memcmp(text, want, length) == 0;
}

/* The map in an array under a key, whose "name" is `name`; NULL: nil. */
static inline pack_reader named(pack_reader map, const char *key, const char *name) {
  pack_reader r = field(map, key);
  for (uint64_t n = pack_array(&r); n > 0 && !r.broken; n--) {
    if (name ? is_text(r, "name", name) : is_one(r, "name", PACK_NIL)) return r;
    skip(&r);
  }
  r.broken = true;
  return r;
}

static inline uint64_t length_of(pack_reader map, const char *key) {
  pack_reader r = field(map, key);
  return pack_array(&r);
}

/* What exports, imports and copies answer. */
static inline void is_moved(uint64_t databases, uint64_t scopes, uint64_t entries, uint64_t skipped) {
  CHECK(number("databases") == databases && number("scopes") == scopes);
  CHECK(number("entries") == entries && number("skipped") == skipped);
  CHECK((number("key_bytes") > 0) == (entries > 0) && (number("value_bytes") > 0) == (entries > 0));
}

/* ---- what is there ---------------------------------------------------------------------------------------------- */

static inline const char *in_folder(const char *name) {
  static char paths[4][500];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder.path, name);
  return path;
}

static inline bool exists(const char *name) {
  struct stat s;
  return lstat(in_folder(name), &s) == 0;
}

/* How many names there are in the folder: what was ended or refused leaves nothing beside. */
static int beside_found;

static inline int beside_one(const char *path, const struct stat *s, int type, struct FTW *at) {
  (void)path, (void)s, (void)type;
  if (at->level == 1) beside_found++;
  return 0;
}

static inline int beside(void) {
  beside_found = 0;
  nftw(folder.path, beside_one, 16, FTW_PHYS);
  return beside_found;
}

static inline size_t count(slmdb_env *e, slmdb_db *db, slmdb_scope *scope) {
  slmdb_txn *txn = given_txn(e, SLMDB_READ);
  size_t n = given_count(txn, db, scope);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  return n;
}

static inline void is_stored(slmdb_env *e, slmdb_db *db, slmdb_scope *scope, const char *key, const char *want) {
  slmdb_txn *txn = given_txn(e, SLMDB_READ);
  given_is(txn, db, scope, key, want);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
}

static inline void put(slmdb_env *e, slmdb_db *db, slmdb_scope *scope, const char *key, const char *value) {
  slmdb_txn *txn = given_txn(e, SLMDB_WRITE);
  given_put(txn, db, scope, key, value);
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

/* Scope "a" has EACH entries in "d" and one in "t", "b" two in "d", the default one a single one in "d". */
static inline void fill(void) {
  char key[16];
  pack one = pack_uint(1), text = pack_text("typed");
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  for (int i = 0; i < EACH; i++) {
    snprintf(key, sizeof key, "key%05d", i);
    given_put(txn, d, a, key, "value");
  }
  given_put(txn, d, b, "key00001", "of b"), given_put(txn, d, b, "own", "of b");
  given_put(txn, d, NULL, "key00001", "default");
  IS(SLMDB_OK, slmdb_db_put(txn, t, a, one.bytes, one.size, text.bytes, text.size, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
}

typedef struct place {
  slmdb_env *env;
  slmdb_db *d;
} place;

/* Another Env, in a folder beside. */
static inline place given_place(const char *name) {
  place p;
  slmdb_env_options o = given_env_options();
  o.create_folder = true;
  p.env = given_env_with(in_folder(name), &o);
  p.d = given_db(p.env, "d", SLMDB_BYTES);
  return p;
}

static inline void leave(place p) { IS(SLMDB_OK, slmdb_env_close(p.env, ERR)); }

static inline slmdb_selection given_selection(const char *database, slmdb_scope *scope) {
  slmdb_selection s;
  memset(&s, 0, sizeof s);
  s.struct_size = sizeof s;
  s.database = database, s.database_length = database ? strlen(database) : 0, s.scope = scope;
  return s;
}

/* The calls with a path, which is text in the folder. */
static inline int32_t backup(const char *name, bool compact, const slmdb_work *w, slmdb_error *e) {
  const char *path = in_folder(name);
  return slmdb_env_backup(env, path, strlen(path), compact, w, e);
}

static inline int32_t export_to(const char *name, const slmdb_selection *s, int32_t format, const slmdb_work *w,
                                slmdb_error *e) {
  const char *path = in_folder(name);
  return slmdb_env_export(env, path, strlen(path), s, format, w, e);
}

static inline int32_t import_from(slmdb_env *to, const char *name, slmdb_scope *as, int32_t existing,
                                  const slmdb_work *w, slmdb_error *e) {
  const char *path = in_folder(name);
  return slmdb_env_import(to, path, strlen(path), as, existing, w, e);
}

/* All of the above, made and removed. */
static inline void begin_work(void) {
  folder = check_make_folder();
  place p = given_place("env");
  env = p.env, d = p.d;
  t = given_db(env, "t", SLMDB_TYPED);
  a = given_scope("a"), b = given_scope("b"), nobody = given_scope("nobody");
  fill();
}

static inline int end_work(const char *program) {
  IS(SLMDB_OK, slmdb_env_close(env, ERR));
  IS(SLMDB_OK, slmdb_scope_close(a, ERR));
  IS(SLMDB_OK, slmdb_scope_close(b, ERR));
  IS(SLMDB_OK, slmdb_scope_close(nobody, ERR));
  check_remove_folder(&folder);
  CHECK(access(folder.path, F_OK) != 0);
  return check_end(program);
}

#endif
