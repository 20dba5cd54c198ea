// Does a write change what it says, and nothing else? Each kind of write, and its answer.

package model

import (
	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

func (h *history) put() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, number := t.anyKey(), t.anyNumber()
	t.call("Put", t.key(key), t.number(number))
	code := t.toPut(key)
	h.want(t.db.put(t.txn, t.in(), key, number), code)
	if code == core.CodeOK {
		t.put(key, number)
	}
}

func (h *history) putIfAbsent() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, number := t.anyKey(), t.anyNumber()
	t.call("PutIfAbsent", t.key(key), t.number(number))
	code := t.toPut(key)
	did, err := t.db.putIfAbsent(t.txn, t.in(), key, number)
	h.want(err, code)
	same(h, did, code == core.CodeOK && t.value(key) == absent)
	if did {
		t.put(key, number)
	}
}

func (h *history) putMany() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	var entries []entry
	stored, code := uint64(0), core.CodeOK
	for range h.pick(6) {
		e := entry{t.anyKey(), t.anyNumber()}
		entries = append(entries, e)
		if code == core.CodeOK {
			if code = t.toPut(e.key); code == core.CodeOK {
				stored++
			}
		}
	}
	t.call("PutMany", entriesText{t.db, entries})
	n, err := t.db.putMany(t.txn, t.in(), entries)
	h.want(err, code)
	same(h, n, stored)
	for _, e := range entries[:stored] {
		t.put(e.key, e.value)
	}
}

func (h *history) replace() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, number := t.anyKey(), t.anyNumber()
	t.call("Replace", t.key(key), t.number(number))
	code := t.toPut(key)
	old, there, err := t.db.replace(t.txn, t.in(), key, number)
	h.want(err, code)
	if code != core.CodeOK {
		return
	}
	same(h, there, t.value(key) != absent)
	if there {
		t.same(entry{key, old})
	}
	t.put(key, number)
}

// same checks an entry that an operation found.
func (t target) same(got entry) {
	if want := t.value(got.key); got.value != want {
		t.h.failf("gave %s, want %s", t.show(got), t.show(entry{got.key, want}))
	}
}

func (h *history) pop() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key := t.anyKey()
	t.call("Pop", t.key(key))
	value, err := t.db.pop(t.txn, t.in(), key)
	switch code := t.db.toRead(key); {
	case code != core.CodeOK:
		h.want(err, code)
	case t.value(key) == absent:
		h.want(err, core.CodeNotFound)
	default:
		h.must(err)
		t.same(entry{key, value})
		t.set(key, absent)
	}
}

func (h *history) compareAndSwap() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, old, number := t.anyKey(), t.anyNumber(), t.anyNumber()
	if there := t.value(key); there != absent && h.maybe(2, 3) {
		old = there
	}
	t.call("CompareAndSwap", t.key(key), t.number(old), t.number(number))
	swapped, err := t.db.compareAndSwap(t.txn, t.in(), key, old, number)
	h.want(err, t.db.toRead(key))
	same(h, swapped, t.value(key) == old)
	if swapped {
		t.set(key, number)
	}
}

func (h *history) delete() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key := t.anyKey()
	t.call("Delete", t.key(key))
	was, err := t.db.delete(t.txn, t.in(), key)
	h.want(err, t.db.toRead(key))
	same(h, was, t.value(key) != absent)
	if was {
		t.set(key, absent)
	}
}

func (h *history) deleteRange() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	s := t.anyWhole()
	if !s.lower.set && !s.upper.set && s.prefix == absent {
		s.lower = edge{set: true, open: h.maybe(1, 2), key: t.anyKey()} // all are Clear's
	}
	t.call("DeleteRange", t.span(s))
	n, err := t.db.deleteRange(t.txn, t.in(), s)
	h.must(err)
	doomed := t.keysOf(s)
	same(h, n, uint64(len(doomed)))
	for _, key := range doomed {
		t.set(key, absent)
	}
}

// keysOf are all keys of a span that are there, whatever its limit.
func (t target) keysOf(s span) []int {
	var keys []int
	content := t.content()
	from, step := s.start(len(content))
	for {
		key := content.next(t.db, &s, from)
		if key == absent {
			return keys
		}
		keys = append(keys, key)
		from = key + step
	}
}

func (h *history) clear() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	t.call("Clear")
	n, err := t.db.clear(t.txn, t.in())
	h.must(err)
	same(h, n, uint64(t.content().size()))
	t.world.clear(t.database, t.scope)
}

// rawPutMany, rawWrite and exchange go below the codecs.
func (h *history) rawPutMany() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	var entries []entry
	var raw []engine.Entry
	for range h.pick(6) {
		e := entry{t.goodKey(), t.anyNumber()}
		entries = append(entries, e)
		raw = append(raw, engine.Entry{Key: t.db.logical(e.key), Value: t.db.stored(e.value)})
	}
	t.call("Raw().PutMany", entriesText{t.db, entries})
	h.must(t.db.raw().PutMany(t.txn, t.in(), raw))
	for _, e := range raw {
		spoil(e.Key, e.Value)
	}
	for _, e := range entries {
		t.put(e.key, e.value)
	}
}

// spoil overwrites what was passed in and borrowed for the call only.
func spoil(borrowed ...[]byte) {
	for _, b := range borrowed {
		for i := range b {
			b[i] = 0xee
		}
	}
}

// rawWrite puts or deletes below the codecs.
func (h *history) rawWrite() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, number, raw := t.goodKey(), t.anyNumber(), t.db.raw()
	switch h.pick(3) {
	case 0:
		t.call("Raw().Put", t.key(key), t.number(number))
		k, v := t.db.logical(key), t.db.stored(number)
		h.must(raw.Put(t.txn, t.in(), k, v))
		spoil(k, v)
		t.put(key, number)
	case 1:
		t.call("Raw().PutIfAbsent", t.key(key), t.number(number))
		err := raw.PutIfAbsent(t.txn, t.in(), t.db.logical(key), t.db.stored(number))
		if t.value(key) != absent {
			h.want(err, core.CodeKeyExists)
			return
		}
		h.must(err)
		t.put(key, number)
	case 2:
		t.call("Raw().Delete", t.key(key))
		was, err := raw.Delete(t.txn, t.in(), t.db.logical(key))
		h.must(err)
		same(h, was, t.value(key) != absent)
		t.set(key, absent)
	}
}

func (h *history) exchange() {
	t, ok := h.toWrite()
	if !ok {
		return
	}
	key, number := t.goodKey(), t.anyNumber()
	what := []core.Exchange{core.Keep, core.Store, core.Remove}[h.pick(3)]
	t.call("Raw().Exchange", t.key(key), []string{"keep", "store", "remove"}[what])
	was := absent
	err := t.db.raw().Exchange(t.txn, t.in(), t.db.logical(key), func(old []byte, there bool) ([]byte, core.Exchange, error) {
		if there {
			was = t.db.number(old)
		}
		return t.db.stored(number), what, nil
	})
	h.must(err)
	t.same(entry{key, was})
	switch what {
	case core.Store:
		t.put(key, number)
	case core.Remove:
		t.set(key, absent)
	}
}
