/* Values: from MessagePack to words. The library has checked what it hands out: each is one whole object. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static void print(bytes *out, const char *text) { bytes_add(out, text, strlen(text)); }

void words_print_body(char tag, const void *body, size_t length, bytes *out) {
  const unsigned char *raw = body;
  bytes_add(out, &tag, 1);
  for (size_t i = 0; i < length; i++) {
    char escaped[4];
    if (raw[i] > ' ' && raw[i] <= '~' && raw[i] != '%') {
      bytes_add(out, &raw[i], 1);
    } else {
      snprintf(escaped, sizeof escaped, "%%%02x", raw[i]);
      print(out, escaped);
    }
  }
  print(out, " ");
}

void words_print_number(uint64_t number, bytes *out) {
  char text[32];
  snprintf(text, sizeof text, "i%" PRIu64 " ", number);
  print(out, text);
}

static void print_negative(int64_t number, bytes *out) {
  char text[32];
  snprintf(text, sizeof text, "i%" PRId64 " ", number);
  print(out, text);
}

static void print_double(uint64_t bits, bytes *out) {
  char text[32];
  snprintf(text, sizeof text, "d%016" PRIx64 " ", bits);
  print(out, text);
}

static void print_float(uint64_t bits, bytes *out) {
  uint32_t narrow = (uint32_t)bits;
  float number;
  double wide;
  memcpy(&number, &narrow, sizeof number);
  wide = (double)number;
  memcpy(&bits, &wide, sizeof bits);
  print_double(bits, out);
}

/* The big-endian number in the `width` bytes at *p; moves *p behind it. */
static uint64_t number(const unsigned char **p, int width) {
  uint64_t found = 0;
  while (width-- > 0) found = found << 8 | *(*p)++;
  return found;
}

static const unsigned char *print_array(const unsigned char *p, uint64_t count, bytes *out) {
  print(out, "( ");
  while (count-- > 0) p = words_print(p, out);
  print(out, ") ");
  return p;
}

typedef struct pair {
  bytes key, value;
} pair;

static int compare(const void *left, const void *right) {
  const bytes *a = &((const pair *)left)->key, *b = &((const pair *)right)->key;
  size_t common = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->data, b->data, common);
  return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static const unsigned char *print_map(const unsigned char *p, uint64_t count, bytes *out) {
  pair *pairs = calloc((size_t)count + 1, sizeof *pairs);
  if (pairs == NULL) malformed("out of memory");
  for (size_t i = 0; i < count; i++) {
    p = words_print(p, &pairs[i].key);
    p = words_print(p, &pairs[i].value);
  }
  qsort(pairs, (size_t)count, sizeof *pairs, compare);
  print(out, "{ ");
  for (size_t i = 0; i < count; i++) {
    bytes_add(out, pairs[i].key.data, pairs[i].key.length);
    bytes_add(out, pairs[i].value.data, pairs[i].value.length);
    bytes_free(&pairs[i].key);
    bytes_free(&pairs[i].value);
  }
  print(out, "} ");
  free(pairs);
  return p;
}

static const unsigned char *print_text(char tag, const unsigned char *p, uint64_t length, bytes *out) {
  words_print_body(tag, p, (size_t)length, out);
  return p + length;
}

static void print_signed(uint64_t bits, int width, bytes *out) {
  uint64_t sign = (uint64_t)1 << (8 * width - 1);
  print_negative((int64_t)((bits ^ sign) - sign), out);
}

const unsigned char *words_print(const unsigned char *p, bytes *out) {
  unsigned first = *p++;
  if (first < 0x80) {
    words_print_number(first, out);
    return p;
  }
  if (first >= 0xe0) {
    print_negative((int64_t)first - 0x100, out);
    return p;
  }
  if (first < 0x90) return print_map(p, first & 0x0f, out);
  if (first < 0xa0) return print_array(p, first & 0x0f, out);
  if (first < 0xc0) return print_text('s', p, first & 0x1f, out);
  switch (first) {
  case 0xc0: print(out, "n "); break;
  case 0xc2: print(out, "f "); break;
  case 0xc3: print(out, "t "); break;
  case 0xca: print_float(number(&p, 4), out); break;
  case 0xcb: print_double(number(&p, 8), out); break;
  case 0xc4: case 0xc5: case 0xc6: {
    uint64_t length = number(&p, 1 << (first - 0xc4));
    return print_text('b', p, length, out);
  }
  case 0xcc: case 0xcd: case 0xce: case 0xcf: words_print_number(number(&p, 1 << (first - 0xcc)), out); break;
  case 0xd0: case 0xd1: case 0xd2: case 0xd3: {
    int width = 1 << (first - 0xd0);
    print_signed(number(&p, width), width, out);
    break;
  }
  case 0xd9: case 0xda: case 0xdb: {
    uint64_t length = number(&p, 1 << (first - 0xd9));
    return print_text('s', p, length, out);
  }
  case 0xdc: case 0xdd: {
    uint64_t count = number(&p, 2 << (first - 0xdc));
    return print_array(p, count, out);
  }
  case 0xde: case 0xdf: {
    uint64_t count = number(&p, 2 << (first - 0xde));
    return print_map(p, count, out);
  }
  default: malformed("a MessagePack extension, which has no words");
  }
  return p;
}
