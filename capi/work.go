package main

/*
#include "callback.h"
*/
import "C"

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// pulse is after how long without progress the last one is told again, so that the caller can end work that waits.
const pulse = 100 * time.Millisecond

// work follows something that may take long: it tells the caller of progress, ends early when the caller says so, and hands
// out what came out of it.
type work struct {
	env    *core.Env     // nil for work on none
	to     *C.slmdb_work // nil: nobody
	ctx    context.Context
	cancel context.CancelFunc
	last   atomic.Pointer[maintenance.Progress] // what there is to tell
	fresh  atomic.Bool                          // it came after the last look of the pulse
	mu     sync.Mutex                           // is held while the caller is told
	told   *maintenance.Progress                // guarded by mu
}

// enterWork finds the environment, and reads the caller's struct.
func enterWork(h C.uintptr_t, to *C.slmdb_work) (*work, error) {
	v, err := lookup[*env](handle(h), kindEnv)
	if err != nil {
		return nil, err
	}
	w, err := newWork(to)
	if err == nil {
		w.env = v.core
	}
	return w, err
}

func newWork(to *C.slmdb_work) (*work, error) {
	if to != nil {
		if err := checkSize("slmdb_work", to.struct_size, unsafe.Sizeof(*to)); err != nil {
			return nil, err
		}
	}
	w := &work{to: to}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.told = &maintenance.Progress{}
	w.last.Store(w.told)
	return w, nil
}

// run does the work, and hands out what came out of it.
func (w *work) run(e *C.slmdb_error, do func(context.Context) (any, error)) C.int32_t {
	document, err := w.follow(do)
	if err == nil {
		err = w.answer(document)
	}
	return finish(e, err)
}

// follow does the work, with a pulse beside it. None of the caller's functions runs any more when it returns or panics.
func (w *work) follow(do func(context.Context) (any, error)) (document any, err error) {
	defer w.cancel()
	if w.to == nil || w.to.progress == nil {
		return do(w.ctx)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		w.beat(stop)
	}()
	func() {
		defer func() {
			close(stop)
			<-stopped
		}()
		document, err = do(w.ctx)
	}()
	if err == nil && w.told != w.last.Load() { // the pulse was telling when the end was reached
		w.tell()
	}
	return document, err
}

// beat tells of the last progress again whenever there was none for a while.
func (w *work) beat(stop <-chan struct{}) {
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			if !w.fresh.Swap(false) {
				w.tell()
			}
		}
	}
}

// progress is what package maintenance tells of progress; nil if nobody wants to know.
func (w *work) progress() maintenance.ProgressFunc {
	if w.to == nil || w.to.progress == nil {
		return nil
	}
	return func(p maintenance.Progress) {
		w.last.Store(&p)
		w.fresh.Store(true)
		w.tell()
	}
}

// tell tells the caller of the last progress, unless that is what another goroutine does: one call at a time. To wait for it
// could be to wait for oneself, if the caller's function waits for this work's write transaction.
func (w *work) tell() {
	if !w.mu.TryLock() {
		return
	}
	defer w.mu.Unlock()
	if w.ctx.Err() != nil {
		return
	}
	w.told = w.last.Load()
	if !bool(C.slm_call_progress(w.to, C.uint64_t(w.told.Done), C.uint64_t(w.told.Total))) {
		w.cancel()
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
	C.slm_call_answer(w.to, unsafe.Pointer(unsafe.SliceData(packed)), C.size_t(len(packed)))
	return nil
}

// exportOptions reads what to export, and how.
func (w *work) exportOptions(selection *C.slmdb_selection, format C.int32_t) (o maintenance.ExportOptions, err error) {
	if format != C.SLMDB_FORMAT_BLOCKS && format != C.SLMDB_FORMAT_LINES {
		return o, fail(core.CodeInvalidArgument, "format %d is neither SLMDB_FORMAT_BLOCKS nor SLMDB_FORMAT_LINES", int32(format))
	}
	o.Format, o.Progress = maintenance.Format(format), w.progress()
	o.Selection, err = selectionOf(selection)
	return o, err
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

// openFile opens a file for reading.
func openFile(name string) (*os.File, error) {
	file, err := os.Open(name)
	switch {
	case err == nil:
		return file, nil
	case os.IsNotExist(err):
		return nil, fail(core.CodePathNotFound, "%s does not exist: correct the path", name)
	case os.IsPermission(err):
		return nil, fail(core.CodePermissionDenied, "%s cannot be read: %v", name, err)
	}
	return nil, fail(core.CodeIO, "%s cannot be read: %v", name, err)
}
