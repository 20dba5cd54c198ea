#include "pack.h"

#include <stdint.h>
#include <string.h>

/* The size of the bin at *at, which then points to its bytes; -1 if there is none, or not all of it. */
static int64_t bin(const unsigned char **at, const unsigned char *end) {
  static const unsigned widths[] = {1, 2, 4};
  const unsigned char *p = *at;
  if (p == end || *p < 0xc4 || *p > 0xc6) return -1;
  unsigned width = widths[*p++ - 0xc4];
  if ((size_t)(end - p) < width) return -1;
  uint32_t size = 0;
  for (; width > 0; width--) size = size << 8 | *p++;
  if ((size_t)(end - p) < size) return -1;
  *at = p;
  return size;
}

size_t slm_pack(const void *objects, size_t length, size_t count, char *packed) {
  const unsigned char *at = objects, *end = at + length;
  char *next = packed;
  for (; count > 0; count--) {
    uint32_t sizes[2];
    char *entry = next;
    next += sizeof sizes;
    for (int i = 0; i < 2; i++) {
      int64_t size = bin(&at, end);
      if (size < 0) return 0;
      sizes[i] = (uint32_t)size;
      memcpy(next, at, sizes[i]);
      next += sizes[i];
      at += sizes[i];
    }
    memcpy(entry, sizes, sizeof sizes);
  }
  return at == end ? (size_t)(next - packed) : 0;
}
