// Does each operation of a view do in a transaction of its own what the database's does?
package core_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestView(t *testing.T) {
	env := open(t, lmdb.Config{})
	db, err := core.OpenTyped[string, int](ctx, env, "db")
	must(t, err)
	v, other := db.In(core.Named("tenant")), db.In(core.Named("other"))
	must(t, other.Put(ctx, "a", 100))

	is := func(what string, got, want any, err error) {
		t.Helper()
		if got != want || err != nil {
			t.Errorf("%s gives %v, %v; want %v", what, got, err, want)
		}
	}
	empty, err := v.IsEmpty(ctx)
	is("IsEmpty", empty, true, err)
	n, err := v.PutMany(ctx, maps.All(map[string]int{"b": 2, "c": 3, "d": 4}))
	is("PutMany", n, uint64(3), err)
	stored, err := v.PutIfAbsent(ctx, "a", 1)
	is("PutIfAbsent", stored, true, err)
	stored, err = v.PutIfAbsent(ctx, "a", 9)
	is("PutIfAbsent", stored, false, err)
	old, there, err := v.Replace(ctx, "a", 10)
	is("Replace", old, 1, err)
	is("Replace", there, true, err)
	_, there, err = v.Replace(ctx, "e", 5)
	is("Replace of none", there, false, err)
	swapped, err := v.CompareAndSwap(ctx, "a", 10, 1)
	is("CompareAndSwap", swapped, true, err)
	values, found, err := v.GetMany(ctx, []string{"a", "x", "c"})
	is("GetMany", values[0]+values[2], 4, err)
	is("GetMany", found[1], false, err)
	contains, err := v.Contains(ctx, "x")
	is("Contains", contains, false, err)
	first, err := v.First(ctx)
	is("First", first, core.Entry[string, int]{Key: "a", Value: 1}, err)
	last, err := v.Last(ctx)
	is("Last", last, core.Entry[string, int]{Key: "e", Value: 5}, err)
	popped, err := v.Pop(ctx, "e")
	is("Pop", popped, 5, err)
	_, err = v.Pop(ctx, "e")
	wantCode(t, err, core.CodeNotFound)

	var keys []string
	for key, err := range v.Keys(ctx, core.Range[string]{Reverse: true, Limit: 2}) {
		must(t, err)
		keys = append(keys, key)
	}
	if !slices.Equal(keys, []string{"d", "c"}) {
		t.Errorf("Keys gives %v", keys)
	}
	sum := 0
	for value, err := range v.Values(ctx, core.Range[string]{Lower: core.Include("b")}) {
		must(t, err)
		sum += value
	}
	is("Values", sum, 9, nil)
	n, err = v.DeleteRange(ctx, core.Range[string]{Lower: core.Exclude("b")})
	is("DeleteRange", n, uint64(2), err)
	n, err = v.Count(ctx, core.Range[string]{})
	is("Count", n, uint64(2), err)
	n, err = v.Clear(ctx)
	is("Clear", n, uint64(2), err)
	kept, err := other.Get(ctx, "a")
	is("the other tenant's", kept, 100, err)
}
