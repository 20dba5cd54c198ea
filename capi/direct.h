/*
 * Gets that need not enter Go. A read transaction sees one snapshot, in which a scope of a database is at one place for as
 * long as the transaction lives; once Go has found it, C reads there. Entering Go and leaving it again for LMDB costs more
 * than the read does.
 *
 * The table of handles (capi/handles.go) is mirrored here as far as it takes: which handle of a slot is live, and, by one
 * bit of it, whether a transaction is taken for a call. Both languages take one by exchanging its handle for the taken one,
 * so that nobody who has an old handle can take the next transaction of a slot. Who has taken it reads or writes the rest.
 */
#ifndef SLM_DIRECT_H
#define SLM_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLM_PLACES = 4, SLM_CHUNK = 1024, SLM_CHUNKS = 64, SLM_INDIRECT = -1 };

/* The bit of a handle that says that its transaction is taken; types of handles leave it free. */
#define SLM_TAKEN ((uint64_t)1 << 63)

/* The type of a transaction's handle, in its top 4 bits. Of others there is nothing to take, and no places. */
#define SLM_KIND_TXN 4

/* Where a scope of a database is for a transaction, and the handles under which the caller knows them. */
typedef struct slm_place {
  uint64_t db, scope;
  uintptr_t txn;
  uint32_t dbi, partition, how, max_key;
  uint32_t typed; /* keys are passed as MessagePack and stored as tuples */
  uint32_t raw;   /* values are bins in a page; else objects, and all are stored as they are */
} slm_place;

typedef struct slm_slot {
  uint64_t handle; /* 0: none is live */
  uint32_t next; /* the place that is given up for a new one */
  slm_place places[SLM_PLACES];
} slm_slot;

/* Chunks of slots, by index; NULL where there are none so far. They are never freed. */
extern slm_slot *slm_slots[SLM_CHUNKS];

/* What a get of many keys asks for, as slmdb_db_get_many does, and the length of what it wrote. */
typedef struct slm_get_many_call {
  uintptr_t txn, db, scope;
  const void *keys;
  size_t keys_length;
  void *buffer;
  size_t capacity, length;
} slm_get_many_call;

/* What a get asks for, and what it finds. */
typedef struct slm_get_call {
  uintptr_t txn, db, scope;
  const void *key;
  size_t key_length;
  void *buffer; /* if not NULL, the value is copied there, if it fits */
  size_t capacity;
  const void *value;
  size_t value_length;
} slm_get_call;

/*
 * The stored form of a typed key, from the MessagePack that callers pass: its length, or 0 for a key that is not one of
 * the common ones (texts and bytes without a zero byte, integers, booleans, and arrays of these), or too long
 * for the memory.
 */
size_t slm_direct_key(const unsigned char *wire, size_t length, unsigned char *key, size_t capacity);

/* The same of the first of many keys, which *at points behind then. */
size_t slm_direct_next_key(const unsigned char **at, const unsigned char *end, unsigned char *key, size_t capacity);

/* Says whether a read transaction is the newest; false if Go must be asked. */
bool slm_direct_is_newest(uintptr_t txn, bool *newest);

/* Finds a value: SLMDB_OK, SLMDB_NOT_FOUND, or SLM_INDIRECT if Go must be asked. */
int32_t slm_direct_get(slm_get_call *call);

/* Finds many values: SLMDB_OK, or SLM_INDIRECT if Go must be asked, which tells what is wrong if something is. */
int32_t slm_direct_get_many(slm_get_many_call *call);

#endif
