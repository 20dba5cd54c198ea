// Where does an operation go? To a transaction, and in it a database and a scope.

package model

import "github.com/scoped-lmdb/scoped-lmdb/core"

// target is a place in a transaction.
type target struct {
	*layer
	h               *history
	db              database
	database, scope int
}

func (t target) in() core.Scope   { return t.h.scopes[t.scope] }
func (t target) content() content { return t.world.held[t.database][t.scope] }
func (t target) value(key int) int {
	return t.content()[key]
}

// set changes the model.
func (t target) set(key, value int) { t.world.set(t.database, t.scope, key, value) }

// call says a call of the target's database.
func (t target) call(name string, args ...any) {
	t.h.say("%s%s.%s(%v, %v%v)", t.db.variable(), t.client.suffix, name, t.layer, scopeText(t.in()), arguments(args))
}

func (t target) key(key int) any       { return keyText{t.db, key} }
func (t target) number(number int) any { return valueText{t.db, number} }
func (t target) span(s span) any       { return rangeText{t.db, s} }

// put is what a put does to the model: it registers the scope.
func (t target) put(key, value int) {
	t.world.register(t.scope, t.h.home(t.scope))
	t.set(key, value)
}

// toPut is the code that a key is refused with here by a put.
func (t target) toPut(key int) core.Code {
	if t.scope == 0 && t.db.reserved(key) {
		return core.CodeInvalidKey
	}
	return t.db.toPut(key)
}

// aim draws a database and a scope for a transaction; false if no database is open that it sees.
func (h *history) aim(l *layer) (target, bool) {
	var open [8]int
	n := 0
	for i, db := range l.client.open {
		if db != nil && l.world.made[i] {
			open[n] = i
			n++
		}
	}
	if n == 0 {
		return target{}, false
	}
	at, scope := open[h.pick(n)], h.pick(len(h.scopes))
	// More often a scope that holds something, for there is more to go wrong.
	for i := range h.scopes {
		if next := (scope + i) % len(h.scopes); i == 0 && h.maybe(1, 3) || !l.world.held[at][next].empty() {
			scope = next
			break
		}
	}
	return target{layer: l, h: h, db: l.client.open[at], database: at, scope: scope}, true
}

// toWrite is a target in the innermost write transaction, which it begins if there is none.
func (h *history) toWrite() (target, bool) {
	if len(h.writer) == 0 {
		c := h.client()
		if !h.ready(c) {
			return target{}, false
		}
		h.begin(c, true)
	}
	h.top().repay(h)
	return h.aim(h.top())
}

// toRead is a target in any open transaction that can be used, most often the innermost write transaction; it begins a
// reader if none is open.
func (h *history) toRead() (target, bool) {
	return h.aim(h.anyone())
}

// key draws a key's rank, more often one that is there.
func (t target) anyKey() int {
	key := t.h.pick(t.db.keys())
	if t.h.maybe(1, 2) {
		return key
	}
	// The first one there at or after the place, so that a deletion of others leaves it what it was.
	for i := range t.content() {
		if there := (key + i) % t.db.keys(); t.value(there) != absent {
			return there
		}
	}
	return key
}

// goodKey is anyKey, but one that can be put.
func (t target) goodKey() int {
	key := t.anyKey()
	for t.toPut(key) != core.CodeOK {
		key = (key + 1) % t.db.keys()
	}
	return key
}

// anyNumber draws a value: a new one, an empty one, or one that is there.
func (t target) anyNumber() int {
	switch t.h.pick(8) {
	case 6:
		return 0
	case 7:
		if old := t.value(t.h.pick(t.db.keys())); old != absent {
			return old
		}
	}
	t.h.serial++
	return t.h.serial
}

// anySpan draws a span of any kind.
func (t target) anySpan() span {
	h, s := t.h, all
	if h.maybe(1, 5) {
		if prefix := t.anyKey(); t.db.hasPrefixes(prefix) {
			s.prefix = prefix
		}
	}
	if s.prefix == absent {
		s.lower, s.upper = t.anyEdge(), t.anyEdge()
		// Ends that are the wrong way round are tried too, but less often.
		if s.lower.set && s.upper.set && s.lower.key > s.upper.key && h.maybe(3, 4) {
			s.lower.key, s.upper.key = s.upper.key, s.lower.key
		}
	}
	s.reverse = h.maybe(1, 2)
	if h.maybe(1, 4) {
		s.limit = 1 + h.pick(5)
	}
	return s
}

// anyWhole draws a span without a limit, as counting and deleting ranges need it.
func (t target) anyWhole() span {
	s := t.anySpan()
	s.limit = 0
	return s
}

func (t target) anyEdge() edge {
	switch t.h.pick(3) {
	case 0:
		return edge{}
	case 1:
		return edge{set: true, key: t.anyKey()}
	}
	return edge{set: true, open: true, key: t.anyKey()}
}
