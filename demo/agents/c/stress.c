/* The request `stress`: one tenant writes, all are read, and nobody may ever see half of anything. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <string.h>
#include <time.h>

#include "agent.h"

enum { IN_ROUND = 32 };

/* One tenant's part in a stress. */
typedef struct pressure {
  slmdb_env *env;
  const database *db;
  const bytes *tenant;
  slmdb_scope *scope;
  uint64_t round;
  uint64_t read; /* entries */
  bytes *answer;
} pressure;

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The words that every value of a tenant must be: those of a round, or of any (then they end before its number). */
static void expect(const void *name, size_t length, const uint64_t *round, bytes *text) {
  text->length = 0;
  bytes_add(text, "( ", 2);
  words_print_body('s', name, length, text);
  if (round == NULL) return;
  words_print_number(*round, text);
  bytes_add(text, ") ", 2);
}

/* Replaces all that the tenant holds, in one transaction. */
static int32_t rewrite(const pressure *p) {
  slmdb_txn *txn;
  bytes text = {0}, value = {0};
  int32_t status = slmdb_txn_begin(p->env, SLMDB_WRITE, &txn, NULL);
  if (status != SLMDB_OK) return status;
  expect(p->tenant->data, p->tenant->length, &p->round, &text);
  bytes_add(&text, "", 1);
  words w = {(char *)text.data};
  words_value(&w, &value);
  status = slmdb_db_clear(txn, p->db->handle, p->scope, NULL, NULL);
  for (unsigned char i = 0; i < IN_ROUND && status == SLMDB_OK; i++)
    status = slmdb_db_put(txn, p->db->handle, p->scope, &i, 1, value.data, value.length, NULL);
  bytes_free(&text);
  bytes_free(&value);
  if (status == SLMDB_OK) return slmdb_txn_commit(txn, NULL);
  slmdb_txn_abort(txn, NULL);
  return status;
}

/* Says what must not be seen. */
static int32_t inconsistent(const pressure *p, const void *name, size_t length, uint64_t place, const bytes *found) {
  bytes said = {0};
  p->answer->length = 0;
  bytes_add(&said, name, length);
  bytes_add(&said, " at ", 4);
  words_print_number(place, &said);
  if (found != NULL) bytes_add(&said, found->data, found->length);
  words_print_body('s', said.data, said.length, p->answer);
  bytes_free(&said);
  return SLMDB_CORRUPT;
}

static bool begins(const bytes *text, const bytes *with) {
  return text->length >= with->length && memcmp(text->data, with->data, with->length) == 0;
}

/* All entries of a tenant must be of one round, and the own ones of the last. */
static int32_t verify_entries(pressure *p, slmdb_cursor *cursor, const void *name, size_t length) {
  const void *key, *value;
  size_t key_length, value_length;
  bytes expected = {0}, found = {0};
  uint64_t n = 0;
  int32_t status;
  bool own = length == p->tenant->length && memcmp(name, p->tenant->data, length) == 0;
  expect(name, length, own ? &p->round : NULL, &expected);
  while ((status = slmdb_cursor_next(cursor, &key, &key_length, &value, &value_length, NULL)) == SLMDB_OK) {
    found.length = 0;
    print_value(p->db, value, value_length, &found);
    if (key_length != 1 || *(const unsigned char *)key != n || !begins(&found, &expected)) {
      status = inconsistent(p, name, length, n, &found);
      break;
    }
    expected.length = 0; /* from the first on they must all be the same */
    bytes_add(&expected, found.data, found.length);
    n++;
  }
  if (status == SLMDB_NOT_FOUND)
    status = n == IN_ROUND || (n == 0 && !own) ? SLMDB_OK : inconsistent(p, name, length, n, NULL);
  p->read += n;
  bytes_free(&expected);
  bytes_free(&found);
  return status;
}

static int32_t verify_tenant(pressure *p, slmdb_txn *txn, const void *name, size_t length) {
  slmdb_scope *scope = NULL;
  slmdb_cursor *cursor = NULL;
  int32_t status = slmdb_scope_open(name, length, &scope, NULL);
  if (status != SLMDB_OK) return status;
  status = slmdb_cursor_open(txn, p->db->handle, scope, NULL, &cursor, NULL);
  if (status == SLMDB_OK) {
    status = verify_entries(p, cursor, name, length);
    slmdb_cursor_close(cursor, NULL);
  }
  slmdb_scope_close(scope, NULL);
  return status;
}

/* Looks at all tenants in one snapshot. */
static int32_t verify(pressure *p) {
  slmdb_txn *txn;
  slmdb_cursor *names;
  const void *name, *id;
  size_t name_length, id_length;
  int32_t status = slmdb_txn_begin(p->env, SLMDB_READ, &txn, NULL);
  if (status != SLMDB_OK) return status;
  status = slmdb_registry_list(txn, &names, NULL);
  while (status == SLMDB_OK) {
    status = slmdb_cursor_next(names, &name, &name_length, &id, &id_length, NULL);
    if (status == SLMDB_OK) status = verify_tenant(p, txn, name, name_length);
    else if (status == SLMDB_NOT_FOUND) break;
  }
  slmdb_txn_abort(txn, NULL);
  return status == SLMDB_NOT_FOUND ? SLMDB_OK : status;
}

int32_t stress(slmdb_env *env, const database *db, const bytes *tenant, long milliseconds, bytes *answer) {
  pressure p = {env, db, tenant, NULL, 0, 0, answer};
  int32_t status = slmdb_scope_open((const char *)tenant->data, tenant->length, &p.scope, NULL);
  for (long end = now() + milliseconds; status == SLMDB_OK && now() < end;) {
    p.round++;
    status = rewrite(&p);
    if (status == SLMDB_OK) status = verify(&p);
  }
  if (p.scope != NULL) slmdb_scope_close(p.scope, NULL);
  if (status == SLMDB_OK) {
    words_print_number(p.round, answer);
    words_print_number(p.read, answer);
  }
  return status;
}
