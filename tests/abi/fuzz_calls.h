/* Which random calls does the fuzzer make, with which arguments? One function for each, or for a few that are alike. */
#ifndef ABI_FUZZ_CALLS_H
#define ABI_FUZZ_CALLS_H

#include "given.h"
#include "pack.h"
#include "pool.h"

enum { FOLDERS = 3, SOURCE = 70000, PAGE = 1 << 20, MOST_THREADS = 4, STATUSES = SLMDB_INTERNAL + 1 };

static check_folder folders[FOLDERS];
static unsigned char source[SOURCE]; /* where random keys and values are taken from */
static unsigned long answers[STATUSES], progress;
static int threads; /* of this round; what a transaction lent may only be read when there is no other thread to end it */

/* Write transactions are begun one at a time, so that no thread waits for one of a thread that waits for it. */
static int writer_taken;

typedef struct worker {
  dice d;
  long calls;
  slmdb_txn *writer; /* its own write transaction */
  int writer_age;
  bool streamed; /* the call may end as its stream or its progress wanted */
  unsigned char *page; /* PAGE bytes, for results */
  struct witness *witness;
} worker;

typedef int32_t (*fuzz_call)(worker *);

/* ---- arguments -------------------------------------------------------------------------------------------------- */

static slmdb_error *some_error(worker *w) { return dice_once(&w->d, 8) ? NULL : ERR; }

/* A length that is within a limit, at it, beyond it, or absurd. Absurd ones must be refused before a byte is read. */
static size_t some_length(dice *d) {
  static const size_t edges[] = {0,   1,   2,   498, 499,   500,   501,      506,           507,         508,         511,
                                 512, 513, 500, 600, 65535, 65536, 65537, SOURCE, SIZE_MAX, SIZE_MAX / 2,
                                 (size_t)INT32_MAX + 1};
  return dice_once(d, 4) ? edges[dice_below(d, sizeof edges / sizeof *edges)] : 1 + dice_below(d, 12);
}

typedef struct part {
  const void *bytes;
  size_t length;
  pack object;
} part;

/* A key or a value: an object of MessagePack, a few of which come again and again, or any bytes. */
static void some_part(dice *d, part *p) {
  char text[12];
  snprintf(text, sizeof text, "k%u", (unsigned)dice_below(d, 200));
  switch (dice_below(d, 5)) {
    case 0:
    case 1: p->object = pack_text(text); break;
    case 2: p->object = pack_uint(dice_below(d, 300)); break;
    case 3: p->object = pack_bytes(source + dice_below(d, 1000), dice_below(d, 300)); break;
    default:
      p->length = some_length(d);
      p->bytes = dice_once(d, 12) ? NULL : source + (p->length < 1000 ? dice_below(d, SOURCE - 1000) : 0);
      return;
  }
  p->bytes = p->object.bytes;
  p->length = p->object.size;
}

static slmdb_env *some_env(worker *w) { return (slmdb_env *)pool_pick(POOL_ENV, &w->d); }
static slmdb_db *some_db(worker *w) { return (slmdb_db *)pool_pick(POOL_DB, &w->d); }
static slmdb_batch *some_batch(worker *w) { return (slmdb_batch *)pool_pick(POOL_BATCH, &w->d); }
static slmdb_cursor *some_cursor(worker *w) { return (slmdb_cursor *)pool_pick(POOL_CURSOR, &w->d); }

static slmdb_scope *some_scope(worker *w) {
  return dice_once(&w->d, 3) ? NULL : (slmdb_scope *)pool_pick(POOL_SCOPE, &w->d);
}

static slmdb_txn *some_txn(worker *w) {
  return w->writer && dice_once(&w->d, 2) ? w->writer : (slmdb_txn *)pool_pick(POOL_TXN, &w->d);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static int32_t open_db(worker *w);

static int32_t open_env(worker *w) {
  dice *d = &w->d;
  if (!dice_once(d, 10)) return open_db(w); /* a new Env makes most of the other handles useless */
  slmdb_env *env = NULL;
  slmdb_env_options o = given_env_options();
  o.map_size = (1 + dice_below(d, 3)) * (uint64_t)MEBI; /* soon full */
  o.max_readers = 200;
  if (dice_once(d, 10)) o.struct_size = dice_below(d, 100);
  if (dice_once(d, 10)) o.durability = (int32_t)dice_next(d);
  if (dice_once(d, 10)) o.read_only = true;
  if (dice_once(d, 20)) o.map_size = UINT64_MAX - dice_below(d, 100);
  const char *path = folders[dice_below(d, FOLDERS)].path;
  size_t length = dice_once(d, 10) ? some_length(d) : strlen(path);
  if (length > strlen(path)) path = (const char *)source, length = dice_once(d, 2) ? sizeof source : length;
  int32_t status = slmdb_env_open(path, length, dice_once(d, 20) ? NULL : &o, dice_once(d, 50) ? NULL : &env, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_ENV, env, d);
  return status;
}

static int32_t open_db(worker *w) {
  static const char *const names[] = {"one", "two", "three", "four", "five", "six", "__no", "no_scoped"};
  dice *d = &w->d;
  slmdb_db *db = NULL;
  uint32_t which = dice_below(d, dice_once(d, 10) ? 8 : 6);
  slmdb_db_options o = given_db_options(1 + (int32_t)(which % 3));
  if (which >= 3) { /* heed's layout */
    o.layout = SLMDB_LAYOUT_HEED;
    if (o.kind == SLMDB_TYPED) o.key_type = SLMDB_TYPE_TEXT;
    if (o.kind != SLMDB_BYTES) o.value_type = SLMDB_TYPE_U64;
  }
  if (dice_once(d, 12)) o.kind = (int32_t)dice_below(d, 6) - 1;
  if (dice_once(d, 20)) o.layout = (int32_t)dice_below(d, 5) - 1;
  if (dice_once(d, 20)) o.key_type = (int32_t)dice_below(d, 20) - 2;
  if (dice_once(d, 20)) o.value_type = (int32_t)dice_below(d, 20) - 2;
  if (dice_once(d, 20)) o.struct_size = (size_t)dice_next(d);
  o.must_exist = dice_once(d, 5);
  part p = {names[which], strlen(names[which]), {{0}, 0}};
  if (dice_once(d, 15)) some_part(d, &p);
  int32_t status = slmdb_db_open(some_env(w), (const char *)p.bytes, p.length, dice_once(d, 50) ? NULL : &o,
                                 dice_once(d, 50) ? NULL : &db, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_DB, db, d);
  return status;
}

static int32_t open_scope(worker *w) {
  static const size_t edges[] = {0, 4095, 4096, 4097, SIZE_MAX};
  dice *d = &w->d;
  slmdb_scope *scope = NULL;
  char text[8] = {'s', (char)('a' + dice_below(d, 6)), 0, 0, 0, 0, 0, 0};
  const char *name = text;
  size_t length = 2;
  if (dice_once(d, 5)) name = (const char *)source, length = some_length(d);
  if (dice_once(d, 10)) name = (const char *)source, length = edges[dice_below(d, 5)];
  if (dice_once(d, 40)) name = NULL;
  int32_t status = slmdb_scope_open(name, length, dice_once(d, 50) ? NULL : &scope, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_SCOPE, scope, d);
  return status;
}

static int32_t begin(worker *w) {
  dice *d = &w->d;
  slmdb_txn *txn = NULL;
  bool write = dice_once(d, 2);
  if (write && __atomic_exchange_n(&writer_taken, 1, __ATOMIC_ACQ_REL)) write = false;
  int32_t mode = write ? SLMDB_WRITE : dice_once(d, 20) ? 2 + (int32_t)dice_below(d, 1000) : SLMDB_READ;
  int32_t status = slmdb_txn_begin(some_env(w), mode, dice_once(d, 50) ? NULL : &txn, some_error(w));
  if (status == SLMDB_OK && write) {
    w->writer = txn;
    w->writer_age = 0;
  } else if (write) {
    __atomic_store_n(&writer_taken, 0, __ATOMIC_RELEASE);
  }
  if (status == SLMDB_OK) pool_add(POOL_TXN, txn, d);
  return status;
}

/* ---- entries ---------------------------------------------------------------------------------------------------- */

/* Reads what a call lent, to its last byte, when nobody else can have ended its life. */
static void read_lent(const void *bytes, size_t length) {
  static volatile unsigned char sink;
  if (threads > 1) return;
  for (size_t i = 0; i < length; i++) sink = (unsigned char)(sink ^ ((const unsigned char *)bytes)[i]);
}

static int32_t get(worker *w) {
  const void *value = NULL;
  size_t length = 0;
  part key;
  some_part(&w->d, &key);
  int32_t status = slmdb_db_get(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length,
                                dice_once(&w->d, 50) ? NULL : &value, dice_once(&w->d, 50) ? NULL : &length, some_error(w));
  if (status == SLMDB_OK) read_lent(value, length);
  return status;
}

static int32_t get_copy(worker *w) {
  size_t capacity = dice_below(&w->d, 400), length = 0;
  part key;
  some_part(&w->d, &key);
  unsigned char *buffer = dice_once(&w->d, 30) ? NULL : w->page;
  if (buffer) buffer[capacity] = CHECK_CANARY;
  slmdb_get_args args = {sizeof args, some_txn(w), some_db(w), some_scope(w), buffer, capacity, 0};
  if (dice_once(&w->d, 50)) args.struct_size = (size_t)dice_next(&w->d);
  int32_t status;
  if (dice_once(&w->d, 2)) {
    status = slmdb_db_get_args(dice_once(&w->d, 50) ? NULL : &args, key.bytes, key.length, some_error(w));
    length = args.value_length;
  } else {
    status = slmdb_db_get_copy(args.txn, args.db, args.scope, key.bytes, key.length, buffer, capacity,
                               dice_once(&w->d, 50) ? NULL : &length, some_error(w));
  }
  CHECK(!buffer || buffer[capacity] == CHECK_CANARY);
  CHECK(status != SLMDB_OK || length <= capacity);
  CHECK(status != SLMDB_BUFFER_TOO_SMALL || length > capacity);
  return status;
}

static int32_t put(worker *w) {
  part key, value;
  some_part(&w->d, &key);
  some_part(&w->d, &value);
  if (dice_once(&w->d, 5)) value.bytes = source, value.length = dice_below(&w->d, SOURCE); /* the map must be filled */
  return slmdb_db_put(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, value.bytes, value.length,
                      some_error(w));
}

static int32_t delete_or_clear(worker *w) {
  part key;
  bool deleted;
  uint64_t count;
  some_part(&w->d, &key);
  if (dice_once(&w->d, 4))
    return slmdb_db_clear(some_txn(w), some_db(w), some_scope(w), dice_once(&w->d, 2) ? NULL : &count, some_error(w));
  return slmdb_db_delete(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length,
                         dice_once(&w->d, 2) ? NULL : &deleted, some_error(w));
}

/* ---- cursors ---------------------------------------------------------------------------------------------------- */

static int32_t open_cursor(worker *w) {
  dice *d = &w->d;
  slmdb_cursor *cursor = NULL;
  part lower, upper;
  some_part(d, &lower);
  some_part(d, &upper);
  slmdb_range r = given_range(dice_below(d, dice_once(d, 10) ? 256 : 32));
  r.lower = lower.bytes, r.lower_length = lower.length;
  r.upper = upper.bytes, r.upper_length = upper.length;
  r.limit = dice_once(d, 2) ? 0 : dice_below(d, 20);
  if (dice_once(d, 20)) r.struct_size = (size_t)dice_next(d);
  slmdb_cursor **out = dice_once(d, 50) ? NULL : &cursor;
  int32_t status = dice_once(d, 6) ? slmdb_registry_list(some_txn(w), out, some_error(w))
                                   : slmdb_cursor_open(some_txn(w), some_db(w), some_scope(w), dice_once(d, 3) ? NULL : &r,
                                                       out, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_CURSOR, cursor, d);
  return status;
}

static int32_t next(worker *w) {
  const void *key = NULL, *value = NULL;
  size_t key_length = 0, value_length = 0;
  bool one_missing = dice_once(&w->d, 50);
  int32_t status = slmdb_cursor_next(some_cursor(w), &key, &key_length, one_missing ? NULL : &value, &value_length,
                                     some_error(w));
  if (status == SLMDB_OK) {
    read_lent(key, key_length);
    read_lent(value, value_length);
  }
  return status;
}

/* Capacities are true, or so large that the caller must be lying; then few entries are asked for. */
static int32_t page(worker *w) {
  dice *d = &w->d;
  size_t capacity = dice_below(d, dice_once(d, 2) ? 100 : 5000), most = dice_below(d, 50), length = 0, fence;
  bool more = false, lie = dice_once(d, 10);
  fence = lie ? PAGE - 1 : capacity;
  if (lie) capacity = dice_once(d, 2) ? SIZE_MAX : SIZE_MAX / 2, most = 1;
  unsigned char *buffer = dice_once(d, 30) ? NULL : w->page;
  w->page[fence] = CHECK_CANARY;
  int32_t status = slmdb_cursor_page(some_cursor(w), buffer, capacity, most, dice_once(d, 50) ? NULL : &length,
                                     dice_once(d, 50) ? NULL : &more, some_error(w));
  CHECK(w->page[fence] == CHECK_CANARY);
  CHECK(status != SLMDB_OK || (length <= capacity && length >= 5 && buffer[0] == 0xdd));
  return status;
}

#endif
