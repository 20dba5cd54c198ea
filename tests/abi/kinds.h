/* What do keys and values look like in a database of each kind and layout? The n-th key, and a value for a number. */
#ifndef ABI_KINDS_H
#define ABI_KINDS_H

#include "given.h"
#include "pack.h"

typedef struct kinds_form {
  const char *name;
  int32_t kind, layout, key_type, value_type;
} kinds_form;

/* All kinds in both layouts; in the last one numbers are stored in an order that is not theirs. */
static const kinds_form kinds_all[] = {
    {"bytes", SLMDB_BYTES, SLMDB_LAYOUT_ORDERED, 0, 0},
    {"bytes key", SLMDB_BYTES_KEY, SLMDB_LAYOUT_ORDERED, 0, 0},
    {"typed", SLMDB_TYPED, SLMDB_LAYOUT_ORDERED, 0, 0},
    {"h bytes", SLMDB_BYTES, SLMDB_LAYOUT_HEED, 0, 0},
    {"h bytes key", SLMDB_BYTES_KEY, SLMDB_LAYOUT_HEED, 0, SLMDB_TYPE_U64},
    {"h texts", SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_TEXT, SLMDB_TYPE_TEXT},
    {"h numbers", SLMDB_TYPED, SLMDB_LAYOUT_HEED, SLMDB_TYPE_U64, SLMDB_TYPE_I32},
};
enum { KINDS = sizeof kinds_all / sizeof *kinds_all };

static inline slmdb_db *kinds_open(slmdb_env *env, const kinds_form *f) {
  slmdb_db_options o = given_db_options(f->kind);
  o.layout = f->layout, o.key_type = f->key_type, o.value_type = f->value_type;
  return given_db_with(env, f->name, &o);
}

/* Whether its keys are texts or bytes, so that they have prefixes. */
static inline bool kinds_has_prefixes(const kinds_form *f) {
  return f->kind != SLMDB_TYPED || f->key_type == SLMDB_TYPE_TEXT;
}

static inline pack kinds_raw(const void *bytes, size_t size) {
  pack p;
  p.size = 0;
  return pack_body(p, bytes, size);
}

/* The n-th key in order, for n below 1000; texts of several lengths: an order by length first would be wrong. */
static inline pack kinds_key(const kinds_form *f, int n) {
  char text[16];
  snprintf(text, sizeof text, "k%03d%.*s", n, n % 4, "xyz");
  if (kinds_has_prefixes(f)) return f->kind == SLMDB_TYPED ? pack_text(text) : kinds_raw(text, strlen(text));
  return f->layout == SLMDB_LAYOUT_HEED ? pack_uint((uint64_t)n * 77) : pack_int(((int64_t)n - 500) * 77);
}

/* What the keys from n - n % 10 on, ten of them, begin with; only for those that have prefixes. */
static inline pack kinds_prefix(const kinds_form *f, int n) {
  char text[16];
  snprintf(text, sizeof text, "k%02d", n / 10);
  return f->kind == SLMDB_TYPED ? pack_text(text) : kinds_raw(text, strlen(text));
}

/* A value that stands for a number; some are of no bytes, some of many. */
static inline pack kinds_value(const kinds_form *f, int n) {
  char text[1100];
  if (f->value_type != 0 && f->value_type != SLMDB_TYPE_TEXT) return pack_uint((uint64_t)n);
  int size = snprintf(text, sizeof text, "v%d", n);
  memset(text + size, 'a' + n % 26, sizeof text - (size_t)size);
  size_t length = n % 11 == 0 ? 1000 + (size_t)size : n % 5 == 0 ? 300 : (size_t)size;
  if (n == 0) length = 0;
  return f->kind == SLMDB_BYTES ? kinds_raw(text, length) : pack_text_of(text, length);
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

/* A page that is being written: one MessagePack array, whose head is as long as it may be. */
typedef struct kinds_page {
  unsigned char *bytes;
  size_t size, room;
  uint32_t objects;
} kinds_page;

static inline void kinds_append(kinds_page *p, const void *bytes, size_t size) {
  if (p->size + size > p->room) {
    p->room = 2 * (p->size + size);
    p->bytes = (unsigned char *)realloc(p->bytes, p->room);
  }
  if (size) memcpy(p->bytes + p->size, bytes, size);
  p->size += size;
}

static inline void kinds_set_count(kinds_page *p, uint32_t objects) {
  for (int i = 0; i < 4; i++) p->bytes[1 + i] = (unsigned char)(objects >> (24 - 8 * i));
}

static inline kinds_page kinds_new_page(void) {
  kinds_page p = {NULL, 0, 0, 0};
  kinds_append(&p, "\xdd\0\0\0\0", 5);
  return p;
}

/* Appends an object: a raw part as `bin`, a typed one as it is. */
static inline void kinds_add(kinds_page *p, bool typed, const pack *part) {
  pack bin = typed ? *part : pack_bytes(part->bytes, part->size);
  kinds_append(p, bin.bytes, bin.size);
  kinds_set_count(p, ++p->objects);
}

static inline void kinds_add_key(kinds_page *p, const kinds_form *f, int n) {
  pack key = kinds_key(f, n);
  kinds_add(p, f->kind == SLMDB_TYPED, &key);
}

static inline void kinds_add_entry(kinds_page *p, const kinds_form *f, int n, int value) {
  pack v = kinds_value(f, value);
  kinds_add_key(p, f, n);
  kinds_add(p, f->kind != SLMDB_BYTES, &v);
}

/* One object of a page, as a function that takes single keys or values takes it. */
static inline size_t kinds_read(pack_reader *r, bool typed, const unsigned char **part) {
  return typed ? pack_skip(r, part) : pack_read_body(r, part);
}

static inline bool kinds_reads_key(pack_reader *r, const kinds_form *f, int n) {
  const unsigned char *part = NULL;
  pack want = kinds_key(f, n);
  size_t size = kinds_read(r, f->kind == SLMDB_TYPED, &part);
  return !r->broken && pack_equal(&want, part, size);
}

static inline bool kinds_reads_value(pack_reader *r, const kinds_form *f, int value) {
  const unsigned char *part = NULL;
  pack want = kinds_value(f, value);
  size_t size = kinds_read(r, f->kind != SLMDB_BYTES, &part);
  return !r->broken && pack_equal(&want, part, size);
}

#endif
