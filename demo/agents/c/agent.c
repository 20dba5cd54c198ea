/* The agent in C: it does with the C ABI what the lines of its standard input ask; see ../README.md. */
#define _POSIX_C_SOURCE 200809L /* getline */
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { SLOTS = 64 };

static slmdb_env *envs[SLOTS];
static database databases[SLOTS];
static slmdb_txn *txns[SLOTS];
static bytes answer;

/* ---- what requests are made of ---------------------------------------------------------------------------------- */

static int slot(words *w) {
  char *end, *word = words_next(w);
  long number = strtol(word, &end, 10);
  if (*word == '\0' || *end != '\0' || number < 0 || number >= SLOTS) malformed("no slot");
  return (int)number;
}

/* The number that a word stands for, by its place in a list that NULL ends, from `first` on. */
static int32_t choice(words *w, const char *const *list, int32_t first) {
  const char *word = words_next(w);
  for (int32_t i = 0; list[i] != NULL; i++)
    if (strcmp(list[i], word) == 0) return first + i;
  malformed(word);
  return 0;
}

static const char *const modes[] = {"durable", "no_meta_sync", "no_sync", "read_only", NULL};
static const char *const kinds[] = {"typed", "bytes_key", "bytes", NULL};
static const char *const layouts[] = {"auto", "ordered", "heed", NULL};
static const char *const types[] = {"auto", "text", "bytes", "u8",  "u16", "u32",  "u64",
                                    "i8",   "i16",  "i32",   "i64", "f32", "f64", "bool", NULL};
static const char *const makes[] = {"create", "must_exist", NULL};
static const char *const directions[] = {"forwards", "reverse", NULL};
static const char *const bounds[] = {"open", "include", "exclude", NULL};

static void read_text(words *w, bytes *text) {
  if (!words_body(w, 's', text)) malformed("a text is missing");
}

/* A key or value as the library takes it. */
static void read_item(words *w, bool typed, bytes *item) {
  if (typed) {
    words_value(w, item);
  } else if (!words_body(w, 'b', item)) {
    malformed("bytes are missing");
  }
}

static void read_key(words *w, const database *db, bytes *key) { read_item(w, db->kind == SLMDB_TYPED, key); }

/* What all requests on entries begin with. */
typedef struct place {
  slmdb_txn *txn;
  const database *db;
  slmdb_scope *scope;
  int32_t status; /* of the scope's name */
} place;

static place read_place(words *w) {
  place p = {0};
  bytes name = {0};
  p.txn = txns[slot(w)];
  p.db = &databases[slot(w)];
  if (words_body(w, 's', &name)) p.status = slmdb_scope_open((const char *)name.data, name.length, &p.scope, NULL);
  bytes_free(&name);
  return p;
}

static int32_t leave(place *p, int32_t status) {
  if (p->scope != NULL) slmdb_scope_close(p->scope, NULL);
  return status;
}

static void print_key(const database *db, const void *key, size_t length, bytes *out) {
  if (db->kind == SLMDB_TYPED) {
    words_print(key, out);
  } else {
    words_print_body('b', key, length, out);
  }
}

void print_value(const database *db, const void *value, size_t length, bytes *out) {
  if (db->kind != SLMDB_BYTES) {
    words_print(value, out);
  } else {
    words_print_body('b', value, length, out);
  }
}

/* ---- environments, databases, transactions ---------------------------------------------------------------------- */

static int32_t do_hello(words *w) {
  const char name[] = "C with slmdb.h " SLMDB_VERSION;
  (void)w;
  words_print_body('s', name, sizeof name - 1, &answer);
  return SLMDB_OK;
}

static int32_t do_open(words *w) {
  slmdb_env_options options = {0};
  slmdb_env *env = NULL;
  bytes path = {0};
  int to = slot(w);
  read_text(w, &path);
  int32_t mode = choice(w, modes, SLMDB_DURABLE);
  options.struct_size = sizeof options;
  options.read_only = mode > SLMDB_NO_SYNC;
  options.create_folder = !options.read_only;
  options.durability = options.read_only ? SLMDB_DURABLE : mode;
  int32_t status = slmdb_env_open((const char *)path.data, path.length, &options, &env, NULL);
  if (status == SLMDB_OK) envs[to] = env;
  bytes_free(&path);
  return status;
}

static int32_t do_close(words *w) { return slmdb_env_close(envs[slot(w)], NULL); }

static int32_t do_database(words *w) {
  slmdb_db_options options = {0};
  slmdb_db *db = NULL;
  bytes name = {0};
  int to = slot(w), from = slot(w);
  read_text(w, &name);
  options.struct_size = sizeof options;
  options.kind = choice(w, kinds, SLMDB_TYPED);
  options.layout = choice(w, layouts, SLMDB_LAYOUT_AUTO);
  options.key_type = choice(w, types, SLMDB_TYPE_AUTO);
  options.value_type = choice(w, types, SLMDB_TYPE_AUTO);
  options.must_exist = choice(w, makes, 0) == 1;
  int32_t status = slmdb_db_open(envs[from], (const char *)name.data, name.length, &options, &db, NULL);
  if (status == SLMDB_OK) {
    databases[to].handle = db;
    databases[to].kind = options.kind;
  }
  bytes_free(&name);
  return status;
}

static int32_t begin(words *w, int32_t mode) {
  slmdb_txn *txn = NULL;
  int to = slot(w);
  int32_t status = slmdb_txn_begin(envs[slot(w)], mode, &txn, NULL);
  if (status == SLMDB_OK) txns[to] = txn;
  return status;
}

static int32_t do_read(words *w) { return begin(w, SLMDB_READ); }
static int32_t do_write(words *w) { return begin(w, SLMDB_WRITE); }
static int32_t do_commit(words *w) { return slmdb_txn_commit(txns[slot(w)], NULL); }
static int32_t do_abort(words *w) { return slmdb_txn_abort(txns[slot(w)], NULL); }

static int32_t do_scopes(words *w) {
  slmdb_cursor *cursor;
  const void *name, *id;
  size_t name_length, id_length;
  int32_t status = slmdb_registry_list(txns[slot(w)], &cursor, NULL);
  if (status != SLMDB_OK) return status;
  while ((status = slmdb_cursor_next(cursor, &name, &name_length, &id, &id_length, NULL)) == SLMDB_OK) {
    const unsigned char *b = id;
    words_print_body('s', name, name_length, &answer);
    words_print_number(b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24, &answer);
  }
  slmdb_cursor_close(cursor, NULL);
  return status == SLMDB_NOT_FOUND ? SLMDB_OK : status;
}

static int32_t do_prune(words *w) {
  uint64_t count;
  slmdb_txn *txn;
  int32_t status = slmdb_txn_begin(envs[slot(w)], SLMDB_WRITE, &txn, NULL);
  if (status != SLMDB_OK) return status;
  status = slmdb_registry_prune(txn, &count, NULL);
  if (status == SLMDB_OK) status = slmdb_txn_commit(txn, NULL);
  else slmdb_txn_abort(txn, NULL);
  if (status == SLMDB_OK) words_print_number(count, &answer);
  return status;
}

/* ---- entries ---------------------------------------------------------------------------------------------------- */

static int32_t do_put(words *w) {
  place p = read_place(w);
  bytes key = {0}, value = {0};
  read_key(w, p.db, &key);
  read_item(w, p.db->kind != SLMDB_BYTES, &value);
  int32_t status = p.status;
  if (status == SLMDB_OK)
    status = slmdb_db_put(p.txn, p.db->handle, p.scope, key.data, key.length, value.data, value.length, NULL);
  bytes_free(&key);
  bytes_free(&value);
  return leave(&p, status);
}

static int32_t do_get(words *w) {
  place p = read_place(w);
  bytes key = {0};
  const void *value;
  size_t length;
  read_key(w, p.db, &key);
  int32_t status = p.status;
  if (status == SLMDB_OK)
    status = slmdb_db_get(p.txn, p.db->handle, p.scope, key.data, key.length, &value, &length, NULL);
  if (status == SLMDB_OK) print_value(p.db, value, length, &answer);
  bytes_free(&key);
  return leave(&p, status);
}

static int32_t do_delete(words *w) {
  place p = read_place(w);
  bytes key = {0};
  bool deleted;
  read_key(w, p.db, &key);
  int32_t status = p.status;
  if (status == SLMDB_OK)
    status = slmdb_db_delete(p.txn, p.db->handle, p.scope, key.data, key.length, &deleted, NULL);
  if (status == SLMDB_OK) bytes_add(&answer, deleted ? "t " : "f ", 2);
  bytes_free(&key);
  return leave(&p, status);
}

static int32_t do_clear(words *w) {
  place p = read_place(w);
  uint64_t count;
  int32_t status = p.status;
  if (status == SLMDB_OK) status = slmdb_db_clear(p.txn, p.db->handle, p.scope, &count, NULL);
  if (status == SLMDB_OK) words_print_number(count, &answer);
  return leave(&p, status);
}

/* Reads a bound; the flags that say what it is are those given, or none. */
static uint32_t read_bound(words *w, const database *db, bytes *key, uint32_t is, uint32_t is_exclusive) {
  int32_t how = choice(w, bounds, 0);
  if (how == 0) return 0;
  read_key(w, db, key);
  return how == 2 ? is | is_exclusive : is;
}

static int32_t walk(const place *p, const slmdb_range *range) {
  slmdb_cursor *cursor;
  const void *key, *value;
  size_t key_length, value_length;
  int32_t status = slmdb_cursor_open(p->txn, p->db->handle, p->scope, range, &cursor, NULL);
  if (status != SLMDB_OK) return status;
  while ((status = slmdb_cursor_next(cursor, &key, &key_length, &value, &value_length, NULL)) == SLMDB_OK) {
    print_key(p->db, key, key_length, &answer);
    print_value(p->db, value, value_length, &answer);
  }
  slmdb_cursor_close(cursor, NULL);
  return status == SLMDB_NOT_FOUND ? SLMDB_OK : status;
}

static int32_t do_range(words *w) {
  place p = read_place(w);
  bytes lower = {0}, upper = {0};
  slmdb_range range = {0};
  range.struct_size = sizeof range;
  range.flags = read_bound(w, p.db, &lower, SLMDB_RANGE_LOWER, SLMDB_RANGE_LOWER_EXCLUSIVE);
  range.flags |= read_bound(w, p.db, &upper, SLMDB_RANGE_UPPER, SLMDB_RANGE_UPPER_EXCLUSIVE);
  if (choice(w, directions, 0) == 1) range.flags |= SLMDB_RANGE_REVERSE;
  const char *limit = words_next(w);
  if (strcmp(limit, "all") != 0) range.limit = strtoull(limit, NULL, 10);
  range.lower = lower.data;
  range.lower_length = lower.length;
  range.upper = upper.data;
  range.upper_length = upper.length;
  int32_t status = p.status == SLMDB_OK ? walk(&p, &range) : p.status;
  bytes_free(&lower);
  bytes_free(&upper);
  return leave(&p, status);
}

static int32_t do_stress(words *w) {
  bytes tenant = {0};
  slmdb_env *env = envs[slot(w)];
  const database *db = &databases[slot(w)];
  read_text(w, &tenant);
  int32_t status = stress(env, db, &tenant, strtol(words_next(w), NULL, 10), &answer);
  bytes_free(&tenant);
  return status;
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

static const struct command {
  const char *name;
  int32_t (*run)(words *w);
} commands[] = {
  {"hello", do_hello},   {"open", do_open},     {"close", do_close},   {"database", do_database},
  {"read", do_read},     {"write", do_write},   {"commit", do_commit}, {"abort", do_abort},
  {"scopes", do_scopes}, {"prune", do_prune},   {"put", do_put},       {"get", do_get},
  {"delete", do_delete}, {"clear", do_clear},   {"range", do_range},   {"stress", do_stress},
};

static int32_t run(words *w) {
  const char *name = words_next(w);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands[i].run(w);
  malformed(name);
  return 0;
}

int main(void) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  if (slmdb_abi_version() != SLMDB_ABI_VERSION) malformed("the library is of another ABI than the header");
  while ((length = getline(&line, &capacity, stdin)) > 0) {
    words w = {line};
    while (length > 0 && strchr(" \n", line[length - 1]) != NULL) line[--length] = '\0';
    answer.length = 0;
    const char *status = slmdb_status_name(run(&w));
    if (*w.left != '\0') malformed("too many words");
    bytes_add(&answer, status, strlen(status));
    bytes_add(&answer, "\n", 1);
    if (fwrite(answer.data, 1, answer.length, stdout) != answer.length || fflush(stdout) != 0) return 1;
  }
  free(line);
  bytes_free(&answer);
  return 0;
}
