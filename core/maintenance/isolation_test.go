// While an import goes on: does nobody see a part of it, nor get into it, by the same name, a colliding one, or after a kill?
package maintenance_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// bulky is an export of a scope that takes several transactions to import.
func bulky(t *testing.T, name string) (export []byte, entries map[string]string) {
	t.Helper()
	env := newEnv(t)
	db, err := core.OpenBytes(ctx, env, "db", core.WithLayout(core.Heed))
	must(t, err)
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 40000 {
			must(t, db.Put(txn, core.Named(name), fmt.Append(nil, "imported ", i), make([]byte, 100)))
		}
		return nil
	}))
	return exported(t, env, maintenance.Blocks), scopeOf(dump(t, env), core.Named(name))
}

// importMeanwhile imports, and calls what happens meanwhile once, after some transactions.
func importMeanwhile(env *core.Env, export []byte, meanwhile func()) error {
	done := false
	_, err := maintenance.Import(ctx, env, pipe{bytes.NewReader(export)},
		maintenance.ImportOptions{Progress: func(p maintenance.Progress) {
			if p.Done > 25000 && !done {
				done = true
				meanwhile()
			}
		}})
	return err
}

func TestNobodySeesAPart(t *testing.T) {
	export, want := bulky(t, "tenant-45432")
	env := newEnv(t)
	db, err := core.OpenBytes(ctx, env, "db", core.WithLayout(core.Heed))
	must(t, err)
	first, colliding := core.Named("tenant-45432"), core.Named("tenant-191349")
	must(t, importMeanwhile(env, export, func() {
		if n, err := db.In(first).Count(ctx, core.Range[[]byte]{}); n != 0 || err != nil {
			t.Errorf("%d entries can be seen, %v", n, err)
		}
		if _, there, err := scopeID(env, first.Name()); there || err != nil {
			t.Errorf("the name is registered, %v", err)
		}
		// The colliding name has the same home, and must neither see nor get into what gathers there.
		if n, err := db.In(colliding).Count(ctx, core.Range[[]byte]{}); n != 0 || err != nil {
			t.Errorf("the colliding name sees %d entries, %v", n, err)
		}
		must(t, db.In(colliding).Put(ctx, []byte("own"), nil))
		if n, err := db.In(colliding).Count(ctx, core.Range[[]byte]{}); n != 1 || err != nil {
			t.Errorf("the colliding name has %d entries, %v", n, err)
		}
		if n, err := env.PruneScopes(ctx); n != 0 || err != nil {
			t.Errorf("prune took %d scopes, %v", n, err)
		}
	}))
	all := dump(t, env)
	wantSame(t, scopeOf(all, first), want, "what was imported")
	if n := len(scopeOf(all, colliding)); n != 1 {
		t.Errorf("the colliding name has %d entries", n)
	}
	wantSound(t, env)
	if id, there, err := scopeID(env, first.Name()); id != 0x92b69ea5 || !there || err != nil {
		t.Errorf("the name has id %08x, %v: scoped-heed would not find it", id, err)
	}
}

func TestNobodyIsOverwritten(t *testing.T) {
	export, _ := bulky(t, "tenant")
	env := newEnv(t)
	db, err := core.OpenBytes(ctx, env, "db", core.WithLayout(core.Heed))
	must(t, err)
	tenant := core.Named("tenant")
	err = importMeanwhile(env, export, func() { must(t, db.In(tenant).Put(ctx, []byte("imported 1"), []byte("own"))) })
	wantCode(t, err, core.CodeKeyExists)
	all := dump(t, env)
	if len(scopeOf(all, tenant)) != 1 || len(all) != 3 {
		t.Errorf("%d things are left: %.300v", len(all), all)
	}
	wantSound(t, env)
}

// TestDroppedPlaceholder drops what an import has gathered while it goes on: it must not end as if all were there.
func TestDroppedPlaceholder(t *testing.T) {
	export, _ := bulky(t, "tenant")
	env := newEnv(t)
	err := importMeanwhile(env, export, func() {
		infos, err := env.Scopes(ctx)
		must(t, err)
		for _, info := range infos {
			_, err := env.DropScope(ctx, info.Name)
			must(t, err)
		}
	})
	wantCode(t, err, core.CodeNotFound)
	wantEmpty(t, env)
}

// TestEmptyScopesSurvive imports into a name that is registered and holds nothing, and fails.
func TestEmptyScopesSurvive(t *testing.T) {
	export, _ := bulky(t, "tenant")
	env := newEnv(t)
	_, err := core.OpenBytes(ctx, env, "db", core.WithLayout(core.Heed))
	must(t, err)
	_, err = env.RegisterScope(ctx, "tenant")
	must(t, err)
	before := dump(t, env)
	_, err = maintenance.Import(ctx, env, pipe{bytes.NewReader(export[:len(export)-9])}, maintenance.ImportOptions{})
	wantCode(t, err, core.CodeCorrupt)
	wantSame(t, dump(t, env), before, "after the failure")
	_, err = maintenance.Import(ctx, env, bytes.NewReader(export), maintenance.ImportOptions{})
	must(t, err)
	wantSound(t, env)
}

// TestKilledImport kills an importing process: nothing can be seen of it, verify tells what is left, and it can be dropped.
func TestKilledImport(t *testing.T) {
	export, want := bulky(t, "tenant")
	folder := t.TempDir()
	file, target := filepath.Join(folder, "export"), filepath.Join(folder, "target")
	must(t, os.WriteFile(file, export, 0o600))
	must(t, os.Mkdir(target, 0o700))
	c := start(t, "import-and-wait", target, file)
	if line := c.line(t); line != "gathering" {
		t.Fatal(line)
	}
	must(t, c.Process.Kill())
	_ = c.Wait()
	env := open(t, target)
	defer func() { must(t, env.Close()) }()
	if _, there, err := scopeID(env, "tenant"); there || err != nil {
		t.Errorf("the scope can be seen, %v", err)
	}
	_, err := maintenance.Import(ctx, env, bytes.NewReader(export), maintenance.ImportOptions{})
	must(t, err)
	wantSame(t, scopeOf(dump(t, env), core.Named("tenant")), want, "the import after the kill")
	report, err := maintenance.Verify(ctx, env, maintenance.VerifyOptions{})
	must(t, err)
	if len(report.Faults) != 1 {
		t.Errorf("verify finds %+v", report.Faults)
	}
	for _, f := range report.Faults {
		if f.Kind != maintenance.FaultLeftover {
			t.Errorf("verify finds %+v", f)
		}
		_, err := maintenance.Drop(ctx, env, f.Scope, maintenance.DropOptions{})
		must(t, err)
	}
	wantSound(t, env)
}

// importAndWaitRole imports, and waits for its end when some transactions have been committed.
func importAndWaitRole(arguments []string) error {
	env, err := core.Open(lmdb.Config{Path: arguments[0], MapSize: 1 << 30, Durability: lmdb.NoSync})
	if err != nil {
		return err
	}
	file, err := os.Open(arguments[1])
	if err != nil {
		return err
	}
	_, err = maintenance.Import(ctx, env, file, maintenance.ImportOptions{Progress: func(p maintenance.Progress) {
		if p.Done > 25000 {
			fmt.Println("gathering")
			_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
		}
	}})
	return err
}
