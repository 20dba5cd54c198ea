/*
 * What is stored while a fuzzer makes its calls? Each thread has a scope of its own in an Env that the random calls
 * know no handle of, writes there between them, by transactions, children and batches, right calls and wrong ones, and
 * keeps a plain table of what must be there in the end.
 */
#ifndef ABI_WITNESS_H
#define ABI_WITNESS_H

#include "kinds.h"
#include "pool.h"

enum { WITNESSES = 8, WITNESS_KEYS = 40, WITNESS_FORMS = 4, WITNESS_NONE = -1 };

typedef int witness_table[WITNESS_FORMS][WITNESS_KEYS]; /* the number whose value is under the n-th key, or NONE */

static const int witness_form_of[WITNESS_FORMS] = {0, 2, 4, 6}; /* of kinds_all */

static check_folder witness_folder;
static slmdb_env *witness_env;
static slmdb_db *witness_dbs[WITNESS_FORMS];

typedef struct witness {
  slmdb_scope *scope;
  witness_table stored;
  int waiting; /* batches whose callback has not come */
  long calls;
} witness;

static witness witnesses[WITNESSES];

static inline const kinds_form *witness_form(int f) { return &kinds_all[witness_form_of[f]]; }

/*
 * Takes and frees the next handle's place many times: then no number that differs in a bit from a handle of the
 * fuzzer's can be that of the witness.
 */
static inline void witness_set_apart(void) {
  slmdb_scope *s = NULL;
  for (int i = 0; i < 3000; i++)
    NEED(slmdb_scope_open("s", 1, &s, NULL) == SLMDB_OK && slmdb_scope_close(s, NULL) == SLMDB_OK);
}

static inline void witness_open(void) {
  witness_set_apart();
  witness_env = given_env(witness_folder.path);
  for (int f = 0; f < WITNESS_FORMS; f++) {
    witness_set_apart();
    witness_dbs[f] = kinds_open(witness_env, witness_form(f));
  }
  for (int i = 0; i < WITNESSES; i++) {
    char name[16];
    snprintf(name, sizeof name, "witness %d", i);
    witness_set_apart();
    witnesses[i].scope = given_scope(name);
  }
}

static inline void witness_close(void) {
  for (int i = 0; i < WITNESSES; i++) IS(SLMDB_OK, slmdb_scope_close(witnesses[i].scope, ERR));
  IS(SLMDB_OK, slmdb_env_close(witness_env, ERR));
}

static inline void witness_begin(void) {
  witness_folder = check_make_folder();
  memset(witnesses, 0, sizeof witnesses);
  for (int i = 0; i < WITNESSES; i++) memset(witnesses[i].stored, 0xff, sizeof witnesses[i].stored); /* NONE */
  witness_open();
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static inline slmdb_txn *witness_txn(const witness *w, int32_t mode) {
  slmdb_txn *txn = given_txn(witness_env, mode);
  pool_set_apart(2 * (size_t)(w - witnesses), txn);
  return txn;
}

static inline void witness_compare_one(slmdb_txn *txn, witness *w, int f) {
  const kinds_form *form = witness_form(f);
  slmdb_cursor *c = given_cursor(txn, witness_dbs[f], w->scope, NULL);
  const void *key, *value;
  size_t key_size, value_size;
  for (int n = 0; n < WITNESS_KEYS; n++) {
    if (w->stored[f][n] == WITNESS_NONE) continue;
    pack want_key = kinds_key(form, n), want_value = kinds_value(form, w->stored[f][n]);
    if (!IS(SLMDB_OK, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR))) break;
    CHECK(pack_equal(&want_key, key, key_size) && pack_equal(&want_value, value, value_size));
  }
  IS(SLMDB_NOT_FOUND, slmdb_cursor_next(c, &key, &key_size, &value, &value_size, ERR));
  IS(SLMDB_OK, slmdb_cursor_close(c, ERR));
}

static inline void witness_compare(witness *w) {
  IS(SLMDB_OK, slmdb_env_flush(witness_env, ERR));
  CHECK(__atomic_load_n(&w->waiting, __ATOMIC_ACQUIRE) == 0);
  slmdb_txn *txn = witness_txn(w, SLMDB_READ);
  for (int f = 0; f < WITNESS_FORMS; f++) witness_compare_one(txn, w, f);
  IS(SLMDB_OK, slmdb_txn_abort(txn, ERR));
  w->calls += 4 * WITNESS_FORMS + 3;
}

/* By an Env that is opened anew: what is on disk. */
static inline void witness_end(void) {
  witness_close();
  witness_open();
  for (int i = 0; i < WITNESSES; i++) witness_compare(&witnesses[i]);
  witness_close();
  check_remove_folder(&witness_folder);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* A call that must be refused, and then has changed nothing. */
static inline void witness_err(witness *w, slmdb_txn *txn, int f, dice *d) {
  static char key[600];
  slmdb_db *db = witness_dbs[f], *wrong = (slmdb_db *)(dice_once(d, 2) ? (void *)w->scope : (void *)txn);
  int32_t status;
  switch (dice_below(d, 7)) {
    case 0: status = slmdb_db_put(txn, wrong, w->scope, "k", 1, "v", 1, NULL); break;
    case 1: status = slmdb_db_clear(NULL, db, w->scope, NULL, NULL); break;
    case 2: status = slmdb_db_clear(txn, db, (slmdb_scope *)(void *)db, NULL, NULL); break;
    case 3: status = slmdb_db_put(txn, db, w->scope, key, sizeof key, "\1", 1, NULL); break;
    case 4: status = slmdb_db_put_many(txn, db, w->scope, "\x93\xc4\1a\xc4\1b\xc4\1c", 10, NULL, NULL); break;
    case 5: status = slmdb_registry_drop(txn, (slmdb_scope *)(void *)txn, NULL, NULL); break;
    default: status = slmdb_txn_commit((slmdb_txn *)(void *)w->scope, NULL);
  }
  CHECK(status > SLMDB_NOT_FOUND);
}

static inline void witness_write(witness *w, slmdb_txn *txn, witness_table t, dice *d) {
  int f = (int)dice_below(d, WITNESS_FORMS), n = (int)dice_below(d, WITNESS_KEYS), number = (int)dice_below(d, 2000);
  const kinds_form *form = witness_form(f);
  slmdb_db *db = witness_dbs[f];
  pack key = kinds_key(form, n), value = kinds_value(form, number);
  bool was = t[f][n] != WITNESS_NONE, did = !was;
  const void *old;
  size_t size;
  w->calls++;
  switch (dice_below(d, 9)) {
    case 0: witness_err(w, txn, f, d); return;
    case 1:
      IS(SLMDB_OK, slmdb_db_delete(txn, db, w->scope, key.bytes, key.size, &did, ERR));
      CHECK(did == was);
      t[f][n] = WITNESS_NONE;
      return;
    case 2:
      IS(was ? SLMDB_OK : SLMDB_NOT_FOUND, slmdb_db_pop(txn, db, w->scope, key.bytes, key.size, &old, &size, ERR));
      t[f][n] = WITNESS_NONE;
      return;
    case 3:
      IS(SLMDB_OK, slmdb_db_put_if_absent(txn, db, w->scope, key.bytes, key.size, value.bytes, value.size, &did, ERR));
      CHECK(did == !was);
      if (did) t[f][n] = number;
      return;
    case 4: {
      uint64_t count = 0, want = 0;
      slmdb_range range = given_range(SLMDB_RANGE_LOWER);
      range.lower = key.bytes, range.lower_length = key.size;
      IS(SLMDB_OK, slmdb_db_delete_range(txn, db, w->scope, &range, &count, ERR));
      for (int k = n; k < WITNESS_KEYS; k++) want += t[f][k] != WITNESS_NONE, t[f][k] = WITNESS_NONE;
      CHECK(count == want);
      return;
    }
    case 5: {
      kinds_page page = kinds_new_page();
      for (int k = 0; k < 6; k++) {
        kinds_add_entry(&page, form, (n + k) % WITNESS_KEYS, number + k);
        t[f][(n + k) % WITNESS_KEYS] = number + k;
      }
      IS(SLMDB_OK, slmdb_db_put_many(txn, db, w->scope, page.bytes, page.size, NULL, ERR));
      free(page.bytes);
      return;
    }
    default:
      IS(SLMDB_OK, slmdb_db_put(txn, db, w->scope, key.bytes, key.size, value.bytes, value.size, ERR));
      t[f][n] = number;
  }
}

/* A write transaction, sometimes with a child in it; both are kept or dropped. */
static inline void witness_transaction(witness *w, dice *d) {
  witness_table seen, below;
  slmdb_txn *child = NULL;
  bool left_open = false;
  IS(SLMDB_OK, slmdb_env_flush(witness_env, ERR)); /* so that batches come before it */
  slmdb_txn *txn = witness_txn(w, SLMDB_WRITE);
  memcpy(seen, w->stored, sizeof seen);
  for (uint32_t i = 1 + dice_below(d, 8); i > 0; i--) witness_write(w, txn, seen, d);
  bool has_child = dice_once(d, 3), keep_child = dice_once(d, 2);
  if (has_child) {
    memcpy(below, seen, sizeof below);
    IS(SLMDB_OK, slmdb_txn_child(txn, &child, ERR));
    pool_set_apart(2 * (size_t)(w - witnesses) + 1, child);
    for (uint32_t i = dice_below(d, 5); i > 0; i--) witness_write(w, child, below, d);
    if (keep_child) {
      IS(SLMDB_OK, slmdb_txn_commit(child, ERR));
      memcpy(seen, below, sizeof seen);
    } else if ((left_open = dice_once(d, 2)) == false) {
      IS(SLMDB_OK, slmdb_txn_abort(child, ERR));
    }
  }
  if (left_open) IS(SLMDB_IN_USE, slmdb_txn_commit(txn, ERR)); /* it can only be aborted, with its child */
  bool keep = !left_open && !dice_once(d, 4);
  IS(SLMDB_OK, keep ? slmdb_txn_commit(txn, ERR) : slmdb_txn_abort(txn, ERR));
  if (keep) memcpy(w->stored, seen, sizeof seen);
  w->calls += 3 + 2 * has_child;
}

static inline void witness_done(void *user, const slmdb_error *result) {
  CHECK(result->code == SLMDB_OK);
  __atomic_sub_fetch((int *)user, 1, __ATOMIC_ACQ_REL);
}

static inline void witness_fails(void *user, const slmdb_error *result) {
  CHECK(result->code == SLMDB_KEY_EXISTS);
  __atomic_sub_fetch((int *)user, 1, __ATOMIC_ACQ_REL);
}

/* A batch that is not waited for, kept or failing whole; what comes later from this thread comes after it. */
static inline void witness_batch(witness *w, dice *d) {
  witness_table after;
  slmdb_batch *batch = given_batch(witness_env);
  bool fails = false;
  memcpy(after, w->stored, sizeof after);
  for (uint32_t i = dice_below(d, 6); i > 0; i--) {
    int f = (int)dice_below(d, WITNESS_FORMS), n = (int)dice_below(d, WITNESS_KEYS), number = (int)dice_below(d, 2000);
    pack key = kinds_key(witness_form(f), n), value = kinds_value(witness_form(f), number);
    slmdb_db *db = witness_dbs[f];
    w->calls++;
    switch (dice_below(d, 6)) {
      case 0:
        IS(SLMDB_OK, slmdb_batch_delete(batch, db, w->scope, key.bytes, key.size, NULL, ERR));
        after[f][n] = WITNESS_NONE;
        break;
      case 1:
        IS(SLMDB_OK, slmdb_batch_put_if_absent(batch, db, w->scope, key.bytes, key.size, value.bytes, value.size, ERR));
        fails = fails || after[f][n] != WITNESS_NONE;
        after[f][n] = number;
        break;
      case 2: CHECK(slmdb_batch_put(batch, db, w->scope, NULL, SIZE_MAX, "v", 1, NULL) != SLMDB_OK); break;
      default:
        IS(SLMDB_OK, slmdb_batch_put(batch, db, w->scope, key.bytes, key.size, value.bytes, value.size, ERR));
        after[f][n] = number;
    }
  }
  if (!fails) memcpy(w->stored, after, sizeof after);
  __atomic_add_fetch(&w->waiting, 1, __ATOMIC_ACQ_REL);
  IS(SLMDB_OK, slmdb_batch_submit(batch, fails ? witness_fails : witness_done, &w->waiting, ERR));
  w->calls += 2;
}

/* Some of all that; how many calls it made. */
static inline long witness_step(witness *w, dice *d) {
  long before = w->calls;
  switch (dice_below(d, 8)) {
    case 0: witness_compare(w); break;
    case 1:
    case 2:
    case 3:
    case 4: witness_batch(w, d); break;
    default: witness_transaction(w, d);
  }
  return w->calls - before;
}

#endif
