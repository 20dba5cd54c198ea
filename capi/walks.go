package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"encoding/binary"
	"math"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// scan walks over the entries of a scope.
type scan struct {
	db               *db
	entries          *core.Entries
	noKeys, noValues bool
}

func (s *scan) next() (bool, error) { return s.entries.Next() }

func (s *scan) objects() int {
	if s.noKeys || s.noValues {
		return 1
	}
	return 2
}

func (s *scan) entry(scratch [2]*[]byte) (parts [2][]byte, stored [2]bool, err error) {
	if !s.noKeys {
		parts[0], stored[0], err = part(s.db.key, s.entries.Key(), scratch[0])
	}
	if err == nil && !s.noValues {
		if parts[1], err = s.entries.Value(); err == nil {
			parts[1], stored[1], err = part(s.db.value, parts[1], scratch[1])
		}
	}
	return parts, stored, err
}

// part is a key or a value as it is handed out: where it is stored, or made in scratch.
func part(w codec.Wire, is []byte, scratch *[]byte) (_ []byte, stored bool, err error) {
	if w.Identity() {
		return is, true, nil
	}
	*scratch, err = w.Decode((*scratch)[:0], is)
	return *scratch, false, err
}

func (s *scan) fill(p *pager) error {
	if filled, err := s.fillRaw(p); filled || err != nil {
		return err
	}
	forms := s.db.forms.without(s.noKeys, s.noValues)
	_, err := s.entries.Each(func(entries []core.RawEntry) (taken int, err error) {
		for i := p.addCommon(forms, entries); i < len(entries); i++ {
			if !p.takes() {
				return i, nil
			}
			filled := p.filled
			if !s.noKeys {
				if filled, err = s.db.key.AppendObject(filled, entries[i].Key); err != nil {
					return i, err
				}
			}
			if !s.noValues {
				if filled, err = s.db.value.AppendObject(filled, entries[i].Value); err != nil {
					return i, err
				}
			}
			if !p.add(filled) {
				return i, nil
			}
		}
		return len(entries), nil
	})
	return err
}

// fillRaw lets the engine write what a page has as bins; false if it cannot.
func (s *scan) fillRaw(p *pager) (bool, error) {
	kind := s.db.raw.Kind()
	if (!s.noKeys && kind == core.KindTyped) || (!s.noValues && kind != core.KindBytes) {
		return false, nil
	}
	most := p.most
	if most == 0 {
		most = math.MaxUint64
	}
	filled, ok, err := s.entries.Fill(p.room[len(p.filled):], most, core.Parts{Key: !s.noKeys, Value: !s.noValues})
	if !ok || err != nil {
		return ok, err
	}
	p.filled = p.room[:len(p.filled)+filled.Bytes]
	p.count, p.more = filled.Entries, filled.More
	if filled.Need > 0 {
		p.need = len(p.filled) + filled.Need
	}
	return true, nil
}

// list walks over rows that were read when it was opened.
type list struct {
	rows []row
	at   int // how many have been walked over
}

// row is a name and what is said of it, as slmdb_cursor_next hands it out and as an object of a page.
type row struct {
	name         string
	said, object []byte
}

func (l *list) next() (bool, error) {
	if l.at == len(l.rows) {
		return false, nil
	}
	l.at++
	return true, nil
}

func (l *list) objects() int { return 2 }

func (l *list) entry([2]*[]byte) (parts [2][]byte, stored [2]bool, err error) {
	r := l.rows[l.at-1]
	return [2][]byte{[]byte(r.name), r.said}, stored, nil
}

func (l *list) fill(p *pager) error {
	for ; l.at < len(l.rows) && p.takes(); l.at++ {
		r := l.rows[l.at]
		name, err := msgpack.Marshal(r.name)
		if err != nil {
			return err
		}
		if !p.add(append(append(p.filled, name...), r.object...)) {
			break
		}
	}
	return nil
}

// openList opens a cursor over rows.
func openList(h C.uintptr_t, out *C.uintptr_t, rows func(*core.Txn) ([]row, error)) error {
	if err := output("cursor", out); err != nil {
		return err
	}
	t, err := enter(handle(h))
	if err != nil {
		return err
	}
	defer t.leave()
	found, err := rows(t.core)
	if err != nil {
		return err
	}
	return openCursor(t, &list{rows: found}, out)
}

//export goRegistryList
func goRegistryList(h C.uintptr_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, openList(h, out, func(t *core.Txn) ([]row, error) {
		scopes, err := t.Scopes()
		rows := make([]row, len(scopes))
		for i, info := range scopes {
			rows[i] = row{name: info.Name, said: binary.LittleEndian.AppendUint32(nil, info.ID)}
			if rows[i].object, err = msgpack.Marshal(info.ID); err != nil {
				return nil, err
			}
		}
		return rows, err
	}))
}

// described is what a list says of a database.
type described struct {
	Kind    int    `msgpack:"kind"`
	Layout  int    `msgpack:"layout"`
	Key     int    `msgpack:"key_type"`
	Value   int    `msgpack:"value_type"`
	Unnamed bool   `msgpack:"unnamed_default"`
	Entries uint64 `msgpack:"entries"`
}

func describe(info core.DatabaseInfo) described {
	return described{int(info.Kind), int(info.Layout), int(info.Key), int(info.Value), info.UnnamedDefault, info.Entries}
}

//export goDbList
func goDbList(h C.uintptr_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, openList(h, out, func(t *core.Txn) ([]row, error) {
		infos, err := t.Databases()
		rows := make([]row, len(infos))
		for i, info := range infos {
			rows[i].name = info.Name
			if rows[i].object, err = msgpack.Marshal(describe(info)); err != nil {
				return nil, err
			}
			rows[i].said = rows[i].object
		}
		return rows, err
	}))
}
