// A part of slmdb.hpp: Env.
#ifndef SLMDB_ENV_HPP
#define SLMDB_ENV_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "batch.hpp"

namespace slmdb {

namespace detail {

// What points into a transaction, and so must not be returned from it.
template <class T>
inline constexpr bool points_into_txn = false;
template <>
inline constexpr bool points_into_txn<Bytes> = true;
template <>
inline constexpr bool points_into_txn<Entry> = true;
template <>
inline constexpr bool points_into_txn<Cursor> = true;
template <class T>
inline constexpr bool points_into_txn<std::optional<T>> = points_into_txn<T>;

} // namespace detail

// An LMDB environment: a folder, opened. For any number of threads at once.
class Env {
 public:
  // Opens the environment in a folder (UTF-8). Errors: those of slmdb_env_open; unavailable if the loaded library has
  // another ABI than this header.
  explicit Env(Bytes path, const EnvOptions &options = {}) : handle_(open(path, options)) {}

  // Closes the Env, its Databases and its batches that were not submitted, after waiting for those that were. With a
  // transaction open it throws busy and closes nothing; so it does in a batch's callback.
  void close() { handle_.close(); }

  // Opens a Database, creating it if it is missing; not while this thread has a write transaction. The Database may be
  // destroyed after its Env, but not used. Errors: those of slmdb_db_open.
  Database database(Bytes name, const DatabaseOptions &options = {}) const {
    return Database(handle(), name, options);
  }
  Database database(Bytes name, Kind kind) const {
    DatabaseOptions options;
    options.kind = kind;
    return database(name, options);
  }

  // Begins a read transaction: a snapshot. Errors: readers_full, busy.
  ReadTxn read() const { return ReadTxn(handle()); }

  // Begins the write transaction, after waiting for its turn. Errors: read_only, nested, busy.
  WriteTxn write() const { return WriteTxn(handle()); }

  // An empty batch. Errors: read_only.
  Batch batch() const { return Batch(handle()); }

  // Returns what f(ReadTxn &) returns, and ends the transaction: what is returned must not point into it.
  template <class F>
  auto view(F &&f) const {
    using Result = std::invoke_result_t<F &, ReadTxn &>;
    static_assert(!detail::points_into_txn<std::decay_t<Result>>, "it ends with the transaction: return a copy");
    ReadTxn txn = read();
    return f(txn);
  }

  // Runs f(WriteTxn &), commits when it returns, and returns what it returned; aborts when it throws. On
  // Status::conflict (another process made a database) f runs again in a new transaction, 16 times at the most, so it
  // must be able to. f must not end the transaction.
  template <class F>
  auto update(F &&f) const {
    using Result = std::invoke_result_t<F &, WriteTxn &>;
    static_assert(!detail::points_into_txn<std::decay_t<Result>>, "it ends with the transaction: return a copy");
    for (int tries = 0;; tries++) {
      try {
        WriteTxn txn = write();
        if constexpr (std::is_void_v<Result>) {
          f(txn);
          return txn.commit();
        } else {
          auto result = f(txn);
          txn.commit();
          return result;
        }
      } catch (const Error &error) {
        if (error.code() != Status::conflict || tries >= 16) throw;
      }
    }
  }

  // Waits until every batch that was submitted before is done and its callback has returned. Errors: nested, busy.
  void flush() const { detail::call(slmdb_env_flush, handle()); }

  // Raises the map to at least map_size bytes. Not with a transaction of this thread open. Errors: busy, read_only,
  // out_of_memory, invalid_argument.
  void grow(std::uint64_t map_size) const { detail::call(slmdb_env_grow, handle(), map_size); }

  // What the Env is and how full.
  EnvInfo stat() const {
    slmdb_env_info is{};
    is.struct_size = sizeof is;
    detail::call(slmdb_env_stat, handle(), &is);
    return {is.map_size,    is.used_size, is.last_txn, is.page_size,
            is.max_readers, is.readers,   is.max_key,  is.read_only};
  }

  slmdb_env *handle() const noexcept { return handle_.get(); }

 private:
  static slmdb_env *open(Bytes path, const EnvOptions &options) {
    if (abi_version() != SLMDB_ABI_VERSION)
      throw Error(Status::unavailable, "the loaded libslmdb has ABI " + std::to_string(abi_version()) +
                                           " and this program needs ABI " + std::to_string(SLMDB_ABI_VERSION) +
                                           ": take both of one version");
    slmdb_env_options as{};
    as.struct_size = sizeof as;
    as.map_size = options.map_size;
    as.max_databases = options.max_databases;
    as.max_readers = options.max_readers;
    as.mode = options.mode;
    as.durability = static_cast<std::int32_t>(options.durability);
    as.read_only = options.read_only;
    as.create_folder = options.create_folder;
    slmdb_env *env = nullptr;
    detail::call(slmdb_env_open, path.data(), path.size(), &as, &env);
    return env;
  }

  detail::Handle<slmdb_env, slmdb_env_close> handle_;
};

} // namespace slmdb

#endif // SLMDB_ENV_HPP
