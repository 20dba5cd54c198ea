/* Which random calls take pages, ranges, batches or children, or are about the registry and the Env? For the fuzzer. */
#ifndef ABI_FUZZ_MANY_H
#define ABI_FUZZ_MANY_H

#include "fuzz_calls.h"

/* ---- pages ------------------------------------------------------------------------------------------------------ */

static void add_object(part *to, unsigned char *memory, const part *from, bool raw) {
  unsigned char *at = memory + to->length;
  if (raw) {
    at[0] = 0xc5, at[1] = (unsigned char)(from->length >> 8), at[2] = (unsigned char)from->length;
    to->length += 3;
    at += 3;
  }
  if (from->length) memcpy(at, from->bytes, from->length);
  to->length += from->length;
}

/* A page in memory of 1 << 14 bytes: mostly a right one of some kind, else broken, or any bytes. */
static void some_page(dice *d, part *page, unsigned char *memory, bool entries) {
  uint32_t objects = dice_below(d, 12), raw_keys = dice_below(d, 2), raw_values = dice_below(d, 2);
  if (entries && !dice_once(d, 20)) objects -= objects % 2;
  page->bytes = memory;
  page->length = 0;
  if (dice_once(d, 12)) {
    page->bytes = dice_once(d, 5) ? NULL : source + dice_below(d, 1000);
    page->length = dice_once(d, 5) ? SIZE_MAX - dice_below(d, 3) : dice_below(d, 600);
    if (page->bytes && page->length > SOURCE - 1000) page->length = 0; /* those bytes are not there to be read */
    return;
  }
  bool map = entries && dice_once(d, 3);
  memory[page->length++] = map ? 0xde : 0xdc;
  memory[page->length++] = 0;
  memory[page->length++] = (unsigned char)(map ? objects / 2 : objects);
  for (uint32_t i = 0; i < objects; i++) {
    part p;
    some_part(d, &p);
    bool usable = p.bytes && p.length <= 600;
    if (!usable) p.bytes = "\1", p.length = 1;
    add_object(page, memory, &p, i % 2 && entries ? raw_values : raw_keys);
  }
  if (dice_once(d, 10)) page->length = dice_below(d, (uint32_t)page->length + 1);
  if (dice_once(d, 20)) memory[dice_below(d, (uint32_t)page->length + 1)] = (unsigned char)dice_next(d);
  if (dice_once(d, 40)) memcpy(memory, "\xdd\xff\xff\xff\xff", 5), page->length = 5 + dice_below(d, 50);
}

static void some_range(dice *d, slmdb_range *r, part *lower, part *upper) {
  some_part(d, lower);
  some_part(d, upper);
  *r = given_range(dice_below(d, dice_once(d, 10) ? 512 : 32));
  if (dice_once(d, 8)) r->flags = SLMDB_RANGE_PREFIX | (r->flags & ~15u);
  r->lower = lower->bytes, r->lower_length = lower->length;
  r->upper = upper->bytes, r->upper_length = upper->length;
  if (dice_once(d, 10)) r->limit = dice_next(d);
  if (dice_once(d, 20)) r->struct_size = (size_t)dice_next(d);
}

/* ---- entries ---------------------------------------------------------------------------------------------------- */

static int32_t ask(worker *w) {
  dice *d = &w->d;
  part key, upper;
  slmdb_range range;
  slmdb_db_stats stats;
  bool is;
  uint64_t count;
  stats.struct_size = dice_once(d, 20) ? (size_t)dice_next(d) : sizeof stats;
  some_range(d, &range, &key, &upper);
  switch (dice_below(d, 4)) {
    case 0:
      return slmdb_db_contains(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length,
                               dice_once(d, 50) ? NULL : &is, some_error(w));
    case 1:
      return slmdb_db_is_empty(some_txn(w), some_db(w), some_scope(w), dice_once(d, 50) ? NULL : &is, some_error(w));
    case 2:
      return slmdb_db_count(some_txn(w), some_db(w), some_scope(w), dice_once(d, 3) ? NULL : &range,
                            dice_once(d, 50) ? NULL : &count, some_error(w));
    default:
      return slmdb_db_stat(some_txn(w), some_db(w), some_scope(w), dice_once(d, 50) ? NULL : &stats, some_error(w));
  }
}

static int32_t find(worker *w) {
  dice *d = &w->d;
  part key;
  const void *k = NULL, *v = NULL;
  size_t k_size = 0, v_size = 0;
  some_part(d, &key);
  int32_t which = dice_once(d, 30) ? (int32_t)dice_next(d) : 1 + (int32_t)dice_below(d, 6);
  int32_t status = slmdb_db_find(some_txn(w), some_db(w), some_scope(w), which, key.bytes, key.length, &k, &k_size,
                                 dice_once(d, 50) ? NULL : &v, &v_size, some_error(w));
  if (status == SLMDB_OK) read_lent(k, k_size), read_lent(v, v_size);
  return status;
}

static int32_t get_many(worker *w) {
  static __thread unsigned char memory[1 << 14];
  dice *d = &w->d;
  part keys;
  size_t capacity = dice_below(d, dice_once(d, 2) ? 100 : 5000), length = 0;
  some_page(d, &keys, memory, false);
  unsigned char *buffer = dice_once(d, 30) ? NULL : w->page;
  w->page[capacity] = CHECK_CANARY;
  int32_t status = slmdb_db_get_many(some_txn(w), some_db(w), some_scope(w), keys.bytes, keys.length, buffer, capacity,
                                     dice_once(d, 50) ? NULL : &length, some_error(w));
  CHECK(w->page[capacity] == CHECK_CANARY);
  CHECK(status != SLMDB_OK || (length <= capacity && length >= 5 && buffer[0] == 0xdd));
  CHECK(status != SLMDB_BUFFER_TOO_SMALL || length > capacity);
  return status;
}

static int32_t exchange(worker *w) {
  dice *d = &w->d;
  part key, value, expected;
  const void *old = NULL;
  size_t length = 0;
  bool did = false, *told = dice_once(d, 20) ? NULL : &did;
  int32_t status;
  some_part(d, &key);
  some_part(d, &value);
  some_part(d, &expected);
  switch (dice_below(d, 5)) {
    case 0:
      return slmdb_db_put_if_absent(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, value.bytes,
                                    value.length, told, some_error(w));
    case 1:
      return slmdb_db_compare_and_swap(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, expected.bytes,
                                       expected.length, value.bytes, value.length, told, some_error(w));
    case 2:
      status = slmdb_db_pop(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, &old, &length,
                            some_error(w));
      break;
    default:
      status = slmdb_db_replace(some_txn(w), some_db(w), some_scope(w), key.bytes, key.length, value.bytes,
                                value.length, &old, &length, told, some_error(w));
  }
  if (status == SLMDB_OK) read_lent(old, length);
  return status;
}

static int32_t write_many(worker *w) {
  static __thread unsigned char memory[1 << 14];
  dice *d = &w->d;
  part page, lower, upper;
  uint64_t count;
  if (dice_once(d, 4)) {
    slmdb_range range;
    some_range(d, &range, &lower, &upper);
    return slmdb_db_delete_range(some_txn(w), some_db(w), some_scope(w), dice_once(d, 10) ? NULL : &range,
                                 dice_once(d, 2) ? NULL : &count, some_error(w));
  }
  some_page(d, &page, memory, true);
  return slmdb_db_put_many(some_txn(w), some_db(w), some_scope(w), page.bytes, page.length,
                           dice_once(d, 2) ? NULL : &count, some_error(w));
}

/* What one entry of a transaction lends is passed to a write in it, while no other thread can end its life. */
static int32_t pass_on(worker *w) {
  const void *k = NULL, *v = NULL;
  size_t k_size = 0, v_size = 0;
  if (threads > 1) return find(w);
  slmdb_txn *txn = some_txn(w);
  slmdb_db *db = some_db(w);
  slmdb_scope *scope = some_scope(w);
  int32_t which = SLMDB_FIRST + (int32_t)dice_below(&w->d, 2);
  int32_t status = slmdb_db_find(txn, db, scope, which, NULL, 0, &k, &k_size, &v, &v_size, some_error(w));
  if (status != SLMDB_OK) return status;
  bool same = dice_once(&w->d, 2);
  part other;
  some_part(&w->d, &other);
  return slmdb_db_put(txn, db, some_scope(w), same ? k : other.bytes, same ? k_size : other.length, v, v_size,
                      some_error(w));
}

static int32_t seek(worker *w) {
  part key;
  some_part(&w->d, &key);
  return slmdb_cursor_seek(some_cursor(w), key.bytes, key.length, some_error(w));
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

static long callbacks_due, callbacks_come;

static int32_t open_batch(worker *w) {
  slmdb_batch *batch = NULL;
  int32_t status = slmdb_batch_open(some_env(w), dice_once(&w->d, 50) ? NULL : &batch, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_BATCH, batch, &w->d);
  return status;
}

/* What batches may write to until they have come to something, which may be after the call's end. */
static bool told_deleted;
static uint64_t told_count;

static int32_t fill_batch(worker *w) {
  static __thread unsigned char memory[1 << 14];
  dice *d = &w->d;
  part key, value;
  some_part(d, &key);
  some_part(d, &value);
  switch (dice_below(d, 8)) {
    case 7:
      /* where one thread could wait for the transaction of another one that waits for it, nobody waits */
      if (threads > 1 || !dice_once(d, 4)) break;
      return slmdb_db_apply_put(some_db(w), some_scope(w), key.bytes, key.length, value.bytes, value.length, some_error(w));
    case 0: return slmdb_batch_clear(some_batch(w), some_db(w), some_scope(w), dice_once(d, 2) ? &told_count : NULL, some_error(w));
    case 1:
      return slmdb_batch_delete(some_batch(w), some_db(w), some_scope(w), key.bytes, key.length,
                                dice_once(d, 2) ? &told_deleted : NULL, some_error(w));
    case 2:
      return slmdb_batch_put_if_absent(some_batch(w), some_db(w), some_scope(w), key.bytes, key.length, value.bytes,
                                       value.length, some_error(w));
    case 3:
      some_page(d, &value, memory, true);
      return slmdb_batch_put_many(some_batch(w), some_db(w), some_scope(w), value.bytes, value.length, some_error(w));
  }
  return slmdb_batch_put(some_batch(w), some_db(w), some_scope(w), key.bytes, key.length, value.bytes, value.length,
                         some_error(w));
}

static int32_t submit_some(slmdb_batch *batch, dice *d, slmdb_error *error);

/* Calls from the library's own thread: what waits for batches is refused, some batch or other is submitted in turn. */
static void called_back(void *user, const slmdb_error *result) {
  dice d = {(uint64_t)(uintptr_t)user};
  __atomic_add_fetch(&callbacks_come, 1, __ATOMIC_ACQ_REL);
  CHECK(result->code >= 0 && result->code <= SLMDB_INTERNAL && result->code != SLMDB_INTERNAL);
  CHECK(check_utf8(result->message, strnlen(result->message, sizeof result->message)));
  slmdb_env *env = (slmdb_env *)pool_pick(POOL_ENV, &d);
  switch (dice_below(&d, 6)) {
    case 0: QUIET(SLMDB_BUSY, slmdb_env_flush(env, NULL)); break;
    case 1: QUIET(SLMDB_BUSY, slmdb_env_close(env, NULL)); break;
    case 2: submit_some((slmdb_batch *)pool_pick(POOL_BATCH, &d), &d, NULL); break;
    case 3: /* what the one thread has been lent must not end under it */
      if (threads > 1) slmdb_txn_commit((slmdb_txn *)pool_pick(POOL_TXN, &d), NULL);
      break;
    case 4: {
      slmdb_txn *txn = NULL;
      if (slmdb_txn_begin(env, SLMDB_READ, &txn, NULL) == SLMDB_OK) slmdb_txn_abort(txn, NULL);
    }
  }
}

static int32_t submit_some(slmdb_batch *batch, dice *d, slmdb_error *error) {
  bool deaf = dice_once(d, 5);
  int32_t status = slmdb_batch_submit(batch, deaf ? NULL : called_back, (void *)(uintptr_t)dice_next(d), error);
  if (status == SLMDB_OK && !deaf) __atomic_add_fetch(&callbacks_due, 1, __ATOMIC_ACQ_REL);
  return status;
}

static int32_t submit(worker *w) {
  if (dice_once(&w->d, 10)) return slmdb_batch_close(some_batch(w), some_error(w));
  return submit_some(some_batch(w), &w->d, some_error(w));
}

/* ---- children, lists, the registry, the Env --------------------------------------------------------------------- */

static int32_t begin_child(worker *w) {
  slmdb_txn *child = NULL;
  int32_t status = slmdb_txn_child(some_txn(w), dice_once(&w->d, 50) ? NULL : &child, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_TXN, child, &w->d);
  return status;
}

static int32_t ask_newest(worker *w) {
  bool is;
  return slmdb_txn_is_newest(some_txn(w), dice_once(&w->d, 50) ? NULL : &is, some_error(w));
}

static int32_t list(worker *w) {
  slmdb_cursor *cursor = NULL, **out = dice_once(&w->d, 50) ? NULL : &cursor;
  int32_t status = dice_once(&w->d, 2) ? slmdb_db_list(some_txn(w), out, some_error(w))
                                       : slmdb_registry_list(some_txn(w), out, some_error(w));
  if (status == SLMDB_OK) pool_add(POOL_CURSOR, cursor, &w->d);
  return status;
}

static int32_t use_registry(worker *w) {
  dice *d = &w->d;
  uint32_t id;
  uint64_t count;
  switch (dice_below(d, 8)) {
    case 0: return slmdb_registry_drop(some_txn(w), some_scope(w), dice_once(d, 2) ? NULL : &count, some_error(w));
    case 1: return slmdb_registry_prune(some_txn(w), dice_once(d, 2) ? NULL : &count, some_error(w));
    case 2:
    case 3: return slmdb_registry_rename(some_txn(w), some_scope(w), some_scope(w), some_error(w));
    case 4: return slmdb_registry_register(some_txn(w), some_scope(w), dice_once(d, 2) ? NULL : &id, some_error(w));
    default: return slmdb_registry_id(some_txn(w), some_scope(w), dice_once(d, 30) ? NULL : &id, some_error(w));
  }
}

static int32_t describe(worker *w) {
  dice *d = &w->d;
  slmdb_env_info info;
  slmdb_db_options options;
  info.struct_size = dice_once(d, 10) ? (size_t)dice_next(d) : sizeof info;
  options.struct_size = dice_once(d, 10) ? (size_t)dice_next(d) : sizeof options;
  switch (dice_below(d, 3)) {
    case 0: return slmdb_env_flush(some_env(w), some_error(w));
    case 1: return slmdb_env_stat(some_env(w), dice_once(d, 50) ? NULL : &info, some_error(w));
    default: return slmdb_db_describe(some_db(w), dice_once(d, 50) ? NULL : &options, some_error(w));
  }
}

#endif
