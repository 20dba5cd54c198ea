// A part of slmdb.hpp: measuring, verifying, backups, exports and imports; scopes copied, moved and dropped.
#ifndef SLMDB_MAINTENANCE_HPP
#define SLMDB_MAINTENANCE_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "env.hpp"

namespace slmdb {

// Told of progress now and then, in entries, bytes or pages; total 0: not known. false ends the work, which then throws
// canceled, unless it was as good as done, as at the last call of a drop or an import. An exception ends it in the same
// way, and is thrown once it has ended. Called on any thread, one call at a time, also while the work waits, and never
// after it has returned. An empty one is nobody.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

// Streams. A Sink takes all of the bytes, which live for the call; a Source writes up to `capacity` bytes to the buffer
// and returns how many, 0 at the end. Called on the thread that called the work; Progress may be told beside. An
// exception ends the work, and is thrown once it has ended.
using Sink = std::function<void(Bytes)>;
using Source = std::function<std::size_t(char *buffer, std::size_t capacity)>;

// A part of an Env; {} is all of it.
struct Selection {
  Bytes database = {};          // the only database; empty: all
  const Scope *scope = nullptr; // the only scope, which may be the default one; nullptr: all
};

// How an export is written.
enum class Format : std::int32_t { blocks = SLMDB_FORMAT_BLOCKS, lines = SLMDB_FORMAT_LINES };

// What becomes of what is there already.
enum class Existing : std::int32_t { refuse = SLMDB_REFUSE, overwrite = SLMDB_OVERWRITE, skip = SLMDB_SKIP };

namespace detail {

// Who follows a call, what streams through it, and what came out of it.
class Work {
 public:
  explicit Work(const Progress &progress, const Sink *sink = nullptr, const Source *source = nullptr)
      : progress_(progress), sink_(sink), source_(source) {
    work_.struct_size = sizeof work_;
    if (progress) work_.progress = &Work::tell;
    work_.answer = &Work::keep;
    work_.user = this;
  }
  Work(const Work &) = delete;
  Work &operator=(const Work &) = delete;

  // Calls a function of slmdb.h, whose last arguments are the work and the error.
  template <class... Parameters, class... Arguments>
  std::string run(std::int32_t (*function)(Parameters...), Arguments... arguments) {
    try {
      call(function, arguments..., &work_);
    } catch (const Error &) {
      if (!thrown_) throw;
    }
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(answer_);
  }

  // What slmdb.h calls with `this`. noexcept, and all is caught: above these is C, then Go.
  static std::int32_t write(void *user, const void *data, std::size_t length) noexcept {
    Work &work = *static_cast<Work *>(user);
    try {
      if (work.failed()) return SLMDB_CANCELED;
      (*work.sink_)(bytes(data, length));
      return SLMDB_OK;
    } catch (...) {
      work.keep_exception();
    }
    return SLMDB_IO;
  }

  static std::int32_t read(void *user, void *buffer, std::size_t capacity, std::size_t *length) noexcept {
    Work &work = *static_cast<Work *>(user);
    try {
      if (work.failed()) return SLMDB_CANCELED;
      *length = (*work.source_)(static_cast<char *>(buffer), capacity);
      return SLMDB_OK;
    } catch (...) {
      work.keep_exception();
    }
    return SLMDB_IO;
  }

 private:
  static bool tell(void *user, std::uint64_t done, std::uint64_t total) noexcept {
    Work &work = *static_cast<Work *>(user);
    try {
      return !work.failed() && work.progress_(done, total);
    } catch (...) {
      work.keep_exception();
    }
    return false;
  }

  static void keep(void *user, const void *document, std::size_t length) noexcept {
    Work &work = *static_cast<Work *>(user);
    try {
      work.answer_ = bytes(document, length);
    } catch (...) { // no memory
      work.keep_exception();
    }
  }

  // Progress may be told beside a stream's call. The first exception is the one to tell.
  bool failed() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return static_cast<bool>(thrown_);
  }
  void keep_exception() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!thrown_) thrown_ = std::current_exception();
  }

  const Progress &progress_;
  const Sink *sink_;
  const Source *source_;
  std::mutex mutex_; // of thrown_
  slmdb_work work_{};
  std::string answer_;
  std::exception_ptr thrown_;
};

inline slmdb_selection selected(const Selection &selection) {
  slmdb_selection as{};
  as.struct_size = sizeof as;
  as.database = selection.database.data();
  as.database_length = selection.database.size();
  if (selection.scope) {
    as.scope = selection.scope->handle();
    as.default_scope = !as.scope;
  }
  return as;
}

// NULL is the scope's own name, so the default scope cannot be said.
inline slmdb_scope *another(const Scope *as) {
  if (as && !as->handle())
    throw Error(Status::invalid_argument, "another scope must have a name: nullptr keeps its own");
  return as ? as->handle() : nullptr;
}

// An empty function would be refused by an exception that says little.
template <class Stream>
const Stream *given(const Stream &stream) {
  if (!stream) throw Error(Status::invalid_argument, "a stream is a function that takes or gives it, not an empty one");
  return &stream;
}

} // namespace detail

// slmdb.h says what these functions do, cost and refuse. What is returned is its answer: one MessagePack map, with the
// keys that slmdb.h names. None of them may be called by a thread that has a transaction of the Env open, nor by a
// batch's callback. Errors of all: invalid_argument, canceled, closed, io, readers_full, nested, busy.

// How full an Env or a part of it is: exactly, or by an estimate. Errors: not_found, database_not_found.
inline std::string measure(const Env &env, const Selection &selection = {}, bool estimate = false,
                           const Progress &progress = {}) {
  const slmdb_selection as = detail::selected(selection);
  return detail::Work(progress).run(slmdb_env_measure, env.handle(), &as, estimate);
}

// Looks for all that may be wrong with an Env; "sound" in the answer says whether something is.
inline std::string verify(const Env &env, const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_env_verify, env.handle());
}

// The slots of read transactions, of all processes.
inline std::string readers(const Env &env) { return detail::Work({}).run(slmdb_env_readers, env.handle()); }

// Frees the slots of processes that have died, and says how many.
inline std::uint64_t clear_readers(const Env &env) {
  std::uint64_t count = 0;
  detail::call(slmdb_env_clear_readers, env.handle(), &count);
  return count;
}

// Copies an Env into a new folder, while others read and write. Errors: disk_full, path_not_found, permission_denied.
inline std::string backup(const Env &env, Bytes folder, bool compact = false, const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_env_backup, env.handle(), folder.data(), folder.size(), compact);
}

// The same to a stream: the bytes of the data.mdb of such a folder. What was taken when it fails is no environment.
inline std::string backup(const Env &env, const Sink &to, bool compact = false, const Progress &progress = {}) {
  detail::Work work(progress, detail::given(to));
  return work.run(slmdb_env_backup_to, env.handle(), &detail::Work::write, static_cast<void *>(&work), compact);
}

// Writes an Env or a part of it to a new file. Errors: those of slmdb_env_export.
inline std::string export_to(const Env &env, Bytes file, const Selection &selection = {},
                             Format format = Format::blocks, const Progress &progress = {}) {
  const slmdb_selection as = detail::selected(selection);
  return detail::Work(progress).run(slmdb_env_export, env.handle(), file.data(), file.size(), &as,
                                    static_cast<std::int32_t>(format));
}

// The same to a stream.
inline std::string export_to(const Env &env, const Sink &to, const Selection &selection = {},
                             Format format = Format::blocks, const Progress &progress = {}) {
  const slmdb_selection as = detail::selected(selection);
  detail::Work work(progress, detail::given(to));
  return work.run(slmdb_env_export_to, env.handle(), &detail::Work::write, static_cast<void *>(&work), &as,
                  static_cast<std::int32_t>(format));
}

// Reads an export in a file to its end, and imports nothing. Errors: corrupt, with the place, format_too_new,
// path_not_found, permission_denied.
inline std::string verify_export(Bytes file, const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_export_verify, file.data(), file.size());
}

// The same of a stream.
inline std::string verify_export(const Source &from, const Progress &progress = {}) {
  detail::Work work(progress, nullptr, detail::given(from));
  return work.run(slmdb_export_verify_from, &detail::Work::read, static_cast<void *>(&work));
}

// Reads a file that export_to wrote, all or nothing; `as` is another scope for the only one in it. Errors: those of
// slmdb_env_import.
inline std::string import_from(const Env &env, Bytes file, Existing existing = Existing::refuse,
                               const Scope *as = nullptr, const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_env_import, env.handle(), file.data(), file.size(), detail::another(as),
                                    static_cast<std::int32_t>(existing));
}

// The same of a stream, which is verified while it is imported: slmdb.h says when it keeps writers waiting.
inline std::string import_from(const Env &env, const Source &from, Existing existing = Existing::refuse,
                               const Scope *as = nullptr, const Progress &progress = {}) {
  detail::Work work(progress, nullptr, detail::given(from));
  return work.run(slmdb_env_import_from, env.handle(), &detail::Work::read, static_cast<void *>(&work),
                  detail::another(as), static_cast<std::int32_t>(existing));
}

// Copies a scope with its entries in all databases to another Env or, as another scope, to the same. Errors: those of
// slmdb_env_import.
inline std::string copy_scope(const Env &from, const Scope &scope, const Env &to, const Scope *as = nullptr,
                              Existing existing = Existing::refuse, const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_scope_copy, from.handle(), scope.handle(), to.handle(), detail::another(as),
                                    static_cast<std::int32_t>(existing), false);
}

// As copy_scope to another Env, where the scope must have no entries, and then drops it here. Errors: conflict too,
// if somebody wrote to it meanwhile.
inline std::string move_scope(const Env &from, const Scope &scope, const Env &to, const Scope *as = nullptr,
                              const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_scope_copy, from.handle(), scope.handle(), to.handle(), detail::another(as),
                                    static_cast<std::int32_t>(SLMDB_REFUSE), true);
}

// As WriteTxn::drop_scope, in transactions of at most per_txn entries each (0: 16,384), between which others can write.
// Errors: not_found, read_only.
inline std::string drop_scope(const Env &env, const Scope &scope, std::uint64_t per_txn = 0,
                              const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_scope_drop, env.handle(), scope.handle(), per_txn);
}

// Deletes the entries of an id that no scope has, which verify calls an orphan, as drop_scope does. Errors:
// invalid_argument if a scope has the id, read_only.
inline std::string drop_orphan(const Env &env, std::uint32_t id, std::uint64_t per_txn = 0,
                               const Progress &progress = {}) {
  return detail::Work(progress).run(slmdb_orphan_drop, env.handle(), id, per_txn);
}

} // namespace slmdb

#endif // SLMDB_MAINTENANCE_HPP
