/* Values: from words to MessagePack. */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void malformed(const char *what) {
  fprintf(stderr, "agent in C: %s\n", what);
  exit(2);
}

void bytes_add(bytes *b, const void *data, size_t length) {
  if (b->capacity - b->length < length || b->data == NULL) {
    size_t capacity = 2 * b->capacity + length + 64;
    unsigned char *grown = realloc(b->data, capacity);
    if (grown == NULL) malformed("out of memory");
    b->data = grown;
    b->capacity = capacity;
  }
  if (length > 0) memcpy(b->data + b->length, data, length);
  b->length += length;
}

void bytes_free(bytes *b) {
  free(b->data);
  memset(b, 0, sizeof *b);
}

char *words_next(words *w) {
  char *word = w->left;
  size_t length = strcspn(word, " ");
  w->left += length;
  if (*w->left != '\0') *w->left++ = '\0';
  return word;
}

static int digit(char c) {
  const char *digits = "0123456789abcdef";
  const char *found = c == '\0' ? NULL : strchr(digits, c);
  if (found == NULL) malformed("no hexadecimal digit");
  return (int)(found - digits);
}

static void unescape(const char *word, bytes *body) {
  for (; *word != '\0'; word++) {
    unsigned char c = (unsigned char)*word;
    if (c == '%') {
      int high = digit(word[1]);
      c = (unsigned char)(16 * high + digit(word[2]));
      word += 2;
    }
    bytes_add(body, &c, 1);
  }
}

bool words_body(words *w, char tag, bytes *body) {
  const char *word = words_next(w);
  if (word[0] != tag && strcmp(word, "n") != 0) malformed("a text, bytes or null is missing");
  if (word[0] == tag) unescape(word + 1, body);
  return word[0] == tag;
}

/* A first byte and then a number of `width` bytes, big-endian. */
static void put_number(bytes *out, unsigned first, uint64_t number, int width) {
  unsigned char encoded[9];
  encoded[0] = (unsigned char)first;
  for (int i = width; i > 0; i--, number >>= 8) encoded[i] = (unsigned char)number;
  bytes_add(out, encoded, (size_t)width + 1);
}

/* A length, in the shortest of the forms that its type has; fixed < 0: it has none of one byte. */
static void put_length(bytes *out, int fixed, size_t fixed_end, unsigned first8, unsigned first16, size_t length) {
  if (fixed >= 0 && length < fixed_end) {
    put_number(out, (unsigned)fixed | (unsigned)length, 0, 0);
  } else if (first8 != 0 && length < 0x100) {
    put_number(out, first8, length, 1);
  } else if (length < 0x10000) {
    put_number(out, first16, length, 2);
  } else {
    put_number(out, first16 + 1, length, 4);
  }
}

static void put_integer(bytes *out, const char *text) {
  if (text[0] == '-') {
    int64_t number = strtoll(text, NULL, 10);
    if (number >= -32) {
      put_number(out, (unsigned)(number & 0xff), 0, 0);
    } else {
      int width = number >= INT8_MIN ? 1 : number >= INT16_MIN ? 2 : number >= INT32_MIN ? 4 : 8;
      put_number(out, width == 1 ? 0xd0 : width == 2 ? 0xd1 : width == 4 ? 0xd2 : 0xd3, (uint64_t)number, width);
    }
    return;
  }
  uint64_t number = strtoull(text, NULL, 10);
  if (number < 0x80) {
    put_number(out, (unsigned)number, 0, 0);
  } else {
    int width = number <= UINT8_MAX ? 1 : number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
    put_number(out, width == 1 ? 0xcc : width == 2 ? 0xcd : width == 4 ? 0xce : 0xcf, number, width);
  }
}

static bool at(words *w, char end) {
  if (w->left[0] != end || (w->left[1] != ' ' && w->left[1] != '\0')) return false;
  (void)words_next(w);
  return true;
}

/* The objects up to the closing word, and how many they are before them. */
static void put_container(words *w, char end, bytes *out) {
  bytes content = {0};
  size_t count = 0;
  for (; !at(w, end); count++) words_value(w, &content);
  if (end == ')') {
    put_length(out, 0x90, 16, 0, 0xdc, count);
  } else {
    put_length(out, 0x80, 16, 0, 0xde, count / 2);
  }
  bytes_add(out, content.data, content.length);
  bytes_free(&content);
}

static void put_body(bytes *out, char tag, const char *word) {
  bytes body = {0};
  unescape(word, &body);
  if (tag == 's') {
    put_length(out, 0xa0, 32, 0xd9, 0xda, body.length);
  } else {
    put_length(out, -1, 0, 0xc4, 0xc5, body.length);
  }
  bytes_add(out, body.data, body.length);
  bytes_free(&body);
}

void words_value(words *w, bytes *out) {
  const char *word = words_next(w);
  switch (word[0]) {
  case 'n': put_number(out, 0xc0, 0, 0); return;
  case 'f': put_number(out, 0xc2, 0, 0); return;
  case 't': put_number(out, 0xc3, 0, 0); return;
  case 'i': put_integer(out, word + 1); return;
  case 'd': put_number(out, 0xcb, strtoull(word + 1, NULL, 16), 8); return;
  case 's':
  case 'b': put_body(out, word[0], word + 1); return;
  case '(': put_container(w, ')', out); return;
  case '{': put_container(w, '}', out); return;
  default: malformed("a value is missing");
  }
}
