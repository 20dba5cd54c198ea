/* Do hundreds of thousands of random calls, right and wrong, from one to four threads, do any harm? */
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
  unsigned char *page; /* PAGE bytes, for results */
} worker;

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
  int32_t status = slmdb_db_get_copy(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, buffer, capacity,
                                     dice_once(&w->d, 50) ? NULL : &length, some_error(w));
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

/* ---- ends ------------------------------------------------------------------------------------------------------- */

/* Notes that this thread's write transaction is over, if a call that ends transactions has ended it. */
static void note_end(worker *w, const slmdb_txn *txn, int32_t status) {
  if (!w->writer || txn != w->writer || status == SLMDB_IN_USE || status == SLMDB_WRONG_THREAD) return;
  w->writer = NULL;
  __atomic_store_n(&writer_taken, 0, __ATOMIC_RELEASE);
}

static int32_t end_txn(worker *w) {
  slmdb_txn *txn = some_txn(w);
  int32_t status = dice_once(&w->d, 3) ? slmdb_txn_abort(txn, some_error(w)) : slmdb_txn_commit(txn, some_error(w));
  note_end(w, txn, status);
  return status;
}

/* The own write transaction, for good. Another thread may be inside of a call with it: then not yet. */
static void end_writer(worker *w) {
  while (w->writer) {
    slmdb_txn *txn = w->writer;
    note_end(w, txn, slmdb_txn_commit(txn, NULL));
  }
}

static int32_t close_any(worker *w) {
  switch (dice_below(&w->d, 40)) {
    case 0: return slmdb_env_close(some_env(w), some_error(w));
    case 1:
    case 2: return slmdb_db_close(some_db(w), some_error(w));
    case 3:
    case 4: return slmdb_scope_close((slmdb_scope *)pool_pick(POOL_SCOPE, &w->d), some_error(w));
    default: return slmdb_cursor_close(some_cursor(w), some_error(w));
  }
}

/* A prune; or a grow, which waits for transactions to end, so only when there are none. */
static int32_t prune_or_grow(worker *w) {
  uint64_t count;
  if (!dice_once(&w->d, 4))
    return slmdb_registry_prune(some_txn(w), dice_once(&w->d, 2) ? NULL : &count, some_error(w));
  if (threads > 1) return slmdb_env_grow((slmdb_env *)(uintptr_t)dice_next(&w->d), dice_next(&w->d), some_error(w));
  end_writer(w);
  for (int i = 0; i < POOL_SIZE; i++) pool_drop(POOL_TXN, pools[POOL_TXN].handles[i]);
  uint64_t size = dice_once(&w->d, 4) ? UINT64_MAX - dice_below(&w->d, 9) : dice_below(&w->d, 16) * (uint64_t)MEBI;
  return slmdb_env_grow(some_env(w), size ? size : 1, some_error(w));
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

/* Faults of the library, and answers that nothing here can be the reason of. */
static bool possible(int32_t status) {
  return status >= 0 && status < SLMDB_INTERNAL && status != SLMDB_KEY_EXISTS && status != SLMDB_FORMAT_TOO_NEW &&
         status != SLMDB_CORRUPT && status != SLMDB_FORKED && status != SLMDB_DISK_FULL && status != SLMDB_COMMIT_UNKNOWN &&
         status != SLMDB_UNAVAILABLE && status != SLMDB_CANCELED;
}

static int32_t call_any(worker *w) {
  typedef int32_t (*call)(worker *);
  static const call often[] = {put, put, get, get, next, page, get_copy, open_cursor};
  static const call seldom[] = {open_env, open_db, open_db, open_scope, begin, begin, begin, end_txn, close_any,
                                delete_or_clear};
  if (dice_once(&w->d, 200)) return prune_or_grow(w);
  if (dice_once(&w->d, 3)) return seldom[dice_below(&w->d, sizeof seldom / sizeof *seldom)](w);
  return often[dice_below(&w->d, sizeof often / sizeof *often)](w);
}

static void tell_impossible(int32_t status) {
  const char *why = check_last.error.code == status ? check_last.error.message : "";
  if (check_tells(-__LINE__)) fprintf(stderr, "  %s: %.300s\n", slmdb_status_name(status), why);
}

static void *work(void *argument) {
  worker *w = (worker *)argument;
  for (long i = 0; i < w->calls; i++) {
    memset(&check_last, CHECK_CANARY, sizeof check_last);
    int32_t status = call_any(w);
    if (CHECK(possible(status))) __atomic_add_fetch(&answers[status], 1, __ATOMIC_RELAXED);
    else tell_impossible(status);
    /* the struct was not passed, or is as promised for the status */
    CHECK(check_untouched(&check_last, sizeof check_last) || check_written(status, &check_last));
    if (w->writer && ++w->writer_age > 60) end_writer(w);
    __atomic_add_fetch(&progress, 1, __ATOMIC_RELAXED);
  }
  end_writer(w);
  return NULL;
}

/* A call that does not come back ends the program, with a word. */
static void *watch(void *argument) {
  (void)argument;
  for (unsigned long last = 0;;) {
    check_sleep(20);
    unsigned long now = __atomic_load_n(&progress, __ATOMIC_RELAXED);
    if (now == last) {
      fprintf(stderr, "fuzz: no call has come back for 20 seconds (after %lu, with %d threads)\n", now, threads);
      abort();
    }
    last = now;
  }
}

static void run(uint64_t seed, int count, long calls) {
  worker workers[MOST_THREADS];
  pthread_t ids[MOST_THREADS];
  threads = count;
  for (int i = 0; i < count; i++) {
    memset(&workers[i], 0, sizeof workers[i]);
    workers[i].d.state = seed * 1000 + (uint64_t)(count * 10 + i);
    workers[i].calls = calls / count;
    workers[i].page = (unsigned char *)malloc(PAGE);
    NEED(workers[i].page && pthread_create(&ids[i], NULL, work, &workers[i]) == 0);
  }
  for (int i = 0; i < count; i++) {
    NEED(pthread_join(ids[i], NULL) == 0);
    free(workers[i].page);
  }
  pool_empty();
  CHECK(slmdb_open_handles() == 0);
}

static void tell(uint64_t seed) {
  printf("fuzz: seed %llu, %lu calls:", (unsigned long long)seed, progress);
  for (int i = 0; i < STATUSES; i++)
    if (answers[i]) printf(" %s %lu", slmdb_status_name(i), answers[i]);
  printf("\n");
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  long calls = argc > 2 ? strtol(argv[2], NULL, 10) : 400000;
  dice d = {seed};
  pthread_t watchdog;
  for (int i = 0; i < SOURCE; i++) source[i] = (unsigned char)dice_next(&d);
  for (int i = 0; i < FOLDERS; i++) folders[i] = check_make_folder();
  NEED(pthread_create(&watchdog, NULL, watch, NULL) == 0);
  for (int count = 1; count <= MOST_THREADS; count++) run(seed, count, calls / MOST_THREADS);
  tell(seed);
  CHECK(answers[SLMDB_OK] > progress / 10);
  for (int i = 0; i < FOLDERS; i++) check_remove_folder(&folders[i]);
  return check_end("fuzz");
}
