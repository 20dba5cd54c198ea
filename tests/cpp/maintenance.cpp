// Does work on a whole Env hand out its answer, tell of its progress, and end by false and by an exception?
#include <fstream>
#include <stdexcept>

#include "check.hpp"

using namespace slmdb;

static constexpr int each = 3000; // enough for several calls of progress

static std::uint64_t count(const Env &env, Bytes db, const Scope &scope) {
  const Database in = env.database(db);
  return env.view([&](ReadTxn &txn) { return in.count(txn, scope); });
}

static void fill(const Env &env) {
  const Database db = env.database("d"), other = env.database("e");
  const Scope a("a"), b("b");
  env.update([&](WriteTxn &txn) {
    for (int i = 0; i < each; i++) db.put(txn, a, "key" + std::to_string(i), "v");
    db.put(txn, b, "of b", "v");
    db.put(txn, {}, "default", "v");
    other.put(txn, b, "other", "v");
  });
}

// Whether an answer, which begins as a map, has a key with this value. Numbers of 8 bytes are 0xcf and big-endian.
static bool says(const std::string &answer, const std::string &key, std::uint64_t number) {
  std::string packed = static_cast<char>(0xa0 + key.size()) + key + '\xcf';
  for (int shift = 56; shift >= 0; shift -= 8) packed += static_cast<char>(number >> shift & 0xff);
  return answer.find(packed) != std::string::npos;
}
static bool says(const std::string &answer, const std::string &key, bool is) {
  return answer.find(static_cast<char>(0xa0 + key.size()) + key + (is ? '\xc3' : '\xc2')) != std::string::npos;
}
static bool is_map(const std::string &answer) { return (answer.at(0) & 0xf0) == 0x80; }

static EnvOptions made() {
  EnvOptions o = check::options();
  o.create_folder = true;
  return o;
}

static void answers(const std::string &folder) {
  const Env env(folder + "/env", made());
  fill(env);
  const Scope a("a"), b("b"), none;
  std::string said = measure(env);
  CHECK(is_map(said) && says(said, "entries", std::uint64_t{each}) && says(said, "estimated", false));
  said = measure(env, {"d", &b});
  CHECK(says(said, "entries", std::uint64_t{1}) && !says(said, "entries", std::uint64_t{each}));
  said = measure(env, {"d", &none});
  CHECK(says(said, "entries", std::uint64_t{1}) && says(said, "key_bytes", std::uint64_t{7}));
  CHECK(says(measure(env, {}, true), "estimated", true));
  THROWS(database_not_found, measure(env, {"none", nullptr}));
  const Scope unknown("unknown");
  THROWS(not_found, measure(env, {{}, &unknown}));

  std::uint64_t calls = 0;
  said = verify(env, [&](std::uint64_t, std::uint64_t) { return ++calls > 0; });
  CHECK(is_map(said) && says(said, "sound", true) && says(said, "harmful", std::uint64_t{0}) && calls > 0);
  {
    ReadTxn txn = env.read();
    said = readers(env);
    CHECK(is_map(said) && said.find("process") != std::string::npos && said.find("behind") != std::string::npos);
  }
  CHECK(clear_readers(env) == 0);

  for (const bool compact : {false, true}) {
    const std::string copy = folder + (compact ? "/compact" : "/backup");
    CHECK(backup(env, copy, compact).find("size") != std::string::npos);
    const Env copied(copy, check::options());
    CHECK(count(copied, "d", a) == each && count(copied, "e", b) == 1 && count(copied, "d", {}) == 1);
    THROWS(invalid_argument, backup(env, copy, compact));
  }
}

static void moves(const std::string &folder) {
  const Env env(folder + "/env", made());
  fill(env);
  const Scope a("a"), b("b"), c("c"), none;
  for (const Format format : {Format::blocks, Format::lines}) {
    const std::string name = folder + (format == Format::blocks ? "/blocks" : "/lines");
    const Env to(name + ".env", made());
    CHECK(says(export_to(env, name, {}, format), "entries", std::uint64_t{each + 3}));
    CHECK(says(export_to(env, name + ".a", {"d", &a}, format), "entries", std::uint64_t{each}));
    CHECK(says(import_from(to, name), "entries", std::uint64_t{each + 3}));
    CHECK(count(to, "d", a) == each && count(to, "d", b) == 1 && count(to, "e", b) == 1 && count(to, "d", {}) == 1);
    THROWS(key_exists, import_from(to, name));
    CHECK(says(import_from(to, name, Existing::skip), "skipped", std::uint64_t{each + 3}));
    CHECK(says(import_from(to, name, Existing::overwrite), "skipped", std::uint64_t{0}));
    import_from(to, name + ".a", Existing::refuse, &c);
    CHECK(count(to, "d", c) == each);
    THROWS(invalid_argument, import_from(to, name, Existing::refuse, &none)); // nullptr keeps the name
    THROWS(invalid_argument, export_to(env, name));
    THROWS(path_not_found, import_from(to, name + ".none"));
    THROWS(corrupt, import_from(to, folder + "/env/data.mdb"));
  }
  const Env to(folder + "/to", made());
  CHECK(says(copy_scope(env, b, to), "entries", std::uint64_t{2}));
  THROWS(key_exists, copy_scope(env, b, to));
  CHECK(says(copy_scope(env, b, to, nullptr, Existing::skip), "skipped", std::uint64_t{2}));
  CHECK(says(copy_scope(env, b, env, &c), "entries", std::uint64_t{2}));
  CHECK(says(copy_scope(env, {}, to), "entries", std::uint64_t{1}) && count(to, "d", {}) == 1);
  CHECK(says(move_scope(env, a, to, &c), "entries", std::uint64_t{each}));
  CHECK(count(env, "d", a) == 0 && count(to, "d", c) == each);
  THROWS(not_found, move_scope(env, a, to));
  THROWS(invalid_argument, move_scope(env, none, to));
  CHECK(says(drop_scope(to, c, 100), "entries", std::uint64_t{each}) && count(to, "d", c) == 0);
  THROWS(not_found, drop_scope(to, c));
  THROWS(invalid_argument, drop_scope(to, none));
  Scope gone("gone");
  const Scope taken = std::move(gone);
  THROWS(closed, measure(env, {{}, &gone})); // NOLINT: never the data of the default scope
  THROWS(closed, import_from(to, folder + "/blocks", Existing::refuse, &gone));
}

// What is ended leaves nothing, and the exception comes out as it was thrown.
static void progress(const std::string &folder) {
  const Env env(folder + "/env", made()), to(folder + "/to", made());
  fill(env);
  const Scope a("a");
  const std::string kept = folder + "/kept", made_now = folder + "/new";
  export_to(env, kept, {{}, &a});
  int calls = 0, last = 0;
  const Progress ends = [&](std::uint64_t, std::uint64_t) { return ++calls < last; };
  const Progress throws = [&](std::uint64_t, std::uint64_t) {
    if (++calls == last) throw std::runtime_error("call " + std::to_string(last));
    return true;
  };
  const std::vector<void (*)(const Env &, const Env &, const std::string &, const Progress &)> works = {
      [](const Env &from, const Env &, const std::string &, const Progress &p) { measure(from, {}, false, p); },
      [](const Env &from, const Env &, const std::string &, const Progress &p) { verify(from, p); },
      [](const Env &from, const Env &, const std::string &path, const Progress &p) { backup(from, path, false, p); },
      [](const Env &from, const Env &, const std::string &path, const Progress &p) {
        export_to(from, path, {}, Format::lines, p);
      },
      [](const Env &, const Env &other, const std::string &path, const Progress &p) {
        import_from(other, path.substr(0, path.rfind('/')) + "/kept", Existing::refuse, nullptr, p);
      },
      [](const Env &from, const Env &other, const std::string &, const Progress &p) {
        copy_scope(from, Scope("a"), other, nullptr, Existing::refuse, p);
      },
      [](const Env &from, const Env &other, const std::string &, const Progress &p) {
        move_scope(from, Scope("a"), other, nullptr, p);
      },
  };
  const auto as_it_was = [&] {
    CHECK(count(env, "d", a) == each && count(to, "d", a) == 0 && !std::filesystem::exists(made_now));
  };
  for (const auto work : works)
    for (last = 1; last <= 2; last++) {
      calls = 0;
      THROWS(canceled, work(env, to, made_now, ends));
      CHECK(calls == last);
      as_it_was();
      calls = 0;
      std::string said;
      try {
        work(env, to, made_now, throws);
      } catch (const std::runtime_error &error) {
        said = error.what();
      }
      CHECK(said == "call " + std::to_string(last) && calls == last);
      as_it_was();
    }
  last = 3, calls = 0;
  THROWS(canceled, drop_scope(env, a, 100, ends));
  const std::uint64_t left = count(env, "d", a);
  CHECK(left > 0 && left < each);
  CHECK(says(drop_scope(env, a), "entries", left)); // it goes on

  THROWS(conflict, verify(env, [](std::uint64_t, std::uint64_t) -> bool {
           throw Error(Status::conflict, "an Error as well");
         }));
  CHECK(says(verify(env), "sound", true) && says(verify(to), "sound", true));
}

// A Source of a string, and a Sink into one.
static Source source_of(const std::string &from, std::size_t &at) {
  at = 0;
  return [&from, &at](char *buffer, std::size_t capacity) {
    const std::size_t n = from.copy(buffer, capacity, at);
    at += n;
    return n;
  };
}

static void streams(const std::string &folder) {
  const Env env(folder + "/env", made());
  fill(env);
  const Scope a("a"), b("b"), c("c");
  std::size_t at = 0, calls = 0;
  for (const Format format : {Format::blocks, Format::lines}) {
    const std::string name = folder + (format == Format::blocks ? "/blocks" : "/lines");
    std::string taken;
    const Sink sink = [&](Bytes some) { taken += some; };
    CHECK(says(export_to(env, sink, {}, format), "entries", std::uint64_t{each + 3}));
    export_to(env, name, {}, format);
    CHECK(says(verify_export(name), "entries", std::uint64_t{each + 3}));
    CHECK(says(verify_export(source_of(taken, at)), "entries", std::uint64_t{each + 3}) && at == taken.size());
    const Env to(name + ".env", made());
    CHECK(says(import_from(to, source_of(taken, at)), "entries", std::uint64_t{each + 3}));
    CHECK(count(to, "d", a) == each && count(to, "e", b) == 1);
    THROWS(key_exists, import_from(to, source_of(taken, at)));
    const std::string cut = taken.substr(0, taken.size() - 1);
    THROWS(corrupt, verify_export(source_of(cut, at)));
    THROWS(corrupt, import_from(to, source_of(cut, at), Existing::overwrite));
    taken.clear();
    export_to(env, sink, {"d", &b}, format);
    import_from(to, source_of(taken, at), Existing::refuse, &c);
    CHECK(count(to, "d", c) == 1);
  }
  std::string copied;
  backup(env, [&](Bytes some) { copied += some; }, true);
  std::filesystem::create_directory(folder + "/copy");
  std::ofstream(folder + "/copy/data.mdb", std::ios::binary) << copied;
  CHECK(count(Env(folder + "/copy", check::options()), "d", a) == each);

  const auto fails = [&](auto &&...) -> std::size_t { calls++; throw std::runtime_error("a stream's own"); };
  const Sink no_sink = [&](Bytes some) { fails(some); };
  const std::vector<std::function<void()>> works = {
      [&] { backup(env, no_sink); }, [&] { export_to(env, no_sink); }, [&] { verify_export(Source(fails)); },
      [&] { import_from(env, Source(fails)); }};
  for (const auto &work : works) {
    calls = 0;
    std::string said;
    try {
      work();
    } catch (const std::runtime_error &error) {
      said = error.what();
    }
    CHECK(said == "a stream's own" && calls == 1);
  }
  THROWS(invalid_argument, export_to(env, Sink()));
  THROWS(invalid_argument, import_from(env, Source()));
  THROWS(path_not_found, verify_export(folder + "/none"));
  CHECK(says(drop_orphan(env, 1, 10), "entries", std::uint64_t{0}));
}

static void refusals(const std::string &folder) {
  Env env(folder, check::options());
  fill(env);
  std::optional<Status> within;
  env.batch().submit([&](const Error *) {
    try {
      measure(env);
    } catch (const Error &error) {
      within = error.code();
    }
  });
  env.flush();
  CHECK(within == Status::busy);
  const Scope a("a");
  {
    WriteTxn txn = env.write();
    THROWS(nested, drop_scope(env, a));
    THROWS(nested, backup(env, folder + "/copy"));
  }
  THROWS(invalid_argument, backup(env, ""));
  THROWS(invalid_argument, export_to(env, "a\0b"sv));
  THROWS(path_not_found, export_to(env, folder + "/none/file"));
  env.close();
  THROWS(closed, measure(env));
  THROWS(closed, clear_readers(env));
}

int main() { return check::run("maintenance", {answers, moves, progress, streams, refusals}); }
