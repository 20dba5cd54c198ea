package main

/*
#include "callback.h"
*/
import "C"

import (
	"context"
	"sync"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// work follows something that may take long: it tells the caller of progress, ends early when the caller says so, and hands
// out what came out of it.
type work struct {
	env    *core.Env
	to     *C.slmdb_work // nil: nobody
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex // one call of the caller's functions at a time
}

// enterWork finds the environment, and reads the caller's struct.
func enterWork(h C.uintptr_t, to *C.slmdb_work) (*work, error) {
	v, err := lookup[*env](handle(h), kindEnv)
	if err == nil && to != nil {
		err = checkSize("slmdb_work", to.struct_size, unsafe.Sizeof(*to))
	}
	if err != nil {
		return nil, err
	}
	w := &work{env: v.core, to: to}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, nil
}

// progress is what package maintenance tells of progress; nil if nobody wants to know.
func (w *work) progress() maintenance.ProgressFunc {
	if w.to == nil || w.to.progress == nil {
		return nil
	}
	return func(p maintenance.Progress) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.ctx.Err() == nil && !bool(C.slm_call_progress(w.to, C.uint64_t(p.Done), C.uint64_t(p.Total))) {
			w.cancel()
		}
	}
}

// answer hands out what came out.
func (w *work) answer(document any) error {
	if w.to == nil || w.to.answer == nil {
		return nil
	}
	packed, err := msgpack.Marshal(document)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	C.slm_call_answer(w.to, unsafe.Pointer(unsafe.SliceData(packed)), C.size_t(len(packed)))
	return nil
}

// selectionOf reads a part of an environment.
func selectionOf(s *C.slmdb_selection) (selected maintenance.Selection, err error) {
	if s == nil {
		return selected, nil
	}
	if err := checkSize("slmdb_selection", s.struct_size, unsafe.Sizeof(*s)); err != nil {
		return selected, err
	}
	name, err := input("a database's name", unsafe.Pointer(s.database), s.database_length, core.MaxDatabaseName, core.CodeInvalidName)
	if err != nil {
		return selected, err
	}
	selected.Database = string(name)
	h := handle(uintptr(unsafe.Pointer(s.scope)))
	if bool(s.default_scope) && h != 0 {
		return selected, fail(core.CodeInvalidArgument, "slmdb_selection has a scope and says the default one: it must be one of them")
	}
	if h != 0 || bool(s.default_scope) {
		scope, err := scopeOf(h)
		if err != nil {
			return selected, err
		}
		selected.Scope = &scope
	}
	return selected, nil
}

// pathOf reads a path.
func pathOf(path *C.char, length C.size_t) (string, error) {
	name, err := input("the path", unsafe.Pointer(path), length, maxPath, core.CodeInvalidArgument)
	if err == nil && len(name) == 0 {
		err = fail(core.CodeInvalidArgument, "the path is empty: name a file or folder")
	}
	for _, b := range name {
		if b == 0 && err == nil {
			err = fail(core.CodeInvalidArgument, "the path %q has a zero byte", name)
		}
	}
	return string(name), err
}

// aimOf reads where an import goes: as which scope, and what becomes of what is there.
func aimOf(as C.uintptr_t, existing C.int32_t) (*core.Scope, maintenance.Existing, error) {
	if existing < C.SLMDB_REFUSE || existing > C.SLMDB_SKIP {
		return nil, 0, fail(core.CodeInvalidArgument, "existing is %d: it must be from SLMDB_REFUSE (%d) to SLMDB_SKIP (%d)",
			int32(existing), C.SLMDB_REFUSE, C.SLMDB_SKIP)
	}
	if as == 0 {
		return nil, maintenance.Existing(existing), nil
	}
	scope, err := scopeOf(handle(as))
	return &scope, maintenance.Existing(existing), err
}
