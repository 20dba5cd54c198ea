package faulty

import (
	"errors"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// txn wraps a transaction that has no children.
type txn struct {
	inner engine.Txn
	fault *fault
	// failed is what the transaction answers until it is aborted, once an armed write failed it.
	failed error
}

// nester wraps a transaction that can have children. It is a type of its own, so that the interface says the truth.
type nester struct {
	*txn
}

var (
	_ engine.Txn    = (*txn)(nil)
	_ engine.Txn    = nester{}
	_ engine.Nester = nester{}
)

func wrap(inner engine.Txn, f *fault) engine.Txn {
	x := &txn{inner: inner, fault: f}
	if _, ok := inner.(engine.Nester); ok {
		return nester{x}
	}
	return x
}

// read counts a call that changes nothing.
func (x *txn) read(name string) error {
	err := x.fault.call(name)
	if x.failed != nil {
		return x.failed
	}
	return err
}

// write counts a call that changes something: the error that it is armed with may fail the transaction.
func (x *txn) write(name string) error {
	err := x.read(name)
	if x.failed == nil && lasting(err) {
		x.failed = err
	}
	return err
}

// Child begins a child of the inner transaction.
func (x nester) Child() (engine.Txn, error) {
	if err := x.read("Txn.Child"); err != nil {
		return nil, err
	}
	inner, err := x.inner.(engine.Nester).Child()
	if err != nil {
		return nil, err
	}
	return wrap(inner, x.fault), nil
}

func (x *txn) Get(at engine.Place, key []byte) ([]byte, error) {
	if err := x.read("Txn.Get"); err != nil {
		return nil, err
	}
	return x.inner.Get(at, key)
}

func (x *txn) GetMany(at engine.Place, keys, values [][]byte) error {
	if err := x.read("Txn.GetMany"); err != nil {
		return err
	}
	return x.inner.GetMany(at, keys, values)
}

func (x *txn) Put(at engine.Place, key, value []byte) error {
	if err := x.write("Txn.Put"); err != nil {
		return err
	}
	return x.inner.Put(at, key, value)
}

func (x *txn) Insert(at engine.Place, key, value []byte) error {
	if err := x.write("Txn.Insert"); err != nil {
		return err
	}
	return x.inner.Insert(at, key, value)
}

func (x *txn) Delete(at engine.Place, key []byte) error {
	if err := x.write("Txn.Delete"); err != nil {
		return err
	}
	return x.inner.Delete(at, key)
}

func (x *txn) Apply(at engine.Place, ops []engine.Op) (int, error) {
	if err := x.write("Txn.Apply"); err != nil {
		return 0, err
	}
	return x.inner.Apply(at, ops)
}

func (x *txn) DeleteRange(at engine.Place, r engine.Range) (uint64, error) {
	if err := x.write("Txn.DeleteRange"); err != nil {
		return 0, err
	}
	return x.inner.DeleteRange(at, r)
}

func (x *txn) Count(at engine.Place, r engine.Range) (uint64, error) {
	if err := x.read("Txn.Count"); err != nil {
		return 0, err
	}
	return x.inner.Count(at, r)
}

func (x *txn) Scan(at engine.Place, r engine.Range) (engine.Cursor, error) {
	if err := x.read("Txn.Scan"); err != nil {
		return nil, err
	}
	inner, err := x.inner.Scan(at, r)
	if err != nil {
		return nil, err
	}
	return &cursor{inner: inner, txn: x}, nil
}

func (x *txn) Tables() ([]string, error) {
	if err := x.read("Txn.Tables"); err != nil {
		return nil, err
	}
	return x.inner.Tables()
}

func (x *txn) Snapshot() uint64 { return x.inner.Snapshot() }

// Commit ends the inner transaction: it aborts it where it answers an error of ours.
func (x *txn) Commit() error {
	err := x.fault.call("Txn.Commit")
	if errors.Is(err, engine.ErrWrongThread) {
		return err
	}
	if x.failed != nil {
		err = x.failed
	}
	if err == nil {
		return x.inner.Commit()
	}
	return x.drop(err)
}

// Abort ends the inner transaction, also where it is armed to fail: what a caller cannot abort he cannot get rid of.
func (x *txn) Abort() error {
	err := x.fault.call("Txn.Abort")
	switch {
	case errors.Is(err, engine.ErrWrongThread):
		return err
	case err != nil:
		return x.drop(err)
	}
	return x.inner.Abort()
}

// drop aborts the inner transaction and answers err, unless even that fails: then it is still open, which comes first.
func (x *txn) drop(err error) error {
	if open := x.inner.Abort(); open != nil {
		return open
	}
	return err
}

// cursor wraps a cursor.
type cursor struct {
	inner engine.Cursor
	txn   *txn
}

func (c *cursor) Next(entries []engine.Entry) (int, error) {
	if err := c.txn.read("Cursor.Next"); err != nil {
		return 0, err
	}
	return c.inner.Next(entries)
}

func (c *cursor) Seek(key []byte, after bool) error {
	if err := c.txn.read("Cursor.Seek"); err != nil {
		return err
	}
	return c.inner.Seek(key, after)
}

func (c *cursor) Close() { c.inner.Close() }
