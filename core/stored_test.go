// Do the functions for tools keep what they promise: databases as they are stored, reserved names, deletion in steps?
package core_test

import (
	"fmt"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// twoHomes gives all names of one letter the home 7.
func twoHomes(name string) uint32 {
	if len(name) == 1 {
		return 7
	}
	return uint32(len(name)) + 100
}

func reserved(t *testing.T, env *core.Env, name, placeholder string) error {
	t.Helper()
	return env.Update(ctx, func(txn *core.Txn) error { return txn.ReserveScope(name, placeholder) })
}

func TestReserveScope(t *testing.T) {
	env, err := core.Open(lmdb.Config{Path: t.TempDir()}, core.WithScopeHash(twoHomes))
	must(t, err)
	defer func() { must(t, env.Close()) }()
	db := openBytes(t, env, "db")
	must(t, reserved(t, env, "a", "placeholder"))
	must(t, db.In(core.Named("placeholder")).Put(ctx, []byte("k"), []byte("v")))
	wantID := func(name string, want uint32, is bool) {
		t.Helper()
		must(t, env.View(ctx, func(txn *core.Txn) error {
			id, there, err := txn.ScopeID(name)
			if there != is || (is && id != want) {
				t.Errorf("%q has id %d, %v, want %d, %v", name, id, there, want, is)
			}
			return err
		}))
	}
	wantID("placeholder", 7, true)
	wantID("a", 0, false)
	// Another name with the same home goes elsewhere, and sees nothing.
	if n, err := db.In(core.Named("b")).Count(ctx, core.Range[[]byte]{}); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	must(t, db.In(core.Named("b")).Put(ctx, []byte("own"), nil))
	wantID("b", 8, true)
	must(t, env.RenameScope(ctx, "placeholder", "a"))
	wantID("a", 7, true)
	wantID("placeholder", 0, false)
	if value, err := db.In(core.Named("a")).Get(ctx, []byte("k")); string(value) != "v" || err != nil {
		t.Errorf("%q, %v", value, err)
	}
	wantCode(t, reserved(t, env, "a", "other"), core.CodeKeyExists)
	wantCode(t, reserved(t, env, "c", "a"), core.CodeKeyExists)
	wantCode(t, reserved(t, env, "", "other"), core.CodeEmptyScope)
	wantCode(t, reserved(t, env, "c", ""), core.CodeEmptyScope)
	// A placeholder that is dropped takes its own entries only.
	must(t, reserved(t, env, "c", "placeholder"))
	wantID("placeholder", 9, true)
	must(t, db.In(core.Named("placeholder")).Put(ctx, []byte("k"), []byte("v")))
	if n, err := env.DropScope(ctx, "placeholder"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := db.In(core.Named("a")).Count(ctx, core.Range[[]byte]{}); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestShrinkScope(t *testing.T) {
	env := open(t, lmdb.Config{})
	one, two := openBytes(t, env, "one"), openBytes(t, env, "two", core.WithLayout(core.Heed))
	must(t, env.Update(ctx, func(txn *core.Txn) error {
		for i := range 100 {
			for _, name := range []string{"s", "t"} {
				must(t, one.Put(txn, core.Named(name), fmt.Append(nil, i), nil))
				must(t, two.Put(txn, core.Named(name), fmt.Append(nil, i), nil))
			}
		}
		return nil
	}))
	for _, want := range []uint64{70, 70, 60, 0} {
		must(t, env.Update(ctx, func(txn *core.Txn) error {
			n, err := txn.ShrinkScope("s", 70)
			if n != want {
				t.Errorf("%d entries were deleted, want %d", n, want)
			}
			return err
		}))
	}
	must(t, env.View(ctx, func(txn *core.Txn) error {
		for _, db := range []*core.DB[[]byte, []byte]{one, two} {
			n, err := db.Count(txn, core.Named("t"), core.Range[[]byte]{})
			if n != 100 || err != nil {
				t.Errorf("the neighbour has %d entries, %v", n, err)
			}
		}
		_, there, err := txn.ScopeID("s")
		if !there {
			t.Error("the scope is not registered any more")
		}
		return err
	}))
	wantCode(t, env.Update(ctx, func(txn *core.Txn) error {
		_, err := txn.ShrinkScope("nobody", 1)
		return err
	}), core.CodeNotFound)
}

func TestStored(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db", core.WithLayout(core.Heed))
	must(t, db.In(core.Named("s")).Put(ctx, []byte("k"), []byte("v")))
	must(t, env.MakeForeign(ctx, "plain", false))
	must(t, env.MakeForeign(ctx, "crate", true))
	wantCode(t, env.MakeForeign(ctx, "x_scoped", true), core.CodeInvalidName)
	raw, err := env.OpenStored(ctx, "db")
	must(t, err)
	must(t, env.View(ctx, func(txn *core.Txn) error {
		value, err := raw.Get(txn, core.Named("s"), []byte("\x01\x00\x00\x00\x00\x00\x00\x00k"))
		if string(value) != "v" {
			t.Errorf("the stored key gives %q", value)
		}
		return err
	}))
	_, err = env.OpenStored(ctx, "nothing")
	wantCode(t, err, core.CodeDatabaseNotFound)
	must(t, env.ViewStored(ctx, func(_ *core.Txn, databases []core.Stored) error {
		got := ""
		for _, d := range databases {
			got += fmt.Sprintln(d.Name, d.Foreign(), d.HasDefault, d.HasNamed, d.Layout)
		}
		if want := "crate true true true heed\ndb false true true heed\nplain true true false layout 0\n"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		return nil
	}))
}
