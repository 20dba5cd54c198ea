#include "direct.h"

#include <string.h>

#include "../core/engine/lmdb/native.h"
#include "slmdb.h"

/* Go links this package once alone, where the engine's function is not to be had. */
int slm_get(uintptr_t txn, unsigned dbi, uint32_t partition, int scoped, const char *key, size_t key_size,
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

/* The transaction is taken. */
static int32_t get(const slm_slot *slot, slm_get_call *call) {
  for (int i = 0; i < SLM_PLACES; i++) {
    const slm_place *p = &slot->places[i];
    if (p->db != call->db || p->scope != call->scope) continue;
    if ((!p->typed && call->key_length > p->max_key) || !live(call->db) || (call->scope && !live(call->scope))) return SLM_INDIRECT;
    slm_slice found;
    unsigned char typed[SLM_MAX_KEY];
    const char *key = call->key;
    size_t key_length = call->key_length;
    if (p->typed) {
      key_length = slm_direct_key(call->key, call->key_length, typed, p->max_key);
      if (key_length == 0) return SLM_INDIRECT;
      key = (const char *)typed;
    }
    int rc = slm_get(p->txn, p->dbi, p->partition, (int)p->scoped, key, key_length, &found);
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
  return SLM_INDIRECT;
}

static bool take(slm_slot *slot, uint64_t txn) {
  uint64_t idle = txn;
  if (idle & SLM_TAKEN) return false;
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

bool slm_direct_is_newest(uintptr_t txn, bool *newest) {
  slm_slot *slot = slot_of(txn);
  if (!txn || !slot || !take(slot, txn)) return false;
  uintptr_t inner = slot->places[0].txn; /* of whatever place: a slot with one is that of a read transaction */
  if (inner) *newest = slm_is_newest(inner) != 0;
  leave(slot, txn);
  return inner != 0;
}
