// Did a call do what slmdb.hpp says? Assertions for the programs of this folder, and an Env for them to work in.
#ifndef CPP_CHECK_HPP
#define CPP_CHECK_HPP

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slmdb.hpp"

using namespace std::string_view_literals;
using slmdb::Bytes;
using slmdb::Status;

namespace check {

inline std::atomic<int> done{0}, failed{0};

// Counts one assertion. A failed one is told, and the program goes on: the next may say more about the cause.
inline bool is(bool held, const char *what, const char *file, int line) {
  done++;
  if (!held && ++failed < 20) std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  return held;
}

// Whether f throws an Error of this status, with a message.
template <class F>
bool throws(Status want, F f, const char *what, const char *file, int line) {
  try {
    f();
  } catch (const slmdb::Error &error) {
    if (error.code() != want) std::fprintf(stderr, "%s:%d: it is %s: %s\n", file, line, error.name(), error.what());
    return is(error.code() == want && *error.what() != '\0', what, file, line);
  }
  return is(false, what, file, line);
}

#define CHECK(...) check::is((__VA_ARGS__) ? true : false, #__VA_ARGS__, __FILE__, __LINE__)
#define THROWS(status, ...) \
  check::throws(Status::status, [&] { (void)(__VA_ARGS__); }, #__VA_ARGS__, __FILE__, __LINE__)

// A new folder, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string made = (std::filesystem::temp_directory_path() / "slmdb-cpp-XXXXXX").string();
    if (!mkdtemp(made.data())) std::abort();
    path = made;
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path;
};

// Without syncs: these programs ask what the header does, not what survives a power cut.
inline slmdb::EnvOptions options() {
  slmdb::EnvOptions o;
  o.map_size = 64 << 20;
  o.durability = slmdb::Durability::no_sync;
  return o;
}

// Runs a program's tests, each in a folder of its own, after which nothing may be open.
using Test = void (*)(const std::string &folder);
inline int run(const char *program, std::initializer_list<Test> tests) {
  for (const Test test : tests) {
    const Folder folder;
    try {
      test(folder.path);
    } catch (const std::exception &error) {
      std::fprintf(stderr, "%s: thrown: %s\n", program, error.what());
      failed++;
    }
    CHECK(slmdb::open_handles() == 0);
  }
  std::printf("%s: %d checks, %d failed\n", program, done.load(), failed.load());
  return failed != 0;
}

} // namespace check

#endif
