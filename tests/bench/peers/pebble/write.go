package pebble

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers"
)

var ctx = context.Background()

// put commits all entries as one batch.
func put(db *pebble.DB, a *data.Accesses) (r data.Result, err error) {
	value := data.NewValue()
	var key []byte
	start := clock.Now()
	batch := db.NewBatchWithSize(a.Len() * (prefix + data.KeySize + data.ValueSize + 4))
	for i, scope := range a.Scopes {
		data.SetWord(value, int(scope), int(a.Index[i]))
		key = appendKey(key[:0], scope, a.Key(i))
		if err := batch.Set(key, value, nil); err != nil {
			return r, err
		}
	}
	err = batch.Commit(pebble.NoSync)
	return data.Result{Nanos: clock.Since(start), Count: a.Len()}, err
}

func (s *Store) putFresh(a *data.Accesses, k int) (r data.Result, err error) {
	folder := filepath.Join(s.folder, "fresh")
	db, err := open(folder)
	if err != nil {
		return r, err
	}
	r, err = put(db, a)
	if err == nil && k > 0 {
		var found data.Result
		found, err = iterating(db, func(iter *pebble.Iterator, r *data.Result) {
			for scope := range peers.Distinct(a.Scopes) {
				walk(iter, scope, r)
			}
		})
		found.Nanos = r.Nanos
		r = found
	}
	return r, errors.Join(err, db.Close(), os.RemoveAll(folder))
}

// clear is committed: before that it is no work. What was deleted is put back after the clock.
func (s *Store) clear(n int) (r data.Result, err error) {
	var before, after data.Result
	count := func(sum *data.Result) {
		if err != nil {
			return
		}
		*sum, err = iterating(s.main, func(iter *pebble.Iterator, r *data.Result) {
			for scope := range n {
				walk(iter, uint32(scope), r)
			}
		})
	}
	count(&before)
	if err != nil {
		return r, err
	}
	start := clock.Now()
	batch := s.main.NewBatch()
	for scope := range n {
		b := bounds(uint32(scope))
		if err := batch.DeleteRange(b.LowerBound, b.UpperBound, nil); err != nil {
			return r, err
		}
	}
	if err := batch.Commit(pebble.NoSync); err != nil {
		return r, err
	}
	r.Nanos = clock.Since(start)
	if count(&after); err != nil {
		return r, err
	}
	r.Count = before.Count - after.Count
	_, err = put(s.main, s.shape.InOrder(n*s.shape.Entries))
	return r, err
}

// prune is committed as well; the spare names need not be put back.
func (s *Store) prune(n int) (r data.Result, err error) {
	for i := range n {
		if err := s.main.Set(appendName(nil, data.Spare(i)), []byte{255, 0, 0, 0}, pebble.NoSync); err != nil {
			return r, err
		}
	}
	start := clock.Now()
	batch := s.main.NewBatch()
	names, err := s.main.NewIter(&pebble.IterOptions{LowerBound: appendName(nil, ""), UpperBound: appendKey(nil, 0, nil)})
	if err != nil {
		return r, err
	}
	_, err = iterating(s.main, func(entries *pebble.Iterator, _ *data.Result) {
		for ok := names.First(); ok; ok = names.Next() {
			number := names.Value()
			scope := uint32(number[0])<<24 | uint32(number[1])<<16 | uint32(number[2])<<8 | uint32(number[3])
			if scope == uint32(s.shape.Scopes+1) || !isEmpty(entries, scope-1) { // the writer's scope stays
				continue
			}
			err = errors.Join(err, batch.Delete(names.Key(), nil))
			r.Count++
		}
	})
	err = errors.Join(err, names.Error(), names.Close(), batch.Commit(pebble.NoSync))
	r.Nanos = clock.Since(start)
	return r, err
}

func (s *Store) commit(n, k int) (r data.Result, err error) {
	if s.durable == nil {
		if s.durable, err = open(filepath.Join(s.folder, "durable")); err != nil {
			return r, err
		}
	}
	r, err = peers.Callers(n, k, s.commits, func(key, value []byte) error {
		return s.durable.Set(appendKey(make([]byte, 0, prefix+data.KeySize), 0, key), value, pebble.Sync)
	})
	if err != nil {
		return r, err
	}
	found, err := iterating(s.durable, func(iter *pebble.Iterator, r *data.Result) { walk(iter, 0, r) })
	r.Count = found.Count - s.commits
	s.commits += n
	return r, err
}
