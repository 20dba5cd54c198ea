// Do operations with a transaction of their own do the same? Those of core.View.

package model

import "github.com/scoped-lmdb/scoped-lmdb/core"

// toView is a target in what is committed.
func (h *history) toView() (target, bool) {
	c := h.client()
	return h.aim(&layer{name: "ctx", client: c, world: h.committed.clone()})
}

func (t target) view(name string, args ...any) {
	text := arguments(args).String()
	t.h.say("%s%s.In(%v).%s(ctx%s)", t.db.variable(), t.client.suffix, scopeText(t.in()), name, text)
}

func (h *history) viewRead() {
	t, ok := h.toView()
	if !ok {
		return
	}
	switch h.pick(3) {
	case 0:
		key := t.anyKey()
		t.view("Get", t.key(key))
		value, err := t.db.viewGet(ctx, t.in(), key)
		t.gave(key, value, err)
	case 1:
		s := t.anyWhole()
		t.view("Count", t.span(s))
		n, err := t.db.viewCount(ctx, t.in(), s)
		h.must(err)
		same(h, n, uint64(len(t.keysOf(s))))
	case 2:
		s := t.anySpan()
		t.view("Range", t.span(s))
		keys := t.limited(s)
		n := 0
		for got, err := range t.db.viewEntries(ctx, t.in(), s) {
			h.must(err)
			if n == len(keys) {
				h.failf("gave %s, and should have ended", t.show(got))
			}
			t.sameEntry(got, keys[n])
			n++
		}
		same(h, n, len(keys))
	}
}

func (h *history) viewWrite() {
	if !h.alone() {
		return
	}
	t, ok := h.toView()
	if !ok {
		return
	}
	switch h.pick(3) {
	case 0:
		key, number := t.anyKey(), t.anyNumber()
		t.view("Put", t.key(key), t.number(number))
		code := t.toPut(key)
		h.want(t.db.viewPut(ctx, t.in(), key, number), code)
		if code == core.CodeOK {
			t.put(key, number)
		}
	case 1:
		key := t.anyKey()
		t.view("Delete", t.key(key))
		was, err := t.db.viewDelete(ctx, t.in(), key)
		h.want(err, t.db.toRead(key))
		same(h, was, t.value(key) != absent)
		t.set(key, absent)
	case 2:
		t.view("Clear")
		n, err := t.db.viewClear(ctx, t.in())
		h.must(err)
		same(h, n, uint64(t.content().size()))
		t.world.clear(t.database, t.scope)
	}
	h.accept(t.world)
}
