/* Which handles does the fuzzer hold, live, stale and invented, and how is each one closed in the end? */
#ifndef ABI_POOL_H
#define ABI_POOL_H

#include "check.h"

#include <pthread.h>

/* A generator of numbers for one thread; the same seed, the same numbers. */
typedef struct dice {
  uint64_t state;
} dice;

static inline uint64_t dice_next(dice *d) {
  uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static inline uint32_t dice_below(dice *d, uint32_t n) { return (uint32_t)((dice_next(d) >> 32) * n >> 32); }

/* True once in n times. */
static inline bool dice_once(dice *d, uint32_t n) { return dice_below(d, n) == 0; }

typedef enum pool_type { POOL_ENV, POOL_DB, POOL_SCOPE, POOL_TXN, POOL_CURSOR, POOL_BATCH, POOL_TYPES } pool_type;

enum { POOL_SIZE = 16, POOL_LEFT = 1 << 16 };

/* Handles of one type that may be used at random. They stay when they are closed: then they are the stale ones. */
typedef struct pool {
  void *handles[POOL_SIZE];
} pool;

static pool pools[POOL_TYPES];

/* How many places each type has: few Envs, so that a random transaction and Database are often of the same one. */
static inline uint32_t pool_size(pool_type type) {
  static const unsigned char sizes[POOL_TYPES] = {2, 10, 6, 5, POOL_SIZE, 6};
  return sizes[type];
}

static inline void **pool_place(pool_type type, dice *d) {
  return &pools[type].handles[dice_below(d, pool_size(type))];
}

/* Handles that fell out of a pool and could not be closed just then: another thread was using them. */
static struct {
  pthread_mutex_t lock;
  void *handles[POOL_LEFT];
  pool_type types[POOL_LEFT];
  size_t count;
} pool_left = {PTHREAD_MUTEX_INITIALIZER, {0}, {POOL_ENV}, 0};

/* Closes a handle; true if it is closed now, whoever did it. */
static inline bool pool_close_handle(pool_type type, void *handle) {
  int32_t status;
  switch (type) {
    case POOL_ENV: status = slmdb_env_close((slmdb_env *)handle, NULL); break;
    case POOL_DB: status = slmdb_db_close((slmdb_db *)handle, NULL); break;
    case POOL_SCOPE: status = slmdb_scope_close((slmdb_scope *)handle, NULL); break;
    case POOL_TXN: status = slmdb_txn_abort((slmdb_txn *)handle, NULL); break;
    case POOL_CURSOR: status = slmdb_cursor_close((slmdb_cursor *)handle, NULL); break;
    default: status = slmdb_batch_close((slmdb_batch *)handle, NULL);
  }
  return status != SLMDB_BUSY && status != SLMDB_IN_USE && status != SLMDB_WRONG_THREAD;
}

static inline void pool_keep_for_later(pool_type type, void *handle) {
  pthread_mutex_lock(&pool_left.lock);
  NEED(pool_left.count < POOL_LEFT);
  pool_left.handles[pool_left.count] = handle;
  pool_left.types[pool_left.count++] = type;
  pthread_mutex_unlock(&pool_left.lock);
}

static inline void pool_drop(pool_type type, void *handle) {
  if (handle && !pool_close_handle(type, handle)) pool_keep_for_later(type, handle);
}

/* Puts a new handle into a random place, and closes the one that was there. */
static inline void pool_add(pool_type type, void *handle, dice *d) {
  pool_drop(type, __atomic_exchange_n(pool_place(type, d), handle, __ATOMIC_ACQ_REL));
}

/* Closes everything that no thread uses any more; all transactions must have ended on their threads. */
static inline void pool_empty(void) {
  static const pool_type order[] = {POOL_BATCH, POOL_CURSOR, POOL_TXN, POOL_DB, POOL_SCOPE, POOL_ENV};
  for (size_t t = 0; t < sizeof order / sizeof *order; t++)
    for (int i = 0; i < POOL_SIZE; i++) {
      pool_drop(order[t], pools[order[t]].handles[i]);
      pools[order[t]].handles[i] = NULL;
    }
  for (int pass = 0; pass < POOL_TYPES; pass++) { /* an Env after its transactions, whatever their order here */
    size_t count = pool_left.count;
    pool_left.count = 0;
    for (size_t i = 0; i < count; i++) pool_drop(pool_left.types[i], pool_left.handles[i]);
  }
  CHECK(pool_left.count == 0);
}

/* Handles that nobody may come upon by chance: those of the witness's transactions, of which each is open for a moment. */
enum { POOL_APART = 32 };
static void *pool_apart[POOL_APART];

static inline void pool_set_apart(size_t place, void *handle) {
  __atomic_store_n(&pool_apart[place], handle, __ATOMIC_RELEASE);
}

/* A number that is nearly a handle; not the one of the witness's. */
static inline void *pool_nearly(void *handle, dice *d) {
  void *nearly = (void *)((uintptr_t)handle ^ (uintptr_t)1 << dice_below(d, 64));
  for (int i = 0; i < POOL_APART; i++)
    if (nearly == __atomic_load_n(&pool_apart[i], __ATOMIC_ACQUIRE)) return NULL;
  return nearly;
}

/* A handle for a parameter of this type: mostly one that is or was right, else something that never was. */
static inline void *pool_pick(pool_type type, dice *d) {
  static int data;
  void *handle = __atomic_load_n(pool_place(type, d), __ATOMIC_ACQUIRE);
  switch (dice_below(d, 80)) {
    case 0: return NULL;
    case 1: return (void *)(uintptr_t)dice_next(d);
    case 2: return (void *)(uintptr_t)dice_below(d, 1000);
    case 3: return &data;
    case 4: return pool_nearly(handle, d);
    case 5:
    case 6: return __atomic_load_n(pool_place((pool_type)dice_below(d, POOL_TYPES), d), __ATOMIC_ACQUIRE);
    default: return handle;
  }
}

#endif
