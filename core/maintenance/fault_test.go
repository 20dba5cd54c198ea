// Whichever call of the engine fails: is an import all or nothing, and has a moved scope one whole place?
package maintenance_test

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/faulty"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// failingDriver opens an engine in memory whose calls can be made to fail.
type failingDriver struct{ e *faulty.Engine }

func (f failingDriver) Open() (engine.Engine, error) { return f.e, nil }

func failingEnv(t *testing.T) (*core.Env, *faulty.Engine) {
	t.Helper()
	e := faulty.Wrap(mem.New(mem.Options{}))
	env, err := core.Open(failingDriver{e})
	must(t, err)
	t.Cleanup(func() { must(t, env.Close()) })
	return env, e
}

// entriesOf is a dump without the databases, which an import makes first.
func entriesOf(all map[string]string) map[string]string {
	all = maps.Clone(all)
	maps.DeleteFunc(all, func(key, _ string) bool { return strings.HasPrefix(key, "database ") })
	return all
}

func TestImportWithFaults(t *testing.T) {
	source := small(t)
	whole := exported(t, source, maintenance.Blocks)
	want := entriesOf(dump(t, source))
	for _, failure := range []error{engine.ErrIO, engine.ErrMapFull, engine.ErrConflict} {
		for _, existing := range []maintenance.Existing{maintenance.Refuse, maintenance.Overwrite} {
			for n := 1; ; n++ {
				env, e := failingEnv(t)
				e.FailAt(n, failure)
				_, err := maintenance.Import(ctx, env, pipe{bytes.NewReader(whole)}, maintenance.ImportOptions{Existing: existing})
				last := e.Last()
				e.Reset()
				got := entriesOf(dump(t, env))
				switch {
				case err == nil:
					wantSame(t, got, want, "an import that went through")
				case len(got) > 0:
					t.Fatalf("call %d (%s) fails with %v, the import with %v, and leaves %v", n, last, failure, err, got)
				}
				if last == "" {
					if n < 50 {
						t.Errorf("an import has %d calls only", n)
					}
					break
				}
			}
		}
	}
}

func TestMoveWithFaults(t *testing.T) {
	tenant := core.Named("tenant1")
	want := scopeOf(dump(t, small(t)), tenant)
	for _, at := range []string{"source", "target"} {
		for n := 1; ; n++ {
			from, source := failingEnv(t)
			to, target := failingEnv(t)
			_, err := maintenance.Import(ctx, from, bytes.NewReader(exported(t, small(t), maintenance.Blocks)),
				maintenance.ImportOptions{})
			must(t, err)
			e := map[string]*faulty.Engine{"source": source, "target": target}[at]
			e.FailAt(n, engine.ErrIO)
			_, err = maintenance.Move(ctx, from, tenant, to, maintenance.CopyOptions{})
			last := e.Last()
			source.Reset()
			target.Reset()
			here, there := dump(t, from), dump(t, to)
			_, stays := here["scope tenant1"]
			_, arrived := there["scope tenant1"]
			if stays == arrived || (err == nil && stays) {
				t.Fatalf("call %d (%s) of the %s fails, the move with %v: at its old place %v, at its new one %v", n, last, at, err,
					stays, arrived)
			}
			if stays {
				wantSame(t, scopeOf(here, tenant), want, "at its old place")
			} else {
				wantSame(t, scopeOf(there, tenant), want, "at its new place")
			}
			if last == "" {
				must(t, err)
				break
			}
		}
	}
}
