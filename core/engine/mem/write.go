package mem

import (
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Put stores a value, replacing what was there.
func (x *txn) Put(at engine.Place, key, value []byte) error {
	t, err := x.own(at)
	if err != nil {
		return err
	}
	return x.put(t, at, key, value, false)
}

// Insert stores a value if the key is absent.
func (x *txn) Insert(at engine.Place, key, value []byte) error {
	t, err := x.own(at)
	if err != nil {
		return err
	}
	return x.put(t, at, key, value, true)
}

func (x *txn) put(t *tree, at engine.Place, key, value []byte, absent bool) error {
	joined := join(at, key)
	if err := x.accept(at, joined, value); err != nil {
		return err
	}
	if absent {
		if _, present := t.Get(record{key: joined}); present {
			return engine.ErrKeyExists
		}
	}
	// Appended to a slice that is not nil, for a value of no bytes must not be nil when it is got.
	t.Set(record{key: joined, value: append([]byte{}, value...)})
	return nil
}

// accept checks a key and a value against the limits and the names of tables.
func (x *txn) accept(at engine.Place, joined, value []byte) error {
	options := x.engine.options
	switch {
	case len(joined) > options.MaxKey:
		detail := fmt.Sprintf("the key has %d bytes, its partition's included, and the longest has %d",
			len(joined), options.MaxKey)
		return engine.Fail(engine.ErrKeyTooLong, detail, nil)
	case len(joined) == 0:
		// As in LMDB; what runs on mem shall not learn to lean on more.
		return engine.Fail(engine.ErrInvalid, "the key has no bytes", nil)
	case len(value) > options.MaxValue:
		detail := fmt.Sprintf("the value has %d bytes, and the longest has %d", len(value), options.MaxValue)
		return engine.Fail(engine.ErrTooLarge, detail, nil)
	case at.Table.Name() == engine.Unnamed && x.tables[string(joined)] != nil:
		return engine.Fail(engine.ErrReservedKey, fmt.Sprintf("the key %q is the record of a table", joined), nil)
	}
	return nil
}

// Delete deletes a key.
func (x *txn) Delete(at engine.Place, key []byte) error {
	t, err := x.own(at)
	if err != nil {
		return err
	}
	if _, present := t.Delete(record{key: join(at, key)}); !present {
		return engine.ErrNotFound
	}
	return nil
}

// Apply does the writes in order up to the first error.
func (x *txn) Apply(at engine.Place, ops []engine.Op) (int, error) {
	t, err := x.own(at)
	if err != nil {
		return 0, err
	}
	for done, op := range ops {
		switch op.Kind {
		case engine.OpPut, engine.OpInsert:
			err = x.put(t, at, op.Key, op.Value, op.Kind == engine.OpInsert)
		case engine.OpDelete:
			t.Delete(record{key: join(at, op.Key)})
		default:
			err = engine.Fail(engine.ErrInvalid, fmt.Sprintf("there is no kind of write %d", op.Kind), nil)
		}
		if err != nil {
			return done, err
		}
	}
	return len(ops), nil
}

// DeleteRange deletes the entries of the range one by one: the plainest way is the reference.
func (x *txn) DeleteRange(at engine.Place, r engine.Range) (uint64, error) {
	t, err := x.own(at)
	if err != nil {
		return 0, err
	}
	var doomed []record
	spanOf(at, r).walk(t, false, func(found record) bool {
		doomed = append(doomed, found)
		return true
	})
	for _, found := range doomed {
		t.Delete(found)
	}
	return uint64(len(doomed)), nil
}
