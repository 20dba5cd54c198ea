package core

import (
	"bytes"
	"container/heap"
	"sort"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// source yields entries by logical key, in order. Its entries are borrowed from the transaction.
type source interface {
	// next is the next entry; ok is false at the end.
	next() (entry engine.Entry, ok bool, err error)
	// seek moves to before the first entry at key, or after it, in the direction of the walk. It is also what makes a
	// source right again after a write.
	seek(key []byte, after bool) error
	close()
}

// newSource opens the source for the entries of a spot within bounds.
func newSource(t engine.Txn, sp spot, b Bounds) (source, error) {
	switch {
	case sp.form.Sorted():
		r, err := newRun(t, sp, b.span(nil), b.most())
		if err != nil {
			return nil, err
		}
		return r, nil
	case sp.form.Classed():
		m := &merge{txn: t, spot: sp, bounds: b}
		if err := m.start(nil, false); err != nil {
			return nil, err
		}
		return m, nil
	}
	s := &sorted{txn: t, spot: sp, bounds: b}
	if err := s.gather(); err != nil {
		return nil, err
	}
	return s, nil
}

// run walks over one span. It fetches entries in batches, small ones first, so that the first entry comes at once and a
// short walk takes little memory.
type run struct {
	cursor  engine.Cursor
	spot    spot
	head    []byte
	batch   []engine.Entry // what was fetched; it has room for a whole batch
	at, n   int
	left    uint64 // entries that may be wanted beyond the batch
	first   [firstBatch]engine.Entry
	scratch []byte
	ended   bool // there is nothing behind the batch
}

const (
	firstBatch = 4
	fullBatch  = 64
)

func newRun(t engine.Txn, sp spot, s span, most uint64) (*run, error) {
	cursor, err := t.Scan(sp.at, s.r)
	if err != nil {
		return nil, wrap(err)
	}
	return &run{cursor: cursor, spot: sp, head: s.head, left: most}, nil
}

// fetch fetches the next batch, four times as large as the last.
func (r *run) fetch() error {
	r.at, r.n = 0, 0
	if r.ended {
		return nil
	}
	switch size := len(r.batch); {
	case size == 0:
		r.batch = r.first[:]
	case size < fullBatch:
		r.batch = make([]engine.Entry, 4*size)
	}
	asked := int(min(uint64(len(r.batch)), r.left))
	n, err := r.cursor.Next(r.batch[:asked])
	if err != nil {
		return wrap(err)
	}
	r.n = n
	r.left -= uint64(n)
	r.ended = n < asked || r.left == 0
	return nil
}

func (r *run) next() (entry engine.Entry, ok bool, err error) {
	if r.at == r.n {
		if err := r.fetch(); err != nil || r.n == 0 {
			return engine.Entry{}, false, err
		}
	}
	entry = r.batch[r.at]
	r.at++
	if !r.spot.form.AsIs() {
		if entry.Key, err = r.spot.form.Logical(&r.scratch, entry.Key); err != nil {
			return engine.Entry{}, false, wrap(err)
		}
	}
	return entry, true, nil
}

func (r *run) seek(key []byte, after bool) error {
	r.at, r.n = 0, 0
	r.left, r.ended = noLimit, false // what was given before the seek is not known here
	if r.head != nil {
		key = join(r.head, key)
	}
	return wrap(r.cursor.Seek(key, after))
}

func (r *run) close() { r.cursor.Close() }

// merge walks over several spans at once, always taking the one whose next key comes first (a heap, as in the k-way
// merge of Knuth, TAOCP volume 3, 5.4.1). Its cost grows with the lengths that are present, not with the entries.
type merge struct {
	txn    engine.Txn
	spot   spot
	bounds Bounds
	heads  []*mergeHead
}

type mergeHead struct {
	run   *run
	entry engine.Entry
}

func (m *merge) Len() int { return len(m.heads) }
func (m *merge) Less(i, j int) bool {
	d := bytes.Compare(m.heads[i].entry.Key, m.heads[j].entry.Key)
	return (d < 0) != m.bounds.Reverse && d != 0
}
func (m *merge) Swap(i, j int) { m.heads[i], m.heads[j] = m.heads[j], m.heads[i] }
func (m *merge) Push(x any)    { m.heads = append(m.heads, x.(*mergeHead)) }
func (m *merge) Pop() any {
	last := m.heads[len(m.heads)-1]
	m.heads = m.heads[:len(m.heads)-1]
	return last
}

// start opens a run for each length that is present now, at key if there is one.
func (m *merge) start(key []byte, after bool) error {
	spans, err := m.bounds.spans(m.txn, m.spot)
	if err != nil {
		return err
	}
	for _, s := range spans {
		r, err := newRun(m.txn, m.spot, s, m.bounds.most())
		if err != nil {
			m.close()
			return err
		}
		head := &mergeHead{run: r}
		m.heads = append(m.heads, head)
		if key != nil {
			if err := r.seek(key, after); err != nil {
				m.close()
				return err
			}
		}
		if ok, err := head.advance(); err != nil {
			m.close()
			return err
		} else if !ok {
			m.Pop()
			r.close()
		}
	}
	heap.Init(m)
	return nil
}

func (h *mergeHead) advance() (ok bool, err error) {
	h.entry, ok, err = h.run.next()
	return ok, err
}

func (m *merge) next() (engine.Entry, bool, error) {
	if len(m.heads) == 0 {
		return engine.Entry{}, false, nil
	}
	first := m.heads[0]
	entry := first.entry
	ok, err := first.advance()
	switch {
	case err != nil:
		return engine.Entry{}, false, err
	case ok:
		heap.Fix(m, 0)
	default:
		heap.Pop(m)
		first.run.close()
	}
	return entry, true, nil
}

// seek looks for the lengths anew: a write may have brought one.
func (m *merge) seek(key []byte, after bool) error {
	m.close()
	if key == nil {
		key = []byte{}
	}
	return m.start(key, after)
}

func (m *merge) close() {
	for _, head := range m.heads {
		head.run.close()
	}
	m.heads = m.heads[:0]
}

// sorted walks over numbers that are stored by their lowest byte first, an order that no seek can follow: it gathers the
// scope's keys within the bounds, up to 8 bytes and a slice header each, and sorts them.
type sorted struct {
	txn    engine.Txn
	spot   spot
	bounds Bounds
	keys   [][]byte
	at     int
	rest   []byte
}

func (s *sorted) gather() error {
	r, err := newRun(s.txn, s.spot, span{}, noLimit)
	if err != nil {
		return err
	}
	defer r.close()
	s.keys, s.at = s.keys[:0], 0
	for {
		entry, ok, err := r.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if s.bounds.within(entry.Key) {
			s.keys = append(s.keys, bytes.Clone(entry.Key))
		}
	}
	sort.Slice(s.keys, func(i, j int) bool { return (bytes.Compare(s.keys[i], s.keys[j]) < 0) != s.bounds.Reverse })
	return nil
}

func (s *sorted) next() (engine.Entry, bool, error) {
	if s.at == len(s.keys) {
		return engine.Entry{}, false, nil
	}
	key := s.keys[s.at]
	s.at++
	s.rest = s.spot.form.Append(s.rest[:0], key)
	value, err := s.txn.Get(s.spot.at, s.rest)
	if err != nil {
		return engine.Entry{}, false, wrap(err)
	}
	return engine.Entry{Key: key, Value: value}, true, nil
}

func (s *sorted) seek(key []byte, after bool) error {
	if err := s.gather(); err != nil {
		return err
	}
	s.at = sort.Search(len(s.keys), func(i int) bool {
		d := bytes.Compare(s.keys[i], key)
		if s.bounds.Reverse {
			d = -d
		}
		return d > 0 || (d == 0 && !after)
	})
	return nil
}

func (s *sorted) close() { s.keys = nil }
