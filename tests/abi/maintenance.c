/* Does work on a whole Env do what the header says, and answer with what it did? */
#include "work.h"

static void test_measure(void) {
  IS(SLMDB_OK, slmdb_env_measure(env, NULL, false, WORK, ERR));
  CHECK(f.calls > 0);
  slmdb_env_info info;
  info.struct_size = sizeof info;
  IS(SLMDB_OK, slmdb_env_stat(env, &info, ERR));
  CHECK(number("map_size") == info.map_size && number("page_size") == info.page_size);
  CHECK(number("last_txn") == info.last_txn && number("max_readers") == info.max_readers);
  CHECK(number("used_size") == info.used_size && number("used_pages") > number("free_pages"));
  CHECK(is_one(answer(), "estimated", PACK_FALSE) && length_of(answer(), "databases") == 2);
  pack_reader in = named(answer(), "databases", "d"), scope = named(in, "scopes", "a");
  CHECK(number_in(in, "kind") == SLMDB_BYTES && number_in(in, "layout") == SLMDB_LAYOUT_ORDERED);
  CHECK(number_in(in, "key_type") == 0 && number_in(in, "value_type") == 0 && number_in(in, "pages") > 10);
  CHECK(is_one(in, "unnamed_default", PACK_FALSE) && is_one(in, "damage", PACK_NIL));
  CHECK(number_in(in, "entries") == EACH + 3 && length_of(in, "scopes") == 3);
  CHECK(number_in(scope, "entries") == EACH && number_in(scope, "key_bytes") == 8 * EACH);
  CHECK(number_in(scope, "value_bytes") == 5 * EACH && number_in(scope, "id") > 0);
  CHECK(is_one(scope, "orphan", PACK_FALSE) && is_one(scope, "estimated", PACK_FALSE));
  scope = named(in, "scopes", NULL);
  CHECK(is_one(scope, "id", PACK_NIL) && number_in(scope, "entries") == 1);
  CHECK(number_in(named(in, "scopes", "b"), "entries") == 2);
  in = named(answer(), "databases", "t");
  CHECK(number_in(in, "kind") == SLMDB_TYPED && number_in(named(in, "scopes", "a"), "entries") == 1);
  slmdb_selection s = given_selection("d", b);
  IS(SLMDB_OK, slmdb_env_measure(env, &s, false, WORK, ERR));
  in = named(answer(), "databases", "d");
  CHECK(length_of(answer(), "databases") == 1 && length_of(in, "scopes") == 1);
  CHECK(number_in(named(in, "scopes", "b"), "value_bytes") == 8);
  s = given_selection("d", NULL), s.default_scope = true;
  IS(SLMDB_OK, slmdb_env_measure(env, &s, false, WORK, ERR));
  in = named(answer(), "databases", "d");
  CHECK(length_of(in, "scopes") == 1 && number_in(named(in, "scopes", NULL), "entries") == 1);
  IS(SLMDB_OK, slmdb_env_measure(env, NULL, true, WORK, ERR));
  scope = named(named(answer(), "databases", "d"), "scopes", "a");
  uint64_t about = number_in(scope, "entries");
  CHECK(is_one(answer(), "estimated", PACK_TRUE) && about > EACH / 2 && about < EACH * 2);
}

static void test_verify_and_readers(void) {
  uint64_t freed = 99;
  IS(SLMDB_OK, slmdb_env_verify(env, WORK, ERR));
  CHECK(is_one(answer(), "sound", PACK_TRUE) && number("harmful") == 0 && number("harmless") == 0);
  CHECK(number("databases") == 2 && number("entries") == EACH + 4 && number("pages") > 10 && f.calls > 0);
  CHECK(number("scopes") >= 2 && length_of(answer(), "faults") == 0 && length_of(answer(), "unknown") == 0);
  place p = given_place("readers"); /* another Env's transaction: this thread may have it */
  slmdb_txn *txn = given_txn(p.env, SLMDB_READ);
  put(p.env, p.d, a, "k", "v");
  IS(SLMDB_OK, slmdb_env_readers(p.env, WORK, ERR));
  pack_reader r = field(answer(), "readers");
  bool seen = false;
  const unsigned char *thread;
  for (uint64_t n = pack_array(&r); n > 0 && !r.broken; n--, skip(&r)) {
    pack_reader text = field(r, "thread");
    CHECK(number_in(r, "process") == (uint64_t)getpid() && pack_read_body(&text, &thread) > 0);
    if (number_in(r, "behind") == 1 && number_in(r, "txn") > 0) seen = true;
  }
  CHECK(seen);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_OK, slmdb_env_clear_readers(p.env, &freed, ERR));
  CHECK(freed == 0);
  IS(SLMDB_OK, slmdb_env_clear_readers(p.env, NULL, ERR));
  leave(p);
}

static void test_backup(void) {
  for (int compact = 0; compact < 2; compact++) {
    const char *name = compact ? "compact" : "backup";
    struct stat file;
    IS(SLMDB_OK, backup(name, compact != 0, WORK, ERR));
    CHECK(f.calls > 0 && stat(in_folder(compact ? "compact/data.mdb" : "backup/data.mdb"), &file) == 0);
    CHECK((uint64_t)file.st_size == number("size"));
    place p = given_place(name);
    CHECK(count(p.env, p.d, a) == EACH && count(p.env, p.d, b) == 2 && count(p.env, p.d, NULL) == 1);
    is_stored(p.env, p.d, b, "own", "of b");
    leave(p);
    IS(SLMDB_INVALID_ARGUMENT, backup(name, compact != 0, WORK, ERR));
    CHECK(f.answers == 0);
  }
}

static void test_export(void) {
  slmdb_selection s = given_selection(NULL, a);
  for (int32_t format = SLMDB_FORMAT_BLOCKS; format <= SLMDB_FORMAT_LINES; format++) {
    const char *all = format ? "all.lines" : "all.blocks", *one = format ? "one.lines" : "one.blocks";
    const char *name = format ? "from lines" : "from blocks";
    IS(SLMDB_OK, export_to(all, NULL, format, WORK, ERR));
    is_moved(2, 3, EACH + 4, 0);
    CHECK(f.calls > 2 && f.done == EACH + 4 && f.total > 0);
    IS(SLMDB_OK, export_to(one, &s, format, WORK, ERR));
    is_moved(2, 1, EACH + 1, 0);
    place p = given_place(name);
    IS(SLMDB_OK, import_from(p.env, all, NULL, SLMDB_REFUSE, WORK, ERR));
    is_moved(2, 3, EACH + 4, 0);
    CHECK(f.calls > 2 && count(p.env, p.d, a) == EACH && count(p.env, p.d, b) == 2);
    is_stored(p.env, p.d, NULL, "key00001", "default");
    is_stored(p.env, p.d, b, "own", "of b");
    IS(SLMDB_KEY_EXISTS, import_from(p.env, all, NULL, SLMDB_REFUSE, WORK, ERR));
    put(p.env, p.d, b, "own", "changed"), put(p.env, p.d, b, "stays", "new");
    IS(SLMDB_OK, import_from(p.env, all, NULL, SLMDB_SKIP, WORK, ERR));
    is_moved(2, 3, EACH + 4, EACH + 4);
    is_stored(p.env, p.d, b, "own", "changed");
    IS(SLMDB_OK, import_from(p.env, all, NULL, SLMDB_OVERWRITE, WORK, ERR));
    is_moved(2, 3, EACH + 4, 0);
    is_stored(p.env, p.d, b, "own", "of b");
    is_stored(p.env, p.d, b, "stays", "new");
    IS(SLMDB_OK, import_from(p.env, one, nobody, SLMDB_REFUSE, WORK, ERR));
    is_moved(2, 1, EACH + 1, 0);
    CHECK(count(p.env, p.d, nobody) == EACH);
    IS(SLMDB_INVALID_ARGUMENT, import_from(p.env, all, nobody, SLMDB_OVERWRITE, WORK, ERR));
    leave(p);
  }
}

/* A byte of a file is another one: nothing of it is imported. */
static void test_damage(void) {
  place p = given_place("undamaged");
  for (int lines = 0; lines < 2; lines++) {
    FILE *file = fopen(in_folder(lines ? "one.lines" : "one.blocks"), "r+b");
    NEED(file != NULL);
    fseek(file, -3000, SEEK_END);
    int was = fgetc(file);
    fseek(file, -3000, SEEK_END);
    fputc(was ^ 1, file);
    fclose(file);
    IS(SLMDB_CORRUPT, import_from(p.env, lines ? "one.lines" : "one.blocks", NULL, SLMDB_OVERWRITE, WORK, ERR));
    SAYS("offset");
    CHECK(f.answers == 0 && count(p.env, p.d, a) == 0);
  }
  leave(p);
}

static void test_copy_move_drop(void) {
  place p = given_place("copies");
  IS(SLMDB_OK, slmdb_scope_copy(env, a, p.env, NULL, SLMDB_REFUSE, false, WORK, ERR));
  is_moved(2, 1, EACH + 1, 0);
  CHECK(f.calls > 2 && count(p.env, p.d, a) == EACH && count(env, d, a) == EACH);
  IS(SLMDB_KEY_EXISTS, slmdb_scope_copy(env, a, p.env, NULL, SLMDB_REFUSE, false, WORK, ERR));
  IS(SLMDB_OK, slmdb_scope_copy(env, b, p.env, a, SLMDB_SKIP, false, WORK, ERR));
  is_moved(1, 1, 2, 1);
  is_stored(p.env, p.d, a, "key00001", "value");
  IS(SLMDB_OK, slmdb_scope_copy(env, b, p.env, a, SLMDB_OVERWRITE, false, WORK, ERR));
  is_stored(p.env, p.d, a, "key00001", "of b");
  IS(SLMDB_OK, slmdb_scope_copy(env, NULL, p.env, NULL, SLMDB_REFUSE, false, WORK, ERR));
  is_stored(p.env, p.d, NULL, "key00001", "default");
  IS(SLMDB_OK, slmdb_scope_copy(p.env, a, p.env, b, SLMDB_REFUSE, false, WORK, ERR)); /* within one Env */
  CHECK(count(p.env, p.d, b) == EACH + 1);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_copy(p.env, a, p.env, NULL, SLMDB_REFUSE, false, WORK, ERR));
  IS(SLMDB_OK, slmdb_scope_copy(p.env, b, env, nobody, SLMDB_REFUSE, true, WORK, ERR));
  CHECK(count(p.env, p.d, b) == 0 && count(env, d, nobody) == EACH + 1);
  IS(SLMDB_NOT_FOUND, slmdb_scope_drop(p.env, b, 0, WORK, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_scope_copy(p.env, b, env, NULL, SLMDB_REFUSE, true, WORK, ERR));
  IS(SLMDB_KEY_EXISTS, slmdb_scope_copy(p.env, a, env, NULL, SLMDB_OVERWRITE, true, WORK, ERR));
  IS(SLMDB_OK, slmdb_scope_drop(env, nobody, 100, WORK, ERR));
  CHECK(number("entries") == EACH + 2 && f.calls > EACH / 100 && count(env, d, nobody) == 0); /* and one in "t" */
  IS(SLMDB_NOT_FOUND, slmdb_scope_drop(env, nobody, 100, NULL, ERR));
  IS(SLMDB_OK, slmdb_scope_drop(p.env, a, 0, NULL, ERR));
  leave(p);
}

int main(void) {
  begin_work();
  test_measure();
  test_verify_and_readers();
  test_backup();
  test_export();
  test_damage();
  test_copy_move_drop();
  return end_work("maintenance");
}
