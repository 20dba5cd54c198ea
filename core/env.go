package core

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Env is an open environment: databases, and the registry of scopes that they share. All its methods may be called from
// any goroutine at any time.
type Env struct {
	engine   engine.Engine
	registry *scope.Registry
	rows     lateTable                    // the registry
	records  lateTable                    // our own records
	wants    atomic.Pointer[[]*lateTable] // tables of databases that can only be read, which were missing
	queue    queue
	open     atomic.Int64 // transactions, those of the queue left out
}

// Names of our own tables. scoped-heed made the first one's.
const (
	rowsTable    = "__global_scope_metadata"
	recordsTable = "__scoped_lmdb"
)

// An EnvOption changes how Open sees an environment.
type EnvOption func(*Env)

// WithScopeHash replaces the hash that gives scopes their ids. It is for tests that force collisions and special ids: an
// environment must always be opened with the hash that it was written with.
func WithScopeHash(hash func(name string) uint32) EnvOption {
	return func(e *Env) { e.registry = scope.NewRegistry(hash) }
}

// Open opens an environment by the options of an engine, as in
//
//	env, err := core.Open(lmdb.Config{Path: "data"})
//
// Errors: those of the engine (ErrPathNotFound, ErrNotAnEnvironment, ErrPermissionDenied, ErrBusy, ErrOutOfMemory,
// ErrInvalidArgument), and ErrFormatTooNew.
func Open(driver engine.Driver, options ...EnvOption) (*Env, error) {
	inner, err := driver.Open()
	if err != nil {
		return nil, wrap(err)
	}
	e := &Env{engine: inner, registry: scope.NewRegistry(scope.XXH32)}
	e.rows.name, e.records.name = rowsTable, recordsTable
	e.queue.idle.L = &e.queue.mu
	for _, option := range options {
		option(e)
	}
	if err := e.View(context.Background(), e.checkFormat); err != nil {
		_ = inner.Close()
		return nil, err
	}
	return e, nil
}

// Close closes the environment, after what was submitted to it is committed. While a transaction of it is open it does
// nothing and answers ErrBusy; ErrNested while the caller's thread has the write transaction, by the same folder opened
// twice, that the submitted waits for. An environment that has been closed answers ErrClosed to everything, Close too. It
// must not be called by the function that Submit was given.
func (e *Env) Close() error {
	// Batches that wait for a write transaction of this process would wait for ever for a caller that waits here.
	if n := e.open.Load(); n > 0 {
		return fail(CodeBusy, "the environment has %d open transaction(s): commit or abort them, then close it", n)
	}
	if err := e.queue.close(e.writing); err != nil {
		return err
	}
	err := e.engine.Close()
	if err != nil && CodeOf(err) != CodeClosed {
		e.queue.reopen()
	}
	return wrap(err)
}

// Grow raises the size that the environment's file may have to at least size bytes; less than it has does nothing. It
// waits for this process's transactions to end and answers ErrBusy if they do not (LMDB: 10 seconds), so it must not be
// called by a goroutine that has one open. Other processes follow by themselves.
func (e *Env) Grow(ctx context.Context, size int64) error {
	grower, ok := e.engine.(engine.Grower)
	if !ok {
		return fail(CodeInvalidArgument, "this engine has no upper limit that could be raised")
	}
	return wrap(grower.Grow(ctx, size))
}

// registryTables are the tables of the registry as far as they exist.
func (e *Env) registryTables() scope.Tables {
	return scope.Tables{Rows: e.rows.found(), Records: e.records.found()}
}

// ensureTables makes our own tables, so that a later put can register a scope.
func (e *Env) ensureTables(ctx context.Context) error {
	for _, late := range [...]*lateTable{&e.rows, &e.records} {
		if late.found() != nil {
			continue
		}
		if err := late.make(ctx, e.engine); err != nil {
			return wrap(err)
		}
	}
	return e.ensureFormat(ctx)
}

// late looks for our own tables again if they were missing: another process may have made them.
func (e *Env) late() error {
	for _, late := range [...]*lateTable{&e.rows, &e.records} {
		if _, err := late.get(e.engine); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// ReadOnly says whether the environment is open for reading only.
func (e *Env) ReadOnly() bool { return e.engine.Caps().ReadOnly }

// String names the environment in errors and logs.
func (e *Env) String() string { return fmt.Sprintf("scoped-lmdb environment (%T)", e.engine) }
