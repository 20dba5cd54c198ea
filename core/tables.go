package core

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// lateTable is a table that may be made after it was first asked for, by this process or another one.
type lateTable struct {
	name   string
	handle atomic.Pointer[engine.Table]
}

// found is the handle, nil if the table was missing so far.
func (l *lateTable) found() engine.Table {
	if handle := l.handle.Load(); handle != nil {
		return *handle
	}
	return nil
}

// get is the handle; if it was missing so far, it is looked for. nil without an error: the table does not exist.
func (l *lateTable) get(e engine.Engine) (engine.Table, error) {
	if found := l.found(); found != nil {
		return found, nil
	}
	return l.open(context.Background(), e, false)
}

// make makes the table if it is missing.
func (l *lateTable) make(ctx context.Context, e engine.Engine) error {
	_, err := l.open(ctx, e, true)
	return err
}

func (l *lateTable) open(ctx context.Context, e engine.Engine, create bool) (engine.Table, error) {
	handle, err := e.Table(ctx, l.name, create)
	if errors.Is(err, engine.ErrNoTable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l.handle.Store(&handle)
	return handle, nil
}
