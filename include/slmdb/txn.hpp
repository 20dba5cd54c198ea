// A part of slmdb.hpp: ReadTxn and WriteTxn.
#ifndef SLMDB_TXN_HPP
#define SLMDB_TXN_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handle.hpp"
#include "options.hpp"
#include "page.hpp"
#include "scope.hpp"

namespace slmdb {

// What ReadTxn and WriteTxn have in common. For one thread at a time, so no function takes a const one; and Database
// takes no temporary one, with which the result would end.
class Txn {
 public:
  // Ends the transaction and closes its cursors; drops the writes of a WriteTxn. Errors: wrong_thread, in_use.
  void abort() { handle_.close(); }

  // The id of a scope, if it is registered. Errors: invalid_argument (the default scope, which has none).
  std::optional<std::uint32_t> scope_id(const Scope &scope) {
    std::uint32_t id = 0;
    if (!detail::found(slmdb_registry_id, handle(), scope.handle(), &id)) return std::nullopt;
    return id;
  }

  // The registered scopes, by name in the order of its bytes.
  std::vector<ScopeInfo> scopes() {
    std::vector<ScopeInfo> all;
    list(slmdb_registry_list, [&all](Bytes name, Bytes id) {
      std::uint32_t number = 0;
      for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(id[i]);
      all.push_back({std::string(name), number});
    });
    return all;
  }

  // The databases of the Env, by name, whether they are open here or not. Errors: conflict (begin again).
  std::vector<DatabaseInfo> databases() {
    std::vector<DatabaseInfo> all;
    list(slmdb_db_list, [&all](Bytes name, Bytes map) { all.push_back(database_info(name, map)); });
    return all;
  }

  slmdb_txn *handle() const noexcept { return handle_.get(); }

 protected:
  explicit Txn(slmdb_txn *txn) noexcept : handle_(txn) {}
  Txn(Txn &&) noexcept = default;
  Txn &operator=(Txn &&) noexcept = default;
  ~Txn() = default;

  static slmdb_txn *begin(slmdb_env *env, std::int32_t mode) {
    slmdb_txn *txn = nullptr;
    detail::call(slmdb_txn_begin, env, mode, &txn);
    return txn;
  }

  detail::Handle<slmdb_txn, slmdb_txn_abort> handle_;

 private:
  template <class Open, class Row>
  void list(Open open, Row row) {
    slmdb_cursor *opened = nullptr;
    detail::call(open, handle(), &opened);
    const detail::Handle<slmdb_cursor, slmdb_cursor_close> cursor(opened);
    const void *name = nullptr, *said = nullptr;
    std::size_t name_length = 0, said_length = 0;
    while (detail::found(slmdb_cursor_next, cursor.get(), &name, &name_length, &said, &said_length))
      row(bytes(name, name_length), bytes(said, said_length));
  }

  static DatabaseInfo database_info(Bytes name, Bytes map) {
    DatabaseInfo info{std::string(name), std::nullopt, Layout::automatic, Type::automatic, Type::automatic, false, 0};
    detail::Reader reader(map);
    for (std::uint64_t left = reader.enter() / 2; left > 0; left--) {
      const Bytes what = reader.content();
      if (what == "kind") {
        const std::uint64_t kind = reader.number();
        if (kind != 0) info.kind = static_cast<Kind>(kind);
      } else if (what == "layout") info.layout = static_cast<Layout>(reader.number());
      else if (what == "key_type") info.key_type = static_cast<Type>(reader.number());
      else if (what == "value_type") info.value_type = static_cast<Type>(reader.number());
      else if (what == "unnamed_default") info.unnamed_default = reader.number() != 0;
      else if (what == "entries") info.entries = reader.number();
      else reader.object(); // of a newer library
    }
    return info;
  }
};

// A snapshot: sees what was committed when it began. From Env::read.
class ReadTxn : public Txn {
 public:
  // Whether nobody, in any process, has committed since it began: another one that begins now would see the same.
  bool is_newest() {
    bool is = false;
    detail::call(slmdb_txn_is_newest, handle(), &is);
    return is;
  }

 private:
  friend class Env;
  explicit ReadTxn(slmdb_env *env) : Txn(begin(env, SLMDB_READ)) {}
};

// The one write transaction of the Env, over all processes, from Env::write; or a child of it. It ends on the thread
// that began it.
class WriteTxn : public Txn {
 public:
  // Ends the transaction and makes its writes durable and visible, all or none; those of a child are handed to its
  // parent. Whatever is thrown but wrong_thread and in_use, it has ended.
  void commit() {
    detail::call(slmdb_txn_commit, handle());
    handle_.closed();
  }

  // Begins a child, whose writes can be dropped without those before it. Until it ends this one is in_use for
  // everything but abort().
  WriteTxn child() {
    slmdb_txn *txn = nullptr;
    detail::call(slmdb_txn_child, handle(), &txn);
    return WriteTxn(txn);
  }

  // Registers a scope if it is not, as a put does by itself, and returns its id. Errors: invalid_argument (the default
  // scope, here and below).
  std::uint32_t register_scope(const Scope &scope) {
    std::uint32_t id = 0;
    detail::call(slmdb_registry_register, handle(), scope.handle(), &id);
    return id;
  }

  // Gives a scope another name in all databases; false if it is not registered. Errors: key_exists (`to` is).
  bool rename_scope(const Scope &from, const Scope &to) {
    return detail::found(slmdb_registry_rename, handle(), from.handle(), to.handle());
  }

  // Deletes all that a scope holds in all databases, unregisters it, and returns how many entries there were; nothing
  // if it is not registered. Errors: conflict (begin again; here and below).
  std::optional<std::uint64_t> drop_scope(const Scope &scope) {
    std::uint64_t count = 0;
    if (!detail::found(slmdb_registry_drop, handle(), scope.handle(), &count)) return std::nullopt;
    return count;
  }

  // Unregisters the scopes that hold nothing in any database, and returns how many there were.
  std::uint64_t prune_scopes() {
    std::uint64_t count = 0;
    detail::call(slmdb_registry_prune, handle(), &count);
    return count;
  }

 private:
  friend class Env;
  explicit WriteTxn(slmdb_env *env) : Txn(begin(env, SLMDB_WRITE)) {}
  explicit WriteTxn(slmdb_txn *child) noexcept : Txn(child) {}
};

} // namespace slmdb

#endif // SLMDB_TXN_HPP
