package lmdb

/*
#cgo CFLAGS: -std=c11 -O2 -Wall -Wextra
#cgo nocallback slm_thread
#cgo nocallback slm_is_newest
#cgo noescape slm_compare
#cgo nocallback slm_compare
#cgo nocallback slm_set_order
#cgo noescape get_into
#cgo nocallback get_into
#cgo noescape put_into
#cgo nocallback put_into
#cgo nocallback slm_holds
#cgo noescape slm_put_open
#cgo nocallback slm_put_open
#cgo nocallback slm_put_close
#cgo noescape slm_del
#cgo nocallback slm_del
#cgo noescape slm_get_many
#cgo nocallback slm_get_many
#cgo noescape slm_put_many
#cgo nocallback slm_put_many
#cgo noescape slm_cursor_open
#cgo nocallback slm_cursor_open
#cgo noescape slm_cursor_next
#cgo nocallback slm_cursor_next
#cgo noescape slm_cursor_fill
#cgo nocallback slm_cursor_fill
#cgo noescape slm_cursor_seek
#cgo nocallback slm_cursor_seek
#cgo noescape slm_cursor_count
#cgo nocallback slm_cursor_count
#cgo noescape slm_cursor_delete
#cgo nocallback slm_cursor_delete
#include "native.h"
#include "order.h"

// A get and a put whose number comes where the value does: for a function that returns something cgo asks twice where the
// stack is, which is 4 ns of a get.
typedef struct answer {
	slm_slice value;
	int rc;
} answer;

static void get_into(uintptr_t txn, unsigned dbi, uint32_t partition, int how, const char *key, size_t key_size, answer *a) {
	a->rc = slm_get(txn, dbi, partition, how, key, key_size, &a->value);
}

static void put_into(uintptr_t txn, uintptr_t by, unsigned dbi, uint32_t partition, int scoped, const char *key,
                     size_t key_size, const char *value, size_t value_size, unsigned flags, answer *a) {
	a->rc = slm_put(txn, by, dbi, partition, scoped, key, key_size, value, value_size, flags);
}
*/
import "C"

import (
	"encoding/binary"
	"reflect"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// maxKey is the longest key that LMDB stores, in bytes.
const maxKey = C.SLM_MAX_KEY

// slice is LMDB's memory, as C says where it is.
type slice = C.slm_slice

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
	checkSlices()
	return field.Offset
}

// checkSlices checks that native.h has the slices of an entry as Go has them.
func checkSlices() {
	memory := make([]byte, 4)
	entry := engine.Entry{Key: memory[:1:2], Value: memory[1:1:4]}
	c := (*C.slm_entry)(unsafe.Pointer(&entry))
	for _, part := range [...]struct {
		c    C.slm_part
		want []byte
	}{{c.key, entry.Key}, {c.value, entry.Value}} {
		if uintptr(part.c.data) != uintptr(unsafe.Pointer(unsafe.SliceData(part.want))) ||
			int(part.c.size) != len(part.want) || int(part.c.room) != cap(part.want) {
			panic("engine/lmdb: this version of Go keeps slices otherwise than native.h does")
		}
	}
	if unsafe.Sizeof(entry) != C.sizeof_slm_entry {
		panic("engine/lmdb: native.h has another size for an entry than Go")
	}
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

// inMemory is the number whose bytes in memory are the partition's.
func inMemory(p engine.Partition) uint32 {
	b := p.Bytes()
	return binary.NativeEndian.Uint32(b[:])
}

func placeArgs(at engine.Place) (dbi C.uint, partition C.uint32_t, scoped C.int) {
	if at.Scoped {
		scoped = 1
	}
	return C.uint(at.Table.(*table).dbi), C.uint32_t(inMemory(at.Partition)), scoped
}

// borrow makes a slice of LMDB's memory.
func borrow(s *slice) []byte {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&s.data))
	return unsafe.Slice((*byte)(p), int(s.size))
}

func nativeIsNewest(t rawTxn) bool { return C.slm_is_newest(C.uintptr_t(t)) != 0 }

// nativeSetOrder makes LMDB compare a table's keys by order.c.
func nativeSetOrder(t rawTxn, dbi apiDBI) int {
	return int(C.slm_set_order(C.uintptr_t(t), C.uint(dbi)))
}

// nativeCompare is how order.c compares two keys.
func nativeCompare(a, b []byte) int {
	x, xn := bytesArg(a)
	y, yn := bytesArg(b)
	return int(C.slm_compare(unsafe.Pointer(x), xn, unsafe.Pointer(y), yn))
}

// how says how a place is looked up. The unnamed table has LMDB's own order.
func (t *txn) how(at engine.Place) (bits uint32) {
	if at.Scoped {
		bits = C.SLM_SCOPED
	}
	if !t.write && at.Table != unnamed {
		bits |= C.SLM_MAPPED
	}
	return bits
}

func nativeGet(t *txn, at engine.Place, key []byte) ([]byte, int) {
	var a C.answer
	dbi, partition, _ := placeArgs(at)
	k, kn := bytesArg(key)
	C.get_into(C.uintptr_t(t.raw), dbi, partition, C.int(t.how(at)), k, kn, &a)
	if a.rc != 0 {
		return nil, int(a.rc)
	}
	return borrow(&a.value), 0
}

// rawPutter is an LMDB cursor that puts go by; 0 is none.
type rawPutter uintptr

func nativePutter(t rawTxn, dbi apiDBI) rawPutter {
	var by C.uintptr_t
	if C.slm_put_open(C.uintptr_t(t), C.uint(dbi), &by) != 0 {
		return 0
	}
	return rawPutter(by)
}

func (by rawPutter) close() { C.slm_put_close(C.uintptr_t(by)) }

func nativePut(t rawTxn, by rawPutter, at engine.Place, key, value []byte, flags uint) int {
	dbi, partition, scoped := placeArgs(at)
	k, kn := bytesArg(key)
	v, vn := bytesArg(value)
	var a C.answer
	C.put_into(C.uintptr_t(t), C.uintptr_t(by), dbi, partition, scoped, k, kn, v, vn, C.uint(flags), &a)
	return int(a.rc)
}

func nativeHolds(t rawTxn, at engine.Place) int {
	dbi, partition, scoped := placeArgs(at)
	return int(C.slm_holds(C.uintptr_t(t), dbi, partition, scoped))
}

func nativeDel(t rawTxn, at engine.Place, key []byte) int {
	dbi, partition, scoped := placeArgs(at)
	k, kn := bytesArg(key)
	return int(C.slm_del(C.uintptr_t(t), dbi, partition, scoped, k, kn))
}

// nativeGetMany looks up the packed keys of native.h, which are as many as values, and says how many it did.
func nativeGetMany(t *txn, at engine.Place, packed []byte, values []slice) (int, int) {
	var done C.size_t
	dbi, partition, _ := placeArgs(at)
	p, _ := bytesArg(packed)
	rc := C.slm_get_many(C.uintptr_t(t.raw), dbi, partition, C.int(t.how(at)), p, C.size_t(len(values)), unsafe.SliceData(values), &done)
	return int(done), int(rc)
}

// nativePutMany puts count packed entries of native.h, and says how many it did.
func nativePutMany(t rawTxn, by rawPutter, at engine.Place, packed []byte, count int) (int, int) {
	var done C.size_t
	dbi, partition, scoped := placeArgs(at)
	p, _ := bytesArg(packed)
	rc := C.slm_put_many(C.uintptr_t(t), C.uintptr_t(by), dbi, partition, scoped, p, C.size_t(count), &done)
	return int(done), int(rc)
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

// batch is how many entries this package fetches in one call.
const batch = 64

// next has C write Go's slices itself, which saves a copy of every entry.
func (c rawCursor) next(entries []engine.Entry) (int, int) {
	var n C.size_t
	to := (*C.slm_entry)(unsafe.Pointer(unsafe.SliceData(entries)))
	rc := C.slm_cursor_next(C.uintptr_t(c), to, C.size_t(len(entries)), &n)
	return int(n), int(rc)
}

// entryOf is an entry as C wrote it.
func entryOf(e *C.slm_entry) engine.Entry { return *(*engine.Entry)(unsafe.Pointer(e)) }

// fill writes entries to memory, as native.h says.
func (c rawCursor) fill(room []byte, most uint64, parts engine.Parts) (filled C.slm_filled, rc int) {
	var which C.uint
	if parts.Key {
		which |= C.SLM_KEYS
	}
	if parts.Value {
		which |= C.SLM_VALUES
	}
	to, size := bytesArg(room)
	rc = int(C.slm_cursor_fill(C.uintptr_t(c), to, size, C.uint64_t(most), which, &filled))
	return filled, rc
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
