/*
 * Plain LMDB in C, with its loops in C: the physical limit. It speaks the lines of package wire.
 *
 * One scope has plain keys, as a program without tenants would; several have their number, big-endian, before the key.
 * Names and numbers are in a table of their own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data.h"

typedef struct store {
  MDB_env *env;
  MDB_dbi entries, names;
} store;

typedef struct result {
  int64_t nanos;
  uint64_t count, bytes, sum;
} result;

static char folder[4096];
static store base, durable;
static uint64_t commits;

#define TRY(call)                                                  \
  do {                                                             \
    int rc_ = (call);                                              \
    if (rc_) {                                                     \
      printf("error %s: %s\n", #call, mdb_strerror(rc_));          \
      fflush(stdout);                                              \
      exit(1);                                                     \
    }                                                              \
  } while (0)

static int64_t read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void found(result *r, const MDB_val *value) {
  uint64_t w;
  memcpy(&w, value->mv_data, sizeof w);
  r->count++;
  r->bytes += value->mv_size;
  r->sum += w;
}

static int64_t passed(void) { return read_clock(CLOCK_MONOTONIC); }

/* As package clock: the time that passes or, if asked for, the processor's. */
static int64_t now(void) {
  const char *clock = getenv("BENCH_CLOCK");
  return clock && strcmp(clock, "cpu") == 0 ? read_clock(CLOCK_PROCESS_CPUTIME_ID) : passed();
}

/* ---- stores ---------------------------------------------------------------------------------------------------- */

static void path_of(char *path, size_t size, const char *name) { snprintf(path, size, "%s/%s", folder, name); }

static MDB_txn *begin(store *s, unsigned flags) {
  MDB_txn *txn;
  TRY(mdb_txn_begin(s->env, NULL, flags, &txn));
  return txn;
}

static void open_store(store *s, const char *name, unsigned flags) {
  char path[4200];
  path_of(path, sizeof path, name);
  mkdir(path, 0755);
  TRY(mdb_env_create(&s->env));
  TRY(mdb_env_set_mapsize(s->env, (size_t)32 << 30));
  TRY(mdb_env_set_maxdbs(s->env, 4));
  TRY(mdb_env_open(s->env, path, flags | MDB_NOTLS, 0644));
  MDB_txn *txn = begin(s, 0);
  TRY(mdb_dbi_open(txn, "entries", MDB_CREATE, &s->entries));
  TRY(mdb_dbi_open(txn, "names", MDB_CREATE, &s->names));
  TRY(mdb_txn_commit(txn));
}

static void remove_store(store *s, const char *name) {
  static const char *const files[] = {"/data.mdb", "/lock.mdb", ""};
  char path[4200], file[4300];
  mdb_env_close(s->env);
  path_of(path, sizeof path, name);
  for (int i = 0; i < 3; i++) {
    snprintf(file, sizeof file, "%s%s", path, files[i]);
    if (remove(file) != 0) perror(file);
  }
}

/* A stored key is at the most the scope's number and the key. */
typedef struct stored {
  char bytes[4 + KEY];
  MDB_val val;
} stored;

static MDB_val *stored_key(stored *k, uint32_t scope, const char *key) {
  if (shape.scopes == 1) {
    k->val = (MDB_val){KEY, (void *)key};
    return &k->val;
  }
  uint32_t number = htonl(scope);
  memcpy(k->bytes, &number, 4);
  memcpy(k->bytes + 4, key, KEY);
  k->val = (MDB_val){4 + KEY, k->bytes};
  return &k->val;
}

static void put_all(store *s, const accesses *a, MDB_txn *txn) {
  char value[VALUE];
  stored k;
  memset(value, 'v', sizeof value);
  for (size_t i = 0; i < a->n; i++) {
    set_word(value, a->scope[i], a->index[i]);
    MDB_val v = {VALUE, value};
    TRY(mdb_put(txn, s->entries, stored_key(&k, a->scope[i], a->keys + i * KEY), &v, 0));
  }
}

static result put_timed(store *s, const accesses *a) {
  result r = {0};
  int64_t start = now();
  MDB_txn *txn = begin(s, 0);
  put_all(s, a, txn);
  TRY(mdb_txn_commit(txn));
  r.nanos = now() - start;
  r.count = a->n;
  return r;
}

static void put_names(const char *format, uint32_t first, uint64_t n, MDB_txn *txn) {
  char name[32];
  for (uint64_t i = 0; i < n; i++) {
    uint32_t number = first + (uint32_t)i;
    MDB_val k = {(size_t)snprintf(name, sizeof name, format, (int)i), name}, v = {sizeof number, &number};
    TRY(mdb_put(txn, base.names, &k, &v, 0));
  }
}

static result make(void) {
  open_store(&base, "main", MDB_NOSYNC);
  accesses a = make_accesses(shape.scopes * shape.entries, in_order);
  result r = put_timed(&base, &a);
  free_accesses(&a);
  MDB_txn *txn = begin(&base, 0);
  put_names("tenant-%06d", 0, shape.scopes + 1, txn);
  TRY(mdb_txn_commit(txn));
  return r;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void get_all(MDB_txn *txn, const accesses *a, size_t from, size_t to, result *r) {
  stored k;
  for (size_t i = from; i < to; i++) {
    MDB_val v;
    int rc = mdb_get(txn, base.entries, stored_key(&k, a->scope[i], a->keys + i * KEY), &v);
    if (rc == MDB_SUCCESS)
      found(r, &v);
    else if (rc != MDB_NOTFOUND)
      TRY(rc);
  }
}

static result get(size_t n, chooser *choose) {
  result r = {0};
  accesses a = make_accesses(n, choose);
  MDB_txn *txn = begin(&base, MDB_RDONLY);
  int64_t start = now();
  get_all(txn, &a, 0, n, &r);
  r.nanos = now() - start;
  mdb_txn_abort(txn);
  free_accesses(&a);
  return r;
}

/* Moves to the first entry of a scope; false if it has none. */
static bool first(MDB_cursor *cursor, uint32_t scope, MDB_val *k, MDB_val *v) {
  uint32_t number = htonl(scope);
  if (shape.scopes == 1) return mdb_cursor_get(cursor, k, v, MDB_FIRST) == MDB_SUCCESS;
  *k = (MDB_val){sizeof number, &number};
  return mdb_cursor_get(cursor, k, v, MDB_SET_RANGE) == MDB_SUCCESS && memcmp(k->mv_data, &number, sizeof number) == 0;
}

static void walk(MDB_cursor *cursor, uint32_t scope, result *r) {
  MDB_val k, v;
  uint32_t number = htonl(scope);
  size_t head = shape.scopes == 1 ? 0 : sizeof number;
  if (!first(cursor, scope, &k, &v)) return;
  do {
    if (head && memcmp(k.mv_data, &number, head) != 0) return;
    found(r, &v);
    r->bytes += k.mv_size - head;
  } while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == MDB_SUCCESS);
}

static result scan(size_t n) {
  result r = {0};
  MDB_cursor *cursor;
  MDB_txn *txn = begin(&base, MDB_RDONLY);
  TRY(mdb_cursor_open(txn, base.entries, &cursor));
  int64_t start = now();
  for (size_t i = 0; i < n; i++) walk(cursor, pick_scope(i), &r);
  r.nanos = now() - start;
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  return r;
}

static result is_empty(size_t n) {
  result r = {0};
  MDB_cursor *cursor;
  MDB_val k, v;
  MDB_txn *txn = begin(&base, MDB_RDONLY);
  TRY(mdb_cursor_open(txn, base.entries, &cursor));
  int64_t start = now();
  for (size_t i = 0; i < n; i++) r.count += !first(cursor, pick_scope(i), &k, &v);
  r.nanos = now() - start;
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  return r;
}

static result lookup(size_t n) {
  result r = {0};
  enum { ROOM = 16 };
  char *names = need(shape.scopes * ROOM);
  for (size_t i = 0; i < shape.scopes; i++) snprintf(names + i * ROOM, ROOM, "tenant-%06d", (int)i);
  MDB_txn *txn = begin(&base, MDB_RDONLY);
  int64_t start = now();
  for (size_t i = 0; i < n; i++) {
    MDB_val k = {strlen("tenant-000000"), names + i % shape.scopes * ROOM}, v;
    r.count += mdb_get(txn, base.names, &k, &v) == MDB_SUCCESS;
  }
  r.nanos = now() - start;
  mdb_txn_abort(txn);
  free(names);
  return r;
}

static result reopen(size_t n) {
  result r = {0};
  accesses a = make_accesses(1, in_order);
  int64_t start = now();
  for (size_t i = 0; i < n; i++) {
    mdb_env_close(base.env);
    open_store(&base, "main", MDB_NOSYNC);
    MDB_txn *txn = begin(&base, MDB_RDONLY);
    get_all(txn, &a, 0, 1, &r);
    mdb_txn_abort(txn);
  }
  r.nanos = now() - start;
  free_accesses(&a);
  return r;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static result clear(size_t n) {
  result r = {0};
  MDB_val k, v;
  MDB_cursor *cursor;
  MDB_txn *txn = begin(&base, 0);
  int64_t start = now();
  TRY(mdb_cursor_open(txn, base.entries, &cursor));
  for (size_t i = 0; i < n; i++) {
    uint32_t number = htonl((uint32_t)i);
    bool more = first(cursor, (uint32_t)i, &k, &v);
    while (more) {
      TRY(mdb_cursor_del(cursor, 0));
      r.count++;
      more = mdb_cursor_get(cursor, &k, &v, MDB_GET_CURRENT) == MDB_SUCCESS && k.mv_size != 0;
      if (more && shape.scopes > 1) more = memcmp(k.mv_data, &number, sizeof number) == 0;
    }
  }
  mdb_cursor_close(cursor);
  r.nanos = now() - start;
  mdb_txn_abort(txn);
  return r;
}

static result prune(size_t n) {
  result r = {0};
  MDB_val name, number, k, v;
  MDB_cursor *names, *entries;
  MDB_txn *txn = begin(&base, 0);
  put_names("spare-%06d", (uint32_t)shape.scopes + 1, n, txn);
  int64_t start = now();
  TRY(mdb_cursor_open(txn, base.names, &names));
  TRY(mdb_cursor_open(txn, base.entries, &entries));
  while (mdb_cursor_get(names, &name, &number, MDB_NEXT) == MDB_SUCCESS) {
    uint32_t scope;
    memcpy(&scope, number.mv_data, sizeof scope);
    if (scope == shape.scopes || first(entries, scope, &k, &v)) continue; /* the writer's scope stays */
    TRY(mdb_cursor_del(names, 0));
    r.count++;
  }
  mdb_cursor_close(entries);
  mdb_cursor_close(names);
  r.nanos = now() - start;
  mdb_txn_abort(txn);
  return r;
}

static result put_fresh(size_t n, chooser *choose, bool check) {
  store s;
  accesses a = make_accesses(n, choose);
  open_store(&s, "fresh", MDB_NOSYNC);
  result r = put_timed(&s, &a);
  if (check) {
    MDB_val k, v;
    MDB_cursor *cursor;
    MDB_txn *txn = begin(&s, MDB_RDONLY);
    TRY(mdb_cursor_open(txn, s.entries, &cursor));
    for (r.count = 0; mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == MDB_SUCCESS; r.bytes += KEY) found(&r, &v);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
  }
  remove_store(&s, "fresh");
  free_accesses(&a);
  return r;
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

typedef struct job {
  pthread_t thread;
  size_t from, to;
  const accesses *accesses;
  result r;
} job;

static void *put_durably(void *argument) {
  job *j = argument;
  char key[KEY], value[VALUE];
  memset(value, 'v', sizeof value);
  for (size_t i = j->from; i < j->to; i++) {
    write_key(key, commits + i);
    MDB_val k = {KEY, key}, v = {VALUE, value};
    MDB_txn *txn = begin(&durable, 0);
    TRY(mdb_put(txn, durable.entries, &k, &v, 0));
    TRY(mdb_txn_commit(txn));
  }
  return NULL;
}

enum { READERS_BATCH = 100, WRITER_BATCH = 100, WRITER_KEYS = 10000, WRITER_PAUSE = 1000000, MAX_THREADS = 256 };

static void *read_beside(void *argument) {
  job *j = argument;
  int64_t start = passed();
  MDB_txn *txn = begin(&base, MDB_RDONLY);
  for (size_t i = j->from; i < j->to; i += READERS_BATCH) {
    mdb_txn_reset(txn);
    TRY(mdb_txn_renew(txn));
    get_all(txn, j->accesses, i, i + READERS_BATCH < j->to ? i + READERS_BATCH : j->to, &j->r);
  }
  mdb_txn_abort(txn);
  j->r.nanos = passed() - start;
  return NULL;
}

static volatile bool stop;

static void *write_beside(void *unused) {
  char key[KEY], value[VALUE];
  stored k;
  (void)unused;
  memset(value, 'v', sizeof value);
  for (uint64_t i = 0; !stop; i = (i + WRITER_BATCH) % WRITER_KEYS) {
    MDB_txn *txn = begin(&base, 0);
    for (uint64_t n = 0; n < WRITER_BATCH; n++) {
      MDB_val v = {VALUE, value};
      write_key(key, mix(i + n));
      TRY(mdb_put(txn, base.entries, stored_key(&k, (uint32_t)shape.scopes, key), &v, 0));
    }
    TRY(mdb_txn_commit(txn));
    nanosleep(&(struct timespec){0, WRITER_PAUSE}, NULL);
  }
  return NULL;
}

static result in_threads(void *(*work)(void *), size_t n, size_t k, const accesses *a) {
  job jobs[MAX_THREADS];
  result r = {0};
  for (size_t i = 0; i < k; i++) {
    jobs[i] = (job){.from = n / k * i, .to = n / k * (i + 1), .accesses = a};
    TRY(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]));
  }
  for (size_t i = 0; i < k; i++) {
    pthread_join(jobs[i].thread, NULL);
    r.nanos += jobs[i].r.nanos;
    r.count += jobs[i].r.count;
    r.bytes += jobs[i].r.bytes;
    r.sum += jobs[i].r.sum;
  }
  return r;
}

static result commit(size_t n, size_t k) {
  MDB_stat before, after;
  if (!durable.env) open_store(&durable, "durable", 0);
  MDB_txn *txn = begin(&durable, MDB_RDONLY);
  TRY(mdb_stat(txn, durable.entries, &before));
  mdb_txn_abort(txn);
  int64_t start = passed();
  result r = in_threads(put_durably, n, k, NULL);
  r.nanos = passed() - start;
  txn = begin(&durable, MDB_RDONLY);
  TRY(mdb_stat(txn, durable.entries, &after));
  mdb_txn_abort(txn);
  commits += n;
  r.count = after.ms_entries - before.ms_entries;
  return r;
}

static result mixed(size_t n, size_t k) {
  accesses a = make_accesses(n, at_random);
  pthread_t writer;
  stop = false;
  TRY(pthread_create(&writer, NULL, write_beside, NULL));
  result r = in_threads(read_beside, n, k, &a);
  stop = true;
  pthread_join(writer, NULL);
  free_accesses(&a);
  return r;
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

static bool run(const char *op, size_t n, size_t k, result *r) {
  if (strcmp(op, "get_random") == 0) *r = get(n, at_random);
  else if (strcmp(op, "get_hot") == 0) *r = get(n, hot);
  else if (strcmp(op, "get_miss") == 0) *r = get(n, missing);
  else if (strcmp(op, "get_many") == 0) *r = get(n, many);
  else if (strcmp(op, "scan") == 0) *r = scan(n);
  else if (strcmp(op, "is_empty") == 0) *r = is_empty(n);
  else if (strcmp(op, "clear") == 0) *r = clear(n);
  else if (strcmp(op, "prune") == 0) *r = prune(n);
  else if (strcmp(op, "lookup") == 0) *r = lookup(n);
  else if (strcmp(op, "put_order") == 0) *r = put_fresh(n, in_order, k > 0);
  else if (strcmp(op, "put_random") == 0) *r = put_fresh(n, scattered, k > 0);
  else if (strcmp(op, "put_many") == 0) *r = put_fresh(n, in_order, k > 0);
  else if (strcmp(op, "commit") == 0 && k <= MAX_THREADS) *r = commit(n, k);
  else if (strcmp(op, "mixed") == 0 && k <= MAX_THREADS && shape.scopes > 1) *r = mixed(n, k);
  else if (strcmp(op, "open") == 0) *r = reopen(n);
  else if (strcmp(op, "rest") == 0) return true;
  else return false;
  return true;
}

static void answer(const result *r) {
  printf("ok %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", r->nanos, r->count, r->bytes, r->sum);
}

int main(void) {
  char line[8192], op[32];
  size_t n, k;
  printf("peer plain-C %s\n", mdb_version(NULL, NULL, NULL));
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    result r = {0};
    if (strncmp(line, "quit", 4) == 0) break;
    if (sscanf(line, "make %" SCNu64 " %" SCNu64 " %4000[^\n]", &shape.scopes, &shape.entries, folder) == 3) {
      r = make();
      answer(&r);
    } else if (sscanf(line, "run %31s %zu %zu", op, &n, &k) == 3) {
      if (run(op, n, k, &r)) answer(&r);
      else puts("none");
    } else {
      puts("error this is no request");
    }
    fflush(stdout);
  }
  if (base.env) mdb_env_close(base.env);
  if (durable.env) mdb_env_close(durable.env);
  return 0;
}
