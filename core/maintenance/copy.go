package maintenance

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// CopyOptions say how to copy or move a scope.
type CopyOptions struct {
	// As is the scope's name at its new place; nil for the same one.
	As       *core.Scope
	Existing Existing
	Progress ProgressFunc
}

// Copy copies a scope with its entries in all databases to another environment, or under another name to the same one, as
// one snapshot has it. It is an Export that is imported at once, and all or nothing as Import is.
func Copy(ctx context.Context, from *core.Env, s core.Scope, to *core.Env, o CopyOptions) (Totals, error) {
	totals, _, err := copyScope(ctx, from, s, to, o, false)
	return totals, err
}

// copied is what the source of a copy was.
type copied struct{ digest uint64 }

func copyScope(
	ctx context.Context, from *core.Env, s core.Scope, to *core.Env, o CopyOptions, alone bool,
) (Totals, copied, error) {
	target := s
	if o.As != nil {
		target = *o.As
	}
	if from == to && target == s {
		return Totals{}, copied{}, fail(core.CodeInvalidArgument,
			"%v would be copied to itself: name another scope or environment", s)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, w := io.Pipe()
	var source copied
	exported := make(chan error, 1)
	go func() {
		err := from.ViewStored(ctx, func(t *core.Txn, databases []core.Stored) error {
			e, err := newExporter(ctx, t, databases, ExportOptions{Selection: Selection{Scope: &s}, Progress: o.Progress})
			if err != nil {
				return err
			}
			e.digest = xxhash.New()
			if err := e.open(w, Blocks); err != nil {
				return err
			}
			err = e.run()
			source = copied{e.digest.Sum64()}
			return err
		})
		_ = w.CloseWithError(err)
		exported <- err
	}()
	totals, err := Import(ctx, to, r, ImportOptions{As: &target, Existing: o.Existing, alone: alone})
	if err != nil {
		cancel(err)
		_ = r.CloseWithError(err)
	}
	if e := <-exported; e != nil && errors.Is(err, e) {
		err = e // without what the import says of its source
	}
	return totals, source, err
}

// holding are the databases in which a scope has entries.
func holding(t *core.Txn, databases []core.Stored, s core.Scope) ([]core.Stored, error) {
	var some []core.Stored
	for _, d := range databases {
		empty, err := d.Raw.IsEmpty(t, s)
		if err != nil {
			return nil, err
		}
		if !empty {
			some = append(some, d)
		}
	}
	return some, nil
}

// Move copies a named scope to another environment and then drops it here. The scope is dropped only if it still is what was
// copied: if it was written meanwhile, the copy is dropped instead, and the move fails with ErrConflict. It vanishes here at
// once, and is deleted in transactions of limited size afterwards, under a name that begins with StagingPrefix. It must not
// have entries at its new place, in any database (Existing is not asked for).
func Move(ctx context.Context, from *core.Env, s core.Scope, to *core.Env, o CopyOptions) (Totals, error) {
	if s.IsDefault() {
		return Totals{}, fail(core.CodeInvalidArgument,
			"the default scope cannot be moved: copy it, and clear it database by database")
	}
	if from == to {
		return Totals{}, fail(core.CodeInvalidArgument, "within an environment a scope is moved by renaming it")
	}
	if from.ReadOnly() {
		return Totals{}, fail(core.CodeReadOnly, "the environment to move from is open for reading only")
	}
	o.Existing = Refuse
	totals, source, err := copyScope(ctx, from, s, to, o, true)
	if err != nil {
		return totals, err
	}
	placeholder, err := placeholderFor(0)
	if err != nil {
		return totals, err
	}
	if err := retire(ctx, from, s, source, placeholder); err != nil {
		if core.CodeOf(err) == core.CodeCommitUnknown { // the copy may be all that there is
			return totals, wrapf(err, "the scope %v was copied, and may be at its old place, too: look there, and drop one of them", s)
		}
		target := s
		if o.As != nil {
			target = *o.As
		}
		if _, undo := Drop(context.WithoutCancel(ctx), to, target.Name(), DropOptions{}); undo != nil {
			return totals, wrapf(err, "the scope was copied and not dropped here, and its copy could not be dropped either (%v)", undo)
		}
		return totals, err
	}
	if _, err := Drop(ctx, from, placeholder, DropOptions{Progress: o.Progress}); err != nil {
		return totals, wrapf(err, "the scope has been moved; what is left of it here is in the scope %s, which no one uses: drop it",
			scope.Quote(placeholder))
	}
	return totals, nil
}

// retire gives a scope a name that nobody uses, if it still is what was copied.
func retire(ctx context.Context, env *core.Env, s core.Scope, source copied, placeholder string) error {
	var databases []core.Stored
	var tables []string
	err := env.ViewStored(ctx, func(t *core.Txn, found []core.Stored) (err error) {
		databases = found
		tables, err = t.Tables()
		return err
	})
	if err != nil {
		return err
	}
	return env.Update(ctx, func(t *core.Txn) error {
		e := &exporter{ctx: ctx, txn: t, scopes: []core.Scope{s}, w: nowhere{}, meter: newMeter(nil, Entries, 0, 1024),
			numbers: map[string]int{}, digest: xxhash.New()}
		// A database that was made meanwhile would be missing from the comparison.
		switch now, err := t.Tables(); {
		case err != nil:
			return err
		case !slices.Equal(now, tables):
			return fail(core.CodeConflict, "a database was made while the scope %v was moved: move it again", s)
		}
		var err error
		if e.databases, err = holding(t, databases, s); err != nil {
			return err
		}
		if err := e.run(); err != nil {
			return err
		}
		if e.digest.Sum64() != source.digest {
			return fail(core.CodeConflict, "the scope %v was written while it was moved: stop its writers, then move it again", s)
		}
		return t.RenameScope(s.Name(), placeholder)
	})
}

// nowhere is a writer of records that keeps none.
type nowhere struct{}

func (nowhere) head(uint64) error             { return nil }
func (nowhere) database(databaseRecord) error { return nil }
func (nowhere) scope(core.Scope) error        { return nil }
func (nowhere) section(int, int) error        { return nil }
func (nowhere) entry([]byte, []byte) error    { return nil }
func (nowhere) end(Totals) error              { return nil }
