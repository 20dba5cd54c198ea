// Is a library of another ABI refused before anything is asked of it? Run with old_abi.c preloaded.
#include <cstdio>
#include <string>

#include "slmdb.hpp"

int main() {
  try {
    const slmdb::Env env("nowhere");
  } catch (const slmdb::Error &error) {
    const std::string message = error.what();
    std::puts(error.what());
    return error.code() != slmdb::Status::unavailable || message.find("4711") == std::string::npos;
  }
  return 1;
}
