/*
 * Typed keys on their way out: what core/codec/tuple_wire.go does, for texts, bytes, integers, booleans and nulls, and
 * tuples of up to 15 of these. The reverse of direct_key.c.
 */
#include <string.h>

#include "page.h"
#include "tuple.h"

enum { MAX_DEPTH = 8, MAX_ELEMENTS = 15 };

/* A first byte and a number of 1, 2, 4 or 8 bytes. */
static bool put_number(work *w, unsigned char first, uint64_t number, int size) {
  if (w->out_end - w->out <= size) return false;
  *w->out++ = first;
  while (size--) *w->out++ = (unsigned char)(number >> (8 * size));
  return true;
}

static bool put_unsigned(work *w, uint64_t number) {
  if (number < 0x80) return put(w, (unsigned char)number);
  if (number <= UINT8_MAX) return put_number(w, 0xcc, number, 1);
  if (number <= UINT16_MAX) return put_number(w, 0xcd, number, 2);
  if (number <= UINT32_MAX) return put_number(w, 0xce, number, 4);
  return put_number(w, 0xcf, number, 8);
}

/* number is the two's complement. */
static bool put_negative(work *w, uint64_t number) {
  uint64_t magnitude = 0 - number;
  if (magnitude <= 32) return put(w, (unsigned char)number);
  if (magnitude <= (uint64_t)1 << 7) return put_number(w, 0xd0, number, 1);
  if (magnitude <= (uint64_t)1 << 15) return put_number(w, 0xd1, number, 2);
  if (magnitude <= (uint64_t)1 << 31) return put_number(w, 0xd2, number, 4);
  return put_number(w, 0xd3, number, 8);
}

static bool integer(work *w, unsigned char code) {
  bool negative = code < CODE_ZERO;
  int size = negative ? CODE_ZERO - code : code - CODE_ZERO;
  if (size == 0) return put(w, 0);
  if (w->in_end - w->in < size) return false;
  uint64_t number = 0;
  for (int i = 0; i < size; i++) number = number << 8 | *w->in++;
  uint64_t magnitude = negative ? ~number & (UINT64_MAX >> (64 - 8 * size)) : number;
  if (magnitude >> (8 * (size - 1)) == 0) return false; /* not in as few bytes as it needs */
  if (!negative) return put_unsigned(w, number);
  return magnitude <= (uint64_t)1 << 63 && put_negative(w, 0 - magnitude);
}

/* Text or bytes, of which none is zero. */
static bool run(work *w, bool text) {
  const unsigned char *from = w->in;
  const unsigned char *end = memchr(from, 0, (size_t)(w->in_end - from));
  if (!end || (end + 1 < w->in_end && end[1] == ESCAPE)) return false;
  size_t size = (size_t)(end - from);
  if (text && !slm_utf8(from, size)) return false;
  if (text && size < 0x20) {
    if (!put(w, (unsigned char)(0xa0 | size))) return false;
  } else if (size <= UINT8_MAX) {
    if (!put_number(w, text ? 0xd9 : 0xc4, size, 1)) return false;
  } else if (size > UINT16_MAX || !put_number(w, text ? 0xda : 0xc5, size, 2)) {
    return false;
  }
  if (size > (size_t)(w->out_end - w->out)) return false;
  memcpy(w->out, from, size);
  w->out += size;
  w->in = end + 1;
  return true;
}

static bool element(work *w, int depth);

static bool tuple(work *w, int depth) {
  unsigned char *head = w->out;
  if (depth == MAX_DEPTH || !put(w, 0x90)) return false;
  for (int count = 0;; count++) {
    if (w->in == w->in_end) return false;
    if (*w->in == 0 && (w->in + 1 == w->in_end || w->in[1] != ESCAPE)) {
      w->in++;
      *head = (unsigned char)(0x90 | count);
      return true;
    }
    if (count == MAX_ELEMENTS || !element(w, depth + 1)) return false;
  }
}

static bool element(work *w, int depth) {
  if (w->in == w->in_end) return false;
  unsigned char code = *w->in++;
  if (code >= CODE_LEAST && code <= CODE_GREATEST) return integer(w, code);
  switch (code) {
    case CODE_NULL:
      if (depth > 0) w->in++; /* the escape, which the tuple has seen */
      return put(w, 0xc0);
    case CODE_BYTES: return run(w, false);
    case CODE_TEXT: return run(w, true);
    case CODE_TUPLE: return tuple(w, depth);
    case CODE_FALSE: return put(w, 0xc2);
    case CODE_TRUE: return put(w, 0xc3);
    default: return false;
  }
}

/* A key that is a text of 8 to 31 ASCII characters, as most are; 0 if it is not. */
static inline size_t short_text(const unsigned char *key, size_t length, unsigned char *to, size_t capacity) {
  size_t size = length - 2;
  if (length < 10 || size > 31 || capacity <= size || key[0] != CODE_TEXT || key[length - 1] != 0) return 0;
  *to = (unsigned char)(0xa0 | size);
  return copy_usual(key + 1, size, to + 1) ? 1 + size : 0;
}

size_t slm_page_key(const unsigned char *key, size_t length, unsigned char *to, size_t capacity) {
  size_t size = short_text(key, length, to, capacity);
  if (size > 0) return size;
  work w = {key, key + length, to, to + capacity};
  return element(&w, 0) && w.in == w.in_end ? (size_t)(w.out - to) : 0;
}
