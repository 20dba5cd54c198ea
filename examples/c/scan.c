/*
 * scan.c: many entries of a typed database, read by pages, and the last few of a range, read backwards.
 *
 *   ./scan [FOLDER]         keeps its data in FOLDER (default: ./slmdb-example)
 *
 * In a typed database keys and values are MessagePack (https://msgpack.org), so that programs in other languages read
 * them as what they are, and keys lie in the natural order of their type: 9 before 10. The few lines of MessagePack
 * that this example needs are written out below; a program with more of it takes a library.
 */
#include <slmdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static slmdb_error error; /* as in tenants.c: an example may stop at the first failure */

static void must(int32_t status, const char *what) {
  if (status == SLMDB_OK) return;
  fprintf(stderr, "%s: %s %s\n", what, slmdb_status_name(status), status == SLMDB_NOT_FOUND ? "" : error.message);
  exit(1);
}

static void need(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

/* ---- MessagePack ------------------------------------------------------------------------------------------------ */

/* Writes a number below 65,536 in three bytes: 0xcd, its high byte, its low byte. A shorter form is the same key. */
static size_t pack_number(unsigned char *out, unsigned number) {
  out[0] = 0xcd;
  out[1] = (unsigned char)(number >> 8);
  out[2] = (unsigned char)number;
  return 3;
}

/* Writes a text of less than 32 bytes: 0xa0 plus its length, and the text. */
static size_t pack_text(unsigned char *out, const char *text) {
  size_t length = strlen(text);
  out[0] = (unsigned char)(0xa0 + length);
  memcpy(out + 1, text, length);
  return length + 1;
}

/* What has not been read yet. */
typedef struct reader {
  const unsigned char *at, *end;
} reader;

/* The next `width` bytes as one number, high byte first. */
static unsigned long read_bytes(reader *r, int width) {
  unsigned long number = 0;
  need(r->end - r->at >= width, "enough bytes of MessagePack");
  while (width-- > 0) number = number << 8 | *r->at++;
  return number;
}

/* A number that is not negative. What is stored has its shortest form, whatever was put. */
static unsigned long read_number(reader *r) {
  unsigned long head = read_bytes(r, 1);
  if (head < 0x80) return head;
  need(head >= 0xcc && head <= 0xce, "a number");
  return read_bytes(r, 1 << (head - 0xcc));
}

/* The head of an array; what follows is that many items. */
static unsigned long read_array(reader *r) {
  unsigned long head = read_bytes(r, 1);
  if (head >= 0x90 && head <= 0x9f) return head - 0x90;
  need(head == 0xdc || head == 0xdd, "an array");
  return read_bytes(r, head == 0xdc ? 2 : 4);
}

/* A text of less than 32 bytes, which is not copied. */
static const char *read_text(reader *r, int *length) {
  unsigned long head = read_bytes(r, 1);
  need(head >= 0xa0 && head <= 0xbf, "a short text");
  *length = (int)(head - 0xa0);
  need(r->end - r->at >= *length, "a whole text");
  const char *text = (const char *)r->at;
  r->at += *length;
  return text;
}

/* ---- the example ------------------------------------------------------------------------------------------------ */

enum { ENTRIES = 1000 };

static void fill(slmdb_env *env, slmdb_db *db, slmdb_scope *scope) {
  slmdb_txn *txn;
  unsigned char key[3], value[32];
  char text[24];
  must(slmdb_txn_begin(env, SLMDB_WRITE, &txn, &error), "begin");
  for (unsigned i = 0; i < ENTRIES; i++) {
    sprintf(text, "event %u", i);
    size_t key_length = pack_number(key, i), value_length = pack_text(value, text);
    must(slmdb_db_put(txn, db, scope, key, key_length, value, value_length, &error), "put");
  }
  must(slmdb_txn_commit(txn, &error), "commit");
}

/*
 * All entries. A page is one MessagePack array: key, value, key, value, ...; one call for many entries, the way to walk
 * where calls are dear. The buffer is ours, so entries may be used after the transaction has ended.
 */
static void scan_pages(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  unsigned char page[4096]; /* an entry that does not fit would be BUFFER_TOO_SMALL, and `length` what it needs */
  slmdb_cursor *cursor;
  bool more = true;
  unsigned long seen = 0, pages = 0;
  must(slmdb_cursor_open(txn, db, scope, NULL, &cursor, &error), "open a cursor");
  while (more) {
    size_t length;
    must(slmdb_cursor_page(cursor, page, sizeof page, 0, &length, &more, &error), "page");
    reader r = {page, page + length};
    for (unsigned long entries = read_array(&r) / 2; entries > 0; entries--) {
      int text_length;
      need(read_number(&r) == seen++, "keys in the order of their numbers");
      read_text(&r, &text_length);
    }
    need(r.at == r.end, "nothing after the array");
    pages++;
  }
  must(slmdb_cursor_close(cursor, &error), "close the cursor");
  printf("%lu entries in %lu pages\n", seen, pages);
  need(seen == ENTRIES, "every entry, once");
}

/* The last five below 500, one by one: what cursor_next hands out is not copied, and lives until the next call. */
static void scan_backwards(slmdb_txn *txn, slmdb_db *db, slmdb_scope *scope) {
  unsigned char upper[3];
  slmdb_range range;
  slmdb_cursor *cursor;
  const void *key, *value;
  size_t key_length, value_length;
  unsigned long expected = 500;
  int32_t status;
  memset(&range, 0, sizeof range);
  range.struct_size = sizeof range;
  range.upper = upper;
  range.upper_length = pack_number(upper, 500);
  range.flags = SLMDB_RANGE_UPPER | SLMDB_RANGE_UPPER_EXCLUSIVE | SLMDB_RANGE_REVERSE;
  range.limit = 5;
  must(slmdb_cursor_open(txn, db, scope, &range, &cursor, &error), "open a cursor");
  while ((status = slmdb_cursor_next(cursor, &key, &key_length, &value, &value_length, &error)) == SLMDB_OK) {
    reader k = {(const unsigned char *)key, (const unsigned char *)key + key_length};
    reader v = {(const unsigned char *)value, (const unsigned char *)value + value_length};
    unsigned long number = read_number(&k);
    int length;
    const char *text = read_text(&v, &length);
    printf("  %lu = %.*s\n", number, length, text);
    need(number == --expected, "numbers downwards from 499");
  }
  if (status != SLMDB_NOT_FOUND) must(status, "next");
  must(slmdb_cursor_close(cursor, &error), "close the cursor");
  need(expected == 495, "five of them");
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "slmdb-example", *tenant = "acme";
  slmdb_env_options env_options;
  slmdb_db_options db_options;
  slmdb_env *env;
  slmdb_db *events;
  slmdb_scope *scope;
  slmdb_txn *txn;
  memset(&env_options, 0, sizeof env_options);
  env_options.struct_size = sizeof env_options;
  env_options.create_folder = true;
  must(slmdb_env_open(folder, strlen(folder), &env_options, &env, &error), "open the environment");
  memset(&db_options, 0, sizeof db_options);
  db_options.struct_size = sizeof db_options;
  db_options.kind = SLMDB_TYPED;
  must(slmdb_db_open(env, "events", strlen("events"), &db_options, &events, &error), "open the database");
  must(slmdb_scope_open(tenant, strlen(tenant), &scope, &error), "open a scope");

  fill(env, events, scope);
  must(slmdb_txn_begin(env, SLMDB_READ, &txn, &error), "begin");
  scan_pages(txn, events, scope);
  puts("the last five below 500:");
  scan_backwards(txn, events, scope);
  must(slmdb_txn_abort(txn, &error), "end reading");

  must(slmdb_scope_close(scope, &error), "close the scope");
  must(slmdb_env_close(env, &error), "close");
  need(slmdb_open_handles() == 0, "nothing left open");
  return 0;
}
