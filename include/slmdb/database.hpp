// A part of slmdb.hpp: Database.
#ifndef SLMDB_DATABASE_HPP
#define SLMDB_DATABASE_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cursor.hpp"
#include "txn.hpp"

namespace slmdb {

// A Database of an Env, from Env::database. For any number of threads at once. Each operation names a transaction and a
// scope; what is written is durable when the transaction has been committed.
class Database {
 public:
  // What it was opened as.
  DatabaseOptions describe() const {
    slmdb_db_options is{};
    is.struct_size = sizeof is;
    detail::call(slmdb_db_describe, handle(), &is);
    return {static_cast<Kind>(is.kind),           static_cast<Layout>(is.layout), static_cast<Type>(is.key_type),
            static_cast<Type>(is.value_type), is.must_exist,                  is.unnamed_default};
  }

  // Frees the handle. Nothing stored changes.
  void close() { handle_.close(); }

  // The value under a key, not copied. Errors of all that take a key: key_too_long, invalid_key.
  std::optional<Bytes> get(Txn &txn, const Scope &scope, Bytes key) const {
    const void *value = nullptr;
    std::size_t length = 0;
    if (!detail::found(slmdb_db_get, txn.handle(), handle(), scope.handle(), key.data(), key.size(), &value, &length))
      return std::nullopt;
    return bytes(value, length);
  }

  // A copy of the value under a key.
  std::optional<std::string> get_copy(Txn &txn, const Scope &scope, Bytes key) const {
    std::string value(256, '\0');
    const bool found = detail::filled(value, [&](std::size_t *length) {
      return detail::answer(slmdb_db_get_copy, txn.handle(), handle(), scope.handle(), key.data(), key.size(),
                            static_cast<void *>(value.data()), value.size(), length);
    });
    if (!found) return std::nullopt;
    return value;
  }

  bool contains(Txn &txn, const Scope &scope, Bytes key) const {
    bool is = false;
    detail::call(slmdb_db_contains, txn.handle(), handle(), scope.handle(), key.data(), key.size(), &is);
    return is;
  }

  // Copies of the values under many keys, in their order, by one call. Keys is anything to loop over that holds Bytes:
  // get_many(txn, scope, {"a", "b"}).
  template <class Keys = std::vector<Bytes>>
  std::vector<std::optional<std::string>> get_many(Txn &txn, const Scope &scope, const Keys &keys) const {
    detail::PageWriter page;
    for (const auto &key : keys) page.add_key(raw_key(), key);
    const std::string packed = get_page(txn, scope, page.finish());
    std::vector<std::optional<std::string>> values;
    detail::Reader reader(packed);
    for (std::uint64_t left = reader.enter() / 2; left > 0; left--) {
      const bool found = reader.number() != 0;
      if (found) values.emplace_back(raw_value() ? reader.content() : reader.object());
      else reader.object(), values.emplace_back();
    }
    return values;
  }

  // As get_many, from a page of keys to a page of true and value, or false and nil; see slmdb_db_get_many.
  std::string get_page(Txn &txn, const Scope &scope, Bytes keys) const {
    std::string page(4 << 10, '\0');
    detail::filled(page, [&](std::size_t *length) {
      return detail::answer(slmdb_db_get_many, txn.handle(), handle(), scope.handle(), keys.data(), keys.size(),
                            static_cast<void *>(page.data()), page.size(), length);
    });
    return page;
  }

  // An entry by its place in the order of keys, not copied.
  std::optional<Entry> find(Txn &txn, const Scope &scope, Which which, Bytes key = {}) const {
    const void *at = nullptr, *value = nullptr;
    std::size_t at_length = 0, length = 0;
    if (!detail::found(slmdb_db_find, txn.handle(), handle(), scope.handle(), static_cast<std::int32_t>(which),
                       key.data(), key.size(), &at, &at_length, &value, &length))
      return std::nullopt;
    return Entry(bytes(at, at_length), bytes(value, length));
  }
  std::optional<Entry> first(Txn &txn, const Scope &scope) const { return find(txn, scope, Which::first); }
  std::optional<Entry> last(Txn &txn, const Scope &scope) const { return find(txn, scope, Which::last); }
  std::optional<Entry> at_or_after(Txn &txn, const Scope &scope, Bytes key) const {
    return find(txn, scope, Which::at_or_after, key);
  }
  std::optional<Entry> after(Txn &txn, const Scope &scope, Bytes key) const {
    return find(txn, scope, Which::after, key);
  }
  std::optional<Entry> at_or_before(Txn &txn, const Scope &scope, Bytes key) const {
    return find(txn, scope, Which::at_or_before, key);
  }
  std::optional<Entry> before(Txn &txn, const Scope &scope, Bytes key) const {
    return find(txn, scope, Which::before, key);
  }

  // A walk over the entries of a range. Raw keys come in the order of their unsigned bytes, typed ones in their natural
  // order. Errors of all that take a Range: invalid_argument, key_too_long, invalid_key.
  Cursor range(Txn &txn, const Scope &scope, const Range &range = {}) const {
    const slmdb_range wanted = range.c_range();
    slmdb_cursor *cursor = nullptr;
    detail::call(slmdb_cursor_open, txn.handle(), handle(), scope.handle(), &wanted, &cursor);
    return Cursor(cursor, kind_, range);
  }

  // How many entries are in a range without a limit. Costs as reading them.
  std::uint64_t count(Txn &txn, const Scope &scope, const Range &range = {}) const {
    const slmdb_range wanted = range.c_range();
    std::uint64_t count = 0;
    detail::call(slmdb_db_count, txn.handle(), handle(), scope.handle(), &wanted, &count);
    return count;
  }

  bool is_empty(Txn &txn, const Scope &scope) const {
    bool is = false;
    detail::call(slmdb_db_is_empty, txn.handle(), handle(), scope.handle(), &is);
    return is;
  }

  // What a scope holds here, measured exactly. Costs as reading it.
  DatabaseStats stat(Txn &txn, const Scope &scope) const {
    slmdb_db_stats stats{};
    stats.struct_size = sizeof stats;
    detail::call(slmdb_db_stat, txn.handle(), handle(), scope.handle(), &stats);
    return {stats.entries, stats.key_bytes, stats.value_bytes};
  }

  // Stores a value under a key, replacing what was there, and registers the scope if it is new. Errors of all that put:
  // empty_key, key_too_long, value_too_large, invalid_key, invalid_value, read_only, map_full, txn_full, conflict.
  void put(WriteTxn &txn, const Scope &scope, Bytes key, Bytes value) const {
    detail::call(slmdb_db_put, txn.handle(), handle(), scope.handle(), key.data(), key.size(), value.data(),
                 value.size());
  }

  // As put, in a transaction of its own: returns once it is durable, and shares the commit with other threads that wait.
  // Errors: those of put, and nested (this thread has the write transaction), busy (within a batch's callback).
  void apply_put(const Scope &scope, Bytes key, Bytes value) const {
    detail::call(slmdb_db_apply_put, handle(), scope.handle(), key.data(), key.size(), value.data(), value.size());
  }

  // As put, if nothing is under the key; returns whether it stored.
  bool put_if_absent(WriteTxn &txn, const Scope &scope, Bytes key, Bytes value) const {
    bool stored = false;
    detail::call(slmdb_db_put_if_absent, txn.handle(), handle(), scope.handle(), key.data(), key.size(), value.data(),
                 value.size(), &stored);
    return stored;
  }

  // As put; returns the value that was there, which lives until the transaction's next write.
  std::optional<Bytes> replace(WriteTxn &txn, const Scope &scope, Bytes key, Bytes value) const {
    const void *old = nullptr;
    std::size_t length = 0;
    bool existed = false;
    detail::call(slmdb_db_replace, txn.handle(), handle(), scope.handle(), key.data(), key.size(), value.data(),
                 value.size(), &old, &length, &existed);
    if (!existed) return std::nullopt;
    return bytes(old, length);
  }

  // Deletes an entry and returns its value, which lives until the transaction's next write.
  std::optional<Bytes> pop(WriteTxn &txn, const Scope &scope, Bytes key) const {
    const void *value = nullptr;
    std::size_t length = 0;
    if (!detail::found(slmdb_db_pop, txn.handle(), handle(), scope.handle(), key.data(), key.size(), &value, &length))
      return std::nullopt;
    return bytes(value, length);
  }

  // As put, if the value under the key is `expected`; returns whether it swapped. Without an entry it does not.
  bool compare_and_swap(WriteTxn &txn, const Scope &scope, Bytes key, Bytes expected, Bytes value) const {
    bool swapped = false;
    detail::call(slmdb_db_compare_and_swap, txn.handle(), handle(), scope.handle(), key.data(), key.size(),
                 expected.data(), expected.size(), value.data(), value.size(), &swapped);
    return swapped;
  }

  // Stores many entries by one call, all or none, and returns how many. Entries is anything to loop over that holds
  // pairs of Bytes, such as a std::map of strings: put_many(txn, scope, {{"a", "1"}, {"b", "2"}}).
  template <class Entries = std::vector<Entry>>
  std::uint64_t put_many(WriteTxn &txn, const Scope &scope, const Entries &entries) const {
    detail::PageWriter page;
    add_all(page, entries);
    return put_page(txn, scope, page.finish());
  }

  // As put_many, from a page; see "pages" in slmdb.h. Errors: invalid_argument for one that is broken.
  std::uint64_t put_page(WriteTxn &txn, const Scope &scope, Bytes entries) const {
    std::uint64_t count = 0;
    detail::call(slmdb_db_put_many, txn.handle(), handle(), scope.handle(), entries.data(), entries.size(), &count);
    return count;
  }

  // Deletes an entry; returns whether it was there.
  bool del(WriteTxn &txn, const Scope &scope, Bytes key) const {
    bool deleted = false;
    detail::call(slmdb_db_delete, txn.handle(), handle(), scope.handle(), key.data(), key.size(), &deleted);
    return deleted;
  }

  // Deletes the entries of a range without a limit; returns how many there were.
  std::uint64_t delete_range(WriteTxn &txn, const Scope &scope, const Range &range) const {
    const slmdb_range wanted = range.c_range();
    std::uint64_t count = 0;
    detail::call(slmdb_db_delete_range, txn.handle(), handle(), scope.handle(), &wanted, &count);
    return count;
  }

  // Deletes all entries of a scope in this Database; returns how many there were. The scope stays registered.
  std::uint64_t clear(WriteTxn &txn, const Scope &scope) const {
    std::uint64_t count = 0;
    detail::call(slmdb_db_clear, txn.handle(), handle(), scope.handle(), &count);
    return count;
  }

  slmdb_db *handle() const noexcept { return handle_.get(); }

 private:
  friend class Env;
  friend class Batch;
  Database(slmdb_env *env, Bytes name, const DatabaseOptions &options) : handle_(open(env, name, options)) {
    kind_ = options.kind;
  }

  static slmdb_db *open(slmdb_env *env, Bytes name, const DatabaseOptions &options) {
    slmdb_db_options as{};
    as.struct_size = sizeof as;
    as.kind = static_cast<std::int32_t>(options.kind);
    as.layout = static_cast<std::int32_t>(options.layout);
    as.key_type = static_cast<std::int32_t>(options.key_type);
    as.value_type = static_cast<std::int32_t>(options.value_type);
    as.must_exist = options.must_exist;
    as.unnamed_default = options.unnamed_default;
    slmdb_db *db = nullptr;
    detail::call(slmdb_db_open, env, name.data(), name.size(), &as, &db);
    return db;
  }

  bool raw_key() const noexcept { return kind_ != Kind::typed; }
  bool raw_value() const noexcept { return kind_ == Kind::bytes; }

  template <class Entries>
  void add_all(detail::PageWriter &page, const Entries &entries) const {
    for (const auto &[key, value] : entries) {
      page.add_key(raw_key(), key);
      page.add_value(raw_value(), value);
    }
  }

  detail::Handle<slmdb_db, slmdb_db_close> handle_;
  Kind kind_ = Kind::bytes;
};

} // namespace slmdb

#endif // SLMDB_DATABASE_HPP
