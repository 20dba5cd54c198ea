package enginetest

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"pgregory.net/rapid"
)

// fixture is an engine under test, and the test that asks. Its methods end the test where the engine does not do what
// they say.
type fixture struct {
	rapid.TB
	test   *testing.T
	engine engine.Engine
	open   Open
	reopen Reopen
}

// newFixture opens an engine for the length of a test, at the end of which nothing must be left open.
func newFixture(t *testing.T, open Open, reopen Reopen) *fixture {
	f := &fixture{TB: t, test: t, engine: open(t), open: open, reopen: reopen}
	// Registered after the opener's own, so that it runs before them.
	t.Cleanup(f.close)
	return f
}

// close closes the engine. A test that failed may have left things open; one error of it is enough.
func (f *fixture) close() {
	if f.engine == nil {
		return
	}
	if err := f.engine.Close(); err != nil && !f.Failed() {
		f.Errorf("Close with nothing left open: %v", err)
	}
	f.engine = nil
}

// again closes the engine and opens its store again.
func (f *fixture) again() {
	f.Helper()
	closed := f.engine
	f.must(closed.Close())
	f.engine = nil
	f.engine = f.reopen(f.test, closed)
}

// must ends the test on an error.
func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatalf("unexpected error: %v", err)
	}
}

// wantError ends the test unless err matches one of the kinds.
func (f *fixture) wantError(err error, kinds ...error) {
	f.Helper()
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return
		}
	}
	f.Fatalf("error %v, want one that matches %v", err, kinds)
}

// wantExactly ends the test unless err is the value itself, unwrapped.
func (f *fixture) wantExactly(err, value error) {
	f.Helper()
	if err != value { //nolint:errorlint // The identity is what the contract promises.
		f.Fatalf("error %#v, want exactly %v", err, value)
	}
}

// table opens a table, creating it if need be.
func (f *fixture) table(name string) engine.Table {
	f.Helper()
	table, err := f.engine.Table(context.Background(), name, true)
	f.must(err)
	return table
}

// whole is the place of a whole table.
func (f *fixture) whole(name string) engine.Place {
	f.Helper()
	return engine.Place{Table: f.table(name)}
}

// within is a partition of a table.
func within(table engine.Table, partition [4]byte) engine.Place {
	return engine.Place{Table: table, Partition: engine.PartitionOf(partition), Scoped: true}
}

// places are a partition of a table and, in another table, a whole one: most of the contract is the same for both.
func (f *fixture) places() map[string]engine.Place {
	f.Helper()
	return map[string]engine.Place{
		"whole":     f.whole("plain"),
		"partition": within(f.table("parted"), [4]byte{0x92, 0xb6, 0x9e, 0xa5}),
	}
}

// begin begins a transaction that the caller ends.
func (f *fixture) begin(write bool) engine.Txn {
	f.Helper()
	tx, err := f.engine.Begin(context.Background(), engine.TxnOptions{Write: write})
	f.must(err)
	return tx
}

// read does something in a read transaction.
func (f *fixture) read(do func(tx engine.Txn)) {
	f.Helper()
	f.during(f.begin(false), engine.Txn.Abort, do)
}

// write does something in a write transaction and commits it.
func (f *fixture) write(do func(tx engine.Txn)) {
	f.Helper()
	f.during(f.begin(true), engine.Txn.Commit, do)
}

// drop does something in a write transaction and aborts it.
func (f *fixture) drop(do func(tx engine.Txn)) {
	f.Helper()
	f.during(f.begin(true), engine.Txn.Abort, do)
}

// during does something in a transaction and ends it. A test that fails in between aborts it, so that the writer's turn
// is not lost with it and the next test does not wait for it.
func (f *fixture) during(tx engine.Txn, end func(engine.Txn) error, do func(tx engine.Txn)) {
	f.Helper()
	ended := false
	defer func() {
		if !ended {
			_ = tx.Abort()
		}
	}()
	do(tx)
	ended = true
	f.must(end(tx))
}

// put puts an entry.
func (f *fixture) put(tx engine.Txn, at engine.Place, key, value string) {
	f.Helper()
	if err := tx.Put(at, []byte(key), []byte(value)); err != nil {
		f.Fatalf("Put of %q: %v", key, err)
	}
}

// fill puts entries in a transaction of its own.
func (f *fixture) fill(at engine.Place, entries content) {
	f.Helper()
	f.write(func(tx engine.Txn) {
		for key, value := range entries {
			f.put(tx, at, key, value)
		}
	})
}

// wantValue ends the test unless Get answers the value, not nil even where it has no bytes.
func (f *fixture) wantValue(tx engine.Txn, at engine.Place, key, want string) {
	f.Helper()
	got, err := tx.Get(at, []byte(key))
	if err != nil {
		f.Fatalf("Get of %q: %v, want a value", key, err)
	}
	if got == nil || !bytes.Equal(got, []byte(want)) {
		f.Fatalf("Get of %q gave %q (nil: %t), want %q", key, clip(got), got == nil, clip([]byte(want)))
	}
}

// wantMissing ends the test unless there is no such entry.
func (f *fixture) wantMissing(tx engine.Txn, at engine.Place, key string) {
	f.Helper()
	if got, err := tx.Get(at, []byte(key)); err != engine.ErrNotFound { //nolint:errorlint // As in wantExactly.
		f.Fatalf("Get of %q: %q and error %v, want exactly ErrNotFound", key, clip(got), err)
	}
}

// clip shortens bytes for a message.
func clip(b []byte) []byte {
	const most = 64
	if len(b) > most {
		return b[:most]
	}
	return b
}

// elsewhere does something in another goroutine, as another user of the engine would, and waits for it: not for ever,
// since some of what is done there could wait for the test itself.
func elsewhere(do func() error) error {
	answer := make(chan error, 1)
	go func() { answer <- do() }()
	select {
	case err := <-answer:
		return err
	case <-time.After(20 * time.Second):
		return errors.New("it does not come back")
	}
}

// onOneThread does something in a goroutine that keeps its thread, as a caller from C does.
func onOneThread(do func() error) error {
	return elsewhere(func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		return do()
	})
}
