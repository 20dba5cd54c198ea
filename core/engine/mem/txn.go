package mem

import (
	"errors"
	"maps"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// txn is a transaction: what it sees, and in a write transaction which of that is its own to change.
type txn struct {
	engine *Engine
	parent *txn
	child  *txn
	write  bool
	ended  bool
	number uint64
	// tables is what the transaction sees: a read transaction shares the map of its root, a write transaction has a map
	// of its own, whose trees are shared until own copies them.
	tables map[string]*tree
	owned  map[string]bool
	// writes counts, for cursors to see that they lost their position.
	writes  int
	cursors int
	loans   [][]byte
}

func newTxn(e *Engine, from *root, write bool) *txn {
	if !write {
		return &txn{engine: e, number: from.number, tables: from.tables}
	}
	return &txn{engine: e, write: true, tables: maps.Clone(from.tables), owned: map[string]bool{}}
}

// Child begins a child of a write transaction.
func (x *txn) Child() (engine.Txn, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	if !x.write {
		return nil, errReadOnly()
	}
	x.engine.count(1, 0)
	x.child = &txn{engine: x.engine, parent: x, write: true, tables: maps.Clone(x.tables), owned: map[string]bool{}}
	return x.child, nil
}

// Snapshot is a number that grows with every commit to the store.
func (x *txn) Snapshot() uint64 { return x.number }

// Commit ends the transaction and keeps its writes. With an open child it drops both and answers ErrInternal.
func (x *txn) Commit() error {
	if err := x.usable(); err != nil {
		if !x.ended {
			x.end()
		}
		return err
	}
	switch {
	case !x.write:
		x.end()
		return nil
	case x.parent != nil:
		x.handOver()
		x.end()
		return nil
	}
	return x.publish()
}

// publish commits to the store.
func (x *txn) publish() error {
	var answer error
	if x.engine.options.OnCommit != nil {
		answer = x.engine.options.OnCommit()
	}
	if answer == nil || errors.Is(answer, engine.ErrCommitUnknown) {
		x.engine.store.publish(x.tables)
	}
	x.end()
	return answer
}

// handOver is a child's commit: a write of the parent like any other, so what the parent lent is over too.
func (x *txn) handOver() {
	x.parent.spoil()
	x.parent.writes++
	x.parent.tables = x.tables
	maps.Copy(x.parent.owned, x.owned)
}

// Abort ends the transaction and its open children, and drops their writes.
func (x *txn) Abort() error {
	if x.ended {
		return errEnded()
	}
	x.end()
	return nil
}

// end ends the transaction, its children first.
func (x *txn) end() {
	if x.child != nil {
		x.child.end()
	}
	x.spoil()
	x.ended = true
	x.engine.count(-1, -x.cursors)
	x.tables, x.owned, x.cursors = nil, nil, 0
	switch {
	case x.parent != nil:
		x.parent.child = nil
	case x.write:
		x.engine.store.release()
	}
}

// count keeps the engine's counters of what is open.
func (e *Engine) count(txns, cursors int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.txns += txns
	e.cursors += cursors
}

// usable answers nil if the transaction may be used now.
func (x *txn) usable() error {
	switch {
	case x.ended:
		return errEnded()
	case x.child != nil:
		return engine.Fail(engine.ErrInternal, "the transaction was used while a child of it is open", nil)
	}
	return nil
}

// look is the table of a place to read from. A table that was created after the transaction began is empty in it.
func (x *txn) look(at engine.Place) (*tree, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	handle, err := x.handle(at)
	if err != nil {
		return nil, err
	}
	if t := x.tables[handle.name]; t != nil {
		return t, nil
	}
	return newTree(), nil
}

// own is the table of a place to write to: copied at the transaction's first write to it. It counts as a write, and
// ends what was lent, whatever the caller does then.
func (x *txn) own(at engine.Place) (*tree, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	if !x.write {
		return nil, errReadOnly()
	}
	handle, err := x.handle(at)
	if err != nil {
		return nil, err
	}
	x.writes++
	x.spoil()
	if !x.owned[handle.name] {
		// Nothing drops tables and a handle's table was committed before the turn came, so that it is there.
		x.tables[handle.name] = x.tables[handle.name].Copy()
		x.owned[handle.name] = true
	}
	return x.tables[handle.name], nil
}

func (x *txn) handle(at engine.Place) (*table, error) {
	handle, ok := at.Table.(*table)
	if !ok || handle == nil || handle.engine != x.engine {
		return nil, engine.Fail(engine.ErrInvalid, "the table is none of this engine", nil)
	}
	return handle, nil
}

// lend gives out bytes of the store, for as long as the contract says.
func (x *txn) lend(b []byte) []byte {
	if !x.engine.options.Poison {
		return slices.Clip(b)
	}
	loan := make([]byte, len(b))
	copy(loan, b)
	x.loans = append(x.loans, loan)
	return loan
}

// spoil overwrites what was lent, so that who still reads it sees that.
func (x *txn) spoil() {
	for _, loan := range x.loans {
		for i := range loan {
			loan[i] = 0xDB
		}
	}
	x.loans = nil
}

func errEnded() error {
	return engine.Fail(engine.ErrInternal, "the transaction was used after its end", nil)
}

func errReadOnly() error {
	return engine.Fail(engine.ErrReadOnly, "a write in a read transaction", nil)
}
