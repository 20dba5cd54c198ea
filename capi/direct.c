#include "direct.h"

#include <string.h>

#include "../core/engine/lmdb/bin.h"
#include "../core/engine/lmdb/native.h"
#include "page.h"
#include "slmdb.h"

/* Go links this package once alone, where the engine's function is not to be had. */
int slm_get(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *key, size_t key_size,
            slm_slice *value) __attribute__((weak));
int slm_is_newest(uintptr_t txn) __attribute__((weak));

slm_slot *slm_slots[SLM_CHUNKS];

enum { INDEX_BITS = 28, MDB_NOT_FOUND = -30798 };

static slm_slot *slot_of(uintptr_t handle) {
  size_t index = handle & (((uintptr_t)1 << INDEX_BITS) - 1);
  if (index >= (size_t)SLM_CHUNKS * SLM_CHUNK) return NULL;
  slm_slot *chunk = __atomic_load_n(&slm_slots[index / SLM_CHUNK], __ATOMIC_ACQUIRE);
  return chunk ? chunk + index % SLM_CHUNK : NULL;
}

static bool live(uintptr_t handle) {
  slm_slot *slot = slot_of(handle);
  return slot && __atomic_load_n(&slot->handle, __ATOMIC_ACQUIRE) == handle;
}

/* The place of a scope of a database, both of which are open; NULL if it is not known. The transaction is taken. */
static const slm_place *place_of(const slm_slot *slot, uint64_t db, uint64_t scope) {
  for (int i = 0; i < SLM_PLACES; i++) {
    const slm_place *p = &slot->places[i];
    if (p->db == db && p->scope == scope) return live(db) && (!scope || live(scope)) ? p : NULL;
  }
  return NULL;
}

static int32_t get(const slm_slot *slot, slm_get_call *call) {
  const slm_place *p = place_of(slot, call->db, call->scope);
  if (!p || (!p->typed && call->key_length > p->max_key)) return SLM_INDIRECT;
  slm_slice found;
  unsigned char typed[SLM_MAX_KEY];
  const char *key = call->key;
  size_t key_length = call->key_length;
  if (p->typed) {
    key_length = slm_direct_key(call->key, call->key_length, typed, p->max_key);
    if (key_length == 0) return SLM_INDIRECT;
    key = (const char *)typed;
  }
  int rc = slm_get(p->txn, p->dbi, p->partition, (int)p->how, key, key_length, &found);
  if (rc == MDB_NOT_FOUND) return SLMDB_NOT_FOUND;
  if (rc != 0) return SLM_INDIRECT;
  if (call->buffer) { /* while nobody can end the transaction */
    if (found.size > call->capacity) return SLM_INDIRECT;
    memcpy(call->buffer, (const void *)found.data, found.size);
  }
  call->value = (const void *)found.data;
  call->value_length = found.size;
  return SLMDB_OK;
}

/* How many objects the array at *at has, which then points to the first; -1 if it is none. */
static int64_t array(const unsigned char **at, const unsigned char *end) {
  const unsigned char *p = *at;
  if (p == end) return -1;
  unsigned width = *p == 0xdc ? 2 : *p == 0xdd ? 4 : 0;
  uint32_t count = *p & 0x0f;
  if (width == 0 && (*p & 0xf0) != 0x90) return -1;
  if ((size_t)(end - ++p) < width) return -1;
  if (width > 0) count = 0;
  for (; width > 0; width--) count = count << 8 | *p++;
  *at = p;
  return count;
}

enum { ANSWER_HEAD = 5, NOTHING = 2 }; /* the array's head; false and nil */

/* The next key of a page as it is stored: its length, or 0 if it is Go's. */
static size_t next_key(const slm_place *p, const unsigned char **at, const unsigned char *end, unsigned char *typed,
                       const char **key) {
  *key = (const char *)typed;
  if (p->typed) return slm_direct_next_key(at, end, typed, p->max_key);
  int64_t length = slm_read_bin(at, end);
  if (length <= 0 || length > p->max_key) return 0;
  *key = (const char *)*at;
  *at += length;
  return (size_t)length;
}

/* Writes a value into a page and says where it ends; NULL if there is no room, or it is Go's. */
static char *write_value(const slm_place *p, const slm_slice *found, char *to, const char *end) {
  size_t room = (size_t)(end - to);
  const void *value = (const void *)found->data;
  if (p->raw) return slm_bin_size(found->size) <= room ? slm_write_bin(to, value, found->size) : NULL;
  if (found->size > room || !slm_page_value(value, found->size)) return NULL;
  memcpy(to, value, found->size);
  return to + found->size;
}

/* Keys that are looked up together, bytes of a line of the caches, and at most fetched of a value: the processor goes on. */
enum { GROUP = 64, LINE = 64, FETCHED = 256 };

/* Has bytes come from memory, and does not wait for them. */
static void fetch(const char *from, size_t size) {
  for (size_t at = 0; at < size; at += LINE) __builtin_prefetch(from + at);
  if (size) __builtin_prefetch(from + size - 1);
}

/* Looks up the `count` keys at *at, and has what is found fetched; false if Go must be asked. */
static bool look_up(const slm_place *p, const unsigned char **at, const unsigned char *end, slm_slice *found, int count) {
  for (int i = 0; i < count; i++) {
    unsigned char typed[SLM_MAX_KEY];
    const char *key;
    size_t length = next_key(p, at, end, typed, &key);
    if (length == 0) return false;
    int rc = slm_get(p->txn, p->dbi, p->partition, (int)p->how, key, length, &found[i]);
    if (rc != 0 && rc != MDB_NOT_FOUND) return false;
    if (rc != 0) found[i] = (slm_slice){0, 0};
    fetch((const char *)found[i].data, found[i].size < FETCHED ? found[i].size : FETCHED);
  }
  return true;
}

/* Writes the answers for `count` values and says where they end; NULL if there is no room, or one is Go's. */
static char *answer(const slm_place *p, const slm_slice *found, int count, char *to, const char *stop) {
  for (int i = 0; i < count; i++) {
    bool there = found[i].data != 0;
    if (stop - to < NOTHING) return NULL;
    *to++ = (char)(there ? 0xc3 : 0xc2);
    if (!there) *to++ = (char)0xc0;
    else if (!(to = write_value(p, &found[i], to, stop))) return NULL;
  }
  return to;
}

/*
 * By groups of keys: while one is looked up, the values of those before it come from memory, which is what most of the
 * time would be waited for otherwise.
 */
static int32_t get_many(const slm_slot *slot, slm_get_many_call *call) {
  const slm_place *p = place_of(slot, call->db, call->scope);
  const unsigned char *at = call->keys, *end = at + call->keys_length;
  if (!p || call->capacity < ANSWER_HEAD) return SLM_INDIRECT;
  int64_t count = array(&at, end);
  if (count < 0 || count > (end - at)) return SLM_INDIRECT;
  char *to = call->buffer, *stop = to + call->capacity;
  *to++ = (char)0xdd;
  for (int shift = 24; shift >= 0; shift -= 8) *to++ = (char)(2 * (uint64_t)count >> shift);
  slm_slice found[GROUP];
  while (count > 0) {
    int some = count < GROUP ? (int)count : GROUP;
    if (!look_up(p, &at, end, found, some)) return SLM_INDIRECT;
    if (!(to = answer(p, found, some, to, stop))) return SLM_INDIRECT;
    count -= some;
  }
  call->length = (size_t)(to - (char *)call->buffer);
  return at == end ? SLMDB_OK : SLM_INDIRECT;
}

static bool take(slm_slot *slot, uint64_t txn) {
  uint64_t idle = txn;
  if (idle >> 60 != SLM_KIND_TXN) return false; /* another type's, or one with the bit set that says taken */
  return __atomic_compare_exchange_n(&slot->handle, &idle, idle | SLM_TAKEN, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void leave(slm_slot *slot, uint64_t txn) { __atomic_store_n(&slot->handle, txn, __ATOMIC_RELEASE); }

int32_t slm_direct_get(slm_get_call *call) {
  slm_slot *slot = slot_of(call->txn);
  if (!call->key || call->key_length == 0 || !call->db || !call->txn || !slot) return SLM_INDIRECT;
  if (!take(slot, call->txn)) return SLM_INDIRECT;
  int32_t status = get(slot, call);
  leave(slot, call->txn);
  return status;
}

/* Go reads all keys before it writes the first value. */
static bool overlap(const slm_get_many_call *call) {
  uintptr_t keys = (uintptr_t)call->keys, buffer = (uintptr_t)call->buffer;
  return keys < buffer + call->capacity && buffer < keys + call->keys_length;
}

int32_t slm_direct_get_many(slm_get_many_call *call) {
  slm_slot *slot = slot_of(call->txn);
  if (!call->keys || !call->buffer || !call->db || !call->txn || !slot || overlap(call)) return SLM_INDIRECT;
  if (!take(slot, call->txn)) return SLM_INDIRECT;
  int32_t status = get_many(slot, call);
  leave(slot, call->txn);
  return status;
}

bool slm_direct_is_newest(uintptr_t txn, bool *newest) {
  slm_slot *slot = slot_of(txn);
  if (!txn || !slot || !take(slot, txn)) return false;
  uintptr_t inner = slot->places[0].txn; /* of whatever place: a slot with one is that of a read transaction */
  if (inner) *newest = slm_is_newest(inner) != 0;
  leave(slot, txn);
  return inner != 0;
}
