package main

/*
#include <stdlib.h>
#include "slmdb.h"
*/
import "C"

import (
	"context"
	"sync/atomic"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// txn is what a transaction's handle stands for.
type txn struct {
	core    *core.Txn
	handle  handle
	word    *uint64 // its handle, with takenBit during a call, by C too (direct.h)
	ended   atomic.Bool
	cursors map[*cursor]struct{}
	parent  *txn
	child   atomic.Pointer[txn] // the one that is open
	// key and value are scratch memory for transcoding, kept for the next call.
	key, value []byte
	packed     []byte // the same for many entries
	// lent is C memory that holds results which are not stored as they are handed out.
	lent []unsafe.Pointer
}

//export goTxnBegin
func goTxnBegin(h C.uintptr_t, mode C.int32_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err == nil {
		err = output("txn", out)
	}
	if err == nil && mode != C.SLMDB_READ && mode != C.SLMDB_WRITE {
		err = fail(core.CodeInvalidArgument, "mode %d is neither SLMDB_READ nor SLMDB_WRITE", int32(mode))
	}
	if err != nil {
		return finish(e, err)
	}
	inner, err := v.core.BeginWith(context.Background(), core.Options{Write: mode == C.SLMDB_WRITE, HostThread: true})
	if err != nil {
		return finish(e, err)
	}
	t := &txn{core: inner}
	if err := t.register(); err != nil {
		_ = inner.Abort()
		return finish(e, err)
	}
	*out = C.uintptr_t(t.handle)
	return 0
}

// register gives the transaction its handle.
func (t *txn) register() error {
	_, err := registerAs(kindTxn, func(h handle) any {
		t.handle, t.word = h, newWord(h)
		return t
	})
	return err
}

// enter finds a transaction and takes it for one call.
func enter(h handle) (*txn, error) {
	t, err := lookup[*txn](h, kindTxn)
	if err != nil {
		if core.CodeOf(err) == core.CodeClosed {
			err = errTxnEnded
		}
		return nil, err
	}
	return t, t.enter()
}

func (t *txn) enter() error {
	switch {
	case atomic.CompareAndSwapUint64(t.word, uint64(t.handle), uint64(t.handle)|takenBit):
		return nil
	case t.ended.Load(): // found a moment before; the word may be another's by now
		return errTxnEnded
	}
	return fail(core.CodeInUse, "another thread is inside a call with the same transaction: it serves one at a time")
}

var errTxnEnded = fail(core.CodeTxnEnded, "the transaction has been committed or aborted: begin another one")

func (t *txn) leave() { atomic.StoreUint64(t.word, uint64(t.handle)) }

//export goTxnCommit
func goTxnCommit(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, endTxn(handle(h), (*core.Txn).Commit))
}

//export goTxnAbort
func goTxnAbort(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, endTxn(handle(h), (*core.Txn).Abort))
}

// endTxn ends a transaction and with it, if that is how, its child and the child's child. All are taken first: a thread
// that is inside of a call with one of them keeps them open.
func endTxn(h handle, how func(*core.Txn) error) error {
	t, err := enter(h)
	if err != nil {
		return err
	}
	taken := []*txn{t}
	for c := t.child.Load(); c != nil && err == nil; c = c.child.Load() {
		if err = c.enter(); core.CodeOf(err) == core.CodeTxnEnded {
			err = nil // a moment ago, on its own thread: so this one has no child, and must not be given up for ended
			break
		}
		if err == nil {
			taken = append(taken, c)
		}
	}
	if err == nil {
		err = how(t.core)
	}
	if code := core.CodeOf(err); code == core.CodeWrongThread || code == core.CodeInUse {
		for _, t := range taken {
			t.leave()
		}
		return err
	}
	// They stay taken: nobody can come in any more, not even one who found them a moment ago.
	if t.parent != nil {
		t.parent.child.Store(nil)
	}
	for _, t := range taken {
		t.release()
	}
	return err
}

// release closes the handles of a transaction that has ended, and ends the life of what was lent.
func (t *txn) release() {
	t.ended.Store(true)
	release(t.handle)
	for c := range t.cursors {
		release(c.handle)
		c.free()
	}
	t.free()
}

//export goTxnChild
func goTxnChild(h C.uintptr_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("child", out); err != nil {
		return finish(e, err)
	}
	t, err := enter(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer t.leave()
	inner, err := t.core.Child()
	if err != nil {
		return finish(e, err)
	}
	t.free()
	child := &txn{core: inner, parent: t}
	if err := child.register(); err != nil {
		_ = inner.Abort()
		return finish(e, err)
	}
	t.child.Store(child)
	*out = C.uintptr_t(child.handle)
	return 0
}

//export goTxnIsNewest
func goTxnIsNewest(h C.uintptr_t, newest *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	if err := output("newest", newest); err != nil {
		return finish(e, err)
	}
	t, err := enter(handle(h))
	if err != nil {
		return finish(e, err)
	}
	defer t.leave()
	is, err := t.core.IsNewest()
	*newest = C.bool(err == nil && is)
	return finish(e, err)
}

// lend copies bytes into C memory that lives as long as results do.
func (t *txn) lend(b []byte) unsafe.Pointer {
	p := C.CBytes(b)
	t.lent = append(t.lent, p)
	return p
}

// maxScratch is how much memory for values is kept from one call to the next, in bytes.
const maxScratch = 1 << 20

// scratch is empty memory for a value.
func (t *txn) scratch() []byte {
	if cap(t.value) > maxScratch {
		return nil
	}
	return t.value[:0]
}

// free ends the life of what was lent.
func (t *txn) free() {
	for _, p := range t.lent {
		C.free(p)
	}
	t.lent = t.lent[:0]
}
