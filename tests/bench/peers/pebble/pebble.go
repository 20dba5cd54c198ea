// Package pebble drives Pebble, a log-structured store: a number before each key says the scope. It is at its best with
// filters, a large cache, and compacted before it is read; it groups the commits of several callers by itself.
package pebble

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
)

// Store is a [wire.Store].
type Store struct {
	folder  string
	shape   data.Shape
	main    *pebble.DB
	durable *pebble.DB
	commits int
}

// Version is what was built.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	for i := 0; ok && i < len(info.Deps); i++ {
		if info.Deps[i].Path == "github.com/cockroachdb/pebble/v2" {
			return info.Deps[i].Version
		}
	}
	return "?"
}

type silent struct{}

func (silent) Infof(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatalf(string, ...any) { os.Exit(1) }

func open(path string) (*pebble.DB, error) {
	cache := pebble.NewCache(512 << 20)
	defer cache.Unref()
	options := &pebble.Options{Cache: cache, MemTableSize: 64 << 20, Logger: silent{}}
	for i := range options.Levels {
		options.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return pebble.Open(path, options)
}

// Entries have their scope's number, from 1, before their key; 0 is for names.
const prefix = 4

func appendKey(dst []byte, scope uint32, key []byte) []byte {
	return append(binary.BigEndian.AppendUint32(dst, scope+1), key...)
}

func appendName(dst []byte, name string) []byte { return append(append(dst, 0, 0, 0, 0), name...) }

func bounds(scope uint32) *pebble.IterOptions {
	return &pebble.IterOptions{LowerBound: appendKey(nil, scope, nil), UpperBound: appendKey(nil, scope+1, nil)}
}

// Make is the interface's.
func (s *Store) Make(folder string, shape data.Shape) (r data.Result, err error) {
	s.folder, s.shape = folder, shape
	if s.main, err = open(filepath.Join(folder, "main")); err != nil {
		return r, err
	}
	if r, err = put(s.main, shape.InOrder(shape.Total())); err != nil {
		return r, err
	}
	for i := range shape.Scopes + 1 {
		number := binary.BigEndian.AppendUint32(nil, uint32(i+1))
		if err := s.main.Set(appendName(nil, data.Name(i)), number, pebble.NoSync); err != nil {
			return r, err
		}
	}
	return r, errors.Join(s.main.Flush(), s.main.Compact(ctx, []byte{0}, []byte{255}, false))
}

// Close is the interface's.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*pebble.DB{s.main, s.durable} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Run is the interface's.
func (s *Store) Run(op string, n, k int) (data.Result, error) {
	switch op {
	case data.GetRandom:
		return s.get(s.shape.Random(n))
	case data.GetHot:
		return s.get(s.shape.Hot(n))
	case data.GetMiss:
		return s.get(s.shape.Missing(n))
	case data.GetMany:
		return s.get(s.shape.Many(n))
	case data.Scan:
		return s.scan(n)
	case data.IsEmpty:
		return s.isEmpty(n)
	case data.Clear:
		return s.clear(n)
	case data.Prune:
		return s.prune(n)
	case data.Lookup:
		return s.lookup(n)
	case data.Open:
		return s.reopen(n)
	case data.Commit:
		return s.commit(n, k)
	case data.Mixed:
		return s.mixed(n, k)
	case data.PutInOrder, data.PutMany:
		return s.putFresh(s.shape.InOrder(n), k)
	case data.PutRandom:
		return s.putFresh(s.shape.Scattered(n), k)
	}
	return data.Result{}, wire.ErrNone
}

func (s *Store) get(a *data.Accesses) (r data.Result, err error) {
	start := clock.Now()
	err = getAll(s.main, a, 0, a.Len(), &r)
	r.Nanos = clock.Since(start)
	return r, err
}

func getAll(from pebble.Reader, a *data.Accesses, first, end int, r *data.Result) error {
	var key []byte
	for i := first; i < end; i++ {
		key = appendKey(key[:0], a.Scopes[i], a.Key(i))
		value, closer, err := from.Get(key)
		switch {
		case err == nil:
			r.Found(value)
			err = closer.Close()
		case errors.Is(err, pebble.ErrNotFound):
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// iterating gives fn one iterator for all scopes; bounds are set for each.
func iterating(db *pebble.DB, fn func(*pebble.Iterator, *data.Result)) (r data.Result, err error) {
	start := clock.Now()
	iter, err := db.NewIter(nil)
	if err != nil {
		return r, err
	}
	fn(iter, &r)
	err = errors.Join(iter.Error(), iter.Close())
	r.Nanos = clock.Since(start)
	return r, err
}

func walk(iter *pebble.Iterator, scope uint32, r *data.Result) {
	b := bounds(scope)
	iter.SetBounds(b.LowerBound, b.UpperBound)
	for ok := iter.First(); ok; ok = iter.Next() {
		r.Found(iter.Value())
		r.Bytes += len(iter.Key()) - prefix
	}
}

func (s *Store) scan(n int) (data.Result, error) {
	return iterating(s.main, func(iter *pebble.Iterator, r *data.Result) {
		for i := range n {
			walk(iter, uint32(s.shape.PickScope(i)), r)
		}
	})
}

func isEmpty(iter *pebble.Iterator, scope uint32) bool {
	b := bounds(scope)
	iter.SetBounds(b.LowerBound, b.UpperBound)
	return !iter.First()
}

func (s *Store) isEmpty(n int) (data.Result, error) {
	return iterating(s.main, func(iter *pebble.Iterator, r *data.Result) {
		for i := range n {
			if isEmpty(iter, uint32(s.shape.PickScope(i))) {
				r.Count++
			}
		}
	})
}

func (s *Store) lookup(n int) (r data.Result, err error) {
	names := make([][]byte, s.shape.Scopes)
	for i := range names {
		names[i] = appendName(nil, data.Name(i))
	}
	start := clock.Now()
	for i := range n {
		_, closer, err := s.main.Get(names[i%len(names)])
		if err == nil {
			r.Count++
			err = closer.Close()
		}
		if err != nil {
			return r, err
		}
	}
	r.Nanos = clock.Since(start)
	return r, nil
}

func (s *Store) reopen(n int) (r data.Result, err error) {
	first := s.shape.InOrder(1)
	start := clock.Now()
	for range n {
		if err := s.main.Close(); err != nil {
			return r, err
		}
		if s.main, err = open(filepath.Join(s.folder, "main")); err != nil {
			return r, err
		}
		if err := getAll(s.main, first, 0, 1, &r); err != nil {
			return r, err
		}
	}
	r.Nanos = clock.Since(start)
	return r, nil
}

func (s *Store) mixed(n, k int) (data.Result, error) {
	a := s.shape.Random(n)
	var stop atomic.Bool
	var writer sync.WaitGroup
	var failed error
	writer.Go(func() {
		failed = peers.WriteUntil(&stop, func(keys [][]byte, value []byte) error {
			batch := s.main.NewBatch()
			var stored []byte
			for _, key := range keys {
				stored = appendKey(stored[:0], uint32(s.shape.Scopes), key)
				if err := batch.Set(stored, value, nil); err != nil {
					return err
				}
			}
			return batch.Commit(pebble.NoSync)
		})
	})
	r, err := peers.Readers(n, k, func(from, to int, r *data.Result) error {
		snapshot := s.main.NewSnapshot()
		return errors.Join(getAll(snapshot, a, from, to, r), snapshot.Close())
	})
	stop.Store(true)
	writer.Wait()
	return r, errors.Join(err, failed)
}
