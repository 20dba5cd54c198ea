package main

/*
#cgo nocallback slm_wake
#include "callback.h"
#include "wait.h"
*/
import "C"

import (
	"context"
	"sync/atomic"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// batch is what a batch's handle stands for.
type batch struct {
	env        *env
	core       *core.Batch
	busy       atomic.Bool
	key, value []byte // scratch memory
}

//export goBatchOpen
func goBatchOpen(h C.uintptr_t, out *C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err == nil {
		err = output("batch", out)
	}
	if err == nil && v.core.ReadOnly() {
		err = fail(core.CodeReadOnly, "the environment is open for reading only: there are no batches")
	}
	if err != nil {
		return finish(e, err)
	}
	opened, err := v.register(kindBatch, func(handle) any { return &batch{env: v, core: v.core.NewBatch()} })
	*out = C.uintptr_t(opened)
	return finish(e, err)
}

func enterBatch(h C.uintptr_t) (*batch, error) {
	b, err := lookup[*batch](handle(h), kindBatch)
	if err != nil {
		return nil, err
	}
	if !b.busy.CompareAndSwap(false, true) {
		return nil, fail(core.CodeInUse, "another thread is inside a call with the same batch: it is filled by one at a time")
	}
	if _, err := find(handle(h), kindBatch); err != nil { // closed by whoever had the batch before
		b.leave()
		return nil, err
	}
	return b, nil
}

func (b *batch) leave() { b.busy.Store(false) }

// enterAdd takes a batch for an operation on a scope in a database.
func enterAdd(h, d, s C.uintptr_t) (b *batch, on *db, scope core.Scope, err error) {
	if on, err = lookup[*db](handle(d), kindDb); err != nil {
		return nil, nil, scope, err
	}
	if scope, err = scopeOf(handle(s)); err != nil {
		return nil, nil, scope, err
	}
	b, err = enterBatch(h)
	return b, on, scope, err
}

type batchPut = func(*core.Raw, *core.Batch, core.Scope, []byte, []byte) error

//export goBatchPut
func goBatchPut(h, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, addPut(h, d, s, key, keyLength, value, valueLength, (*core.Raw).BatchPut))
}

//export goBatchPutIfAbsent
func goBatchPutIfAbsent(h, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	return finish(e, addPut(h, d, s, key, keyLength, value, valueLength, (*core.Raw).BatchPutIfAbsent))
}

func addPut(h, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, put batchPut) error {
	b, on, scope, err := enterAdd(h, d, s)
	if err != nil {
		return err
	}
	defer b.leave()
	logical, err := on.logical(&b.key, key, keyLength)
	if err != nil {
		return err
	}
	b.value = b.value[:0]
	stored, err := on.stored(&b.value, value, valueLength)
	if err != nil {
		return err
	}
	return put(on.raw, b.core, scope, logical, stored)
}

//export goBatchPutMany
func goBatchPutMany(h, d, s C.uintptr_t, entries unsafe.Pointer, entriesLength C.size_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, on, scope, err := enterAdd(h, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer b.leave()
	packed, count, err := on.pack(nil, entries, entriesLength)
	if err != nil {
		return finish(e, err)
	}
	return finish(e, on.raw.BatchPutPacked(b.core, scope, packed, count))
}

//export goBatchDelete
func goBatchDelete(h, d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, deleted *C.bool, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, on, scope, err := enterAdd(h, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer b.leave()
	logical, err := on.logical(&b.key, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	return finish(e, on.raw.BatchDelete(b.core, scope, logical, (*bool)(deleted)))
}

//export goBatchClear
func goBatchClear(h, d, s C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, on, scope, err := enterAdd(h, d, s)
	if err != nil {
		return finish(e, err)
	}
	defer b.leave()
	return finish(e, on.raw.BatchClear(b.core, scope, (*uint64)(count)))
}

//export goBatchSubmit
func goBatchSubmit(h C.uintptr_t, done C.slmdb_done, user unsafe.Pointer, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, err := enterBatch(h)
	if err != nil {
		return finish(e, err)
	}
	if err := b.env.core.Submit(b.core, func(err error) { report(done, user, err) }); err != nil {
		b.leave()
		return finish(e, err)
	}
	b.env.disown(handle(h)) // and it stays taken
	release(handle(h))
	return 0
}

//export goBatchApply
func goBatchApply(h C.uintptr_t, w *C.slm_waiter, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, err := enterBatch(h)
	if err != nil {
		return finish(e, err)
	}
	if err = submitFor(w, e, b.env.core, b.core); core.CodeOf(err) == core.CodeNested {
		b.leave()
		return finish(e, err)
	}
	b.env.disown(handle(h)) // and it stays taken
	release(handle(h))
	if err != nil {
		return finish(e, err)
	}
	return C.SLM_SUBMITTED
}

// submitFor submits a batch whose result the waiter is told, in C.
func submitFor(w *C.slm_waiter, e *C.slmdb_error, env *core.Env, b *core.Batch) error {
	return env.Await(b, func(err error) { C.slm_wake(w, finish(e, err)) })
}

//export goDbApplyPut
func goDbApplyPut(d, s C.uintptr_t, key unsafe.Pointer, keyLength C.size_t, value unsafe.Pointer, valueLength C.size_t, w *C.slm_waiter, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	on, err := lookup[*db](handle(d), kindDb)
	if err != nil {
		return finish(e, err)
	}
	scope, err := scopeOf(handle(s))
	if err != nil {
		return finish(e, err)
	}
	var keys, values []byte
	logical, err := on.logical(&keys, key, keyLength)
	if err != nil {
		return finish(e, err)
	}
	stored, err := on.stored(&values, value, valueLength)
	if err != nil {
		return finish(e, err)
	}
	b := on.env.core.NewBatch()
	if err := on.raw.BatchPut(b, scope, logical, stored); err != nil {
		return finish(e, err)
	}
	if err := submitFor(w, e, on.env.core, b); err != nil {
		return finish(e, err)
	}
	return C.SLM_SUBMITTED
}

// report tells a batch's result to whoever submitted it.
func report(done C.slmdb_done, user unsafe.Pointer, err error) {
	if done == nil {
		return
	}
	if err == nil {
		C.slm_call_done(done, user, nil)
		return
	}
	var result C.slmdb_error
	finish(&result, err)
	C.slm_call_done(done, user, &result)
}

//export goBatchClose
func goBatchClose(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	b, err := enterBatch(h)
	if err != nil {
		return finish(e, err)
	}
	defer b.leave()
	b.env.disown(handle(h))
	return finish(e, releaseOnce(handle(h), kindBatch))
}

//export goEnvFlush
func goEnvFlush(h C.uintptr_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err != nil {
		return finish(e, err)
	}
	return finish(e, v.core.Flush(context.Background()))
}
