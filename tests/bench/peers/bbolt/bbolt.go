// Package bbolt drives bbolt: a bucket for each scope inside of one bucket. It is at its best with a free list that is a map
// and is not written, with sequential puts into fuller pages, with random ones in transactions of moderate size, and with
// DB.Batch where several callers commit.
package bbolt

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
	bolt "go.etcd.io/bbolt"
)

// Store is a [wire.Store].
type Store struct {
	folder  string
	shape   data.Shape
	names   [][]byte
	main    *bolt.DB
	durable *bolt.DB
	commits int
}

var root = []byte("bench")

// Version is what was built.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	for i := 0; ok && i < len(info.Deps); i++ {
		if info.Deps[i].Path == "go.etcd.io/bbolt" {
			return info.Deps[i].Version
		}
	}
	return "?"
}

func open(path string, durable bool) (*bolt.DB, error) {
	db, err := bolt.Open(path, 0o644, &bolt.Options{
		NoSync: !durable, NoGrowSync: !durable, NoFreelistSync: true, FreelistType: bolt.FreelistMapType,
		InitialMmapSize: 1 << 30,
	})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(root)
		return err
	})
	return db, err
}

// Make is the interface's.
func (s *Store) Make(folder string, shape data.Shape) (r data.Result, err error) {
	s.folder, s.shape = folder, shape
	s.names = make([][]byte, shape.Scopes+1)
	for i := range s.names {
		s.names[i] = []byte(data.Name(i))
	}
	if s.main, err = open(filepath.Join(folder, "main"), false); err != nil {
		return r, err
	}
	return s.put(s.main, shape.InOrder(shape.Total()), 0.9)
}

// Close is the interface's.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*bolt.DB{s.main, s.durable} {
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
		return s.putFresh(s.shape.InOrder(n), k, 0.9)
	case data.PutRandom:
		return s.putFresh(s.shape.Scattered(n), k, bolt.DefaultFillPercent)
	}
	return data.Result{}, wire.ErrNone
}

// buckets keeps a transaction's buckets at hand, as a program would.
type buckets struct {
	root *bolt.Bucket
	open []*bolt.Bucket
}

func (s *Store) buckets(tx *bolt.Tx) buckets {
	return buckets{tx.Bucket(root), make([]*bolt.Bucket, s.shape.Scopes+1)}
}

func (s *Store) bucket(b *buckets, scope uint32) *bolt.Bucket {
	if b.open[scope] == nil {
		b.open[scope] = b.root.Bucket(s.names[scope])
	}
	return b.open[scope]
}

func (s *Store) view(fn func(*bolt.Tx, *data.Result)) (r data.Result, err error) {
	err = s.main.View(func(tx *bolt.Tx) error {
		start := clock.Now()
		fn(tx, &r)
		r.Nanos = clock.Since(start)
		return nil
	})
	return r, err
}

func (s *Store) get(a *data.Accesses) (data.Result, error) {
	return s.view(func(tx *bolt.Tx, r *data.Result) { s.getAll(tx, a, 0, a.Len(), r) })
}

func (s *Store) getAll(tx *bolt.Tx, a *data.Accesses, from, to int, r *data.Result) {
	b := s.buckets(tx)
	for i := from; i < to; i++ {
		if value := s.bucket(&b, a.Scopes[i]).Get(a.Key(i)); value != nil {
			r.Found(value)
		}
	}
}

func (s *Store) scan(n int) (data.Result, error) {
	return s.view(func(tx *bolt.Tx, r *data.Result) {
		b := s.buckets(tx)
		for i := range n {
			walk(s.bucket(&b, uint32(s.shape.PickScope(i))), r)
		}
	})
}

func walk(b *bolt.Bucket, r *data.Result) {
	cursor := b.Cursor()
	for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
		r.Found(value)
		r.Bytes += len(key)
	}
}

func isEmpty(b *bolt.Bucket) bool {
	key, _ := b.Cursor().First()
	return key == nil
}

func (s *Store) isEmpty(n int) (data.Result, error) {
	return s.view(func(tx *bolt.Tx, r *data.Result) {
		b := s.buckets(tx)
		for i := range n {
			if isEmpty(s.bucket(&b, uint32(s.shape.PickScope(i)))) {
				r.Count++
			}
		}
	})
}

// lookup begins a transaction anew before a name comes again, whose bucket the transaction would remember.
func (s *Store) lookup(n int) (sum data.Result, err error) {
	for left := n; left > 0 && err == nil; left -= s.shape.Scopes {
		var r data.Result
		r, err = s.view(func(tx *bolt.Tx, r *data.Result) {
			b := tx.Bucket(root)
			for i := range min(left, s.shape.Scopes) {
				if b.Bucket(s.names[i]) != nil {
					r.Count++
				}
			}
		})
		sum.Count, sum.Nanos = sum.Count+r.Count, sum.Nanos+r.Nanos
	}
	return sum, err
}

func (s *Store) undone(fn func(*bolt.Bucket, *data.Result) error) (r data.Result, err error) {
	tx, err := s.main.Begin(true)
	if err != nil {
		return r, err
	}
	err = fn(tx.Bucket(root), &r)
	return r, errors.Join(err, tx.Rollback())
}

func (s *Store) clear(n int) (data.Result, error) {
	return s.undone(func(b *bolt.Bucket, r *data.Result) error {
		for _, name := range s.names[:n] {
			r.Count += b.Bucket(name).Stats().KeyN
		}
		start := clock.Now()
		for _, name := range s.names[:n] {
			if err := b.DeleteBucket(name); err != nil {
				return err
			}
		}
		r.Nanos = clock.Since(start)
		return nil
	})
}

func (s *Store) prune(n int) (data.Result, error) {
	return s.undone(func(b *bolt.Bucket, r *data.Result) error {
		for i := range n {
			if _, err := b.CreateBucket([]byte(data.Spare(i))); err != nil {
				return err
			}
		}
		start := clock.Now()
		var empty [][]byte
		err := b.ForEachBucket(func(name []byte) error {
			if isEmpty(b.Bucket(name)) {
				empty = append(empty, name)
			}
			return nil
		})
		for _, name := range empty {
			err = errors.Join(err, b.DeleteBucket(name))
		}
		r.Nanos, r.Count = clock.Since(start), len(empty)
		return err
	})
}

func (s *Store) reopen(n int) (r data.Result, err error) {
	first := s.shape.InOrder(1)
	start := clock.Now()
	for range n {
		if err := s.main.Close(); err != nil {
			return r, err
		}
		if s.main, err = open(filepath.Join(s.folder, "main"), false); err != nil {
			return r, err
		}
		err = s.main.View(func(tx *bolt.Tx) error {
			s.getAll(tx, first, 0, 1, &r)
			return nil
		})
		if err != nil {
			return r, err
		}
	}
	r.Nanos = clock.Since(start)
	return r, nil
}

// atOnce is how many random puts a transaction has: bbolt splits a page that grows only when it commits, so that many more
// take ever longer.
const atOnce = 10000

func (s *Store) put(db *bolt.DB, a *data.Accesses, fill float64) (data.Result, error) {
	step := a.Len()
	if fill == bolt.DefaultFillPercent {
		step = atOnce
	}
	start := clock.Now()
	for from := 0; from < a.Len(); from += step {
		err := db.Update(func(tx *bolt.Tx) error { return s.putSome(tx, a, from, min(from+step, a.Len()), fill) })
		if err != nil {
			return data.Result{}, err
		}
	}
	return data.Result{Nanos: clock.Since(start), Count: a.Len()}, nil
}

func (s *Store) putSome(tx *bolt.Tx, a *data.Accesses, from, to int, fill float64) (err error) {
	value := data.NewValue()
	b := s.buckets(tx)
	for i := from; i < to; i++ {
		scope := a.Scopes[i]
		if b.open[scope] == nil {
			if b.open[scope], err = b.root.CreateBucketIfNotExists(s.names[scope]); err != nil {
				return err
			}
			b.open[scope].FillPercent = fill
		}
		data.SetWord(value, int(scope), int(a.Index[i]))
		// bbolt keeps the value until the commit.
		if err := b.open[scope].Put(a.Key(i), append([]byte(nil), value...)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) putFresh(a *data.Accesses, k int, fill float64) (r data.Result, err error) {
	path := filepath.Join(s.folder, "fresh")
	db, err := open(path, false)
	if err != nil {
		return r, err
	}
	r, err = s.put(db, a, fill)
	if err == nil && k > 0 {
		r.Count = 0
		err = db.View(func(tx *bolt.Tx) error {
			for scope := range peers.Distinct(a.Scopes) {
				walk(tx.Bucket(root).Bucket(s.names[scope]), &r)
			}
			return nil
		})
	}
	return r, errors.Join(err, db.Close(), os.Remove(path))
}

func (s *Store) commit(n, k int) (r data.Result, err error) {
	if s.durable == nil {
		if s.durable, err = open(filepath.Join(s.folder, "durable"), true); err != nil {
			return r, err
		}
	}
	s.durable.MaxBatchSize = k // so that the batch of all callers does not wait for more
	update := s.durable.Update
	if k > 1 {
		update = s.durable.Batch
	}
	r, err = peers.Callers(n, k, s.commits, func(key, value []byte) error {
		return update(func(tx *bolt.Tx) error { return tx.Bucket(root).Put(key, value) })
	})
	if err != nil {
		return r, err
	}
	err = s.durable.View(func(tx *bolt.Tx) error {
		r.Count = tx.Bucket(root).Stats().KeyN - s.commits
		return nil
	})
	s.commits += n
	return r, err
}

func (s *Store) mixed(n, k int) (data.Result, error) {
	a := s.shape.Random(n)
	var stop atomic.Bool
	var writer sync.WaitGroup
	var failed error
	writer.Go(func() {
		failed = peers.WriteUntil(&stop, func(keys [][]byte, value []byte) error {
			return s.main.Update(func(tx *bolt.Tx) error {
				b, err := tx.Bucket(root).CreateBucketIfNotExists(s.names[s.shape.Scopes])
				for i := 0; err == nil && i < len(keys); i++ {
					err = b.Put(keys[i], value)
				}
				return err
			})
		})
	})
	r, err := peers.Readers(n, k, func(from, to int, r *data.Result) error {
		return s.main.View(func(tx *bolt.Tx) error {
			s.getAll(tx, a, from, to, r)
			return nil
		})
	})
	stop.Store(true)
	writer.Wait()
	return r, errors.Join(err, failed)
}
