// Do scopes behave alike whatever ids they have, at the ends of the range of ids and where names collide?
package compat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// special gives names of the form "#hex" that id, and others their hash.
func special(name string) uint32 {
	var id uint32
	if _, err := fmt.Sscanf(name, "#%08x", &id); err == nil {
		return id
	}
	return scope.XXH32(name)
}

// values carry their scope's name, so that one in the wrong scope shows.
func fill(t *testing.T, env *core.Env, db *core.DB[[]byte, []byte], names []string) {
	t.Helper()
	update(t, env, func(txn *core.Txn) error {
		for _, name := range names {
			for _, key := range []string{"\x00", "a", "aa", "b", strings.Repeat("c", 256), "\xff", "\xff\xff\xff\xff\xff"} {
				must(t, db.Put(txn, scopeOf(name), []byte(key), []byte(name)))
			}
		}
		return nil
	})
}

func holds(t *testing.T, env *core.Env, db *core.DB[[]byte, []byte], name string, want int) {
	t.Helper()
	view(t, env, func(txn *core.Txn) error {
		for _, reverse := range []bool{false, true} {
			n, last := 0, ""
			for e, err := range db.Range(txn, scopeOf(name), core.Range[[]byte]{Reverse: reverse}) {
				must(t, err)
				if string(e.Value) != name {
					t.Fatalf("scope %q holds a value of scope %q", name, e.Value)
				}
				if n > 0 && (string(e.Key) < last) != reverse {
					t.Fatalf("scope %q: key %q after %q", name, e.Key, last)
				}
				last = string(e.Key)
				n++
			}
			if n != want {
				t.Fatalf("scope %q holds %d entries, want %d", name, n, want)
			}
		}
		return nil
	})
}

func TestSpecialIDs(t *testing.T) {
	names := []string{"#00000000", "#00000001", "#000000ff", "#00000100", "#01000000", "#7fffffff", "#80000000",
		"#fffffffe", "#ffffffff", "#ff000000", "#00ffffff", "#fffffeff", "#feffffff", ""}
	for _, l := range []layout.Layout{core.Ordered, core.Heed} {
		t.Run(l.String(), func(t *testing.T) {
			env := openEnv(t, t.TempDir(), core.WithScopeHash(special))
			db, err := core.OpenBytes(ctx, env, "blobs", core.WithLayout(l))
			must(t, err)
			fill(t, env, db, names)
			for i, cleared := range names {
				update(t, env, func(txn *core.Txn) error {
					if n, err := db.Clear(txn, scopeOf(cleared)); n != 7 || err != nil {
						t.Errorf("clear of %q gives %d, %v", cleared, n, err)
					}
					return nil
				})
				holds(t, env, db, cleared, 0)
				for _, name := range names[i+1:] {
					holds(t, env, db, name, 7)
				}
			}
			if n, err := env.PruneScopes(ctx); err != nil || n != uint64(len(names)-1) {
				t.Errorf("prune gives %d, %v", n, err)
			}
		})
	}
}

// TestRealCollision: two names of one hash, 0x92b69ea5, as tenants happen to have.
func TestRealCollision(t *testing.T) {
	const one, other = "tenant-45432", "tenant-191349"
	if scope.XXH32(one) != scope.XXH32(other) || scope.XXH32(one) != 0x92b69ea5 {
		t.Fatal("the names do not collide")
	}
	folder := t.TempDir()
	env := openEnv(t, folder)
	db, err := core.OpenBytes(ctx, env, "blobs")
	must(t, err)
	fill(t, env, db, []string{one})
	holds(t, env, db, other, 0) // reads and deletes of the other name find nothing, and register nothing
	update(t, env, func(txn *core.Txn) error {
		if was, err := db.Delete(txn, core.Named(other), []byte("a")); was || err != nil {
			t.Errorf("delete gives %v, %v", was, err)
		}
		if n, err := db.Clear(txn, core.Named(other)); n != 0 || err != nil {
			t.Errorf("clear gives %d, %v", n, err)
		}
		return nil
	})
	if infos, err := env.Scopes(ctx); err != nil || len(infos) != 1 {
		t.Errorf("scopes: %v, %v", infos, err)
	}
	fill(t, env, db, []string{other})
	holds(t, env, db, one, 7)
	holds(t, env, db, other, 7)
	must(t, env.Close())

	env = openEnv(t, folder)
	db, err = core.OpenBytes(ctx, env, "blobs")
	must(t, err)
	holds(t, env, db, one, 7)
	holds(t, env, db, other, 7)
	infos, err := env.Scopes(ctx)
	must(t, err)
	if len(infos) != 2 || infos[0] != (core.ScopeInfo{Name: other, ID: 0x92b69ea6}) || infos[1] != (core.ScopeInfo{Name: one, ID: 0x92b69ea5}) {
		t.Errorf("scopes: %v", infos)
	}
	// The first one goes; the displaced one stays where it is and stays found.
	if n, err := env.DropScope(ctx, one); n != 7 || err != nil {
		t.Errorf("drop gives %d, %v", n, err)
	}
	holds(t, env, db, one, 0)
	holds(t, env, db, other, 7)
	fill(t, env, db, []string{one})
	holds(t, env, db, one, 7)
	holds(t, env, db, other, 7)
}
