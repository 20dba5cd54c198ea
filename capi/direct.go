package main

/*
#include <stdlib.h>
#include "direct.h"
*/
import "C"

import (
	"encoding/binary"
	"sync/atomic"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// The mirror of the table of handles that C reads (direct.h).

// mirrorOf is the mirror of a slot; nil for those beyond it.
func mirrorOf(index uint32) *C.slm_slot {
	if index >= C.SLM_CHUNKS*C.SLM_CHUNK {
		return nil
	}
	chunk := (*[C.SLM_CHUNK]C.slm_slot)(unsafe.Pointer(C.slm_slots[index/C.SLM_CHUNK]))
	return &chunk[index%C.SLM_CHUNK]
}

// extendMirror makes the mirror of the chunk of slots that begins at an index, under the table's lock.
func extendMirror(index uint32) {
	if index >= C.SLM_CHUNKS*C.SLM_CHUNK {
		return
	}
	chunk := C.calloc(C.SLM_CHUNK, C.sizeof_slm_slot) // cgo ends the process where there is no memory
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(&C.slm_slots[index/C.SLM_CHUNK])), chunk)
}

// mirror tells C which handle of a slot is live; 0 is none.
func mirror(index uint32, h handle) {
	if m := mirrorOf(index); m != nil {
		atomic.StoreUint64((*uint64)(&m.handle), uint64(h))
	}
}

// newWord is the word by which a new transaction is taken: its slot's, which C takes as well, with no places known. It will
// have the transaction's handle.
func newWord(h handle) *uint64 {
	m := mirrorOf(h.index())
	if m == nil {
		word := uint64(h)
		return &word
	}
	m.next = 0
	m.places = [C.SLM_PLACES]C.slm_place{}
	return (*uint64)(&m.handle)
}

// C knows a transaction's handle by its type.
var _ = [1]struct{}{}[kindTxn-C.SLM_KIND_TXN]

// takenBit is the bit of a word that says that the transaction is taken.
const takenBit = uint64(C.SLM_TAKEN)

// remember tells C where the call's scope is, if it may read there: in a read transaction, whose snapshot stays, and of a
// database that stores values as they are handed out, and keys so or as tuples.
func (c *call) remember(scope handle) {
	if !c.db.direct || c.txn.core.Writable() {
		return
	}
	m := mirrorOf(c.txn.handle.index())
	if m == nil {
		return
	}
	for _, p := range m.places {
		if handle(p.db) == c.db.handle && handle(p.scope) == scope {
			return // Go was asked for another reason
		}
	}
	at, ok := c.db.raw.Direct(c.txn.core, c.scope)
	if !ok {
		return
	}
	p := &m.places[m.next%C.SLM_PLACES]
	m.next++
	p.db, p.scope = C.uint64_t(c.db.handle), C.uint64_t(scope)
	p.txn, p.dbi = C.uintptr_t(at.Txn), C.uint32_t(at.Table)
	partition := at.Partition.Bytes()
	p.partition, p.how = C.uint32_t(binary.NativeEndian.Uint32(partition[:])), C.uint32_t(at.How)
	p.max_key, p.typed, p.raw = C.uint32_t(c.db.raw.MaxKey()), 0, 0
	if !c.db.key.Identity() {
		p.typed = 1
	}
	if c.db.raw.Kind() == core.KindBytes {
		p.raw = 1
	}
}
