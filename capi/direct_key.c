/*
 * Typed keys without Go: what core/codec/tuple_wire.go does, for the keys that are common. Everything else is left to it,
 * above all what it refuses, so that there is one place that says why.
 */
#include <string.h>

#include "direct.h"
#include "page.h"
#include "tuple.h"

enum { MAX_DEPTH = 8 };

/* A big-endian number of 1, 2, 4 or 8 bytes. */
static bool number(work *w, size_t size, uint64_t *value) {
  if ((size_t)(w->in_end - w->in) < size) return false;
  *value = 0;
  while (size--) *value = *value << 8 | *w->in++;
  return true;
}

static bool integer(work *w, bool negative, uint64_t magnitude) {
  int size = 0;
  while (size < 8 && magnitude >> (8 * size)) size++;
  if (!put(w, (unsigned char)(negative ? CODE_ZERO - size : CODE_ZERO + size))) return false;
  uint64_t bits = negative ? ~magnitude : magnitude;
  while (size--)
    if (!put(w, (unsigned char)(bits >> (8 * size)))) return false;
  return true;
}

static bool unsigned_integer(work *w, size_t size) {
  uint64_t value;
  return number(w, size, &value) && integer(w, false, value);
}

static bool signed_integer(work *w, size_t size) {
  uint64_t value;
  if (!number(w, size, &value)) return false;
  uint64_t sign = (uint64_t)1 << (8 * size - 1);
  if (!(value & sign)) return integer(w, false, value);
  return integer(w, true, (sign - (value & (sign - 1))));
}

/* Text or bytes: zero bytes would be escaped. */
static bool run(work *w, unsigned char code, uint64_t size) {
  if (size > (uint64_t)(w->in_end - w->in) || size + 2 > (uint64_t)(w->out_end - w->out)) return false;
  const unsigned char *from = w->in;
  unsigned char highest = 0;
  *w->out++ = code;
  w->in += size;
  if (size >= 8 && copy_usual(from, (size_t)size, w->out)) {
    w->out += size;
    return put(w, 0);
  }
  for (uint64_t i = 0; i < size; i++) {
    if (from[i] == 0) return false;
    highest |= from[i];
    *w->out++ = from[i];
  }
  return (code == CODE_BYTES || highest < 0x80 || slm_utf8(from, (size_t)size)) && put(w, 0);
}

static bool run_of(work *w, unsigned char code, size_t size) {
  uint64_t length;
  return number(w, size, &length) && run(w, code, length);
}

static bool element(work *w, int depth);

static bool tuple(work *w, uint64_t count, int depth) {
  if (depth == MAX_DEPTH || !put(w, CODE_TUPLE)) return false;
  while (count--)
    if (!element(w, depth + 1)) return false;
  return put(w, 0);
}

static bool element(work *w, int depth) {
  if (w->in == w->in_end) return false;
  unsigned char head = *w->in++;
  if (head < 0x80) return integer(w, false, head);
  if (head >= 0xe0) return integer(w, true, 256u - head);
  if (head >= 0xa0 && head < 0xc0) return run(w, CODE_TEXT, head & 0x1f);
  if (head >= 0x90 && head < 0xa0) return tuple(w, head & 0x0f, depth);
  switch (head) {
    case 0xc0: return put(w, CODE_NULL) && (depth == 0 || put(w, 0xff));
    case 0xc2: return put(w, CODE_FALSE);
    case 0xc3: return put(w, CODE_TRUE);
    case 0xc4: return run_of(w, CODE_BYTES, 1);
    case 0xc5: return run_of(w, CODE_BYTES, 2);
    case 0xcc: return unsigned_integer(w, 1);
    case 0xcd: return unsigned_integer(w, 2);
    case 0xce: return unsigned_integer(w, 4);
    case 0xcf: return unsigned_integer(w, 8);
    case 0xd0: return signed_integer(w, 1);
    case 0xd1: return signed_integer(w, 2);
    case 0xd2: return signed_integer(w, 4);
    case 0xd3: return signed_integer(w, 8);
    case 0xd9: return run_of(w, CODE_TEXT, 1);
    case 0xda: return run_of(w, CODE_TEXT, 2);
    default: return false;
  }
}

size_t slm_direct_next_key(const unsigned char **at, const unsigned char *end, unsigned char *key, size_t capacity) {
  work w = {*at, end, key, key + capacity};
  if (!element(&w, 0)) return 0;
  *at = w.in;
  return (size_t)(w.out - key);
}

size_t slm_direct_key(const unsigned char *wire, size_t length, unsigned char *key, size_t capacity) {
  const unsigned char *at = wire;
  size_t size = slm_direct_next_key(&at, wire + length, key, capacity);
  return at == wire + length ? size : 0;
}
