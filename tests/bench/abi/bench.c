/*
 * What does a call of the C ABI cost beside the same done in plain C LMDB? Usage: bench FOLDER [ENTRIES [ROUNDS]]
 *
 * Both sides hold the same entries (keys of 16 bytes, values of 100) and do the same work in turns, so that whatever slows
 * the machine down slows both. The table has the median of each side, and the median and the spread of the pairs' ratios.
 */
#define _GNU_SOURCE
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "slmdb.h"

enum { KEY = 16, VALUE = 100, HOT = 1000, PAGE = 1000, MANY = 100, MAX_ROUNDS = 101, MAP_GIB = 4 };

static unsigned entries = 1000000, rounds = 7;

/* ---- the two sides -------------------------------------------------------------------------------------------- */

static struct {
  slmdb_env *env;
  slmdb_db *db;
  slmdb_scope *scope;
  slmdb_txn *txn;
} ours;

static struct {
  MDB_env *env;
  MDB_dbi dbi;
  MDB_txn *txn;
} plain;

static slmdb_error error;

#define OURS(call)                                                        \
  do {                                                                    \
    if ((call) != SLMDB_OK) {                                             \
      fprintf(stderr, "%s: %d %s\n", #call, error.code, error.message);   \
      exit(1);                                                            \
    }                                                                     \
  } while (0)

#define PLAIN(call)                                                       \
  do {                                                                    \
    int rc_ = (call);                                                     \
    if (rc_) {                                                            \
      fprintf(stderr, "%s: %s\n", #call, mdb_strerror(rc_));              \
      exit(1);                                                            \
    }                                                                     \
  } while (0)

static void begin_ours(int32_t mode) { OURS(slmdb_txn_begin(ours.env, mode, &ours.txn, &error)); }
static void abort_ours(void) { OURS(slmdb_txn_abort(ours.txn, &error)); }
static void begin_plain(unsigned flags) { PLAIN(mdb_txn_begin(plain.env, NULL, flags, &plain.txn)); }
static void abort_plain(void) { mdb_txn_abort(plain.txn); }

/* ---- the data: entry i has the key of its digits; `mixed` is a permutation that jumps about ----------------------- */

static char value[VALUE];
static volatile unsigned char sink; /* so that what is read is read */

static void write_key(char *key, unsigned i) {
  for (int at = KEY - 1; at >= 0; at--, i /= 10) key[at] = (char)('0' + i % 10);
}

static unsigned mixed(unsigned i) { return (unsigned)((i * 2654435761ull + 12345) % entries); }
/* In no order (a step of MurmurHash3's finalizer): a processor learns the way to each of a thousand keys in one order by heart. */
static unsigned hot(unsigned i) {
  i = (i ^ i >> 16) * 0x85ebca6bu;
  return mixed((i ^ i >> 13) % HOT);
}
static unsigned in_order(unsigned i) { return i; }

typedef unsigned order(unsigned i);

static void open_both(const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/ours", folder);
  slmdb_env_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.map_size = (uint64_t)MAP_GIB << 30;
  o.create_folder = true;
  o.durability = SLMDB_NO_SYNC;
  OURS(slmdb_env_open(path, strlen(path), &o, &ours.env, &error));
  slmdb_db_options d;
  memset(&d, 0, sizeof d);
  d.struct_size = sizeof d;
  d.kind = SLMDB_BYTES;
  OURS(slmdb_db_open(ours.env, "bench", 5, &d, &ours.db, &error));
  OURS(slmdb_scope_open("tenant", 6, &ours.scope, &error));

  snprintf(path, sizeof path, "%s/plain", folder);
  if (mkdir(path, 0755) != 0) perror(path), exit(1);
  PLAIN(mdb_env_create(&plain.env));
  PLAIN(mdb_env_set_mapsize(plain.env, (size_t)MAP_GIB << 30));
  PLAIN(mdb_env_set_maxdbs(plain.env, 4));
  PLAIN(mdb_env_open(plain.env, path, MDB_NOSYNC, 0644));
  begin_plain(0);
  PLAIN(mdb_dbi_open(plain.txn, "bench", MDB_CREATE, &plain.dbi));
  PLAIN(mdb_txn_commit(plain.txn));
}

/* ---- the work: each does n operations ---------------------------------------------------------------------------- */

static void put_ours(unsigned n, order *at) {
  char key[KEY];
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    OURS(slmdb_db_put(ours.txn, ours.db, ours.scope, key, KEY, value, VALUE, &error));
  }
}

static void put_plain(unsigned n, order *at) {
  char key[KEY];
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    MDB_val k = {KEY, key}, v = {VALUE, value};
    PLAIN(mdb_put(plain.txn, plain.dbi, &k, &v, 0));
  }
}

static void get_ours(unsigned n, order *at) {
  char key[KEY];
  const void *found;
  size_t length;
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    OURS(slmdb_db_get(ours.txn, ours.db, ours.scope, key, KEY, &found, &length, &error));
    sink = *(const unsigned char *)found;
  }
}

static void get_plain(unsigned n, order *at) {
  char key[KEY];
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    MDB_val k = {KEY, key}, v;
    PLAIN(mdb_get(plain.txn, plain.dbi, &k, &v));
    sink = *(const unsigned char *)v.mv_data;
  }
}

static void copy_ours(unsigned n, order *at) {
  char key[KEY], buffer[VALUE];
  size_t length;
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    OURS(slmdb_db_get_copy(ours.txn, ours.db, ours.scope, key, KEY, buffer, sizeof buffer, &length, &error));
    sink = (unsigned char)buffer[0];
  }
}

static void copy_plain(unsigned n, order *at) {
  char key[KEY], buffer[VALUE];
  for (unsigned i = 0; i < n; i++) {
    write_key(key, at(i));
    MDB_val k = {KEY, key}, v;
    PLAIN(mdb_get(plain.txn, plain.dbi, &k, &v));
    memcpy(buffer, v.mv_data, v.mv_size);
    sink = (unsigned char)buffer[0];
  }
}

/* Keys of a page, as `bin`. */
static size_t write_page(char *page, unsigned from, unsigned n, order *at, int with_values) {
  char *p = page;
  unsigned objects = with_values ? 2 * n : n;
  *p++ = (char)0xdc;
  *p++ = (char)(objects >> 8);
  *p++ = (char)objects;
  for (unsigned i = 0; i < n; i++) {
    *p++ = (char)0xc4;
    *p++ = KEY;
    write_key(p, at(from + i));
    p += KEY;
    if (!with_values) continue;
    *p++ = (char)0xc4;
    *p++ = VALUE;
    memcpy(p, value, VALUE);
    p += VALUE;
  }
  return (size_t)(p - page);
}

static char page[PAGE * (KEY + VALUE + 8) + 16];
static char answer[PAGE * (KEY + VALUE + 8) + 16];

static void many_ours(unsigned n, order *at) {
  size_t length;
  for (unsigned i = 0; i < n; i += MANY) {
    size_t size = write_page(page, i, MANY, at, 0);
    OURS(slmdb_db_get_many(ours.txn, ours.db, ours.scope, page, size, answer, sizeof answer, &length, &error));
    sink = (unsigned char)answer[length - 1];
  }
}

static void put_many_ours(unsigned n, order *at) {
  for (unsigned i = 0; i < n; i += PAGE) {
    size_t size = write_page(page, i, PAGE, at, 1);
    OURS(slmdb_db_put_many(ours.txn, ours.db, ours.scope, page, size, NULL, &error));
  }
}

static void pages_ours(unsigned n, order *at) {
  (void)at;
  slmdb_cursor *cursor;
  size_t length;
  bool more = true;
  OURS(slmdb_cursor_open(ours.txn, ours.db, ours.scope, NULL, &cursor, &error));
  for (unsigned i = 0; i < n && more; i += PAGE) {
    OURS(slmdb_cursor_page(cursor, answer, sizeof answer, PAGE, &length, &more, &error));
    sink = (unsigned char)answer[length - 1];
  }
  OURS(slmdb_cursor_close(cursor, &error));
}

static void next_ours(unsigned n, order *at) {
  (void)at;
  slmdb_cursor *cursor;
  const void *key, *found;
  size_t key_length, length;
  OURS(slmdb_cursor_open(ours.txn, ours.db, ours.scope, NULL, &cursor, &error));
  for (unsigned i = 0; i < n; i++) {
    OURS(slmdb_cursor_next(cursor, &key, &key_length, &found, &length, &error));
    sink = *(const unsigned char *)found;
  }
  OURS(slmdb_cursor_close(cursor, &error));
}

/* Copied, as a page is. */
static void scan_plain(unsigned n, order *at) {
  (void)at;
  MDB_cursor *cursor;
  PLAIN(mdb_cursor_open(plain.txn, plain.dbi, &cursor));
  char *to = answer;
  for (unsigned i = 0; i < n; i++) {
    MDB_val k, v;
    PLAIN(mdb_cursor_get(cursor, &k, &v, MDB_NEXT));
    if (i % PAGE == 0) to = answer;
    memcpy(to, k.mv_data, k.mv_size);
    memcpy(to + k.mv_size, v.mv_data, v.mv_size);
    to += k.mv_size + v.mv_size;
  }
  sink = (unsigned char)answer[0];
  mdb_cursor_close(cursor);
}

static void next_plain(unsigned n, order *at) {
  (void)at;
  MDB_cursor *cursor;
  PLAIN(mdb_cursor_open(plain.txn, plain.dbi, &cursor));
  for (unsigned i = 0; i < n; i++) {
    MDB_val k, v;
    PLAIN(mdb_cursor_get(cursor, &k, &v, MDB_NEXT));
    sink = *(const unsigned char *)v.mv_data;
  }
  mdb_cursor_close(cursor);
}

static void begin_end_ours(unsigned n, order *at) {
  (void)at;
  for (unsigned i = 0; i < n; i++) {
    slmdb_txn *txn;
    OURS(slmdb_txn_begin(ours.env, SLMDB_READ, &txn, &error));
    OURS(slmdb_txn_abort(txn, &error));
  }
}

static void begin_end_plain(unsigned n, order *at) {
  (void)at;
  for (unsigned i = 0; i < n; i++) {
    PLAIN(mdb_txn_renew(plain.txn));
    mdb_txn_reset(plain.txn);
  }
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

typedef struct work {
  const char *name;
  void (*ours)(unsigned, order *);
  void (*plain)(unsigned, order *);
  order *at;
  unsigned share; /* of the entries: one in so many */
  bool writes, alone;
} work;

static const work works[] = {
    {"get random", get_ours, get_plain, mixed, 4, false, false},
    {"get hot", get_ours, get_plain, hot, 4, false, false},
    {"get with copy, hot", copy_ours, copy_plain, hot, 4, false, false},
    {"get_many of 100, hot, a key", many_ours, copy_plain, hot, 4, false, false},
    {"page of 1,000, an entry", pages_ours, scan_plain, in_order, 1, false, false},
    {"cursor next, an entry", next_ours, next_plain, in_order, 2, false, false},
    {"begin and abort a read", begin_end_ours, begin_end_plain, in_order, 10, false, true},
    {"put in order", put_ours, put_plain, in_order, 4, true, false},
    {"put_many of 1,000, in order", put_many_ours, put_plain, in_order, 4, true, false},
    {"put at random", put_ours, put_plain, mixed, 10, true, false},
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_ours(const work *w, unsigned n) {
  if (!w->alone) begin_ours(w->writes ? SLMDB_WRITE : SLMDB_READ);
  double start = now();
  w->ours(n, w->at);
  double took = now() - start;
  if (!w->alone) abort_ours();
  return took / n;
}

static double time_plain(const work *w, unsigned n) {
  begin_plain(w->writes ? 0 : MDB_RDONLY);
  if (w->alone) mdb_txn_reset(plain.txn);
  double start = now();
  w->plain(n, w->at);
  double took = now() - start;
  abort_plain();
  return took / n;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *numbers, unsigned n) {
  qsort(numbers, n, sizeof *numbers, ascending);
  return numbers[n / 2];
}

static void measure(const work *w) {
  double a[MAX_ROUNDS], b[MAX_ROUNDS], ratio[MAX_ROUNDS];
  unsigned n = entries / w->share / PAGE * PAGE;
  for (unsigned i = 0; i < rounds; i++) {
    bool first = i % 2 == 0; /* the one that goes first may find the caches cold */
    if (first) a[i] = time_ours(w, n);
    b[i] = time_plain(w, n);
    if (!first) a[i] = time_ours(w, n);
    ratio[i] = a[i] / b[i];
  }
  double middle = median(ratio, rounds);
  printf("| %-28s | %7.0f | %7.0f | %5.2f | %.2f to %.2f |\n", w->name, median(a, rounds), median(b, rounds), middle,
         ratio[0], ratio[rounds - 1]);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FOLDER [ENTRIES [ROUNDS]]\n", argv[0]);
    return 2;
  }
  if (argc > 2) entries = (unsigned)strtoul(argv[2], NULL, 10);
  if (argc > 3) rounds = (unsigned)strtoul(argv[3], NULL, 10);
  if (entries < 10 * PAGE || entries % PAGE != 0 || rounds < 1 || rounds > MAX_ROUNDS) {
    fprintf(stderr, "ENTRIES: a multiple of %d from %d; ROUNDS: 1 to %d\n", PAGE, 10 * PAGE, MAX_ROUNDS);
    return 2;
  }
  memset(value, 'v', sizeof value);
  open_both(argv[1]);
  begin_ours(SLMDB_WRITE);
  put_ours(entries, in_order);
  OURS(slmdb_txn_commit(ours.txn, &error));
  begin_plain(0);
  put_plain(entries, in_order);
  PLAIN(mdb_txn_commit(plain.txn));
  printf("%u entries of %d + %d bytes, %u pairs of rounds; scoped-lmdb %s, %s\n\n", entries, KEY, VALUE, rounds,
         slmdb_version(), mdb_version(NULL, NULL, NULL));
  printf("| nanoseconds an operation     |    ours | plain C | ratio | spread |\n|---|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof works / sizeof *works; i++) measure(&works[i]);
  OURS(slmdb_scope_close(ours.scope, &error));
  OURS(slmdb_env_close(ours.env, &error));
  mdb_env_close(plain.env);
  return slmdb_open_handles() != 0;
}
