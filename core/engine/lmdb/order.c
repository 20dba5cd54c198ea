#include "order.h"
#include "mdb.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Every get compares some twenty keys, each by LMDB's function, which calls memcmp by way of the linker's table. For keys as
 * short as LMDB's, pieces of 16 or 8 bytes cost a twentieth to a fifth of a get less. To jump as soon as two pieces differ
 * is better than to compare all of them without a jump: the processor goes on at the next key before memory has given it
 * this one. What is left at the end is compared together with some bytes before it, which are equal.
 */
static inline uint32_t big_endian_4(const unsigned char *at) {
  uint32_t n;
  memcpy(&n, at, sizeof n);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(n) : n;
}

static inline int compare_8(const unsigned char *a, const unsigned char *b, size_t size) {
  for (size_t i = 0;; i = i + 16 <= size ? i + 8 : size - 8) {
    uint64_t left = slm_big_endian_8(a + i), right = slm_big_endian_8(b + i);
    if (left != right) return left < right ? -1 : 1;
    if (i + 8 == size) return 0;
  }
}

#ifdef __SSE2__
static inline int compare_16(const unsigned char *a, const unsigned char *b, size_t size) {
  for (size_t i = 0;; i = i + 32 <= size ? i + 16 : size - 16) {
    __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const void *)(a + i)), _mm_loadu_si128((const void *)(b + i)));
    unsigned differ = 0xffffu ^ (unsigned)_mm_movemask_epi8(same);
    if (differ) {
      i += (size_t)__builtin_ctz(differ);
      return a[i] - b[i];
    }
    if (i + 16 == size) return 0;
  }
}
#else
#define compare_16 compare_8
#endif

static inline int compare_short(const unsigned char *a, const unsigned char *b, size_t size) {
  size_t i = 0;
  if (size >= 4) {
    uint32_t left = big_endian_4(a), right = big_endian_4(b);
    if (left != right) return left < right ? -1 : 1;
    i = 4;
  }
  for (; i < size; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

static inline int compare(const void *a, size_t a_size, const void *b, size_t b_size) {
  size_t size = a_size < b_size ? a_size : b_size;
  int d = size >= 16 ? compare_16(a, b, size) : size >= 8 ? compare_8(a, b, size) : compare_short(a, b, size);
  return d ? d : (a_size > b_size) - (a_size < b_size);
}

int slm_compare(const void *a, size_t a_size, const void *b, size_t b_size) { return compare(a, a_size, b, b_size); }

/* What a page begins with (LMDB's MDB_page): after the head, where in it each of its nodes is. */
typedef struct page {
  uint64_t number;
  uint16_t pad, flags, lower, upper;
  uint16_t nodes[];
} page;

/* Pages are of this size nearly everywhere. Of one that is larger a part may be taken for its head; see below. */
enum { USUAL_PAGE = 4096 };
/* A node is mostly on the same line of the processor's caches as the next. Of very many only the first few would be needed. */
enum { EVERY = 2, MOST_NODES = 64 };

/*
 * The first comparison on the leaf, which is in no cache if there is much data, nor are its nodes: LMDB would wait for memory
 * at each of those by which it halves what is left. All are asked for at once instead, while the first is waited for. Gets at
 * random take a tenth less, and those of the same few keys a twentieth more, all in all.
 *
 * That is a hint: what is read here for it need not be a page's head. It is of the map's page in which the key is, so it can
 * be read, as nothing changes there during a read transaction.
 */
static __attribute__((noinline)) int first_of_leaf(slm_sought *s, const page *p, const mdb_val *b) {
  s->awaited = 0;
  unsigned count = (unsigned)(p->lower - sizeof *p) / sizeof *p->nodes;
  for (unsigned i = 0; i < count && count <= MOST_NODES; i += EVERY) __builtin_prefetch((const char *)p + p->nodes[i]);
  return compare(s->key.data, s->key.size & ~SLM_SOUGHT, b->data, b->size);
}

static int order(const mdb_val *a, const mdb_val *b) {
  size_t size = a->size;
  if (size & SLM_SOUGHT) {
    slm_sought *s = (slm_sought *)(uintptr_t)a;
    const page *p = (const page *)((uintptr_t)b->data & ~(uintptr_t)(USUAL_PAGE - 1));
    if (p->flags & s->awaited) return first_of_leaf(s, p, b);
    size &= ~SLM_SOUGHT;
  }
  return compare(a->data, size, b->data, b->size);
}

int slm_set_order(uintptr_t txn, unsigned dbi) { return mdb_set_compare((void *)txn, dbi, order); }
