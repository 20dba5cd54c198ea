// Are the bytes that we store those that the Rust crate scoped-heed would have stored?
package compat

import (
	"encoding/hex"
	"maps"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// dump reads a table below all of scoped-lmdb's own reading.
func dump(t *testing.T, folder, table string) map[string]string {
	t.Helper()
	e, err := lmdb.Config{Path: folder, MapSize: 1 << 28}.Open()
	must(t, err)
	handle, err := e.Table(ctx, table, false)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{})
	must(t, err)
	cursor, err := txn.Scan(engine.Place{Table: handle}, engine.Range{})
	must(t, err)
	all := map[string]string{}
	for {
		var entries [16]engine.Entry
		n, err := cursor.Next(entries[:])
		must(t, err)
		if n == 0 {
			break
		}
		for _, e := range entries[:n] {
			all[hex.EncodeToString(e.Key)] = hex.EncodeToString(e.Value)
		}
	}
	must(t, txn.Abort())
	must(t, e.Close())
	return all
}

// TestStoredBytes puts into a scope of the fixture and into a new one, and compares with the bytes that the fixture's
// README draws. XXH32("new") is 0xd5f43bdc, computed apart from this code by the steps of the xxHash specification.
func TestStoredBytes(t *testing.T) {
	env, folder := openFixture(t)
	tables := []string{"__global_scope_metadata", "blobs_scoped", "counts_scoped", "config_scoped", "ids_scoped",
		"blobs", "counts", "config", "ids"}
	before := map[string]map[string]string{}
	for _, table := range tables {
		before[table] = dump(t, folder, table)
	}
	blobs, err := core.OpenBytes(ctx, env, "blobs")
	must(t, err)
	counts, err := core.OpenBytesKey[uint64](ctx, env, "counts")
	must(t, err)
	config, err := core.OpenTyped[string, string](ctx, env, "config")
	must(t, err)
	ids, err := core.OpenTyped[uint64, string](ctx, env, "ids")
	must(t, err)
	update(t, env, func(txn *core.Txn) error {
		for _, s := range []core.Scope{core.Named("tenant1"), core.Named("new"), core.Default} {
			must(t, blobs.Put(txn, s, []byte("zz9"), []byte("V")))
			must(t, counts.Put(txn, s, []byte("zz9"), 258))
			must(t, config.Put(txn, s, "zz9", "é"))
			must(t, ids.Put(txn, s, 1<<40+258, "V"))
		}
		return nil
	})
	must(t, env.Close())

	id := scope.XXH32("new")
	stored := hex.EncodeToString([]byte{byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)})
	if stored != "dc3bf4d5" {
		t.Errorf("the new scope's id is stored as %s, want dc3bf4d5", stored)
	}
	added := map[string]map[string]string{
		"__global_scope_metadata": {stored: "0300000000000000" + "6e6577"},
		"blobs":                   {"7a7a39": "56"},
		"counts":                  {"7a7a39": "0201000000000000"},
		"config":                  {"0300000000000000" + "7a7a39": "0200000000000000" + "c3a9"},
		"ids":                     {"0201000000010000": "0100000000000000" + "56"},
	}
	for _, name := range []string{"blobs", "counts", "config", "ids"} {
		scoped := map[string]string{}
		for key, value := range added[name] {
			if name == "blobs" || name == "counts" {
				key = "0300000000000000" + key
			}
			scoped["c379d84e"+key] = value
			scoped[stored+key] = value
		}
		added[name+"_scoped"] = scoped
	}
	for _, table := range tables {
		want := maps.Clone(before[table])
		maps.Copy(want, added[table])
		if got := dump(t, folder, table); !maps.Equal(got, want) {
			t.Errorf("table %s: %d entries, want %d", table, len(got), len(want))
			for key, value := range got {
				if want[key] != value {
					t.Errorf("  stored %s: %s, want %q", key, value, want[key])
				}
			}
			for key := range want {
				if _, ok := got[key]; !ok {
					t.Errorf("  %s is missing", key)
				}
			}
		}
	}
}

// TestEmptyKey: scoped-heed puts a key of no bytes into a named scope; we do not, and read, iterate and delete it.
func TestEmptyKey(t *testing.T) {
	env, folder := openFixture(t)
	must(t, env.Close())
	e, err := lmdb.Config{Path: folder, MapSize: 1 << 28}.Open()
	must(t, err)
	table, err := e.Table(ctx, "blobs_scoped", false)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	key, _ := hex.DecodeString("c379d84e" + "0000000000000000")
	must(t, txn.Put(engine.Place{Table: table}, key, []byte("nothing")))
	must(t, txn.Commit())
	must(t, e.Close())

	env = openEnv(t, folder)
	blobs, err := core.OpenBytes(ctx, env, "blobs")
	must(t, err)
	s := core.Named("tenant1")
	update(t, env, func(txn *core.Txn) error {
		if value, err := blobs.Get(txn, s, nil); err != nil || string(value) != "nothing" {
			t.Errorf("get gives %q, %v", value, err)
		}
		if first, err := blobs.First(txn, s); err != nil || len(first.Key) != 0 || string(first.Value) != "nothing" {
			t.Errorf("the first entry is %v, %v", first, err)
		}
		if err := blobs.Put(txn, s, nil, nil); core.CodeOf(err) != core.CodeEmptyKey {
			t.Errorf("put gives %v", err)
		}
		if was, err := blobs.Delete(txn, s, []byte{}); !was || err != nil {
			t.Errorf("delete gives %v, %v", was, err)
		}
		if first, err := blobs.First(txn, s); err != nil || len(first.Key) == 0 {
			t.Errorf("the first entry is %v, %v", first, err)
		}
		return nil
	})
}
