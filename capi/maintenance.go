package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"io"
	"os"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// done ends work: with an error, or with an answer.
func (w *work) done(e *C.slmdb_error, document any, err error) C.int32_t {
	defer w.cancel()
	if err == nil {
		err = w.answer(document)
	}
	return finish(e, err)
}

//export goEnvMeasure
func goEnvMeasure(h C.uintptr_t, selection *C.slmdb_selection, estimate C.bool, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	selected, err := selectionOf(selection)
	if err != nil {
		return finish(e, err)
	}
	stats, err := maintenance.Measure(w.ctx, w.env, maintenance.StatsOptions{Selection: selected, Estimate: bool(estimate), Progress: w.progress()})
	return w.done(e, answerStats(stats), err)
}

//export goEnvVerify
func goEnvVerify(h C.uintptr_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	report, err := maintenance.Verify(w.ctx, w.env, maintenance.VerifyOptions{Progress: w.progress()})
	return w.done(e, answerReport(report), err)
}

//export goEnvReaders
func goEnvReaders(h C.uintptr_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	found, err := maintenance.Readers(w.env)
	answer := readersAnswer{Readers: []readerAnswer{}}
	for _, r := range found {
		answer.Readers = append(answer.Readers, readerAnswer{r.Process, r.Thread, r.Txn, r.Behind})
	}
	return w.done(e, answer, err)
}

//export goEnvClearReaders
func goEnvClearReaders(h C.uintptr_t, count *C.uint64_t, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	v, err := lookup[*env](handle(h), kindEnv)
	if err != nil {
		return finish(e, err)
	}
	n, err := maintenance.ClearReaders(v.core)
	if err == nil && count != nil {
		*count = C.uint64_t(n)
	}
	return finish(e, err)
}

//export goEnvBackup
func goEnvBackup(h C.uintptr_t, path *C.char, pathLength C.size_t, compact C.bool, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	folder, err := pathOf(path, pathLength)
	if err != nil {
		return finish(e, err)
	}
	size, err := maintenance.Backup(w.ctx, w.env, folder, maintenance.BackupOptions{Compact: bool(compact), Progress: w.progress()})
	return w.done(e, sizeAnswer{size}, err)
}

//export goEnvExport
func goEnvExport(h C.uintptr_t, path *C.char, pathLength C.size_t, selection *C.slmdb_selection, format C.int32_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	file, err := pathOf(path, pathLength)
	if err != nil {
		return finish(e, err)
	}
	o := maintenance.ExportOptions{Format: maintenance.Format(format), Progress: w.progress()}
	if format != C.SLMDB_FORMAT_BLOCKS && format != C.SLMDB_FORMAT_LINES {
		return finish(e, fail(core.CodeInvalidArgument, "format %d is neither SLMDB_FORMAT_BLOCKS nor SLMDB_FORMAT_LINES", int32(format)))
	}
	if o.Selection, err = selectionOf(selection); err != nil {
		return finish(e, err)
	}
	var totals maintenance.Totals
	err = maintenance.WriteFile(file, func(out io.Writer) (err error) {
		totals, err = maintenance.Export(w.ctx, w.env, out, o)
		return err
	})
	return w.done(e, answerTotals(totals), err)
}

//export goEnvImport
func goEnvImport(h C.uintptr_t, path *C.char, pathLength C.size_t, as C.uintptr_t, existing C.int32_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	name, err := pathOf(path, pathLength)
	if err != nil {
		return finish(e, err)
	}
	o := maintenance.ImportOptions{Progress: w.progress()}
	if o.As, o.Existing, err = aimOf(as, existing); err != nil {
		return finish(e, err)
	}
	file, err := os.Open(name)
	if err != nil {
		return finish(e, fileError(name, err))
	}
	defer file.Close()
	totals, err := maintenance.Import(w.ctx, w.env, file, o)
	return w.done(e, answerTotals(totals), err)
}

// fileError says what is wrong with a file that cannot be opened.
func fileError(name string, err error) error {
	switch {
	case os.IsNotExist(err):
		return fail(core.CodePathNotFound, "%s does not exist: correct the path", name)
	case os.IsPermission(err):
		return fail(core.CodePermissionDenied, "%s cannot be read: %v", name, err)
	}
	return fail(core.CodeIO, "%s cannot be read: %v", name, err)
}

//export goScopeCopy
func goScopeCopy(h, s, other, as C.uintptr_t, existing C.int32_t, move C.bool, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	target, err := lookup[*env](handle(other), kindEnv)
	if err != nil {
		return finish(e, err)
	}
	scope, err := scopeOf(handle(s))
	if err != nil {
		return finish(e, err)
	}
	o := maintenance.CopyOptions{Progress: w.progress()}
	if o.As, o.Existing, err = aimOf(as, existing); err != nil {
		return finish(e, err)
	}
	do := maintenance.Copy
	if move {
		do = maintenance.Move
	}
	totals, err := do(w.ctx, w.env, scope, target.core, o)
	return w.done(e, answerTotals(totals), err)
}

//export goScopeDrop
func goScopeDrop(h, s C.uintptr_t, perTxn C.uint64_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	scope, err := scopeOf(handle(s))
	if err == nil && scope.IsDefault() {
		err = fail(core.CodeInvalidArgument, "the default scope (NULL) cannot be dropped: clear it in each database")
	}
	if err != nil {
		return finish(e, err)
	}
	n, err := maintenance.Drop(w.ctx, w.env, scope.Name(), maintenance.DropOptions{Batch: uint64(perTxn), Progress: w.progress()})
	return w.done(e, entriesAnswer{n}, err)
}
