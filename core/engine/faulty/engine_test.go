// Does faulty fail exactly the call that it was armed for, as an engine would, and nothing else?

package faulty_test

import (
	"context"
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/enginetest"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/faulty"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// errArmed is an error that no engine has by itself.
var errArmed = engine.Fail(engine.ErrUnavailable, "armed", nil)

func TestSuite(t *testing.T) {
	open := func(*testing.T) engine.Engine { return faulty.Wrap(mem.New(mem.Options{Poison: true})) }
	enginetest.Run(t, open, func(t *testing.T, closed engine.Engine) engine.Engine {
		inner, err := mem.Config{Store: closed.(*faulty.Engine).Inner().(*mem.Engine).Store()}.Open()
		must(t, err)
		return faulty.Wrap(inner)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// exactly ends the test unless err is the value itself.
func exactly(t *testing.T, err, want error) {
	t.Helper()
	if err != want { //nolint:errorlint // What was armed comes back as it is.
		t.Fatalf("error %v, want exactly %v", err, want)
	}
}

// wrap gives an engine with a table, and what it wraps.
func wrap(t *testing.T) (*faulty.Engine, *mem.Engine, engine.Place) {
	t.Helper()
	inner := mem.New(mem.Options{})
	e := faulty.Wrap(inner)
	table, err := e.Table(context.Background(), "table", true)
	must(t, err)
	e.Reset()
	return e, inner, engine.Place{Table: table}
}

func begin(t *testing.T, e engine.Engine, write bool) engine.Txn {
	t.Helper()
	tx, err := e.Begin(context.Background(), engine.TxnOptions{Write: write})
	must(t, err)
	return tx
}

// count is how many entries are committed.
func count(t *testing.T, e engine.Engine, at engine.Place) uint64 {
	t.Helper()
	tx := begin(t, e, false)
	n, err := tx.Count(at, engine.Range{})
	must(t, err)
	must(t, tx.Abort())
	return n
}

// calls is a caller that uses every method that can fail once, in a known order, and stops at the first error.
func calls(e engine.Engine, at engine.Place) (names []string, err error) {
	var tx, child engine.Txn
	var cursor engine.Cursor
	ctx, key := context.Background(), []byte("key")
	defer func() {
		if tx != nil {
			_ = tx.Abort()
		}
	}()
	for _, call := range []struct {
		name string
		do   func() error
	}{
		{"Engine.Table", func() (err error) { _, err = e.Table(ctx, "table", false); return err }},
		{"Engine.Begin", func() (err error) { tx, err = e.Begin(ctx, engine.TxnOptions{Write: true}); return err }},
		{"Txn.Put", func() error { return tx.Put(at, key, nil) }},
		{"Txn.Insert", func() error { return tx.Insert(at, []byte("new"), nil) }},
		{"Txn.Delete", func() error { return tx.Delete(at, []byte("new")) }},
		{"Txn.Apply", func() (err error) { _, err = tx.Apply(at, []engine.Op{{Key: key}}); return err }},
		{"Txn.Get", func() (err error) { _, err = tx.Get(at, key); return err }},
		{"Txn.GetMany", func() error { return tx.GetMany(at, [][]byte{key}, make([][]byte, 1)) }},
		{"Txn.Count", func() (err error) { _, err = tx.Count(at, engine.Range{}); return err }},
		{"Txn.Tables", func() (err error) { _, err = tx.Tables(); return err }},
		{"Txn.Scan", func() (err error) { cursor, err = tx.Scan(at, engine.Range{}); return err }},
		{"Cursor.Next", func() (err error) { _, err = cursor.Next(make([]engine.Entry, 1)); return err }},
		{"Cursor.Seek", func() error { return cursor.Seek(key, false) }},
		{"Txn.DeleteRange", func() (err error) { _, err = tx.DeleteRange(at, engine.Range{}); return err }},
		{"Txn.Child", func() (err error) { child, err = tx.(engine.Nester).Child(); return err }},
		{"Txn.Abort", func() error { return child.Abort() }},
		{"Txn.Put", func() error { return tx.Put(at, []byte("last"), nil) }},
		{"Txn.Commit", func() error {
			ending := tx
			tx = nil // Also where Commit fails it has ended.
			return ending.Commit()
		}},
	} {
		names = append(names, call.name)
		if err := call.do(); err != nil {
			return names, err
		}
	}
	return names, nil
}

// TestEachCall arms each call in turn: it fails as armed, is not performed, and nothing stays open.
func TestEachCall(t *testing.T) {
	all, err := calls(wrapTwo(t))
	must(t, err)
	for n, name := range all {
		e, inner, at := wrap(t)
		e.FailAt(n+1, errArmed)
		done, err := calls(e, at)
		exactly(t, err, errArmed)
		if len(done) != n+1 || e.Last() != name {
			t.Errorf("call %d failed after %v and was named %q, want %q", n+1, done, e.Last(), name)
		}
		if inner.Open() != 0 {
			t.Errorf("%s: %d are open", name, inner.Open())
		}
		if got := count(t, e, at); got != 0 {
			t.Errorf("%s: %d entries were committed", name, got)
		}
		// It failed once.
		_, err = calls(e, at)
		must(t, err)
		must(t, e.Close())
	}
	e, _, at := wrap(t)
	e.FailAt(len(all)+1, errArmed)
	_, err = calls(e, at)
	must(t, err)
	if e.Last() != "" || e.Calls() != len(all) {
		t.Errorf("Last is %q after %d calls, want none after %d", e.Last(), e.Calls(), len(all))
	}
	exactly(t, e.Close(), errArmed)
	must(t, e.Close())
}

func wrapTwo(t *testing.T) (*faulty.Engine, engine.Place) {
	e, _, at := wrap(t)
	return e, at
}

func TestCounting(t *testing.T) {
	e, _, at := wrap(t)
	tx := begin(t, e, false)
	tx.Snapshot()
	e.Caps()
	if e.Calls() != 1 {
		t.Errorf("%d calls, want 1: Snapshot and Caps cannot fail", e.Calls())
	}
	e.FailAt(1, errArmed)
	e.FailAt(2, errArmed) // In the place of the first.
	_, err := tx.Count(at, engine.Range{})
	must(t, err)
	_, err = tx.Count(at, engine.Range{})
	exactly(t, err, errArmed)
	e.FailAt(1, errArmed)
	if e.Last() != "" {
		t.Errorf("Last is %q after FailAt", e.Last())
	}
	e.Reset()
	_, err = tx.Count(at, engine.Range{})
	must(t, err)
	if e.Calls() != 1 {
		t.Errorf("%d calls since Reset, want 1", e.Calls())
	}
	must(t, tx.Abort())
}

// TestFailedTransactions has the errors after which a write transaction is good for nothing.
func TestFailedTransactions(t *testing.T) {
	for _, kind := range []error{engine.ErrMapFull, engine.ErrTxnFull, engine.ErrIO} {
		for _, end := range []string{"Commit", "Abort"} {
			e, inner, at := wrap(t)
			armed := engine.Fail(kind, "armed", nil)
			tx := begin(t, e, true)
			must(t, tx.Put(at, []byte("before"), nil))
			cursor, err := tx.Scan(at, engine.Range{})
			must(t, err)
			e.FailAt(1, armed)
			exactly(t, tx.Put(at, []byte("key"), nil), armed)
			_, err = tx.Get(at, []byte("before"))
			exactly(t, err, armed)
			exactly(t, tx.Delete(at, []byte("before")), armed)
			_, err = cursor.Next(make([]engine.Entry, 1))
			exactly(t, err, armed)
			_, err = tx.(engine.Nester).Child()
			exactly(t, err, armed)
			if end == "Commit" {
				exactly(t, tx.Commit(), armed)
			} else {
				must(t, tx.Abort())
			}
			if inner.Open() != 0 || count(t, e, at) != 0 {
				t.Errorf("%v, %s: something is open or was committed", kind, end)
			}
		}
	}
}

// TestRefusals has the errors that leave a transaction good, and one of a read that would fail it had it been a write.
func TestRefusals(t *testing.T) {
	for _, kind := range []error{engine.ErrKeyTooLong, engine.ErrTooLarge, engine.ErrReservedKey} {
		e, _, at := wrap(t)
		tx := begin(t, e, true)
		e.FailAt(1, kind)
		exactly(t, tx.Put(at, []byte("key"), nil), kind)
		e.FailAt(1, engine.ErrIO)
		_, err := tx.Get(at, []byte("key"))
		exactly(t, err, engine.ErrIO)
		must(t, tx.Put(at, []byte("key"), nil))
		must(t, tx.Commit())
		if count(t, e, at) != 1 {
			t.Errorf("%v: the write after it was lost", kind)
		}
	}
}

// TestEnds arms what ends a transaction.
func TestEnds(t *testing.T) {
	for _, armed := range []error{engine.ErrConflict, engine.ErrCommitUnknown, engine.ErrIO, engine.ErrWrongThread} {
		for _, end := range []func(engine.Txn) error{engine.Txn.Commit, engine.Txn.Abort} {
			e, inner, at := wrap(t)
			tx := begin(t, e, true)
			must(t, tx.Put(at, []byte("key"), nil))
			e.FailAt(1, armed)
			exactly(t, end(tx), armed)
			if open := errors.Is(armed, engine.ErrWrongThread); open != (inner.Open() == 1) {
				t.Errorf("%v: %d are open", armed, inner.Open())
			} else if open {
				must(t, tx.Abort())
			}
			if count(t, e, at) != 0 {
				t.Errorf("%v: something was committed", armed)
			}
		}
	}
}

// TestChildFails fails a child: its parent is still good.
func TestChildFails(t *testing.T) {
	e, _, at := wrap(t)
	tx := begin(t, e, true)
	child, err := tx.(engine.Nester).Child()
	must(t, err)
	e.FailAt(1, engine.ErrMapFull)
	exactly(t, child.Put(at, []byte("child"), nil), engine.ErrMapFull)
	exactly(t, child.Commit(), engine.ErrMapFull)
	must(t, tx.Put(at, []byte("parent"), nil))
	must(t, tx.Commit())
	if count(t, e, at) != 1 {
		t.Errorf("the parent's write was lost")
	}
}
