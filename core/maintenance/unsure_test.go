// Does a move lose nothing when a commit happens, and the engine cannot say so?
package maintenance_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// unsure is an engine one of whose commits of writes is done and answered with ErrCommitUnknown: the one that brings left to 0.
type unsure struct {
	engine.Engine
	left int
}

func (u *unsure) Open() (engine.Engine, error) { return u, nil }

func (u *unsure) Begin(ctx context.Context, o engine.TxnOptions) (engine.Txn, error) {
	t, err := u.Engine.Begin(ctx, o)
	if err != nil || !o.Write {
		return t, err
	}
	return &unsureTxn{t, u}, nil
}

type unsureTxn struct {
	engine.Txn
	of *unsure
}

func (t *unsureTxn) Commit() error {
	err := t.Txn.Commit()
	if t.of.left--; err == nil && t.of.left == 0 {
		return engine.ErrCommitUnknown
	}
	return err
}

func TestMoveWithUnknownCommits(t *testing.T) {
	tenant := core.Named("tenant1")
	want := scopeOf(dump(t, small(t)), tenant)
	for n := 1; ; n++ {
		source := &unsure{Engine: mem.New(mem.Options{})}
		from, err := core.Open(source)
		must(t, err)
		to, _ := failingEnv(t)
		_, err = maintenance.Import(ctx, from, bytes.NewReader(exported(t, small(t), maintenance.Blocks)), maintenance.ImportOptions{})
		must(t, err)
		source.left = n
		_, err = maintenance.Move(ctx, from, tenant, to, maintenance.CopyOptions{})
		unreached := source.left > 0
		source.left = 0
		here, there := dump(t, from), dump(t, to)
		_, stays := here["scope tenant1"]
		_, arrived := there["scope tenant1"]
		switch {
		case arrived:
			wantSame(t, scopeOf(there, tenant), want, "at its new place")
		case stays:
			wantSame(t, scopeOf(here, tenant), want, "at its old place")
		default:
			t.Errorf("commit %d happens unknown, the move fails with %v, and the scope is nowhere", n, err)
		}
		must(t, from.Close())
		if unreached {
			must(t, err)
			return
		}
	}
}
