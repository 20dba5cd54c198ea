#include <stdbool.h>
#include <string.h>

#include "direct.h"

/* MessagePack's heads (https://github.com/msgpack/msgpack/blob/master/spec.md) and the tuple layer's codes
 * (https://github.com/apple/foundationdb/blob/main/design/tuple.md). */
enum { UINT_8 = 0xcc, UINT_64 = 0xcf, INT_8 = 0xd0, INT_64 = 0xd3, TEXT_8 = 0xd9, TEXT_16 = 0xda };
enum { CODE_TEXT = 0x02, CODE_ZERO = 0x14 };

static uint64_t big_endian(const unsigned char *bytes, size_t size) {
  uint64_t n = 0;
  for (size_t i = 0; i < size; i++) n = n << 8 | bytes[i];
  return n;
}

/* An integer is its code and no more bytes than it needs; of a negative one, those of the ones' complement. */
static size_t integer(bool negative, uint64_t size_of, unsigned char *stored) {
  size_t bytes = 0;
  while (bytes < 8 && size_of >> (8 * bytes)) bytes++;
  if (negative) size_of = ~size_of;
  stored[0] = (unsigned char)(negative ? CODE_ZERO - bytes : CODE_ZERO + bytes);
  for (size_t i = 0; i < bytes; i++) stored[1 + i] = (unsigned char)(size_of >> (8 * (bytes - 1 - i)));
  return 1 + bytes;
}

static size_t signed_integer(int64_t n, unsigned char *stored) {
  return integer(n < 0, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n, stored);
}

static size_t text(const unsigned char *from, size_t length, unsigned char *stored, size_t room) {
  if (length > room || room - length < 2) return 0;
  for (size_t i = 0; i < length; i++) {
    if (from[i] == 0 || from[i] > 0x7f) return 0;
  }
  stored[0] = CODE_TEXT;
  memcpy(stored + 1, from, length);
  stored[1 + length] = 0;
  return length + 2;
}

size_t slm_typed_key(const unsigned char *wire, size_t length, unsigned char *stored, size_t room) {
  unsigned head = wire[0];
  const unsigned char *rest = wire + 1;
  if (room < 9) return 0;
  if (head < 0x80) return length == 1 ? integer(false, head, stored) : 0;
  if (head >= 0xe0) return length == 1 ? signed_integer((int64_t)head - 0x100, stored) : 0;
  if (head >= 0xa0 && head < 0xc0) return length - 1 == head - 0xa0 ? text(rest, length - 1, stored, room) : 0;
  if (head == TEXT_8) return length > 2 && length - 2 == rest[0] ? text(rest + 1, length - 2, stored, room) : 0;
  if (head == TEXT_16) return length > 3 && length - 3 == big_endian(rest, 2) ? text(rest + 2, length - 3, stored, room) : 0;
  if (head >= UINT_8 && head <= UINT_64) {
    size_t size = (size_t)1 << (head - UINT_8);
    return length - 1 == size ? integer(false, big_endian(rest, size), stored) : 0;
  }
  if (head >= INT_8 && head <= INT_64) {
    size_t size = (size_t)1 << (head - INT_8);
    if (length - 1 != size) return 0;
    unsigned shift = (unsigned)(64 - 8 * size);
    return signed_integer((int64_t)(big_endian(rest, size) << shift) >> shift, stored);
  }
  return 0;
}
