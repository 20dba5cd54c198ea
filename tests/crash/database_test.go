// Which databases does the writer use? One of each kind and layout, all seen as numbers with texts.
package crash

import (
	"context"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// database is an open database.
type database struct {
	batchPut    func(b *core.Batch, s core.Scope, key int, value string) error
	batchDelete func(b *core.Batch, s core.Scope, key int) error
	put         func(t *core.Txn, s core.Scope, key int, value string) error
	delete      func(t *core.Txn, s core.Scope, key int) error
	deleteRange func(t *core.Txn, s core.Scope, lower, upper int) error
	clear       func(t *core.Txn, s core.Scope) error
	entries     func(t *core.Txn, s core.Scope) (map[int]string, error)
	raw         *core.Raw
}

// entry is a line of the catalogue: a database's name, and how to open it.
type entry struct {
	name string
	open func(*core.Env, ...core.DatabaseOption) (*database, error)
}

// catalogue is in the order in which the writer makes them.
var catalogue = []entry{
	line("bytes", core.OpenBytes, keyBytes, keyOfBytes, toBytes, ofBytes),
	line("typed", core.OpenTyped[string, string], keyText, keyOfText, same, same),
	line("heed-bytes", core.OpenBytes, keyBytes, keyOfBytes, toBytes, ofBytes, core.WithLayout(core.Heed)),
	line("bytes-key", core.OpenBytesKey[string], keyBytes, keyOfBytes, same, same),
	line("heed-text", core.OpenTyped[string, string], keyText, keyOfText, same, same, core.WithLayout(core.Heed)),
	line("heed-number", core.OpenTyped[int64, string], keyNumber, keyOfNumber, same, same, core.WithLayout(core.Heed)),
	line("unnamed", core.OpenBytes, keyBytes, keyOfBytes, toBytes, ofBytes, core.WithUnnamedDefault()),
	line("tuple", core.OpenTyped[core.Tuple, string], keyTuple, keyOfTuple, same, same),
}

// keyText grows with key, and has several lengths, for a layout that stores keys by their lengths.
func keyText(key int) string         { return fmt.Sprintf("%02d%s", key, strings.Repeat("k", key%5)) }
func keyBytes(key int) []byte        { return []byte(keyText(key)) }
func keyNumber(key int) int64        { return int64(key-keys/2) << 20 }
func keyTuple(key int) core.Tuple    { return core.Tuple{int64(key / 4), keyText(key)} }
func keyOfText(k string) int         { return number(k[:2]) }
func keyOfBytes(k []byte) int        { return keyOfText(string(k)) }
func keyOfNumber(k int64) int        { return int(k>>20) + keys/2 }
func keyOfTuple(k core.Tuple) int    { return keyOfText(k[1].(string)) }
func toBytes(value string) []byte    { return []byte(value) }
func ofBytes(value []byte) string    { return string(value) }
func same(value string) string       { return value }
func number(digits string) (key int) { _, _ = fmt.Sscanf(digits, "%d", &key); return key }

// opener is what the core's functions that open a database are.
type opener[K, V any] func(context.Context, *core.Env, string, ...core.DatabaseOption) (*core.DB[K, V], error)

func line[K, V any](name string, open opener[K, V], key func(int) K, keyOf func(K) int, value func(string) V,
	valueOf func(V) string, options ...core.DatabaseOption) entry {
	return entry{name, func(env *core.Env, more ...core.DatabaseOption) (*database, error) {
		db, err := open(context.Background(), env, name, append(more, options...)...)
		if err != nil {
			return nil, err
		}
		return adapt(db, key, keyOf, value, valueOf), nil
	}}
}

// adapt makes a database of any types one of numbers and texts.
func adapt[K, V any](db *core.DB[K, V], key func(int) K, keyOf func(K) int, value func(string) V, valueOf func(V) string) *database {
	return &database{
		raw:         db.Raw(),
		batchPut:    func(b *core.Batch, s core.Scope, k int, v string) error { return db.BatchPut(b, s, key(k), value(v)) },
		batchDelete: func(b *core.Batch, s core.Scope, k int) error { return db.BatchDelete(b, s, key(k), nil) },
		put:         func(t *core.Txn, s core.Scope, k int, v string) error { return db.Put(t, s, key(k), value(v)) },
		delete: func(t *core.Txn, s core.Scope, k int) error {
			_, err := db.Delete(t, s, key(k))
			return err
		},
		deleteRange: func(t *core.Txn, s core.Scope, lower, upper int) error {
			_, err := db.DeleteRange(t, s, core.Range[K]{Lower: core.Include(key(lower)), Upper: core.Include(key(upper))})
			return err
		},
		clear: func(t *core.Txn, s core.Scope) error {
			_, err := db.Clear(t, s)
			return err
		},
		entries: func(t *core.Txn, s core.Scope) (map[int]string, error) {
			found := map[int]string{}
			for e, err := range db.Range(t, s, core.Range[K]{}) {
				if err != nil {
					return nil, err
				}
				found[keyOf(e.Key)] = valueOf(e.Value)
			}
			return found, nil
		},
	}
}
