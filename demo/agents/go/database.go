package main

import (
	"reflect"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// database is a core.DB whose types are known at run time only. Programs in Go know theirs when they are written; an
// agent is told them.
type database interface {
	put(t *core.Txn, s core.Scope, key, value any) error
	get(t *core.Txn, s core.Scope, key any) (any, error)
	delete(t *core.Txn, s core.Scope, key any) (bool, error)
	clear(t *core.Txn, s core.Scope) (uint64, error)
	walk(t *core.Txn, s core.Scope, r span, visit func(key, value any)) error
}

// span is a core.Range of keys of any type.
type span struct {
	lower, upper bound
	reverse      bool
	limit        uint64
}

type bound struct {
	how string // open, include, exclude
	key any
}

// face makes a database of a core.DB.
type face[K, V any] struct{ db *core.DB[K, V] }

func (f face[K, V]) put(t *core.Txn, s core.Scope, key, value any) error {
	k, err := as[K](key, core.ErrInvalidKey)
	if err != nil {
		return err
	}
	v, err := as[V](value, core.ErrInvalidValue)
	if err != nil {
		return err
	}
	return f.db.Put(t, s, k, v)
}

func (f face[K, V]) get(t *core.Txn, s core.Scope, key any) (any, error) {
	k, err := as[K](key, core.ErrInvalidKey)
	if err != nil {
		return nil, err
	}
	value, err := f.db.Get(t, s, k)
	return wide(value), err
}

func (f face[K, V]) delete(t *core.Txn, s core.Scope, key any) (bool, error) {
	k, err := as[K](key, core.ErrInvalidKey)
	if err != nil {
		return false, err
	}
	return f.db.Delete(t, s, k)
}

func (f face[K, V]) clear(t *core.Txn, s core.Scope) (uint64, error) { return f.db.Clear(t, s) }

func (f face[K, V]) walk(t *core.Txn, s core.Scope, r span, visit func(key, value any)) (err error) {
	typed := core.Range[K]{Reverse: r.reverse, Limit: r.limit}
	if typed.Lower, err = asBound[K](r.lower); err != nil {
		return err
	}
	if typed.Upper, err = asBound[K](r.upper); err != nil {
		return err
	}
	for entry, err := range f.db.Range(t, s, typed) {
		if err != nil {
			return err
		}
		visit(wide(entry.Key), wide(entry.Value))
	}
	return nil
}

func asBound[K any](b bound) (core.Bound[K], error) {
	if b.how == "open" {
		return core.Bound[K]{}, nil
	}
	key, err := as[K](b.key, core.ErrInvalidKey)
	if b.how == "exclude" {
		return core.Exclude(key), err
	}
	return core.Include(key), err
}

// as makes a value one of type T, or gives the error that other languages have from the library: Go's compiler would
// not let a program put a value of a wrong type.
func as[T any](value any, fault error) (to T, err error) {
	if same, ok := value.(T); ok {
		return same, nil
	}
	target := reflect.ValueOf(&to).Elem()
	switch v := value.(type) {
	case nil:
		if target.Kind() == reflect.Interface {
			return to, nil
		}
	case int64:
		if target.CanInt() && !target.OverflowInt(v) {
			target.SetInt(v)
			return to, nil
		}
		if target.CanUint() && v >= 0 && !target.OverflowUint(uint64(v)) {
			target.SetUint(uint64(v))
			return to, nil
		}
	case uint64:
		if target.CanUint() && !target.OverflowUint(v) {
			target.SetUint(v)
			return to, nil
		}
	case float64:
		if target.CanFloat() {
			target.SetFloat(v)
			return to, nil
		}
	}
	return to, fault
}

// wide is a scalar as the widest of its sort, which is what a literal is made of.
func wide(value any) any {
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return v.Float()
	}
	return value
}
