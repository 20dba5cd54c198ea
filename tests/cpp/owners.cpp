// Does each class own its handle: opened, moved, closed once, and no handle afterwards? And what does the library say?
#include "check.hpp"

using namespace slmdb;

template <class T>
constexpr bool moves = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                       !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                       std::is_nothrow_destructible_v<T>;
static_assert(moves<Env> && moves<Scope> && moves<Database> && moves<ReadTxn> && moves<WriteTxn> && moves<Cursor> &&
              moves<Batch>);
static_assert(!std::is_convertible_v<Bytes, Scope>, "a scope is not made anew for each call by accident");

static void library(const std::string &) {
  CHECK(abi_version() == SLMDB_ABI_VERSION);
  CHECK(version() == SLMDB_VERSION ""sv);
  CHECK(status_name(Status::key_too_long) == "KeyTooLong"sv);
  CHECK(status_name(Status::io) == "IO"sv);
  CHECK(bytes("a\0b", 3) == "a\0b"sv && bytes(nullptr, 0).empty());
}

static void env(const std::string &folder) {
  const std::string path = folder + "/made";
  THROWS(path_not_found, Env(path));
  try {
    Env missing(path);
  } catch (const std::runtime_error &error) { // as any other exception is caught
    CHECK(std::string(error.what()).find(path) != std::string::npos);
    CHECK(dynamic_cast<const Error &>(error).name() == "PathNotFound"sv);
  }
  EnvOptions options = check::options();
  options.create_folder = true;
  options.max_readers = 77;
  Env a(path, options);
  CHECK(a.stat().map_size == options.map_size && a.stat().max_readers == 77 && !a.stat().read_only);
  CHECK(a.stat().page_size >= 512 && a.stat().max_key == 507 && a.stat().used_size > 0);
  a.grow(128 << 20);
  CHECK(a.stat().map_size == 128 << 20);
  const std::uint64_t before = a.stat().last_txn;
  const Database db = a.database("d");
  a.update([&](WriteTxn &txn) { db.put(txn, {}, "k", "v"); });
  CHECK(a.stat().last_txn > before && a.stat().readers <= 77);
  options.durability = Durability::durable;
  THROWS(busy, Env(path, options)); // it is open otherwise

  Env b = std::move(a);
  THROWS(invalid_handle, a.stat()); // NOLINT: that is the question
  THROWS(invalid_handle, a.read());
  a.close(); // nothing
  CHECK(b.stat().page_size >= 512);
  Env &same = b;
  b = std::move(same);
  CHECK(b.stat().page_size >= 512);
  {
    const ReadTxn open = b.read();
    THROWS(busy, b.close());
  }
  b.close();
  b.close();
  THROWS(closed, b.stat());

  options.read_only = true;
  options.durability = Durability::no_sync;
  Env c(path, options);
  CHECK(c.stat().read_only);
  THROWS(read_only, c.write());
  THROWS(read_only, c.batch());
  a = std::move(c);
  CHECK(a.stat().read_only);
}

static void scopes(const std::string &folder) {
  THROWS(empty_scope, Scope(""));
  THROWS(invalid_scope, Scope("\xff"));
  Env env(folder, check::options());
  const Database db = env.database("d");
  Scope a("a"), none;
  env.update([&](WriteTxn &txn) { db.put(txn, a, "k", "of a"), db.put(txn, none, "k", "of none"); });
  Scope moved = std::move(a);
  ReadTxn txn = env.read();
  CHECK(db.get(txn, moved, "k") == "of a");
  CHECK(db.get(txn, none, "k") == "of none");
  THROWS(closed, db.get(txn, a, "k")); // NOLINT: never the default scope's entry
  a = Scope("a");
  CHECK(db.get(txn, a, "k") == "of a");
  a = std::move(none);
  CHECK(db.get(txn, a, "k") == "of none");
  CHECK(db.get(txn, {}, "k") == "of none");
  moved.close();
  moved.close();
  THROWS(closed, db.get(txn, moved, "k"));
}

static void databases(const std::string &folder) {
  std::optional<Env> env(std::in_place, folder, check::options());
  DatabaseOptions options;
  options.must_exist = true;
  THROWS(database_not_found, env->database("d", options));
  THROWS(invalid_name, env->database("", options));
  Database d = env->database("d", Kind::bytes_key);
  THROWS(kind_mismatch, env->database("d"));
  Database other = env->database("e");
  other = std::move(d);
  CHECK(other.describe().kind == Kind::bytes_key && other.describe().layout == Layout::ordered);
  THROWS(invalid_handle, d.describe()); // NOLINT
  options = {};
  options.kind = Kind::typed;
  options.layout = Layout::heed;
  options.key_type = Type::text;
  options.value_type = Type::u64;
  const DatabaseOptions heed = env->database("heed", options).describe();
  CHECK(heed.kind == Kind::typed && heed.layout == Layout::heed);
  CHECK(heed.key_type == Type::text && heed.value_type == Type::u64 && !heed.unnamed_default);
  options = {};
  options.unnamed_default = true;
  CHECK(env->database("u", options).describe().unnamed_default);
  other.close();
  THROWS(closed, other.describe());
  const Database last = env->database("e");
  env.reset(); // and `last`, which it closed, is destroyed after it
}

// A cursor, a batch and a transaction end with their owner, or before it, and either order is quiet.
static void orders(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  std::optional<ReadTxn> txn(env.read());
  Cursor cursor = db.range(*txn, {}), other = std::move(cursor);
  THROWS(invalid_handle, cursor.next()); // NOLINT
  txn.reset();
  THROWS(closed, other.next());
  other.close();
  Batch batch = env.batch();
  batch.put(db, {}, "k", "v");
  Batch moved = std::move(batch);
  THROWS(invalid_handle, batch.submit()); // NOLINT
  batch = env.batch();
  batch = std::move(moved);
  env.close();
  THROWS(closed, batch.submit());
  batch.close();
}

int main() { return check::run("owners", {library, env, scopes, databases, orders}); }
