package maintenance

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Selection is a part of an environment. The zero value is all of it.
type Selection struct {
	// Database is the name of the only database; empty for all.
	Database string
	// Scope is the only scope; nil for all that are registered, and the default one.
	Scope *core.Scope
}

// ExportOptions say what to export, and how.
type ExportOptions struct {
	Selection
	Format   Format
	Progress ProgressFunc
}

// Export writes a part of an environment to w, as one snapshot has it. Its memory does not grow with what it exports.
// Entries of ids that no scope has are left out: see Verify. All of an environment cannot be exported if another program keeps
// entries in LMDB's unnamed database, which is none of ours: ErrInvalidArgument. Other errors: ErrNotFound and ErrDatabaseNotFound if what was
// selected does not exist, ErrCorrupt if a database's record cannot be read, ErrIO and ErrDiskFull, ErrCanceled.
func Export(ctx context.Context, env *core.Env, w io.Writer, o ExportOptions) (totals Totals, err error) {
	buffered := bufio.NewWriterSize(w, blockSize)
	err = env.ViewStored(ctx, func(t *core.Txn, databases []core.Stored) error {
		e, err := newExporter(ctx, t, databases, o)
		if err != nil {
			return err
		}
		if err := e.open(buffered, o.Format); err != nil {
			return writing(err)
		}
		err = e.run()
		totals = e.totals
		return err
	})
	if err == nil {
		err = writing(buffered.Flush())
	}
	return totals, err
}

// writing makes an error of a writer one of ours.
func writing(err error) error {
	if err == nil || core.CodeOf(err) != core.CodeInternal {
		return err
	}
	return &core.Error{Code: ioCode(err), Message: "the export could not be written: " + err.Error(), Cause: err}
}

type exporter struct {
	ctx       context.Context
	txn       *core.Txn
	databases []core.Stored
	scopes    []core.Scope
	w         exportWriter
	meter     *meter
	totals    Totals
	numbers   map[string]int // of the databases that were written
	digest    *xxhash.Digest // of the entries, for Move; nil otherwise
}

func newExporter(ctx context.Context, t *core.Txn, databases []core.Stored, o ExportOptions) (*exporter, error) {
	e := &exporter{ctx: ctx, txn: t, numbers: map[string]int{}}
	var err error
	if e.databases, err = selectDatabases(databases, o.Database); err != nil {
		return nil, err
	}
	if e.scopes, err = selectScopes(t, o.Scope); err != nil {
		return nil, err
	}
	if o.Scope == nil && o.Database == "" {
		if err := nothingUnnamed(t, e.databases); err != nil {
			return nil, err
		}
	}
	if o.Scope != nil && o.Database == "" {
		// Whoever is given one tenant's data learns nothing of the databases that it has nothing in.
		if e.databases, err = holding(t, e.databases, *o.Scope); err != nil {
			return nil, err
		}
	}
	var total uint64
	if o.Progress != nil {
		total = e.estimate(o.Scope == nil)
	}
	e.meter = newMeter(o.Progress, Entries, total, 1024)
	return e, nil
}

// nothingUnnamed refuses entries of LMDB's unnamed database, unless it is a default scope: whoever exports everything must not
// learn from a missing entry that it was not all.
func nothingUnnamed(t *core.Txn, databases []core.Stored) error {
	for _, d := range databases {
		if d.UnnamedDefault {
			return nil
		}
	}
	some := false
	err := t.WalkTable("", nil, func(_, _ []byte) (bool, error) {
		some = true
		return false, nil
	})
	if err == nil && some {
		err = fail(core.CodeInvalidArgument, "LMDB's unnamed database has entries of another program, for which an export has no place: "+
			"export database by database, or make a backup, which has all")
	}
	return err
}

// selectDatabases are all, or the one of a name; none of them may be damaged.
func selectDatabases(databases []core.Stored, name string) ([]core.Stored, error) {
	var selected []core.Stored
	for _, d := range databases {
		if name != "" && d.Name != name {
			continue
		}
		if d.Damage != nil {
			return nil, d.Damage
		}
		selected = append(selected, d)
	}
	if name != "" && len(selected) == 0 {
		return nil, fail(core.CodeDatabaseNotFound, "there is no database %q", name)
	}
	return selected, nil
}

// selectScopes are those that are registered and the default one, which comes last; or the one that is asked for. The
// scopes of an import that goes on are left out.
func selectScopes(t *core.Txn, only *core.Scope) ([]core.Scope, error) {
	if only != nil {
		if only.IsDefault() {
			return []core.Scope{core.Default}, nil
		}
		_, there, err := t.ScopeID(only.Name())
		if err == nil && !there {
			err = fail(core.CodeNotFound, "the scope %s is not registered", scope.Quote(only.Name()))
		}
		return []core.Scope{*only}, err
	}
	infos, err := t.Scopes()
	if err != nil {
		return nil, err
	}
	var scopes []core.Scope
	for _, info := range infos {
		if !strings.HasPrefix(info.Name, StagingPrefix) {
			scopes = append(scopes, core.Named(info.Name))
		}
	}
	return append(scopes, core.Default), nil
}

// estimate is about how many entries there are to export.
func (e *exporter) estimate(all bool) (total uint64) {
	for _, d := range e.databases {
		if all {
			total += d.Entries
			continue
		}
		for _, s := range e.scopes {
			if n, err := d.Raw.Estimate(e.txn, s); err == nil {
				total += n
			}
		}
	}
	return total
}

func (e *exporter) open(w io.Writer, format Format) (err error) {
	switch format {
	case Blocks:
		e.w, err = newBlockWriter(w)
	case Lines:
		e.w = newLineWriter(w)
	default:
		err = fail(core.CodeInvalidArgument, "%d is no format of exports", format)
	}
	return err
}

func (e *exporter) run() error {
	if err := e.w.head(e.txn.Snapshot()); err != nil {
		return writing(err)
	}
	// All databases are described, also those without entries, so that they exist after an import.
	for i, d := range e.databases {
		e.numbers[d.Name] = i
		e.totals.Databases++
		if err := e.w.database(describe(d.DatabaseInfo)); err != nil {
			return writing(err)
		}
	}
	for _, s := range e.scopes {
		e.totals.Scopes++
		if err := e.w.scope(s); err != nil {
			return writing(err)
		}
	}
	for i := range e.scopes {
		for _, d := range e.databases {
			if err := e.section(d, i); err != nil {
				return err
			}
		}
	}
	if err := e.meter.finish(e.ctx); err != nil {
		return err
	}
	return writing(e.w.end(e.totals))
}

func (e *exporter) section(d core.Stored, number int) error {
	entries, err := d.Raw.Entries(e.txn, e.scopes[number], core.Bounds{})
	if err != nil {
		return err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	for begun := false; ; begun = true {
		ok, err := entries.Next()
		if err != nil || !ok {
			return err
		}
		value, err := entries.Value()
		if err != nil {
			return err
		}
		if !begun {
			if err := e.w.section(e.numbers[d.Name], number); err != nil {
				return writing(err)
			}
		}
		if err := e.w.entry(entries.Key(), value); err != nil {
			return writing(err)
		}
		e.totals.count(entries.Key(), value)
		e.digestEntry(d.Name, entries.Key(), value)
		if err := e.meter.add(e.ctx, 1); err != nil {
			return err
		}
	}
}

// digestEntry takes an entry into the digest, if there is one.
func (e *exporter) digestEntry(database string, key, value []byte) {
	if e.digest == nil {
		return
	}
	for _, part := range [...][]byte{[]byte(database), key, value} {
		_, _ = e.digest.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(part))))
		_, _ = e.digest.Write(part)
	}
}
