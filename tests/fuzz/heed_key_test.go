// Is a stored key that scoped-heed's layout cannot have told with its database, and is all else readable?
package fuzz

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// heedDatabase is a database in scoped-heed's layout, with keys of one type.
type heedDatabase struct {
	name string
	// whole says whether a rest is a key of the type.
	whole func(rest []byte) bool
	// prepare fills the database, and use does to a scope all that meets its keys.
	prepare func(s *stored, env *core.Env)
	use     func(s *stored, env *core.Env, in core.Scope) error
	// clear clears a scope.
	clear func(s *stored, env *core.Env, in core.Scope) (uint64, error)
	// good says whether a scope holds what it was filled with.
	good func(s *stored, env *core.Env, in core.Scope) error
}

var heedDatabases = []heedDatabase{
	heed("bytes", lengthed, core.OpenBytes, func(i int) []byte { return keyAt(i) }, func(v string) []byte { return []byte(v) },
		func(v []byte) string { return string(v) }),
	heed("text", func(rest []byte) bool { return lengthed(rest) && utf8.Valid(rest[8:]) }, core.OpenTyped[string, string],
		func(i int) string { return string(keyAt(i)) }, same, same),
	heed("u32", func(rest []byte) bool { return len(rest) == 4 }, core.OpenTyped[uint32, string],
		func(i int) uint32 { return uint32(i) << 8 }, same, same),
	heed("f64", func(rest []byte) bool { return len(rest) == 8 && !math.IsNaN(math.Float64frombits(number(rest))) },
		core.OpenTyped[float64, string], func(i int) float64 { return float64(i) - 1.5 }, same, same),
	heed("bool", func(rest []byte) bool { return len(rest) == 1 && rest[0] <= 1 }, core.OpenTyped[bool, string],
		func(i int) bool { return i == 1 }, same, same),
}

func same(value string) string { return value }

func lengthed(rest []byte) bool {
	return len(rest) >= 8 && binary.LittleEndian.Uint64(rest) == uint64(len(rest)-8)
}

// two is how many entries each scope has: as many as there are booleans.
const two = 2

func heed[K, V any](name string, whole func([]byte) bool, open opener[K, V], key func(int) K, value func(string) V,
	text func(V) string) heedDatabase {
	opened := func(s *stored, env *core.Env) *core.DB[K, V] {
		db, err := open(s.ctx, env, victim, core.WithLayout(core.Heed))
		s.must(err)
		return db
	}
	return heedDatabase{name: name, whole: whole, prepare: func(s *stored, env *core.Env) {
		db := opened(s, env)
		s.must(env.Update(s.ctx, func(t *core.Txn) error {
			for _, scope := range scopes {
				for i := range two {
					if err := db.Put(t, scopeOf(scope), key(i), value(scope)); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}, use: func(s *stored, env *core.Env, in core.Scope) error {
		return useAll(s, env, opened(s, env), in, key)
	}, clear: func(s *stored, env *core.Env, in core.Scope) (uint64, error) {
		return opened(s, env).In(in).Clear(s.ctx)
	}, good: func(s *stored, env *core.Env, in core.Scope) error {
		n := 0
		for e, err := range opened(s, env).In(in).Range(s.ctx, core.Range[K]{}) {
			if err != nil {
				return err
			}
			if n++; text(e.Value) != in.Name() {
				return fmt.Errorf("scope %v holds %v", in, e)
			}
		}
		if n != two {
			return fmt.Errorf("scope %v holds %d entries", in, n)
		}
		return nil
	}}
}

// useAll does to a scope all that meets its keys, and gives all errors that come.
func useAll[K, V any](s *stored, env *core.Env, db *core.DB[K, V], in core.Scope, key func(int) K) error {
	return env.View(s.ctx, func(t *core.Txn) error {
		var errs []error
		note := func(err error) {
			if err != nil && !errors.Is(err, core.ErrNotFound) {
				errs = append(errs, err)
			}
		}
		for _, r := range []core.Range[K]{
			{}, {Reverse: true}, {Limit: 1}, {Lower: core.Include(key(1))}, {Upper: core.Exclude(key(1)), Reverse: true},
			{Lower: core.Include(key(0)), Upper: core.Include(key(1))},
		} {
			for _, err := range db.Range(t, in, r) {
				note(err)
			}
			for _, err := range db.Keys(t, in, r) {
				note(err)
			}
			r.Limit = 0 // which counting has not
			_, err := db.Count(t, in, r)
			note(err)
		}
		for _, neighbour := range []func(*core.Txn, core.Scope, K) (core.Entry[K, V], error){db.After, db.AtOrAfter, db.Before, db.AtOrBefore} {
			_, err := neighbour(t, in, key(0))
			note(err)
		}
		_, err := db.First(t, in)
		note(err)
		_, err = db.Last(t, in)
		note(err)
		for i := range two { // what is whole is found by its key, whatever is beside it
			if _, err := db.Get(t, in, key(i)); err != nil {
				s.Errorf("Get of key %d gives %v", i, err)
			}
		}
		if empty, err := db.IsEmpty(t, in); empty || err != nil {
			s.Errorf("IsEmpty gives %v, %v", empty, err)
		}
		return errors.Join(errs...)
	})
}

func FuzzHeedKey(f *testing.F) {
	for which := range heedDatabases {
		for _, rest := range seeds(f) {
			f.Add(which, rest, []byte("value"), false)
		}
		f.Add(which, []byte{3, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 0xff}, []byte{}, true)
		f.Add(which, []byte{1, 0, 0, 0, 0, 0, 0, 0, 'a', 'b'}, []byte{1, 0, 0, 0, 0, 0, 0, 0, 'v'}, true)
		f.Add(which, []byte{2}, []byte{5}, true)
		f.Add(which, []byte("abc"), []byte{9, 0, 0, 0, 0, 0, 0, 0, 'v'}, true)
	}
	f.Fuzz(func(t *testing.T, which int, rest, value []byte, plain bool) {
		if which < 0 || which >= len(heedDatabases) || len(rest) > 499 {
			return
		}
		checkHeedKey(t, heedDatabases[which], rest, value, plain)
	})
}

// checkHeedKey stores an entry in scope "one" or, if it is to be plain, in the default scope.
func checkHeedKey(t *testing.T, d heedDatabase, rest, value []byte, plain bool) {
	t.Helper()
	s := newStore(t)
	env := s.opened()
	d.prepare(s, env)
	s.fill(env, bystander, core.WithLayout(core.Heed))
	s.must(env.Close())
	table, key, in := victim+"_scoped", append(rowKey(scope.XXH32("one")), rest...), core.Named("one")
	if plain {
		table, key, in = victim, rest, core.Default
		if len(key) == 0 || d.name == "bytes" { // raw keys are stored there as they are
			return
		}
	}
	if s.get(table, key) != nil {
		return
	}
	s.put(table, key, value)
	env = s.opened()
	codes := []core.Code{core.CodeInvalidValue}
	if !d.whole(rest) {
		codes = append(codes, core.CodeCorrupt, core.CodeInvalidKey)
	}
	err := d.use(s, env, in)
	s.tellsAll("using the scope", err, codes)
	if err == nil && !d.whole(rest) {
		t.Errorf("%s: the key %x is none, and nobody says so", d.name, rest)
	}
	for _, name := range scopes {
		if other := scopeOf(name); other != in {
			s.must(d.good(s, env, other))
		}
	}
	s.untouched(env, scopes...)
	if n, err := d.clear(s, env, in); n != two+1 || err != nil {
		t.Errorf("clearing gives %d, %v", n, err)
	}
	for _, name := range scopes {
		if other := scopeOf(name); other != in {
			s.must(d.good(s, env, other))
		}
	}
	s.must(env.Close())
}

// tellsAll checks each of several errors. Damage is told with the name of its database.
func (s *stored) tellsAll(doing string, err error, codes []core.Code) {
	s.Helper()
	if err == nil {
		return
	}
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		if core.CodeOf(one) == core.CodeCorrupt {
			s.tells(doing, one, codes, `"`+victim+`"`)
		} else {
			s.tells(doing, one, codes)
		}
		if s.Failed() {
			return // the others say the same
		}
	}
}

// opener is what the core's functions that open a database are.
type opener[K, V any] func(context.Context, *core.Env, string, ...core.DatabaseOption) (*core.DB[K, V], error)
