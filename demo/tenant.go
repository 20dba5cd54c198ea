package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// tenantDatabases are one of each kind, by their slots.
var tenantDatabases = []struct{ name, opened string }{
	{"users", "typed ordered auto auto"},
	{"visits", "bytes_key ordered auto auto"},
	{"blobs", "bytes ordered auto auto"},
}

// tenant is what a tenant holds, by database, in the order of the keys. The keys are the same in every tenant, so that
// only the scope tells their entries apart, and every value carries the tenant's name.
type tenant struct {
	name    string
	entries [3][]entry
}

// newTenant makes up a tenant: keys of every type, on both sides of the widths of integers, and values of every plain
// type of MessagePack.
func newTenant(name string) tenant {
	tuple := func(elements ...any) core.Tuple { return elements }
	list := func(elements ...any) []any { return append([]any{name}, elements...) }
	t := tenant{name: name}
	t.entries[0] = []entry{
		{nil, name},
		{[]byte{}, list(nil, true, false)},
		{[]byte{0, 0xff}, list([]byte{}, []byte("\x00\xff"), bytes.Repeat([]byte{7}, 300))},
		{"", list("", "a\x00b", "grüße", "日本語", "😀")},
		{"alice", literal.Map{
			{"tenant", name}, {"age", 30}, {"tags", []any{"a", "b"}}, {"deep", literal.Map{{"er", []any{literal.Map{}}}}},
		}},
		{"alice\x00", list(0, 127, 128, 255, 256, 65535, 65536, 1<<32-1, 1<<32)},
		{"bob", list(-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, math.MinInt32-1)},
		{"zoë", list(int64(math.MinInt64), 1<<53, 1<<53+1, int64(math.MaxInt64), uint64(math.MaxUint64))},
		{"日本", list(0.1, -2.5, 1e300, 5e-324, math.Copysign(0, -1), math.Inf(1), math.Inf(-1))},
		{tuple(), list([]any{})},
		{tuple(nil, 1), list([]any{[]any{[]any{nil}}})},
		{tuple("eu", tuple([]byte{1}, 2.5)), list(string(bytes.Repeat([]byte("x"), 70000)))},
		{tuple("eu", 7), literal.Map{{1, name}, {-5, "negative"}, {"text", 2}}},
		{int64(math.MinInt64), name},
		{-256, name}, {-255, name}, {-1, name}, {0, name}, {1, name}, {255, name}, {256, name},
		{1<<53 + 1, name},
		{uint64(math.MaxUint64), name},
		{math.Inf(-1), name},
		{math.Copysign(0, -1), name},
		{2.5, name},
		{false, name},
		{true, name},
	}
	for _, key := range [][]byte{{0}, {0, 0}, {0, 1}, {'a'}, {'a', 0}, []byte("ab"), {0xff}, {0xff, 0xff}} {
		t.entries[1] = append(t.entries[1], entry{key, literal.Map{{"tenant", name}, {"length", len(key)}}})
		t.entries[2] = append(t.entries[2], entry{key, append([]byte(name+"\x00"), key...)})
	}
	return t
}

// scope is the tenant's name in a request.
func (t tenant) scope() string { return literal.Text(t.name) }

// size is how many entries it has in all.
func (t tenant) size() int { return len(t.entries[0]) + len(t.entries[1]) + len(t.entries[2]) }

// askPut asks to write all of a tenant in transaction 0.
func (t tenant) askPut(s *agents.Script) {
	for db, entries := range t.entries {
		for _, e := range entries {
			s.Ask("OK", "put 0 %d %s %s %s", db, t.scope(), literal.Text(e.key), literal.Text(e.value))
		}
	}
}

// askRead asks for all of a tenant in transaction 0: by get, and by ranges of all sorts.
func (t tenant) askRead(s *agents.Script) {
	for db, entries := range t.entries {
		askWhole(s, db, t.scope(), entries)
		backwards := slices.Clone(entries)
		slices.Reverse(backwards)
		s.Ask(listing(backwards), "range 0 %d %s open open reverse all", db, t.scope())
		for _, limit := range []int{1, 3, len(entries), len(entries) + 1} {
			s.Ask(listing(entries[:min(limit, len(entries))]), "range 0 %d %s open open forwards %d", db, t.scope(), limit)
			s.Ask(listing(backwards[:min(limit, len(entries))]), "range 0 %d %s open open reverse %d", db, t.scope(), limit)
		}
		for at := range entries {
			t.askBounds(s, db, at)
		}
	}
}

// askBounds asks for the ranges from and up to an entry.
func (t tenant) askBounds(s *agents.Script, db, at int) {
	entries := t.entries[db]
	key := literal.Text(entries[at].key)
	for _, c := range []struct {
		bounds string
		within []entry
	}{
		{fmt.Sprintf("include %s open", key), entries[at:]},
		{fmt.Sprintf("exclude %s open", key), entries[at+1:]},
		{fmt.Sprintf("open include %s", key), entries[:at+1]},
		{fmt.Sprintf("open exclude %s", key), entries[:at]},
		{fmt.Sprintf("include %s include %s", key, key), entries[at : at+1]},
		{fmt.Sprintf("include %s exclude %s", key, key), nil},
	} {
		s.Ask(listing(c.within), "range 0 %d %s %s forwards all", db, t.scope(), c.bounds)
	}
}

// askNothing asks for a tenant that must be empty.
func (t tenant) askNothing(s *agents.Script) {
	for db, entries := range t.entries {
		s.Ask("OK", "range 0 %d %s open open forwards all", db, t.scope())
		s.Ask("NotFound", "get 0 %d %s %s", db, t.scope(), literal.Text(entries[0].key))
	}
}
