package lmdb

/*
#cgo CFLAGS: -std=c11 -O2 -Wall -Wextra
#cgo nocallback slm_thread
#cgo noescape slm_get
#cgo nocallback slm_get
#cgo noescape slm_put
#cgo nocallback slm_put
#cgo noescape slm_del
#cgo nocallback slm_del
#cgo noescape slm_cursor_open
#cgo nocallback slm_cursor_open
#cgo noescape slm_cursor_next
#cgo nocallback slm_cursor_next
#cgo noescape slm_cursor_seek
#cgo nocallback slm_cursor_seek
#cgo noescape slm_cursor_count
#cgo nocallback slm_cursor_count
#cgo noescape slm_cursor_delete
#cgo nocallback slm_cursor_delete
#include "native.h"
*/
import "C"

import (
	"reflect"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// maxKey is the longest key that LMDB stores, in bytes.
const maxKey = C.SLM_MAX_KEY

// rawTxn is LMDB's own MDB_txn pointer, kept as a number: it is C memory that the binding owns.
type rawTxn uintptr

// txnPointer is where in the binding's Txn LMDB's own pointer is.
var txnPointer = findTxnPointer()

// findTxnPointer checks at start-up what this package assumes of the binding and of LMDB's numbers.
func findTxnPointer() uintptr {
	field, ok := reflect.TypeFor[apiTxn]().FieldByName("_txn")
	if !ok || field.Type.Kind() != reflect.Pointer {
		panic("engine/lmdb: " + binding + " has no field Txn._txn; this version of it cannot be used")
	}
	if opFirst != 0 || opLast != 6 || opNext != 8 || opPrev != 12 || opSetRange != 17 || errnoNotFound != -30798 {
		panic("engine/lmdb: " + binding + " numbers LMDB's operations otherwise than native.c does")
	}
	return field.Offset
}

func rawOf(t *apiTxn) rawTxn {
	return rawTxn(*(*uintptr)(unsafe.Add(unsafe.Pointer(t), txnPointer)))
}

// thread is the calling thread, as a number that no other living thread has.
func thread() uint64 { return uint64(C.slm_thread()) }

// blockPipeSignal keeps SIGPIPE from the calling thread, to which the goroutine must be wired, until restore.
func blockPipeSignal() (restore func()) {
	if C.slm_block_pipe_signal() == 0 {
		return func() {}
	}
	return func() { C.slm_allow_pipe_signal() }
}

func bytesArg(b []byte) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(b))), C.size_t(len(b))
}

func placeArgs(at engine.Place) (dbi C.uint, partition C.uint32_t, scoped C.int) {
	if at.Scoped {
		scoped = 1
	}
	return C.uint(at.Table.(*table).dbi), *(*C.uint32_t)(unsafe.Pointer(&at.Partition)), scoped
}

// borrow makes a slice of LMDB's memory.
func borrow(s *C.slm_slice) []byte {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&s.data))
	return unsafe.Slice((*byte)(p), int(s.size))
}

func nativeGet(t rawTxn, at engine.Place, key []byte) ([]byte, int) {
	var value C.slm_slice
	dbi, partition, scoped := placeArgs(at)
	k, kn := bytesArg(key)
	rc := C.slm_get(C.uintptr_t(t), dbi, partition, scoped, k, kn, &value)
	if rc != 0 {
		return nil, int(rc)
	}
	return borrow(&value), 0
}

func nativePut(t rawTxn, at engine.Place, key, value []byte, flags uint) int {
	dbi, partition, scoped := placeArgs(at)
	k, kn := bytesArg(key)
	v, vn := bytesArg(value)
	return int(C.slm_put(C.uintptr_t(t), dbi, partition, scoped, k, kn, v, vn, C.uint(flags)))
}

func nativeDel(t rawTxn, at engine.Place, key []byte) int {
	dbi, partition, scoped := placeArgs(at)
	k, kn := bytesArg(key)
	return int(C.slm_del(C.uintptr_t(t), dbi, partition, scoped, k, kn))
}

// rawCursor is a cursor of native.c.
type rawCursor uintptr

func nativeCursorOpen(t rawTxn, at engine.Place, r engine.Range) (rawCursor, int) {
	var c C.uintptr_t
	var flags C.uint
	for _, f := range [...]struct {
		set bool
		bit C.uint
	}{
		{r.From != nil, C.SLM_HAS_FROM}, {r.To != nil, C.SLM_HAS_TO},
		{r.FromOpen, C.SLM_FROM_OPEN}, {r.ToOpen, C.SLM_TO_OPEN}, {r.Reverse, C.SLM_REVERSE},
	} {
		if f.set {
			flags |= f.bit
		}
	}
	dbi, partition, scoped := placeArgs(at)
	from, fromN := bytesArg(r.From)
	to, toN := bytesArg(r.To)
	rc := C.slm_cursor_open(C.uintptr_t(t), dbi, partition, scoped, from, fromN, to, toN, flags, &c)
	return rawCursor(c), int(rc)
}

// batch is how many entries cross from C to Go in one call at the most.
const batch = 64

// rawEntries is memory that native.c fills.
type rawEntries [batch]C.slm_entry

func (c rawCursor) next(raw *rawEntries, entries []engine.Entry) (int, int) {
	var n C.size_t
	most := min(len(entries), batch)
	rc := C.slm_cursor_next(C.uintptr_t(c), &raw[0], C.size_t(most), &n)
	for i := range entries[:int(n)] {
		entries[i] = engine.Entry{Key: borrow(&raw[i].key), Value: borrow(&raw[i].value)}
	}
	return int(n), int(rc)
}

func (c rawCursor) seek(key []byte, after bool) {
	var a C.int
	if after {
		a = 1
	}
	k, kn := bytesArg(key)
	C.slm_cursor_seek(C.uintptr_t(c), k, kn, a)
}

func (c rawCursor) count() (uint64, int) {
	var n C.uint64_t
	rc := C.slm_cursor_count(C.uintptr_t(c), &n)
	return uint64(n), int(rc)
}

func (c rawCursor) delete() (uint64, int) {
	var n C.uint64_t
	rc := C.slm_cursor_delete(C.uintptr_t(c), &n)
	return uint64(n), int(rc)
}

func (c rawCursor) close() {
	C.slm_cursor_close(C.uintptr_t(c))
}
