/* The entries and accesses of package data, once more for C. */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 16, VALUE = 100, HOT_KEYS = 1000, MANY_KEYS = 100 };

static struct {
  uint64_t scopes, entries;
} shape;

/* The i-th access goes to scope[i] with the key at keys + i * KEY; index[i] is what its value is made of. */
typedef struct accesses {
  size_t n;
  uint32_t *scope, *index;
  char *keys;
} accesses;

static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static uint32_t pick_scope(uint64_t i) { return (uint32_t)(mix(i) % shape.scopes); }
static uint32_t picked_scope(uint64_t i) { return (uint32_t)((mix(i) >> 32) % shape.scopes); }
static uint32_t picked_index(uint64_t i) { return (uint32_t)((mix(i) & 0xffffffffu) % shape.entries); }

static void write_key(char *key, uint64_t n) {
  for (int at = KEY - 1; at >= 0; at--, n >>= 4) key[at] = "0123456789abcdef"[n & 15];
}

static uint64_t word(uint32_t scope, uint32_t index) { return mix((uint64_t)scope << 32 | index); }

/* x86 and ARM are little-endian, as the words are. */
static void set_word(char *value, uint32_t scope, uint32_t index) {
  uint64_t w = word(scope, index);
  memcpy(value, &w, sizeof w);
}

static void *need(size_t size) {
  void *memory = malloc(size ? size : 1);
  if (!memory) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  return memory;
}

static void set_access(accesses *a, size_t i, uint32_t scope, uint32_t index, uint64_t key) {
  a->scope[i] = scope;
  a->index[i] = index;
  write_key(a->keys + i * KEY, key);
}

typedef void chooser(accesses *a, size_t i);

static void in_order(accesses *a, size_t i) {
  uint32_t index = (uint32_t)(i % shape.entries);
  set_access(a, i, (uint32_t)(i / shape.entries), index, 2 * (uint64_t)index);
}
static void at_random(accesses *a, size_t i) {
  set_access(a, i, picked_scope(i), picked_index(i), 2 * (uint64_t)picked_index(i));
}
static void hot(accesses *a, size_t i) {
  size_t j = mix(i) % HOT_KEYS; /* in no order, as package data says */
  set_access(a, i, picked_scope(j), picked_index(j), 2 * (uint64_t)picked_index(j));
}
static void missing(accesses *a, size_t i) {
  set_access(a, i, picked_scope(i), picked_index(i), 2 * (uint64_t)picked_index(i) + 1);
}
static void many(accesses *a, size_t i) {
  set_access(a, i, picked_scope(i / MANY_KEYS * MANY_KEYS), picked_index(i), 2 * (uint64_t)picked_index(i));
}
static void scattered(accesses *a, size_t i) { set_access(a, i, picked_scope(i), (uint32_t)i, mix(i)); }

static accesses make_accesses(size_t n, chooser *choose) {
  accesses a = {n, need(n * sizeof *a.scope), need(n * sizeof *a.index), need(n * KEY)};
  for (size_t i = 0; i < n; i++) choose(&a, i);
  return a;
}

static void free_accesses(accesses *a) {
  free(a->scope);
  free(a->index);
  free(a->keys);
}

#endif
