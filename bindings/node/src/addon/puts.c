/*
 * puts.c: puts of a write transaction that wait to be done together, as one page (slmdb_db_put_many): the library sorts
 * what comes in no order, appends what follows all there is, and is entered once for many.
 *
 * Nobody sees that they wait. find_txn and find_cursor are the only ways to a transaction, and do first what waits for
 * it. Only puts wait that cannot be refused for what they are: the first one to a place is the library's, which checks
 * handles, scope and transaction; those that follow it to the same place have short keys of simple types. What is left
 * is want of room: then the transaction has failed, every call with it answers so, and it cannot be committed.
 */
#include "addon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* lib/native/database.js has the same. */
enum { SAFE = 1, RAW_KEY = 2, RAW_VALUE = 4 };

enum {
  MOST_PUTS = 16384,
  MOST_BYTES = 2097152,
  FIRST_BYTES = 64 * 1024,
  KEPT_BYTES = 256 * 1024, /* memory above this is given back when the transaction ends */
  LARGE = 16 * 1024,       /* a longer value gains nothing by waiting */
  SHORT_KEY = 200,         /* not too long anywhere, whatever it holds: as stored it is at most doubled */
  ARRAY_HEAD = 5,
  BIN_HEAD = 5
};

static unsigned char *write_number(unsigned char *to, size_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) *to++ = (unsigned char)(number >> shift);
  return to;
}

/* An object of a page: the bytes as they are, or as a `bin`. */
static unsigned char *write_object(unsigned char *to, const void *bytes, size_t length, bool raw) {
  if (raw) {
    int width = length < 0x100 ? 0 : length < 0x10000 ? 1 : 2;
    *to++ = (unsigned char)(0xc4 + width);
    to = write_number(to, length, 1 << width);
  }
  if (length > 0) memcpy(to, bytes, length);
  return to + length;
}

static void set_failed(struct slot *slot, const slmdb_error *error) {
  static slmdb_error no_memory = {.code = SLMDB_OUT_OF_MEMORY, .message = "an earlier put of the transaction failed"};
  slmdb_error *kept = malloc(sizeof *kept);
  slot->failed = kept == NULL ? &no_memory : kept;
  slot->failed_is_ours = kept != NULL;
  if (kept == NULL) return;
  const char *what = error->message, *behind = strstr(what, ": ");
  if (strncmp(what, "entry ", 6) == 0 && behind != NULL) what = behind + 2; /* of a page that nobody knows of */
  kept->code = error->code;
  snprintf(kept->message, sizeof kept->message, "an earlier put of the transaction failed: %.*s",
           (int)(sizeof kept->message - 48), what);
}

/* One by itself costs less than a page of one. */
static int32_t put_all(struct puts *puts, slmdb_txn *txn, uint32_t count, size_t length, slmdb_error *error) {
  const struct place *at = &puts->at;
  if (count == 1)
    return slmdb_db_put(txn, at->db, at->scope, puts->page + puts->key, puts->key_length, puts->page + puts->value,
                        puts->value_length, error);
  puts->page[0] = 0xdd;
  write_number(puts->page + 1, 2 * (size_t)count, 4);
  return slmdb_db_put_many(txn, at->db, at->scope, puts->page, length, NULL, error);
}

/* Does what waits. Its transaction has failed if that cannot be done. */
static void flush(struct instance *self) {
  struct puts *puts = &self->puts;
  uint32_t count = puts->count;
  size_t length = puts->length;
  puts->count = 0;
  puts->length = ARRAY_HEAD;
  struct slot *slot = handle_slot(self, HANDLE_TXN, puts->txn);
  if (count == 0 || slot == NULL || slot->failed != NULL) return;
  slmdb_error error = {.code = SLMDB_OK};
  if (put_all(puts, slot->handle, count, length, &error) != SLMDB_OK) set_failed(slot, &error);
}

void puts_settle(struct instance *self, double txn) {
  if (self->puts.txn != txn) return;
  flush(self);
  self->puts.txn = 0;
}

void puts_drop(struct instance *self, double txn) {
  struct puts *puts = &self->puts;
  if (puts->txn == txn) {
    puts->txn = 0;
    puts->count = 0;
  }
  if (puts->capacity <= KEPT_BYTES || puts->txn != 0) return;
  free(puts->page);
  puts->page = NULL;
  puts->capacity = 0;
}

void puts_close_scope(struct instance *self, double scope) {
  if (self->puts.txn != 0 && self->puts.scope == scope) puts_settle(self, self->puts.txn);
}

void puts_follow(struct instance *self, const struct place *at) {
  struct puts *puts = &self->puts;
  const struct frame *frame = self->frame;
  flush(self); /* of another transaction: this one's was done before the put */
  puts->txn = frame->txn;
  puts->db = frame->db;
  puts->scope = frame->scope;
  puts->at = *at;
}

/* Room for so many bytes more; false if there is no memory. */
static bool make_room(struct puts *puts, size_t more) {
  size_t needed = puts->length + more;
  if (needed <= puts->capacity) return true;
  size_t capacity = puts->capacity == 0 ? FIRST_BYTES : puts->capacity;
  while (capacity < needed) capacity *= 2;
  unsigned char *page = realloc(puts->page, capacity);
  if (page == NULL) return false;
  puts->page = page;
  puts->capacity = capacity;
  return true;
}

bool puts_gather(struct instance *self) {
  struct puts *puts = &self->puts;
  struct frame *frame = self->frame;
  if (puts->txn == 0 || frame->txn != puts->txn || frame->db != puts->db || frame->scope != puts->scope) return false;
  const void *key, *value;
  size_t key_length, value_length;
  uint32_t flags = (uint32_t)whole(frame->flags);
  if ((flags & SAFE) == 0 || !(frame->key_length >= 1 && frame->key_length <= SHORT_KEY)) return false;
  if (!(frame->value_length <= LARGE)) return false;
  struct slot *slot = handle_slot(self, HANDLE_TXN, frame->txn);
  if (slot == NULL || !request_bytes(self, frame->key, frame->key_length, &key, &key_length) ||
      !request_bytes(self, frame->value, frame->value_length, &value, &value_length))
    return false;
  size_t most = 2 * BIN_HEAD + key_length + value_length;
  if (puts->count == MOST_PUTS || puts->length + most > MOST_BYTES) flush(self);
  if (puts->count == 0) puts->length = ARRAY_HEAD;
  if (slot->failed != NULL || !make_room(puts, most)) return false;
  unsigned char *to = puts->page + puts->length;
  to = write_object(to, key, key_length, (flags & RAW_KEY) != 0);
  puts->key = (size_t)(to - puts->page) - key_length;
  puts->key_length = key_length;
  to = write_object(to, value, value_length, (flags & RAW_VALUE) != 0);
  puts->value = (size_t)(to - puts->page) - value_length;
  puts->value_length = value_length;
  puts->length = (size_t)(to - puts->page);
  puts->count++;
  frame->status = SLMDB_OK;
  return true;
}
