package main

/*
#include <stdlib.h>
#include "slmdb.h"
*/
import "C"

import (
	"encoding/binary"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// cursor is what a cursor's handle stands for: a walk, and C memory for what it hands out.
type cursor struct {
	txn    *txn
	handle handle
	walk   walk
	lent   [2]loan // key and value of the entry that slmdb_cursor_next moved to
}

// walk is over the entries of a scope, or over the registry.
type walk interface {
	// next moves on; false at the end.
	next() (bool, error)
	// entry is the entry as slmdb_cursor_next hands it out. Bytes that are not stored like this are made in scratch, and
	// must be copied.
	entry(scratch [2]*[]byte) (parts [2][]byte, stored [2]bool, err error)
	// fill moves over as many entries as the page takes.
	fill(p *pager) error
	// objects is how many MessagePack objects an entry is in a page.
	objects() int
}

// loan is C memory that is used again and again.
type loan struct {
	memory unsafe.Pointer
	size   int
}

func (l *loan) copy(b []byte) unsafe.Pointer {
	if need := len(b) + 1; need > l.size { // never of no bytes: there is always a pointer to hand out
		l.memory, l.size = C.realloc(l.memory, C.size_t(2*need)), 2*need
	}
	copy(unsafe.Slice((*byte)(l.memory), l.size), b)
	return l.memory
}

func (c *cursor) free() {
	for i := range c.lent {
		C.free(c.lent[i].memory)
		c.lent[i] = loan{}
	}
}

// openCursor gives a walk a handle that ends with its transaction.
func openCursor(t *txn, w walk, out *C.uintptr_t) error {
	c := &cursor{txn: t, walk: w}
	var err error
	if c.handle, err = register(kindCursor, c); err != nil {
		return err
	}
	if t.cursors == nil {
		t.cursors = make(map[*cursor]struct{})
	}
	t.cursors[c] = struct{}{}
	*out = C.uintptr_t(c.handle)
	return nil
}

// enterCursor finds a cursor and takes its transaction for one call.
func enterCursor(h handle) (*cursor, error) {
	c, err := lookup[*cursor](h, kindCursor)
	if err != nil {
		return nil, err
	}
	if err := c.txn.enter(); err != nil {
		return nil, err
	}
	if _, err := find(h, kindCursor); err != nil { // closed by whoever had the transaction before
		c.txn.leave()
		return nil, err
	}
	if c.txn.child.Load() != nil { // a list does not ask the core, which would say so
		c.txn.leave()
		return nil, fail(core.CodeInUse, "a child of the cursor's transaction is open: commit or abort it first")
	}
	return c, nil
}

//export goCursorOpen
func goCursorOpen(t, d, s C.uintptr_t, r *C.slmdb_range, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("cursor", out); err != nil {
		return finish(e, err)
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	bounds, err := c.db.bounds(r)
	if err != nil {
		return finish(e, err)
	}
	entries, err := c.db.raw.Entries(c.txn.core, c.scope, bounds)
	if err != nil {
		return finish(e, err)
	}
	w := &scan{db: c.db, entries: entries}
	if r != nil {
		w.noKeys, w.noValues = r.flags&C.SLMDB_RANGE_VALUES_ONLY != 0, r.flags&C.SLMDB_RANGE_KEYS_ONLY != 0
	}
	if err := openCursor(c.txn, w, out); err != nil {
		_ = entries.Close()
		return finish(e, err)
	}
	return 0
}

const (
	boundFlags = C.SLMDB_RANGE_LOWER | C.SLMDB_RANGE_LOWER_EXCLUSIVE | C.SLMDB_RANGE_UPPER | C.SLMDB_RANGE_UPPER_EXCLUSIVE
	partFlags  = C.SLMDB_RANGE_KEYS_ONLY | C.SLMDB_RANGE_VALUES_ONLY
	rangeFlags = boundFlags | partFlags | C.SLMDB_RANGE_REVERSE | C.SLMDB_RANGE_PREFIX
)

func (d *db) bounds(r *C.slmdb_range) (b core.Bounds, err error) {
	if r == nil {
		return b, nil
	}
	if err := checkSize("slmdb_range", r.struct_size, unsafe.Sizeof(*r)); err != nil {
		return b, err
	}
	if unknown := r.flags &^ rangeFlags; unknown != 0 {
		return b, fail(core.CodeInvalidArgument, "slmdb_range.flags has unknown bits %#x", uint32(unknown))
	}
	if r.flags&partFlags == partFlags {
		return b, fail(core.CodeInvalidArgument, "slmdb_range.flags says keys only and values only: one of them, or none for both")
	}
	lower, upper := []byte{}, []byte{} // never nil, which is no bound: the empty text is one
	if r.flags&C.SLMDB_RANGE_PREFIX != 0 {
		return d.prefix(r)
	}
	if r.flags&C.SLMDB_RANGE_LOWER != 0 {
		if b.Lower, err = d.logical(&lower, r.lower, r.lower_length); err != nil {
			return b, err
		}
	}
	if r.flags&C.SLMDB_RANGE_UPPER != 0 {
		if b.Upper, err = d.logical(&upper, r.upper, r.upper_length); err != nil {
			return b, err
		}
	}
	b.LowerOpen = r.flags&C.SLMDB_RANGE_LOWER_EXCLUSIVE != 0
	b.UpperOpen = r.flags&C.SLMDB_RANGE_UPPER_EXCLUSIVE != 0
	b.Reverse = r.flags&C.SLMDB_RANGE_REVERSE != 0
	b.Limit = uint64(r.limit)
	return b, nil
}

func (d *db) prefix(r *C.slmdb_range) (b core.Bounds, err error) {
	if r.flags&boundFlags != 0 {
		return b, fail(core.CodeInvalidArgument, "slmdb_range.flags has a prefix and bounds %#x: it must be one of them", uint32(r.flags&boundFlags))
	}
	memory := []byte{}
	logical, err := d.logical(&memory, r.lower, r.lower_length)
	if err == nil {
		b, err = d.raw.PrefixBounds(logical)
	}
	b.Reverse = r.flags&C.SLMDB_RANGE_REVERSE != 0
	b.Limit = uint64(r.limit)
	return b, err
}

//export goCursorSeek
func goCursorSeek(h C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCursor(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	s, ok := c.walk.(*scan)
	if !ok {
		return finish(e, fail(core.CodeInvalidArgument, "a list's cursor cannot seek: only that of a scope's entries can"))
	}
	logical, err := s.db.logical(&c.txn.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	return finish(e, s.entries.Seek(logical))
}

//export goCursorNext
func goCursorNext(h C.uintptr_t, key *unsafe.Pointer, keyLength *C.size_t, value *unsafe.Pointer, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if key == nil || keyLength == nil || value == nil || valueLength == nil {
		return finish(e, output[byte]("key, key_length, value or value_length", nil))
	}
	c, err := enterCursor(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	ok, err := c.walk.next()
	if err == nil && !ok {
		err = core.ErrNotFound
	}
	if err != nil {
		return finish(e, err)
	}
	scratch := [2]*[]byte{&c.txn.key, &c.txn.value}
	parts, stored, err := c.walk.entry(scratch)
	if err != nil {
		return finish(e, err)
	}
	for i, out := range [...]*unsafe.Pointer{key, value} {
		if stored[i] || parts[i] == nil {
			*out = unsafe.Pointer(unsafe.SliceData(parts[i]))
		} else {
			*out = c.lent[i].copy(parts[i])
		}
	}
	*keyLength, *valueLength = C.size_t(len(parts[0])), C.size_t(len(parts[1]))
	return 0
}

// pageHead is the head of a page: MessagePack's array 32, the number of its objects big-endian.
const pageHead = 5

//export goCursorPage
func goCursorPage(h C.uintptr_t, buffer unsafe.Pointer, capacity, most C.size_t, length *C.size_t, more *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if length == nil || more == nil {
		return finish(e, output[byte]("length or more", nil))
	}
	if err := checkBuffer(buffer, capacity); err != nil {
		return finish(e, err)
	}
	c, err := enterCursor(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	if capacity < pageHead {
		n, _, err := c.page(make([]byte, pageHead), uint64(most)) // which says what the next entry needs
		if err == nil {
			err = fail(core.CodeBufferTooSmall, "a page has at least %d bytes, and the buffer has room for %d", pageHead, uint64(capacity))
		}
		*length = C.size_t(n)
		return finish(e, err)
	}
	n, on, err := c.page(page(buffer, capacity), uint64(most))
	*length, *more = C.size_t(n), C.bool(on)
	return finish(e, err)
}

// page fills a page and says its length, or the length that is needed, and whether there are entries left.
func (c *cursor) page(room []byte, most uint64) (length int, more bool, err error) {
	p := pager{room: room, filled: room[:pageHead], most: most}
	if err := c.walk.fill(&p); err != nil {
		return 0, false, err
	}
	if p.count == 0 && p.need > 0 {
		return p.need, true, fail(core.CodeBufferTooSmall, "a page with the next entry has %d bytes, and the buffer has room for %d",
			p.need, len(room))
	}
	room[0] = 0xdd
	binary.BigEndian.PutUint32(room[1:], uint32(p.count*uint64(c.walk.objects())))
	return len(p.filled), p.more, nil
}

// pager is a page that is being filled.
type pager struct {
	room, filled []byte
	count, most  uint64
	more         bool // there was an entry that it did not take
	need         int  // how long it would have become with that one
}

// takes says whether the page takes one more entry.
func (p *pager) takes() bool {
	p.more = p.most != 0 && p.count == p.most
	return !p.more
}

// add takes the page with one more entry, unless it is too long: then append has moved it to memory of Go's own.
func (p *pager) add(filled []byte) bool {
	if p.more = len(filled) > len(p.room); p.more {
		p.need = len(filled)
		return false
	}
	p.filled = filled
	p.count++
	return true
}

//export goCursorClose
func goCursorClose(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCursor(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	if s, ok := c.walk.(*scan); ok {
		if err := s.entries.Close(); err != nil {
			return finish(e, err)
		}
	}
	release(c.handle)
	delete(c.txn.cursors, c)
	c.free()
	return 0
}
