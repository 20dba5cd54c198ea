// Does a process see, reach and respect what another one made after it had opened the environment?
package processes

import (
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// TestLateDatabase: a database that another process makes is dropped from and kept from pruning, without being opened
// here. An explicit transaction may be told to begin again; Update does so by itself.
func TestLateDatabase(t *testing.T) {
	for name, hash := range hashings {
		t.Run(name, func(t *testing.T) {
			o := options{Folder: t.TempDir(), Hash: hash}
			env := open(t, o)
			early, err := core.OpenBytes(ctx, env, "early")
			must(t, err)
			must(t, fill(env, early, "dropped", 1, 1))
			must(t, fill(env, early, "kept", 0, 1))
			other := start(t, task{Role: "servant", Options: o})
			other.hear("ready")
			other.ask("open late", "ok")
			other.ask("fill late dropped 2 1", "ok")
			other.ask("fill late kept 3 1", "ok")

			explicitly(t, env, func(txn *core.Txn) error {
				_, err := txn.DropScope("dropped")
				return err
			})
			if n, err := env.DropScope(ctx, "dropped"); n != 3 || err != nil {
				t.Errorf("drop gives %d, %v", n, err)
			}
			other.ask("count late dropped", "ok 0")

			other.ask("open later", "ok")
			other.ask("fill later kept 4 1", "ok")
			other.ask("fill later alone 5 1", "ok")
			explicitly(t, env, func(txn *core.Txn) error {
				_, err := txn.PruneScopes()
				return err
			})
			if n, err := env.PruneScopes(ctx); n != 0 || err != nil {
				t.Errorf("prune gives %d, %v", n, err)
			}
			other.ask("count later alone", "ok 5")
			other.ask("scopes", "ok 2")
			other.ask("close", "ok")
			other.wait()
		})
	}
}

// explicitly does something in an explicit transaction and drops it. It may succeed, or answer ErrConflict.
func explicitly(t *testing.T, env *core.Env, fn func(*core.Txn) error) {
	t.Helper()
	txn, err := env.Begin(ctx, true)
	must(t, err)
	if err := fn(txn); err != nil && !errors.Is(err, core.ErrConflict) {
		t.Error(err)
	}
	must(t, txn.Abort())
}

// TestLateRegistry: whoever opened the environment while it was empty sees the scopes that others register then.
func TestLateRegistry(t *testing.T) {
	for name, readOnly := range map[string]bool{"writable": false, "read-only": true} {
		t.Run(name, func(t *testing.T) {
			o := options{Folder: t.TempDir()}
			other := start(t, task{Role: "servant", Options: o})
			other.hear("ready") // the file is there now, and empty
			o.ReadOnly = readOnly
			env := open(t, o)
			other.ask("open made", "ok")
			other.ask("fill made tenant 3 1", "ok")
			infos, err := env.Scopes(ctx)
			if err != nil || len(infos) != 1 || infos[0].Name != "tenant" {
				t.Errorf("Scopes gives %v, %v", infos, err)
			}
			must(t, env.View(ctx, func(txn *core.Txn) error {
				if _, ok, err := txn.ScopeID("tenant"); !ok || err != nil {
					t.Errorf("ScopeID gives %v, %v", ok, err)
				}
				return nil
			}))
			if !readOnly {
				must(t, env.Update(ctx, func(txn *core.Txn) error { return txn.RenameScope("tenant", "renamed") }))
				other.ask("count made renamed", "ok 3")
			}
			other.ask("close", "ok")
			other.wait()
		})
	}
}

// foreign makes an environment in which another program has made a table, with one entry.
func foreign(t *testing.T, o options, name string) {
	t.Helper()
	e, err := lmdb.Config{Path: o.Folder, MapSize: 1 << 28, Durability: lmdb.NoSync}.Open()
	must(t, err)
	table, err := e.Table(ctx, name, true)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	must(t, txn.Put(engine.Place{Table: table}, []byte("key"), []byte("foreign")))
	must(t, errors.Join(txn.Commit(), e.Close()))
}

// TestLateScopes: a process that only reads opened a database of another program's, which has no scopes. When another
// process puts some there, the reader sees them, and nobody tells it to begin again: View does not.
func TestLateScopes(t *testing.T) {
	o := options{Folder: t.TempDir()}
	foreign(t, o, "plain")
	other := start(t, task{Role: "servant", Options: o})
	other.hear("ready")
	o.ReadOnly = true
	env := open(t, o)
	db, err := core.OpenBytes(ctx, env, "plain")
	must(t, err)
	other.ask("open plain", "ok")
	other.ask("fill plain tenant 3 1", "ok")
	if n, err := db.In(core.Named("tenant")).Count(ctx, core.Range[[]byte]{}); n != 3 || err != nil {
		t.Errorf("Count gives %d, %v", n, err)
	}
	if value, err := db.In(core.Default).Get(ctx, []byte("key")); string(value) != "foreign" || err != nil {
		t.Errorf("Get gives %q, %v", value, err)
	}
	other.ask("close", "ok")
	other.wait()
}

// TestLateLayout: the same, and the other process makes the scopes in a layout that the reader could not know of. What the
// reader gets is right, or an error; it is never another scope's. Here partitions of the one layout are other scopes'
// partitions in the other.
func TestLateLayout(t *testing.T) {
	o := options{Folder: t.TempDir(), Hash: swappedHash}
	foreign(t, o, "plain")
	other := start(t, task{Role: "servant", Options: o})
	other.hear("ready")
	o.ReadOnly = true
	env := open(t, o)
	db, err := core.OpenBytes(ctx, env, "plain")
	must(t, err)
	other.ask("open-heed plain", "ok")
	other.ask("fill plain one 1 1", "ok")
	other.ask("fill plain two 2 1", "ok")
	for range 2 { // the first time the table is new to the reader
		for name, want := range map[string]uint64{"one": 1, "two": 2} {
			if n, err := db.In(core.Named(name)).Count(ctx, core.Range[[]byte]{}); err == nil && n != want {
				t.Errorf("scope %q has %d entries, and the reader counts %d", name, want, n)
			}
		}
	}
	other.ask("close", "ok")
	other.wait()
}

// TestKindsAtOnce: two processes that make a database at once, as different kinds, are not both told that they did.
func TestKindsAtOnce(t *testing.T) {
	o := options{Folder: t.TempDir()}
	verbs := []string{"open", "open-text"}
	var both []*process
	for n := range verbs {
		both = append(both, start(t, task{Role: "servant", Options: o, Number: n}))
	}
	for _, p := range both {
		p.hear("ready")
	}
	wins := map[string]int{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"} {
		for n, p := range both {
			p.say(verbs[n] + " " + name)
		}
		answers := []string{<-both[0].lines, <-both[1].lines}
		switch {
		case answers[0] == "ok" && answers[1] == "KindMismatch":
			wins[verbs[0]]++
		case answers[1] == "ok" && answers[0] == "KindMismatch":
			wins[verbs[1]]++
		default:
			t.Errorf("database %q: %s gives %q, and %s %q", name, verbs[0], answers[0], verbs[1], answers[1])
		}
	}
	t.Log(wins)
	for _, p := range both {
		p.ask("close", "ok")
		p.wait()
	}
}
