package main

import (
	"sync"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// A handle is a number: its type in the top 4 bits, then a generation of 32 bits, then the slot's index of 28. A slot is
// used again under the next generation, so a number names one object for ever: a stale, foreign or invented one is told
// apart from a live one by comparing it. The type bits make a handle no address that a system hands out.
type handle uint64

type kind uint8

// The types of handles.
const (
	kindEnv kind = 1 + iota
	kindDb
	kindScope
	kindTxn
	kindCursor
	kindBatch
)

var kindNames = [...]string{"", "environment", "database", "scope", "transaction", "cursor", "batch"}

const (
	indexBits      = 28
	generationBits = 32
	chunkSize      = 1 << 10
	maxSlots       = 1 << indexBits
)

func makeHandle(k kind, generation uint32, index uint32) handle {
	return handle(k)<<(indexBits+generationBits) | handle(generation)<<indexBits | handle(index)
}

func (h handle) kind() kind         { return kind(h >> (indexBits + generationBits)) }
func (h handle) generation() uint32 { return uint32(h >> indexBits) }
func (h handle) index() uint32      { return uint32(h) & (maxSlots - 1) }

// slot holds one live object, or remembers the generation of the last one.
type slot struct {
	live atomic.Pointer[object]
	last atomic.Uint32
}

type object struct {
	handle handle
	value  any
}

// slots is the table of all handles of the process. Looking one up takes no lock.
var slots struct {
	mu     sync.Mutex
	chunks atomic.Pointer[[]*[chunkSize]slot]
	used   uint32
	free   []uint32
	open   atomic.Int64
}

func slotAt(index uint32) *slot {
	chunks := slots.chunks.Load()
	if chunks == nil || int(index/chunkSize) >= len(*chunks) {
		return nil
	}
	return &(*chunks)[index/chunkSize][index%chunkSize]
}

// register gives a value a handle.
func register(k kind, value any) (handle, error) {
	return registerAs(k, func(handle) any { return value })
}

// registerAs gives the value that make makes for a handle that handle.
func registerAs(k kind, make func(handle) any) (handle, error) {
	slots.mu.Lock()
	defer slots.mu.Unlock()
	index := slots.used
	if n := len(slots.free); n > 0 {
		index, slots.free = slots.free[n-1], slots.free[:n-1]
	} else {
		if index == maxSlots {
			return 0, fail(core.CodeOutOfMemory, "%d handles are open: close those that are not needed", maxSlots)
		}
		if index%chunkSize == 0 {
			var grown []*[chunkSize]slot
			if chunks := slots.chunks.Load(); chunks != nil {
				grown = append(grown, *chunks...)
			}
			grown = append(grown, new([chunkSize]slot))
			slots.chunks.Store(&grown)
			extendMirror(index)
		}
		slots.used++
	}
	s := slotAt(index)
	h := makeHandle(k, s.last.Load()+1, index)
	s.live.Store(&object{h, make(h)})
	mirror(index, h)
	slots.open.Add(1)
	return h, nil
}

// find is the object behind a handle.
func find(h handle, k kind) (any, error) {
	s := slotAt(h.index())
	if s != nil {
		if o := s.live.Load(); o != nil && o.handle == h && h.kind() == k {
			return o.value, nil
		}
	}
	return nil, refuse(h, k, s)
}

// refuse says what is wrong with a handle that find does not know.
func refuse(h handle, k kind, s *slot) error {
	switch {
	case h == 0:
		return fail(core.CodeInvalidHandle, "the %s handle is NULL", kindNames[k])
	case h.kind() == 0 || int(h.kind()) >= len(kindNames) || s == nil:
		return fail(core.CodeInvalidHandle, "%#x is no handle of scoped-lmdb", uint64(h))
	case h.kind() != k:
		return fail(core.CodeInvalidHandle, "%s handle given, %s handle needed", kindNames[h.kind()], kindNames[k])
	case h.generation() <= s.last.Load() && h.generation() != 0:
		return fail(core.CodeClosed, "the %s has been closed", kindNames[k])
	}
	return fail(core.CodeInvalidHandle, "%#x is no handle of scoped-lmdb", uint64(h))
}

// release closes a handle; only the first caller of several is told that it did.
func release(h handle) bool {
	s := slotAt(h.index())
	if s == nil {
		return false
	}
	o := s.live.Load()
	if o == nil || o.handle != h {
		return false
	}
	slots.mu.Lock()
	defer slots.mu.Unlock()
	if !s.live.CompareAndSwap(o, nil) {
		return false
	}
	mirror(h.index(), 0)
	s.last.Store(h.generation())
	slots.open.Add(-1)
	if h.generation() != ^uint32(0) { // a slot whose generations are used up is never used again
		slots.free = append(slots.free, h.index())
	}
	return true
}

// lookup is find with the object's Go type.
func lookup[T any](h handle, k kind) (T, error) {
	value, err := find(h, k)
	if err != nil {
		var none T
		return none, err
	}
	return value.(T), nil
}

// releaseOnce closes a handle. Of several who close the same one, the others are told that it is closed.
func releaseOnce(h handle, k kind) error {
	if _, err := find(h, k); err != nil {
		return err
	}
	if !release(h) {
		return refuse(h, k, slotAt(h.index()))
	}
	return nil
}
