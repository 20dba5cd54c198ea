// A part of slmdb.hpp: Batch.
#ifndef SLMDB_BATCH_HPP
#define SLMDB_BATCH_HPP

#include <exception>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "database.hpp"

namespace slmdb {

// Asynchronous writes that are done together, all or none, from Env::batch. Filled by one thread at a time. Keys and
// values are copied. After an error, which is one of a put, the batch is as it was.
class Batch {
 public:
  void put(const Database &db, const Scope &scope, Bytes key, Bytes value) {
    detail::call(slmdb_batch_put, handle(), db.handle(), scope.handle(), key.data(), key.size(), value.data(),
                 value.size());
  }

  // A put of a key that must be new: if it is not, the batch fails whole, with key_exists.
  void put_if_absent(const Database &db, const Scope &scope, Bytes key, Bytes value) {
    detail::call(slmdb_batch_put_if_absent, handle(), db.handle(), scope.handle(), key.data(), key.size(),
                 value.data(), value.size());
  }

  // As Database::put_many and put_page.
  template <class Entries = std::vector<Entry>>
  void put_many(const Database &db, const Scope &scope, const Entries &entries) {
    detail::PageWriter page;
    db.add_all(page, entries);
    put_page(db, scope, page.finish());
  }
  void put_page(const Database &db, const Scope &scope, Bytes entries) {
    detail::call(slmdb_batch_put_many, handle(), db.handle(), scope.handle(), entries.data(), entries.size());
  }

  // That there is nothing to delete is no error; *deleted says whether there was something. It must live until the batch
  // is closed or has come to something, and holds unless that is an Error.
  void del(const Database &db, const Scope &scope, Bytes key, bool *deleted = nullptr) {
    detail::call(slmdb_batch_delete, handle(), db.handle(), scope.handle(), key.data(), key.size(), deleted);
  }

  // *count, for which the same holds, is how many entries there were.
  void clear(const Database &db, const Scope &scope, std::uint64_t *count = nullptr) {
    detail::call(slmdb_batch_clear, handle(), db.handle(), scope.handle(), count);
  }

  // Queues the batch and returns at once; it is closed, unless this throws. The future is ready once the writes are as
  // durable as the Env makes a commit, or throws the Error for which none of them was kept. Destroying it waits for
  // nothing.
  std::future<void> submit() {
    std::promise<void> promise;
    std::future<void> future = promise.get_future();
    submit([promise = std::move(promise)](const Error *failure) mutable {
      if (failure) promise.set_exception(std::make_exception_ptr(*failure));
      else promise.set_value();
    });
    return future;
  }

  // As submit(), and calls done(const Error *) exactly once: nullptr, or the failure, which lives for the call. done is
  // moved to where it lives until then. The call comes on a thread of the library, perhaps before this returns, and
  // must not last long; in it flush() and close() of the Env are busy. An exception that leaves it has nowhere to go
  // and is dropped. After an error done is destroyed without a call, and the batch is still open.
  template <class Done>
  void submit(Done &&done) {
    using Closure = std::decay_t<Done>;
    static_assert(std::is_invocable_v<Closure &, const Error *>, "done is called with a const Error *");
    auto closure = std::make_unique<Closure>(std::forward<Done>(done));
    detail::call(slmdb_batch_submit, handle(), &Batch::call_done<Closure>, static_cast<void *>(closure.get()));
    (void)closure.release(); // it is call_done's now, which may have deleted it already
    handle_.closed();
  }

  // Queues the batch and waits until its writes are durable, or throws the Error for which none of them was kept. It is
  // closed afterwards, but for the errors nested (this thread has the write transaction), busy (within a callback) and
  // in_use.
  void apply() {
    try {
      detail::call(slmdb_batch_apply, handle());
    } catch (const Error &failed) {
      const Status code = failed.code();
      if (code != Status::nested && code != Status::busy && code != Status::in_use) handle_.closed();
      throw;
    }
    handle_.closed();
  }

  // Frees a batch that was not submitted.
  void close() { handle_.close(); }

  slmdb_batch *handle() const noexcept { return handle_.get(); }

 private:
  friend class Env;
  explicit Batch(slmdb_env *env) : handle_(open(env)) {}

  static slmdb_batch *open(slmdb_env *env) {
    slmdb_batch *batch = nullptr;
    detail::call(slmdb_batch_open, env, &batch);
    return batch;
  }

  // noexcept, and all is caught: above this is C, then Go.
  template <class Closure>
  static void call_done(void *user, const slmdb_error *result) noexcept {
    const std::unique_ptr<Closure> done(static_cast<Closure *>(user));
    try {
      if (result->code == SLMDB_OK) {
        (*done)(nullptr);
      } else {
        const Error failure(static_cast<Status>(result->code), result->message);
        (*done)(&failure);
      }
    } catch (...) { // it has nowhere to go: see submit
    }
  }

  detail::Handle<slmdb_batch, slmdb_batch_close> handle_;
};

} // namespace slmdb

#endif // SLMDB_BATCH_HPP
