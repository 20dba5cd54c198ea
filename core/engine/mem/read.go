package mem

import (
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Get returns the value under a key.
func (x *txn) Get(at engine.Place, key []byte) ([]byte, error) {
	t, err := x.look(at)
	if err != nil {
		return nil, err
	}
	found, ok := t.Get(record{key: join(at, key)})
	if !ok {
		return nil, engine.ErrNotFound
	}
	return x.lend(found.value), nil
}

// GetMany sets each value, or nil where there is none.
func (x *txn) GetMany(at engine.Place, keys, values [][]byte) error {
	t, err := x.look(at)
	if err != nil {
		return err
	}
	if len(keys) != len(values) {
		return engine.Fail(engine.ErrInvalid, "GetMany needs as many places for values as it has keys", nil)
	}
	for i, key := range keys {
		values[i] = nil
		if found, ok := t.Get(record{key: join(at, key)}); ok {
			values[i] = x.lend(found.value)
		}
	}
	return nil
}

// Count counts the entries of the range by walking over them.
func (x *txn) Count(at engine.Place, r engine.Range) (uint64, error) {
	t, err := x.look(at)
	if err != nil {
		return 0, err
	}
	var count uint64
	spanOf(at, r).walk(t, false, func(record) bool {
		count++
		return true
	})
	return count, nil
}

// Tables lists the names of all tables but the unnamed one.
func (x *txn) Tables() ([]string, error) {
	if err := x.usable(); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(x.tables))
	for name := range x.tables {
		if name != engine.Unnamed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
