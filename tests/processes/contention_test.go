// Do scopes stay apart while several processes put, rename, prune, drop and register the same names at once?
package processes

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

const contenders = 4

// TestContention lets processes contend with real ids, and with ids of which nearly all collide.
func TestContention(t *testing.T) {
	for name, hash := range hashings {
		t.Run(name, func(t *testing.T) {
			o := options{Folder: t.TempDir(), Hash: hash}
			var all []*process
			for n := range contenders {
				all = append(all, start(t, task{Role: "contender", Options: o, Number: n, For: contention(t) / 2}))
			}
			// All are started before the first is ready, so that they contend for making the environment as well.
			for _, p := range all {
				p.hear("ready")
			}
			for _, p := range all {
				p.say("go")
			}
			for _, p := range all {
				t.Logf("%s: %s", p.name, p.wait())
			}
			if !t.Failed() {
				settle(t, o)
			}
		})
	}
}

// settle checks what the processes left, drops all of it, and looks below the core whether anything is left then.
func settle(t *testing.T, o options) {
	t.Helper()
	c, err := newContender(&peer{task: task{Options: o}})
	must(t, err)
	accounts := map[string]account{}
	must(t, c.env.View(ctx, func(txn *core.Txn) (err error) {
		accounts, err = c.ledger.all(txn)
		return err
	}))
	for name := range databases(accounts) {
		must(t, c.database(name))
	}
	must(t, c.read())
	for name, a := range accounts {
		if n, err := c.env.DropScope(ctx, name); err != nil || n != a.total() {
			t.Errorf("dropping %q gives %d, %v, and it held %v", name, n, err, a.Held)
		}
	}
	must(t, c.env.Close())
	for table, keys := range leftovers(t, o) {
		t.Errorf("after all scopes were dropped, table %q still holds %q", table, keys)
	}
}

// leftovers are the stored keys of all tables of named scopes and of the registry, but for what describes databases.
func leftovers(t *testing.T, o options) map[string][]string {
	t.Helper()
	e, err := lmdb.Config{Path: o.Folder, MapSize: 1 << 28, Durability: lmdb.NoSync}.Open()
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{})
	must(t, err)
	names, err := txn.Tables()
	must(t, err)
	left := map[string][]string{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_scoped") && !strings.HasPrefix(name, "__") {
			continue
		}
		table, err := e.Table(ctx, name, false)
		must(t, err)
		cursor, err := txn.Scan(engine.Place{Table: table}, engine.Range{})
		must(t, err)
		for {
			var entries [16]engine.Entry
			n, err := cursor.Next(entries[:])
			must(t, err)
			if n == 0 {
				break
			}
			for _, e := range entries[:n] {
				if key := string(e.Key); key != "format" && !strings.HasPrefix(key, "database/") {
					left[name] = append(left[name], hex.EncodeToString(e.Key))
				}
			}
		}
	}
	must(t, errors.Join(txn.Abort(), e.Close()))
	if !slices.Contains(names, "__global_scope_metadata") || !slices.Contains(names, "__scoped_lmdb") {
		t.Errorf("the tables are %q", names)
	}
	return left
}
