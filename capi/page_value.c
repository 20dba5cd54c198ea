/* Whether stored bytes are one MessagePack object: what core/codec/msgpack_walk.go checks, without saying what is wrong. */
#include <string.h>

#include "page.h"

/* The length of the character that begins with a byte above 7f; 0 if it is none. */
static size_t character(const unsigned char *at, size_t left) {
  unsigned char first = at[0];
  size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || size > left) return 0;
  unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;    /* else a shorter form */
  unsigned char greatest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf; /* else a surrogate, or no code point */
  if (at[1] < least || at[1] > greatest) return 0;
  for (size_t i = 2; i < size; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  return size;
}

bool slm_utf8(const unsigned char *text, size_t length) {
  const unsigned char *end = text + length;
  while (text < end) {
    uint64_t eight;
    if (end - text >= (ptrdiff_t)sizeof eight) {
      memcpy(&eight, text, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        text += sizeof eight;
        continue;
      }
    }
    size_t size = *text < 0x80 ? 1 : character(text, (size_t)(end - text));
    if (size == 0) return false;
    text += size;
  }
  return true;
}

/* How deep containers may be inside each other here. */
enum { DEEPEST = 32 };

typedef struct walk {
  const unsigned char *at, *end;
  uint64_t open[DEEPEST]; /* how many objects each open container still lacks */
  int depth;
  uint64_t lacking; /* the same of the innermost one */
} walk;

static bool pass(walk *w, uint64_t size) {
  if (size > (uint64_t)(w->end - w->at)) return false;
  w->at += size;
  return true;
}

static bool text(walk *w, uint64_t size) {
  const unsigned char *from = w->at;
  return pass(w, size) && slm_utf8(from, (size_t)size);
}

static bool enter(walk *w, uint64_t objects) {
  if (w->depth == DEEPEST || objects > (uint64_t)(w->end - w->at)) return false;
  w->open[w->depth++] = w->lacking;
  w->lacking = objects;
  return true;
}

/* A big-endian length or count of 1, 2 or 4 bytes. */
static bool number(walk *w, int size, uint64_t *value) {
  if (w->end - w->at < size) return false;
  *value = 0;
  while (size--) *value = *value << 8 | *w->at++;
  return true;
}

/* What begins with a byte from c0 to df. */
static bool other(walk *w, unsigned char head) {
  uint64_t n;
  switch (head) {
    case 0xc0: case 0xc2: case 0xc3: return true;
    case 0xc4: case 0xc5: case 0xc6: return number(w, 1 << (head - 0xc4), &n) && pass(w, n);
    case 0xc7: case 0xc8: case 0xc9: return number(w, 1 << (head - 0xc7), &n) && pass(w, n + 1);
    case 0xca: return pass(w, 4);
    case 0xcb: return pass(w, 8);
    case 0xcc: case 0xcd: case 0xce: case 0xcf: return pass(w, (uint64_t)1 << (head - 0xcc));
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: return pass(w, (uint64_t)1 << (head - 0xd0));
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return pass(w, ((uint64_t)1 << (head - 0xd4)) + 1);
    case 0xd9: case 0xda: case 0xdb: return number(w, 1 << (head - 0xd9), &n) && text(w, n);
    case 0xdc: case 0xdd: return number(w, head == 0xdc ? 2 : 4, &n) && enter(w, n);
    case 0xde: case 0xdf: return number(w, head == 0xde ? 2 : 4, &n) && enter(w, 2 * n);
    default: return false;
  }
}

bool slm_page_value(const unsigned char *value, size_t length) {
  walk w = {.at = value, .end = value + length, .lacking = 1};
  for (;;) {
    while (w.lacking == 0) {
      if (w.depth == 0) return w.at == w.end;
      w.lacking = w.open[--w.depth];
    }
    w.lacking--;
    if (w.at == w.end) return false;
    unsigned char head = *w.at++;
    bool passed = true;
    if (head >= 0xa0 && head < 0xc0) passed = text(&w, head & 0x1f);
    else if (head >= 0x90 && head < 0xa0) passed = enter(&w, head & 0x0f);
    else if (head >= 0x80 && head < 0x90) passed = enter(&w, 2 * (uint64_t)(head & 0x0f));
    else if (head >= 0xc0 && head < 0xe0) passed = other(&w, head);
    if (!passed) return false;
  }
}
