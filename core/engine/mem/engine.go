// Package mem is the reference engine: ordered trees in memory, copied on write.
//
// It keeps the contract of package engine and nothing more, so that what runs on it leans on nothing that only LMDB
// does. Two things differ from LMDB by design: a goroutine that begins a second write transaction waits for the first
// (until its context ends) where LMDB answers ErrNested, since a goroutine cannot be told from another; and there is no
// limit on readers, tables or size, so that those errors come from package faulty.
package mem

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Options are what an engine is opened with. The zero value is ready to use.
type Options struct {
	// MaxKey is the longest key in bytes, the partition's included; 0 is LMDB's 511.
	MaxKey int
	// MaxValue is the longest value in bytes; 0 is 2^31-1.
	MaxValue int
	// ReadOnly refuses write transactions.
	ReadOnly bool
	// Poison finds callers that break the contract, at a cost. What is handed out is a copy, which is overwritten with
	// 0xDB when its time is over: at the start of the transaction's next write, before that write reads what it was
	// passed, and at the transaction's end. And a cursor's Next after a write without a Seek answers ErrInternal; with
	// Poison unset it goes on after the last key that it gave.
	Poison bool
	// OnCommit, if set, is asked before a commit to the store (not a child's to its parent), that of Table included.
	// Its error is the commit's answer: ErrCommitUnknown after the writes were kept, which is the case that finds a
	// caller who tries again, and any other after they were dropped.
	OnCommit func() error
}

// Config is a [engine.Driver] of engines in memory.
type Config struct {
	// Store is what to open; nil is a new one.
	Store *Store
	Options
}

var (
	_ engine.Driver = Config{}
	_ engine.Engine = (*Engine)(nil)
	_ engine.Nester = (*txn)(nil)
)

// Open opens the store. The error is always nil.
func (c Config) Open() (engine.Engine, error) {
	return c.open(), nil
}

func (c Config) open() *Engine {
	if c.Store == nil {
		c.Store = NewStore()
	}
	if c.MaxKey == 0 {
		c.MaxKey = 511
	}
	if c.MaxValue == 0 {
		c.MaxValue = math.MaxInt32
	}
	return &Engine{store: c.Store, options: c.Options, closed: make(chan struct{}), handles: map[string]*table{}}
}

// New opens a new store.
func New(options Options) *Engine {
	return Config{Options: options}.open()
}

// Engine is an open [Store].
type Engine struct {
	store   *Store
	options Options
	closed  chan struct{}

	mu      sync.Mutex
	handles map[string]*table
	txns    int
	cursors int
}

// table is a handle. An engine has one for each name.
type table struct {
	engine *Engine
	name   string
}

// Name is the table's name.
func (t *table) Name() string { return t.name }

// Store is what the engine was opened on.
func (e *Engine) Store() *Store { return e.store }

// Open is how many transactions and cursors are open, for tests to assert zero. Children count; the end of a
// transaction closes its cursors.
func (e *Engine) Open() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.txns + e.cursors
}

// Caps says what the engine can do.
func (e *Engine) Caps() engine.Caps {
	return engine.Caps{
		MaxKey:   e.options.MaxKey,
		MaxValue: e.options.MaxValue,
		ReadOnly: e.options.ReadOnly,
		Nested:   true,
	}
}

// Begin begins a transaction. A context that has ended already is refused even if there is nothing to wait for.
func (e *Engine) Begin(ctx context.Context, options engine.TxnOptions) (engine.Txn, error) {
	// Not the concrete type at once: a nil *txn in an interface would not be nil.
	x, err := e.begin(ctx, options.Write)
	if err != nil {
		return nil, err
	}
	return x, nil
}

func (e *Engine) begin(ctx context.Context, write bool) (*txn, error) {
	if err := ctx.Err(); err != nil {
		return nil, engine.Fail(engine.ErrCanceled, "", err)
	}
	if !write {
		return e.register(false)
	}
	if e.options.ReadOnly {
		return nil, engine.Fail(engine.ErrReadOnly, "the store was opened read-only", nil)
	}
	select {
	case e.store.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, engine.Fail(engine.ErrCanceled, "the context ended before the turn to write came", ctx.Err())
	case <-e.closed:
		return nil, errClosed()
	}
	x, err := e.register(true)
	if err != nil {
		e.store.release()
	}
	return x, err
}

// register counts the transaction in, so that Close from now on answers ErrBusy, and takes its snapshot.
func (e *Engine) register(write bool) (*txn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed() {
		return nil, errClosed()
	}
	e.txns++
	return newTxn(e, e.store.committed(), write), nil
}

// Table opens a table, creating it if it is missing and create is set.
func (e *Engine) Table(ctx context.Context, name string, create bool) (engine.Table, error) {
	if err := e.ensure(ctx, name, create); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed() {
		return nil, errClosed()
	}
	if e.handles[name] == nil {
		e.handles[name] = &table{engine: e, name: name}
	}
	return e.handles[name], nil
}

// ensure answers nil if the table exists, at the latest now.
func (e *Engine) ensure(ctx context.Context, name string, create bool) error {
	if e.store.committed().tables[name] != nil {
		return nil
	}
	if !create {
		return engine.Fail(engine.ErrNoTable, fmt.Sprintf("there is no table %q", name), nil)
	}
	if len(name) > e.options.MaxKey {
		detail := fmt.Sprintf("the table's name has %d bytes, and the longest has %d", len(name), e.options.MaxKey)
		return engine.Fail(engine.ErrKeyTooLong, detail, nil)
	}
	x, err := e.begin(ctx, true)
	if err != nil {
		return err
	}
	if x.tables[name] != nil {
		return x.Abort() // Another made it while this one waited.
	}
	if _, taken := x.tables[engine.Unnamed].Get(record{key: []byte(name)}); taken {
		if err := x.Abort(); err != nil {
			return err
		}
		detail := fmt.Sprintf("the unnamed table has an entry %q, which leaves no place for a table of that name", name)
		return engine.Fail(engine.ErrInvalid, detail, nil)
	}
	x.tables[name] = newTree()
	return x.Commit()
}

// Close closes the engine; the [Store] stays. With open transactions it does nothing and answers ErrBusy. A second
// Close answers ErrClosed.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed() {
		return errClosed()
	}
	if e.txns > 0 {
		return engine.Fail(engine.ErrBusy, fmt.Sprintf("%d transactions are open", e.txns), nil)
	}
	close(e.closed)
	return nil
}

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

func errClosed() error {
	return engine.Fail(engine.ErrClosed, "", nil)
}
