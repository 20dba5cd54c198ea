package core

import (
	"context"
	"iter"
)

// View is a database and a scope bound together. Each of its operations has a transaction of its own, and is the one of [DB]
// by its name; what belongs together in one transaction goes through DB. Those that write return after the commit.
type View[K, V any] struct {
	db    *DB[K, V]
	scope Scope
}

// In binds the database to a scope.
func (d *DB[K, V]) In(s Scope) *View[K, V] { return &View[K, V]{d, s} }

// Scope is the view's scope.
func (v *View[K, V]) Scope() Scope { return v.scope }

// read gives what fn finds in a read transaction.
func read[T any](ctx context.Context, e *Env, fn func(*Txn) (T, error)) (found T, err error) {
	err = e.View(ctx, func(t *Txn) error {
		found, err = fn(t)
		return err
	})
	return found, err
}

// changed gives what fn finds in a write transaction, if that is committed.
func changed[T any](ctx context.Context, e *Env, fn func(*Txn) (T, error)) (found T, err error) {
	err = e.Update(ctx, func(t *Txn) error {
		found, err = fn(t)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return found, nil
}

// Get is DB.Get.
func (v *View[K, V]) Get(ctx context.Context, key K) (V, error) {
	return read(ctx, v.db.raw.env, func(t *Txn) (V, error) { return v.db.Get(t, v.scope, key) })
}

// GetMany is DB.GetMany.
func (v *View[K, V]) GetMany(ctx context.Context, keys []K) (values []V, found []bool, err error) {
	err = v.db.raw.env.View(ctx, func(t *Txn) error {
		values, found, err = v.db.GetMany(t, v.scope, keys)
		return err
	})
	return values, found, err
}

// Contains is DB.Contains.
func (v *View[K, V]) Contains(ctx context.Context, key K) (bool, error) {
	return read(ctx, v.db.raw.env, func(t *Txn) (bool, error) { return v.db.Contains(t, v.scope, key) })
}

// Put is DB.Put.
func (v *View[K, V]) Put(ctx context.Context, key K, value V) error {
	return v.db.raw.env.Update(ctx, func(t *Txn) error { return v.db.Put(t, v.scope, key, value) })
}

// PutIfAbsent is DB.PutIfAbsent.
func (v *View[K, V]) PutIfAbsent(ctx context.Context, key K, value V) (bool, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (bool, error) { return v.db.PutIfAbsent(t, v.scope, key, value) })
}

// PutMany is DB.PutMany, all or none. After ErrConflict it goes through items again.
func (v *View[K, V]) PutMany(ctx context.Context, items iter.Seq2[K, V]) (uint64, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (uint64, error) { return v.db.PutMany(t, v.scope, items) })
}

// Replace is DB.Replace.
func (v *View[K, V]) Replace(ctx context.Context, key K, value V) (old V, there bool, err error) {
	old, err = changed(ctx, v.db.raw.env, func(t *Txn) (V, error) {
		old, there, err = v.db.Replace(t, v.scope, key, value)
		return old, err
	})
	return old, there && err == nil, err
}

// Pop is DB.Pop.
func (v *View[K, V]) Pop(ctx context.Context, key K) (V, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (V, error) { return v.db.Pop(t, v.scope, key) })
}

// CompareAndSwap is DB.CompareAndSwap.
func (v *View[K, V]) CompareAndSwap(ctx context.Context, key K, old, value V) (bool, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (bool, error) { return v.db.CompareAndSwap(t, v.scope, key, old, value) })
}

// Delete is DB.Delete.
func (v *View[K, V]) Delete(ctx context.Context, key K) (bool, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (bool, error) { return v.db.Delete(t, v.scope, key) })
}

// DeleteRange is DB.DeleteRange.
func (v *View[K, V]) DeleteRange(ctx context.Context, r Range[K]) (uint64, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (uint64, error) { return v.db.DeleteRange(t, v.scope, r) })
}

// Clear is DB.Clear.
func (v *View[K, V]) Clear(ctx context.Context) (uint64, error) {
	return changed(ctx, v.db.raw.env, func(t *Txn) (uint64, error) { return v.db.Clear(t, v.scope) })
}

// Count is DB.Count.
func (v *View[K, V]) Count(ctx context.Context, r Range[K]) (uint64, error) {
	return read(ctx, v.db.raw.env, func(t *Txn) (uint64, error) { return v.db.Count(t, v.scope, r) })
}

// IsEmpty is DB.IsEmpty.
func (v *View[K, V]) IsEmpty(ctx context.Context) (bool, error) {
	return read(ctx, v.db.raw.env, func(t *Txn) (bool, error) { return v.db.IsEmpty(t, v.scope) })
}

// First is DB.First.
func (v *View[K, V]) First(ctx context.Context) (Entry[K, V], error) { return v.one(ctx, Range[K]{}) }

// Last is DB.Last.
func (v *View[K, V]) Last(ctx context.Context) (Entry[K, V], error) {
	return v.one(ctx, Range[K]{Reverse: true})
}

func (v *View[K, V]) one(ctx context.Context, r Range[K]) (Entry[K, V], error) {
	return read(ctx, v.db.raw.env, func(t *Txn) (Entry[K, V], error) { return v.db.one(t, v.scope, r) })
}

// Range is DB.Range in one snapshot, which lives until the loop ends.
func (v *View[K, V]) Range(ctx context.Context, r Range[K]) iter.Seq2[Entry[K, V], error] {
	return overView(ctx, v, r, v.db.Range)
}

// Keys is DB.Keys in one snapshot, which lives until the loop ends.
func (v *View[K, V]) Keys(ctx context.Context, r Range[K]) iter.Seq2[K, error] {
	return overView(ctx, v, r, v.db.Keys)
}

// Values is DB.Values in one snapshot, which lives until the loop ends.
func (v *View[K, V]) Values(ctx context.Context, r Range[K]) iter.Seq2[V, error] {
	return overView(ctx, v, r, v.db.Values)
}

func overView[K, V, T any](ctx context.Context, v *View[K, V], r Range[K],
	walk func(*Txn, Scope, Range[K]) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := v.db.raw.env.View(ctx, func(t *Txn) error {
			for item, err := range walk(t, v.scope, r) {
				if !yield(item, err) || err != nil {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}
