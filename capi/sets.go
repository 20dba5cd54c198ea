package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"bytes"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// What is asked of a key, a scope or a range without handing out entries, and what deletes many.

//export goDbContains
func goDbContains(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, contains *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("contains", contains); err != nil {
		return finish(e, err)
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	logical, err := c.db.logical(&c.txn.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	_, err = c.db.raw.Get(c.txn.core, c.scope, logical)
	if err == nil || err == core.ErrNotFound {
		*contains = err == nil
		err = nil
	}
	return finish(e, err)
}

//export goDbIsEmpty
func goDbIsEmpty(t, d, s C.uintptr_t, empty *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("empty", empty); err != nil {
		return finish(e, err)
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	is, err := c.db.raw.IsEmpty(c.txn.core, c.scope)
	if err == nil {
		*empty = C.bool(is)
	}
	return finish(e, err)
}

//export goDbCount
func goDbCount(t, d, s C.uintptr_t, r *C.slmdb_range, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("count", count); err != nil {
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
	n, err := c.db.raw.Count(c.txn.core, c.scope, bounds)
	if err == nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}

//export goDbStat
func goDbStat(t, d, s C.uintptr_t, stats *C.slmdb_db_stats, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	err := output("stats", stats)
	if err == nil {
		err = checkSize("slmdb_db_stats", stats.struct_size, unsafe.Sizeof(*stats))
	}
	if err != nil {
		return finish(e, err)
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	measured, err := c.db.raw.Stats(c.txn.core, c.scope)
	if err == nil {
		stats.entries = C.uint64_t(measured.Entries)
		stats.key_bytes = C.uint64_t(measured.KeyBytes)
		stats.value_bytes = C.uint64_t(measured.ValueBytes)
	}
	return finish(e, err)
}

//export goDbDeleteRange
func goDbDeleteRange(t, d, s C.uintptr_t, r *C.slmdb_range, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	bounds, err := c.db.bounds(r)
	if err != nil {
		return finish(e, err)
	}
	// A walk copies its bounds; this does not, and they may have been handed out by this transaction.
	bounds.Lower, bounds.Upper = bytes.Clone(bounds.Lower), bytes.Clone(bounds.Upper)
	c.txn.free()
	n, err := c.db.raw.DeleteRange(c.txn.core, c.scope, bounds)
	if err == nil && count != nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}

//export goDbClear
func goDbClear(t, d, s C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	return goDbDeleteRange(t, d, s, nil, count, e)
}
