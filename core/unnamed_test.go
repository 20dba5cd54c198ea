// Does the unnamed default scope hold a foreign program's entries, and never a named database's record?
package core_test

import (
	"fmt"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// foreign makes a plain LMDB environment: data in the unnamed database, some values of the size of a database's record,
// and a named database that it did not make by us.
func foreign(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	e, err := lmdb.Config{Path: folder}.Open()
	must(t, err)
	unnamed, err := e.Table(ctx, engine.Unnamed, false)
	must(t, err)
	named, err := e.Table(ctx, "named", true)
	must(t, err)
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	for i := range 300 {
		must(t, txn.Put(engine.Place{Table: unnamed}, fmt.Appendf(nil, "key%03d", i), make([]byte, i)))
		must(t, txn.Put(engine.Place{Table: named}, fmt.Appendf(nil, "key%03d", i), []byte("named")))
	}
	must(t, txn.Commit())
	must(t, e.Close())
	return folder
}

func TestUnnamedDefault(t *testing.T) {
	folder := foreign(t)
	env := open(t, lmdb.Config{Path: folder})
	db := openBytes(t, env, "mine", core.WithUnnamedDefault())
	openBytes(t, env, "named")
	must(t, db.In(core.Named("s")).Put(ctx, []byte("k"), []byte("v")))

	must(t, env.Update(ctx, func(txn *core.Txn) error {
		n := 0
		for entry, err := range db.Range(txn, core.Default, core.Range[[]byte]{}) {
			must(t, err)
			if string(entry.Key) != fmt.Sprintf("key%03d", n) || len(entry.Value) != n {
				t.Fatalf("entry %d is %q with %d bytes", n, entry.Key, len(entry.Value))
			}
			n++
		}
		if count, err := db.Count(txn, core.Default, core.Range[[]byte]{}); n != 300 || count != 300 || err != nil {
			t.Errorf("%d entries, count %d, %v", n, count, err)
		}
		last, err := db.Last(txn, core.Default)
		if string(last.Key) != "key299" || err != nil {
			t.Errorf("the last key is %q, %v", last.Key, err)
		}
		for _, record := range []string{"named", "named_scoped", "mine_scoped", "__scoped_lmdb", "__global_scope_metadata"} {
			if there, err := db.Contains(txn, core.Default, []byte(record)); there || err != nil {
				t.Errorf("the record %q is shown: %v", record, err)
			}
			if was, err := db.Delete(txn, core.Default, []byte(record)); was || err != nil {
				t.Errorf("the record %q was deleted: %v", record, err)
			}
			wantCode(t, db.Put(txn, core.Default, []byte(record), make([]byte, 48)), core.CodeInvalidKey)
		}
		if n, err := db.Clear(txn, core.Default); n != 300 || err != nil {
			t.Errorf("clear gives %d, %v", n, err)
		}
		return nil
	}))
	must(t, env.Close())

	env = open(t, lmdb.Config{Path: folder})
	db = openBytes(t, env, "mine", core.WithUnnamedDefault())
	named := openBytes(t, env, "named")
	if n, err := named.In(core.Default).Count(ctx, core.Range[[]byte]{}); n != 300 || err != nil {
		t.Errorf("the named database has %d entries, %v", n, err)
	}
	if value, err := db.In(core.Named("s")).Get(ctx, []byte("k")); string(value) != "v" || err != nil {
		t.Errorf("k is %q, %v", value, err)
	}
	if n, err := db.In(core.Default).Count(ctx, core.Range[[]byte]{}); n != 0 || err != nil {
		t.Errorf("%d entries are left, %v", n, err)
	}
}

func TestUnnamedDefaultBelongsToOne(t *testing.T) {
	folder := foreign(t)
	env := open(t, lmdb.Config{Path: folder})
	mine := openBytes(t, env, "mine", core.WithUnnamedDefault())
	_, err := core.OpenTyped[string, string](ctx, env, "second", core.WithUnnamedDefault())
	wantCode(t, err, core.CodeKindMismatch)
	_, err = core.OpenBytes(ctx, env, "second", core.WithUnnamedDefault(), core.MustExist())
	wantCode(t, err, core.CodeKindMismatch)
	second := openBytes(t, env, "second") // with a default scope of its own
	must(t, second.In(core.Default).Put(ctx, []byte("k"), []byte("second's")))
	_, err = mine.In(core.Default).Get(ctx, []byte("k"))
	wantCode(t, err, core.CodeNotFound)
	openBytes(t, env, "mine", core.WithUnnamedDefault())
	must(t, env.Close())
	env = open(t, lmdb.Config{Path: folder, ReadOnly: true})
	_, err = core.OpenBytes(ctx, env, "third", core.WithUnnamedDefault())
	wantCode(t, err, core.CodeKindMismatch)
}

func TestForeignEnvironmentReadOnly(t *testing.T) {
	env := open(t, lmdb.Config{Path: foreign(t), ReadOnly: true})
	db := openBytes(t, env, "mine", core.WithUnnamedDefault())
	if n, err := db.In(core.Default).Count(ctx, core.Range[[]byte]{}); n != 300 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestDatabaseNamedAsAnUnnamedEntry(t *testing.T) {
	env := open(t, lmdb.Config{Path: foreign(t)})
	for _, name := range []string{"key007", "key299"} {
		_, err := core.OpenBytes(ctx, env, name)
		wantCode(t, err, core.CodeInvalidName)
	}
	db := openBytes(t, env, "mine", core.WithUnnamedDefault())
	if was, err := db.In(core.Default).Delete(ctx, []byte("key007")); !was || err != nil {
		t.Errorf("delete gives %v, %v", was, err)
	}
	_, err := core.OpenTyped[string, string](ctx, env, "key007") // nothing was recorded of the one that was refused
	must(t, err)
}
