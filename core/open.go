package core

import (
	"cmp"
	"context"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// Spec says how to open a database whose keys and values the caller encodes. DatabaseOptions is what Go users give.
type Spec struct {
	Name string
	Kind Kind
	// Layout is 0 for the one that is stored, or Ordered for a new database.
	Layout layout.Layout
	// Key and Value are the types of a layout whose bytes do not say them; codec.Auto otherwise.
	Key, Value codec.Type
	// UnnamedDefault keeps the default scope in the engine's unnamed table.
	UnnamedDefault bool
	// MustExist refuses to make the database.
	MustExist bool
	// types chooses the types once the layout is known; nil for those above.
	types func(layout.Layout) (key, value codec.Type, err error)
}

// found is what there is of a database.
type found struct {
	unscoped, scoped bool
	record           *record
}

func (f found) anything() bool { return f.unscoped || f.scoped || f.record != nil }

// OpenRaw opens a database, and makes it if it is missing. It must not be called by a goroutine that has the write
// transaction (ErrNested), unless the database is complete already. Errors: ErrInvalidName, ErrKindMismatch,
// ErrLayoutMismatch, ErrDatabaseNotFound, ErrDatabasesFull, ErrInvalidArgument, ErrFormatTooNew.
func (e *Env) OpenRaw(ctx context.Context, spec Spec) (*Raw, error) {
	if err := checkDatabaseName(spec.Name); err != nil {
		return nil, err
	}
	if spec.Kind < KindTyped || spec.Kind > KindBytes {
		return nil, fail(CodeInvalidArgument, "database %q: %v is none of typed, bytes-key and bytes", spec.Name, spec.Kind)
	}
	for {
		raw, settled, err := e.openOnce(ctx, spec)
		if settled || err != nil {
			return raw, err
		}
	}
}

// openOnce opens a database as it finds it; it is not settled if another process made it meanwhile.
func (e *Env) openOnce(ctx context.Context, spec Spec) (raw *Raw, settled bool, err error) {
	if err := e.late(); err != nil {
		return nil, false, err
	}
	raw = newRaw(e, spec)
	f, err := e.inspect(ctx, raw)
	if err != nil {
		return nil, false, err
	}
	if err := raw.settle(spec, f); err != nil {
		return nil, false, err
	}
	readOnly := e.engine.Caps().ReadOnly
	// The unnamed database is always there, and with it what a foreign program has put into it.
	if !f.anything() && !spec.UnnamedDefault && (spec.MustExist || readOnly) {
		return nil, false, fail(CodeDatabaseNotFound, "there is no database %q, and it was not to be made", spec.Name)
	}
	if readOnly {
		raw.provisional.Store(!f.scoped)
		e.want(&raw.unscoped, &raw.scoped)
		return raw, true, nil
	}
	settled, err = e.complete(ctx, raw, f)
	return raw, settled, err
}

// inspect finds out what there is of a database.
func (e *Env) inspect(ctx context.Context, raw *Raw) (found, error) {
	var f found
	for _, part := range [...]struct {
		table *lateTable
		there *bool
	}{{&raw.unscoped, &f.unscoped}, {&raw.scoped, &f.scoped}} {
		handle, err := part.table.get(e.engine)
		if err != nil {
			return f, wrapf(err, "database %q", raw.name)
		}
		*part.there = handle != nil && part.table.name != engine.Unnamed
	}
	err := e.View(ctx, func(t *Txn) (err error) {
		if err = e.checkFormat(t); err == nil {
			f.record, err = t.readRecord(raw.name)
		}
		if err == nil {
			err = t.checkUnnamed(raw)
		}
		return err
	})
	return f, err
}

// settle decides on layout and types by what is stored, and refuses what does not fit.
func (raw *Raw) settle(spec Spec, f found) error {
	raw.layout = spec.Layout
	switch {
	case f.record != nil:
		raw.layout, _ = layout.Parse(f.record.Layout)
	case f.scoped: // made by scoped-heed: we record what we make
		raw.layout = layout.Heed
	case spec.Layout == 0:
		raw.layout = layout.Ordered
	}
	if spec.Layout != 0 && spec.Layout != raw.layout {
		return fail(CodeLayoutMismatch, "database %q is stored in layout %v, and %v was asked for", spec.Name, raw.layout, spec.Layout)
	}
	if raw.layout != layout.Ordered && raw.layout != layout.Heed {
		return fail(CodeInvalidArgument, "database %q: %v is none of ordered and heed", spec.Name, raw.layout)
	}
	if f.record != nil && f.record.Kind != spec.Kind.String() {
		return fail(CodeKindMismatch, "database %q was made as %s, and %s was asked for", spec.Name, f.record.Kind, spec.Kind)
	}
	raw.key, raw.value = spec.Key, spec.Value
	if spec.types != nil {
		var err error
		if raw.key, raw.value, err = spec.types(raw.layout); err != nil {
			return wrapf(err, "database %q", spec.Name)
		}
	}
	if err := checkTypes(spec.Kind, raw.layout, raw.key, raw.value); err != nil {
		return fail(CodeInvalidArgument, "database %q: %v", spec.Name, err)
	}
	if f.record != nil && *f.record != raw.record() {
		return fail(CodeKindMismatch, "database %q was made with key type %s, value type %s, unnamed default %v; asked for were %s, %s, %v",
			spec.Name, f.record.Key, f.record.Value, f.record.Unnamed, raw.key, raw.value, spec.UnnamedDefault)
	}
	raw.finish()
	return nil
}

// complete makes what is missing. The record comes first: a table of named scopes without one would be taken for
// scoped-heed's.
func (e *Env) complete(ctx context.Context, raw *Raw, f found) (settled bool, err error) {
	if f.unscoped && f.scoped && f.record != nil && e.rows.found() != nil {
		return true, nil
	}
	if err := e.ensureTables(ctx); err != nil {
		return false, err
	}
	if f.record == nil && !f.scoped {
		if settled, err = e.recordNew(ctx, raw); err != nil || !settled {
			return false, err
		}
	}
	for _, table := range [...]*lateTable{&raw.unscoped, &raw.scoped} {
		if err := table.make(ctx, e.engine); err != nil {
			return false, wrapf(err, "database %q", raw.name)
		}
	}
	return true, nil
}

// recordNew records a new database, unless another process has made it meanwhile.
func (e *Env) recordNew(ctx context.Context, raw *Raw) (settled bool, err error) {
	err = e.Update(ctx, func(t *Txn) error {
		there, err := t.readRecord(raw.name)
		if err != nil {
			return err
		}
		names, err := t.engine.Tables()
		if err != nil {
			return wrap(err)
		}
		if there != nil || slices.Contains(names, raw.scoped.name) {
			settled = false
			return nil
		}
		if err := cmp.Or(t.checkUnnamed(raw), t.checkEntries(raw)); err != nil {
			return err
		}
		settled = true
		r := raw.record()
		return t.writeRecord(raw.name, &r)
	})
	return settled, err
}

// checkUnnamed refuses a second database whose default scope would be the unnamed one: the two would share it.
func (t *Txn) checkUnnamed(raw *Raw) error {
	table := t.env.records.found()
	if table == nil || raw.unscoped.name != engine.Unnamed {
		return nil
	}
	b := prefixBounds([]byte(databasePrefix))
	cursor, err := t.engine.Scan(engine.Place{Table: table}, b.span(nil).r)
	if err != nil {
		return wrap(err)
	}
	defer cursor.Close()
	var entries [16]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return wrap(err)
		}
		for _, entry := range entries[:n] {
			name := string(entry.Key[len(databasePrefix):])
			other, err := parseRecord(name, entry.Value)
			if err == nil && other.Unnamed && name != raw.name {
				return fail(CodeKindMismatch, "the unnamed default scope belongs to database %q, and %q cannot share it: open %q without it",
					name, raw.name, raw.name)
			}
		}
	}
}

// checkEntries refuses a database whose table cannot be made, since the unnamed database has an entry of that name.
func (t *Txn) checkEntries(raw *Raw) error {
	unnamed, err := t.env.engine.Table(context.Background(), engine.Unnamed, false)
	if err != nil {
		return wrap(err)
	}
	for _, name := range [...]string{raw.unscoped.name, raw.scoped.name} {
		if name == engine.Unnamed {
			continue
		}
		_, err := t.engine.Get(engine.Place{Table: unnamed}, []byte(name))
		switch {
		case err == nil:
			return fail(CodeInvalidName, "database %q cannot be made: the unnamed database has an entry under the key %q", raw.name, name)
		case err != engine.ErrNotFound:
			return wrap(err)
		}
	}
	return nil
}

// record is what is recorded of the database.
func (raw *Raw) record() record {
	return record{
		Kind: raw.kind.String(), Layout: raw.layout.String(), Key: raw.key.String(), Value: raw.value.String(),
		Unnamed: raw.unscoped.name == engine.Unnamed,
	}
}
