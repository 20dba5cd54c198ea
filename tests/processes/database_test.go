// Which databases do processes share? Of each kind and layout, all seen as numbers with texts.
package processes

import (
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// keys is how many keys a scope may have in a database.
const keys = 12

// database is an open database.
type database struct {
	name        string
	put         func(t *core.Txn, s core.Scope, key int, value string) (was bool, err error)
	delete      func(t *core.Txn, s core.Scope, key int) (was bool, err error)
	deleteUpTo  func(t *core.Txn, s core.Scope, key int) (n uint64, err error)
	clear       func(t *core.Txn, s core.Scope) (n uint64, err error)
	each        func(t *core.Txn, s core.Scope, fn func(key int, value string) error) error
	count       func(t *core.Txn, s core.Scope) (n uint64, err error)
	contains    func(t *core.Txn, s core.Scope, key int) (bool, error)
	description string
}

// openDatabase opens a database by its name, which ends in what it is: NAME-ordered, NAME-heed, NAME-text, NAME-number.
func openDatabase(env *core.Env, name string, options ...core.DatabaseOption) (*database, error) {
	switch form := name[strings.LastIndexByte(name, '-')+1:]; form {
	case "ordered", "heed":
		if form == "heed" {
			options = append(options, core.WithLayout(core.Heed))
		}
		db, err := core.OpenBytes(ctx, env, name, options...)
		return adapt(db, err, func(k int) []byte { return []byte(keyText(k)) }, func(k []byte) int { return keyOf(string(k)) },
			func(v string) []byte { return []byte(v) }, func(v []byte) string { return string(v) })
	case "text":
		db, err := core.OpenTyped[string, string](ctx, env, name, options...)
		return adapt(db, err, keyText, keyOf, same, same)
	case "number":
		db, err := core.OpenTyped[int64, string](ctx, env, name, append(options, core.WithLayout(core.Heed))...)
		return adapt(db, err, func(k int) int64 { return int64(k-keys/2) << 12 }, func(k int64) int { return int(k>>12) + keys/2 },
			same, same)
	}
	return nil, fmt.Errorf("what is %q?", name)
}

// keyText grows with key, and has several lengths, for the layout that stores keys by their lengths.
func keyText(key int) string { return fmt.Sprintf("%02d%s", key, strings.Repeat("k", key%4)) }

func keyOf(text string) (key int) {
	_, _ = fmt.Sscanf(text[:2], "%d", &key)
	return key
}

func same(value string) string { return value }

// adapt makes a database of any types one of numbers and texts.
func adapt[K, V any](db *core.DB[K, V], err error, key func(int) K, keyOf func(K) int, value func(string) V,
	valueOf func(V) string) (*database, error) {
	if err != nil {
		return nil, err
	}
	return &database{
		name: db.Raw().Name(),
		put: func(t *core.Txn, s core.Scope, k int, v string) (bool, error) {
			_, was, err := db.Replace(t, s, key(k), value(v))
			return was, err
		},
		delete: func(t *core.Txn, s core.Scope, k int) (bool, error) { return db.Delete(t, s, key(k)) },
		deleteUpTo: func(t *core.Txn, s core.Scope, k int) (uint64, error) {
			return db.DeleteRange(t, s, core.Range[K]{Upper: core.Include(key(k))})
		},
		clear:    func(t *core.Txn, s core.Scope) (uint64, error) { return db.Clear(t, s) },
		count:    func(t *core.Txn, s core.Scope) (uint64, error) { return db.Count(t, s, core.Range[K]{}) },
		contains: func(t *core.Txn, s core.Scope, k int) (bool, error) { return db.Contains(t, s, key(k)) },
		each: func(t *core.Txn, s core.Scope, fn func(int, string) error) error {
			for e, err := range db.Range(t, s, core.Range[K]{}) {
				if err != nil {
					return err
				}
				if err := fn(keyOf(e.Key), valueOf(e.Value)); err != nil {
					return err
				}
			}
			return nil
		},
		description: fmt.Sprintf("database %q (%v, %v)", db.Raw().Name(), db.Raw().Kind(), db.Raw().Layout()),
	}, nil
}

// holds checks that a scope holds so many entries, all with this value, in the order of their keys.
func (db *database) holds(t *core.Txn, name, value string, want uint64) error {
	s := core.Named(name)
	last, n := -1, uint64(0)
	err := db.each(t, s, func(key int, got string) error {
		n++
		if got != value || key <= last {
			return fmt.Errorf("%s: scope %q holds %q under key %d after %d, and its own is %q", db.description, name, got, key, last, value)
		}
		last = key
		return nil
	})
	if err != nil {
		return err
	}
	counted, err := db.count(t, s)
	if err != nil {
		return err
	}
	if n != want || counted != want {
		return fmt.Errorf("%s: scope %q holds %d entries, counted %d, and should have %d", db.description, name, n, counted, want)
	}
	return nil
}
