// Does an environment that the Rust crate scoped-heed wrote read, write and clear as the crate means it, and no more?
package compat

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

var ctx = context.Background()

// entry is an entry of expected.jsonl, its key and value as Go has them.
type entry struct {
	key, value string
}

// expected is what expected.jsonl lists.
type expected struct {
	ids     map[string]uint32
	entries map[string]map[string]map[string]string // database, scope ("" is the default one), key -> value
}

func readExpected(t *testing.T) expected {
	t.Helper()
	file, err := os.Open("scoped-heed/expected.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want := expected{map[string]uint32{}, map[string]map[string]map[string]string{}}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Scope, DB, Key, Value string
			Hash                  *uint32
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Hash != nil {
			want.ids[line.Scope] = *line.Hash
			continue
		}
		scopes := want.entries[line.DB]
		if scopes == nil {
			scopes = map[string]map[string]string{}
			want.entries[line.DB] = scopes
		}
		if scopes[line.Scope] == nil {
			scopes[line.Scope] = map[string]string{}
		}
		scopes[line.Scope][unhex(t, line.Key)] = unhex(t, line.Value)
	}
	if len(want.ids) != 9 || len(want.entries) != 4 {
		t.Fatalf("expected.jsonl lists %d scopes and %d databases", len(want.ids), len(want.entries))
	}
	return want
}

func unhex(t *testing.T, text string) string {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// openFixture opens a copy of the crate's environment. The test fails if it is left with a transaction open.
func openFixture(t *testing.T, options ...core.EnvOption) (*core.Env, string) {
	t.Helper()
	folder := t.TempDir()
	data, err := os.ReadFile("scoped-heed/data.mdb")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "data.mdb"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return openEnv(t, folder, options...), folder
}

func openEnv(t *testing.T, folder string, options ...core.EnvOption) *core.Env {
	t.Helper()
	env, err := core.Open(lmdb.Config{Path: folder, MapSize: 1 << 28}, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Close(); err != nil && core.CodeOf(err) != core.CodeClosed {
			t.Error(err)
		}
	})
	return env
}

func scopeOf(name string) core.Scope {
	if name == "" {
		return core.Default
	}
	return core.Named(name)
}

// database is one of the fixture's, with keys and values as the text that expected.jsonl has for them.
type database struct {
	name string
	get  func(*core.Txn, core.Scope, string) (string, error)
	walk func(*core.Txn, core.Scope, bool) ([]entry, error)
	raw  *core.Raw
}

// adapt makes a database of any types one of texts.
func adapt[K, V any](db *core.DB[K, V], key func(string) K, keyText func(K) string, valueText func(V) string) database {
	return database{
		name: db.Raw().Name(),
		raw:  db.Raw(),
		get: func(txn *core.Txn, s core.Scope, k string) (string, error) {
			value, err := db.Get(txn, s, key(k))
			if err != nil {
				return "", err
			}
			return valueText(value), nil
		},
		walk: func(txn *core.Txn, s core.Scope, reverse bool) (all []entry, err error) {
			for e, err := range db.Range(txn, s, core.Range[K]{Reverse: reverse}) {
				if err != nil {
					return nil, err
				}
				all = append(all, entry{key: keyText(e.Key), value: valueText(e.Value)})
			}
			return all, nil
		},
	}
}

func openAll(t *testing.T, env *core.Env) []database {
	t.Helper()
	blobs, err := core.OpenBytes(ctx, env, "blobs")
	must(t, err)
	counts, err := core.OpenBytesKey[uint64](ctx, env, "counts")
	must(t, err)
	config, err := core.OpenTyped[string, string](ctx, env, "config")
	must(t, err)
	ids, err := core.OpenTyped[uint64, string](ctx, env, "ids")
	must(t, err)
	bytes := func(s string) []byte { return []byte(s) }
	text := func(b []byte) string { return string(b) }
	same := func(s string) string { return s }
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	parse := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	return []database{
		adapt(blobs, bytes, text, text),
		adapt(counts, bytes, text, number),
		adapt(config, same, same, same),
		adapt(ids, parse, number, same),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, env *core.Env, fn func(*core.Txn) error) {
	t.Helper()
	must(t, env.View(ctx, fn))
}

func update(t *testing.T, env *core.Env, fn func(*core.Txn) error) {
	t.Helper()
	must(t, env.Update(ctx, fn))
}

// check compares all scopes of all databases with what is expected, by get, by iteration both ways, and by count.
func check(t *testing.T, env *core.Env, databases []database, want expected) {
	t.Helper()
	view(t, env, func(txn *core.Txn) error {
		infos, err := txn.Scopes()
		must(t, err)
		if len(infos) != len(want.ids) {
			t.Errorf("%d scopes are registered, want %d: %v", len(infos), len(want.ids), infos)
		}
		names := []string{""}
		for _, info := range infos {
			if id, ok := want.ids[info.Name]; !ok || id != info.ID {
				t.Errorf("scope %q has id %08x, want %08x", info.Name, info.ID, id)
			}
			names = append(names, info.Name)
		}
		for _, db := range databases {
			for _, name := range names {
				if err := checkScope(txn, db, name, want.entries[db.name][name]); err != nil {
					t.Errorf("%s, scope %q: %v", db.name, name, err)
				}
			}
		}
		return nil
	})
}

func checkScope(txn *core.Txn, db database, name string, want map[string]string) error {
	s := scopeOf(name)
	for key, value := range want {
		if got, err := db.get(txn, s, key); err != nil || got != value {
			return fmt.Errorf("get %q gives %q, %v, want %q", key, got, err, value)
		}
	}
	forwards, err := db.walk(txn, s, false)
	if err != nil {
		return err
	}
	backwards, err := db.walk(txn, s, true)
	if err != nil {
		return err
	}
	slices.Reverse(backwards)
	if !slices.Equal(forwards, backwards) {
		return fmt.Errorf("%d entries forwards differ from %d in reverse", len(forwards), len(backwards))
	}
	for i, e := range forwards {
		if value, ok := want[e.key]; !ok || value != e.value {
			return fmt.Errorf("iteration gives %q: %q, which is not expected", e.key, e.value)
		}
		if i > 0 && !before(db.name, forwards[i-1].key, e.key) {
			return fmt.Errorf("iteration gives %q before %q", forwards[i-1].key, e.key)
		}
	}
	if len(forwards) != len(want) {
		return fmt.Errorf("iteration gives %d entries, want %d", len(forwards), len(want))
	}
	n, err := db.raw.Count(txn, s, core.Bounds{})
	if err == nil && n != uint64(len(want)) {
		err = fmt.Errorf("count gives %d, want %d", n, len(want))
	}
	return err
}

// before is the order of keys: numbers in `ids`, bytes elsewhere.
func before(db, a, b string) bool {
	if db == "ids" && len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func TestHoldsWhatTheCrateWrote(t *testing.T) {
	env, _ := openFixture(t)
	check(t, env, openAll(t, env), readExpected(t))
}

func TestReadOnly(t *testing.T) {
	_, folder := openFixture(t)
	other := t.TempDir()
	data, err := os.ReadFile(filepath.Join(folder, "data.mdb"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(other, "data.mdb"), data, 0o444))
	env, err := core.Open(lmdb.Config{Path: other, ReadOnly: true})
	must(t, err)
	check(t, env, openAll(t, env), readExpected(t))
	must(t, env.Close())
	after, err := os.ReadFile(filepath.Join(other, "data.mdb"))
	must(t, err)
	if string(after) != string(data) {
		t.Error("reading has changed the file")
	}
}

func TestClearLeavesTheOthersWhole(t *testing.T) {
	for _, name := range []string{"tenant_2", "tenant_4", "team32", "tenant1", ""} {
		t.Run(name, func(t *testing.T) {
			env, _ := openFixture(t)
			databases, want := openAll(t, env), readExpected(t)
			update(t, env, func(txn *core.Txn) error {
				for _, db := range databases {
					n, err := db.raw.Clear(txn, scopeOf(name))
					if err != nil || n != uint64(len(want.entries[db.name][name])) {
						t.Errorf("%s: clear gives %d, %v", db.name, n, err)
					}
					delete(want.entries[db.name], name)
				}
				return nil
			})
			check(t, env, databases, want)
			n, err := env.PruneScopes(ctx)
			must(t, err)
			delete(want.ids, "empty-scope")
			pruned := uint64(1)
			if name != "" {
				delete(want.ids, name)
				pruned = 2
			}
			if n != pruned {
				t.Errorf("prune gives %d, want %d", n, pruned)
			}
			check(t, env, databases, want)
		})
	}
}

func TestPruneSeesDatabasesThatAreNotOpen(t *testing.T) {
	env, _ := openFixture(t)
	n, err := env.PruneScopes(ctx)
	must(t, err)
	want := readExpected(t)
	delete(want.ids, "empty-scope")
	if n != 1 {
		t.Errorf("prune gives %d, want 1", n)
	}
	check(t, env, openAll(t, env), want)
}
