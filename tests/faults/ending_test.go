// What becomes of a transaction whose end fails in a way that is not like the others?
package faults

import (
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/faulty"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// begun is an environment with one database, on an engine of which one call may fail.
func begun(t *testing.T, e engine.Engine) (*core.Env, *core.DB[[]byte, []byte]) {
	t.Helper()
	env, err := core.Open(driver{e})
	must(t, err)
	db, err := core.OpenBytes(ctx, env, "bytes")
	must(t, err)
	t.Cleanup(func() {
		if err := env.Close(); err != nil {
			t.Error(err)
		}
	})
	return env, db
}

// attempts are ways to commit one put, in which it may be seen how often it is tried.
var attempts = map[string]func(*core.Env, *core.DB[[]byte, []byte]) error{
	"Update": func(env *core.Env, db *core.DB[[]byte, []byte]) error {
		return env.Update(ctx, func(txn *core.Txn) error { return db.Put(txn, core.Named("tenant"), []byte("key"), nil) })
	},
	"View.Put": func(_ *core.Env, db *core.DB[[]byte, []byte]) error {
		return db.In(core.Named("tenant")).Put(ctx, []byte("key"), nil)
	},
	"RegisterScope": func(env *core.Env, _ *core.DB[[]byte, []byte]) error {
		_, err := env.RegisterScope(ctx, "tenant")
		return err
	},
	"Apply": func(env *core.Env, db *core.DB[[]byte, []byte]) error {
		b := env.NewBatch()
		if err := db.BatchPut(b, core.Named("tenant"), []byte("key"), nil); err != nil {
			return err
		}
		return env.Apply(ctx, b)
	},
}

// TestCommitUnknown: nobody knows whether a commit happened. Then it must not be tried again, and the user must be told.
func TestCommitUnknown(t *testing.T) {
	armed := engine.Fail(engine.ErrCommitUnknown, mark, nil)
	for name, attempt := range attempts {
		t.Run(name+", it happened", func(t *testing.T) {
			commits, answer := 0, error(nil)
			env, db := begun(t, mem.New(mem.Options{OnCommit: func() error {
				commits++
				return answer
			}}))
			commits, answer = 0, armed
			err := attempt(env, db)
			answer = nil
			if !errors.Is(err, core.ErrCommitUnknown) || commits != 1 {
				t.Errorf("%d commits were tried, and the answer is %v", commits, err)
			}
		})
		t.Run(name+", it did not happen", func(t *testing.T) {
			for n := 1; ; n++ {
				commits := 0
				e := faulty.Wrap(mem.New(mem.Options{OnCommit: func() error {
					commits++
					return nil
				}}))
				env, db := begun(t, e)
				commits = 0
				e.FailAt(n, armed)
				err := attempt(env, db)
				call := e.Last()
				e.Reset()
				if call != "Txn.Commit" {
					continue
				}
				if !errors.Is(err, core.ErrCommitUnknown) || commits != 0 {
					t.Errorf("%d commits were tried after the first, and the answer is %v", commits, err)
				}
				return
			}
		})
	}
}

// TestWrongThread: a transaction that must end elsewhere has not ended, and goes on as before; so has its child.
func TestWrongThread(t *testing.T) {
	armed := engine.Fail(engine.ErrWrongThread, mark, nil)
	e := faulty.Wrap(mem.New(mem.Options{Poison: true}))
	env, db := begun(t, e)
	s := core.Named("tenant")
	txn, err := env.Begin(ctx, true)
	must(t, err)
	must(t, db.Put(txn, s, []byte("1"), nil))
	for _, end := range []func() error{txn.Commit, txn.Abort} {
		e.FailAt(1, armed)
		if err := end(); !errors.Is(err, core.ErrWrongThread) {
			t.Errorf("the end gives %v", err)
		}
		must(t, db.Put(txn, s, []byte("2"), nil))
	}
	child, err := txn.Child()
	must(t, err)
	for _, end := range []func() error{child.Commit, child.Abort, txn.Abort} { // the parent's Abort begins with the child's
		e.FailAt(1, armed)
		if err := end(); !errors.Is(err, core.ErrWrongThread) {
			t.Errorf("the child's end gives %v", err)
		}
		must(t, db.Put(child, s, []byte("3"), nil))
		if err := db.Put(txn, s, []byte("4"), nil); !errors.Is(err, core.ErrInUse) {
			t.Errorf("the parent of an open child gives %v", err)
		}
	}
	must(t, child.Commit())
	must(t, txn.Commit())
	if n, err := db.In(s).Count(ctx, core.Range[[]byte]{}); n != 3 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}
