// Are writes kept when, and only when, a transaction is committed, and does the registry tell what they did?
#include <memory>
#include <stdexcept>
#include <thread>

#include "check.hpp"

using namespace slmdb;

static std::optional<std::string> now(const Env &env, const Database &db, Bytes key) {
  return env.view([&](ReadTxn &txn) { return db.get_copy(txn, {}, key); });
}

static void ends(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  { // the end of a block
    WriteTxn txn = env.write();
    db.put(txn, {}, "k", "dropped");
  }
  CHECK(!now(env, db, "k"));
  try {
    WriteTxn txn = env.write();
    db.put(txn, {}, "k", "dropped");
    throw std::logic_error("mine");
  } catch (const std::logic_error &) {
  }
  CHECK(!now(env, db, "k"));
  WriteTxn txn = env.write();
  db.put(txn, {}, "k", "aborted");
  txn.abort();
  txn.abort();
  CHECK(!now(env, db, "k"));
  THROWS(txn_ended, txn.commit());

  txn = env.write();
  ReadTxn before = env.read();
  db.put(txn, {}, "k", "kept");
  CHECK(before.is_newest());
  txn.commit();
  CHECK(!before.is_newest());
  txn.abort(); // nothing
  THROWS(txn_ended, db.put(txn, {}, "k", "late"));
  CHECK(now(env, db, "k") == "kept" && !db.get(before, {}, "k"));

  txn = env.write();
  THROWS(nested, env.write());
  WriteTxn moved = std::move(txn);
  THROWS(invalid_handle, db.put(txn, {}, "k", "v")); // NOLINT
  db.put(moved, {}, "k", "moved");
  moved = WriteTxn(std::move(moved));
  moved.commit();
  CHECK(now(env, db, "k") == "moved");
  ReadTxn read = env.read();
  read.abort();
  THROWS(txn_ended, db.get(read, {}, "k"));
  read = env.read();
  CHECK(db.get(read, {}, "k") == "moved");
}

static void functions(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  CHECK(env.update([&](WriteTxn &txn) { return db.put_if_absent(txn, {}, "k", "1"); }));
  env.update([&](WriteTxn &txn) { db.put(txn, {}, "l", "2"); });
  CHECK(now(env, db, "k") == "1" && now(env, db, "l") == "2");
  auto owner = env.update([&](WriteTxn &) { return std::make_unique<int>(7); }); // what can only be moved
  CHECK(*owner == 7);
  env.view([&](Txn &txn) { CHECK(db.get(txn, {}, "k") == "1"); });
  THROWS(io, env.view([](ReadTxn &) { throw Error(Status::io, "passed on"); }));

  try {
    env.update([&](WriteTxn &txn) {
      db.put(txn, {}, "k", "dropped");
      throw std::logic_error("mine");
    });
    CHECK(false);
  } catch (const std::logic_error &error) {
    CHECK(error.what() == "mine"sv);
  }
  CHECK(now(env, db, "k") == "1");
  THROWS(empty_key, env.update([&](WriteTxn &txn) { db.put(txn, {}, "k", "dropped"), db.put(txn, {}, "", ""); }));
  CHECK(now(env, db, "k") == "1");
  THROWS(txn_ended, env.update([&](WriteTxn &txn) { txn.abort(); }));
  THROWS(nested, env.update([&](WriteTxn &) { env.update([](WriteTxn &) {}); }));

  int runs = 0;
  env.update([&](WriteTxn &txn) {
    db.put(txn, {}, "run" + std::to_string(runs), "");
    if (++runs < 4) throw Error(Status::conflict, "as if another process had made a database");
  });
  CHECK(runs == 4 && !now(env, db, "run2") && now(env, db, "run3") == "");
  runs = 0;
  THROWS(conflict, env.update([&](WriteTxn &) {
           runs++;
           throw Error(Status::conflict, "always");
         }));
  CHECK(runs == 17);
}

static void children(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  WriteTxn txn = env.write();
  db.put(txn, {}, "a", "1");
  {
    WriteTxn child = txn.child();
    db.put(child, {}, "a", "2");
    THROWS(in_use, db.get(txn, {}, "a"));
    THROWS(in_use, txn.commit());
    CHECK(db.get(child, {}, "a") == "2");
  }
  CHECK(db.get(txn, {}, "a") == "1");
  WriteTxn child = txn.child();
  db.put(child, {}, "b", "2");
  child.commit();
  WriteTxn last = txn.child(), under = last.child();
  THROWS(in_use, txn.commit());
  under.abort(), last.abort();
  txn.commit();
  CHECK(now(env, db, "a") == "1" && now(env, db, "b") == "2");
  txn = env.write();
  child = txn.child();
  txn.abort(); // ends the child, too
  THROWS(txn_ended, db.put(child, {}, "k", "v"));
}

static void threads(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d");
  {
    WriteTxn txn = env.write();
    std::thread([&] {
      THROWS(wrong_thread, txn.commit());
      THROWS(wrong_thread, txn.abort());
    }).join();
    db.put(txn, {}, "k", "v"); // it is still open
    txn.commit();
  }
  CHECK(now(env, db, "k") == "v");
  std::vector<std::thread> adders;
  for (int i = 0; i < 4; i++)
    adders.emplace_back([&] {
      for (int n = 0; n < 100; n++)
        env.update([&](WriteTxn &txn) {
          const std::size_t length = db.get(txn, {}, "sum").value_or("").size();
          db.put(txn, {}, "sum", std::string(length + 1, '+'));
        });
    });
  for (auto &adder : adders) adder.join();
  CHECK(now(env, db, "sum")->size() == 400);
}

static void registry(const std::string &folder) {
  Env env(folder, check::options());
  const Database db = env.database("d"), typed = env.database("t", Kind::typed);
  DatabaseOptions heed;
  heed.kind = Kind::typed, heed.layout = Layout::heed, heed.key_type = Type::text, heed.value_type = Type::boolean;
  const Database crate = env.database("h", heed);
  const Scope a("a"), b("b"), c("c");
  WriteTxn txn = env.write();
  CHECK(txn.scopes().empty() && !txn.scope_id(a));
  db.put(txn, a, "k", "of a");
  typed.put(txn, a, "\1", "\1");
  db.put(txn, c, "k", "of c");
  const std::uint32_t id = txn.register_scope(b);
  CHECK(txn.scope_id(b) == id && txn.register_scope(b) == id && txn.scope_id(a) != id);
  const std::vector<ScopeInfo> scopes = txn.scopes();
  CHECK(scopes.size() == 3 && scopes[0].name == "a" && scopes[2].name == "c");
  CHECK(scopes[1].name == "b" && scopes[1].id == id && scopes[0].id == txn.scope_id(a));
  THROWS(invalid_argument, txn.scope_id({}));
  THROWS(key_exists, txn.rename_scope(a, c));
  CHECK(!txn.rename_scope(Scope("none"), Scope("other")) && txn.rename_scope(a, Scope("z")));
  CHECK(!db.get(txn, a, "k") && db.get(txn, Scope("z"), "k") == "of a");
  CHECK(txn.drop_scope(Scope("z")) == 2 && !txn.drop_scope(Scope("z")));
  CHECK(txn.prune_scopes() == 1 && txn.scopes().size() == 1 && db.get(txn, c, "k") == "of c");
  txn.commit();

  ReadTxn read = env.read();
  const std::vector<DatabaseInfo> all = read.databases();
  CHECK(all.size() == 3 && all[0].name == "d" && all[1].name == "h" && all[2].name == "t");
  CHECK(all[0].kind == Kind::bytes && all[0].layout == Layout::ordered && all[0].entries == 1);
  CHECK(all[1].kind == Kind::typed && all[1].layout == Layout::heed && all[1].entries == 0);
  CHECK(all[1].key_type == Type::text && all[1].value_type == Type::boolean && !all[1].unnamed_default);
  CHECK(read.scopes().size() == 1);
}

int main() { return check::run("transactions", {ends, functions, children, threads, registry}); }
