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
	handle     handle
	key, value codec.Wire
	forms      forms
	direct     bool // C may get values: they are stored as they are handed out, and keys so or as tuples
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
	_, err = v.register(kindDb, func(h handle) any {
		d.handle = h
		return d
	})
	*out = C.uintptr_t(d.handle)
	return finish(e, err)
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
		UnnamedDefault: bool(options.unnamed_default),
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
	d.forms = formsOf(d.raw.Kind(), key, value)
	d.direct = err == nil && d.value.Identity() && (d.raw.Kind() != core.KindTyped || key == codec.Auto)
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

//export goDbDescribe
func goDbDescribe(h C.uintptr_t, options *C.slmdb_db_options, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	d, err := lookup[*db](handle(h), kindDb)
	if err == nil {
		err = output("options", options)
	}
	if err == nil {
		err = checkSize("slmdb_db_options", options.struct_size, unsafe.Sizeof(*options))
	}
	if err != nil {
		return finish(e, err)
	}
	key, value := d.raw.Types()
	options.kind, options.layout = C.int32_t(d.raw.Kind()), C.int32_t(d.raw.Layout())
	options.key_type, options.value_type = C.int32_t(key), C.int32_t(value)
	options.must_exist, options.unnamed_default = true, C.bool(d.raw.UnnamedDefault())
	return 0
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

// toWrite is logical, in memory that is not the caller's: that may have been handed out by this very transaction, and its
// bytes may move while they are written elsewhere. So is stored.
func (d *db) toWrite(dst *[]byte, key unsafe.Pointer, length C.size_t) ([]byte, error) {
	logical, err := d.logical(dst, key, length)
	if err == nil && d.raw.Kind() != core.KindTyped {
		*dst = append((*dst)[:0], logical...)
		logical = *dst
	}
	return logical, err
}

// stored is what is stored of a value that the caller passed. It is appended to dst.
func (d *db) stored(dst *[]byte, value unsafe.Pointer, length C.size_t) ([]byte, error) {
	wire, err := input("a value", value, length, maxValue, core.CodeValueTooLarge)
	if err != nil {
		return nil, err
	}
	start := len(*dst)
	*dst, err = d.value.Encode(*dst, wire)
	return (*dst)[start:], err
}

const maxValue = 1<<31 - 1

// handOut makes stored bytes a result: where they are, or transcoded and lent.
func (c *call) handOut(w codec.Wire, stored []byte, scratch *[]byte, out *unsafe.Pointer, length *C.size_t) (err error) {
	if w.Identity() {
		*out, *length = unsafe.Pointer(unsafe.SliceData(stored)), C.size_t(len(stored))
		return nil
	}
	if *scratch, err = w.Decode((*scratch)[:0], stored); err == nil {
		*out, *length = c.txn.lend(*scratch), C.size_t(len(*scratch))
	}
	return err
}

// get finds a value as it is handed out: borrowed from the map, or in the transaction's scratch memory.
func (c *call) get(key unsafe.Pointer, length C.size_t) (value []byte, err error) {
	logical, err := c.db.logical(&c.txn.key, key, length)
	if err != nil {
		return nil, err
	}
	value, err = c.db.raw.Get(c.txn.core, c.scope, logical)
	if err != nil || c.db.value.Identity() {
		return value, err
	}
	c.txn.value, err = c.db.value.Decode(c.txn.value[:0], value)
	return c.txn.value, err
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
	logical, err := c.db.logical(&c.txn.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	found, err := c.db.raw.Get(c.txn.core, c.scope, logical)
	if err != nil {
		return finish(e, err)
	}
	c.remember(handle(s))
	return finish(e, c.handOut(c.db.value, found, &c.txn.value, value, valueLength))
}

//export goDbGetCopy
func goDbGetCopy(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, buffer unsafe.Pointer, capacity C.size_t, valueLength *C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("value_length", valueLength); err != nil {
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
	found, err := c.get(key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	c.remember(handle(s))
	*valueLength = C.size_t(len(found))
	if uint64(len(found)) > uint64(capacity) {
		return finish(e, fail(core.CodeBufferTooSmall, "the value has %d bytes, and the buffer has room for %d", len(found), uint64(capacity)))
	}
	if len(found) > 0 {
		copy(unsafe.Slice((*byte)(buffer), len(found)), found)
	}
	return 0
}

// enterWrite takes a transaction for a write of one entry: what was lent ends its life.
func enterWrite(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t) (c call, logical []byte, err error) {
	if c, err = enterCall(t, d, s); err != nil {
		return c, nil, err
	}
	if logical, err = c.db.toWrite(&c.txn.key, key, keyLength); err != nil {
		c.txn.leave()
		return c, nil, err
	}
	c.txn.value = c.txn.scratch()
	return c, logical, nil
}

// enterStore takes a transaction for a write of one entry with a value.
func enterStore(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t) (c call, logical, stored []byte, err error) {
	if c, logical, err = enterWrite(t, d, s, key, keyLength); err != nil {
		return c, nil, nil, err
	}
	if stored, err = c.db.stored(&c.txn.value, value, valueLength); err != nil {
		c.txn.leave()
		return c, nil, nil, err
	}
	c.txn.free()
	return c, logical, stored, nil
}

//export goDbPut
func goDbPut(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, logical, stored, err := enterStore(t, d, s, key, keyLength, value, valueLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	return finish(e, c.db.raw.Put(c.txn.core, c.scope, logical, stored))
}

//export goDbPutIfAbsent
func goDbPutIfAbsent(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, did *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, logical, stored, err := enterStore(t, d, s, key, keyLength, value, valueLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	err = c.db.raw.PutIfAbsent(c.txn.core, c.scope, logical, stored)
	absent := err == nil
	if err == core.ErrKeyExists {
		err = nil
	}
	if err == nil && did != nil {
		*did = C.bool(absent)
	}
	return finish(e, err)
}

//export goDbDelete
func goDbDelete(t, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, deleted *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	c, logical, err := enterWrite(t, d, s, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	defer c.txn.leave()
	c.txn.free()
	was, err := c.db.raw.Delete(c.txn.core, c.scope, logical)
	if err == nil && deleted != nil {
		*deleted = C.bool(was)
	}
	return finish(e, err)
}
