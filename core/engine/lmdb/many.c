#include "native.h"
#include "join.h"
#include "mdb.h"
#include "order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Many gets and puts of one place in one crossing from Go to C. */

enum { NOTFOUND = -30798, KEYEXIST = -30799 };
enum { APPEND = 0x20000 };

static uint32_t unpack_size(const char **packed) {
  uint32_t size;
  memcpy(&size, *packed, sizeof size);
  *packed += sizeof size;
  return size;
}

int slm_get_many(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *packed, size_t count,
                 slm_slice *values, size_t *done) {
  unsigned char joined[SLM_PARTITION + SLM_MAX_KEY];
  for (*done = 0; *done < count; ++*done) {
    uint32_t size = unpack_size(&packed);
    mdb_val v = {0, NULL};
    slm_sought k = slm_seek(slm_join(joined, partition, how & SLM_SCOPED, packed, size), how & SLM_MAPPED);
    packed += size;
    int rc = mdb_get((void *)txn, dbi, &k.key, &v);
    if (rc && rc != NOTFOUND) return rc;
    values[*done].data = rc ? 0 : (uintptr_t)v.data;
    values[*done].size = v.size;
  }
  return 0;
}

/* A put of slm_put_many: where it is packed, and how its key begins, which mostly is all that is compared. */
typedef struct packed_put {
  uint64_t head;
  const char *at;
} packed_put;

static packed_put unpack_put(const char **packed) {
  packed_put p = {0, *packed};
  uint32_t key_size = unpack_size(packed), value_size = unpack_size(packed);
  const unsigned char *key = (const unsigned char *)*packed;
  if (key_size >= sizeof p.head) {
    p.head = slm_big_endian_8(key);
  } else {
    for (uint32_t i = 0; i < sizeof p.head; i++) p.head = p.head << 8 | (i < key_size ? key[i] : 0);
  }
  *packed += (size_t)key_size + value_size;
  return p;
}

static int compare_puts(const packed_put *a, const packed_put *b) {
  if (a->head != b->head) return a->head < b->head ? -1 : 1;
  const char *left = a->at, *right = b->at;
  uint32_t left_size = unpack_size(&left), right_size = unpack_size(&right);
  return slm_compare(left + 4, left_size, right + 4, right_size); /* behind the value's size */
}

/* Of equal keys the first stays the first. */
static int order_puts(const void *left, const void *right) {
  const packed_put *a = left, *b = right;
  int d = compare_puts(a, b);
  return d ? d : (a->at > b->at) - (a->at < b->at);
}

/*
 * The puts by key: LMDB then comes from each to the next by the page that it has just used, and what is put twice is put in
 * the order that it had. NULL without memory. Free it.
 */
static packed_put *sort_puts(const char *packed, size_t count) {
  packed_put *puts = malloc(count * sizeof *puts);
  if (!puts) return NULL;
  for (size_t i = 0; i < count; i++) puts[i] = unpack_put(&packed);
  qsort(puts, count, sizeof *puts, order_puts);
  return puts;
}

static size_t position(const char *packed, const char *at) {
  size_t n = 0;
  while (packed < at) {
    unpack_put(&packed);
    n++;
  }
  return n;
}

/* Where puts go. */
typedef struct target {
  uintptr_t txn, by;
  unsigned dbi, flags;
  uint32_t partition;
  int scoped;
} target;

/* Puts what is packed at a place. */
static int put_at(target *t, const char *at) {
  unsigned char joined[SLM_PARTITION + SLM_MAX_KEY];
  uint32_t key_size = unpack_size(&at), value_size = unpack_size(&at);
  mdb_val k = slm_join(joined, t->partition, t->scoped, at, key_size);
  int rc;
  do {
    mdb_val v = {value_size, (void *)(uintptr_t)(at + key_size)};
    rc = t->by ? mdb_cursor_put((void *)t->by, &k, &v, t->flags) : mdb_put((void *)t->txn, t->dbi, &k, &v, t->flags);
  } while (rc == KEYEXIST && t->flags && (t->flags = 0, true));
  return rc;
}

/* Puts as long as they come in order; *next then is the first that did not. The number of those that were put. */
static size_t put_in_order(target *t, const char **next, size_t count, int *rc) {
  packed_put last = {0, NULL};
  for (size_t i = 0; i < count; i++) {
    const char *at = *next;
    packed_put p = unpack_put(&at);
    if (i && compare_puts(&last, &p) > 0) return i;
    if ((*rc = put_at(t, p.at)) != 0) return i;
    last = p;
    *next = at;
  }
  return count;
}

int slm_put_many(uintptr_t txn, uintptr_t by, unsigned dbi, uint32_t partition, int scoped, const char *packed, size_t count,
                 size_t *done) {
  /* What follows all keys of the table is appended, which fills its pages: they are then half as many. */
  target t = {txn, by, dbi, APPEND, partition, scoped};
  const char *next = packed;
  int rc = 0;
  *done = put_in_order(&t, &next, count, &rc);
  if (rc || *done == count) return rc;
  size_t left = count - *done;
  packed_put *puts = sort_puts(next, left);
  for (size_t i = 0; i < left && rc == 0; i++) {
    const char *at = puts ? puts[i].at : next;
    rc = put_at(&t, at);
    if (rc) *done = position(packed, at);
    if (!puts) unpack_put(&next);
  }
  if (rc == 0) *done = count;
  free(puts);
  return rc;
}
