// Is a damaged row of the registry, or a damaged record of a displaced name, told, and are the other scopes whole?
package fuzz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

func rowKey(id uint32) []byte { return binary.LittleEndian.AppendUint32(nil, id) }

// nameOf reads a row as it is meant: a length, and so many bytes of UTF-8.
func nameOf(row []byte) (string, bool) {
	if len(row) < 8 || binary.LittleEndian.Uint64(row) != uint64(len(row)-8) {
		return "", false
	}
	return string(row[8:]), utf8.Valid(row[8:])
}

func TestDamagedRows(t *testing.T) {
	for _, row := range damaged(scope.Row("one")) {
		checkRow(t, row)
	}
}

func FuzzRow(f *testing.F) {
	whole := scope.Row("one")
	for _, row := range [][]byte{
		whole, whole[:8], whole[:7], whole[:10], {}, append(whole, 0), scope.Row(""), scope.Row("two"), scope.Row("One"), scope.Row("a\x00b"),
		scope.Row("\xff"), scope.Row("one\xed\xa0\x80"), scope.Row(strings.Repeat("n", 5000)), bytes.Repeat([]byte{0xff}, 11),
		{3, 0, 0, 0, 0, 0, 0, 0x80, 'o', 'n', 'e'}, {0, 0, 0, 0, 0, 0, 0, 3, 'o', 'n', 'e'},
	} {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, row []byte) { checkRow(t, row) })
}

// checkRow stores a row in the place of scope "one"'s.
func checkRow(t *testing.T, row []byte) {
	t.Helper()
	s := both(t)
	id := scope.XXH32("one")
	s.put(rowsTable, rowKey(id), row)
	env := s.opened()
	s.untouched(env, "", "two", "three")
	name, whole := nameOf(row)
	if name == "two" || name == "three" || name == "new" {
		return // two rows of one name: which of them counts is nothing that a reader could know
	}
	if whole && name == "" {
		return // nothing can name it, and it stands in nobody's way
	}
	err := s.holds(env, victim, "one")
	_, listed := env.Scopes(s.ctx)
	switch {
	case name == "one":
		s.must(errors.Join(err, listed))
	case whole: // the scope has another name now
		s.must(listed)
		if len(name) <= core.MaxScopeName {
			s.renamed(env, name)
		}
	default:
		s.corruptRow(env, id, err, listed)
	}
	s.untouched(env, "", "two", "three")
	s.must(env.Close())
}

// renamed checks that what "one" held is under the name that its row has now.
func (s *stored) renamed(env *core.Env, name string) {
	s.Helper()
	db, err := core.OpenBytes(s.ctx, env, victim)
	s.must(err)
	s.must(env.View(s.ctx, func(t *core.Txn) error {
		id, ok, err := t.ScopeID(name)
		if err != nil || (ok && id != scope.XXH32("one")) {
			return fmt.Errorf("the name %q has id %08x, %v, %w", name, id, ok, err)
		}
		if empty, err := db.IsEmpty(t, core.Named("one")); !empty || err != nil {
			return fmt.Errorf("scope one is empty: %v, %w", empty, err)
		}
		return nil
	}))
}

// corruptRow checks what is told of a row that is none: which row it is, and to whom it matters, what was asked for.
func (s *stored) corruptRow(env *core.Env, id uint32, read, listed error) {
	s.Helper()
	where := fmt.Sprintf("%08x", id)
	db, err := core.OpenBytes(s.ctx, env, victim)
	s.must(err)
	view := db.In(core.Named("one"))
	_, dropped := env.DropScope(s.ctx, "one")
	_, pruned := env.PruneScopes(s.ctx)
	_, counted := view.Count(s.ctx, core.Range[[]byte]{})
	_, deleted := view.Delete(s.ctx, keyAt(0))
	for doing, err := range map[string]error{
		"reading": read, "Put": view.Put(s.ctx, keyAt(0), nil), "Count": counted, "Delete": deleted, "DropScope": dropped,
		"RenameScope": env.RenameScope(s.ctx, "one", "1"), "RenameScope to it": env.RenameScope(s.ctx, "two", "one"),
		"Scopes": listed, "PruneScopes": pruned,
	} {
		if err == nil {
			s.Errorf("%s gives no error, though the row of its id is damaged", doing)
			continue
		}
		s.tells(doing, err, []core.Code{core.CodeCorrupt}, where)
	}
	s.tells("reading", read, []core.Code{core.CodeCorrupt}, `"one"`)
}

// FuzzRowKey puts a row under a key that may be no id.
func FuzzRowKey(f *testing.F) {
	for _, key := range [][]byte{
		{1}, {1, 2, 3}, {1, 2, 3, 4}, {1, 2, 3, 4, 5}, {0xff, 0xff, 0xff, 0xff}, []byte("format"), bytes.Repeat([]byte{7}, 511),
	} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		s := both(t)
		if len(key) == 0 || len(key) > 511 || s.get(rowsTable, key) != nil {
			return
		}
		s.put(rowsTable, key, scope.Row("stray"))
		env := s.opened()
		infos, listed := env.Scopes(s.ctx)
		_, pruned := env.PruneScopes(s.ctx)
		if len(key) == 4 {
			s.must(errors.Join(listed, pruned))
			if len(infos) != len(scopes) {
				t.Errorf("the scopes are %v", infos)
			}
		} else {
			for doing, err := range map[string]error{"Scopes": listed, "PruneScopes": pruned} {
				if err == nil {
					t.Errorf("%s gives no error for the key %x", doing, key)
				}
				s.tells(doing, err, []core.Code{core.CodeCorrupt}, fmt.Sprintf("%x", key), "registry")
			}
		}
		s.untouched(env, scopes...)
		for _, name := range scopes {
			s.must(s.holds(env, victim, name))
		}
		s.must(env.Close())
	})
}

// FuzzDisplaced puts a record of a displaced name that may be none, where all names collide. A record counts only if the
// row of its id says the same: none of them may do harm.
func FuzzDisplaced(f *testing.F) {
	home := binary.BigEndian.AppendUint32(nil, 7)
	for _, id := range []uint32{0, 6, 7, 8, 9, 10, 11, 0xffffffff} {
		for _, name := range []string{"one", "two", "three", "new", "", "\xff"} {
			f.Add(binary.BigEndian.AppendUint32(bytes.Clone(home), id), []byte(name))
		}
	}
	f.Add(home, []byte("one"))
	f.Add(append(bytes.Clone(home), 0), []byte("one"))
	f.Add([]byte{}, []byte("two"))
	f.Add(append(bytes.Clone(home), 0, 0, 0, 8, 0), []byte("two"))
	f.Add(append(bytes.Clone(home), bytes.Repeat([]byte{0xff}, 9)...), []byte("three"))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		s := newStore(t, core.WithScopeHash(func(string) uint32 { return 7 }))
		env := s.opened()
		s.fill(env, victim)
		s.fill(env, bystander, core.WithLayout(core.Heed))
		s.must(env.Close())
		key = append([]byte("displaced/"), key...)
		if len(key) > 511 || s.get(recordsTable, key) != nil {
			return
		}
		s.put(recordsTable, key, value)
		env = s.opened()
		s.untouched(env, scopes...)
		for _, name := range scopes {
			s.must(s.holds(env, victim, name))
		}
		if infos, err := env.Scopes(s.ctx); err != nil || len(infos) != len(scopes) { // the three, and "new"
			t.Errorf("the scopes are %v, %v", infos, err)
		}
		s.must(env.RenameScope(s.ctx, "two", "zwei"))
		s.must(env.RenameScope(s.ctx, "zwei", "two"))
		if n, err := env.DropScope(s.ctx, "one"); n != 2*entriesEach || err != nil {
			t.Errorf("dropping gives %d, %v", n, err)
		}
		s.untouched(env, "", "two", "three")
		s.must(env.Close())
	})
}
