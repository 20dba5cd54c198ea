package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"context"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// db is what a database's handle stands for: a database below its codecs, and how its keys and values cross the ABI.
type db struct {
	raw        *core.Raw
	env        *env
	key, value codec.Wire
}

// maxWireKey bounds a key as it crosses the ABI. Its MessagePack may be longer than what is stored of it, never by much.
const maxWireKey = 1 << 16

//export goDbOpen
func goDbOpen(h C.uintptr_t, name *C.char, nameLength C.size_t, options *C.slmdb_db_options, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err == nil {
		err = output("db", out)
	}
	if err != nil {
		return finish(e, err)
	}
	spec, err := dbSpec(name, nameLength, options)
	if err != nil {
		return finish(e, err)
	}
	d := &db{env: v}
	if d.raw, err = v.core.OpenRaw(context.Background(), spec); err != nil {
		return finish(e, err)
	}
	if err := d.setWires(); err != nil {
		return finish(e, err)
	}
	opened, err := register(kindDb, d)
	if err != nil {
		return finish(e, err)
	}
	if !v.adopt(opened) {
		release(opened)
		return finish(e, fail(core.CodeClosed, "the environment has been closed"))
	}
	*out = C.uintptr_t(opened)
	return 0
}

func dbSpec(name *C.char, nameLength C.size_t, options *C.slmdb_db_options) (spec core.Spec, err error) {
	text, err := input("a database's name", unsafe.Pointer(name), nameLength, core.MaxDatabaseName, core.CodeInvalidName)
	if err != nil {
		return spec, err
	}
	if options == nil {
		return spec, fail(core.CodeInvalidArgument, "options are NULL: they must say the database's kind")
	}
	if err := checkSize("slmdb_db_options", options.struct_size, unsafe.Sizeof(*options)); err != nil {
		return spec, err
	}
	for _, number := range [...]struct {
		what string
		is   C.int32_t
		last C.int32_t
	}{
		{"kind", options.kind, C.SLMDB_BYTES}, {"layout", options.layout, C.SLMDB_LAYOUT_HEED},
		{"key_type", options.key_type, C.SLMDB_TYPE_BOOL}, {"value_type", options.value_type, C.SLMDB_TYPE_BOOL},
	} {
		if number.is < 0 || number.is > number.last {
			return spec, fail(core.CodeInvalidArgument, "slmdb_db_options.%s is %d: it must be from 0 to %d", number.what, int32(number.is), int32(number.last))
		}
	}
	return core.Spec{
		Name: string(text), Kind: core.Kind(options.kind), Layout: core.Layout(options.layout),
		Key: codec.Type(options.key_type), Value: codec.Type(options.value_type), MustExist: bool(options.must_exist),
	}, nil
}

// setWires chooses how keys and values cross the ABI.
func (d *db) setWires() (err error) {
	key, value := d.raw.Types()
	d.key, d.value = codec.RawWire(), codec.RawWire()
	if d.raw.Kind() == core.KindTyped {
		d.key = codec.TupleKeyWire()
		if key != codec.Auto {
			if d.key, err = codec.BincodeKeyWire(key); err != nil {
				return err
			}
		}
	}
	if d.raw.Kind() != core.KindBytes {
		d.value = codec.MsgpackValueWire()
		if value != codec.Auto {
			d.value, err = codec.BincodeValueWire(value)
		}
	}
	return err
}

//export goDbClose
func goDbClose(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	d, err := lookup[*db](handle(h), kindDb)
	if err != nil {
		return finish(e, err)
	}
	d.env.disown(handle(h))
	return finish(e, releaseOnce(handle(h), kindDb))
}

// call is what the functions on entries have in common: a transaction, taken for the call, a database and a scope.
type call struct {
	txn   *txn
	db    *db
	scope core.Scope
}

func enterCall(txnHandle, dbHandle, scopeHandle C.uintptr_t) (c call, err error) {
	if c.db, err = lookup[*db](handle(dbHandle), kindDb); err != nil {
		return c, err
	}
	if c.scope, err = scopeOf(handle(scopeHandle)); err != nil {
		return c, err
	}
	t, err := enter(handle(txnHandle))
	if err != nil {
		return c, err
	}
	c.txn = t
	return c, nil
}

// logical is the logical key of what the caller passed. It lives until the next call with the transaction.
func (d *db) logical(dst *[]byte, key unsafe.Pointer, length C.size_t) ([]byte, error) {
	wire, err := input("a key", key, length, maxWireKey, core.CodeKeyTooLong)
	if err != nil || d.raw.Kind() != core.KindTyped {
		return wire, err
	}
	*dst, err = d.key.Encode((*dst)[:0], wire)
	return *dst, err
}

// get finds a value as it is handed out: borrowed from the map, or in the transaction's scratch memory.
func (c *call) get(key unsafe.Pointer, length C.size_t) (value []byte, stored bool, err error) {
	logical, err := c.db.logical(&c.txn.key, key, length)
	if err != nil {
		return nil, false, err
	}
	value, err = c.db.raw.Get(c.txn.core, c.scope, logical)
	if err != nil || c.db.value.Identity() {
		return value, true, err
	}
	c.txn.value, err = c.db.value.Decode(c.txn.value[:0], value)
	return c.txn.value, false, err
}

//export goDbGet
func goDbGet(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value *unsafe.Pointer, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if value == nil || valueLength == nil {
		return finish(e, output[byte]("value or value_length", nil))
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	found, stored, err := c.get(key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	if stored {
		*value = unsafe.Pointer(unsafe.SliceData(found))
	} else {
		*value = c.txn.lend(found)
	}
	*valueLength = C.size_t(len(found))
	return 0
}

//export goDbGetCopy
func goDbGetCopy(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, buffer unsafe.Pointer, capacity C.size_t, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("value_length", valueLength); err != nil {
		return finish(e, err)
	}
	if buffer == nil && capacity != 0 {
		return finish(e, fail(core.CodeInvalidArgument, "the buffer is NULL with a capacity of %d", uint64(capacity)))
	}
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	found, _, err := c.get(key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	*valueLength = C.size_t(len(found))
	if uint64(len(found)) > uint64(capacity) {
		return finish(e, fail(core.CodeBufferTooSmall, "the value has %d bytes, and the buffer has room for %d", len(found), uint64(capacity)))
	}
	if len(found) > 0 {
		copy(unsafe.Slice((*byte)(buffer), len(found)), found)
	}
	return 0
}

//export goDbPut
func goDbPut(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	logical, err := c.db.logical(&c.txn.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	wire, err := input("a value", value, valueLength, 1<<31-1, core.CodeValueTooLarge)
	if err == nil && c.db.raw.Kind() != core.KindBytes {
		c.txn.value, err = c.db.value.Encode(c.txn.value[:0], wire)
		wire = c.txn.value
	}
	if err != nil {
		return finish(e, err)
	}
	c.txn.free()
	return finish(e, c.db.raw.Put(c.txn.core, c.scope, logical, wire))
}

//export goDbDelete
func goDbDelete(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, deleted *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	logical, err := c.db.logical(&c.txn.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	c.txn.free()
	was, err := c.db.raw.Delete(c.txn.core, c.scope, logical)
	if err == nil && deleted != nil {
		*deleted = C.bool(was)
	}
	return finish(e, err)
}

//export goDbClear
func goDbClear(t, d, s C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, err := enterCall(t, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	c.txn.free()
	n, err := c.db.raw.Clear(c.txn.core, c.scope)
	if err == nil && count != nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}
