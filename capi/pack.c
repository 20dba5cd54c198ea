#include "pack.h"

#include "../core/engine/lmdb/bin.h"

size_t slm_pack(const void *objects, size_t length, size_t count, char *packed) {
  const unsigned char *at = objects, *end = at + length;
  char *next = packed;
  for (; count > 0; count--) {
    uint32_t sizes[2];
    char *entry = next;
    next += sizeof sizes;
    for (int i = 0; i < 2; i++) {
      int64_t size = slm_read_bin(&at, end);
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
