/* Is every handle that is none, of another type, altered or closed answered with an error, by every function? */
#include "calls.h"

static const char *const types[HANDLE_TYPES] = {"env", "db", "scope", "txn", "cursor", "batch"};

/* Calls a function with one handle replaced. */
static int32_t call_with(int call, const calls_handles *live, int type, uintptr_t bad, slmdb_error *error) {
  calls_handles h = *live;
  memcpy(&h.all[type], &bad, sizeof bad);
  return calls_make(call, &h, error);
}

static void is_refused(int call, const calls_handles *live, int type, uintptr_t bad, int32_t want) {
  if (!IS(want, call_with(call, live, type, bad, ERR)))
    fprintf(stderr, "  %s with %#lx as its %s\n", calls_name(call), (unsigned long)bad, types[type]);
  CHECK(call_with(call, live, type, bad, NULL) == want);
}

/* A handle that was altered may look like one that has been closed. */
static void is_unknown(int call, const calls_handles *live, int type, uintptr_t bad) {
  int32_t got = call_with(call, live, type, bad, ERR), closed = type == 3 ? SLMDB_TXN_ENDED : SLMDB_CLOSED;
  if (!CHECK(got == SLMDB_INVALID_HANDLE || got == closed))
    fprintf(stderr, "  %s with %#lx as its %s: %s\n", calls_name(call), (unsigned long)bad, types[type],
            slmdb_status_name(got));
  CHECK(check_written(got, &check_last));
}

static uintptr_t number(const void *handle) { return (uintptr_t)handle; }

/* Numbers that were never handles: small ones, addresses of the stack, the heap, static data and code, the ends. */
static void test_garbage(const calls_handles *live, int call, int type) {
  static int data;
  int stack;
  void *heap = malloc(64);
  const uintptr_t bad[] = {1,           2,    0xff, number(&stack), number(heap), number(&data), (uintptr_t)&test_garbage,
                           UINTPTR_MAX, UINTPTR_MAX - 1, UINTPTR_MAX >> 1, ~(UINTPTR_MAX >> 1), UINTPTR_MAX >> 4,
                           ~(UINTPTR_MAX >> 4)};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) is_unknown(call, live, type, bad[i]);
  if (type != 2) is_refused(call, live, type, 0, SLMDB_INVALID_HANDLE); /* NULL is the default scope */
  free(heap);
}

static void test_wrong_type(const calls_handles *live, int call, int type) {
  for (int other = 0; other < HANDLE_TYPES; other++)
    if (other != type) is_refused(call, live, type, number(live->all[other]), SLMDB_INVALID_HANDLE);
}

static void test_flipped(const calls_handles *live, int call, int type) {
  for (unsigned bit = 0; bit < 8 * sizeof(uintptr_t); bit++)
    is_unknown(call, live, type, number(live->all[type]) ^ ((uintptr_t)1 << bit));
}

/* Handles of each type that have been closed; their slots are free, or used by another handle. */
static void test_closed(const calls_handles *live, const calls_handles *closed, int call, int type) {
  is_refused(call, live, type, number(closed->all[type]), type == 3 ? SLMDB_TXN_ENDED : SLMDB_CLOSED);
}

static void test_all(const calls_handles *live, const calls_handles *closed) {
  uint64_t open = slmdb_open_handles();
  for (int call = 0; call < CALLS_WITH_HANDLES; call++) {
    for (int type = 0; type < HANDLE_TYPES; type++) {
      if (!(calls_takes(call) & 1u << type)) continue;
      test_garbage(live, call, type);
      test_wrong_type(live, call, type);
      test_flipped(live, call, type);
      test_closed(live, closed, call, type);
    }
  }
  CHECK(slmdb_open_handles() == open);
}

/* After all that, the live ones are as they were. */
static void test_alive(const calls_handles *live) {
  const void *key, *value;
  size_t key_length, value_length;
  given_is(live->of.txn, live->of.db, live->of.scope, "k", "v");
  IS(SLMDB_OK, slmdb_cursor_next(live->of.cursor, &key, &key_length, &value, &value_length, ERR));
  CHECK(key_length == 1 && value_length == 1 && *(const char *)value == 'v');
}

/* Whatever closes a handle, the second time it is an error and does nothing. */
static void test_twice(const char *path) {
  calls_handles h = calls_given(path);
  uint64_t open = slmdb_open_handles();
  IS(SLMDB_OK, slmdb_batch_close(h.of.batch, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_close(h.of.batch, ERR));
  IS(SLMDB_CLOSED, slmdb_batch_submit(h.of.batch, NULL, NULL, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(h.of.cursor, ERR));
  IS(SLMDB_CLOSED, slmdb_cursor_close(h.of.cursor, ERR));
  IS(SLMDB_OK, slmdb_txn_commit(h.of.txn, ERR));
  IS(SLMDB_TXN_ENDED, slmdb_txn_commit(h.of.txn, ERR));
  IS(SLMDB_TXN_ENDED, slmdb_txn_abort(h.of.txn, ERR));
  IS(SLMDB_OK, slmdb_db_close(h.of.db, ERR));
  IS(SLMDB_CLOSED, slmdb_db_close(h.of.db, ERR));
  IS(SLMDB_OK, slmdb_scope_close(h.of.scope, ERR));
  IS(SLMDB_CLOSED, slmdb_scope_close(h.of.scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(h.of.env, ERR));
  IS(SLMDB_CLOSED, slmdb_env_close(h.of.env, ERR));
  CHECK(slmdb_open_handles() == open - HANDLE_TYPES);
}

int main(void) {
  check_folder folder = check_make_folder(), other = check_make_folder();
  calls_handles closed = calls_given(other.path);
  calls_close(&closed);
  calls_handles live = calls_given(folder.path); /* in the slots of the closed ones */
  test_all(&live, &closed);
  test_alive(&live);
  calls_close(&live);
  test_twice(other.path);
  check_remove_folder(&folder);
  check_remove_folder(&other);
  return check_end("handles");
}
