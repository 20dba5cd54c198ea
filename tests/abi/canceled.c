/* Is work on a whole Env that is wrongly asked for refused, and what is ended by its caller not half done? */
#include "work.h"

/* What must be there, and beside it, after work that failed. */
static int names;

static void is_as_it_was(void) {
  CHECK(count(env, d, a) == EACH && count(env, d, b) == 2 && count(env, d, NULL) == 1 && count(env, d, nobody) == 0);
  CHECK(f.answers == 0 && beside() == names);
  given_works(env, d, a);
}

/* ---- bad input -------------------------------------------------------------------------------------------------- */

/* Every function that takes work, with good arguments otherwise. */
enum { MEASURE, VERIFY, READERS, BACKUP, EXPORT, IMPORT, COPY, MOVE, DROP, KINDS };

static slmdb_env *other; /* where copies go to */

static int32_t run(int kind, const slmdb_work *w, slmdb_error *e) {
  switch (kind) {
    case MEASURE: return slmdb_env_measure(env, NULL, false, w, e);
    case VERIFY: return slmdb_env_verify(env, w, e);
    case READERS: return slmdb_env_readers(env, w, e);
    case BACKUP: return backup("new", false, w, e);
    case EXPORT: return export_to("new", NULL, SLMDB_FORMAT_BLOCKS, w, e);
    case IMPORT: return import_from(env, "one", nobody, SLMDB_REFUSE, w, e);
    case COPY: return slmdb_scope_copy(env, a, other, NULL, SLMDB_REFUSE, false, w, e);
    case MOVE: return slmdb_scope_copy(env, a, other, NULL, SLMDB_REFUSE, true, w, e);
    default: return slmdb_scope_drop(env, a, 0, w, e);
  }
}

static void test_work(void) {
  static const size_t sizes[] = {0, sizeof(slmdb_work) - 1, sizeof(slmdb_work) + 8, SIZE_MAX};
  for (int kind = 0; kind < KINDS; kind++)
    for (int i = 0; i < 4; i++) {
      slmdb_work wrong = *WORK;
      wrong.struct_size = sizes[i];
      IS(SLMDB_INVALID_ARGUMENT, run(kind, &wrong, ERR));
      SAYS("slmdb_work");
    }
  is_as_it_was();
}

static void test_selection(void) {
  slmdb_scope *closed = given_scope("closed");
  IS(SLMDB_OK, slmdb_scope_close(closed, ERR));
  slmdb_selection no_size = given_selection(NULL, NULL), both = given_selection(NULL, a);
  slmdb_selection null_name = given_selection(NULL, NULL), no_db = given_selection("none", NULL);
  slmdb_selection no_scope = given_selection(NULL, nobody), gone = given_selection(NULL, closed);
  slmdb_selection no_handle = given_selection(NULL, (slmdb_scope *)d);
  no_size.struct_size = 0, both.default_scope = true, null_name.database_length = 1;
  const slmdb_selection *all[] = {&no_size, &both, &null_name, &no_db, &no_scope, &gone, &no_handle};
  const int32_t want[] = {SLMDB_INVALID_ARGUMENT, SLMDB_INVALID_ARGUMENT, SLMDB_INVALID_ARGUMENT,
                          SLMDB_DATABASE_NOT_FOUND, SLMDB_NOT_FOUND, SLMDB_CLOSED, SLMDB_INVALID_HANDLE};
  for (int i = 0; i < 7; i++) {
    IS(want[i], slmdb_env_measure(env, all[i], false, WORK, ERR));
    IS(want[i], slmdb_env_measure(env, all[i], true, WORK, ERR));
    IS(want[i], export_to("new", all[i], SLMDB_FORMAT_LINES, WORK, ERR));
  }
  is_as_it_was();
}

static void test_paths(void) {
  struct {
    const char *path;
    size_t length;
    int32_t want;
  } bad[] = {{NULL, 0, SLMDB_INVALID_ARGUMENT},
             {"", 0, SLMDB_INVALID_ARGUMENT},
             {NULL, 3, SLMDB_INVALID_ARGUMENT},
             {"a\0b", 3, SLMDB_INVALID_ARGUMENT},
             {"x", SIZE_MAX, SLMDB_INVALID_ARGUMENT},
             {"/nowhere/at/all", 15, SLMDB_PATH_NOT_FOUND}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    IS(bad[i].want, slmdb_env_backup(env, bad[i].path, bad[i].length, false, WORK, ERR));
    IS(bad[i].want, slmdb_env_export(env, bad[i].path, bad[i].length, NULL, SLMDB_FORMAT_BLOCKS, WORK, ERR));
    IS(bad[i].want, slmdb_env_import(env, bad[i].path, bad[i].length, NULL, SLMDB_REFUSE, WORK, ERR));
  }
  IS(SLMDB_INVALID_ARGUMENT, backup("one", false, WORK, ERR)); /* a file */
  IS(SLMDB_INVALID_ARGUMENT, backup("env", false, WORK, ERR)); /* the Env itself */
  IS(SLMDB_INVALID_ARGUMENT, export_to("one", NULL, SLMDB_FORMAT_BLOCKS, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, export_to("env", NULL, SLMDB_FORMAT_BLOCKS, WORK, ERR));
  IS(SLMDB_IO, import_from(env, "env", NULL, SLMDB_REFUSE, WORK, ERR)); /* a folder */
  IS(SLMDB_CORRUPT, import_from(env, "env/data.mdb", NULL, SLMDB_REFUSE, WORK, ERR));
  is_as_it_was();
}

static void test_numbers(void) {
  static const int32_t formats[] = {-1, 2, 256, INT32_MIN, INT32_MAX};
  static const int32_t existing[] = {-1, 3, 256, INT32_MIN, INT32_MAX};
  for (int i = 0; i < 5; i++) {
    IS(SLMDB_INVALID_ARGUMENT, export_to("new", NULL, formats[i], WORK, ERR));
    IS(SLMDB_INVALID_ARGUMENT, import_from(env, "one", nobody, existing[i], WORK, ERR));
    IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_copy(env, a, other, NULL, existing[i], false, WORK, ERR));
  }
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_copy(env, NULL, other, b, SLMDB_REFUSE, true, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_drop(env, NULL, 0, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_scope_copy(env, a, env, b, SLMDB_REFUSE, true, WORK, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_scope_copy(env, a, NULL, NULL, SLMDB_REFUSE, false, WORK, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_scope_copy(NULL, a, env, NULL, SLMDB_REFUSE, false, WORK, ERR));
  IS(SLMDB_INVALID_HANDLE, slmdb_env_measure(NULL, NULL, false, WORK, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_scope_drop(env, nobody, UINT64_MAX, WORK, ERR));
  is_as_it_was();
}

/* A reader's Env is looked at and copied, not written. */
static void test_read_only(void) {
  slmdb_env_options o = given_env_options();
  o.read_only = true;
  place p = given_place("reader");
  put(p.env, p.d, a, "k", "v");
  leave(p);
  slmdb_env *reader = given_env_with(in_folder("reader"), &o);
  IS(SLMDB_OK, slmdb_env_measure(reader, NULL, false, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_verify(reader, WORK, ERR));
  CHECK(is_one(answer(), "sound", PACK_TRUE));
  IS(SLMDB_READ_ONLY, import_from(reader, "one", NULL, SLMDB_REFUSE, WORK, ERR));
  IS(SLMDB_READ_ONLY, slmdb_scope_copy(env, a, reader, NULL, SLMDB_REFUSE, false, WORK, ERR));
  IS(SLMDB_READ_ONLY, slmdb_scope_copy(reader, a, env, nobody, SLMDB_REFUSE, true, WORK, ERR));
  IS(SLMDB_READ_ONLY, slmdb_scope_drop(reader, a, 0, WORK, ERR));
  IS(SLMDB_OK, slmdb_env_close(reader, ERR));
  names++;
  is_as_it_was();
}

/* ---- ended by the caller ---------------------------------------------------------------------------------------- */

/* At its first call of progress, and at a later one, before anything is kept. */
static void test_canceled(void) {
  for (int at = 1; at <= 2; at++)
    for (int kind = 0; kind < KINDS; kind++) {
      if (kind == READERS || (kind == DROP && at == 2)) continue; /* one tells of nothing; the other has deleted then */
      if (!IS(SLMDB_CANCELED, run(kind, ended_at(at), ERR))) fprintf(stderr, "kind %d, call %d\n", kind, at);
      CHECK(f.calls == at);
      is_as_it_was();
      place p = {other, NULL};
      p.d = given_db(other, "d", SLMDB_BYTES);
      CHECK(count(other, p.d, a) == 0);
      IS(SLMDB_OK, slmdb_db_close(p.d, ERR));
    }
  IS(SLMDB_OK, slmdb_env_verify(env, WORK, ERR));
  CHECK(is_one(answer(), "sound", PACK_TRUE) && number("harmless") == 0);
}

/* Also where there is so little that progress would be told of only before and after it. */
static void test_canceled_small(void) {
  slmdb_selection s = given_selection(NULL, b);
  memset(&f, 0, sizeof f);
  IS(SLMDB_CANCELED, slmdb_env_measure(env, &s, false, ended_at(1), ERR));
  IS(SLMDB_CANCELED, export_to("new", &s, SLMDB_FORMAT_LINES, ended_at(1), ERR));
  IS(SLMDB_CANCELED, slmdb_scope_copy(env, b, env, nobody, SLMDB_REFUSE, false, ended_at(1), ERR));
  IS(SLMDB_CANCELED, slmdb_scope_copy(env, b, other, NULL, SLMDB_REFUSE, true, ended_at(1), ERR));
  IS(SLMDB_CANCELED, slmdb_scope_drop(env, b, 1, ended_at(1), ERR));
  is_as_it_was();
}

/* What a drop has deleted stays so, and the next one goes on. */
static void test_canceled_drop(void) {
  IS(SLMDB_OK, slmdb_scope_copy(env, a, env, nobody, SLMDB_REFUSE, false, NULL, ERR));
  IS(SLMDB_CANCELED, slmdb_scope_drop(env, nobody, 1000, ended_at(3), ERR));
  size_t left = count(env, d, nobody);
  CHECK(f.answers == 0 && left > 0 && left <= EACH - 1000);
  IS(SLMDB_OK, slmdb_scope_drop(env, nobody, 1000, WORK, ERR));
  CHECK(number("entries") >= left && number("entries") <= left + 1);
  f.answers = 0;
  is_as_it_was();
}

/* Work that nobody follows, or by one function only. */
static void test_unfollowed(void) {
  slmdb_work nothing;
  memset(&nothing, 0, sizeof nothing);
  nothing.struct_size = sizeof nothing;
  for (int kind = 0; kind < IMPORT; kind++) {
    slmdb_work half = *WORK;
    if (kind == EXPORT || kind == BACKUP) continue;
    IS(SLMDB_OK, run(kind, NULL, ERR));
    IS(SLMDB_OK, run(kind, &nothing, ERR));
    QUIET(SLMDB_OK, run(kind, &nothing, NULL));
    half.progress = NULL;
    IS(SLMDB_OK, run(kind, &half, ERR));
    CHECK(f.answers == 1 && f.calls == 0);
    half.progress = follow, half.answer = NULL, f.answers = 0;
    IS(SLMDB_OK, run(kind, &half, ERR));
    CHECK(f.answers == 0 && (f.calls > 0 || kind == READERS));
  }
}

/* A function of progress may use the Env; for the work's own transaction it does not wait. A close breaks nothing. */
static int32_t inner[4];

static bool use(void *user, uint64_t done, uint64_t total) {
  slmdb_txn *txn = NULL;
  (void)user, (void)done, (void)total;
  inner[0] = slmdb_txn_begin(env, SLMDB_READ, &txn, NULL);
  if (inner[0] == SLMDB_OK) slmdb_txn_abort(txn, NULL);
  inner[1] = slmdb_txn_begin(env, SLMDB_WRITE, &txn, NULL);
  if (inner[1] == SLMDB_OK) slmdb_txn_abort(txn, NULL);
  inner[2] = slmdb_env_measure(env, NULL, false, NULL, NULL);
  inner[3] = slmdb_env_flush(env, NULL);
  for (int i = 0; i < 4; i++) CHECK(inner[i] == SLMDB_OK || (inner[i] == SLMDB_NESTED && i % 2 == 1));
  return true;
}

static bool shut(void *user, uint64_t done, uint64_t total) {
  int *left = (int *)user;
  (void)done, (void)total;
  if ((*left)-- == 0) inner[0] = slmdb_env_close(env, NULL);
  return true;
}

static void test_used(void) {
  slmdb_work w = *WORK;
  w.progress = use, w.answer = NULL, w.user = NULL;
  for (int kind = 0; kind < KINDS; kind++) {
    if (kind == MOVE || kind == DROP) continue;
    IS(SLMDB_OK, run(kind, &w, ERR));
    remove(in_folder("new/data.mdb")), remove(in_folder("new"));
  }
  IS(SLMDB_OK, import_from(env, "one", nobody, SLMDB_OVERWRITE, &w, ERR)); /* in one write transaction */
  IS(SLMDB_OK, slmdb_scope_drop(env, nobody, 100, &w, ERR));
  IS(SLMDB_OK, slmdb_scope_drop(other, a, 100, &w, ERR));
  is_as_it_was();
  w.progress = shut;
  for (int at = 0; at < 3; at++)
    for (int kind = 0; kind < IMPORT; kind++) {
      int left = at;
      w.user = &left, inner[0] = SLMDB_BUSY;
      int32_t status = run(kind, &w, ERR);
      CHECK(status == SLMDB_OK || (status == SLMDB_CLOSED && inner[0] == SLMDB_OK));
      remove(in_folder("new/data.mdb")), remove(in_folder("new"));
      if (inner[0] != SLMDB_OK) continue;
      IS(SLMDB_CLOSED, slmdb_db_close(d, ERR));
      place p = given_place("env");
      env = p.env, d = p.d, t = given_db(env, "t", SLMDB_TYPED);
    }
  is_as_it_was();
}

/* A scope that is written while it is moved stays, and its copy goes, but nothing that was there before. */
static bool write_once(void *user, uint64_t done, uint64_t total) {
  (void)done, (void)total;
  if ((*(int *)user)++ == 1) put(env, d, a, "late", "v");
  return true;
}

static void test_written(void) {
  int calls = 0;
  slmdb_work w = *WORK;
  w.progress = write_once, w.user = &calls, w.answer = NULL;
  slmdb_db *theirs = given_db(other, "d", SLMDB_BYTES), *more = given_db(other, "more", SLMDB_BYTES);
  IS(SLMDB_CONFLICT, slmdb_scope_copy(env, a, other, NULL, SLMDB_REFUSE, true, &w, ERR));
  CHECK(count(other, theirs, a) == 0 && count(env, d, a) == EACH + 1);
  put(other, more, a, "theirs", "v");
  IS(SLMDB_KEY_EXISTS, slmdb_scope_copy(env, a, other, NULL, SLMDB_REFUSE, true, &w, ERR));
  CHECK(count(other, theirs, a) == 0 && count(other, more, a) == 1);
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  IS(SLMDB_OK, slmdb_db_delete(txn, d, a, "late", 4, NULL, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(txn, ERR));
  IS(SLMDB_OK, slmdb_scope_drop(other, a, 0, NULL, ERR));
  IS(SLMDB_OK, slmdb_db_close(theirs, ERR));
  IS(SLMDB_OK, slmdb_db_close(more, ERR));
  is_as_it_was();
}

/* ---- where it may not be called --------------------------------------------------------------------------------- */

static int32_t said[KINDS + 1];

static void within(void *user, const slmdb_error *result) {
  (void)user, (void)result;
  for (int kind = 0; kind < KINDS; kind++) said[kind] = run(kind, &work, NULL);
  said[KINDS] = slmdb_env_clear_readers(env, NULL, NULL);
}

static void test_callback(void) {
  slmdb_batch *batch = given_batch(env);
  (void)WORK;
  IS(SLMDB_OK, slmdb_batch_submit(batch, within, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  for (int kind = 0; kind <= KINDS; kind++) CHECK(said[kind] == SLMDB_BUSY);
  is_as_it_was();
}

/* With a write transaction of this thread: what needs it is refused, what reads may be. Nothing waits for itself. */
static void test_own_writer(void) {
  slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
  given_put(txn, d, nobody, "uncommitted", "v");
  for (int kind = 0; kind < KINDS; kind++) {
    int32_t status = run(kind, WORK, ERR);
    bool reads = kind != BACKUP && kind != IMPORT && kind != MOVE && kind != DROP;
    CHECK(check_written(status, &check_last));
    CHECK((status == SLMDB_NESTED && f.answers == 0) || (reads && status == SLMDB_OK && f.answers == 1));
    if (status == SLMDB_OK && kind == EXPORT) remove(in_folder("new"));
    if (status == SLMDB_OK && kind == COPY) IS(SLMDB_OK, slmdb_scope_drop(other, a, 0, NULL, ERR));
  }
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_NOT_FOUND, slmdb_scope_drop(other, a, 0, NULL, ERR)); /* the copy of what could not be moved */
  f.answers = 0;
  is_as_it_was();
}

int main(void) {
  begin_work();
  place p = given_place("other");
  other = p.env;
  slmdb_selection s = given_selection(NULL, a);
  IS(SLMDB_OK, export_to("one", &s, SLMDB_FORMAT_BLOCKS, WORK, ERR));
  names = beside();
  test_work();
  test_selection();
  test_paths();
  test_numbers();
  test_read_only();
  test_canceled();
  test_canceled_small();
  test_canceled_drop();
  test_unfollowed();
  test_written();
  test_used();
  test_callback();
  test_own_writer();
  leave(p);
  return end_work("canceled");
}
