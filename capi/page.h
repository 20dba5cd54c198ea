/*
 * Entries of a page that need not be taken apart in Go: those that are common. Everything else is left to it
 * (core/codec), above all what it refuses, so that there is one place that says why.
 */
#ifndef SLM_PAGE_H
#define SLM_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Go's core.RawEntry. What it points to is LMDB's memory. */
typedef struct slm_bytes {
  const unsigned char *at;
  size_t length, capacity;
} slm_bytes;

typedef struct slm_raw_entry {
  slm_bytes key, value;
} slm_raw_entry;

/* What becomes of a key or a value in a page. */
enum {
  SLM_LEFT_OUT,
  SLM_BIN,    /* it is a bin */
  SLM_TUPLE,  /* it is a tuple, and becomes MessagePack */
  SLM_OBJECT, /* it is one MessagePack object, which is checked */
  SLM_NEITHER /* Go's alone */
};

/*
 * Writes entries one after the other, `count` at the most, and says how many: up to the first that is not common, or for
 * which there is no room. entries are Go's memory, as a number so that Go need not look through it.
 */
size_t slm_page(uintptr_t entries, size_t count, int key, int value, char *room, size_t capacity, size_t *written);

/* The MessagePack of a typed key: its length, or 0 for one that is not common (in page_key.c), or has no room. */
size_t slm_page_key(const unsigned char *key, size_t length, unsigned char *to, size_t capacity);

/* Whether it is exactly one well-formed MessagePack object with valid text; false also for one that is nested deeply. */
bool slm_page_value(const unsigned char *value, size_t length);

/* Whether it is UTF-8, as Go has it. */
bool slm_utf8(const unsigned char *text, size_t length);

#endif
