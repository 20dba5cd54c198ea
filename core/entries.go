package core

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Entries walks over the entries of a scope by logical key, in order. It belongs to its transaction, whose rule of one
// goroutine at a time holds for it, and ends with it. In a write transaction it goes on rightly after writes: it sees
// what they left after the last key.
type Entries struct {
	txn    *Txn
	raw    *Raw
	scope  scope.Scope
	spot   spot
	bounds Bounds
	source source          // nil: there is nothing
	run    *run            // the source, if that is one whose entries are stored as they are handed out
	left   uint64          // entries that the limit still allows
	entry  *engine.Entry   // where the walk is: one[0], or what was fetched already
	one    [1]engine.Entry // what came from the source by itself
	last   []byte          // while parked: the entry's key; while stale: what is sought, if something is
	sought bool
	state  walk
	again  bool // the next Next gives the same entry once more
	// The walks that are open in the transaction are a list: the next one, and what points to this one.
	after  *Entries
	before **Entries
}

// none is the entry where there is none.
var none engine.Entry

type walk uint8

const (
	walkFresh  walk = iota // before the first entry
	walkStale              // before the first entry, after a write; or before the first one at a key that is sought
	walkOn                 // at an entry
	walkParked             // at an entry that a write has moved: `last` is its key
	walkDone               // after the last entry, or failed
	walkEnded              // closed, or the transaction has ended
)

// Entries opens a walk, before the first entry within the bounds, which are copied.
func (raw *Raw) Entries(t *Txn, s scope.Scope, b Bounds) (*Entries, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	return raw.entries(t, s, b)
}

func (raw *Raw) entries(t *Txn, s scope.Scope, b Bounds) (*Entries, error) {
	sp, err := raw.spot(t, s)
	if err != nil {
		return nil, err
	}
	b.Lower, b.Upper = bytes.Clone(b.Lower), bytes.Clone(b.Upper)
	e := &Entries{txn: t, raw: raw, scope: s, spot: *sp, bounds: b, left: b.most(), entry: &none}
	if !sp.none {
		if err = e.open(); err != nil {
			return nil, raw.where(s, err)
		}
	}
	e.link()
	return e, nil
}

// link adds the walk to those that are open in its transaction.
func (e *Entries) link() {
	e.before = &e.txn.cursors
	if e.after = e.txn.cursors; e.after != nil {
		e.after.before = &e.after
	}
	e.txn.cursors = e
}

func (e *Entries) unlink() {
	if *e.before = e.after; e.after != nil {
		e.after.before = e.before
	}
	e.before, e.after = nil, nil
}

// Next moves to the next entry; false at the end. After an error it has ended.
func (e *Entries) Next() (bool, error) {
	// Most often there is an entry that was fetched already, and nothing happened meanwhile.
	// So the transaction need not be taken, only be one that could be.
	if r := e.run; r != nil && e.state == walkOn && !e.again && r.at < r.n && e.left > 0 && e.txn.state.Load() == txnIdle {
		e.entry = &r.batch[r.at]
		r.at++
		e.left--
		return true, nil
	}
	return e.nextFetched()
}

func (e *Entries) nextFetched() (bool, error) {
	if e.state == walkEnded {
		return false, e.ended()
	}
	if err := e.txn.enter(); err != nil {
		return false, err
	}
	defer e.txn.leave()
	return e.next()
}

func (e *Entries) ended() error {
	if e.txn.state.Load() == txnEnded {
		return fail(CodeTxnEnded, "the cursor's transaction has been committed or aborted")
	}
	return fail(CodeClosed, "the cursor has been closed")
}

func (e *Entries) next() (bool, error) {
	if e.state == walkDone || e.left == 0 {
		e.state = walkDone
		return false, nil
	}
	if e.again && e.state == walkOn {
		e.again = false
		e.left--
		return true, nil
	}
	entry, ok, err := e.advance()
	if err != nil || !ok {
		e.state = walkDone
		return false, e.raw.where(e.scope, err)
	}
	e.one[0] = entry
	e.entry, e.state, e.sought = &e.one[0], walkOn, false
	e.left--
	return true, nil
}

// Each hands entries to take, some at a time and in order, until that takes fewer than it was handed or the range ends; more
// says that there are entries left. The first entry that was not taken is the next one again. Keys and values are borrowed
// until take returns, which must not use the transaction. It does what a loop over Next does, at half the price.
func (e *Entries) Each(take func(entries []engine.Entry) (taken int, err error)) (more bool, err error) {
	if e.state == walkEnded {
		return false, e.ended()
	}
	if err := e.txn.enter(); err != nil {
		return false, err
	}
	defer e.txn.leave()
	for {
		ok, err := e.next()
		if err != nil || !ok {
			return false, err
		}
		e.one[0] = *e.entry // which it is not if that is the same once more
		if taken, err := take(e.one[:]); err != nil || taken == 0 {
			e.Again()
			return err == nil, err
		}
		if all, err := e.eachOfBatch(take); err != nil || !all {
			return err == nil, err
		}
	}
}

// open opens the source of what is at the spot.
func (e *Entries) open() (err error) {
	if e.source, err = newSource(e.txn.engine, e.spot, e.bounds); err != nil {
		e.source = nil
		return err
	}
	if r, is := e.source.(*run); is && e.spot.form.AsIs() {
		e.run = r
	}
	return nil
}

// eachOfBatch hands out what a run has fetched already; false if not all of it was taken.
func (e *Entries) eachOfBatch(take func([]engine.Entry) (int, error)) (all bool, err error) {
	r := e.run
	if r == nil || r.at == r.n || e.left == 0 {
		return true, nil
	}
	fetched := r.batch[r.at:min(uint64(r.n), uint64(r.at)+min(e.left, uint64(r.n)))]
	taken, err := take(fetched)
	if taken > 0 {
		r.at += taken
		e.left -= uint64(taken)
		e.entry = &r.batch[r.at-1]
	}
	return err == nil && taken == len(fetched), err
}

// advance takes the next entry from the source, which after a write must first find its place again.
func (e *Entries) advance() (engine.Entry, bool, error) {
	if e.state == walkParked || e.state == walkStale {
		if err := e.resume(); err != nil {
			return engine.Entry{}, false, err
		}
	}
	e.again = false
	if e.source == nil {
		return engine.Entry{}, false, nil
	}
	return e.source.next()
}

// resume finds the place again after a write. A write may also have registered the scope, dropped it, renamed it, or given
// its id to another one: the walk is over what has the scope's name now.
func (e *Entries) resume() error {
	sp, err := e.raw.spot(e.txn, e.scope)
	if err != nil {
		return err
	}
	place := e.state == walkParked || e.sought // there is one, and not only the start
	if (*sp != e.spot || !place) && e.source != nil {
		e.source.close()
		e.source, e.run = nil, nil
	}
	e.spot = *sp
	if e.source == nil && !sp.none {
		if err = e.open(); err != nil {
			return err
		}
	}
	if e.source == nil || !place {
		return nil
	}
	return e.source.seek(e.last, e.state == walkParked && !e.again)
}

// Seek moves to before the first entry at key or beyond it, in the direction of the walk and within its bounds.
func (e *Entries) Seek(key []byte) error {
	if e.state == walkEnded {
		return e.ended()
	}
	if err := e.txn.enter(); err != nil {
		return err
	}
	defer e.txn.leave()
	e.state, e.sought, e.again = walkStale, true, false // the next Next goes there
	e.last = append(e.last[:0], key...)
	return nil
}

// Key is the key of the entry that Next moved to. Borrowed until the next call of Next or the next write.
func (e *Entries) Key() []byte {
	if e.state == walkParked {
		return e.last
	}
	return e.entry.Key
}

// Value is the value of the entry that Next moved to. Borrowed; after a write it is gone: an error.
func (e *Entries) Value() ([]byte, error) {
	switch e.state {
	case walkOn:
		return e.entry.Value, nil
	case walkParked:
		return nil, fail(CodeInvalidArgument, "the entry's value is gone since the transaction has written: take it before a write")
	case walkEnded:
		return nil, e.ended()
	}
	return nil, fail(CodeInvalidArgument, "the cursor is at no entry: call Next first")
}

// Again makes the next Next give the entry that the last one gave.
func (e *Entries) Again() {
	if (e.state == walkOn || e.state == walkParked) && !e.again {
		e.again = true
		e.left++
	}
}

// park remembers the place before a write, which may move the bytes that the walk has borrowed or read ahead.
func (e *Entries) park() {
	switch e.state {
	case walkOn:
		e.last = append(e.last[:0], e.entry.Key...)
		e.state = walkParked
		e.entry = &none
	case walkFresh:
		e.state = walkStale
	}
}

// end makes the walk unusable; its transaction ends.
func (e *Entries) end() {
	if e.source != nil {
		e.source.close()
		e.source, e.run = nil, nil
	}
	e.state = walkEnded
	e.entry = &none
}

// Close ends the walk. It may be called twice, and after the transaction ended.
func (e *Entries) Close() error {
	if e.state == walkEnded {
		return nil
	}
	t := e.txn
	after := txnIdle
	if t.state.CompareAndSwap(txnFailed, txnInCall) { // which can still let go of what it has
		after = txnFailed
	} else if err := t.enter(); err != nil {
		return err
	}
	defer t.state.Store(after)
	e.end()
	e.unlink()
	return nil
}
