// A part of slmdb.hpp: Scope.
#ifndef SLMDB_SCOPE_HPP
#define SLMDB_SCOPE_HPP

#include "handle.hpp"

namespace slmdb {

// A scope by its name. Belongs to no Env; make it once and use it often, from any thread.
class Scope {
 public:
  // The default scope. Where a function takes one, {} is it.
  Scope() noexcept : handle_(nullptr) {}

  // A named scope: 1 to 4,096 bytes of UTF-8. It is registered by its first put. Errors: empty_scope, invalid_scope.
  explicit Scope(Bytes name) : handle_(open(name)), named_(true) {}

  void close() { handle_.close(); }

  // Throws if the scope was moved from: the pointer is NULL then, which would be the default scope, another one's data.
  slmdb_scope *handle() const {
    if (named_ && !handle_.get()) throw Error(Status::closed, "this scope has been moved from");
    return handle_.get();
  }

 private:
  static slmdb_scope *open(Bytes name) {
    slmdb_scope *scope = nullptr;
    detail::call(slmdb_scope_open, name.data(), name.size(), &scope);
    return scope;
  }

  detail::Handle<slmdb_scope, slmdb_scope_close> handle_;
  bool named_ = false;
};

} // namespace slmdb

#endif // SLMDB_SCOPE_HPP
