package core

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// Bounds select logical keys and a direction. nil is no bound.
type Bounds struct {
	Lower, Upper         []byte
	LowerOpen, UpperOpen bool
	Reverse              bool
	// Limit is how many entries at the most; 0 is all.
	Limit uint64
}

// prefixBounds selects the logical keys that begin with some bytes.
func prefixBounds(prefix []byte) Bounds {
	return Bounds{Lower: prefix, Upper: successor(prefix), UpperOpen: true}
}

// successor is the least sequence of bytes that follows all that begin with a prefix; nil if there is none.
func successor(prefix []byte) []byte {
	next := bytes.Clone(prefix)
	for len(next) > 0 {
		last := len(next) - 1
		if next[last]++; next[last] != 0 {
			return next
		}
		next = next[:last]
	}
	return nil
}

// most is how many entries there can be within the bounds.
func (b *Bounds) most() uint64 {
	if b.Limit == 0 {
		return noLimit
	}
	return b.Limit
}

const noLimit = ^uint64(0)

func (b *Bounds) open() bool { return b.Lower == nil && b.Upper == nil }

// within says whether a logical key is inside of the bounds.
func (b *Bounds) within(key []byte) bool {
	if b.Lower != nil {
		if d := bytes.Compare(key, b.Lower); d < 0 || (d == 0 && b.LowerOpen) {
			return false
		}
	}
	if b.Upper != nil {
		if d := bytes.Compare(key, b.Upper); d > 0 || (d == 0 && b.UpperOpen) {
			return false
		}
	}
	return true
}

// span is a run of stored keys in which the stored order is the logical one. Its keys begin with head, which is no part
// of the logical key.
type span struct {
	head []byte
	r    engine.Range
}

func (b *Bounds) span(head []byte) span {
	s := span{head: head, r: engine.Range{
		From: b.Lower, To: b.Upper, FromOpen: b.LowerOpen, ToOpen: b.UpperOpen, Reverse: b.Reverse,
	}}
	if head == nil {
		return s
	}
	s.r.From = join(head, b.Lower)
	if b.Upper != nil {
		s.r.To = join(head, b.Upper)
	} else {
		s.r.To, s.r.ToOpen = successor(head), true
	}
	return s
}

func join(head, tail []byte) []byte {
	return append(append(make([]byte, 0, len(head)+len(tail)), head...), tail...)
}

// spans are the runs that hold the keys within the bounds: one where the stored order is the logical one, one for each
// length that is present where keys are stored by length first. Finding the lengths costs a seek for each.
func (b *Bounds) spans(t engine.Txn, sp spot) ([]span, error) {
	if !sp.form.Classed() {
		return []span{b.span(nil)}, nil
	}
	cursor, err := t.Scan(sp.at, engine.Range{})
	if err != nil {
		return nil, wrap(err)
	}
	defer cursor.Close()
	var spans []span
	var entries [1]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return spans, wrap(err)
		}
		class, err := sp.form.Class(entries[0].Key)
		if err != nil {
			return nil, wrap(err)
		}
		if n := len(spans); n > 0 && bytes.Compare(class[:], spans[n-1].head) <= 0 {
			return nil, fail(CodeInternal, "the engine went back from keys of class %x to %x", spans[n-1].head, class)
		}
		spans = append(spans, b.span(class[:]))
		next := successor(class[:])
		if next == nil {
			return spans, nil
		}
		if err := cursor.Seek(next, false); err != nil {
			return nil, wrap(err)
		}
	}
}

// ordered says that spans give the entries in logical order, by merging where there are several.
func ordered(f layout.Form) bool { return f.Sorted() || f.Classed() }
