// What should the store hold? A map for each database and scope, and the registry of scopes.

package model

import "slices"

// content is what one scope of one database holds, as a map from keys to values: at a key's rank the value's number, or
// absent. It is never changed once it is in a world.
type content []int

func newContent(keys int) content {
	c := make(content, keys)
	for i := range c {
		c[i] = absent
	}
	return c
}

// size is how many entries there are.
func (c content) size() int {
	n := 0
	for _, value := range c {
		n += b2i(value != absent)
	}
	return n
}

func (c content) empty() bool {
	return !slices.ContainsFunc(c, func(value int) bool { return value != absent })
}

// within says whether a key is in a span.
func (s *span) within(sh shape, key int) bool {
	switch {
	case s.prefix != absent:
		return sh.begins(key, s.prefix)
	case s.lower.set && (key < s.lower.key || key == s.lower.key && s.lower.open):
		return false
	case s.upper.set && (key > s.upper.key || key == s.upper.key && s.upper.open):
		return false
	}
	return true
}

// next is the first key of a span at or beyond a place, in the span's direction; absent at the end.
func (c content) next(sh shape, s *span, from int) int {
	step := 1
	if s.reverse {
		step = -1
	}
	for key := from; key >= 0 && key < len(c); key += step {
		if c[key] != absent && s.within(sh, key) {
			return key
		}
	}
	return absent
}

// start is where a walk over a span begins, and the step to the next place.
func (s *span) start(keys int) (from, step int) {
	if s.reverse {
		return keys - 1, -1
	}
	return 0, 1
}

// unregistered is the id of a scope that has none.
const unregistered = -1

// world is the whole store. Worlds share contents, and a world that a reader has is never changed.
type world struct {
	// held has the contents by database and scope; scope 0 is the default one.
	held [][]content
	// ids are the scopes' ids; that of the default one means nothing.
	ids []int64
	// made says which databases exist, registry whether there is a registry.
	made     []bool
	registry bool
}

func newWorld(shapes []shape, scopes int) *world {
	w := &world{ids: make([]int64, scopes), made: make([]bool, len(shapes))}
	for i := range w.ids {
		w.ids[i] = unregistered
	}
	for _, sh := range shapes {
		held := make([]content, scopes)
		for i := range held {
			held[i] = newContent(sh.keys())
		}
		w.held = append(w.held, held)
	}
	return w
}

func (w *world) clone() *world {
	c := &world{held: make([][]content, len(w.held)), ids: slices.Clone(w.ids), made: slices.Clone(w.made), registry: w.registry}
	for i, held := range w.held {
		c.held[i] = slices.Clone(held)
	}
	return c
}

// set stores a value's number, absent to delete, in a copy of the content.
func (w *world) set(database, scope, key, value int) {
	changed := slices.Clone(w.held[database][scope])
	changed[key] = value
	w.held[database][scope] = changed
}

// clear empties a scope of a database.
func (w *world) clear(database, scope int) {
	w.held[database][scope] = newContent(len(w.held[database][scope]))
}

// free is the id that a scope gets whose hash is home: the first one upwards that no scope has.
func (w *world) free(home uint32) int64 {
	id := home
	for slices.Contains(w.ids[1:], int64(id)) {
		id++
	}
	return int64(id)
}

// register gives a scope an id if it has none. The default scope needs none.
func (w *world) register(scope int, home uint32) {
	if scope != 0 && w.ids[scope] == unregistered {
		w.ids[scope] = w.free(home)
	}
}

// vacant says whether a scope holds nothing in any database.
func (w *world) vacant(scope int) bool {
	return !slices.ContainsFunc(w.held, func(held []content) bool { return !held[scope].empty() })
}

// drop empties a scope, unregisters it, and says how many entries there were.
func (w *world) drop(scope int) uint64 {
	n := 0
	for database, held := range w.held {
		n += held[scope].size()
		w.clear(database, scope)
	}
	w.ids[scope] = unregistered
	return uint64(n)
}

// rename moves all that a scope has to another name, which has nothing.
func (w *world) rename(from, to int) {
	w.ids[to], w.ids[from] = w.ids[from], unregistered
	for _, held := range w.held {
		held[to], held[from] = held[from], held[to]
	}
}

// prune unregisters the scopes that hold nothing and says how many.
func (w *world) prune() uint64 {
	n := uint64(0)
	for scope, id := range w.ids {
		if scope != 0 && id != unregistered && w.vacant(scope) {
			w.ids[scope] = unregistered
			n++
		}
	}
	return n
}
