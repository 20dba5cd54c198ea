// Does a read find what its scope holds, and nothing of another? Each kind of read, in any transaction.

package model

import (
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func (h *history) get() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	key := t.anyKey()
	t.call("Get", t.key(key))
	value, err := t.db.get(t.txn, t.in(), key)
	t.gave(key, value, err)
}

// gave checks the answer of a get.
func (t target) gave(key, value int, err error) {
	switch code := t.db.toRead(key); {
	case code != core.CodeOK:
		t.h.want(err, code)
	case t.value(key) == absent:
		t.h.want(err, core.CodeNotFound)
	default:
		t.h.must(err)
		t.same(entry{key, value})
	}
}

func (h *history) contains() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	key := t.anyKey()
	t.call("Contains", t.key(key))
	there, err := t.db.contains(t.txn, t.in(), key)
	h.want(err, t.db.toRead(key))
	same(h, there, t.value(key) != absent)
}

func (h *history) getMany() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	var keys []int
	code := core.CodeOK
	for range h.pick(6) {
		key := t.anyKey()
		keys = append(keys, key)
		if code == core.CodeOK {
			code = t.db.toRead(key)
		}
	}
	t.call("GetMany", keysText{t.db, keys})
	numbers, err := t.db.getMany(t.txn, t.in(), keys)
	h.want(err, code)
	for i, number := range numbers {
		t.same(entry{keys[i], number})
	}
}

func (h *history) count() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	s := t.anyWhole()
	t.call("Count", t.span(s))
	n, err := t.db.count(t.txn, t.in(), s)
	h.must(err)
	same(h, n, uint64(len(t.keysOf(s))))
}

func (h *history) isEmpty() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	t.call("IsEmpty")
	empty, err := t.db.isEmpty(t.txn, t.in())
	h.must(err)
	same(h, empty, t.content().empty())
}

func (h *history) neighbour() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	which, key := neighbour(h.pick(len(neighbourNames))), t.anyKey()
	if which == first || which == last {
		t.call(neighbourNames[which])
	} else {
		t.call(neighbourNames[which], t.key(key))
	}
	got, err := t.db.neighbour(t.txn, t.in(), which, key)
	s := which.span(key)
	from, _ := s.start(t.db.keys())
	want := t.content().next(t.db, &s, from)
	if want == absent {
		h.want(err, core.CodeNotFound)
		return
	}
	h.must(err)
	t.sameEntry(got, want)
}

// sameEntry checks an entry that should be the one under a key.
func (t target) sameEntry(got entry, want int) {
	if expected := (entry{want, t.value(want)}); got != expected {
		t.h.failf("gave %s, want %s", t.show(got), t.show(expected))
	}
}

// limited is keysOf with the span's limit.
func (t target) limited(s span) []int {
	keys := t.keysOf(s)
	if s.limit > 0 {
		keys = keys[:min(s.limit, len(keys))]
	}
	return keys
}

func (h *history) walkRange() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	s := t.anySpan()
	t.call("Range", t.span(s))
	keys := t.limited(s)
	n := 0
	for got, err := range t.db.entries(t.txn, t.in(), s) {
		h.must(err)
		if n == len(keys) {
			h.failf("gave %s, and should have ended", t.show(got))
		}
		t.sameEntry(got, keys[n])
		n++
	}
	same(h, n, len(keys))
}

func (h *history) walkKeys() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	s := t.anySpan()
	t.call("Keys", t.span(s))
	var got []int
	for key, err := range t.db.keysOnly(t.txn, t.in(), s) {
		h.must(err)
		got = append(got, key)
	}
	if want := t.limited(s); !slices.Equal(got, want) {
		h.failf("gave keys %v, want %v (by their ranks)", got, want)
	}
}

func (h *history) walkValues() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	s := t.anySpan()
	t.call("Values", t.span(s))
	keys := t.limited(s)
	n := 0
	for value, err := range t.db.valuesOnly(t.txn, t.in(), s) {
		h.must(err)
		if n == len(keys) {
			h.failf("gave one value more than %d", len(keys))
		}
		t.same(entry{keys[n], value})
		n++
	}
	same(h, n, len(keys))
}

// borrow gets values below the codecs, and keeps what it is lent until the loan is over.
func (h *history) borrow() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	key, other := t.goodKey(), t.goodKey()
	t.call("Raw().Get", t.key(key))
	lent, err := t.db.raw().Get(t.txn, t.in(), t.db.logical(key))
	if t.value(key) == absent {
		h.want(err, core.CodeNotFound)
	} else {
		h.must(err)
		t.lend(entry{key, t.db.number(lent)}, lent, "Get")
	}
	// What is in the slice before must not stay there.
	keys, lents := []int{key, other, key}, [][]byte{{1}, {2}, {3}}
	t.call("Raw().GetMany", keysText{t.db, keys})
	h.must(t.db.raw().GetMany(t.txn, t.in(), [][]byte{t.db.logical(key), t.db.logical(other), t.db.logical(key)}, lents))
	for i, lent := range lents {
		e := entry{keys[i], absent}
		if lent != nil {
			e.value = t.db.number(lent)
		}
		t.lend(e, lent, "GetMany")
	}
}

// lend checks what an operation lent, and keeps it for as long as the loan.
func (t target) lend(e entry, lent []byte, from string) {
	t.same(e)
	t.layer.loans = append(t.layer.loans, loan{lent, slices.Clone(lent), from})
}

// rawEntries walks below the codecs, over bounds in bytes, and asks for some entries again.
func (h *history) rawEntries() {
	t, ok := h.toRead()
	if !ok {
		return
	}
	s := t.anySpan()
	s.prefix = absent
	b := core.Bounds{LowerOpen: s.lower.open, UpperOpen: s.upper.open, Reverse: s.reverse, Limit: uint64(s.limit)}
	if s.lower.set {
		b.Lower = t.db.logical(s.lower.key)
	}
	if s.upper.set {
		b.Upper = t.db.logical(s.upper.key)
	}
	again := h.pick(4)
	t.call("Raw().Entries", t.span(s))
	entries, err := t.db.raw().Entries(t.txn, t.in(), b)
	h.must(err)
	spoil(b.Lower, b.Upper)
	for i, key := range t.limited(s) {
		for tries := range 2 {
			ok, err := entries.Next()
			h.must(err)
			same(h, ok, true)
			stored, err := entries.Value()
			h.must(err)
			t.sameEntry(entry{t.db.rank(entries.Key()), t.db.number(stored)}, key)
			if again != i || tries == 1 {
				break
			}
			entries.Again()
		}
	}
	ok, err = entries.Next()
	h.must(err)
	same(h, ok, false)
	h.must(entries.Close())
}
