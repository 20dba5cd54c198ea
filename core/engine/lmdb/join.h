/* The stored key of an entry: its partition, if it has one, and the rest. */
#ifndef SLM_JOIN_H
#define SLM_JOIN_H

#include <stdint.h>
#include <string.h>

#include "mdb.h"

/* Bytes of a partition. */
enum { SLM_PARTITION = 4 };

/* In `joined`, of SLM_PARTITION + SLM_MAX_KEY bytes, if there is a partition; else where the caller has the key. */
static inline mdb_val slm_join(unsigned char *joined, uint32_t partition, int scoped, const char *key, size_t key_size) {
  mdb_val k = {key_size, (void *)(uintptr_t)key};
  if (scoped) {
    memcpy(joined, &partition, SLM_PARTITION);
    if (key_size) memcpy(joined + SLM_PARTITION, key, key_size);
    k.size = SLM_PARTITION + key_size;
    k.data = joined;
  }
  return k;
}

#endif
