// Is any text either refused as a scope's name, or a scope of its own, whatever ids names get?
package fuzz

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func mayNameScope(name string) bool {
	return len(name) >= 1 && len(name) <= 4096 && utf8.ValidString(name)
}

func FuzzScopeName(f *testing.F) {
	for i, a := range nameSeeds {
		for _, b := range []string{nameSeeds[(i+1)%len(nameSeeds)], "a", a} {
			f.Add(a, b, true, false)
			f.Add(a, b, false, true)
		}
	}
	f.Add("tenant-45432", "tenant-191349", false, false)
	f.Fuzz(func(t *testing.T, a, b string, collide, heed bool) {
		var options []core.EnvOption
		if collide {
			options = append(options, core.WithScopeHash(func(string) uint32 { return 0xffffffff }))
		}
		s := newStore(t, options...)
		env := s.opened()
		layout := core.Ordered
		if heed {
			layout = core.Heed
		}
		db, err := core.OpenBytes(s.ctx, env, victim, core.WithLayout(layout))
		s.must(err)
		p := pair{s, env, db}
		if a == neither || b == neither {
			return
		}
		okA, okB := p.put(a, "a"), p.put(b, "b")
		switch {
		case okA && okB && a != b:
			p.apart(a, b)
		case okB:
			p.is(b, "b", 1)
		case okA:
			p.is(a, "a", 1)
		}
		s.must(env.Close())
	})
}

// neither is a name that is none of the two.
const neither = "neither of the two"

// pair is a database in which two names are put to the test.
type pair struct {
	*stored
	env *core.Env
	db  *core.DB[[]byte, []byte]
}

// put puts an entry into a scope, or sees it refused.
func (p pair) put(name, value string) bool {
	p.Helper()
	view := p.db.In(core.Named(name))
	err := view.Put(p.ctx, []byte("key"), []byte(value))
	if mayNameScope(name) {
		p.must(err)
		return true
	}
	code := core.CodeInvalidScope
	if name == "" {
		code = core.CodeEmptyScope
	}
	_, get := view.Get(p.ctx, []byte("key"))
	_, deleted := view.Delete(p.ctx, []byte("key"))
	_, cleared := view.Clear(p.ctx)
	_, counted := view.Count(p.ctx, core.Range[[]byte]{})
	_, registered := p.env.RegisterScope(p.ctx, name)
	_, dropped := p.env.DropScope(p.ctx, name)
	for _, err := range []error{err, get, deleted, cleared, counted, registered, dropped,
		p.env.RenameScope(p.ctx, name, "fine"), p.env.RenameScope(p.ctx, "fine", name)} {
		if err == nil {
			p.Fatalf("a scope may be called %q", name)
		}
		p.refused(err, code, name)
	}
	return false
}

// is checks that a scope holds its own value and so many entries.
func (p pair) is(name, value string, entries uint64) {
	p.Helper()
	view := p.db.In(core.Named(name))
	got, err := view.Get(p.ctx, []byte("key"))
	if entries == 0 && !errors.Is(err, core.ErrNotFound) {
		p.Fatalf("the scope %.60q should be empty, and has %q, %v", name, got, err)
	}
	if entries > 0 && (err != nil || string(got) != value) {
		p.Fatalf("the scope %.60q holds %q, %v, not %q", name, got, err, value)
	}
	if n, err := view.Count(p.ctx, core.Range[[]byte]{}); n != entries || err != nil {
		p.Fatalf("the scope %.60q holds %d entries, %v, not %d", name, n, err, entries)
	}
}

// apart checks that what is done to one of two scopes does nothing to the other: clear, prune, rename, drop.
func (p pair) apart(a, b string) {
	p.Helper()
	p.is(a, "a", 1)
	p.is(b, "b", 1)
	p.is(neither, "", 0)
	if n, err := p.db.In(core.Named(a)).Clear(p.ctx); n != 1 || err != nil {
		p.Fatalf("clearing %.60q gives %d, %v", a, n, err)
	}
	p.is(b, "b", 1)
	if n, err := p.env.PruneScopes(p.ctx); n != 1 || err != nil {
		p.Fatalf("prune gives %d, %v", n, err)
	}
	p.is(b, "b", 1)
	p.put(a, "a again")
	if err := p.env.RenameScope(p.ctx, b, a); !errors.Is(err, core.ErrKeyExists) {
		p.Fatalf("renaming %.60q to %.60q gives %v", b, a, err)
	}
	p.must(p.env.RenameScope(p.ctx, b, neither))
	p.is(b, "", 0)
	p.is(neither, "b", 1)
	p.is(a, "a again", 1)
	if n, err := p.env.DropScope(p.ctx, a); n != 1 || err != nil {
		p.Fatalf("dropping %.60q gives %d, %v", a, n, err)
	}
	p.is(a, "", 0)
	p.must(p.env.RenameScope(p.ctx, neither, b))
	p.is(b, "b", 1)
	infos, err := p.env.Scopes(p.ctx)
	if err != nil || len(infos) != 1 || infos[0].Name != b {
		p.Fatalf("the scopes are %v, %v", infos, err)
	}
}
