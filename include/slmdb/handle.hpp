// A part of slmdb.hpp: calls of slmdb.h, and owners of its handles (internal).
#ifndef SLMDB_HANDLE_HPP
#define SLMDB_HANDLE_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "status.hpp"

namespace slmdb::detail {

// Calls a function of slmdb.h, and returns ok, not_found or buffer_too_small; throws whatever else it says.
template <class... Parameters, class... Arguments>
Status answer(std::int32_t (*function)(Parameters...), Arguments... arguments) {
  slmdb_error error;
  error.message[0] = '\0';
  const auto status = static_cast<Status>(function(arguments..., &error));
  if (status == Status::ok || status == Status::not_found || status == Status::buffer_too_small) return status;
  throw Error(status, error.message);
}

// Whether what a function was asked for is there. Nothing that is called by it or by `call` fills a buffer.
template <class... Parameters, class... Arguments>
bool found(std::int32_t (*function)(Parameters...), Arguments... arguments) {
  return answer(function, arguments...) == Status::ok;
}

template <class... Parameters, class... Arguments>
void call(std::int32_t (*function)(Parameters...), Arguments... arguments) {
  const Status status = answer(function, arguments...);
  if (status != Status::ok) throw Error(status, status_name(status));
}

// Asks for what does not fit into `buffer` once more, with a larger one, and cuts it to what was written.
template <class Ask>
bool filled(std::string &buffer, Ask ask) {
  std::size_t length = 0;
  Status status = ask(&length);
  while (status == Status::buffer_too_small) {
    buffer.resize(length);
    status = ask(&length);
  }
  buffer.resize(status == Status::ok ? length : 0);
  return status == Status::ok;
}

// The owner of a handle. A closed one keeps its number, which the library knows to be closed and says so.
template <class T, std::int32_t (*Close)(T *, slmdb_error *)>
class Handle {
 public:
  explicit Handle(T *handle) noexcept : handle_(handle), open_(handle != nullptr) {}
  Handle(Handle &&other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), open_(std::exchange(other.open_, false)) {}
  Handle &operator=(Handle &&other) noexcept {
    if (this == &other) return *this;
    if (open_) Close(handle_, nullptr);
    handle_ = std::exchange(other.handle_, nullptr);
    open_ = std::exchange(other.open_, false);
    return *this;
  }
  ~Handle() {
    if (open_) Close(handle_, nullptr);
  }

  T *get() const noexcept { return handle_; }

  // Another function than Close has closed it.
  void closed() noexcept { open_ = false; }

  // What was closed with its owner (a Database with its Env, a Cursor with its transaction) is no failure.
  void close() {
    if (!open_) return;
    try {
      call(Close, handle_);
    } catch (const Error &error) {
      if (error.code() != Status::closed && error.code() != Status::txn_ended) throw;
    }
    open_ = false;
  }

 private:
  T *handle_;
  bool open_;
};

} // namespace slmdb::detail

#endif // SLMDB_HANDLE_HPP
