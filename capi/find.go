package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

//export goDbFind
func goDbFind(t, d, s C.uintptr_t, which C.int32_t, key unsafe.Pointer, keyLength C.size_t, foundKey *unsafe.Pointer, foundKeyLength *C.size_t, value *unsafe.Pointer, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if foundKey == nil || foundKeyLength == nil || value == nil || valueLength == nil {
		return finish(e, output[byte]("found_key, found_key_length, value or value_length", nil))
	}
	if which < C.SLMDB_FIRST || which > C.SLMDB_BEFORE {
		return finish(e, fail(core.CodeInvalidArgument, "which is %d: it must be from SLMDB_FIRST (%d) to SLMDB_BEFORE (%d)",
			int32(which), C.SLMDB_FIRST, C.SLMDB_BEFORE))
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	bounds := core.Bounds{Limit: 1, Reverse: which == C.SLMDB_LAST || which >= C.SLMDB_AT_OR_BEFORE}
	if which > C.SLMDB_LAST {
		logical, err := c.db.logical(&c.txn.key, key, keyLength)
		if err != nil {
			return finish(e, err)
		}
		if bounds.Reverse {
			bounds.Upper, bounds.UpperOpen = logical, which == C.SLMDB_BEFORE
		} else {
			bounds.Lower, bounds.LowerOpen = logical, which == C.SLMDB_AFTER
		}
	}
	entries, err := c.db.raw.Entries(c.txn.core, c.scope, bounds)
	if err != nil {
		return finish(e, err)
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	ok, err := entries.Next()
	if err == nil && !ok {
		err = core.ErrNotFound
	}
	if err != nil {
		return finish(e, err)
	}
	stored, err := entries.Value()
	if err == nil {
		err = c.handOut(c.db.key, entries.Key(), &c.txn.key, foundKey, foundKeyLength)
	}
	if err == nil {
		err = c.handOut(c.db.value, stored, &c.txn.value, value, valueLength)
	}
	return finish(e, err)
}
