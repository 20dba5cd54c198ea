// slmdb.hpp: scoped-lmdb for C++17, on nothing but slmdb.h and the standard library. Link with -lslmdb.
//
// Each class owns one handle of slmdb.h, and each function is one of its functions; that header says what they do, cost
// and refuse. What C++ adds:
//
//   owners    Env, Scope, Database, ReadTxn, WriteTxn, Cursor and Batch can be moved, not copied. A destructor closes,
//             aborts a transaction that was not committed, and never throws. close() and abort() do the same before
//             it, tell what failed, and may be repeated. Destroy an Env last: with a transaction open it stays open.
//             What was moved from can be destroyed and assigned to; for all else it is no handle, and an error.
//   errors    Every failure throws Error, which has the status and the library's message. That there is no such entry
//             (Status::not_found) is an empty std::optional. Nothing else is thrown but std::bad_alloc, and what a
//             function of the caller's throws: see update, view and Progress.
//   bytes in  Bytes is std::string_view, borrowed for the call. A literal ends at its first zero byte, unless it is
//             written as "a\0b"sv. Keys and values are what slmdb.h says for the kind of the Database: raw bytes, or
//             one MessagePack object.
//   results   Bytes that are returned are not copies. They live until the transaction ends or, in a WriteTxn, until its
//             next write; those of a Cursor also until its next call. get_copy, get_many and Cursor::take make copies.
//   threads   As in slmdb.h: Env, Database and Scope are for any number of threads at once; a transaction and its
//             cursors for one at a time; a WriteTxn ends on the thread that began it. A destructor that runs on another
//             leaves it open: it ends with its own thread.
#ifndef SLMDB_HPP
#define SLMDB_HPP

#include "slmdb/batch.hpp"
#include "slmdb/cursor.hpp"
#include "slmdb/database.hpp"
#include "slmdb/env.hpp"
#include "slmdb/maintenance.hpp"
#include "slmdb/options.hpp"
#include "slmdb/range.hpp"
#include "slmdb/scope.hpp"
#include "slmdb/status.hpp"
#include "slmdb/txn.hpp"

#endif // SLMDB_HPP
