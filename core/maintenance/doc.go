// Package maintenance is for whoever runs a service on scoped-lmdb: it measures environments, backs them up, hands one
// tenant its data and takes it back, moves tenants between environments, drops large ones step by step, and verifies that
// a file is sound.
//
// It stands on package core's public face, and works with environments that scoped-heed or other programs made, too.
//
// Every function that may take long has a context, whose end leaves a clean state, and an options struct with a function
// that is told of progress. None of them may be called by a goroutine that has a transaction of the environment open.
//
// Errors are those of package core, by code.
package maintenance

import (
	"context"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// Progress says how far long work is.
type Progress struct {
	// Done of Total, in what Unit says. Total is 0 where it is not known, and may be an estimate, which Done can exceed.
	Done, Total uint64
	Unit        Unit
}

// Unit is what progress counts.
type Unit string

// The units.
const (
	Entries Unit = "entries"
	Bytes   Unit = "bytes"
	PagesOf Unit = "pages"
)

// ProgressFunc is told of progress, on the goroutine of the work, some thousand times a second at the most. Nil is nobody.
type ProgressFunc func(Progress)

// meter counts, and tells of it now and then.
type meter struct {
	tell  ProgressFunc
	p     Progress
	every uint64
	next  uint64
}

func newMeter(tell ProgressFunc, unit Unit, total, every uint64) *meter {
	m := &meter{tell: tell, p: Progress{Unit: unit, Total: total}, every: every}
	m.flush()
	return m
}

// add counts, and says with an error when the context has ended.
func (m *meter) add(ctx context.Context, n uint64) error {
	m.p.Done += n
	if m.p.Done < m.next {
		return nil
	}
	m.flush()
	return ended(ctx)
}

// finish tells of the end, which whoever is told of it can still refuse.
func (m *meter) finish(ctx context.Context) error {
	m.flush()
	return ended(ctx)
}

func (m *meter) flush() {
	m.next = m.p.Done + m.every
	if m.tell != nil {
		m.tell(m.p)
	}
}

// ended is ErrCanceled if the context has ended.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return &core.Error{Code: core.CodeCanceled, Message: "canceled: " + context.Cause(ctx).Error(), Cause: context.Cause(ctx)}
}

func fail(code core.Code, format string, args ...any) error {
	return &core.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// wrapf puts what was being done before an error.
func wrapf(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &core.Error{Code: core.CodeOf(err), Message: fmt.Sprintf(format, args...) + ": " + err.Error(), Cause: err}
}
