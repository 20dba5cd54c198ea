// Package faulty wraps an engine and makes the call of your choice fail, to see what its caller makes of it.
//
// The usual test arms each call of an operation in turn, until there are no more:
//
//	for n := 1; ; n++ {
//		e.FailAt(n, engine.ErrMapFull)
//		err := operation()
//		if e.Last() == "" {
//			break // The operation has fewer than n calls.
//		}
//		// Here: err matches ErrMapFull, nothing is left open, and all or nothing happened.
//	}
package faulty

import (
	"context"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Engine is an engine one of whose calls can be made to fail.
type Engine struct {
	inner engine.Engine
	fault *fault
}

var (
	_ engine.Engine = (*Engine)(nil)
	_ engine.Grower = (*Engine)(nil)
)

// Wrap wraps an engine. No fault is armed.
func Wrap(e engine.Engine) *Engine {
	return &Engine{inner: e, fault: &fault{}}
}

// Inner is the wrapped engine.
func (e *Engine) Inner() engine.Engine { return e.inner }

// FailAt lets the n-th call from now, 1 being the next, answer err instead of being performed. All methods count that
// can answer an error, of the engine, its transactions and their cursors. It fails once, and takes the place of what
// was armed before. Three answers need more than not being performed, for the contract to hold:
//
//   - Commit and Abort abort the inner transaction, except with ErrWrongThread, which leaves it open.
//   - A write that fails with ErrMapFull, ErrTxnFull or ErrIO fails its transaction: each of its methods, and those of
//     its cursors, answer that error until it is aborted, and Commit aborts it.
//   - ErrCommitUnknown from Commit means here that nothing happened; for the other case see mem's OnCommit.
func (e *Engine) FailAt(n int, err error) { e.fault.arm(n, err) }

// Calls is the number of calls since Wrap or Reset.
func (e *Engine) Calls() int {
	e.fault.mu.Lock()
	defer e.fault.mu.Unlock()
	return e.fault.calls
}

// Last is the name of the call that failed since the last FailAt, such as "Txn.Put", or "" if none did yet.
func (e *Engine) Last() string {
	e.fault.mu.Lock()
	defer e.fault.mu.Unlock()
	return e.fault.last
}

// Reset disarms, forgets the last call that failed and counts from zero. Transactions that are failed stay so.
func (e *Engine) Reset() { e.fault.reset() }

// Begin begins a transaction of the inner engine.
func (e *Engine) Begin(ctx context.Context, options engine.TxnOptions) (engine.Txn, error) {
	if err := e.fault.call("Engine.Begin"); err != nil {
		return nil, err
	}
	inner, err := e.inner.Begin(ctx, options)
	if err != nil {
		return nil, err
	}
	return wrap(inner, e.fault), nil
}

// Table opens a table of the inner engine.
func (e *Engine) Table(ctx context.Context, name string, create bool) (engine.Table, error) {
	if err := e.fault.call("Engine.Table"); err != nil {
		return nil, err
	}
	return e.inner.Table(ctx, name, create)
}

// Caps are those of the inner engine.
func (e *Engine) Caps() engine.Caps { return e.inner.Caps() }

// Close closes the inner engine.
func (e *Engine) Close() error {
	if err := e.fault.call("Engine.Close"); err != nil {
		return err
	}
	return e.inner.Close()
}

// Grow grows the inner engine, or answers ErrInvalid if that cannot grow; Caps says which.
func (e *Engine) Grow(ctx context.Context, size int64) error {
	if err := e.fault.call("Engine.Grow"); err != nil {
		return err
	}
	grower, ok := e.inner.(engine.Grower)
	if !ok {
		return engine.Fail(engine.ErrInvalid, "the wrapped engine has no limit that can be raised", nil)
	}
	return grower.Grow(ctx, size)
}
