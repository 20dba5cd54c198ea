// Do drop, copy, move, stats and readers do what they promise, also when they end early, and with foreign files?
package maintenance_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// tenantsEnv has n entries in each of two databases for each of three tenants.
func tenantsEnv(t *testing.T, n int) *core.Env {
	t.Helper()
	env := newEnv(t)
	one, err := core.OpenTyped[int, []byte](ctx, env, "one")
	must(t, err)
	two, err := core.OpenBytes(ctx, env, "two", core.WithLayout(core.Heed))
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for _, name := range []string{"t1", "t2", "t3"} {
			for i := range n {
				must(t, one.Put(txn, core.Named(name), i, make([]byte, rand.IntN(100))))
				must(t, two.Put(txn, core.Named(name), fmt.Append(nil, i), make([]byte, rand.IntN(100))))
			}
		}
		return nil
	}))
	return env
}

func TestDropInSteps(t *testing.T) {
	env := tenantsEnv(t, 1000)
	before := dump(t, env)
	ended, cancel := context.WithCancel(ctx)
	var told []maintenance.Progress
	n, err := maintenance.Drop(ended, env, "t2", maintenance.DropOptions{Batch: 300, Progress: func(p maintenance.Progress) {
		if told = append(told, p); p.Done >= 900 {
			cancel()
		}
	}})
	wantCode(t, err, core.CodeCanceled)
	if n != 900 || told[0].Total < 1500 || told[0].Total > 2500 {
		t.Errorf("%d entries were deleted, %+v", n, told)
	}
	if left := len(scopeOf(dump(t, env), core.Named("t2"))); left != 1100 {
		t.Errorf("%d entries are left", left)
	}
	n, err = maintenance.Drop(ctx, env, "t2", maintenance.DropOptions{Batch: 300})
	if n != 1100 || err != nil {
		t.Errorf("the rest: %d entries, %v", n, err)
	}
	after := dump(t, env)
	for key := range before {
		if strings.Contains(key, ` / "t2" / `) || key == "scope t2" {
			delete(before, key)
		}
	}
	wantSame(t, after, before, "the others")
	wantSound(t, env)
	_, err = maintenance.Drop(ctx, env, "t2", maintenance.DropOptions{})
	wantCode(t, err, core.CodeNotFound)
	_, err = maintenance.Drop(ctx, newEnv(t), "t2", maintenance.DropOptions{})
	wantCode(t, err, core.CodeNotFound)
}

func TestMove(t *testing.T) {
	from, to := tenantsEnv(t, 500), newEnv(t)
	was := dump(t, from)
	totals, err := maintenance.Move(ctx, from, core.Named("t1"), to, maintenance.CopyOptions{})
	if err != nil || totals.Entries != 1000 {
		t.Fatalf("%+v, %v", totals, err)
	}
	wantSame(t, scopeOf(dump(t, to), core.Named("t1")), scopeOf(was, core.Named("t1")), "the moved scope")
	left := dump(t, from)
	if _, there := left["scope t1"]; there || len(scopeOf(left, core.Named("t1"))) != 0 {
		t.Error("the scope is still at its old place")
	}
	wantSame(t, scopeOf(left, core.Named("t2")), scopeOf(was, core.Named("t2")), "a neighbour")
	wantSound(t, from)
	wantSound(t, to)
	// The name's own id is kept, so that scoped-heed and lookups find it at home.
	id, there, err := scopeID(from, "t2")
	must(t, err)
	_, err = maintenance.Move(ctx, from, core.Named("t2"), to, maintenance.CopyOptions{})
	must(t, err)
	if again, _, err := scopeID(to, "t2"); err != nil || again != id || !there {
		t.Errorf("the id %08x became %08x, %v", id, again, err)
	}
	_, err = maintenance.Move(ctx, from, core.Named("t1"), to, maintenance.CopyOptions{})
	wantCode(t, err, core.CodeNotFound)
	_, err = maintenance.Move(ctx, from, core.Default, to, maintenance.CopyOptions{})
	wantCode(t, err, core.CodeInvalidArgument)
	_, err = maintenance.Copy(ctx, from, core.Named("t3"), from, maintenance.CopyOptions{})
	wantCode(t, err, core.CodeInvalidArgument)
	taken := core.Named("t1")
	_, err = maintenance.Move(ctx, from, core.Named("t3"), to, maintenance.CopyOptions{As: &taken})
	wantCode(t, err, core.CodeKeyExists)
	wantSame(t, scopeOf(dump(t, from), core.Named("t3")), scopeOf(was, core.Named("t3")), "after a refusal")
}

func scopeID(env *core.Env, name string) (id uint32, there bool, err error) {
	err = env.View(ctx, func(txn *core.Txn) error {
		id, there, err = txn.ScopeID(name)
		return err
	})
	return id, there, err
}

// TestMoveOfAScopeThatIsWritten writes to the scope after it was copied: nothing may be lost.
func TestMoveOfAScopeThatIsWritten(t *testing.T) {
	from, to := tenantsEnv(t, 2000), newEnv(t)
	db, err := core.OpenTyped[int, []byte](ctx, from, "one")
	must(t, err)
	written := false
	_, err = maintenance.Move(ctx, from, core.Named("t1"), to, maintenance.CopyOptions{Progress: func(maintenance.Progress) {
		if !written { // the snapshot is taken already
			written = true
			must(t, db.In(core.Named("t1")).Put(ctx, -1, []byte("late")))
		}
	}})
	wantCode(t, err, core.CodeConflict)
	wantEmpty(t, to)
	if n := len(scopeOf(dump(t, from), core.Named("t1"))); n != 4001 {
		t.Errorf("%d entries are left of 4001", n)
	}
}

// TestMoveToATakenScope moves where the name has entries in a database that the scope has none in: a failed move,
// which drops its copy, must not take those with it.
func TestMoveToATakenScope(t *testing.T) {
	for _, name := range []string{"t1", "empty"} {
		from, to := tenantsEnv(t, 2000), newEnv(t)
		_, err := from.RegisterScope(ctx, "empty")
		must(t, err)
		db, err := core.OpenTyped[int, []byte](ctx, from, "one")
		must(t, err)
		other, err := core.OpenTyped[int, []byte](ctx, to, "other")
		must(t, err)
		must(t, other.In(core.Named(name)).Put(ctx, 1, []byte("theirs")))
		was, written := dump(t, to), false
		late := func(maintenance.Progress) {
			if !written {
				written = true
				must(t, db.In(core.Named(name)).Put(ctx, -1, []byte("late")))
			}
		}
		_, err = maintenance.Move(ctx, from, core.Named(name), to, maintenance.CopyOptions{Progress: late})
		wantCode(t, err, core.CodeKeyExists)
		wantSame(t, scopeOf(dump(t, to), core.Named(name)), scopeOf(was, core.Named(name)), "what was there")
		if n := len(scopeOf(dump(t, from), core.Named(name))); n == 0 {
			t.Error("the scope is gone from its old place")
		}
		wantSound(t, to)
	}
}

func TestMeasure(t *testing.T) {
	env := tenantsEnv(t, 3000)
	exact, err := maintenance.Measure(ctx, env, maintenance.StatsOptions{})
	must(t, err)
	guess, err := maintenance.Measure(ctx, env, maintenance.StatsOptions{Estimate: true})
	must(t, err)
	all := dump(t, env)
	for i, d := range exact.Databases {
		if len(d.Scopes) != 3 || d.Entries != 9000 || d.Pages.Leaf == 0 {
			t.Errorf("%+v", d)
		}
		for j, s := range d.Scopes {
			var want core.Stats
			for key, value := range scopeOf(all, s.Scope) {
				if strings.HasPrefix(key, d.Name+" / ") {
					want.Entries++
					want.KeyBytes += uint64(len(key)-len(d.Name+" / ")) / 2
					want.ValueBytes += uint64(len(value))
				}
			}
			if s.Stats != want || s.Estimated || s.Orphan {
				t.Errorf("%s, %v: %+v, want %+v", d.Name, s.Scope, s, want)
			}
			e := guess.Databases[i].Scopes[j]
			// Entries come from the shape of the tree, whose leaves differ by a third, and how long values are from a sample.
			if !e.Estimated || e.Scope != s.Scope || e.ID != s.ID || !near(e.Entries, want.Entries, 0.4) ||
				!near(e.ValueBytes, want.ValueBytes, 0.6) {
				t.Errorf("%s, %v is estimated as %+v, and is %+v", d.Name, s.Scope, e, want)
			}
		}
	}
	one := core.Named("t2")
	part, err := maintenance.Measure(ctx, env, maintenance.StatsOptions{Selection: maintenance.Selection{Database: "two",
		Scope: &one}})
	if err != nil || len(part.Databases) != 1 || len(part.Databases[0].Scopes) != 1 || part.Databases[0].Scopes[0].Stats != exact.Databases[1].Scopes[1].Stats {
		t.Errorf("%+v, %v", part, err)
	}
	_, err = maintenance.Measure(ctx, env, maintenance.StatsOptions{Selection: maintenance.Selection{Database: "three"}})
	wantCode(t, err, core.CodeDatabaseNotFound)
	if exact.Pages.Used == 0 || exact.Env.PageSize == 0 {
		t.Errorf("%+v", exact)
	}
}

func near(got, want uint64, off float64) bool {
	return math.Abs(float64(got)-float64(want)) < off*float64(want)
}

func TestReadersSayHowFarBehindTheyAre(t *testing.T) {
	env := tenantsEnv(t, 1)
	txn, err := env.Begin(ctx, false)
	must(t, err)
	for range 3 {
		_, err := env.RegisterScope(ctx, fmt.Sprint(rand.Int()))
		must(t, err)
	}
	readers, err := maintenance.Readers(env)
	must(t, err)
	behind := uint64(0)
	for _, r := range readers {
		behind = max(behind, r.Behind)
	}
	if behind != 3 {
		t.Errorf("3 commits came after a reader, and %+v are listed", readers)
	}
	must(t, txn.Abort())
	if n, err := maintenance.ClearReaders(env); n != 0 || err != nil {
		t.Errorf("%d cleared, %v", n, err)
	}
}

// TestForeignFiles exports a file that knows nothing of scopes, and one of scoped-heed's, and imports them.
func TestForeignFiles(t *testing.T) {
	plain := t.TempDir()
	e, err := lmdb.Config{Path: plain}.Open()
	must(t, err)
	table, err := e.Table(ctx, "plain", true)
	must(t, err)
	x, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	must(t, x.Put(engine.Place{Table: table}, bytes.Repeat([]byte{'k'}, 511), []byte("the longest key")))
	must(t, x.Commit())
	must(t, e.Close())
	crate := t.TempDir()
	data, err := os.ReadFile("../../tests/compat/scoped-heed/data.mdb")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(crate, "data.mdb"), data, 0o600))
	for name, folder := range map[string]string{"plain": plain, "scoped-heed": crate} {
		source, err := core.Open(lmdb.Config{Path: folder, ReadOnly: true})
		must(t, err)
		want := dump(t, source)
		wantSound(t, source)
		for _, format := range []maintenance.Format{maintenance.Blocks, maintenance.Lines} {
			target := newEnv(t)
			_, err = maintenance.Import(ctx, target, bytes.NewReader(exported(t, source, format)), maintenance.ImportOptions{})
			must(t, err)
			wantSame(t, dump(t, target), want, name)
			wantSound(t, target)
		}
		must(t, source.Close())
	}
}
