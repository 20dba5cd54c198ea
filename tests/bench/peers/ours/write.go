package ours

import (
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers"
)

// timed runs fn in a write transaction, and the clock until it is committed.
func (h *handle) timed(n int, fn func(*core.Txn) error) (data.Result, error) {
	start := clock.Now()
	err := h.env.Update(ctx, fn)
	return data.Result{Nanos: clock.Since(start), Count: n}, err
}

func (s *Store) put(h *handle, a *data.Accesses) (data.Result, error) {
	value := data.NewValue()
	return h.timed(a.Len(), func(txn *core.Txn) error {
		for i, scope := range a.Scopes {
			data.SetWord(value, int(scope), int(a.Index[i]))
			if err := h.raw.Put(txn, s.scopes[scope], a.Key(i), value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) putMany(h *handle, a *data.Accesses) (data.Result, error) {
	values := make([]byte, data.PutsAtOnce*data.ValueSize)
	entries := make([]core.RawEntry, 0, data.PutsAtOnce)
	for i := range data.PutsAtOnce {
		copy(values[i*data.ValueSize:], data.NewValue())
	}
	return h.timed(a.Len(), func(txn *core.Txn) error {
		for i := 0; i < a.Len(); {
			entries = entries[:0]
			scope := a.Scopes[i]
			for len(entries) < data.PutsAtOnce && i < a.Len() && a.Scopes[i] == scope {
				value := values[len(entries)*data.ValueSize:][:data.ValueSize]
				data.SetWord(value, int(scope), int(a.Index[i]))
				entries = append(entries, core.RawEntry{Key: a.Key(i), Value: value})
				i++
			}
			if err := h.raw.PutMany(txn, s.scopes[scope], entries); err != nil {
				return err
			}
		}
		return nil
	})
}

// readBack replaces a put's result by what can be read afterwards.
func (s *Store) readBack(h *handle, a *data.Accesses, r *data.Result) error {
	r.Count = 0
	return h.env.View(ctx, func(txn *core.Txn) error {
		for scope := range peers.Distinct(a.Scopes) {
			if err := h.walk(txn, s.scopes[scope], r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) putFresh(op string, n, k int) (data.Result, error) {
	a := s.shape.InOrder(n)
	if op == data.PutRandom {
		a = s.shape.Scattered(n)
	}
	return s.fresh(func(h *handle) (r data.Result, err error) {
		switch op {
		case data.PutTyped:
			return s.putTyped(h, a, k)
		case data.PutMany:
			r, err = s.putMany(h, a)
		default:
			r, err = s.put(h, a)
		}
		if err != nil || k == 0 {
			return r, err
		}
		return r, s.readBack(h, a, &r)
	})
}

func (s *Store) putTyped(h *handle, a *data.Accesses, k int) (r data.Result, err error) {
	db, err := core.OpenTyped[[]byte, string](ctx, h.env, "typed")
	if err != nil {
		return r, err
	}
	texts := peers.Texts(a)
	r, err = h.timed(a.Len(), func(txn *core.Txn) error {
		for i, scope := range a.Scopes {
			if err := db.Put(txn, s.scopes[scope], a.Key(i), texts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || k == 0 {
		return r, err
	}
	r.Count = 0
	return r, h.env.View(ctx, func(txn *core.Txn) error {
		for scope := range peers.Distinct(a.Scopes) {
			for entry, err := range db.Range(txn, s.scopes[scope], core.Range[[]byte]{}) {
				if err != nil {
					return err
				}
				word, err := strconv.ParseUint(entry.Value[:data.KeySize], 16, 64)
				if err != nil {
					return err
				}
				r.Count, r.Bytes, r.Sum = r.Count+1, r.Bytes+len(entry.Key)+len(entry.Value), r.Sum+word
			}
		}
		return nil
	})
}

// commit: one caller uses Update, several Apply, which shares commits.
func (s *Store) commit(n, k int) (r data.Result, err error) {
	if s.durable == nil {
		if s.durable, err = open(filepath.Join(s.folder, "durable"), lmdb.Durable); err != nil {
			return r, err
		}
	}
	h, scope := s.durable, core.Named(data.Name(0))
	r, err = peers.Callers(n, k, s.commits, func(key, value []byte) error {
		if k == 1 {
			return h.env.Update(ctx, func(txn *core.Txn) error { return h.raw.Put(txn, scope, key, value) })
		}
		batch := h.env.NewBatch()
		if err := h.raw.BatchPut(batch, scope, key, value); err != nil {
			return err
		}
		return h.env.Apply(ctx, batch)
	})
	if err != nil {
		return r, err
	}
	err = h.env.View(ctx, func(txn *core.Txn) error {
		count, err := h.raw.Count(txn, scope, core.Bounds{})
		r.Count = int(count) - s.commits
		return err
	})
	s.commits += n
	return r, err
}

func (s *Store) mixed(n, k int) (data.Result, error) {
	a := s.shape.Random(n)
	var stop atomic.Bool
	var writer sync.WaitGroup
	var failed error
	writer.Go(func() { failed = s.writeUntil(&stop) })
	r, err := peers.Readers(n, k, func(from, to int, r *data.Result) error {
		return s.main.env.View(ctx, func(txn *core.Txn) error { return s.getAll(txn, a, from, to, r) })
	})
	stop.Store(true)
	if writer.Wait(); failed != nil {
		return r, failed
	}
	return r, err
}

// writeUntil commits puts into the scope after those that are read.
func (s *Store) writeUntil(stop *atomic.Bool) error {
	scope := s.scopes[s.shape.Scopes]
	return peers.WriteUntil(stop, func(keys [][]byte, value []byte) error {
		return s.main.env.Update(ctx, func(txn *core.Txn) error {
			for _, key := range keys {
				if err := s.main.raw.Put(txn, scope, key, value); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// decodeBytes takes stored keys of a database of bytes apart: the scope's id, and the key, which is borrowed.
func decodeBytes(n int) (r data.Result, err error) {
	partition := layout.Ordered.Partition(0x12345678)
	stored := append(partition[:], peers.DecodedKey...)
	var ids, scratch = uint64(0), []byte(nil)
	start := clock.Now()
	for range n {
		ids += uint64(layout.Ordered.ID([4]byte(stored)))
		key, err := layout.Plain.Logical(&scratch, stored[4:])
		if err != nil {
			return r, err
		}
		r.Count, r.Bytes = r.Count+1, r.Bytes+len(key)
	}
	r.Nanos = clock.Since(start)
	return r, peers.Used(ids)
}

// decodeTyped does it with those of a typed database, whose key becomes the caller's own.
func decodeTyped(n int) (r data.Result, err error) {
	keys, err := codec.TupleKey[[]byte]()
	if err != nil {
		return r, err
	}
	partition := layout.Ordered.Partition(0x12345678)
	stored, err := keys.AppendKey(partition[:], []byte(peers.DecodedKey))
	if err != nil {
		return r, err
	}
	var ids uint64
	start := clock.Now()
	for range n {
		ids += uint64(layout.Ordered.ID([4]byte(stored)))
		key, err := keys.DecodeKey(stored[4:])
		if err != nil {
			return r, err
		}
		r.Count, r.Bytes = r.Count+1, r.Bytes+len(key)
	}
	r.Nanos = clock.Since(start)
	return r, peers.Used(ids)
}
