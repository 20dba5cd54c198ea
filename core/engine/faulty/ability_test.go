// Does what faulty wraps keep its optional abilities, and gain none?

package faulty_test

import (
	"context"
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/faulty"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// plain is an engine whose transactions have no children.
type plain struct {
	engine.Engine
}

// childless hides the Nester of a transaction.
type childless struct {
	engine.Txn
}

func (p plain) Begin(ctx context.Context, options engine.TxnOptions) (engine.Txn, error) {
	tx, err := p.Engine.Begin(ctx, options)
	if err != nil {
		return nil, err
	}
	return childless{tx}, nil
}

// growing is an engine that remembers what it was asked to grow to.
type growing struct {
	engine.Engine
	size int64
}

func (g *growing) Grow(_ context.Context, size int64) error {
	g.size = size
	return nil
}

func TestNoChildren(t *testing.T) {
	e := faulty.Wrap(plain{mem.New(mem.Options{})})
	tx := begin(t, e, true)
	if _, ok := tx.(engine.Nester); ok {
		t.Errorf("a transaction without children became a Nester")
	}
	must(t, tx.Abort())
}

func TestGrow(t *testing.T) {
	ctx := context.Background()
	if err := faulty.Wrap(mem.New(mem.Options{})).Grow(ctx, 5); !errors.Is(err, engine.ErrInvalid) {
		t.Errorf("Grow of an engine that cannot: %v", err)
	}
	inner := &growing{Engine: mem.New(mem.Options{})}
	e := faulty.Wrap(inner)
	e.FailAt(1, engine.ErrBusy)
	exactly(t, e.Grow(ctx, 5), engine.ErrBusy)
	if inner.size != 0 || e.Last() != "Engine.Grow" {
		t.Errorf("Grow was performed, or is named %q", e.Last())
	}
	must(t, e.Grow(ctx, 6))
	if inner.size != 6 {
		t.Errorf("the inner engine grew to %d", inner.size)
	}
}
