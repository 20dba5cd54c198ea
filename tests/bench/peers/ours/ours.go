// Package ours drives scoped-lmdb's Go core: databases of bytes by core.Raw, which lends what it reads as the peers do.
package ours

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
)

var ctx = context.Background()

// Store is a [wire.Store].
type Store struct {
	folder  string
	shape   data.Shape
	scopes  []core.Scope
	main    *handle
	durable *handle
	commits int
}

// handle is an open environment and its database.
type handle struct {
	env *core.Env
	raw *core.Raw
}

func open(folder string, durability lmdb.Durability) (*handle, error) {
	env, err := core.Open(lmdb.Config{Path: folder, CreateFolder: true, Durability: durability, MapSize: 32 << 30})
	if err != nil {
		return nil, err
	}
	raw, err := env.OpenRaw(ctx, core.Spec{Name: "bench", Kind: core.KindBytes})
	if err != nil {
		return nil, errors.Join(err, env.Close())
	}
	return &handle{env, raw}, nil
}

// Version is what was built.
func Version() string { return "scoped-lmdb, Go core, " + lmdb.Version() }

// Make is the interface's.
func (s *Store) Make(folder string, shape data.Shape) (r data.Result, err error) {
	s.folder, s.shape = folder, shape
	s.scopes = make([]core.Scope, shape.Scopes+1)
	for i := range s.scopes {
		s.scopes[i] = core.Named(data.Name(i))
	}
	if s.main, err = open(filepath.Join(folder, "main"), lmdb.NoSync); err != nil {
		return r, err
	}
	return s.put(s.main, shape.InOrder(shape.Total()))
}

// Close is the interface's.
func (s *Store) Close() error {
	var errs []error
	for _, h := range []*handle{s.main, s.durable} {
		if h != nil {
			errs = append(errs, h.env.Close())
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
		return s.getMany(n)
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
	case data.PutInOrder, data.PutRandom, data.PutMany, data.PutTyped:
		return s.putFresh(op, n, k)
	case data.DecodeBytes:
		return decodeBytes(n)
	case data.DecodeTyped:
		return decodeTyped(n)
	}
	return data.Result{}, wire.ErrNone
}

// view runs fn in a read transaction, and the clock while it runs.
func (s *Store) view(fn func(*core.Txn, *data.Result) error) (r data.Result, err error) {
	err = s.main.env.View(ctx, func(txn *core.Txn) error {
		start := clock.Now()
		err := fn(txn, &r)
		r.Nanos = clock.Since(start)
		return err
	})
	return r, err
}

// undone runs fn in a write transaction that is aborted, and the clock while it runs.
func (s *Store) undone(before, fn func(*core.Txn, *data.Result) error) (r data.Result, err error) {
	undo := errors.New("undo")
	err = s.main.env.Update(ctx, func(txn *core.Txn) error {
		if err := before(txn, &r); err != nil {
			return err
		}
		start := clock.Now()
		if err := fn(txn, &r); err != nil {
			return err
		}
		r.Nanos = clock.Since(start)
		return undo
	})
	if err == undo {
		err = nil
	}
	return r, err
}

func (s *Store) get(a *data.Accesses) (data.Result, error) {
	return s.view(func(txn *core.Txn, r *data.Result) error { return s.getAll(txn, a, 0, a.Len(), r) })
}

func (s *Store) getAll(txn *core.Txn, a *data.Accesses, from, to int, r *data.Result) error {
	for i := from; i < to; i++ {
		value, err := s.main.raw.Get(txn, s.scopes[a.Scopes[i]], a.Key(i))
		if err == nil {
			r.Found(value)
		} else if err != core.ErrNotFound {
			return err
		}
	}
	return nil
}

func (s *Store) getMany(n int) (data.Result, error) {
	a := s.shape.Many(n)
	return s.view(func(txn *core.Txn, r *data.Result) error {
		keys, values := make([][]byte, data.ManyKeys), make([][]byte, data.ManyKeys)
		for i := 0; i < n; i += data.ManyKeys {
			many := min(data.ManyKeys, n-i)
			for j := range many {
				keys[j] = a.Key(i + j)
			}
			if err := s.main.raw.GetMany(txn, s.scopes[a.Scopes[i]], keys[:many], values[:many]); err != nil {
				return err
			}
			for _, value := range values[:many] {
				if value != nil {
					r.Found(value)
				}
			}
		}
		return nil
	})
}

func (s *Store) scan(n int) (data.Result, error) {
	return s.view(func(txn *core.Txn, r *data.Result) error {
		for i := range n {
			if err := s.main.walk(txn, s.scopes[s.shape.PickScope(i)], r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *handle) walk(txn *core.Txn, scope core.Scope, r *data.Result) error {
	entries, err := h.raw.Entries(txn, scope, core.Bounds{})
	if err != nil {
		return err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	for {
		ok, err := entries.Next()
		if err != nil || !ok {
			return err
		}
		value, err := entries.Value()
		if err != nil {
			return err
		}
		r.Found(value)
		r.Bytes += len(entries.Key())
	}
}

func (s *Store) isEmpty(n int) (data.Result, error) {
	return s.view(func(txn *core.Txn, r *data.Result) error {
		for i := range n {
			empty, err := s.main.raw.IsEmpty(txn, s.scopes[s.shape.PickScope(i)])
			if err != nil {
				return err
			}
			if empty {
				r.Count++
			}
		}
		return nil
	})
}

func (s *Store) clear(n int) (data.Result, error) {
	return s.undone(func(*core.Txn, *data.Result) error { return nil }, func(txn *core.Txn, r *data.Result) error {
		for i := range n {
			deleted, err := s.main.raw.Clear(txn, s.scopes[i])
			if err != nil {
				return err
			}
			r.Count += int(deleted)
		}
		return nil
	})
}

func (s *Store) prune(n int) (data.Result, error) {
	spare := func(txn *core.Txn, _ *data.Result) error {
		for i := range n {
			if _, err := txn.RegisterScope(data.Spare(i)); err != nil {
				return err
			}
		}
		return nil
	}
	return s.undone(spare, func(txn *core.Txn, r *data.Result) error {
		pruned, err := txn.PruneScopes()
		r.Count = int(pruned)
		return err
	})
}

// lookup begins a transaction anew before a name comes again, which the transaction would remember.
func (s *Store) lookup(n int) (sum data.Result, err error) {
	for left := n; left > 0 && err == nil; left -= s.shape.Scopes {
		var r data.Result
		r, err = s.view(func(txn *core.Txn, r *data.Result) error {
			for i := range min(left, s.shape.Scopes) {
				_, found, err := txn.ScopeID(s.scopes[i].Name())
				if err != nil {
					return err
				}
				if found {
					r.Count++
				}
			}
			return nil
		})
		sum.Count, sum.Nanos = sum.Count+r.Count, sum.Nanos+r.Nanos
	}
	return sum, err
}

func (s *Store) reopen(n int) (r data.Result, err error) {
	key := s.shape.InOrder(1).Key(0)
	start := clock.Now()
	for range n {
		if err := s.main.env.Close(); err != nil {
			return r, err
		}
		if s.main, err = open(filepath.Join(s.folder, "main"), lmdb.NoSync); err != nil {
			return r, err
		}
		err = s.main.env.View(ctx, func(txn *core.Txn) error {
			value, err := s.main.raw.Get(txn, s.scopes[0], key)
			if err == nil {
				r.Found(value)
			}
			return err
		})
		if err != nil {
			return r, err
		}
	}
	r.Nanos = clock.Since(start)
	return r, nil
}

// fresh runs fn with an empty store.
func (s *Store) fresh(fn func(*handle) (data.Result, error)) (r data.Result, err error) {
	folder := filepath.Join(s.folder, "fresh")
	h, err := open(folder, lmdb.NoSync)
	if err != nil {
		return r, err
	}
	r, err = fn(h)
	if err := errors.Join(err, h.env.Close(), os.RemoveAll(folder)); err != nil {
		return r, fmt.Errorf("a fresh store: %w", err)
	}
	return r, nil
}
