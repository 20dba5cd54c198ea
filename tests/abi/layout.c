/* Are the structs and constants of the header still those of its ABI version? Bindings have them written down. */
#include "check.h"

/* If one of these changes, SLMDB_ABI_VERSION must change with it. */
#define IS_AT(type, field, offset, size) \
  CHECK(offsetof(type, field) == (offset) && sizeof(((type *)NULL)->field) == (size))
#define IS_SIZE(type, size) CHECK(sizeof(type) == (size))
#define IS_NUMBER(constant, number) CHECK((constant) == (number))

/* On systems with pointers and sizes of 8 bytes, all that there is a library for. */
static void test_structs(void) {
  IS_SIZE(slmdb_error, 1024);
  IS_AT(slmdb_error, code, 0, 4);
  IS_AT(slmdb_error, message, 4, 1020);

  IS_SIZE(slmdb_env_options, 40);
  IS_AT(slmdb_env_options, struct_size, 0, 8);
  IS_AT(slmdb_env_options, map_size, 8, 8);
  IS_AT(slmdb_env_options, max_databases, 16, 4);
  IS_AT(slmdb_env_options, max_readers, 20, 4);
  IS_AT(slmdb_env_options, mode, 24, 4);
  IS_AT(slmdb_env_options, durability, 28, 4);
  IS_AT(slmdb_env_options, read_only, 32, 1);
  IS_AT(slmdb_env_options, create_folder, 33, 1);

  IS_SIZE(slmdb_db_options, 32);
  IS_AT(slmdb_db_options, struct_size, 0, 8);
  IS_AT(slmdb_db_options, kind, 8, 4);
  IS_AT(slmdb_db_options, layout, 12, 4);
  IS_AT(slmdb_db_options, key_type, 16, 4);
  IS_AT(slmdb_db_options, value_type, 20, 4);
  IS_AT(slmdb_db_options, must_exist, 24, 1);
  IS_AT(slmdb_db_options, unnamed_default, 25, 1);

  IS_SIZE(slmdb_env_info, 56);
  IS_AT(slmdb_env_info, struct_size, 0, 8);
  IS_AT(slmdb_env_info, map_size, 8, 8);
  IS_AT(slmdb_env_info, used_size, 16, 8);
  IS_AT(slmdb_env_info, last_txn, 24, 8);
  IS_AT(slmdb_env_info, page_size, 32, 4);
  IS_AT(slmdb_env_info, max_readers, 36, 4);
  IS_AT(slmdb_env_info, readers, 40, 4);
  IS_AT(slmdb_env_info, max_key, 44, 4);
  IS_AT(slmdb_env_info, read_only, 48, 1);

  IS_SIZE(slmdb_db_stats, 32);
  IS_AT(slmdb_db_stats, struct_size, 0, 8);
  IS_AT(slmdb_db_stats, entries, 8, 8);
  IS_AT(slmdb_db_stats, key_bytes, 16, 8);
  IS_AT(slmdb_db_stats, value_bytes, 24, 8);

  IS_SIZE(slmdb_get_args, 56);
  IS_AT(slmdb_get_args, struct_size, 0, 8);
  IS_AT(slmdb_get_args, txn, 8, 8);
  IS_AT(slmdb_get_args, db, 16, 8);
  IS_AT(slmdb_get_args, scope, 24, 8);
  IS_AT(slmdb_get_args, buffer, 32, 8);
  IS_AT(slmdb_get_args, capacity, 40, 8);
  IS_AT(slmdb_get_args, value_length, 48, 8);

  IS_SIZE(slmdb_range, 56);
  IS_AT(slmdb_range, struct_size, 0, 8);
  IS_AT(slmdb_range, lower, 8, 8);
  IS_AT(slmdb_range, lower_length, 16, 8);
  IS_AT(slmdb_range, upper, 24, 8);
  IS_AT(slmdb_range, upper_length, 32, 8);
  IS_AT(slmdb_range, flags, 40, 4);
  IS_AT(slmdb_range, limit, 48, 8);

  IS_SIZE(slmdb_work, 32);
  IS_AT(slmdb_work, struct_size, 0, 8);
  IS_AT(slmdb_work, progress, 8, 8);
  IS_AT(slmdb_work, answer, 16, 8);
  IS_AT(slmdb_work, user, 24, 8);

  IS_SIZE(slmdb_selection, 40);
  IS_AT(slmdb_selection, struct_size, 0, 8);
  IS_AT(slmdb_selection, database, 8, 8);
  IS_AT(slmdb_selection, database_length, 16, 8);
  IS_AT(slmdb_selection, scope, 24, 8);
  IS_AT(slmdb_selection, default_scope, 32, 1);
}

/* The statuses are in statuses.c. */
static void test_constants(void) {
  const int constants[] = {SLMDB_DURABLE, SLMDB_NO_META_SYNC, SLMDB_NO_SYNC, SLMDB_TYPED, SLMDB_BYTES_KEY, SLMDB_BYTES,
                           SLMDB_LAYOUT_AUTO, SLMDB_LAYOUT_ORDERED, SLMDB_LAYOUT_HEED, SLMDB_READ, SLMDB_WRITE,
                           SLMDB_RANGE_LOWER, SLMDB_RANGE_LOWER_EXCLUSIVE, SLMDB_RANGE_UPPER, SLMDB_RANGE_UPPER_EXCLUSIVE,
                           SLMDB_RANGE_REVERSE, SLMDB_RANGE_PREFIX, SLMDB_RANGE_KEYS_ONLY, SLMDB_RANGE_VALUES_ONLY,
                           SLMDB_FIRST, SLMDB_LAST, SLMDB_AT_OR_AFTER, SLMDB_AFTER, SLMDB_AT_OR_BEFORE, SLMDB_BEFORE,
                           SLMDB_FORMAT_BLOCKS, SLMDB_FORMAT_LINES, SLMDB_REFUSE, SLMDB_OVERWRITE, SLMDB_SKIP};
  const int numbers[] = {0, 1, 2, 1, 2, 3, 0, 1, 2, 0, 1, 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 2};
  CHECK(sizeof constants == sizeof numbers && memcmp(constants, numbers, sizeof numbers) == 0);
  const int types[] = {SLMDB_TYPE_AUTO, SLMDB_TYPE_TEXT, SLMDB_TYPE_BYTES, SLMDB_TYPE_U8, SLMDB_TYPE_U16, SLMDB_TYPE_U32,
                       SLMDB_TYPE_U64, SLMDB_TYPE_I8, SLMDB_TYPE_I16, SLMDB_TYPE_I32, SLMDB_TYPE_I64, SLMDB_TYPE_F32,
                       SLMDB_TYPE_F64, SLMDB_TYPE_BOOL};
  for (int i = 0; i < (int)(sizeof types / sizeof *types); i++) IS_NUMBER(types[i], i);
}

int main(void) {
  IS_NUMBER(SLMDB_ABI_VERSION, 1);
  IS_NUMBER(slmdb_abi_version(), 1);
  if (sizeof(void *) == 8 && sizeof(size_t) == 8) test_structs();
  test_constants();
  return check_end("layout");
}
