package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Pages of keys and entries: what one call does for many of them.

// readKeys makes logical keys of a page. They live in the page, or in memory of their own.
func (d *db) readKeys(data unsafe.Pointer, length C.size_t) ([][]byte, error) {
	page, err := d.readPage(data, length, 1)
	if err != nil {
		return nil, err
	}
	var memory []byte
	keys := make([][]byte, page.Len())
	for i := range keys {
		if keys[i], err = page.Next(d.key, &memory); err != nil {
			return nil, fmt.Errorf("key %d of the page: %w", i, err)
		}
	}
	return keys, page.End()
}

// readEntries makes entries of a page. The page is copied, since its bytes may be those that a put moves (see toWrite).
func (d *db) readEntries(data unsafe.Pointer, length C.size_t) ([]core.RawEntry, error) {
	page, err := d.readPage(data, length, 2)
	if err != nil {
		return nil, err
	}
	var memory []byte
	entries := make([]core.RawEntry, page.Len()/2)
	for i := range entries {
		if entries[i].Key, err = page.Next(d.key, &memory); err != nil {
			return nil, fmt.Errorf("key %d of the page: %w", i, err)
		}
		if entries[i].Value, err = page.Next(d.value, &memory); err != nil {
			return nil, fmt.Errorf("value %d of the page: %w", i, err)
		}
	}
	return entries, page.End()
}

func (d *db) readPage(data unsafe.Pointer, length C.size_t, objects int) (page codec.Page, err error) {
	borrowed, err := input("a page", data, length, math.MaxInt, core.CodeInvalidArgument)
	if err != nil {
		return page, err
	}
	if objects == 2 {
		borrowed = bytes.Clone(borrowed)
	}
	if page, err = codec.ReadPage(borrowed); err == nil && page.Len()%objects != 0 {
		err = fail(core.CodeInvalidArgument, "a page of entries has %d objects: a key and a value each, so their number must be even", page.Len())
	}
	return page, err
}

//export goDbGetMany
func goDbGetMany(t, d, s C.uintptr_t, keys unsafe.Pointer, keysLength C.size_t, buffer unsafe.Pointer, capacity C.size_t, length *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("length", length); err != nil {
		return finish(e, err)
	}
	if err := checkBuffer(buffer, capacity); err != nil {
		return finish(e, err)
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	logical, err := c.db.readKeys(keys, keysLength)
	if err != nil {
		return finish(e, err)
	}
	values := make([][]byte, len(logical))
	if err := c.db.raw.GetMany(c.txn.core, c.scope, logical, values); err != nil {
		return finish(e, err)
	}
	room := page(buffer, capacity)
	filled, err := c.db.appendFound(room[:0], values)
	if err != nil {
		return finish(e, err)
	}
	*length = C.size_t(len(filled))
	if len(filled) > len(room) { // append has moved it to memory of Go's own
		return finish(e, fail(core.CodeBufferTooSmall, "the page of %d values has %d bytes, and the buffer has room for %d",
			len(values), len(filled), len(room)))
	}
	return 0
}

// appendFound appends the page that answers for values, nil where there is none.
func (d *db) appendFound(dst []byte, values [][]byte) (_ []byte, err error) {
	dst = binary.BigEndian.AppendUint32(append(dst, 0xdd), uint32(2*len(values)))
	for i, value := range values {
		if value == nil {
			dst = append(dst, 0xc2, 0xc0) // false, nil
			continue
		}
		if dst, err = d.value.AppendObject(append(dst, 0xc3), value); err != nil {
			return nil, fmt.Errorf("the value of key %d of the page: %w", i, err)
		}
	}
	return dst, nil
}

//export goDbPutMany
func goDbPutMany(t, d, s C.uintptr_t, entries unsafe.Pointer, entriesLength C.size_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	read, err := c.db.readEntries(entries, entriesLength)
	if err != nil {
		return finish(e, err)
	}
	c.txn.free()
	err = c.db.raw.PutMany(c.txn.core, c.scope, read)
	if err == nil && count != nil {
		*count = C.uint64_t(len(read))
	}
	return finish(e, err)
}

// checkBuffer refuses a caller's buffer that is none.
func checkBuffer(buffer unsafe.Pointer, capacity C.size_t) error {
	if buffer == nil && capacity != 0 {
		return fail(core.CodeInvalidArgument, "the buffer is NULL with a capacity of %d", uint64(capacity))
	}
	return nil
}

// page is the caller's buffer as a slice.
func page(buffer unsafe.Pointer, capacity C.size_t) []byte {
	if buffer == nil {
		return nil
	}
	return unsafe.Slice((*byte)(buffer), min(uint64(capacity), 1<<40))
}
