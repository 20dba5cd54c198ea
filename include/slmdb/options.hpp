// A part of slmdb.hpp: how an Env and a Database are opened, and what they tell of themselves.
#ifndef SLMDB_OPTIONS_HPP
#define SLMDB_OPTIONS_HPP

#include <cstdint>
#include <optional>
#include <string>

#include "status.hpp"

namespace slmdb {

enum class Durability : std::int32_t {
  durable = SLMDB_DURABLE,
  no_meta_sync = SLMDB_NO_META_SYNC,
  no_sync = SLMDB_NO_SYNC
};

// slmdb_env_options, where 0 is the default of each.
struct EnvOptions {
  std::uint64_t map_size = 0;
  std::uint32_t max_databases = 0;
  std::uint32_t max_readers = 0;
  std::uint32_t mode = 0;
  Durability durability = Durability::durable;
  bool read_only = false;
  bool create_folder = false;
};

// slmdb_env_info.
struct EnvInfo {
  std::uint64_t map_size, used_size, last_txn;
  std::uint32_t page_size, max_readers, readers, max_key;
  bool read_only;
};

enum class Kind : std::int32_t { typed = SLMDB_TYPED, bytes_key = SLMDB_BYTES_KEY, bytes = SLMDB_BYTES };

// `automatic`, since `auto` is a word of the language; so are `bool` and `delete`, hence `boolean` and `del` below.
enum class Layout : std::int32_t {
  automatic = SLMDB_LAYOUT_AUTO,
  ordered = SLMDB_LAYOUT_ORDERED,
  heed = SLMDB_LAYOUT_HEED
};

enum class Type : std::int32_t {
  automatic = SLMDB_TYPE_AUTO,
  text = SLMDB_TYPE_TEXT,
  bytes = SLMDB_TYPE_BYTES,
  u8 = SLMDB_TYPE_U8,
  u16 = SLMDB_TYPE_U16,
  u32 = SLMDB_TYPE_U32,
  u64 = SLMDB_TYPE_U64,
  i8 = SLMDB_TYPE_I8,
  i16 = SLMDB_TYPE_I16,
  i32 = SLMDB_TYPE_I32,
  i64 = SLMDB_TYPE_I64,
  f32 = SLMDB_TYPE_F32,
  f64 = SLMDB_TYPE_F64,
  boolean = SLMDB_TYPE_BOOL
};

// slmdb_db_options. Raw bytes are the default here, since C++ has no MessagePack of its own.
struct DatabaseOptions {
  Kind kind = Kind::bytes;
  Layout layout = Layout::automatic;
  Type key_type = Type::automatic;
  Type value_type = Type::automatic;
  bool must_exist = false;
  bool unnamed_default = false;
};

// slmdb_db_stats.
struct DatabaseStats {
  std::uint64_t entries, key_bytes, value_bytes;
};

// A database of an Env, as Txn::databases lists it. No kind: another program made it.
struct DatabaseInfo {
  std::string name;
  std::optional<Kind> kind;
  Layout layout;
  Type key_type, value_type;
  bool unnamed_default;
  std::uint64_t entries; // of all scopes
};

// A registered scope, as Txn::scopes lists it.
struct ScopeInfo {
  std::string name;
  std::uint32_t id;
};

// Which entry Database::find finds.
enum class Which : std::int32_t {
  first = SLMDB_FIRST,
  last = SLMDB_LAST,
  at_or_after = SLMDB_AT_OR_AFTER,
  after = SLMDB_AFTER,
  at_or_before = SLMDB_AT_OR_BEFORE,
  before = SLMDB_BEFORE
};

} // namespace slmdb

#endif // SLMDB_OPTIONS_HPP
