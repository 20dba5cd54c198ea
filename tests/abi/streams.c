/* Do exports, imports and backups go through the caller's own functions as they go through files, and end with them? */
#include "work.h"

#include <pthread.h>

/* A stream in memory. */
typedef struct stream {
  unsigned char *bytes;
  size_t size, at, most; /* most: bytes of a read at the most; 0: as many as fit */
  pthread_t thread;      /* the one that calls, and is called back */
  int calls, fail_at;    /* fail_at: the call that answers `status`; 0: none */
  int32_t status;
  size_t lie; /* what a read says beyond the capacity; 0: the truth */
} stream;

static int32_t take(void *user, const void *data, size_t length) {
  stream *s = (stream *)user;
  CHECK(length > 0 && (s->fail_at == 0 || s->calls < s->fail_at)); /* not called again */
  CHECK(pthread_equal(s->thread, pthread_self()));
  if (++s->calls == s->fail_at) return s->status;
  s->bytes = (unsigned char *)realloc(s->bytes, s->size + length);
  NEED(s->bytes != NULL);
  memcpy(s->bytes + s->size, data, length);
  s->size += length;
  return SLMDB_OK;
}

static int32_t give(void *user, void *buffer, size_t capacity, size_t *length) {
  stream *s = (stream *)user;
  size_t n = s->size - s->at;
  CHECK(pthread_equal(s->thread, pthread_self()));
  CHECK(capacity > 0 && *length == 0 && (s->fail_at == 0 || s->calls < s->fail_at));
  if (++s->calls == s->fail_at) return s->status;
  if (n > capacity) n = capacity;
  if (s->most && n > s->most) n = s->most;
  memcpy(buffer, s->bytes + s->at, n);
  s->at += n;
  *length = s->lie ? capacity + s->lie : n;
  return SLMDB_OK;
}

static stream again(const stream *s, size_t size) {
  stream r;
  memset(&r, 0, sizeof r);
  r.bytes = s->bytes, r.size = size, r.thread = pthread_self();
  return r;
}

static stream empty(void) {
  stream s;
  memset(&s, 0, sizeof s);
  s.thread = pthread_self();
  return s;
}

static stream exported(slmdb_scope *scope, int32_t format) {
  stream s = empty();
  slmdb_selection part = given_selection(NULL, scope);
  IS(SLMDB_OK, slmdb_env_export_to(env, take, &s, &part, format, NULL, ERR));
  return s;
}

/* ---- streams that are sound ------------------------------------------------------------------------------------- */

static void test_same_as_files(void) {
  for (int32_t format = SLMDB_FORMAT_BLOCKS; format <= SLMDB_FORMAT_LINES; format++) {
    const char *name = format ? "all.lines" : "all.blocks";
    static const size_t mosts[] = {1, 7, 0};
    stream s = empty();
    IS(SLMDB_OK, slmdb_env_export_to(env, take, &s, NULL, format, WORK, ERR));
    is_moved(2, 3, EACH + 4, 0);
    CHECK(f.calls > 2 && f.done == EACH + 4);
    IS(SLMDB_OK, export_to(name, NULL, format, NULL, ERR));
    FILE *file = fopen(in_folder(name), "rb");
    NEED(file != NULL);
    for (size_t i = 0; i < s.size; i++)
      if (!CHECK(fgetc(file) == s.bytes[i])) break;
    CHECK(fgetc(file) == EOF);
    fclose(file);
    const char *path = in_folder(name);
    IS(SLMDB_OK, slmdb_export_verify(path, strlen(path), WORK, ERR));
    is_moved(2, 3, EACH + 4, 0);
    for (int i = 0; i < 3; i++) {
      char folder_name[16];
      snprintf(folder_name, sizeof folder_name, "from %d %d", (int)format, i);
      stream r = again(&s, s.size);
      r.most = mosts[i];
      IS(SLMDB_OK, slmdb_export_verify_from(give, &r, WORK, ERR));
      is_moved(2, 3, EACH + 4, 0);
      CHECK(f.calls > 2 && r.at == r.size);
      place p = given_place(folder_name);
      r = again(&s, s.size), r.most = mosts[i];
      IS(SLMDB_OK, slmdb_env_import_from(p.env, give, &r, NULL, SLMDB_REFUSE, WORK, ERR));
      is_moved(2, 3, EACH + 4, 0);
      CHECK(count(p.env, p.d, a) == EACH && count(p.env, p.d, b) == 2 && count(p.env, p.d, NULL) == 1);
      r = again(&s, s.size);
      IS(SLMDB_KEY_EXISTS, slmdb_env_import_from(p.env, give, &r, NULL, SLMDB_REFUSE, WORK, ERR));
      r = again(&s, s.size);
      IS(SLMDB_OK, slmdb_env_import_from(p.env, give, &r, NULL, SLMDB_SKIP, WORK, ERR));
      is_moved(2, 3, EACH + 4, EACH + 4);
      leave(p);
    }
    free(s.bytes);
  }
}

static void test_backup(void) {
  for (int compact = 0; compact < 2; compact++) {
    const char *name = compact ? "compact" : "backup";
    stream s = empty();
    IS(SLMDB_OK, slmdb_env_backup_to(env, take, &s, compact != 0, WORK, ERR));
    CHECK(number("size") == s.size && f.calls > 0);
    leave(given_place(name));
    FILE *file = fopen(in_folder(compact ? "compact/data.mdb" : "backup/data.mdb"), "wb");
    NEED(file != NULL && fwrite(s.bytes, 1, s.size, file) == s.size && fclose(file) == 0);
    place p = given_place(name);
    CHECK(count(p.env, p.d, a) == EACH && count(p.env, p.d, b) == 2 && count(p.env, p.d, NULL) == 1);
    leave(p);
    free(s.bytes);
  }
}

/* ---- streams that are not --------------------------------------------------------------------------------------- */

static void is_refused(place p, stream r) {
  stream verified = r;
  IS(SLMDB_CORRUPT, slmdb_export_verify_from(give, &verified, WORK, ERR));
  SAYS("offset");
  IS(SLMDB_CORRUPT, slmdb_env_import_from(p.env, give, &r, NULL, SLMDB_REFUSE, WORK, ERR));
  SAYS("offset");
  CHECK(f.answers == 0);
}

/* Cut off anywhere, or with any one byte changed: nothing of it is there afterwards. */
static void test_damage(void) {
  place p = given_place("undamaged");
  for (int32_t format = SLMDB_FORMAT_BLOCKS; format <= SLMDB_FORMAT_LINES; format++) {
    stream s = exported(b, format);
    for (size_t i = 0; i < s.size; i++) {
      is_refused(p, again(&s, i));
      s.bytes[i] ^= (unsigned char)(1 << i % 8);
      stream verified = again(&s, s.size), imported = verified;
      int32_t status = slmdb_export_verify_from(give, &verified, NULL, ERR);
      CHECK(status == SLMDB_CORRUPT || status == SLMDB_FORMAT_TOO_NEW);
      QUIET(status, slmdb_env_import_from(p.env, give, &imported, NULL, SLMDB_REFUSE, NULL, NULL));
      s.bytes[i] ^= (unsigned char)(1 << i % 8);
    }
    CHECK(count(p.env, p.d, b) == 0);
    IS(SLMDB_OK, slmdb_env_verify(p.env, WORK, ERR));
    CHECK(is_one(answer(), "sound", PACK_TRUE) && number("harmless") == 0 && number("scopes") == 0);
    free(s.bytes);
  }
  leave(p);
}

/* A large one, of which much has gathered before its end: it is deleted again. */
static void test_rolled_back(void) {
  place p = given_place("rolled back");
  stream s = exported(a, SLMDB_FORMAT_BLOCKS);
  is_refused(p, again(&s, s.size - 1));
  for (int kind = 0; kind < 3; kind++) {
    stream r = again(&s, s.size);
    r.most = 1000, r.fail_at = kind == 0 ? 1 : 30, r.status = kind == 2 ? SLMDB_CANCELED : SLMDB_UNAVAILABLE;
    IS(r.status, slmdb_env_import_from(p.env, give, &r, NULL, SLMDB_REFUSE, WORK, ERR));
    SAYS("read function");
    CHECK(r.calls == r.fail_at && f.answers == 0 && count(p.env, p.d, a) == 0);
  }
  IS(SLMDB_OK, slmdb_env_verify(p.env, WORK, ERR));
  CHECK(is_one(answer(), "sound", PACK_TRUE) && number("harmless") == 0);
  free(s.bytes);
  leave(p);
}

/* What the caller's function answers is what the work comes to. */
static void test_answers(void) {
  static const struct {
    int32_t said, want;
  } answers[] = {{SLMDB_DISK_FULL, SLMDB_DISK_FULL}, {SLMDB_IO, SLMDB_IO},       {SLMDB_CANCELED, SLMDB_CANCELED},
                 {SLMDB_NOT_FOUND, SLMDB_IO},        {SLMDB_INTERNAL, SLMDB_IO}, {-1, SLMDB_IO},
                 {9999, SLMDB_IO},                   {INT32_MIN, SLMDB_IO}};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    for (int at = 1; at <= 2; at++) {
      stream s = empty();
      s.fail_at = at, s.status = answers[i].said;
      IS(answers[i].want, slmdb_env_backup_to(env, take, &s, false, WORK, ERR));
      SAYS("write function");
      CHECK(s.calls == at && f.answers == 0);
      free(s.bytes);
      if (at == 2) continue;
      s = empty(), s.fail_at = at, s.status = answers[i].said;
      IS(answers[i].want, slmdb_env_export_to(env, take, &s, NULL, SLMDB_FORMAT_LINES, WORK, ERR));
      SAYS("write function");
      CHECK(s.calls == 1 && f.answers == 0);
      IS(answers[i].want, slmdb_export_verify_from(give, (s.calls = 0, &s), WORK, ERR));
      SAYS("read function");
    }
  stream lying = exported(b, SLMDB_FORMAT_BLOCKS);
  for (lying.lie = 1; lying.lie; lying.lie = lying.lie == 1 ? SIZE_MAX / 2 : 0) {
    lying.at = 0;
    IS(SLMDB_INVALID_ARGUMENT, slmdb_export_verify_from(give, &lying, WORK, ERR));
    SAYS("buffer");
  }
  free(lying.bytes);
}

static void test_wrong(void) {
  stream s = empty();
  slmdb_work wrong = *WORK;
  const char *missing = in_folder("missing"), *file = in_folder("env/data.mdb");
  wrong.struct_size--;
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_backup_to(env, NULL, &s, false, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_export_to(env, NULL, &s, NULL, SLMDB_FORMAT_BLOCKS, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_import_from(env, NULL, &s, NULL, SLMDB_REFUSE, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_export_verify_from(NULL, &s, WORK, ERR));
  SAYS("NULL");
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_backup_to(env, take, &s, false, &wrong, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_export_to(env, take, &s, NULL, SLMDB_FORMAT_BLOCKS, &wrong, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_export_to(env, take, &s, NULL, 2, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_import_from(env, give, &s, NULL, SLMDB_REFUSE, &wrong, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_env_import_from(env, give, &s, NULL, 3, WORK, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_export_verify_from(give, &s, &wrong, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_export_verify(missing, strlen(missing), &wrong, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_export_verify("", 0, WORK, ERR));
  IS(SLMDB_PATH_NOT_FOUND, slmdb_export_verify(missing, strlen(missing), WORK, ERR));
  SAYS("missing");
  IS(SLMDB_CORRUPT, slmdb_export_verify(file, strlen(file), WORK, ERR));
  CHECK(s.calls == 0);
}

/* ---- ended while they wait -------------------------------------------------------------------------------------- */

/* Says no after so many calls with the same words. */
static bool lose_patience(void *user, uint64_t done, uint64_t total) {
  (void)done, (void)total;
  return --*(int *)user > 0;
}

static int32_t waiting_status;
static double waited;

static void *wait_for_writer(void *user) {
  int patience = 4, kind = *(int *)user;
  slmdb_work w;
  memset(&w, 0, sizeof w);
  w.struct_size = sizeof w, w.progress = lose_patience, w.user = &patience;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  stream s = exported(b, SLMDB_FORMAT_BLOCKS);
  switch (kind) {
    case 0: waiting_status = slmdb_scope_drop(env, b, 0, &w, NULL); break;
    case 1: waiting_status = slmdb_orphan_drop(env, 1, 0, &w, NULL); break;
    case 2: waiting_status = slmdb_env_import_from(env, give, &s, nobody, SLMDB_REFUSE, &w, NULL); break;
    default: waiting_status = slmdb_scope_copy(env, b, env, nobody, SLMDB_REFUSE, false, &w, NULL);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  waited = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
  free(s.bytes);
  return NULL;
}

/* This thread's write transaction stays open: the work does not wait for its end. */
static void test_canceled_while_it_waits(void) {
  for (int kind = 0; kind < 4; kind++) {
    pthread_t thread;
    slmdb_txn *txn = given_txn(env, SLMDB_WRITE);
    waiting_status = -1, waited = 0;
    NEED(pthread_create(&thread, NULL, wait_for_writer, &kind) == 0);
    NEED(pthread_join(thread, NULL) == 0); /* or it hangs, for ever */
    CHECK(waiting_status == SLMDB_CANCELED);
    CHECK(waited >= 0.1 && waited < 20); /* on a busy machine */
    IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
    CHECK(count(env, d, b) == 2 && count(env, d, nobody) == 0);
  }
}

/* ---- orphans ---------------------------------------------------------------------------------------------------- */

/* Another id in the registry's row of a scope: its entries are nobody's then. */
static void orphan(const char *name, const char *scope, uint32_t id) {
  unsigned char row[64];
  size_t length = strlen(scope), changed = 0;
  memset(row, 0, sizeof row);
  for (int i = 0; i < 4; i++) row[i] = (unsigned char)(id >> (8 * i));
  row[4] = (unsigned char)length; /* of 8 bytes */
  memcpy(row + 12, scope, length);
  FILE *file = fopen(in_folder(name), "r+b");
  NEED(file != NULL);
  static unsigned char bytes[8 * MEBI];
  size_t size = fread(bytes, 1, sizeof bytes, file);
  for (size_t i = 0; i + length + 12 <= size; i++) {
    if (memcmp(bytes + i, row, length + 12) != 0) continue;
    fseek(file, (long)i, SEEK_SET);
    fputc(row[0] ^ 1, file);
    changed++;
  }
  NEED(changed > 0 && fclose(file) == 0);
}

static void test_orphans(void) {
  uint32_t id = 0, other = 0;
  place p = given_place("orphans");
  slmdb_scope *lost = given_scope("lost and never found");
  put(p.env, p.d, lost, "k1", "v"), put(p.env, p.d, lost, "k2", "v"), put(p.env, p.d, b, "k", "v");
  slmdb_txn *txn = given_txn(p.env, SLMDB_READ);
  IS(SLMDB_OK, slmdb_registry_id(txn, lost, &id, ERR));
  IS(SLMDB_OK, slmdb_registry_id(txn, b, &other, ERR));
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  IS(SLMDB_INVALID_ARGUMENT, slmdb_orphan_drop(p.env, id, 0, WORK, ERR));
  SAYS("lost and never found");
  leave(p);
  orphan("orphans/data.mdb", "lost and never found", id);
  p = given_place("orphans");
  IS(SLMDB_OK, slmdb_env_verify(p.env, WORK, ERR));
  CHECK(is_one(answer(), "sound", PACK_FALSE) && number("harmful") >= 1);
  IS(SLMDB_OK, slmdb_orphan_drop(p.env, id, 1, WORK, ERR));
  CHECK(number("entries") == 2 && f.calls > 1 && count(p.env, p.d, b) == 1);
  IS(SLMDB_OK, slmdb_orphan_drop(p.env, id, 0, WORK, ERR));
  CHECK(number("entries") == 0);
  IS(SLMDB_INVALID_ARGUMENT, slmdb_orphan_drop(p.env, other, 0, WORK, ERR));
  leave(p);
  slmdb_env_options o = given_env_options();
  o.read_only = true;
  slmdb_env *reader = given_env_with(in_folder("orphans"), &o);
  IS(SLMDB_READ_ONLY, slmdb_orphan_drop(reader, id, 0, WORK, ERR));
  IS(SLMDB_OK, slmdb_env_close(reader, ERR));
  IS(SLMDB_OK, slmdb_scope_close(lost, ERR));
}

/* ---- where they may not be called ------------------------------------------------------------------------------- */

static int32_t said[5];

static void within(void *user, const slmdb_error *result) {
  stream s = empty();
  (void)user, (void)result;
  said[0] = slmdb_env_backup_to(env, take, &s, false, NULL, NULL);
  said[1] = slmdb_env_export_to(env, take, &s, NULL, SLMDB_FORMAT_BLOCKS, NULL, NULL);
  said[2] = slmdb_env_import_from(env, give, &s, NULL, SLMDB_REFUSE, NULL, NULL);
  said[3] = slmdb_export_verify_from(give, &s, NULL, NULL);
  said[4] = slmdb_orphan_drop(env, 1, 0, NULL, NULL);
  CHECK(s.calls == 0);
}

static void test_callback(void) {
  IS(SLMDB_OK, slmdb_batch_submit(given_batch(env), within, NULL, ERR));
  IS(SLMDB_OK, slmdb_env_flush(env, ERR));
  for (int i = 0; i < 5; i++) CHECK(said[i] == SLMDB_BUSY);
}

/* The functions may read and, where no write transaction is open, write. */
static int32_t take_and_write(void *user, const void *data, size_t length) {
  put(env, d, nobody, "meanwhile", "v");
  is_stored(env, d, nobody, "meanwhile", "v");
  return take(user, data, length);
}

static void test_used(void) {
  stream s = empty();
  IS(SLMDB_OK, slmdb_env_export_to(env, take_and_write, &s, NULL, SLMDB_FORMAT_BLOCKS, WORK, ERR));
  is_moved(2, 3, EACH + 4, 0); /* as the snapshot had it */
  s.size = 0;
  IS(SLMDB_OK, slmdb_env_backup_to(env, take_and_write, &s, true, WORK, ERR));
  IS(SLMDB_OK, slmdb_scope_drop(env, nobody, 0, NULL, ERR));
  free(s.bytes);
}

int main(void) {
  begin_work();
  test_same_as_files();
  test_backup();
  test_damage();
  test_rolled_back();
  test_answers();
  test_wrong();
  test_canceled_while_it_waits();
  test_orphans();
  test_callback();
  test_used();
  return end_work("streams");
}
