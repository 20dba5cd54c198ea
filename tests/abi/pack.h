/* How does MessagePack look, as far as keys, values and pages need it? A writer and a reader, by its specification. */
#ifndef ABI_PACK_H
#define ABI_PACK_H

#include "check.h"

/* ---- writing ---------------------------------------------------------------------------------------------------- */

typedef struct pack {
  unsigned char bytes[1200];
  size_t size;
} pack;

static inline void pack_big(pack *p, unsigned char head, uint64_t number, int width) {
  p->bytes[p->size++] = head;
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) p->bytes[p->size++] = (unsigned char)(number >> shift);
}

static inline pack pack_uint(uint64_t n) {
  pack p;
  p.size = 0;
  if (n < 128) pack_big(&p, (unsigned char)n, 0, 0);
  else if (n <= UINT8_MAX) pack_big(&p, 0xcc, n, 1);
  else if (n <= UINT16_MAX) pack_big(&p, 0xcd, n, 2);
  else if (n <= UINT32_MAX) pack_big(&p, 0xce, n, 4);
  else pack_big(&p, 0xcf, n, 8);
  return p;
}

/* An integer in its longest form, which a shortest one must be equal to as a key. */
static inline pack pack_long(int64_t n) {
  pack p;
  p.size = 0;
  pack_big(&p, 0xd3, (uint64_t)n, 8);
  return p;
}

static inline pack pack_int(int64_t n) {
  pack p;
  if (n >= 0) return pack_uint((uint64_t)n);
  p.size = 0;
  if (n >= -32) pack_big(&p, (unsigned char)(256 + n), 0, 0);
  else if (n >= INT8_MIN) pack_big(&p, 0xd0, (uint64_t)n, 1);
  else if (n >= INT16_MIN) pack_big(&p, 0xd1, (uint64_t)n, 2);
  else if (n >= INT32_MIN) pack_big(&p, 0xd2, (uint64_t)n, 4);
  else pack_big(&p, 0xd3, (uint64_t)n, 8);
  return p;
}

static inline pack pack_float(double d) {
  pack p;
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  p.size = 0;
  pack_big(&p, 0xcb, bits, 8);
  return p;
}

static inline pack pack_body(pack p, const void *body, size_t size) {
  if (size) memcpy(p.bytes + p.size, body, size);
  p.size += size;
  return p;
}

static inline pack pack_text_of(const void *text, size_t size) {
  pack p;
  p.size = 0;
  if (size < 32) pack_big(&p, (unsigned char)(0xa0 + size), 0, 0);
  else if (size <= UINT8_MAX) pack_big(&p, 0xd9, size, 1);
  else pack_big(&p, 0xda, size, 2);
  return pack_body(p, text, size);
}

static inline pack pack_text(const char *text) { return pack_text_of(text, strlen(text)); }

static inline pack pack_bytes(const void *bytes, size_t size) {
  pack p;
  p.size = 0;
  if (size <= UINT8_MAX) pack_big(&p, 0xc4, size, 1);
  else pack_big(&p, 0xc5, size, 2);
  return pack_body(p, bytes, size);
}

static inline pack pack_one(unsigned char byte) {
  pack p;
  p.size = 1;
  p.bytes[0] = byte;
  return p;
}

enum { PACK_NIL = 0xc0, PACK_FALSE = 0xc2, PACK_TRUE = 0xc3 };

static inline bool pack_equal(const pack *p, const void *bytes, size_t size) {
  return p->size == size && memcmp(p->bytes, bytes, size) == 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* A place in a page, and where the page ends. */
typedef struct pack_reader {
  const unsigned char *at, *end;
  bool broken;
} pack_reader;

static inline uint64_t pack_number(pack_reader *r, size_t width) {
  uint64_t n = 0;
  if ((size_t)(r->end - r->at) < width) {
    r->broken = true;
    return 0;
  }
  while (width-- > 0) n = n << 8 | *r->at++;
  return n;
}

/* How many objects the array at this place has. */
static inline uint64_t pack_array(pack_reader *r) {
  uint64_t head = pack_number(r, 1);
  if (head >= 0x90 && head <= 0x9f) return head & 15;
  if (head == 0xdc) return pack_number(r, 2);
  if (head == 0xdd) return pack_number(r, 4);
  r->broken = true;
  return 0;
}

/* The body of a `bin` or `str` object; its size. */
static inline size_t pack_read_body(pack_reader *r, const unsigned char **body) {
  uint64_t head = pack_number(r, 1), size = 0;
  if (head >= 0xa0 && head <= 0xbf) size = head & 31;
  else if (head == 0xc4 || head == 0xd9) size = pack_number(r, 1);
  else if (head == 0xc5 || head == 0xda) size = pack_number(r, 2);
  else if (head == 0xc6 || head == 0xdb) size = pack_number(r, 4);
  else r->broken = true;
  if ((uint64_t)(r->end - r->at) < size) r->broken = true;
  *body = r->at;
  if (r->broken) return 0;
  r->at += size;
  return (size_t)size;
}

/* An integer that is not negative. */
static inline uint64_t pack_read_uint(pack_reader *r) {
  uint64_t head = pack_number(r, 1);
  if (head < 128) return head;
  if (head >= 0xcc && head <= 0xcf) return pack_number(r, (size_t)1 << (head - 0xcc));
  r->broken = true;
  return 0;
}

/* Moves over one object without containers; its bytes and their size. */
static inline size_t pack_skip(pack_reader *r, const unsigned char **object) {
  const unsigned char *start = r->at, *body;
  *object = start;
  if (start == r->end) {
    r->broken = true;
    return 0;
  }
  unsigned head = *start;
  if ((head >= 0xa0 && head <= 0xbf) || (head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb)) {
    pack_read_body(r, &body);
  } else {
    static const unsigned char widths[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8}; /* 0xca to 0xd3 */
    pack_number(r, 1 + (head >= 0xca && head <= 0xd3 ? widths[head - 0xca] : 0u));
  }
  return (size_t)(r->at - start);
}

#endif
