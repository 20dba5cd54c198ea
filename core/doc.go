// Package core keeps many tenants' data apart in one embedded, memory-mapped file.
//
// # The model
//
// An [Env] is an LMDB environment: a folder with data.mdb and lock.mdb, opened by any number of processes at once. It
// has named databases. A [DB] is one of three kinds, which differ in two codecs and nothing else:
//
//   - typed ([OpenTyped]): typed keys, in their natural order, and typed values (MessagePack);
//   - bytes-key ([OpenBytesKey]): raw keys, in the order of their unsigned bytes, and typed values;
//   - bytes ([OpenBytes]): both raw.
//
// Each database is divided into scopes: the [Default] one, and those with a name ([Named]). A scope is an isolated
// namespace: no operation on one sees or changes another's entries, not by a collision of hashes, not by the bounds of a
// range, not by a clear, not by another process. A scope comes into being with the first put into it; the registry of
// the environment, which all its databases share, gives it an id. Reading a scope that is not registered finds nothing.
//
// Everything happens in a transaction, a [Txn]: [Env.View] gives a snapshot to read from, [Env.Update] the one write
// transaction, which waits for its turn. Every operation takes the transaction and the scope:
//
//	env, err := core.Open(lmdb.Config{Path: "data"})
//	users, err := core.OpenTyped[string, User](ctx, env, "users")
//	err = env.Update(ctx, func(txn *core.Txn) error {
//		return users.Put(txn, core.Named("tenant1"), "alice", User{Age: 30})
//	})
//
// A [View] binds a database and a scope for single operations in transactions of their own.
//
// # Goroutines and threads
//
// Env, DB and View may be used by any number of goroutines. A Txn and its cursors are used by one at a time ([ErrInUse]).
// LMDB's write transaction belongs to the thread that began it; View and Update see to that, so their users need know
// nothing of it. Whoever begins one by [Env.Begin] must end it on the same goroutine ([ErrWrongThread]). A goroutine that
// has the write transaction gets [ErrNested] from whatever would need another.
//
// # Errors
//
// Every error is an [*Error] with a [Code], which the C ABI and the other languages share; errors.Is compares with the
// Err variables. A missing entry is [ErrNotFound]. After [ErrMapFull] the transaction can only be aborted; [Env.Grow]
// makes room for the next.
//
// # Order, limits, formats
//
// Typed keys are stored as FoundationDB's tuple layer stores them (package codec); their order is null < bytes < text <
// tuples < integers < floats < false < true. The longest key, as stored, is 507 bytes (499 in the layout of the Rust crate
// scoped-heed, which this package reads and writes as well); the largest value has 2 GiB less one byte. DESIGN.md draws
// every stored byte.
package core
