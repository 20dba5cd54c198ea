package maintenance

import (
	"context"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// DropOptions say how to drop.
type DropOptions struct {
	// Batch is how many entries one transaction deletes at the most; 0 is 16,384.
	Batch    uint64
	Progress ProgressFunc
}

// Drop deletes all that a scope holds in every database, in transactions of limited size, and unregisters it in the last
// one. It says how many entries it deleted. Others can write meanwhile; what they see of the scope dwindles. When it ends
// early, the scope is still there with what is left: Drop again goes on. Errors: ErrNotFound, ErrCanceled, those of writes.
func Drop(ctx context.Context, env *core.Env, name string, o DropOptions) (uint64, error) {
	s := core.Named(name)
	var total uint64
	err := env.ViewStored(ctx, func(t *core.Txn, databases []core.Stored) error {
		_, there, err := t.ScopeID(name)
		if err == nil && !there {
			err = fail(core.CodeNotFound, "the scope %s is not registered", scope.Quote(name))
		}
		for _, d := range databases {
			if d.Raw == nil || o.Progress == nil || err != nil {
				continue
			}
			if n, err := d.Raw.Estimate(t, s); err == nil {
				total += n
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	m := newMeter(o.Progress, Entries, total, 1)
	if err := shrink(ctx, env, o, m, func(t *core.Txn, most uint64) (uint64, error) {
		return t.ShrinkScope(name,
			most)
	}); err != nil {
		return m.p.Done, err
	}
	n, err := env.DropScope(ctx, name) // with what came meanwhile
	return m.p.Done + n, err
}

// DropOrphan deletes the entries of an id that no scope has; see Verify.
func DropOrphan(ctx context.Context, env *core.Env, id uint32, o DropOptions) (uint64, error) {
	m := newMeter(o.Progress, Entries, 0, 1)
	err := shrink(ctx, env, o, m, func(t *core.Txn, most uint64) (uint64, error) { return t.ShrinkOrphan(id, most) })
	return m.p.Done, err
}

func shrink(ctx context.Context, env *core.Env, o DropOptions, m *meter, step func(*core.Txn, uint64) (uint64, error)) error {
	most := o.Batch
	if most == 0 {
		most = 16384
	}
	for {
		if err := ended(ctx); err != nil {
			return err
		}
		var n uint64
		err := env.Update(ctx, func(t *core.Txn) (err error) {
			n, err = step(t, most)
			return err
		})
		if err != nil {
			return err
		}
		if err := m.add(ctx, n); err != nil || n < most {
			return err
		}
	}
}
