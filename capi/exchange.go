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

// The operations that look at the old value and write by it.

//export goDbReplace
func goDbReplace(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, old *unsafe.Pointer, oldLength *C.size_t, existed *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if old == nil || oldLength == nil || existed == nil {
		return finish(e, output[byte]("old, old_length or existed", nil))
	}
	c, logical, stored, err := enterStore(t, d, s, key, keyLength, value, valueLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	var lent loaned
	var was bool
	err = c.db.raw.Exchange(c.txn.core, c.scope, logical, func(found []byte, there bool) ([]byte, core.Exchange, error) {
		if was = there; there {
			if lent, err = c.keep(found); err != nil {
				return nil, core.Keep, err
			}
		}
		return stored, core.Store, nil
	})
	if err == nil {
		*old, *oldLength, *existed = lent.data, lent.length, C.bool(was)
	}
	return finish(e, err)
}

//export goDbPop
func goDbPop(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value *unsafe.Pointer, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if value == nil || valueLength == nil {
		return finish(e, output[byte]("value or value_length", nil))
	}
	c, logical, err := enterWrite(t, d, s, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	c.txn.free()
	var lent loaned
	err = c.db.raw.Exchange(c.txn.core, c.scope, logical, func(found []byte, there bool) (_ []byte, _ core.Exchange, err error) {
		if !there {
			return nil, core.Keep, core.ErrNotFound
		}
		lent, err = c.keep(found)
		return nil, core.Remove, err
	})
	if err == nil {
		*value, *valueLength = lent.data, lent.length
	}
	return finish(e, err)
}

//export goDbCompareAndSwap
func goDbCompareAndSwap(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, expected unsafe.Pointer, expectedLength C.size_t, value unsafe.Pointer, valueLength C.size_t, swapped *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, logical, err := enterWrite(t, d, s, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	old, err := c.db.stored(&c.txn.value, expected, expectedLength)
	if err != nil {
		return finish(e, err)
	}
	stored, err := c.db.stored(&c.txn.value, value, valueLength)
	if err != nil {
		return finish(e, err)
	}
	c.txn.free()
	did := false
	err = c.db.raw.Exchange(c.txn.core, c.scope, logical, func(found []byte, there bool) ([]byte, core.Exchange, error) {
		if did = there && bytes.Equal(found, old); !did {
			return nil, core.Keep, nil
		}
		return stored, core.Store, nil
	})
	if err == nil && swapped != nil {
		*swapped = C.bool(did)
	}
	return finish(e, err)
}

// loaned is memory that was lent to the caller.
type loaned struct {
	data   unsafe.Pointer
	length C.size_t
}

// keep lends a copy of a value that is about to be overwritten.
func (c *call) keep(stored []byte) (loaned, error) {
	if c.db.value.Identity() {
		return loaned{c.txn.lend(stored), C.size_t(len(stored))}, nil
	}
	decoded, err := c.db.value.Decode(nil, stored)
	if err != nil {
		return loaned{}, err
	}
	return loaned{c.txn.lend(decoded), C.size_t(len(decoded))}, nil
}
