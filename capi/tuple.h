/* What both ways between MessagePack and the tuple layer's keys share (direct_key.c, page_key.c). */
#ifndef SLM_TUPLE_H
#define SLM_TUPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The codes of the tuple layer (https://github.com/apple/foundationdb/blob/main/design/tuple.md). */
enum {
  CODE_NULL = 0x00,
  CODE_BYTES = 0x01,
  CODE_TEXT = 0x02,
  CODE_TUPLE = 0x05,
  CODE_LEAST = 0x0c,
  CODE_ZERO = 0x14,
  CODE_GREATEST = 0x1c,
  CODE_FALSE = 0x26,
  CODE_TRUE = 0x27,
  ESCAPE = 0xff
};

/* What is read and what is written. A key that does not fit, or is not common, fails. */
typedef struct work {
  const unsigned char *in, *in_end;
  unsigned char *out, *out_end;
} work;

static inline bool put(work *w, unsigned char byte) {
  if (w->out == w->out_end) return false;
  *w->out++ = byte;
  return true;
}

/*
 * Copies text or bytes, 8 or more, and says whether all are ASCII and none is 0, as they mostly are. They are looked at eight
 * at once, the last eight once more than need be. In `unusual` the first byte that is 0, or not ASCII, has its high bit set.
 */
static inline bool copy_usual(const unsigned char *from, size_t size, unsigned char *to) {
  const uint64_t ones = UINT64_MAX / 255;
  uint64_t unusual = 0;
  for (size_t i = 0;; i = i + 16 <= size ? i + 8 : size - 8) {
    uint64_t bytes;
    memcpy(&bytes, from + i, sizeof bytes);
    memcpy(to + i, &bytes, sizeof bytes);
    unusual |= (bytes - ones) | bytes;
    if (i + 8 == size) return (unusual & (ones << 7)) == 0;
  }
}

#endif
