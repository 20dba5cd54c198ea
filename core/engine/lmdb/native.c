#define _POSIX_C_SOURCE 200809L
#include "native.h"
#include "bin.h"
#include "join.h"
#include "mdb.h"
#include "order.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST = 0, CURRENT = 4, LAST = 6, NEXT = 8, PREV = 12, SET_RANGE = 17 };
enum { NOTFOUND = -30798 };
enum { PARTITION = SLM_PARTITION };

/* A bound is cut after SLM_MAX_KEY + 1 bytes: it then compares with every storable key as the whole bound does. */
enum { MAX_BOUND = SLM_MAX_KEY + 1 };

typedef struct bound {
  bool set, open;
  size_t size;
  unsigned char bytes[MAX_BOUND];
} bound;

struct slm_cursor {
  void *cursor;
  bool scoped, reverse, started, done;
  bool again; /* the next step stays at the entry where it is */
  unsigned char partition[PARTITION];
  bound from, to; /* of the range */
  bound start;    /* where the walk starts: the range's own end, or what was sought inside of it */
};

uintptr_t slm_thread(void) { return (uintptr_t)pthread_self(); }

static void pipe_signal(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGPIPE);
}

int slm_block_pipe_signal(void) {
  sigset_t set, old;
  pipe_signal(&set);
  return pthread_sigmask(SIG_BLOCK, &set, &old) == 0 && !sigismember(&old, SIGPIPE);
}

int slm_allow_pipe_signal(void) {
  sigset_t set;
  struct timespec now = {0, 0};
  pipe_signal(&set);
  while (sigtimedwait(&set, NULL, &now) == SIGPIPE) {}
  return pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* LMDB reads the numbers of both meta pages, which every process sees as soon as a commit has returned. */
int slm_is_newest(uintptr_t txn) {
  mdb_envinfo info;
  return mdb_env_info(mdb_txn_env((void *)txn), &info) == 0 && info.last_txn == mdb_txn_id((void *)txn);
}

int slm_get(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *key, size_t key_size,
            slm_slice *value) {
  unsigned char joined[PARTITION + SLM_MAX_KEY];
  mdb_val v;
  slm_sought k = slm_seek(slm_join(joined, partition, how & SLM_SCOPED, key, key_size), how & SLM_MAPPED);
  int rc = mdb_get((void *)txn, dbi, &k.key, &v);
  if (rc == 0) {
    value->data = (uintptr_t)v.data;
    value->size = v.size;
  }
  return rc;
}

int slm_put(uintptr_t txn, uintptr_t by, unsigned dbi, uint32_t partition, int scoped, const char *key, size_t key_size,
            const char *value, size_t value_size, unsigned flags) {
  unsigned char joined[PARTITION + SLM_MAX_KEY];
  mdb_val k = slm_join(joined, partition, scoped, key, key_size);
  mdb_val v = {value_size, (void *)(uintptr_t)value};
  if (by) return mdb_cursor_put((void *)by, &k, &v, flags);
  return mdb_put((void *)txn, dbi, &k, &v, flags);
}

int slm_put_open(uintptr_t txn, unsigned dbi, uintptr_t *by) {
  void *cursor = NULL;
  int rc = mdb_cursor_open((void *)txn, dbi, &cursor);
  *by = (uintptr_t)cursor;
  return rc;
}

void slm_put_close(uintptr_t by) { mdb_cursor_close((void *)by); }

int slm_del(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped, const char *key, size_t key_size) {
  unsigned char joined[PARTITION + SLM_MAX_KEY];
  mdb_val k = slm_join(joined, partition, scoped, key, key_size);
  return mdb_del((void *)txn, dbi, &k, NULL);
}

int slm_holds(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped) {
  void *cursor;
  mdb_val v, k = {PARTITION, &partition};
  int rc = mdb_cursor_open((void *)txn, dbi, &cursor);
  if (rc) return rc;
  rc = mdb_cursor_get(cursor, &k, &v, scoped ? SET_RANGE : FIRST);
  if (rc == 0 && scoped && (k.size < PARTITION || memcmp(k.data, &partition, PARTITION) != 0)) rc = NOTFOUND;
  mdb_cursor_close(cursor);
  return rc;
}

static void set_bound(slm_cursor *c, bound *b, const char *key, size_t key_size, bool open) {
  size_t head = 0;
  if (c->scoped) {
    memcpy(b->bytes, c->partition, PARTITION);
    head = PARTITION;
  }
  if (key_size > MAX_BOUND - head) key_size = MAX_BOUND - head;
  if (key_size) memcpy(b->bytes + head, key, key_size);
  b->size = head + key_size;
  b->set = true;
  b->open = open;
}

static void copy_bound(bound *to, const bound *from) {
  to->set = from->set;
  if (!from->set) return;
  to->open = from->open;
  to->size = from->size;
  memcpy(to->bytes, from->bytes, from->size);
}

int slm_cursor_open(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped, const char *from, size_t from_size,
                    const char *to, size_t to_size, unsigned flags, uintptr_t *cursor) {
  slm_cursor *c = malloc(sizeof *c);
  if (!c) return ENOMEM;
  int rc = mdb_cursor_open((void *)txn, dbi, &c->cursor);
  if (rc) {
    free(c);
    return rc;
  }
  c->scoped = scoped;
  c->reverse = flags & SLM_REVERSE;
  c->started = c->done = c->again = false;
  c->from.set = c->to.set = c->start.set = false;
  memcpy(c->partition, &partition, PARTITION);
  if (flags & SLM_HAS_FROM) set_bound(c, &c->from, from, from_size, flags & SLM_FROM_OPEN);
  if (flags & SLM_HAS_TO) set_bound(c, &c->to, to, to_size, flags & SLM_TO_OPEN);
  copy_bound(&c->start, c->reverse ? &c->to : &c->from);
  *cursor = (uintptr_t)c;
  return 0;
}

void slm_cursor_close(uintptr_t cursor) {
  slm_cursor *c = (slm_cursor *)cursor;
  mdb_cursor_close(c->cursor);
  free(c);
}

static int compare(const mdb_val *key, const bound *b) {
  size_t n = key->size < b->size ? key->size : b->size;
  int d = n ? memcmp(key->data, b->bytes, n) : 0;
  if (d) return d;
  return key->size < b->size ? -1 : key->size > b->size;
}

/* The first key of the table at or after `bytes`; all keys are, if there are none. */
static int set_range(slm_cursor *c, mdb_val *k, mdb_val *v, const void *bytes, size_t size) {
  if (size == 0) return mdb_cursor_get(c->cursor, k, v, FIRST);
  k->size = size;
  k->data = (void *)(uintptr_t)bytes;
  return mdb_cursor_get(c->cursor, k, v, SET_RANGE);
}

static int start_forwards(slm_cursor *c, mdb_val *k, mdb_val *v) {
  if (!c->start.set) return set_range(c, k, v, c->partition, c->scoped ? PARTITION : 0);
  int rc = set_range(c, k, v, c->start.bytes, c->start.size);
  if (rc == 0 && c->start.open && compare(k, &c->start) == 0) rc = mdb_cursor_get(c->cursor, k, v, NEXT);
  return rc;
}

/*
 * The least bytes that follow every key with this partition: the partition with its last byte that is not ff raised, and
 * what follows that cut off. None (0) for ff ff ff ff. Kept at four bytes it would follow shorter keys too, which a
 * foreign program may have put between two partitions.
 */
static size_t successor(unsigned char *next, const unsigned char *partition) {
  size_t size = PARTITION;
  while (size > 0 && partition[size - 1] == 0xff) size--;
  if (size == 0) return 0;
  memcpy(next, partition, size);
  next[size - 1]++;
  return size;
}

static int start_reverse(slm_cursor *c, mdb_val *k, mdb_val *v) {
  unsigned char next[PARTITION];
  int rc = NOTFOUND;
  bool at = false;
  size_t size;
  if (c->start.set) {
    if (c->start.size == 0) return NOTFOUND;
    rc = set_range(c, k, v, c->start.bytes, c->start.size);
    at = rc == 0 && !c->start.open && compare(k, &c->start) == 0;
  } else if (c->scoped && (size = successor(next, c->partition)) > 0) {
    rc = set_range(c, k, v, next, size);
  }
  if (at) return 0;
  if (rc == 0) return mdb_cursor_get(c->cursor, k, v, PREV);
  if (rc == NOTFOUND) return mdb_cursor_get(c->cursor, k, v, LAST);
  return rc;
}

static inline bool inside(const slm_cursor *c, const mdb_val *k) {
  if (c->scoped && (k->size < PARTITION || memcmp(k->data, c->partition, PARTITION) != 0)) return false;
  if (!c->reverse && c->to.set) {
    int d = compare(k, &c->to);
    return d < 0 || (d == 0 && !c->to.open);
  }
  if (c->reverse && c->from.set) {
    int d = compare(k, &c->from);
    return d > 0 || (d == 0 && !c->from.open);
  }
  return true;
}

/* Pages are of this size nearly everywhere; elsewhere some of what ask_ahead asks for is not needed. */
enum { USUAL_PAGE = 4096 };

/* Asks for the memory of the entry that is so many bytes further on in the walk. (As a function, GCC finds that it does nothing.) */
static inline __attribute__((always_inline)) void ask(const slm_cursor *c, uintptr_t at, size_t ahead) {
  uintptr_t then = c->reverse ? at + ahead : at - ahead;
  if ((then ^ at) >= USUAL_PAGE) then += c->reverse ? (uintptr_t)-2 * USUAL_PAGE : (uintptr_t)2 * USUAL_PAGE;
  __builtin_prefetch((const void *)then);
}

/*
 * LMDB writes a page's entries from its end downwards, and pages one after the other, so what was put in order lies in
 * order: while the walk is at one entry, the memory of later ones is asked for, the one that the page before it may hold in
 * truth being on the page behind it. Of entries that lie otherwise the nearer one is mostly needed as well. A wrong guess
 * costs nothing but the guess. Walks over small entries take half the time, in no order three quarters.
 */
static inline __attribute__((always_inline)) void ask_ahead(const slm_cursor *c, const mdb_val *k, const mdb_val *v) {
  size_t entry = k->size + v->size + 8;
  if (entry > USUAL_PAGE / 20) return;
  ask(c, (uintptr_t)k->data, 8 * entry);
  ask(c, (uintptr_t)k->data, 20 * entry);
}

/* One step; NOTFOUND at the end of the range, and from then on. */
static inline __attribute__((always_inline)) int step(slm_cursor *c, mdb_val *k, mdb_val *v) {
  int rc;
  if (c->done) return NOTFOUND;
  if (c->again) {
    c->again = false;
    return mdb_cursor_get(c->cursor, k, v, CURRENT);
  }
  if (c->started)
    rc = mdb_cursor_get(c->cursor, k, v, c->reverse ? PREV : NEXT);
  else
    rc = c->reverse ? start_reverse(c, k, v) : start_forwards(c, k, v);
  c->started = true;
  if (rc == 0 && !inside(c, k)) rc = NOTFOUND;
  c->done = rc != 0;
  if (rc == 0) ask_ahead(c, k, v);
  return rc;
}

/* One step, with the key as it is without the partition. */
static inline int step_entry(slm_cursor *c, slm_entry *entry) {
  size_t head = c->scoped ? PARTITION : 0;
  mdb_val k, v;
  int rc = step(c, &k, &v);
  if (rc) return rc;
  entry->key = (slm_part){(uintptr_t)k.data + head, k.size - head, k.size - head};
  entry->value = (slm_part){(uintptr_t)v.data, v.size, v.size};
  return 0;
}

int slm_cursor_next(uintptr_t cursor, slm_entry *entries, size_t max, size_t *count) {
  slm_cursor *c = (slm_cursor *)cursor;
  size_t n = 0;
  int rc = 0;
  while (n < max && (rc = step_entry(c, &entries[n])) == 0) n++;
  *count = n;
  return rc == NOTFOUND ? 0 : rc;
}

int slm_cursor_fill(uintptr_t cursor, char *room, size_t size, uint64_t max, unsigned parts, slm_filled *filled) {
  slm_cursor *c = (slm_cursor *)cursor;
  char *to = room;
  slm_entry entry;
  int rc;
  memset(filled, 0, sizeof *filled);
  while ((rc = step_entry(c, &entry)) == 0) {
    size_t need = (parts & SLM_KEYS ? slm_bin_size(entry.key.size) : 0) + (parts & SLM_VALUES ? slm_bin_size(entry.value.size) : 0);
    bool fits = need <= size - (size_t)(to - room);
    if (!fits || filled->count == max) {
      c->again = true;
      filled->more = 1;
      filled->need = fits ? 0 : need;
      break;
    }
    if (parts & SLM_KEYS) to = slm_write_bin(to, (const void *)entry.key.data, entry.key.size);
    if (parts & SLM_VALUES) to = slm_write_bin(to, (const void *)entry.value.data, entry.value.size);
    filled->last = entry;
    filled->count++;
  }
  filled->size = (size_t)(to - room);
  return rc == NOTFOUND ? 0 : rc;
}

void slm_cursor_seek(uintptr_t cursor, const char *key, size_t key_size, int after) {
  slm_cursor *c = (slm_cursor *)cursor;
  const bound *end = c->reverse ? &c->to : &c->from;
  c->started = c->done = c->again = false;
  set_bound(c, &c->start, key, key_size, after);
  if (!end->set) return;
  /* A seek from outside of the range starts at the range's own end. */
  mdb_val k = {c->start.size, c->start.bytes};
  int d = compare(&k, end);
  if (c->reverse ? d > 0 : d < 0) copy_bound(&c->start, end);
  if (d == 0 && end->open) c->start.open = true;
}

int slm_cursor_count(uintptr_t cursor, uint64_t *count) {
  slm_cursor *c = (slm_cursor *)cursor;
  mdb_val k, v;
  uint64_t n = 0;
  int rc;
  while ((rc = step(c, &k, &v)) == 0) n++;
  *count = n;
  return rc == NOTFOUND ? 0 : rc;
}

int slm_cursor_delete(uintptr_t cursor, uint64_t *count) {
  slm_cursor *c = (slm_cursor *)cursor;
  mdb_val k, v;
  uint64_t n = 0;
  int rc;
  while ((rc = step(c, &k, &v)) == 0) {
    rc = mdb_cursor_del(c->cursor, 0);
    if (rc) break;
    n++;
  }
  *count = n;
  return rc == NOTFOUND ? 0 : rc;
}
