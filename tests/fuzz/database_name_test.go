// Is any text either refused as a database's name, or a database of its own?
package fuzz

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// nameSeeds are names that are odd in some way, for databases and for scopes.
var nameSeeds = []string{
	"", "a", "b", "A", " ", ".", "/", "\\", "a\x00", "\x00", "\xff", "a\xff", "\xed\xa0\x80", "_", "__", "__x", "x__", "_scoped", "x_scoped",
	"x_scoped_", "scoped", "__scoped_lmdb", "__global_scope_metadata", "database/a", "displaced/", "format", "日本", "é", "e\u0301",
	"\u202e", "\ufeff", "tenant-45432", "tenant-191349", "default", "nil", "None", strings.Repeat("n", 500), strings.Repeat("n", 501),
	strings.Repeat("é", 250), strings.Repeat("é", 251), strings.Repeat("s", 4096), strings.Repeat("s", 4097), "%s%d%!", "\n", "'\"",
}

// mayNameDatabase is the rule, in the design's words.
func mayNameDatabase(name string) bool {
	return len(name) >= 1 && len(name) <= 500 && utf8.ValidString(name) && !strings.Contains(name, "\x00") &&
		!strings.HasPrefix(name, "__") && !strings.HasSuffix(name, "_scoped")
}

func FuzzDatabaseName(f *testing.F) {
	for i, a := range nameSeeds {
		f.Add(a, nameSeeds[(i+1)%len(nameSeeds)], uint8(i))
	}
	f.Add("x", "x_scoped", uint8(0))
	f.Add("x", "x_scoped_", uint8(1))
	f.Add("x", "x", uint8(2))
	f.Add("x", "_", uint8(2)) // whose table of named scopes begins as our own do
	f.Fuzz(func(t *testing.T, a, b string, how uint8) {
		s := newStore(t)
		env := s.opened()
		var options []core.DatabaseOption
		if how&1 != 0 {
			options = append(options, core.WithLayout(core.Heed))
		}
		for _, name := range []string{a, b} {
			_, err := core.OpenBytes(s.ctx, env, name, options...)
			switch {
			case mayNameDatabase(name):
				s.must(err)
				s.fill(env, name)
			case err == nil:
				t.Fatalf("a database may be called %q", name)
			default:
				s.refused(err, core.CodeInvalidName, name)
			}
		}
		// Both are what they were, also for those who open the store anew.
		s.must(env.Close())
		env = s.opened()
		for _, name := range []string{a, b} {
			for _, scope := range scopes {
				if mayNameDatabase(name) {
					s.must(s.holds(env, name, scope))
				}
			}
		}
		if a != b && mayNameDatabase(a) && mayNameDatabase(b) {
			s.clears(env, a, b)
		}
		s.must(env.Close())
	})
}

// clears empties one database, and checks that the other does not notice.
func (s *stored) clears(env *core.Env, one, other string) {
	s.Helper()
	db, err := core.OpenBytes(s.ctx, env, one)
	s.must(err)
	for _, scope := range scopes {
		if n, err := db.In(scopeOf(scope)).Clear(s.ctx); n != entriesEach || err != nil {
			s.Fatalf("clearing %q in %q gives %d, %v", scope, one, n, err)
		}
		s.must(s.holds(env, other, scope))
	}
	if n, err := env.PruneScopes(s.ctx); n != 0 || err != nil {
		s.Fatalf("prune gives %d, %v", n, err)
	}
}

// refused checks the error for a name that cannot be: of this code, and so that a person finds the name in it.
func (s *stored) refused(err error, code core.Code, name string) {
	s.Helper()
	var own *core.Error
	if !errors.As(err, &own) || own.Code != code {
		s.Fatalf("the name %q is refused with %v (%v)", name, err, core.CodeOf(err))
	}
	if text := err.Error(); text == "" || len(text) > 4*500+200 || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\n\r\u202e") {
		s.Fatalf("the name %q is refused with %q", name, text)
	}
}
