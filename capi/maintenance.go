package main

/*
#include "slmdb.h"
*/
import "C"

import (
	"context"
	"io"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

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
	return w.run(e, func(ctx context.Context) (any, error) {
		stats, err := maintenance.Measure(ctx, w.env, maintenance.StatsOptions{Selection: selected, Estimate: bool(estimate), Progress: w.progress()})
		return answerStats(stats), err
	})
}

//export goEnvVerify
func goEnvVerify(h C.uintptr_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		report, err := maintenance.Verify(ctx, w.env, maintenance.VerifyOptions{Progress: w.progress()})
		return answerReport(report), err
	})
}

//export goEnvReaders
func goEnvReaders(h C.uintptr_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(context.Context) (any, error) {
		found, err := maintenance.Readers(w.env)
		answer := readersAnswer{Readers: []readerAnswer{}}
		for _, r := range found {
			answer.Readers = append(answer.Readers, readerAnswer{r.Process, r.Thread, r.Txn, r.Behind})
		}
		return answer, err
	})
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
	return w.run(e, func(ctx context.Context) (any, error) {
		size, err := maintenance.Backup(ctx, w.env, folder, maintenance.BackupOptions{Compact: bool(compact), Progress: w.progress()})
		return sizeAnswer{size}, err
	})
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
	o, err := w.exportOptions(selection, format)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		var totals maintenance.Totals
		err := maintenance.WriteFile(file, func(out io.Writer) (err error) {
			totals, err = maintenance.Export(ctx, w.env, out, o)
			return err
		})
		return answerTotals(totals), err
	})
}

//export goExportVerify
func goExportVerify(path *C.char, pathLength C.size_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := newWork(to)
	if err != nil {
		return finish(e, err)
	}
	name, err := pathOf(path, pathLength)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		file, err := openFile(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		totals, err := maintenance.VerifyExport(ctx, file, w.progress())
		return answerTotals(totals), err
	})
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
	return w.run(e, func(ctx context.Context) (any, error) {
		file, err := openFile(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		totals, err := maintenance.Import(ctx, w.env, file, o)
		return answerTotals(totals), err
	})
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
	return w.run(e, func(ctx context.Context) (any, error) {
		totals, err := do(ctx, w.env, scope, target.core, o)
		return answerTotals(totals), err
	})
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
	return w.run(e, func(ctx context.Context) (any, error) {
		n, err := maintenance.Drop(ctx, w.env, scope.Name(), maintenance.DropOptions{Batch: uint64(perTxn), Progress: w.progress()})
		return entriesAnswer{n}, err
	})
}

//export goOrphanDrop
func goOrphanDrop(h C.uintptr_t, id C.uint32_t, perTxn C.uint64_t, to *C.slmdb_work, e *C.slmdb_error) (status C.int32_t) {
	defer guard(e, &status)
	w, err := enterWork(h, to)
	if err != nil {
		return finish(e, err)
	}
	return w.run(e, func(ctx context.Context) (any, error) {
		n, err := maintenance.DropOrphan(ctx, w.env, uint32(id), maintenance.DropOptions{Batch: uint64(perTxn), Progress: w.progress()})
		return entriesAnswer{n}, err
	})
}
