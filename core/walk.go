package core

import "iter"

// Entry is a key and its value.
type Entry[K, V any] struct {
	Key   K
	Value V
}

// Range walks over the entries of a range, in the keys' order:
//
//	for entry, err := range users.Range(txn, tenant, core.Range[string]{Lower: core.Include("a")}) {
//		if err != nil {
//			return err
//		}
//		use(entry.Key, entry.Value)
//	}
//
// An error comes as the last pair. The loop's body may write with the same transaction, and the walk goes on after the
// key that it is at.
func (d *DB[K, V]) Range(t *Txn, s Scope, r Range[K]) iter.Seq2[Entry[K, V], error] {
	return walkOver(d, t, s, r, func(e *Entries) (entry Entry[K, V], err error) {
		if entry.Key, err = d.decodeKey(e); err == nil {
			entry.Value, err = d.decodeValue(e)
		}
		return entry, err
	})
}

// Keys is Range without the values, which are not decoded.
func (d *DB[K, V]) Keys(t *Txn, s Scope, r Range[K]) iter.Seq2[K, error] {
	return walkOver(d, t, s, r, d.decodeKey)
}

// Values is Range without the keys, which are not decoded.
func (d *DB[K, V]) Values(t *Txn, s Scope, r Range[K]) iter.Seq2[V, error] {
	return walkOver(d, t, s, r, d.decodeValue)
}

func (d *DB[K, V]) decodeKey(e *Entries) (K, error) {
	key, err := d.keys.DecodeKey(e.Key())
	return key, wrap(err)
}

func (d *DB[K, V]) decodeValue(e *Entries) (value V, err error) {
	stored, err := e.Value()
	if err != nil {
		return value, err
	}
	return d.decode(stored)
}

func walkOver[K, V, T any](d *DB[K, V], t *Txn, s Scope, r Range[K], take func(*Entries) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		entries, err := d.walk(t, s, r)
		if err != nil {
			yield(none, err)
			return
		}
		defer entries.Close() //nolint:errcheck // the transaction closes what is left
		for {
			ok, err := entries.Next()
			var item T
			if err == nil && ok {
				item, err = take(entries)
			}
			switch {
			case err != nil:
				yield(none, err)
				return
			case !ok || !yield(item, nil):
				return
			}
		}
	}
}

func (d *DB[K, V]) walk(t *Txn, s Scope, r Range[K]) (*Entries, error) {
	b, err := d.bounds(r)
	if err != nil {
		return nil, err
	}
	return d.raw.Entries(t, s, b)
}

// First is the entry with the least key: ErrNotFound in an empty scope.
func (d *DB[K, V]) First(t *Txn, s Scope) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{})
}

// Last is the entry with the greatest key: ErrNotFound in an empty scope.
func (d *DB[K, V]) Last(t *Txn, s Scope) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{Reverse: true})
}

// AtOrAfter is the entry under a key or, if there is none, under the next greater one: ErrNotFound if there is none.
func (d *DB[K, V]) AtOrAfter(t *Txn, s Scope, key K) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{Lower: Include(key)})
}

// After is the entry under the next greater key: ErrNotFound if there is none.
func (d *DB[K, V]) After(t *Txn, s Scope, key K) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{Lower: Exclude(key)})
}

// AtOrBefore is the entry under a key or, if there is none, under the next lesser one: ErrNotFound if there is none.
func (d *DB[K, V]) AtOrBefore(t *Txn, s Scope, key K) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{Upper: Include(key), Reverse: true})
}

// Before is the entry under the next lesser key: ErrNotFound if there is none.
func (d *DB[K, V]) Before(t *Txn, s Scope, key K) (Entry[K, V], error) {
	return d.one(t, s, Range[K]{Upper: Exclude(key), Reverse: true})
}

// one is the first entry of a range.
func (d *DB[K, V]) one(t *Txn, s Scope, r Range[K]) (Entry[K, V], error) {
	r.Limit = 1
	for entry, err := range d.Range(t, s, r) {
		return entry, err
	}
	return Entry[K, V]{}, ErrNotFound
}

// Cursor walks over a range by hand. It belongs to its transaction, and ends with it.
type Cursor[K, V any] struct {
	db      *DB[K, V]
	entries *Entries
}

// Cursor opens a cursor before the first entry of a range. Close it, or end the transaction.
func (d *DB[K, V]) Cursor(t *Txn, s Scope, r Range[K]) (*Cursor[K, V], error) {
	entries, err := d.walk(t, s, r)
	if err != nil {
		return nil, err
	}
	return &Cursor[K, V]{d, entries}, nil
}

// Next moves to the next entry; false at the end of the range.
func (c *Cursor[K, V]) Next() (bool, error) { return c.entries.Next() }

// Seek moves to before the first entry at key or, in the cursor's direction, beyond it; never out of the range.
func (c *Cursor[K, V]) Seek(key K) error {
	logical, err := c.db.keys.AppendKey([]byte{}, key)
	if err != nil {
		return wrap(err)
	}
	return c.entries.Seek(logical)
}

// Key is the key of the entry that Next moved to.
func (c *Cursor[K, V]) Key() (K, error) { return c.db.decodeKey(c.entries) }

// Value is the value of the entry that Next moved to. After the transaction has written it is gone (ErrInvalidArgument).
func (c *Cursor[K, V]) Value() (V, error) { return c.db.decodeValue(c.entries) }

// Close ends the cursor. It may be called twice.
func (c *Cursor[K, V]) Close() error { return c.entries.Close() }
