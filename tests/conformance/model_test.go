// What must the answers be? A model of scoped-lmdb in plain maps says so, which shares no code with it.
package conformance_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/OneOfOne/xxhash"

	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// state is what an environment holds at a time.
type state struct {
	ids map[string]uint32 // of the registered scopes, by name
	// entries are by the slot of the table, the scope in words and the key in words.
	entries []map[string]map[string]item
}

// item is an entry: its key, and its value in words.
type item struct {
	key   any
	value string
}

func newState() *state {
	s := &state{ids: map[string]uint32{}}
	for range tables {
		s.entries = append(s.entries, map[string]map[string]item{})
	}
	return s
}

// clone is a state that changes by itself.
func (s *state) clone() *state {
	c := newState()
	maps.Copy(c.ids, s.ids)
	for i, scopes := range s.entries {
		for scope, entries := range scopes {
			c.entries[i][scope] = maps.Clone(entries)
		}
	}
	return c
}

// put stores an entry and registers the scope if it is new: by its hash or, if another scope has that, the next number
// that is free.
func (s *state) put(table int, scope, key any, value string) {
	if name, named := scope.(string); named {
		if _, known := s.ids[name]; !known {
			id := xxhash.ChecksumString32(name)
			for slices.Contains(slices.Collect(maps.Values(s.ids)), id) {
				id++
			}
			s.ids[name] = id
		}
	}
	words := literal.Text(scope)
	if s.entries[table][words] == nil {
		s.entries[table][words] = map[string]item{}
	}
	s.entries[table][words][literal.Text(key)] = item{key, value}
}

func (s *state) get(table int, scope, key any) string {
	if found, there := s.entries[table][literal.Text(scope)][literal.Text(key)]; there {
		return found.value + " OK"
	}
	return "NotFound"
}

func (s *state) delete(table int, scope, key any) string {
	entries, words := s.entries[table][literal.Text(scope)], literal.Text(key)
	_, was := entries[words]
	delete(entries, words)
	return literal.Text(was) + " OK"
}

func (s *state) clear(table int, scope any) string {
	n := len(s.entries[table][literal.Text(scope)])
	delete(s.entries[table], literal.Text(scope))
	return fmt.Sprintf("i%d OK", n)
}

// prune unregisters what holds nothing.
func (s *state) prune() string {
	n := 0
	for name := range maps.Clone(s.ids) {
		held := 0
		for _, scopes := range s.entries {
			held += len(scopes[literal.Text(name)])
		}
		if held == 0 {
			delete(s.ids, name)
			n++
		}
	}
	return fmt.Sprintf("i%d OK", n)
}

func (s *state) scopes() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.ids)) {
		fmt.Fprintf(&b, "%s i%d ", literal.Text(name), s.ids[name])
	}
	return b.String() + "OK"
}

// bounds are those of a range. Their words are "open", "include" and "exclude".
type bounds struct {
	lower, upper       string
	lowerKey, upperKey any
	reverse            bool
	limit              int // 0: all
}

// String is the bounds as a request has them.
func (b bounds) String() string {
	end := func(how string, key any) string {
		if how == "open" {
			return how
		}
		return how + " " + literal.Text(key)
	}
	direction, limit := "forwards", "all"
	if b.reverse {
		direction = "reverse"
	}
	if b.limit > 0 {
		limit = fmt.Sprint(b.limit)
	}
	return fmt.Sprintf("%s %s %s %s", end(b.lower, b.lowerKey), end(b.upper, b.upperKey), direction, limit)
}

func (b bounds) within(key any) bool {
	if b.lower != "open" {
		if d := compare(key, b.lowerKey); d < 0 || (d == 0 && b.lower == "exclude") {
			return false
		}
	}
	if b.upper != "open" {
		if d := compare(key, b.upperKey); d > 0 || (d == 0 && b.upper == "exclude") {
			return false
		}
	}
	return true
}

func (s *state) walk(table int, scope any, b bounds) string {
	var found []item
	for _, entry := range s.entries[table][literal.Text(scope)] {
		if b.within(entry.key) {
			found = append(found, entry)
		}
	}
	slices.SortFunc(found, func(x, y item) int {
		if b.reverse {
			x, y = y, x
		}
		return compare(x.key, y.key)
	})
	if b.limit > 0 && len(found) > b.limit {
		found = found[:b.limit]
	}
	var words strings.Builder
	for _, entry := range found {
		words.WriteString(literal.Text(entry.key) + " " + entry.value + " ")
	}
	return words.String() + "OK"
}
