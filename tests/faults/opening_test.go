// Does opening an environment or a database that fails in the middle leave what a second attempt can complete?
package faults

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// openings open each kind of database, and are what else makes tables.
func openings() (steps []step) {
	for _, name := range slices.Sorted(maps.Keys(catalogue)) {
		steps = append(steps, step{name: "open " + name, makes: true, run: whole("open", mayRetry, func(w *world) error {
			_, err := catalogue[name](w.env)
			return err
		})})
	}
	return append(steps, step{name: "register a scope", makes: true, run: whole("RegisterScope", mayRetry, func(w *world) error {
		_, err := w.env.RegisterScope(ctx, "first")
		return err
	})})
}

// foreign is what scoped-heed writes: a database in its layout, a registry in which no scope is displaced, and no record
// of ours.
func foreign(t *testing.T, name string) *image {
	t.Helper()
	e := mem.New(mem.Options{})
	env, err := core.Open(driver{e}, core.WithScopeHash(narrow))
	must(t, err)
	must(t, prepare(env, filled[:1], []string{name}))
	return take(t, e).without(recordsTable)
}

// without is the image with tables that are missing, as where a process died while it made them.
func (all *image) without(tables ...string) *image {
	less := &image{tables: maps.Clone(all.tables)}
	for _, name := range tables {
		delete(less.tables, name)
	}
	return less
}

const recordsTable, rowsTable = "__scoped_lmdb", "__global_scope_metadata"

func TestOpenDatabase(t *testing.T) {
	typed := base(t, "typed")
	for name, begun := range map[string]*image{
		"in nothing":           {},
		"beside another":       typed,
		"without scopes":       typed.without("typed_scoped", rowsTable),
		"without any table":    typed.without("typed_scoped", "typed"),
		"after scoped-heed":    foreign(t, "heed-bytes"),
		"in scoped-heed's own": foreign(t, "heed-text").without("heed-text"),
	} {
		t.Run(name, func(t *testing.T) { trySteps(t, onMem, begun, openings(), len(faultKinds)) })
	}
}

// TestOpen: what fails while the environment is opened is told, and leaves nothing open.
func TestOpen(t *testing.T) {
	all := base(t, "bytes")
	for name, on := range map[string]ground{"mem": onMem, "lmdb": onFiles} {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				for _, f := range faultKinds {
					w := newWorld(t, on, all)
					w.fault = f
					w.faulty.FailAt(n, f.armed())
					failed := w.call("Open", mayReadOn, func() (err error) {
						w.env, err = core.Open(driver{w.faulty}, core.WithScopeHash(narrow))
						return err
					}) != nil
					must(t, errors.Join(w.problems...))
					if failed {
						if _, err := w.stand.Begin(ctx, engine.TxnOptions{}); !errors.Is(err, engine.ErrClosed) {
							t.Errorf("call %d fails, and the engine is left open: %v", n, err)
						}
						w.stand.drop()
						continue
					}
					w.faulty.Reset()
					w.close(t)
					if w.fired == "" {
						return
					}
				}
			}
		})
	}
}

// TestClose: an environment that could not be closed is still open.
func TestClose(t *testing.T) {
	for _, f := range faultKinds {
		w := newWorld(t, onMem, base(t, "bytes"))
		w.openEnv(t, "bytes")
		w.fault = f
		w.faulty.FailAt(1, f.armed())
		_ = w.call("Close", mustTell, w.env.Close)
		must(t, errors.Join(w.problems...))
		if infos, err := w.env.Scopes(ctx); err != nil || len(infos) != 4 {
			t.Errorf("after Close failed: %v, %v", infos, err)
		}
		if err := w.databases["bytes"].apply(w.env, core.Default); err != nil {
			t.Errorf("after Close failed, Apply: %v", err)
		}
		must(t, w.env.Close())
		if err := w.env.Close(); !errors.Is(err, core.ErrClosed) {
			t.Errorf("a second Close gives %v", err)
		}
	}
}
