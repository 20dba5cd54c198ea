// May a program's own constructors, which run before main, use the library already? In one that holds the archive, Go
// must have been started before them. Built as C++, since global objects are where this happens.
#include <slmdb.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// Opens an environment in a new folder, writes an entry and reads it again; ends with everything closed.
bool works() {
  char folder[] = "early-XXXXXX";
  if (mkdtemp(folder) == nullptr) return false;
  slmdb_env_options env_options{};
  env_options.struct_size = sizeof env_options;
  slmdb_db_options db_options{};
  db_options.struct_size = sizeof db_options;
  db_options.kind = SLMDB_BYTES;
  slmdb_env *env;
  slmdb_db *db;
  slmdb_txn *txn;
  const void *value;
  std::size_t length;
  return slmdb_env_open(folder, std::strlen(folder), &env_options, &env, nullptr) == SLMDB_OK &&
         slmdb_db_open(env, "d", 1, &db_options, &db, nullptr) == SLMDB_OK &&
         slmdb_txn_begin(env, SLMDB_WRITE, &txn, nullptr) == SLMDB_OK &&
         slmdb_db_put(txn, db, nullptr, "k", 1, "v", 1, nullptr) == SLMDB_OK &&
         slmdb_db_get(txn, db, nullptr, "k", 1, &value, &length, nullptr) == SLMDB_OK &&
         std::string(static_cast<const char *>(value), length) == "v" &&
         slmdb_txn_commit(txn, nullptr) == SLMDB_OK && slmdb_env_close(env, nullptr) == SLMDB_OK &&
         slmdb_open_handles() == 0;
}

struct global {
  bool worked = works();
} before_main;

} // namespace

int main() {
  std::printf("before main: %d, in main: %d\n", before_main.worked, works());
  return before_main.worked && works() ? 0 : 1;
}
