// Is a batch done whole or not at all, and does its future or its callback say so exactly once, from any thread?
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include "check.hpp"

using namespace slmdb;

static std::uint64_t count(const Env &env, const Database &db, const Scope &scope) {
  return env.view([&](ReadTxn &txn) { return db.count(txn, scope); });
}

static void futures(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  const Scope a("a"), b("b");
  Batch batch = env.batch();
  batch.put(db, a, "k", "v");
  batch.put(db, b, "k", "v");
  batch.put_if_absent(db, a, "new", "v");
  batch.put_many(db, a, {{"m1", "1"}, {"m2", "2"}});
  batch.put_page(db, a, "\x92\xc4\1p\xc4\1v"sv);
  bool deleted = false, missing = true;
  std::uint64_t cleared = 0;
  batch.del(db, a, "m1", &deleted);
  batch.del(db, a, "m1", &missing);
  batch.del(db, a, "m1");
  batch.clear(db, b, &cleared);
  batch.clear(db, b);
  CHECK(count(env, db, a) == 0);
  std::future<void> future = batch.submit();
  THROWS(closed, batch.put(db, a, "late", "v"));
  THROWS(closed, batch.submit());
  batch.close(); // nothing
  future.get();
  CHECK(deleted && !missing && cleared == 1);
  CHECK(count(env, db, a) == 4 && count(env, db, b) == 0);

  Batch refused = env.batch(), after = env.batch();
  refused.put(db, a, "half", "v");
  refused.put_if_absent(db, a, "k", "v");
  after.put(db, a, "after", "v");
  future = refused.submit();
  std::future<void> next = after.submit();
  THROWS(key_exists, future.get());
  next.get();
  CHECK(count(env, db, a) == 5);

  Batch kept = env.batch();
  kept.put(db, a, "kept", "v");
  THROWS(empty_key, kept.put(db, a, "", "v"));
  THROWS(key_too_long, kept.del(db, a, std::string(508, 'k')));
  THROWS(invalid_argument, kept.put_page(db, a, "no page"));
  THROWS(empty_key, kept.put_many(db, a, {{"x", ""}, {"", ""}}));
  kept.submit(); // and its future is destroyed, which waits for nothing
  env.flush();
  CHECK(count(env, db, a) == 6);
  Batch waited = env.batch(), again = env.batch();
  waited.put_if_absent(db, b, "waited", "v");
  again.put_if_absent(db, b, "waited", "v");
  {
    WriteTxn txn = env.write();
    THROWS(nested, waited.apply()); // and it is still open
    THROWS(nested, db.apply_put(b, "waited", "w"));
  }
  waited.apply();
  CHECK(count(env, db, b) == 1);
  THROWS(key_exists, again.apply());
  THROWS(closed, again.apply());
  THROWS(closed, waited.submit());
  db.apply_put(b, "waited", "w");
  CHECK(count(env, db, b) == 1 && env.view([&](ReadTxn &txn) { return *db.get(txn, b, "waited") == "w"; }));
  Batch dropped = env.batch();
  dropped.put(db, a, "dropped", "v");
  dropped.close();
  THROWS(closed, dropped.submit());
  env.batch().put(db, a, "dropped", "v");
  env.flush();
  CHECK(count(env, db, a) == 6);
}

static void callbacks(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  int calls = 0;
  std::optional<Status> failure;
  auto alive = std::make_shared<int>(0);
  const auto batch_of = [&](Bytes key) {
    Batch batch = env.batch();
    batch.put_if_absent(db, {}, key, "v");
    return batch;
  };
  batch_of("k").submit([&calls, alive, only = std::make_unique<int>(1)](const Error *failed) {
    calls += failed ? 100 : *only;
  });
  env.flush();
  CHECK(calls == 1 && alive.use_count() == 1); // the closure is gone
  batch_of("k").submit([&, alive](const Error *failed) {
    if (failed) failure = failed->code();
    if (failed && *failed->what()) calls++;
  });
  env.flush();
  CHECK(failure == Status::key_exists && calls == 2 && alive.use_count() == 1);
  batch_of("l").submit([&](const Error *) {
    calls++;
    throw std::logic_error("nowhere to go");
  });
  batch_of("m").submit([&](const Error *failed) { calls += failed ? 100 : 1; });
  env.flush();
  CHECK(calls == 4);
  const auto done = [alive](const Error *) {};
  THROWS(invalid_handle, ([&] {
           Batch batch = batch_of("n"), moved = std::move(batch);
           batch.submit(done); // NOLINT
         }()));
  CHECK(alive.use_count() == 2); // `done` and `alive`: what could not be submitted is not kept

  batch_of("n").submit([&](const Error *) {
    THROWS(busy, env.flush());
    THROWS(busy, env.close());
    batch_of("o").submit([&](const Error *failed) { calls += failed ? 100 : 1; });
  });
  env.flush();
  env.flush(); // also for the one that the callback submitted
  CHECK(calls == 5 && count(env, db, {}) == 5);

  WriteTxn txn = env.write();
  std::future<void> waits = batch_of("p").submit();
  THROWS(nested, env.flush());
  CHECK(waits.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  txn.abort();
  waits.get();
  batch_of("q").submit([&](const Error *) { calls++; });
  env.close(); // waits for what was submitted
  CHECK(calls == 6);
}

static void threads(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  std::vector<std::thread> tenants;
  for (int tenant = 0; tenant < 4; tenant++)
    tenants.emplace_back([&, tenant] {
      const Scope scope("tenant" + std::to_string(tenant));
      std::vector<std::future<void>> submitted;
      for (int i = 0; i < 50; i++) {
        Batch batch = env.batch();
        batch.put(db, scope, std::to_string(i), "v");
        batch.put_if_absent(db, scope, i % 10 == 9 ? "0" : "n" + std::to_string(i), "v");
        submitted.push_back(batch.submit());
      }
      int failed = 0;
      for (auto &future : submitted) {
        try {
          future.get();
        } catch (const Error &error) {
          failed += error.code() == Status::key_exists;
        }
      }
      CHECK(failed == 5 && count(env, db, scope) == 90);
    });
  for (auto &tenant : tenants) tenant.join();
}

int main() { return check::run("batches", {futures, callbacks, threads}); }
