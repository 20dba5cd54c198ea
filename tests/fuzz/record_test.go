// Is a database's record that is damaged, or of a newer version, answered with an error that names the database?
package fuzz

import (
	"bytes"
	"errors"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

const recordKey = "database/" + victim

// pack makes a MessagePack object.
func pack(t testing.TB, value any) []byte {
	t.Helper()
	packed, err := msgpack.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// both gives a store with a victim and a bystander, closed.
func both(t *testing.T, options ...core.DatabaseOption) *stored {
	t.Helper()
	s := newStore(t)
	env := s.opened()
	s.fill(env, victim, options...)
	s.fill(env, bystander)
	s.must(env.Close())
	return s
}

// record is what the core records of a victim.
func record(t *testing.T, options ...core.DatabaseOption) []byte {
	t.Helper()
	return bytes.Clone(both(t, options...).get(recordsTable, []byte(recordKey)))
}

// damaged are a record's truncations, and the record with each of its bits flipped.
func damaged(whole []byte) (all [][]byte) {
	for n := range whole {
		all = append(all, whole[:n])
	}
	for bit := range 8 * len(whole) {
		flipped := bytes.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		all = append(all, flipped)
	}
	return all
}

// foreignRecords are records that this version cannot have written.
func foreignRecords(t testing.TB) (all [][]byte) {
	t.Helper()
	fields := func(kind, layout, key, value string) map[string]any {
		return map[string]any{"kind": kind, "layout": layout, "key": key, "value": value}
	}
	for _, made := range []any{
		nil, true, 7, -1, 1.5, "text", []byte("bytes"), []any{}, []any{"bytes", "ordered", "auto", "auto"}, []any{1, 2, 3, 4, 5}, map[string]any{},
		map[int]any{1: "bytes"}, fields("bytes", "spiral", "auto", "auto"), fields("sets", "ordered", "auto", "auto"),
		fields("bytes", "ordered", "complex", "auto"), fields("typed", "heed", "auto", "text"), fields("bytes", "heed", "auto", "auto"),
		fields("typed", "ordered", "auto", "auto"), fields("bytes-key", "heed", "auto", "u8"), fields("", "", "", ""),
		map[string]any{"kind": 1, "layout": 2}, map[string]any{"kind": []any{}}, map[string]any{"kind": nil},
		map[string]any{"kind": "bytes", "layout": "ordered", "key": "auto", "value": "auto", "unnamed": true},
		map[string]any{"kind": "bytes", "layout": "ordered", "key": "auto", "value": "auto", "unnamed": "yes"},
		map[string]any{"kind": "bytes", "layout": "ordered", "key": "auto", "value": "auto", "codec": "zstd", "extra": []any{1, map[string]any{}}},
	} {
		all = append(all, pack(t, made))
	}
	return append(all, []byte{}, []byte{0xc1}, []byte("\xdf\xff\xff\xff\xff"), []byte("\xdd\xff\xff\xff\xff"), []byte("\xdb\xff\xff\xff\xffkind"),
		[]byte("\x81\xa4kind\xc6\xff\xff\xff\xff"), bytes.Repeat([]byte{0x81, 0xa1, 'a'}, 2000), bytes.Repeat([]byte{0x91}, 5000), []byte("\xc7\xff\x01"))
}

func TestDamagedRecords(t *testing.T) {
	whole := record(t)
	for _, stored := range append(damaged(whole), foreignRecords(t)...) {
		checkRecord(t, stored)
	}
	for _, stored := range damaged(record(t, core.WithLayout(core.Heed))) {
		checkRecord(t, stored)
	}
	for n := range whole { // that a record which ends too soon is taken for a whole one is never right
		s := both(t)
		s.put(recordsTable, []byte(recordKey), whole[:n])
		env := s.opened()
		if _, err := core.OpenBytes(s.ctx, env, victim); !errors.Is(err, core.ErrCorrupt) {
			t.Errorf("a record cut to %d bytes of %d gives %v", n, len(whole), err)
		}
		s.must(env.Close())
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte("\x84\xa4kind\xa5bytes\xa6layout\xa7ordered\xa3key\xa4auto\xa5value\xa4auto"))
	for _, stored := range foreignRecords(f) {
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored []byte) { checkRecord(t, stored) })
}

// checkRecord stores a record for the victim, and does all that reads it.
func checkRecord(t *testing.T, record []byte) {
	t.Helper()
	s := both(t)
	s.put(recordsTable, []byte(recordKey), record)
	env := s.opened()
	name := `"` + victim + `"`
	_, err := core.OpenBytes(s.ctx, env, victim)
	s.tells("OpenBytes", err, []core.Code{core.CodeCorrupt, core.CodeKindMismatch}, name)
	_, err = core.OpenBytesKey[string](s.ctx, env, victim)
	s.tells("OpenBytesKey", err, []core.Code{core.CodeCorrupt, core.CodeKindMismatch}, name)
	_, err = core.OpenTyped[string, string](s.ctx, env, victim)
	s.tells("OpenTyped", err, []core.Code{core.CodeCorrupt, core.CodeKindMismatch}, name)
	_, err = core.OpenBytes(s.ctx, env, victim, core.WithLayout(core.Heed), core.MustExist())
	s.tells("OpenBytes in heed", err, []core.Code{core.CodeCorrupt, core.CodeKindMismatch, core.CodeLayoutMismatch}, name)
	s.untouched(env, scopes...)
	_, err = env.PruneScopes(s.ctx)
	s.tells("PruneScopes", err, []core.Code{core.CodeCorrupt}, name)
	s.untouched(env, scopes...)
	_, err = env.DropScope(s.ctx, "one")
	s.tells("DropScope", err, []core.Code{core.CodeCorrupt}, name)
	s.untouched(env, "", "two", "three")
	if err != nil {
		s.untouched(env, "one")
	}
	if _, err := env.Scopes(s.ctx); err != nil {
		t.Errorf("Scopes gives %v", err)
	}
	s.must(env.Close())
}

// untouched checks that the bystander's scopes hold what they held, and that it can be written.
func (s *stored) untouched(env *core.Env, scopes ...string) {
	s.Helper()
	for _, scope := range scopes {
		if err := s.holds(env, bystander, scope); err != nil {
			s.Errorf("%v", err)
		}
	}
	db, err := core.OpenBytes(s.ctx, env, bystander)
	s.must(err)
	view := db.In(core.Named("new"))
	s.must(view.Put(s.ctx, keyAt(0), []byte("new")))
	if n, err := view.Clear(s.ctx); n != 1 || err != nil {
		s.Errorf("clearing a new scope gives %d, %v", n, err)
	}
}
