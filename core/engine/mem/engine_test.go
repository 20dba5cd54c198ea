// Does mem do what it adds to the contract, and answer misuse with an error rather than a panic?

package mem_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func want(t *testing.T, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error %v, want one that matches %v", err, kind)
	}
}

func place(t *testing.T, e engine.Engine, name string) engine.Place {
	t.Helper()
	table, err := e.Table(context.Background(), name, true)
	must(t, err)
	return engine.Place{Table: table}
}

func begin(t *testing.T, e engine.Engine, write bool) engine.Txn {
	t.Helper()
	tx, err := e.Begin(context.Background(), engine.TxnOptions{Write: write})
	must(t, err)
	return tx
}

func put(t *testing.T, e engine.Engine, at engine.Place, key, value string) {
	t.Helper()
	tx := begin(t, e, true)
	must(t, tx.Put(at, []byte(key), []byte(value)))
	must(t, tx.Commit())
}

// get is the value under a key, or "" if there is none.
func get(t *testing.T, e engine.Engine, at engine.Place, key string) string {
	t.Helper()
	tx := begin(t, e, false)
	value, err := tx.Get(at, []byte(key))
	if err != nil {
		want(t, err, engine.ErrNotFound)
	}
	got := string(value)
	must(t, tx.Abort())
	return got
}

func TestOpenCounts(t *testing.T) {
	e := mem.New(mem.Options{})
	at := place(t, e, "table")
	counts := func(want int) {
		t.Helper()
		if got := e.Open(); got != want {
			t.Fatalf("%d transactions and cursors are open, want %d", got, want)
		}
	}
	counts(0)
	reader, writer := begin(t, e, false), begin(t, e, true)
	counts(2)
	cursor, err := reader.Scan(at, engine.Range{})
	must(t, err)
	_, err = writer.Scan(at, engine.Range{})
	must(t, err)
	child, err := writer.(engine.Nester).Child()
	must(t, err)
	_, err = child.Scan(at, engine.Range{})
	must(t, err)
	counts(6)
	must(t, child.Commit())
	counts(4)
	cursor.Close()
	cursor.Close()
	counts(3)
	must(t, reader.Commit())
	cursor.Close()
	counts(2)
	must(t, writer.Abort())
	counts(0)
}

func TestReadOnly(t *testing.T) {
	store := mem.NewStore()
	e, err := mem.Config{Store: store}.Open()
	must(t, err)
	put(t, e, place(t, e, "table"), "key", "value")
	must(t, e.Close())

	reader, err := mem.Config{Store: store, Options: mem.Options{ReadOnly: true}}.Open()
	must(t, err)
	if !reader.Caps().ReadOnly {
		t.Errorf("Caps says not ReadOnly")
	}
	_, err = reader.Begin(context.Background(), engine.TxnOptions{Write: true})
	want(t, err, engine.ErrReadOnly)
	_, err = reader.Table(context.Background(), "new", true)
	want(t, err, engine.ErrReadOnly)
	if got := get(t, reader, place(t, reader, "table"), "key"); got != "value" {
		t.Errorf("Get gave %q", got)
	}
	must(t, reader.Close())
}

// Two engines on one store are like two processes on one file.
func TestTwoEnginesOnOneStore(t *testing.T) {
	store := mem.NewStore()
	one, two := mem.Config{Store: store}, mem.Config{Store: store}
	a, err := one.Open()
	must(t, err)
	b, err := two.Open()
	must(t, err)
	put(t, a, place(t, a, "table"), "key", "of a")
	at := place(t, b, "table")
	if got := get(t, b, at, "key"); got != "of a" {
		t.Errorf("b sees %q", got)
	}
	writer := begin(t, a, true)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = b.Begin(ctx, engine.TxnOptions{Write: true})
	want(t, err, engine.ErrCanceled)
	_, err = writer.Get(at, []byte("key"))
	want(t, err, engine.ErrInvalid) // A handle of b.

	// Close ends the wait of its own callers; the turn stays with a.
	waiting := make(chan error)
	go func() {
		_, err := b.Begin(context.Background(), engine.TxnOptions{Write: true})
		waiting <- err
	}()
	must(t, b.Close())
	want(t, <-waiting, engine.ErrClosed)
	must(t, writer.Put(place(t, a, "table"), []byte("key"), []byte("again")))
	must(t, writer.Commit())
	must(t, a.Close())
	want(t, a.Close(), engine.ErrClosed)
}

func TestOnCommit(t *testing.T) {
	var answer error
	e := mem.New(mem.Options{OnCommit: func() error { return answer }})
	at := place(t, e, "table")
	for _, step := range []struct {
		answer error
		kept   bool
	}{{nil, true}, {engine.ErrConflict, false}, {engine.ErrCommitUnknown, true}} {
		tx := begin(t, e, true)
		key := []byte("key")
		if err := tx.Delete(at, key); err != nil {
			want(t, err, engine.ErrNotFound)
		}
		must(t, tx.Commit())
		answer = step.answer
		tx = begin(t, e, true)
		must(t, tx.Put(at, key, []byte("value")))
		child, err := tx.(engine.Nester).Child()
		must(t, err)
		must(t, child.Commit())                     // Not asked.
		if err := tx.Commit(); err != step.answer { //nolint:errorlint // As it is.
			t.Errorf("Commit answered %v, want %v", err, step.answer)
		}
		if kept := get(t, e, at, "key") == "value"; kept != step.kept {
			t.Errorf("after %v the write was kept: %t", step.answer, kept)
		}
		if e.Open() != 0 {
			t.Errorf("after %v %d are open", step.answer, e.Open())
		}
		if step.answer != nil {
			_, err := e.Table(context.Background(), "another "+step.answer.Error(), true)
			want(t, err, step.answer)
		}
		answer = nil
	}
}

func TestSnapshotNumbersGrow(t *testing.T) {
	e := mem.New(mem.Options{})
	last := uint64(0)
	for range 5 {
		tx := begin(t, e, false)
		if n := tx.Snapshot(); n <= last {
			t.Errorf("the number %d came after %d", n, last)
		} else {
			last = n
		}
		must(t, tx.Abort())
		must(t, begin(t, e, true).Commit())
	}
}

// TestTableMadeMeanwhile has two who wait to make one table, and between them one who writes to it: the second finds it
// made, and does not make it again. Who waits for the turn first gets it first.
func TestTableMadeMeanwhile(t *testing.T) {
	e := mem.New(mem.Options{})
	holder := begin(t, e, true)
	handle, answers := make(chan engine.Table, 1), make(chan error, 3)
	ctx, queue := context.Background(), func(do func() error) {
		go func() { answers <- do() }()
		time.Sleep(20 * time.Millisecond)
	}
	queue(func() error {
		table, err := e.Table(ctx, "table", true)
		handle <- table
		return err
	})
	queue(func() error {
		tx, err := e.Begin(ctx, engine.TxnOptions{Write: true})
		if err != nil {
			return err
		}
		return errors.Join(tx.Put(engine.Place{Table: <-handle}, []byte("key"), []byte("value")), tx.Commit())
	})
	queue(func() error {
		_, err := e.Table(ctx, "table", true)
		return err
	})
	must(t, holder.Abort())
	must(t, errors.Join(<-answers, <-answers, <-answers))
	if got := get(t, e, place(t, e, "table"), "key"); got != "value" {
		t.Errorf("Get gave %q, want %q", got, "value")
	}
}
