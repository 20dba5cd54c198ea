package main

/*
#cgo noescape slm_pack
#cgo nocallback slm_pack
#include "pack.h"
#include "slmdb.h"
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Pages of keys and entries: what one call does for many of them.

// readKeys makes logical keys of a page. They live in the page, or in memory of their own.
func (d *db) readKeys(data unsafe.Pointer, length C.size_t) ([][]byte, error) {
	page, err := readPage(data, length, codec.ReadPage)
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

func readPage(data unsafe.Pointer, length C.size_t, read func([]byte) (codec.Page, error)) (page codec.Page, err error) {
	borrowed, err := input("a page", data, length, math.MaxInt, core.CodeInvalidArgument)
	if err == nil {
		page, err = read(borrowed)
	}
	return page, err
}

// readEntries hands the entries of a page to take, one after the other, and says how many there are. They live as long as
// the page does, or with reuse until take returns.
func (d *db) readEntries(page codec.Page, reuse bool, take func(key, value []byte) error) (count int, err error) {
	var keys, values []byte // memory for what is not stored as it is in the page
	for ; page.Len() > 0; count++ {
		if reuse {
			keys, values = keys[:0], values[:0]
		}
		key, err := page.Next(d.key, &keys)
		if err != nil {
			return count, fmt.Errorf("key %d of the page: %w", count, err)
		}
		value, err := page.Next(d.value, &values)
		if err != nil {
			return count, fmt.Errorf("value %d of the page: %w", count, err)
		}
		if err := take(key, value); err != nil {
			return count, err
		}
	}
	return count, page.End()
}

func entriesPage(data unsafe.Pointer, length C.size_t) (codec.Page, error) {
	page, err := readPage(data, length, codec.ReadEntries)
	if err == nil && page.Len()%2 != 0 {
		err = fail(core.CodeInvalidArgument, "a page of entries has %d objects: a key and a value each, so their number must be even", page.Len())
	}
	return page, err
}

// pack packs the entries of a page as core.AppendPacked does, in memory that is not the caller's: that may have been
// handed out by this very transaction, and a put moves its bytes.
func (d *db) pack(memory []byte, data unsafe.Pointer, length C.size_t) (packed []byte, count int, err error) {
	page, err := entriesPage(data, length)
	if err != nil {
		return memory, 0, err
	}
	rest, count := page.Rest(), page.Len()/2
	memory = slices.Grow(memory[:0], len(rest)+4*count+1)
	if count > 0 && d.raw.Kind() == core.KindBytes {
		n := C.slm_pack(unsafe.Pointer(unsafe.SliceData(rest)), C.size_t(len(rest)), C.size_t(count),
			(*C.char)(unsafe.Pointer(unsafe.SliceData(memory))))
		if n > 0 {
			return memory[:n], count, nil
		}
	}
	count, err = d.readEntries(page, true, func(key, value []byte) error { // which says what is wrong
		memory = core.AppendPacked(memory, key, value)
		return nil
	})
	return memory, count, err
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
	c.remember(handle(s))
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

// maxPacked is how much memory for packed entries is kept from one call to the next, in bytes.
const maxPacked = 4 << 20

//export goDbPutMany
func goDbPutMany(t, d, s C.uintptr_t, entries unsafe.Pointer, entriesLength C.size_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	var n int
	if c.txn.packed, n, err = c.db.pack(c.txn.packed, entries, entriesLength); err != nil {
		return finish(e, err)
	}
	c.txn.free()
	err = c.db.raw.PutPacked(c.txn.core, c.scope, c.txn.packed, n)
	if cap(c.txn.packed) > maxPacked {
		c.txn.packed = nil
	}
	if err == nil && count != nil {
		*count = C.uint64_t(n)
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
