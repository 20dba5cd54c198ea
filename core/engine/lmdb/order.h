/*
 * The order of LMDB's plain tables, told to LMDB as a function of its own: keys by unsigned bytes, and of two of which one
 * begins the other the shorter first. It is the order that LMDB has by itself, so tables are the same to every program.
 */
#ifndef SLM_ORDER_H
#define SLM_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mdb.h"

/* The first eight bytes as a number, which orders as they do. */
static inline uint64_t slm_big_endian_8(const unsigned char *at) {
  uint64_t n;
  memcpy(&n, at, sizeof n);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(n) : n;
}

/* What memcmp says of keys of these sizes, or else which is longer: below 0, 0 or above it. */
int slm_compare(const void *a, size_t a_size, const void *b, size_t b_size);

/* LMDB's P_LEAF, a flag of a page. */
enum { SLM_LEAF = 2 };

/*
 * A key that is looked up. LMDB gets a pointer to `key` and hands that very pointer to the comparison. If `mapped` (see
 * SLM_MAPPED), a bit of the size says that the rest is there. Only mdb_get takes that: others look at the size.
 */
typedef struct slm_sought {
  mdb_val key;
  unsigned awaited; /* SLM_LEAF until a leaf is reached */
} slm_sought;

#define SLM_SOUGHT ((size_t)1 << (8 * sizeof(size_t) - 1))

static inline slm_sought slm_seek(mdb_val key, int mapped) {
  return (slm_sought){{mapped ? key.size | SLM_SOUGHT : key.size, key.data}, SLM_LEAF};
}

/* Makes LMDB compare the keys of a table by slm_compare, for as long as its handle is open. 0, or LMDB's error. */
int slm_set_order(uintptr_t txn, unsigned dbi);

#endif
