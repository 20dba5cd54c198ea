// A part of slmdb.hpp: statuses, Error, and what the library says of itself.
#ifndef SLMDB_STATUS_HPP
#define SLMDB_STATUS_HPP

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "../slmdb.h"

namespace slmdb {

using Bytes = std::string_view;
using Entry = std::pair<Bytes, Bytes>;                   // a key and its value, not copied
using EntryCopy = std::pair<std::string, std::string>;   // a key and its value

// Any memory as Bytes.
inline Bytes bytes(const void *data, std::size_t size) noexcept { return {static_cast<const char *>(data), size}; }

// The statuses of slmdb.h.
enum class Status : std::int32_t {
  ok = SLMDB_OK,
  not_found = SLMDB_NOT_FOUND,
  key_exists = SLMDB_KEY_EXISTS,
  empty_scope = SLMDB_EMPTY_SCOPE,
  invalid_scope = SLMDB_INVALID_SCOPE,
  empty_key = SLMDB_EMPTY_KEY,
  key_too_long = SLMDB_KEY_TOO_LONG,
  value_too_large = SLMDB_VALUE_TOO_LARGE,
  invalid_key = SLMDB_INVALID_KEY,
  invalid_value = SLMDB_INVALID_VALUE,
  invalid_name = SLMDB_INVALID_NAME,
  kind_mismatch = SLMDB_KIND_MISMATCH,
  layout_mismatch = SLMDB_LAYOUT_MISMATCH,
  database_not_found = SLMDB_DATABASE_NOT_FOUND,
  format_too_new = SLMDB_FORMAT_TOO_NEW,
  corrupt = SLMDB_CORRUPT,
  read_only = SLMDB_READ_ONLY,
  map_full = SLMDB_MAP_FULL,
  databases_full = SLMDB_DATABASES_FULL,
  readers_full = SLMDB_READERS_FULL,
  txn_full = SLMDB_TXN_FULL,
  txn_ended = SLMDB_TXN_ENDED,
  nested = SLMDB_NESTED,
  wrong_thread = SLMDB_WRONG_THREAD,
  in_use = SLMDB_IN_USE,
  closed = SLMDB_CLOSED,
  invalid_handle = SLMDB_INVALID_HANDLE,
  forked = SLMDB_FORKED,
  invalid_argument = SLMDB_INVALID_ARGUMENT,
  buffer_too_small = SLMDB_BUFFER_TOO_SMALL,
  path_not_found = SLMDB_PATH_NOT_FOUND,
  not_an_environment = SLMDB_NOT_AN_ENVIRONMENT,
  permission_denied = SLMDB_PERMISSION_DENIED,
  disk_full = SLMDB_DISK_FULL,
  io = SLMDB_IO,
  busy = SLMDB_BUSY,
  conflict = SLMDB_CONFLICT,
  commit_unknown = SLMDB_COMMIT_UNKNOWN,
  unavailable = SLMDB_UNAVAILABLE,
  canceled = SLMDB_CANCELED,
  out_of_memory = SLMDB_OUT_OF_MEMORY,
  internal = SLMDB_INTERNAL
};

// The name of a status, as in "KeyTooLong". Never throws.
inline const char *status_name(Status status) noexcept { return slmdb_status_name(static_cast<std::int32_t>(status)); }

// The version of the loaded library, as in "0.1.0".
inline const char *version() noexcept { return slmdb_version(); }

// The ABI of the loaded library. An Env is only opened with the one that this header was written for.
inline std::uint32_t abi_version() noexcept { return slmdb_abi_version(); }

// How many handles of all types are open in this process. For tests that end with zero.
inline std::uint64_t open_handles() noexcept { return slmdb_open_handles(); }

// What every function here throws. what() is the library's message: the thing, its limit and what to do.
class Error : public std::runtime_error {
 public:
  Error(Status code, const std::string &message) : std::runtime_error(message), code_(code) {}

  Status code() const noexcept { return code_; }
  const char *name() const noexcept { return status_name(code_); }

 private:
  Status code_;
};

} // namespace slmdb

#endif // SLMDB_STATUS_HPP
