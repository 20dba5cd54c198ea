package core

import (
	"context"
	"io"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// What an engine may be able to do, and LMDB's is. ErrInvalidArgument tells of one that cannot.

func lacks(what string) error {
	return fail(CodeInvalidArgument, "this engine has no %s", what)
}

// Copy writes the environment, as some commit left it, to w: the bytes of a data.mdb that can be opened. Others may write
// meanwhile. Compact leaves out free pages. It ends early when the context does (ErrCanceled) or w fails (ErrIO, ErrDiskFull).
// ErrNested if the caller's thread has the write transaction.
func (e *Env) Copy(ctx context.Context, w io.Writer, compact bool) error {
	copier, ok := e.engine.(engine.Copier)
	if !ok {
		return lacks("copies")
	}
	return wrap(copier.Copy(ctx, w, compact))
}

// Reader is a slot of a read transaction, of any process.
type Reader = engine.Reader

// Readers lists the slots of read transactions, of all processes.
func (e *Env) Readers() ([]Reader, error) {
	lister, ok := e.engine.(engine.ReaderLister)
	if !ok {
		return nil, lacks("list of readers")
	}
	readers, err := lister.Readers()
	return readers, wrap(err)
}

// ClearReaders frees the slots of processes that have died, and says how many. Opening an environment does so, too.
func (e *Env) ClearReaders() (int, error) {
	lister, ok := e.engine.(engine.ReaderLister)
	if !ok {
		return 0, lacks("list of readers")
	}
	n, err := lister.ClearReaders()
	return n, wrap(err)
}

// Pages is how an environment's pages are used.
type Pages = engine.Pages

// TablePages is how a table's pages are used.
type TablePages = engine.TablePages

// PageFault is something wrong with a page.
type PageFault = engine.PageFault

// Pages says how pages are used. Read transactions only.
func (t *Txn) Pages() (Pages, error) {
	if err := t.enter(); err != nil {
		return Pages{}, err
	}
	defer t.leave()
	paged, ok := t.engine.(engine.Paged)
	if !ok {
		return Pages{}, lacks("pages")
	}
	pages, err := paged.Pages()
	return pages, wrap(err)
}

// Pages adds up how the pages of the database's tables are used; of an unnamed default's table, which holds the records of
// all tables, nothing.
func (raw *Raw) Pages(t *Txn) (sum TablePages, err error) {
	if err := t.enter(); err != nil {
		return sum, err
	}
	defer t.leave()
	paged, ok := t.engine.(engine.Paged)
	if !ok {
		return sum, lacks("pages")
	}
	for _, late := range [...]*lateTable{&raw.unscoped, &raw.scoped} {
		table := late.found()
		if table == nil || late.name == engine.Unnamed {
			continue
		}
		pages, err := paged.TablePages(table)
		if err != nil {
			return sum, wrap(err)
		}
		sum.Branch += pages.Branch
		sum.Leaf += pages.Leaf
		sum.Overflow += pages.Overflow
		sum.Depth = max(sum.Depth, pages.Depth)
	}
	return sum, nil
}

// Estimate says about how many entries a scope has, at the cost of a few pages; exactly where that costs no more. Read
// transactions only.
func (raw *Raw) Estimate(t *Txn, s Scope) (uint64, error) {
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	sp, err := raw.spot(t, s)
	if err != nil || sp.none {
		return 0, err
	}
	if !sp.at.Scoped {
		n, err := t.engine.Count(sp.at, engine.Range{}) // LMDB knows it
		return n, wrap(err)
	}
	estimator, ok := t.engine.(engine.Estimator)
	if !ok {
		return 0, lacks("estimates")
	}
	n, err := estimator.Estimate(sp.at)
	return n, wrap(err)
}

// CheckPages follows every page of a snapshot of its own, and reports what is wrong. It changes nothing.
func (e *Env) CheckPages(ctx context.Context, progress func(done, total uint64), report func(PageFault)) error {
	checker, ok := e.engine.(engine.PageChecker)
	if !ok {
		return lacks("pages")
	}
	return wrap(checker.CheckPages(ctx, progress, report))
}
