package core

import (
	"context"
	"iter"
)

// View is a database and a scope bound together. Each of its operations has a transaction of its own; what belongs
// together in one transaction goes through [DB].
type View[K, V any] struct {
	db    *DB[K, V]
	scope Scope
}

// In binds the database to a scope.
func (d *DB[K, V]) In(s Scope) *View[K, V] { return &View[K, V]{d, s} }

// Scope is the view's scope.
func (v *View[K, V]) Scope() Scope { return v.scope }

// Get is DB.Get.
func (v *View[K, V]) Get(ctx context.Context, key K) (value V, err error) {
	err = v.db.raw.env.View(ctx, func(t *Txn) error {
		value, err = v.db.Get(t, v.scope, key)
		return err
	})
	return value, err
}

// Put is DB.Put. It returns after the commit.
func (v *View[K, V]) Put(ctx context.Context, key K, value V) error {
	return v.db.raw.env.Update(ctx, func(t *Txn) error { return v.db.Put(t, v.scope, key, value) })
}

// Delete is DB.Delete. It returns after the commit.
func (v *View[K, V]) Delete(ctx context.Context, key K) (was bool, err error) {
	err = v.db.raw.env.Update(ctx, func(t *Txn) error {
		was, err = v.db.Delete(t, v.scope, key)
		return err
	})
	return was, err
}

// Clear is DB.Clear. It returns after the commit.
func (v *View[K, V]) Clear(ctx context.Context) (n uint64, err error) {
	err = v.db.raw.env.Update(ctx, func(t *Txn) error {
		n, err = v.db.Clear(t, v.scope)
		return err
	})
	return n, err
}

// Count is DB.Count.
func (v *View[K, V]) Count(ctx context.Context, r Range[K]) (n uint64, err error) {
	err = v.db.raw.env.View(ctx, func(t *Txn) error {
		n, err = v.db.Count(t, v.scope, r)
		return err
	})
	return n, err
}

// Range is DB.Range in one snapshot, which lives until the loop ends.
func (v *View[K, V]) Range(ctx context.Context, r Range[K]) iter.Seq2[Entry[K, V], error] {
	return func(yield func(Entry[K, V], error) bool) {
		err := v.db.raw.env.View(ctx, func(t *Txn) error {
			for entry, err := range v.db.Range(t, v.scope, r) {
				if !yield(entry, err) || err != nil {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(Entry[K, V]{}, err)
		}
	}
}
