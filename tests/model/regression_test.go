// Do the histories that once failed still fail? Each as the shortest program that showed it.

package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// onEngines runs a program on each engine. All scopes have one hash: each next name gets the next id.
func onEngines(t *testing.T, program func(t *testing.T, env *core.Env)) {
	for name, driver := range map[string]func(t *testing.T) engine.Driver{
		"mem":  func(*testing.T) engine.Driver { return mem.Config{Options: mem.Options{Poison: true}} },
		"lmdb": func(t *testing.T) engine.Driver { return lmdb.Config{Path: t.TempDir(), MapSize: mapSize} },
	} {
		t.Run(name, func(t *testing.T) {
			env, err := core.Open(driver(t), core.WithScopeHash(func(string) uint32 { return 5 }))
			check(t, err)
			program(t, env)
			check(t, env.Close())
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An engine's error matches ErrNoTable by errors.Is, and need not be it.
func TestEnvironmentOpensOnEachEngine(t *testing.T) {
	onEngines(t, func(*testing.T, *core.Env) {})
}

// The key of one byte is stored as it is but for its place in memory: each entry must have its own.
func TestKeysOfOneByteKeepTheirValues(t *testing.T) {
	onEngines(t, func(t *testing.T, env *core.Env) {
		db, err := core.OpenTyped[uint8, string](ctx, env, "bytes", core.WithLayout(core.Heed))
		check(t, err)
		check(t, env.Update(ctx, func(w *core.Txn) error {
			check(t, db.Put(w, core.Default, 0, "zero"))
			check(t, db.Put(w, core.Default, 1, "one"))
			for e, err := range db.Range(w, core.Default, core.Range[uint8]{}) {
				check(t, err)
				if (e.Key == 0) != (e.Value == "zero") {
					t.Errorf("key %d has value %q", e.Key, e.Value)
				}
			}
			return nil
		}))
	})
}

// A tuple's prefix is whole elements: ("a\x00b",) does not begin with ("a",), nor (("a", nil),) with (("a",),).
func TestPrefixOfTupleTakesWholeElements(t *testing.T) {
	onEngines(t, func(t *testing.T, env *core.Env) {
		db, err := core.OpenTyped[core.Tuple, string](ctx, env, "tuples")
		check(t, err)
		check(t, env.Update(ctx, func(w *core.Txn) error {
			for _, key := range []core.Tuple{{"a\x00b"}, {[]byte("a\x00")}, {core.Tuple{"a", nil}}, {core.Tuple{nil}}} {
				check(t, db.Put(w, core.Default, key, "no"))
			}
			for _, prefix := range []core.Tuple{{"a"}, {[]byte("a")}, {core.Tuple{"a"}}, {core.Tuple{}}} {
				n, err := db.Count(w, core.Default, core.Prefix(prefix))
				check(t, err)
				if n != 0 {
					t.Errorf("%d keys begin with %v", n, prefix)
				}
			}
			return nil
		}))
	})
}

// wantNext opens a cursor in scope a, which has a key or is not registered, does something, and says what must come next.
func wantNext(t *testing.T, exists bool, want string, do func(w *core.Txn, db *core.DB[[]byte, []byte]) error) {
	onEngines(t, func(t *testing.T, env *core.Env) {
		db, err := core.OpenBytes(ctx, env, "blobs")
		check(t, err)
		check(t, env.Update(ctx, func(w *core.Txn) error {
			if exists {
				check(t, db.Put(w, core.Named("a"), []byte("k"), []byte("of a")))
			}
			cursor, err := db.Cursor(w, core.Named("a"), core.Range[[]byte]{})
			check(t, err)
			check(t, do(w, db))
			ok, err := cursor.Next()
			check(t, err)
			got := "nothing"
			if ok {
				value, err := cursor.Value()
				check(t, err)
				got = string(value)
			}
			if got != want {
				t.Errorf("the cursor of scope a gives %q, want %q", got, want)
			}
			return nil
		}))
	})
}

// The empty key is a place like others for a walk to go on from after a write.
func TestWalkGoesOnFromEmptyKey(t *testing.T) {
	onEngines(t, func(t *testing.T, env *core.Env) {
		db, err := core.OpenTyped[string, string](ctx, env, "texts", core.WithLayout(core.Heed))
		check(t, err)
		check(t, env.Update(ctx, func(w *core.Txn) error {
			var want, got []string
			for _, key := range []string{"", "\x00", "a"} {
				check(t, db.Put(w, core.Named("a"), key, "v"))
				want = append(want, key)
			}
			for key, err := range db.Keys(w, core.Named("a"), core.Range[string]{}) {
				check(t, err)
				got = append(got, key)
				check(t, db.Put(w, core.Named("b"), key, "v"))
			}
			if !slices.Equal(got, want) {
				t.Errorf("the walk gives %q, want %q", got, want)
			}
			return nil
		}))
	})
}

// A cursor goes on rightly after writes, also after the one that registers its scope.
func TestWalkSeesScopeThatIsRegisteredLater(t *testing.T) {
	wantNext(t, false, "new", func(w *core.Txn, db *core.DB[[]byte, []byte]) error {
		return db.Put(w, core.Named("a"), []byte("k"), []byte("new"))
	})
}

// An id that is free is given to the next name that wants it: a cursor of the scope that had it must not see that.
func TestWalkOfScopeThatIsDroppedSeesNoOther(t *testing.T) {
	wantNext(t, true, "nothing", func(w *core.Txn, db *core.DB[[]byte, []byte]) error {
		_, err := w.DropScope("a")
		check(t, err)
		return db.Put(w, core.Named("b"), []byte("k"), []byte("of b"))
	})
}

func TestWalkOfScopeThatIsPrunedSeesNoOther(t *testing.T) {
	wantNext(t, true, "nothing", func(w *core.Txn, db *core.DB[[]byte, []byte]) error {
		_, err := db.Clear(w, core.Named("a"))
		check(t, err)
		_, err = w.PruneScopes()
		check(t, err)
		return db.Put(w, core.Named("b"), []byte("k"), []byte("of b"))
	})
}

// A walk takes its scope by name: after a rename the name has nothing.
func TestWalkOfScopeThatIsRenamed(t *testing.T) {
	wantNext(t, true, "nothing", func(w *core.Txn, _ *core.DB[[]byte, []byte]) error { return w.RenameScope("a", "b") })
}

// Pages that a transaction takes and gives back are counted by LMDB and never written: its file may be shorter than the
// pages that it counts, and is whole all the same.
func TestFileShorterThanItsPagesOpens(t *testing.T) {
	driver := lmdb.Config{Path: t.TempDir(), MapSize: mapSize}
	env, err := core.Open(driver)
	check(t, err)
	db, err := core.OpenBytes(ctx, env, "blobs")
	check(t, err)
	check(t, env.Update(ctx, func(w *core.Txn) error {
		long := []byte(strings.Repeat("v", 100_000))
		check(t, db.Put(w, core.Named("a"), []byte("k"), long))
		_, err := w.DropScope("a")
		return err
	}))
	check(t, env.Close())
	env, err = core.Open(driver)
	check(t, err)
	check(t, env.Close())
}
