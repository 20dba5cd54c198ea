// Are the rules of transactions enforced, with an error each and never a hang or a crash?
package core_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

var ctx = context.Background()

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Errorf("the error is %v (%v), want %v", err, core.CodeOf(err), code)
	}
}

// open opens an environment that the test must leave without open transactions.
func open(t *testing.T, config lmdb.Config) *core.Env {
	t.Helper()
	if config.Path == "" {
		config.Path = t.TempDir()
	}
	env, err := core.Open(config)
	must(t, err)
	t.Cleanup(func() {
		if err := env.Close(); err != nil && core.CodeOf(err) != core.CodeClosed {
			t.Errorf("the environment was left in use: %v", err)
		}
	})
	return env
}

func openBytes(t *testing.T, env *core.Env, name string, options ...core.DatabaseOption) *core.DB[[]byte, []byte] {
	t.Helper()
	db, err := core.OpenBytes(ctx, env, name, options...)
	must(t, err)
	return db
}

func TestUpdateCommitsOrAborts(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	must(t, env.Update(ctx, func(txn *core.Txn) error { return db.Put(txn, s, []byte("a"), []byte("1")) }))
	own := errors.New("own")
	err := env.Update(ctx, func(txn *core.Txn) error {
		must(t, db.Put(txn, s, []byte("a"), []byte("2")))
		must(t, db.Put(txn, core.Named("never"), []byte("a"), []byte("2")))
		return own
	})
	if err != own {
		t.Errorf("Update gives %v, want the function's own error", err)
	}
	func() {
		defer func() {
			if recover() != "own panic" {
				t.Error("the panic did not come through")
			}
		}()
		_ = env.Update(ctx, func(txn *core.Txn) error {
			must(t, db.Put(txn, s, []byte("a"), []byte("3")))
			panic("own panic")
		})
	}()
	must(t, env.View(ctx, func(txn *core.Txn) error {
		value, err := db.Get(txn, s, []byte("a"))
		if string(value) != "1" || err != nil {
			t.Errorf("a is %q, %v", value, err)
		}
		infos, err := txn.Scopes()
		if len(infos) != 1 || err != nil {
			t.Errorf("scopes: %v, %v", infos, err)
		}
		return nil
	}))
}

func TestUseAfterEnd(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	for _, write := range []bool{false, true} {
		txn, err := env.Begin(ctx, write)
		must(t, err)
		cursor, err := db.Cursor(txn, core.Default, core.Range[[]byte]{})
		must(t, err)
		must(t, txn.Commit())
		must(t, txn.Abort()) // once it has ended it does nothing
		wantCode(t, txn.Commit(), core.CodeTxnEnded)
		_, err = db.Get(txn, core.Default, []byte("a"))
		wantCode(t, err, core.CodeTxnEnded)
		if write {
			wantCode(t, db.Put(txn, core.Default, []byte("a"), nil), core.CodeTxnEnded)
		} else {
			wantCode(t, db.Put(txn, core.Default, []byte("a"), nil), core.CodeReadOnly)
		}
		_, err = cursor.Next()
		wantCode(t, err, core.CodeTxnEnded)
		must(t, cursor.Close())
		_, err = txn.Scopes()
		wantCode(t, err, core.CodeTxnEnded)
	}
}

func TestSecondWriteOnOneThread(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	must(t, env.Update(ctx, func(*core.Txn) error {
		_, err := env.Begin(ctx, true)
		wantCode(t, err, core.CodeNested)
		wantCode(t, env.Update(ctx, func(*core.Txn) error { return nil }), core.CodeNested)
		_, err = core.OpenBytes(ctx, env, "another")
		wantCode(t, err, core.CodeNested)
		_, err = core.OpenBytes(ctx, env, "db") // it is complete: no writing is needed
		must(t, err)
		return env.View(ctx, func(txn *core.Txn) error { // a snapshot beside it is fine
			_, err := db.IsEmpty(txn, core.Default)
			return err
		})
	}))
}

func TestCommitOnAnotherThread(t *testing.T) {
	env := open(t, lmdb.Config{})
	openBytes(t, env, "db")
	txn, err := env.Begin(ctx, true)
	must(t, err)
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and the thread ends with the goroutine
		done <- txn.Commit()
		done <- txn.Abort()
	}()
	wantCode(t, <-done, core.CodeWrongThread)
	wantCode(t, <-done, core.CodeWrongThread)
	must(t, txn.Commit())
}

func TestWriterWaitsAndContextEndsTheWait(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	txn, err := env.Begin(ctx, true)
	must(t, err)
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	done := make(chan error)
	go func() { done <- env.Update(short, func(*core.Txn) error { return nil }) }()
	err = <-done
	wantCode(t, err, core.CodeCanceled)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the context's own error is not in %v", err)
	}
	go func() {
		done <- env.Update(ctx, func(txn *core.Txn) error { return db.Put(txn, core.Default, []byte("a"), []byte("2")) })
	}()
	must(t, db.Put(txn, core.Default, []byte("a"), []byte("1")))
	must(t, txn.Commit())
	must(t, <-done)
	value, err := db.In(core.Default).Get(ctx, []byte("a"))
	if string(value) != "2" || err != nil {
		t.Errorf("a is %q, %v: the writer that waited comes last", value, err)
	}
	_, err = env.Begin(short, true)
	wantCode(t, err, core.CodeCanceled)
}

func TestTwoGoroutinesAtOnce(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 1000 {
			must(t, db.Put(txn, core.Default, []byte{byte(i >> 8), byte(i)}, []byte("value")))
		}
		return nil
	}))
	txn, err := env.Begin(ctx, false)
	must(t, err)
	var group sync.WaitGroup
	var refused, wrong sync.Map
	for worker := range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 20000 {
				n, err := db.Count(txn, core.Default, core.Range[[]byte]{})
				switch {
				case core.CodeOf(err) == core.CodeInUse:
					refused.Store(worker, true)
				case err != nil || n != 1000:
					wrong.Store(worker, err)
				}
			}
		}()
	}
	group.Wait()
	wrong.Range(func(_, err any) bool {
		t.Errorf("a wrong answer, or the error %v", err)
		return true
	})
	must(t, txn.Abort())
}

func TestCloseUnderATransaction(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	txn, err := env.Begin(ctx, false)
	must(t, err)
	wantCode(t, env.Close(), core.CodeBusy)
	_, err = db.Get(txn, core.Default, []byte("a"))
	wantCode(t, err, core.CodeNotFound)
	must(t, txn.Abort())
	must(t, env.Close())
	wantCode(t, env.Close(), core.CodeClosed)
	_, err = env.Begin(ctx, false)
	wantCode(t, err, core.CodeClosed)
	_, err = core.OpenBytes(ctx, env, "db")
	wantCode(t, err, core.CodeClosed)
	wantCode(t, env.Update(ctx, func(*core.Txn) error { return nil }), core.CodeClosed)
}

func TestOneFolderOpenedTwice(t *testing.T) {
	folder := t.TempDir()
	first := open(t, lmdb.Config{Path: folder})
	second := open(t, lmdb.Config{Path: filepath.Join(folder, "..", filepath.Base(folder))})
	one, other := openBytes(t, first, "db"), openBytes(t, second, "db")
	must(t, one.In(core.Named("s")).Put(ctx, []byte("a"), []byte("1")))
	value, err := other.In(core.Named("s")).Get(ctx, []byte("a"))
	if string(value) != "1" || err != nil {
		t.Errorf("a is %q, %v", value, err)
	}
	must(t, first.Update(ctx, func(*core.Txn) error {
		_, err := second.Begin(ctx, true)
		wantCode(t, err, core.CodeNested)
		return nil
	}))
	_, err = core.Open(lmdb.Config{Path: folder, ReadOnly: true})
	wantCode(t, err, core.CodeBusy)
	must(t, first.Close())
	must(t, other.In(core.Named("s")).Put(ctx, []byte("a"), []byte("2")))
	must(t, second.Close())
	third := open(t, lmdb.Config{Path: folder, ReadOnly: true})
	value, err = openBytes(t, third, "db").In(core.Named("s")).Get(ctx, []byte("a"))
	if string(value) != "2" || err != nil {
		t.Errorf("a is %q, %v", value, err)
	}
	txn, err := third.Begin(ctx, false)
	must(t, err)
	wantCode(t, one.Raw().Put(txn, core.Default, []byte("a"), nil), core.CodeReadOnly)
	_, err = one.Raw().Get(txn, core.Default, []byte("a"))
	wantCode(t, err, core.CodeInvalidArgument) // of another environment
	must(t, txn.Abort())
	_, err = third.Begin(ctx, true)
	wantCode(t, err, core.CodeReadOnly)
}

func TestChildren(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	s := core.Named("tenant")
	parent, err := env.Begin(ctx, true)
	must(t, err)
	child, err := parent.Child()
	must(t, err)
	wantCode(t, db.Put(parent, s, []byte("p"), nil), core.CodeInUse)
	wantCode(t, parent.Commit(), core.CodeInUse)
	must(t, db.Put(child, s, []byte("c"), []byte("1")))
	must(t, child.Abort())
	if _, ok, err := parent.ScopeID("tenant"); ok || err != nil {
		t.Errorf("the child's abort left its scope registered: %v", err)
	}
	child, err = parent.Child()
	must(t, err)
	must(t, db.Put(child, s, []byte("c"), []byte("2")))
	must(t, child.Commit())
	value, err := db.Get(parent, s, []byte("c"))
	if string(value) != "2" || err != nil {
		t.Errorf("c is %q, %v", value, err)
	}
	_, err = parent.Child()
	must(t, err)
	must(t, parent.Abort()) // with the child
	if empty, err := env.Scopes(ctx); len(empty) != 0 || err != nil {
		t.Errorf("scopes: %v, %v", empty, err)
	}
}

func TestSnapshotsStayStill(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db")
	view := db.In(core.Named("tenant"))
	must(t, view.Put(ctx, []byte("a"), []byte("1")))
	old, err := env.Begin(ctx, false)
	must(t, err)
	must(t, view.Put(ctx, []byte("a"), []byte("2")))
	must(t, view.Put(ctx, []byte("b"), []byte("2")))
	must(t, env.RenameScope(ctx, "tenant", "renamed"))
	n, err := db.Count(old, core.Named("tenant"), core.Range[[]byte]{})
	if n != 1 || err != nil {
		t.Errorf("the snapshot has %d entries, %v", n, err)
	}
	if _, ok, err := old.ScopeID("renamed"); ok || err != nil {
		t.Errorf("the snapshot knows the new name: %v", err)
	}
	must(t, old.Abort())
	if n, err := db.In(core.Named("renamed")).Count(ctx, core.Range[[]byte]{}); n != 2 || err != nil {
		t.Errorf("the renamed scope has %d entries, %v", n, err)
	}
}
