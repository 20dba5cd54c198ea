package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"encoding/binary"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// scan walks over the entries of a scope.
type scan struct {
	db      *db
	entries *core.Entries
}

func (s *scan) next() (bool, error) { return s.entries.Next() }
func (s *scan) again()              { s.entries.Again() }

func (s *scan) entry(scratch [2]*[]byte) (parts [2][]byte, stored [2]bool, err error) {
	parts[0] = s.entries.Key()
	if parts[1], err = s.entries.Value(); err != nil {
		return parts, stored, err
	}
	for i, wire := range [...]codec.Wire{s.db.key, s.db.value} {
		if stored[i] = wire.Identity(); !stored[i] {
			if *scratch[i], err = wire.Decode((*scratch[i])[:0], parts[i]); err != nil {
				return parts, stored, err
			}
			parts[i] = *scratch[i]
		}
	}
	return parts, stored, nil
}

func (s *scan) appendEntry(page []byte) ([]byte, error) {
	value, err := s.entries.Value()
	if err != nil {
		return nil, err
	}
	if page, err = s.db.key.AppendObject(page, s.entries.Key()); err != nil {
		return nil, err
	}
	return s.db.value.AppendObject(page, value)
}

// list walks over the registered scopes.
type list struct {
	scopes []core.ScopeInfo
	at     int // how many have been walked over
}

func (l *list) next() (bool, error) {
	if l.at == len(l.scopes) {
		return false, nil
	}
	l.at++
	return true, nil
}

func (l *list) again() { l.at-- }

func (l *list) entry([2]*[]byte) (parts [2][]byte, stored [2]bool, err error) {
	info := l.scopes[l.at-1]
	return [2][]byte{[]byte(info.Name), binary.LittleEndian.AppendUint32(nil, info.ID)}, stored, nil
}

func (l *list) appendEntry(page []byte) ([]byte, error) {
	info := l.scopes[l.at-1]
	for _, part := range [...]any{info.Name, info.ID} {
		object, err := msgpack.Marshal(part)
		if err != nil {
			return nil, err
		}
		page = append(page, object...)
	}
	return page, nil
}

//export goRegistryList
func goRegistryList(h C.uintptr_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("cursor", out); err != nil {
		return finish(e, err)
	}
	t, err := enter(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer t.leave()
	scopes, err := t.core.Scopes()
	if err != nil {
		return finish(e, err)
	}
	return finish(e, openCursor(t, &list{scopes: scopes}, out))
}
