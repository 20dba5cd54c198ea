package core

import (
	"bytes"
	"context"
	"iter"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// DB is a database of an environment, seen through a codec for its keys and one for its values. It may be used from any
// goroutine at any time; the transactions that it is given have their own rules.
//
// Every operation takes the transaction and the scope. A scope that is not registered reads as empty; only a put
// registers one. Keys and values that are passed in are borrowed for the call; those that are handed out are the
// caller's own.
//
// Errors of all operations: ErrEmptyScope, ErrInvalidScope, ErrKeyTooLong, ErrInvalidKey and ErrInvalidValue (what the
// codecs cannot encode, or find stored), ErrTxnEnded, ErrInUse, ErrCorrupt. Of writes also: ErrReadOnly, ErrEmptyKey,
// ErrValueTooLarge, ErrMapFull, ErrTxnFull, ErrDiskFull, ErrIO; after the last four the transaction can only be aborted.
type DB[K, V any] struct {
	raw    *Raw
	keys   codec.Key[K]
	values codec.Value[V]
}

// Tuple is a typed key of several elements, which are ordered one after the other.
type Tuple = codec.Tuple

// Layout is how the named scopes of a database are stored.
type Layout = layout.Layout

// The layouts.
const (
	Ordered = layout.Ordered
	Heed    = layout.Heed
)

// A DatabaseOption says how to open a database.
type DatabaseOption func(*Spec)

// WithLayout asks for a layout: Ordered, or Heed to be read by the Rust crate scoped-heed. A database that exists has
// the one it was made with, and another is ErrLayoutMismatch.
func WithLayout(l layout.Layout) DatabaseOption { return func(s *Spec) { s.Layout = l } }

// WithUnnamedDefault keeps the default scope in LMDB's unnamed main database, where programs that know no names have
// their data. Records of named databases there are neither seen nor touched. One database of an environment can have it
// (ErrKindMismatch for another).
func WithUnnamedDefault() DatabaseOption { return func(s *Spec) { s.UnnamedDefault = true } }

// MustExist refuses to make the database: ErrDatabaseNotFound.
func MustExist() DatabaseOption { return func(s *Spec) { s.MustExist = true } }

// OpenTyped opens a database of typed keys and values, and makes it if it is missing.
//
// K is string, []byte, bool, an integer, float64, [Tuple], or any for keys of all these types in one database; V is
// anything that MessagePack can carry (github.com/vmihailenco/msgpack/v5), any included. In layout Heed both are one of
// string, []byte, bool, the integers of fixed width, float32 and float64.
//
// It must not be called in a goroutine that has the write transaction. Errors: ErrInvalidName, ErrKindMismatch,
// ErrLayoutMismatch, ErrDatabaseNotFound, ErrDatabasesFull, ErrNested, ErrInvalidArgument (types).
func OpenTyped[K, V any](ctx context.Context, e *Env, name string, options ...DatabaseOption) (*DB[K, V], error) {
	d := new(DB[K, V])
	return d.open(ctx, e, KindTyped, name, options, func(l layout.Layout) (key, value codec.Type, err error) {
		if l == layout.Heed {
			if d.keys, key, err = codec.BincodeKey[K](); err == nil {
				d.values, value, err = codec.BincodeValue[V]()
			}
			return key, value, err
		}
		d.keys, err = codec.TupleKey[K]()
		d.values = codec.MsgpackValue[V]()
		return key, value, err
	})
}

// OpenBytesKey opens a database of raw keys and typed values; see OpenTyped.
func OpenBytesKey[V any](ctx context.Context, e *Env, name string, options ...DatabaseOption) (*DB[[]byte, V], error) {
	d := &DB[[]byte, V]{keys: codec.RawKey()}
	return d.open(ctx, e, KindBytesKey, name, options, func(l layout.Layout) (key, value codec.Type, err error) {
		if l == layout.Heed {
			d.values, value, err = codec.BincodeValue[V]()
			return key, value, err
		}
		d.values = codec.MsgpackValue[V]()
		return key, value, nil
	})
}

// OpenBytes opens a database of raw keys and raw values; see OpenTyped.
func OpenBytes(ctx context.Context, e *Env, name string, options ...DatabaseOption) (*DB[[]byte, []byte], error) {
	d := &DB[[]byte, []byte]{keys: codec.RawKey(), values: codec.RawValue()}
	return d.open(ctx, e, KindBytes, name, options, nil)
}

func (d *DB[K, V]) open(ctx context.Context, e *Env, kind Kind, name string, options []DatabaseOption,
	types func(layout.Layout) (key, value codec.Type, err error)) (*DB[K, V], error) {
	spec := Spec{Name: name, Kind: kind, types: types}
	for _, option := range options {
		option(&spec)
	}
	var err error
	if d.raw, err = e.OpenRaw(ctx, spec); err != nil {
		return nil, err
	}
	return d, nil
}

// Raw is the database below its codecs.
func (d *DB[K, V]) Raw() *Raw { return d.raw }

// key encodes a key into the transaction's scratch memory. The transaction is taken.
func (d *DB[K, V]) key(t *Txn, key K) (err error) {
	t.key, err = d.keys.AppendKey(t.key[:0], key)
	return wrap(err)
}

func (d *DB[K, V]) value(t *Txn, value V) (err error) {
	t.value, err = d.values.AppendValue(t.value[:0], value)
	return wrap(err)
}

func (d *DB[K, V]) decode(stored []byte) (V, error) {
	value, err := d.values.DecodeValue(stored)
	return value, wrap(err)
}

// Get finds the value under a key: ErrNotFound if there is none.
func (d *DB[K, V]) Get(t *Txn, s Scope, key K) (value V, err error) {
	if err = t.enter(); err != nil {
		return value, err
	}
	defer t.leave()
	if err = d.key(t, key); err != nil {
		return value, err
	}
	stored, err := d.raw.get(t, s, t.key)
	if err != nil {
		return value, err
	}
	return d.decode(stored)
}

// GetMany finds the values under many keys. found[i] says whether there is one under keys[i].
func (d *DB[K, V]) GetMany(t *Txn, s Scope, keys []K) (values []V, found []bool, err error) {
	logical, stored := make([][]byte, len(keys)), make([][]byte, len(keys))
	for i, key := range keys {
		if logical[i], err = d.keys.AppendKey(nil, key); err != nil {
			return nil, nil, wrapf(err, "key %d", i)
		}
	}
	if err = d.raw.GetMany(t, s, logical, stored); err != nil {
		return nil, nil, err
	}
	values, found = make([]V, len(keys)), make([]bool, len(keys))
	for i, value := range stored {
		if found[i] = value != nil; !found[i] {
			continue
		}
		if values[i], err = d.decode(value); err != nil {
			return nil, nil, wrapf(err, "key %d", i)
		}
	}
	return values, found, nil
}

// Contains says whether there is an entry under a key.
func (d *DB[K, V]) Contains(t *Txn, s Scope, key K) (bool, error) {
	if err := t.enter(); err != nil {
		return false, err
	}
	defer t.leave()
	if err := d.key(t, key); err != nil {
		return false, err
	}
	_, err := d.raw.get(t, s, t.key)
	if err == ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// Put stores a value under a key, replacing what was there, and registers the scope if it is new.
func (d *DB[K, V]) Put(t *Txn, s Scope, key K, value V) error {
	return d.store(t, s, key, value, engine.Txn.Put)
}

// PutIfAbsent stores a value under a new key and says whether it did: not if there is an entry under it.
func (d *DB[K, V]) PutIfAbsent(t *Txn, s Scope, key K, value V) (bool, error) {
	err := d.store(t, s, key, value, engine.Txn.Insert)
	if err == ErrKeyExists {
		return false, nil
	}
	return err == nil, err
}

func (d *DB[K, V]) store(t *Txn, s Scope, key K, value V, how putter) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	if err := d.key(t, key); err != nil {
		return err
	}
	if err := d.value(t, value); err != nil {
		return err
	}
	return d.raw.put(t, s, t.key, t.value, how)
}

// PutMany stores entries in order and says how many. After an error those before it are stored in the transaction.
func (d *DB[K, V]) PutMany(t *Txn, s Scope, items iter.Seq2[K, V]) (n uint64, err error) {
	for key, value := range items {
		if err = d.Put(t, s, key, value); err != nil {
			return n, wrapf(err, "entry %d", n)
		}
		n++
	}
	return n, nil
}

// Delete deletes the entry under a key and says whether there was one.
func (d *DB[K, V]) Delete(t *Txn, s Scope, key K) (_ bool, err error) {
	if err := t.enterWrite(); err != nil {
		return false, err
	}
	defer t.leaveWrite(&err)
	if err := d.key(t, key); err != nil {
		return false, err
	}
	return d.raw.delete(t, s, t.key)
}

// Replace stores a value and hands out the one that was there; there says whether one was.
func (d *DB[K, V]) Replace(t *Txn, s Scope, key K, value V) (old V, there bool, err error) {
	err = d.exchange(t, s, key, func(stored []byte, was bool) ([]byte, Exchange, error) {
		if there = was; was {
			if old, err = d.decode(stored); err != nil {
				return nil, Keep, err
			}
		}
		if err := d.value(t, value); err != nil {
			return nil, Keep, err
		}
		return t.value, Store, nil
	})
	return old, there, err
}

// Pop deletes the entry under a key and hands out its value: ErrNotFound if there is none.
func (d *DB[K, V]) Pop(t *Txn, s Scope, key K) (value V, err error) {
	err = d.exchange(t, s, key, func(stored []byte, there bool) ([]byte, Exchange, error) {
		if !there {
			return nil, Keep, ErrNotFound
		}
		value, err = d.decode(stored)
		return nil, Remove, err
	})
	return value, err
}

// CompareAndSwap stores a value if the one that is there is old, and says whether it did. Values are compared as they
// are stored: two that a codec encodes alike. Without an entry under the key nothing is stored; see PutIfAbsent.
func (d *DB[K, V]) CompareAndSwap(t *Txn, s Scope, key K, old, value V) (swapped bool, err error) {
	err = d.exchange(t, s, key, func(stored []byte, there bool) ([]byte, Exchange, error) {
		if !there {
			return nil, Keep, nil
		}
		if err := d.value(t, old); err != nil {
			return nil, Keep, err
		}
		if swapped = bytes.Equal(t.value, stored); !swapped {
			return nil, Keep, nil
		}
		if err := d.value(t, value); err != nil {
			return nil, Keep, err
		}
		return t.value, Store, nil
	})
	return swapped && err == nil, err
}

func (d *DB[K, V]) exchange(t *Txn, s Scope, key K, decide Decide) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	if err := d.key(t, key); err != nil {
		return err
	}
	return d.raw.exchange(t, s, t.key, decide)
}

// DeleteRange deletes the entries of a range and says how many there were. A Limit is refused (ErrInvalidArgument).
func (d *DB[K, V]) DeleteRange(t *Txn, s Scope, r Range[K]) (uint64, error) {
	b, err := d.bounds(r)
	if err != nil {
		return 0, err
	}
	return d.raw.DeleteRange(t, s, b)
}

// Clear deletes all entries of a scope and says how many there were. The scope stays registered.
func (d *DB[K, V]) Clear(t *Txn, s Scope) (uint64, error) { return d.raw.Clear(t, s) }

// Count counts the entries of a range. A Limit is refused (ErrInvalidArgument).
func (d *DB[K, V]) Count(t *Txn, s Scope, r Range[K]) (uint64, error) {
	b, err := d.bounds(r)
	if err != nil {
		return 0, err
	}
	return d.raw.Count(t, s, b)
}

// Stats measures what a scope holds in this database, exactly. It costs as much as reading it.
func (d *DB[K, V]) Stats(t *Txn, s Scope) (Stats, error) { return d.raw.Stats(t, s) }

// IsEmpty says whether a scope has no entries. It costs one seek.
func (d *DB[K, V]) IsEmpty(t *Txn, s Scope) (bool, error) { return d.raw.IsEmpty(t, s) }
