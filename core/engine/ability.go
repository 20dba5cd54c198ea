package engine

import (
	"context"
	"io"
)

// What an engine may be able to do beyond what this package asks of all: each of these is found by a type assertion, and
// its lack is no fault.

// Copier is an Engine that can write a copy of itself while others read and write.
type Copier interface {
	// Copy writes the store, as some commit left it, to w: the bytes of one file that opens as a store. Compact leaves
	// out what is free, and takes longer. It ends early when the context does (ErrCanceled; a wait for the writer of another
	// process may outlast it) or when w fails. Other errors:
	// ErrNested if the caller's thread has the write transaction, ErrReadersFull, ErrIO, ErrClosed.
	Copy(ctx context.Context, w io.Writer, compact bool) error
}

// Reader is a read transaction's slot, of any process.
type Reader struct {
	// Process is the id of the process, Thread an identification of its thread.
	Process int
	Thread  string
	// Txn is the number of the commit that it sees; 0 while the slot is kept without a transaction.
	Txn uint64
}

// ReaderLister is an Engine that knows the readers of all processes.
type ReaderLister interface {
	Readers() ([]Reader, error)
	// ClearReaders frees the slots of processes that have died, and says how many.
	ClearReaders() (int, error)
}

// Pages is how an engine's pages are used, in one snapshot.
type Pages struct {
	// Used are all that were ever used, Free those of them that the next write transactions can take.
	Used, Free uint64
	// Size is a page's in bytes.
	Size int
}

// TablePages is how the pages of a table are used.
type TablePages struct {
	// Branch, Leaf and Overflow are numbers of pages, Depth the levels of the tree.
	Branch, Leaf, Overflow uint64
	Depth                  int
}

// Paged is a Txn that can say how pages are used.
type Paged interface {
	Pages() (Pages, error)
	TablePages(table Table) (TablePages, error)
}

// Estimator is a read transaction that can say about how many entries a partition of a table has, at the cost of a few pages.
type Estimator interface {
	Estimate(at Place) (uint64, error)
}

// PageFault is something wrong with the pages of a store.
type PageFault struct {
	// Page is its number; Lost says that the page is merely neither used nor free: space that a compacting copy regains.
	Page uint64
	Lost bool
	// Text says what is wrong.
	Text string
}

// PageChecker is an Engine that can follow every page of a snapshot: each must be there, be of a tree, and be reached once.
type PageChecker interface {
	// CheckPages calls report for each fault, and progress now and then with the pages followed so far and those that were
	// ever used. It changes nothing.
	CheckPages(ctx context.Context, progress func(done, total uint64), report func(PageFault)) error
}

// Bulk is a Txn that takes many puts as one piece of memory, without a slice for each.
type Bulk interface {
	// PutPacked does count puts, as Apply does: for each, packed has the sizes of key and value, 4 bytes of this machine's
	// order each, and then both. All of it is there, and no key is longer than Caps says or empty in a whole table. It says
	// how many there are before the one that failed.
	PutPacked(at Place, packed []byte, count int) (int, error)
}

// Filler is a Cursor that can write entries one after the other, without a slice for each.
type Filler interface {
	// Fill moves over entries, as many as there is room for and most at the most, and writes of each what parts say, as a
	// MessagePack bin. False, and nothing was done, if entries must be seen through Next.
	Fill(room []byte, most uint64, parts Parts) (Filled, bool, error)
}

// Parts are what is written of an entry.
type Parts struct {
	Key, Value bool
}

// Filled is what Fill did.
type Filled struct {
	// Entries is how many it moved over, Bytes how many it wrote.
	Entries uint64
	Bytes   int
	// Last is the last of them. Borrowed.
	Last Entry
	// More says that there are entries left, Need how many bytes the next one takes if there was no room for it; else 0.
	More bool
	Need int
}
