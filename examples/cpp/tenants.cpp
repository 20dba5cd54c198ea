// Several tenants in one file, each in a scope of its own. Build and run, from the root of the repository:
//
//   c++ -std=c++17 -Iinclude examples/cpp/tenants.cpp -Lbuild/lib -lslmdb -o tenants
//   LD_LIBRARY_PATH=build/lib ./tenants
//
// It makes the folder that it is told, or ./tenants.env.
#include <exception>
#include <iostream>
#include <string>

#include "slmdb.hpp"

static void show(const slmdb::Env &env, const slmdb::Database &users, const std::string &name) {
  const slmdb::Scope tenant(name);
  env.view([&](slmdb::ReadTxn &txn) {
    std::cout << name << ":";
    for (auto [user, role] : users.range(txn, tenant)) std::cout << " " << user << "=" << role;
    std::cout << "\n";
  });
}

static void run(const std::string &folder) {
  slmdb::EnvOptions options;
  options.create_folder = true;
  slmdb::Env env(folder, options);
  const slmdb::Database users = env.database("users"); // of raw bytes
  const slmdb::Scope acme("acme"), globex("globex");

  // One transaction: all of it, or nothing if an exception leaves it.
  env.update([&](slmdb::WriteTxn &txn) {
    users.clear(txn, acme), users.clear(txn, globex); // of an earlier run
    users.put_many(txn, acme, {{"alice", "admin"}, {"bob", "reader"}});
    users.put(txn, globex, "alice", "reader"); // the same key, another tenant's entry
  });
  show(env, users, "acme");
  show(env, users, "globex");

  try {
    env.update([&](slmdb::WriteTxn &txn) {
      users.clear(txn, acme);
      users.put(txn, acme, "", "nobody");
    });
  } catch (const slmdb::Error &error) {
    std::cout << "nothing was cleared, " << error.name() << ": " << error.what() << "\n";
  }

  // Written in the background, and waited for.
  slmdb::Batch batch = env.batch();
  batch.put(users, globex, "carol", "admin");
  batch.submit().get();

  // A tenant leaves: one call, whatever databases it was in.
  env.update([&](slmdb::WriteTxn &txn) { txn.drop_scope(acme); });
  show(env, users, "acme");
  show(env, users, "globex");
}

int main(int argc, char **argv) {
  try {
    run(argc > 1 ? argv[1] : "tenants.env");
  } catch (const std::exception &error) {
    std::cerr << "tenants: " << error.what() << "\n";
    return 1;
  }
}
