#include "page.h"

#include "../core/engine/lmdb/bin.h"

/* Where the next part goes; NULL if it is Go's. */
static inline __attribute__((always_inline)) char *write_part(int form, const slm_bytes *part, char *to, char *end) {
  size_t room = (size_t)(end - to), length = part->length;
  switch (form) {
    case SLM_LEFT_OUT: return to;
    case SLM_BIN: return length <= UINT32_MAX && slm_bin_size(length) <= room ? slm_write_bin(to, part->at, length) : NULL;
    case SLM_TUPLE:
      length = slm_page_key(part->at, length, (unsigned char *)to, room);
      return length > 0 ? to + length : NULL;
    case SLM_OBJECT:
      if (length > room || !slm_page_value(part->at, length)) return NULL;
      memcpy(to, part->at, length);
      return to + length;
  }
  return NULL;
}

size_t slm_page(uintptr_t entries, size_t count, int key, int value, char *room, size_t capacity, size_t *written) {
  const slm_raw_entry *entry = (const slm_raw_entry *)entries;
  char *to = room, *end = room + capacity;
  size_t done = 0;
  for (; done < count; done++, entry++) {
    char *next = write_part(key, &entry->key, to, end);
    if (next) next = write_part(value, &entry->value, next, end);
    if (!next) break;
    to = next;
  }
  *written = (size_t)(to - room);
  return done;
}
