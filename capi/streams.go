package main

/*
#include "callback.h"
*/
import "C"

import (
	"bufio"
	"context"
	"io"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// streamBuffer is how many bytes of a stream are read at once.
const streamBuffer = 64 << 10

// sink is a stream that the caller's function takes.
type sink struct {
	write C.slmdb_write
	user  unsafe.Pointer
	err   error // the function is not called again after one
}

func newSink(write C.slmdb_write, user unsafe.Pointer) (*sink, error) {
	if write == nil {
		return nil, fail(core.CodeInvalidArgument, "write is NULL: there must be a function that takes the stream")
	}
	return &sink{write: write, user: user}, nil
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err == nil && len(b) > 0 {
		s.err = streamError("write", C.slm_call_write(s.write, s.user, unsafe.Pointer(unsafe.SliceData(b)), C.size_t(len(b))))
	}
	if s.err != nil {
		return 0, s.err
	}
	return len(b), nil
}

// source is a stream that the caller's function gives.
type source struct {
	read C.slmdb_read
	user unsafe.Pointer
	err  error
}

func newSource(read C.slmdb_read, user unsafe.Pointer) (io.Reader, error) {
	if read == nil {
		return nil, fail(core.CodeInvalidArgument, "read is NULL: there must be a function that gives the stream")
	}
	return bufio.NewReaderSize(&source{read: read, user: user}, streamBuffer), nil
}

func (s *source) Read(b []byte) (int, error) {
	if s.err != nil || len(b) == 0 {
		return 0, s.err
	}
	var n C.size_t
	s.err = streamError("read", C.slm_call_read(s.read, s.user, unsafe.Pointer(unsafe.SliceData(b)), C.size_t(len(b)), &n))
	switch {
	case s.err != nil:
		return 0, s.err
	case uint64(n) > uint64(len(b)):
		s.err = fail(core.CodeInvalidArgument, "the stream's read function says that it has written %d bytes to a buffer of %d", uint64(n), len(b))
		return 0, s.err
	case n == 0:
		s.err = io.EOF
	}
	return int(n), s.err
}

// streamError is what a stream's function answered. What would mislead whoever gets it is told as an error of input or output.
func streamError(function string, status C.int32_t) error {
	code := core.Code(status)
	if status == C.SLMDB_OK {
		return nil
	}
	if status < 0 || status >= C.SLMDB_INTERNAL || status == C.SLMDB_NOT_FOUND {
		code = core.CodeIO
	}
	return fail(code, "the stream's %s function failed: it answered %d", function, int32(status))
}

//export goEnvBackupTo
func goEnvBackupTo(h C.uintptr_t, write C.slmdb_write, user unsafe.Pointer, compact C.bool, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	out, err := newSink(write, user)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		size, err := maintenance.BackupTo(ctx, w.env, out, maintenance.BackupOptions{Compact: bool(compact), Progress: w.progress()})
		return sizeAnswer{size}, err
	})
}

//export goEnvExportTo
func goEnvExportTo(h C.uintptr_t, write C.slmdb_write, user unsafe.Pointer, selection *C.slmdb_selection, format C.int32_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	out, err := newSink(write, user)
	if err != nil {
		return finish(e, err)
	}
	o, err := w.exportOptions(selection, format)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		totals, err := maintenance.Export(ctx, w.env, out, o)
		return answerTotals(totals), err
	})
}

//export goExportVerifyFrom
func goExportVerifyFrom(read C.slmdb_read, user unsafe.Pointer, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := newWork(to)
	if err != nil {
		return finish(e, err)
	}
	in, err := newSource(read, user)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		totals, err := maintenance.VerifyExport(ctx, in, w.progress())
		return answerTotals(totals), err
	})
}

//export goEnvImportFrom
func goEnvImportFrom(h C.uintptr_t, read C.slmdb_read, user unsafe.Pointer, as C.uintptr_t, existing C.int32_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	in, err := newSource(read, user)
	if err != nil {
		return finish(e, err)
	}
	o := maintenance.ImportOptions{Progress: w.progress()}
	if o.As, o.Existing, err = aimOf(as, existing); err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		totals, err := maintenance.Import(ctx, w.env, in, o)
		return answerTotals(totals), err
	})
}
