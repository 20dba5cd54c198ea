// What must not compile does not: each REFUSED_n is one mistake that would end in freed memory or a lost write.
#include "slmdb.hpp"

void refused(const slmdb::Env &env, const slmdb::Database &db) {
  const slmdb::Scope tenant("tenant");
#if REFUSED == 0 // the right way, which shows that it is not something else that fails
  env.view([&](slmdb::ReadTxn &txn) { return db.get_copy(txn, tenant, "k"); });
  env.update([&](slmdb::WriteTxn &txn) { db.put(txn, tenant, "k", "v"); });
#elif REFUSED == 1 // a value that ends with its transaction
  env.view([&](slmdb::ReadTxn &txn) { return db.get(txn, tenant, "k"); });
#elif REFUSED == 2 // and so does an entry
  env.update([&](slmdb::WriteTxn &txn) { return db.first(txn, tenant).value(); });
#elif REFUSED == 3 // and a cursor
  env.view([&](slmdb::ReadTxn &txn) { return db.range(txn, tenant); });
#elif REFUSED == 4 // a write in a snapshot
  env.view([&](slmdb::ReadTxn &txn) { db.put(txn, tenant, "k", "v"); });
#elif REFUSED == 5 // a commit of a snapshot, which has nothing to commit
  env.view([&](slmdb::ReadTxn &txn) { txn.commit(); });
#elif REFUSED == 6 // two owners of one handle
  slmdb::WriteTxn txn = env.write(), copy = txn;
#elif REFUSED == 7 // a part of a transaction
  slmdb::Txn txn = env.write();
#elif REFUSED == 8 // a scope made anew for each call, which costs as much as the call
  env.update([&](slmdb::WriteTxn &txn) { db.put(txn, "tenant", "k", "v"); });
#elif REFUSED == 9 // a value of a transaction that has ended before it is looked at
  db.get(env.read(), tenant, "k");
#endif
}
