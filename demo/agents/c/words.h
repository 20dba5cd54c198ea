/* Words: how requests and answers write values (see ../README.md), and MessagePack, which is how the C ABI takes them. */
#ifndef AGENT_WORDS_H
#define AGENT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory that grows. Starts as zeros. */
typedef struct bytes {
  unsigned char *data;
  size_t length, capacity;
} bytes;

void bytes_add(bytes *b, const void *data, size_t length);
void bytes_free(bytes *b);

/* What is left of a request, which reading cuts into words. */
typedef struct words {
  char *left;
} words;

/* The next word; empty after the last. */
char *words_next(words *w);

/* Appends the next value as MessagePack. */
void words_value(words *w, bytes *msgpack);

/* Appends what is in the next value, which must be a text (tag 's') or bytes ('b'), or null (nothing; false). */
bool words_body(words *w, char tag, bytes *body);

/* Writes one MessagePack object as words, each followed by a space; returns what follows the object. */
const unsigned char *words_print(const unsigned char *msgpack, bytes *out);

/* Writes the one word of a text or of bytes, followed by a space. */
void words_print_body(char tag, const void *body, size_t length, bytes *out);

/* Writes the word of an integer that is not negative, followed by a space. */
void words_print_number(uint64_t number, bytes *out);

/* The driver made a fault: says so and stops. */
void malformed(const char *what);

#endif
