// Does a walk go on rightly? Cursors that stay open over any other steps, and loops whose bodies write.

package model

import (
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// walk is an open cursor and where it should be.
type walk struct {
	target
	name   string
	cursor cursor
	span   span
	// from is the place from which the next entry is looked for.
	from int
	// at is the key that it is at, or absent, and number the value that was there; done says that it has come to its end.
	at, number int
	done       bool
	left       int
}

func (w *walk) String() string { return w.name }

// begin puts the walk before its first entry.
func (w *walk) begin() {
	w.from, _ = w.span.start(w.db.keys())
	w.at, w.done = absent, false
	if w.left = w.span.limit; w.left == 0 {
		w.left = -1
	}
}

// expect moves the model to the next entry and says which it is; absent at the end, where a walk stays.
func (w *walk) expect() int {
	w.at = absent
	if !w.done && w.left != 0 {
		w.at = w.content().next(w.db, &w.span, w.from)
	}
	if w.done = w.at == absent; w.done {
		return absent
	}
	_, step := w.span.start(w.db.keys())
	w.from, w.number = w.at+step, w.value(w.at)
	w.left--
	return w.at
}

// seek moves the model to before the first entry at or beyond a key, in the walk's direction.
func (w *walk) seek(key int) {
	w.from, w.at, w.done = key, absent, false
}

func (h *history) openWalk() {
	if len(h.walks) > 4 {
		return
	}
	t, ok := h.toRead()
	if !ok {
		return
	}
	w := &walk{target: t, name: h.variable("c"), span: t.anySpan()}
	w.begin()
	h.say("%v, _ := %s%s.Cursor(%v, %v, %v)", w, t.db.variable(), t.client.suffix, t.layer, scopeText(t.in()), t.target().span(w.span))
	var err error
	w.cursor, err = t.db.cursor(t.txn, t.in(), w.span)
	h.must(err)
	h.walks = append(h.walks, w)
}

// target is the target itself, where a walk's own span hides its method.
func (t target) target() target { return t }

// anyWalk draws an open cursor. That of a parent whose child is open is only there to be refused.
func (h *history) anyWalk() (w *walk, usable bool) {
	if len(h.walks) == 0 {
		h.openWalk()
	}
	if len(h.walks) == 0 {
		return nil, false
	}
	w = h.walks[h.pick(len(h.walks))]
	if w.write && w.layer != h.top() {
		h.say("%v.Next() // while a child of %v is open", w, w.layer)
		_, err := w.cursor.Next()
		h.want(err, core.CodeInUse)
		return nil, false
	}
	return w, true
}

func (h *history) stepWalk() {
	w, ok := h.anyWalk()
	if !ok {
		return
	}
	for range 1 + h.pick(4) {
		h.say("%v.Next()", w)
		ok, err := w.cursor.Next()
		h.must(err)
		if want := w.expect(); want == absent {
			if ok {
				key, err := w.cursor.key()
				h.failf("gave %s, and should have ended (%v)", w.show(entry{key, absent}), err)
			}
			return
		}
		if !ok {
			h.failf("ended, and should have given %s", w.show(entry{w.at, w.number}))
		}
		w.look(h)
	}
}

// look reads where a cursor is.
func (w *walk) look(h *history) {
	key, err := w.cursor.key()
	h.must(err)
	value, err := w.cursor.value()
	h.must(err)
	if got := (entry{key, value}); got != (entry{w.at, w.number}) {
		h.failf("is at %s, want %s", w.show(got), w.show(entry{w.at, w.number}))
	}
}

// lookAgain reads where a cursor is after other steps: its key stays; its value stays too, or is gone after a write.
func (h *history) lookAgain() {
	w, ok := h.anyWalk()
	if !ok || w.at == absent {
		return
	}
	h.say("%v.Key(); %v.Value()", w, w)
	key, err := w.cursor.key()
	h.must(err)
	same(h, key, w.at)
	value, err := w.cursor.value()
	if err == nil {
		same(h, value, w.number)
	} else if h.want(err, core.CodeInvalidArgument); !w.write {
		h.failf("a value of a read transaction is gone: %v", err)
	}
}

func (h *history) seekWalk() {
	w, ok := h.anyWalk()
	if !ok {
		return
	}
	key := w.anyKey()
	h.say("%v.Seek(%v)", w, w.key(key))
	h.must(w.cursor.seek(key))
	w.seek(key)
}

func (h *history) closeWalk() {
	w, ok := h.anyWalk()
	if !ok {
		return
	}
	h.closeThis(w)
	_, err := w.cursor.Next()
	h.want(err, core.CodeClosed)
	h.must(w.cursor.Close())
}

func (h *history) closeThis(w *walk) {
	h.say("%v.Close()", w)
	h.must(w.cursor.Close())
	h.walks = slices.DeleteFunc(h.walks, func(other *walk) bool { return other == w })
}

// afterEnd tries a cursor whose transaction has ended.
func (w *walk) afterEnd(h *history) {
	_, err := w.cursor.Next()
	if core.CodeOf(err) != core.CodeTxnEnded {
		h.failf("%v.Next() after the end of %v: %v, want TxnEnded", w, w.layer, err)
	}
	if err := w.cursor.Close(); err != nil {
		h.failf("%v.Close() after the end of %v: %v", w, w.layer, err)
	}
}

// loop walks over a range, and its body writes with the same transaction, in the same place or in others.
func (h *history) loop() {
	if h.depth > 2 {
		return
	}
	t, ok := h.toWrite()
	if !ok {
		return
	}
	w := &walk{target: t, span: t.anySpan()}
	w.begin()
	most := 1 + h.pick(8)
	h.say("for e, err := range %s%s.Range(%v, %v, %v) {", t.db.variable(), t.client.suffix, t.layer, scopeText(t.in()), t.span(w.span))
	for got, err := range t.db.entries(t.txn, t.in(), w.span) {
		h.must(err)
		if want := w.expect(); want == absent {
			h.failf("gave %s, and should have ended", t.show(got))
		}
		t.sameEntry(got, w.at)
		if most--; most == 0 {
			h.say("break }")
			return
		}
		for range h.pick(3) {
			h.step(writing)
		}
	}
	if want := w.expect(); want != absent {
		h.failf("ended, and should have given %s", t.show(entry{want, w.number}))
	}
	h.say("}")
}
