/* MessagePack's runs of bytes, as C reads and writes them (https://github.com/msgpack/msgpack/blob/master/spec.md). */
#ifndef SLM_BIN_H
#define SLM_BIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a bin of `size` bytes takes. */
static inline size_t slm_bin_size(size_t size) { return size + (size <= 0xff ? 2 : size <= 0xffff ? 3 : 5); }

/* Writes a bin of less than 4 GiB, and says where it ends. */
static inline char *slm_write_bin(char *to, const void *bytes, size_t size) {
  unsigned width = size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
  *to++ = (char)(0xc4 + width / 2);
  while (width-- > 0) *to++ = (char)(size >> 8 * width);
  if (size) memcpy(to, bytes, size);
  return to + size;
}

/* The size of the bin at *at, which then points to its bytes; -1 if there is none, or not all of it. */
static inline int64_t slm_read_bin(const unsigned char **at, const unsigned char *end) {
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

#endif
