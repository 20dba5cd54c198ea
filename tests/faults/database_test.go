// In which databases are operations tried? One of each kind and layout, and of each way to store keys.
package faults

import (
	"context"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// database is an open database of any kind.
type database struct {
	fill       func(t *core.Txn, s core.Scope) error
	apply      func(env *core.Env, s core.Scope) error
	operations []operation
}

// operation is what a user does in a transaction.
type operation struct {
	name  string
	write bool
	do    func(t *core.Txn, s core.Scope) error
}

var catalogue = map[string]func(*core.Env, ...core.DatabaseOption) (*database, error){
	"bytes":       entry("bytes", core.OpenBytes, keyBytes, toBytes),
	"typed":       entry("typed", core.OpenTyped[string, string], keyText, same),
	"bytes-key":   entry("bytes-key", core.OpenBytesKey[string], keyBytes, same),
	"heed-bytes":  entry("heed-bytes", core.OpenBytes, keyBytes, toBytes, core.WithLayout(core.Heed)),
	"heed-text":   entry("heed-text", core.OpenTyped[string, string], keyText, same, core.WithLayout(core.Heed)),
	"heed-number": entry("heed-number", core.OpenTyped[int32, string], keyNumber, same, core.WithLayout(core.Heed)),
	"unnamed":     entry("unnamed", core.OpenBytes, keyBytes, toBytes, core.WithUnnamedDefault()),
}

// keyText grows with key, and has several lengths, for a layout that stores keys by their lengths.
func keyText(key int) string      { return fmt.Sprintf("%02d%s", key, strings.Repeat("k", key%3)) }
func keyBytes(key int) []byte     { return []byte(keyText(key)) }
func keyNumber(key int) int32     { return int32(key-4) * 1000 }
func toBytes(value string) []byte { return []byte(value) }
func same(value string) string    { return value }

// opener is what the core's functions that open a database are.
type opener[K, V any] func(context.Context, *core.Env, string, ...core.DatabaseOption) (*core.DB[K, V], error)

func entry[K, V any](name string, open opener[K, V], key func(int) K, value func(string) V,
	options ...core.DatabaseOption) func(*core.Env, ...core.DatabaseOption) (*database, error) {
	return func(env *core.Env, more ...core.DatabaseOption) (*database, error) {
		db, err := open(ctx, env, name, append(more, options...)...)
		if err != nil {
			return nil, err
		}
		u := use[K, V]{db, key, value}
		return &database{fill: u.fill, apply: u.apply, operations: append(u.reads(), u.writes()...)}, nil
	}
}

// use makes the operations of a database of any types.
type use[K, V any] struct {
	db    *core.DB[K, V]
	key   func(int) K
	value func(string) V
}

// fill puts entries under odd keys; there are none under even ones.
func (u use[K, V]) fill(t *core.Txn, s core.Scope) error {
	for k := 1; k < 8; k += 2 {
		if err := u.db.Put(t, s, u.key(k), u.value(fmt.Sprintf("%v has %d", s, k))); err != nil {
			return err
		}
	}
	return nil
}

// held is what fill put under a key.
func (u use[K, V]) held(s core.Scope, k int) V { return u.value(fmt.Sprintf("%v has %d", s, k)) }
