// Package engine is the seam between scoped-lmdb and what stores its bytes.
//
// The core speaks only this interface. An implementation keeps ordered tables of byte keys and byte values, gives
// transactions snapshots of them, and knows nothing of scopes, kinds, layouts or codecs. LMDB is one implementation
// (engine/lmdb), a tree in memory another (engine/mem); the seam asks only what a distributed ordered store on the
// PostgreSQL wire can keep as well.
//
// # What an implementation promises
//
//   - Order: within a [Place], keys are ordered by their unsigned bytes; a shorter key precedes its extensions.
//   - Snapshots: a read transaction sees exactly what was committed when it began, until it ends.
//   - One writer: of two write transactions that overlap and touch the same keys, at most one commits. LMDB lets one
//     begin at a time; an optimistic store answers [ErrConflict] at Commit.
//   - Atomicity: after Commit returned nil all writes are visible to what begins later, or, with the durability that
//     the engine was opened with, to what opens the store after a crash. After Abort, or any other answer than
//     [ErrCommitUnknown], none is.
//   - Apart: the partition and the key of a Place are passed apart and never joined by the caller. An engine may place
//     data by partition. No operation on one partition sees or changes another.
//   - Borrowing: a slice handed out lives until the transaction's next write or its end, whichever comes first, and is
//     read-only. A write that is refused counts, and so does the Commit of a child, as a write of its parent. Slices
//     passed in are borrowed for the call and never kept; what is put must not be borrowed from the transaction.
//   - Errors: each error matches one of the Err values of this package by errors.Is; [ErrNotFound] and [ErrKeyExists]
//     are returned as they are, without wrapping or allocation, since they are answers. After [ErrMapFull],
//     [ErrTxnFull] or [ErrIO] in a write the transaction is failed: it answers the same error until it is aborted, and
//     Commit aborts it.
//
// # What a caller promises
//
// A transaction and its cursors are used by one goroutine at a time, and not after the transaction ended (the core sees to
// both). A parent is not used while a child is open. A write transaction with HostThread unset must be ended by the goroutine that began it.
package engine

import (
	"context"
	"encoding/binary"
)

// Driver opens an [Engine]: a value with the options of one kind of store, such as lmdb.Config.
type Driver interface {
	Open() (Engine, error)
}

// Engine is an open store. All its methods may be called from any goroutine at any time.
type Engine interface {
	// Begin begins a transaction. A write transaction waits for its turn; the context ends the wait (the wait for
	// another process may outlast it). Errors: ErrReadOnly, ErrNested, ErrReadersFull, ErrBusy, ErrClosed,
	// ErrUnavailable, and the context's own error, wrapped in ErrCanceled.
	Begin(ctx context.Context, options TxnOptions) (Txn, error)
	// Table opens a table by name, creating it in a transaction of its own if it is missing and create is set.
	// [Unnamed] always exists. The handle serves every transaction that begins later, until the engine is closed; one
	// that began before is answered rightly or with ErrConflict. Errors: ErrNoTable, ErrTablesFull, ErrReadOnly,
	// ErrNested, ErrInvalid (a name that an entry of the unnamed table has), and those of Begin and Commit.
	Table(ctx context.Context, name string, create bool) (Table, error)
	// Caps says what the engine can do. It never changes.
	Caps() Caps
	// Close releases the store. With open transactions it does nothing and answers ErrBusy.
	Close() error
}

// TxnOptions says what kind of transaction to begin.
type TxnOptions struct {
	// Write asks for the write transaction.
	Write bool
	// HostThread says that the caller's OS thread is the host program's and that calls never change thread, so that
	// the engine need not wire the goroutine to its thread. It is for callers that came in from C.
	HostThread bool
}

// Caps are an engine's limits and optional abilities.
type Caps struct {
	// MaxKey is the longest key in bytes, the partition's bytes included.
	MaxKey int
	// MaxValue is the longest value in bytes.
	MaxValue int
	// ReadOnly says that write transactions are refused.
	ReadOnly bool
	// Nested says that the Txn implements [Nester].
	Nested bool
	// Growable says that the Engine implements [Grower].
	Growable bool
}

// Unnamed is the name of the table without a name: LMDB's main database. Records in it that stand for named tables are
// neither seen nor changed through it.
const Unnamed = ""

// Table is a handle to an ordered table. It compares equal to itself only.
type Table interface {
	// Name is the table's name.
	Name() string
}

// Place is where entries live: a table, and in it a partition or, with Scoped unset, the whole table, whose keys then
// begin with the partitions. In a partition the key of no bytes is a key; in a whole table it is refused (ErrInvalid).
type Place struct {
	Table     Table
	Partition Partition
	Scoped    bool
}

// Partition is the four bytes that the stored keys of a scope begin with, as a number: the first byte is the highest, so
// that numbers and bytes have one order. (An array would be handed from function to function in memory, at a price that
// a get notices.)
type Partition uint32

// PartitionOf is the partition with these bytes.
func PartitionOf(bytes [4]byte) Partition { return Partition(binary.BigEndian.Uint32(bytes[:])) }

// Bytes are the partition's bytes.
func (p Partition) Bytes() (bytes [4]byte) {
	binary.BigEndian.PutUint32(bytes[:], uint32(p))
	return bytes
}

// PartitionSize is how many bytes of a stored key a partition is.
const PartitionSize = 4

// Entry is a key (without its partition) and a value.
type Entry struct {
	Key, Value []byte
}

// Range selects keys of a Place and a direction. Bounds are keys without the partition.
type Range struct {
	// From and To are the lower and the upper bound; nil is no bound.
	From, To []byte
	// FromOpen and ToOpen leave the bound itself out.
	FromOpen, ToOpen bool
	// Reverse walks from the upper end to the lower.
	Reverse bool
}

// OpKind is what an [Op] does.
type OpKind uint8

// The kinds of Op.
const (
	// OpPut stores the value, replacing what was there.
	OpPut OpKind = iota
	// OpInsert stores the value if the key is absent; the batch stops with ErrKeyExists if it is not.
	OpInsert
	// OpDelete deletes the key; an absent key is no error in a batch.
	OpDelete
)

// Op is one write of a batch.
type Op struct {
	Kind       OpKind
	Key, Value []byte
}

// Txn is a transaction.
type Txn interface {
	// Get returns the value under a key: ErrNotFound if there is none; a value of no bytes is not nil.
	Get(at Place, key []byte) ([]byte, error)
	// GetMany sets values[i] to the value under keys[i], nil if there is none. Both have one length.
	GetMany(at Place, keys, values [][]byte) error
	// Put stores a value, replacing what was there. Errors of Put, Insert and Apply: ErrReadOnly, ErrKeyTooLong, ErrTooLarge,
	// ErrInvalid, ErrMapFull, ErrTxnFull, ErrIO, and in the unnamed table ErrReservedKey for the name of a named one.
	Put(at Place, key, value []byte) error
	// Insert stores a value if the key is absent, and answers ErrKeyExists if it is not.
	Insert(at Place, key, value []byte) error
	// Delete deletes a key: ErrNotFound if there is none.
	Delete(at Place, key []byte) error
	// Apply does the writes in order. It stops at the first error and says how many were done.
	Apply(at Place, ops []Op) (int, error)
	// DeleteRange deletes all entries of the range and says how many there were; Reverse means nothing here.
	DeleteRange(at Place, r Range) (uint64, error)
	// Count counts the entries of the range; Reverse means nothing here.
	Count(at Place, r Range) (uint64, error)
	// Scan opens a cursor before the first entry of the range.
	Scan(at Place, r Range) (Cursor, error)
	// Tables lists the names of all tables in this snapshot, sorted, the unnamed one left out.
	Tables() ([]string, error)
	// Snapshot identifies what a read transaction sees: two read transactions of one open Engine with the same number
	// see the same. 0 says nothing (write transactions, and engines that have no such number).
	Snapshot() uint64
	// Commit ends the transaction and makes its writes visible, all or none. Errors: ErrConflict (none; begin again),
	// ErrCommitUnknown (all or none; never retried), ErrWrongThread (the transaction is still open), and those of
	// writes. But for ErrWrongThread the transaction has ended.
	Commit() error
	// Abort ends the transaction and drops its writes. Error: ErrWrongThread (the transaction is still open).
	Abort() error
}

// Cursor walks over the entries of a range. A write of its transaction loses its position: Seek before the next Next.
type Cursor interface {
	// Next moves over up to len(entries) entries, sets them, and says how many: fewer only at the end of the range. The memory that it
	// sets is new, or was set by cursors of the same engine before: C may write there, which Go's collector does not see.
	Next(entries []Entry) (int, error)
	// Seek moves to before the first entry at or after key in the cursor's direction, or strictly after it.
	Seek(key []byte, after bool) error
	// Close releases the cursor. It may be called twice, after the transaction ended, or never.
	Close()
}

// Nester is a Txn that can have children: while one is open the parent must not be used; the child's Commit hands its
// writes to the parent, its Abort drops them.
type Nester interface {
	Child() (Txn, error)
}

// Owner is an Engine whose write transaction belongs to a thread.
type Owner interface {
	// Writing says whether the calling thread has the write transaction.
	Writing() bool
}

// Newer is a Txn that knows whether somebody has committed since it began.
type Newer interface {
	// IsNewest says whether a read transaction sees what one that begins now would see.
	IsNewest() bool
}

// Director is a Txn that C code may read beside Go, by the engine's own functions in C, while nobody else uses it.
type Director interface {
	// Direct says where a place is for C; false if entries there must be seen through Go.
	Direct(at Place) (Direct, bool)
}

// Direct is a place as an engine's C code knows it. It holds while the transaction lives.
type Direct struct {
	Txn       uintptr
	Table     uint32
	Partition Partition
	How       uint32 // the engine's own bits
}

// Holder is a Txn that can say at less than the price of a cursor whether there is an entry at a place.
type Holder interface {
	Holds(at Place) (bool, error)
}

// Informer is an Engine that can say how full it is.
type Informer interface {
	Info() (Info, error)
}

// Info is what an engine says of itself.
type Info struct {
	// Size is the upper limit in bytes, Used how many have been used so far (those that were freed included).
	Size, Used int64
	// LastTxn is the number of the last committed write transaction.
	LastTxn uint64
	// PageSize is in bytes.
	PageSize int
	// MaxReaders is how many read transactions there can be at once, Readers the most that there have been.
	MaxReaders, Readers int
}

// Grower is an Engine with an upper limit of its size that can be raised.
type Grower interface {
	// Grow raises the limit to at least size bytes. It waits for open transactions of this process to end, and answers
	// ErrBusy if they do not.
	Grow(ctx context.Context, size int64) error
}
