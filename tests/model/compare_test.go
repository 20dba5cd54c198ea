// Is the store as it should be? All scopes of all databases, whole, forwards and backwards, and the registry.

package model

import (
	"sort"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// inspect looks at what is committed, through each environment that is open.
func (h *history) inspect() {
	for _, c := range h.clients {
		if c.env == nil {
			continue
		}
		txn, err := c.env.Begin(ctx, false)
		h.must(err)
		l := &layer{name: "a new reader of " + c.name, txn: txn, client: c, world: h.committed}
		// Ended also when a comparison fails, or nothing could be closed.
		defer txn.Abort() //nolint:errcheck // a reader has nothing to lose
		h.compare(l)
	}
}

// compare looks at all that a transaction sees.
func (h *history) compare(l *layer) {
	for i, db := range l.client.open {
		if db == nil || !l.world.made[i] {
			continue
		}
		for scope := range h.scopes {
			t := target{layer: l, h: h, db: db, database: i, scope: scope}
			t.compare(false)
			t.compare(true)
			n, err := db.count(l.txn, t.in(), all)
			t.check(err)
			if want := t.content().size(); n != uint64(want) {
				h.failf("%v: %s counts %d in %v, want %d", l, db.variable(), n, scopeText(t.in()), want)
			}
			empty, err := db.isEmpty(l.txn, t.in())
			t.check(err)
			if empty != (n == 0) {
				h.failf("%v: %s says that %v is empty: %v, and counts %d", l, db.variable(), scopeText(t.in()), empty, n)
			}
		}
	}
	h.compareRegistry(l)
}

// compare walks over a whole scope.
func (t target) compare(reverse bool) {
	s := all
	s.reverse = reverse
	content := t.content()
	from, step := s.start(len(content))
	for got, err := range t.db.entries(t.txn, t.in(), s) {
		t.check(err)
		want := content.next(t.db, &s, from)
		if want == absent {
			t.h.failf("%v: %s has in %v, %s: %s, and should have no more", t.layer, t.db.variable(), scopeText(t.in()), way(reverse), t.show(got))
		}
		if got != (entry{want, content[want]}) {
			t.h.failf("%v: %s has in %v, %s: %s, want %s", t.layer, t.db.variable(), scopeText(t.in()), way(reverse), t.show(got),
				t.show(entry{want, content[want]}))
		}
		from = want + step
	}
	if want := content.next(t.db, &s, from); want != absent {
		t.h.failf("%v: %s lacks in %v, %s: %s", t.layer, t.db.variable(), scopeText(t.in()), way(reverse), t.show(entry{want, content[want]}))
	}
}

func way(reverse bool) string {
	if reverse {
		return "backwards"
	}
	return "forwards"
}

func (t target) check(err error) {
	if err != nil {
		t.h.failf("%v: %s fails in %v: %v", t.layer, t.db.variable(), scopeText(t.in()), err)
	}
}

// compareRegistry looks at the list of scopes: the names that have been registered and not been dropped or pruned, each
// with the id that it got then.
func (h *history) compareRegistry(l *layer) {
	if !l.world.registry && h.committed.registry {
		return // the snapshot is older than the registry's table, which LMDB does not let it use
	}
	got, err := l.txn.Scopes()
	if err != nil {
		h.failf("%v: Scopes fails: %v", l, err)
	}
	var want []core.ScopeInfo
	for scope, id := range l.world.ids {
		if scope != 0 && id != unregistered {
			want = append(want, core.ScopeInfo{Name: h.scopes[scope].Name(), ID: uint32(id)})
		}
	}
	sort.Slice(want, func(i, j int) bool { return want[i].Name < want[j].Name })
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			h.failf("%v: Scopes lacks %v with id %#08x", l, scopeText(core.Named(want[i].Name)), want[i].ID)
		case i >= len(want):
			h.failf("%v: Scopes has %v with id %#08x, want no more", l, scopeText(core.Named(got[i].Name)), got[i].ID)
		case got[i] != want[i]:
			h.failf("%v: Scopes has %v with id %#08x, want %v with %#08x", l, scopeText(core.Named(got[i].Name)), got[i].ID,
				scopeText(core.Named(want[i].Name)), want[i].ID)
		}
	}
}
