package core

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// What tools need that take every database as it comes: copies, exports, checks. They see databases as they are stored,
// whatever kind they were made as, and whether or not anything says so.

// Stored is a database as it is stored.
type Stored struct {
	DatabaseInfo
	// Raw has stored keys in the place of logical ones: what is stored without the scope's id. Its order is that of the
	// stored bytes. Nil if the database's record cannot be read: Damage says why.
	Raw    *Raw
	Damage error
	// HasDefault and HasNamed say whether there is a table for the default scope and one for named scopes.
	HasDefault, HasNamed bool
}

// Foreign says that another program made the database, so that nothing says what its keys and values are.
func (s *Stored) Foreign() bool { return s.Kind == 0 && s.Damage == nil }

// ViewStored runs fn in a read transaction in which every database of the environment can be read as it is stored. The
// databases are those of the transaction's snapshot, by name.
func (e *Env) ViewStored(ctx context.Context, fn func(t *Txn, databases []Stored) error) error {
	for tries := 0; ; tries++ {
		// The first look opens the handles of all tables, the second transaction can use them.
		var tables []string
		err := e.View(ctx, func(t *Txn) (err error) {
			tables, err = t.Tables()
			return err
		})
		if err != nil {
			return err
		}
		settled := false
		err = e.View(ctx, func(t *Txn) error {
			again, err := t.Tables()
			if err != nil || !slices.Equal(again, tables) {
				return err
			}
			settled = true
			databases, err := t.stored(tables)
			if err != nil {
				return err
			}
			return fn(t, databases)
		})
		if settled || err != nil {
			return err
		}
		if tries >= conflicts {
			return fail(CodeConflict, "other processes made databases all the time: try again")
		}
	}
}

func (t *Txn) stored(tables []string) ([]Stored, error) {
	var all []Stored
	for _, name := range databaseNames(tables) {
		s := Stored{HasDefault: slices.Contains(tables, name), HasNamed: slices.Contains(tables, name+scopedSuffix)}
		info, err := t.databaseInfo(name, tables)
		switch s.DatabaseInfo = info; {
		case CodeOf(err) == CodeCorrupt:
			s.Damage = err
		case err != nil:
			return nil, err
		}
		s.HasDefault = s.HasDefault || info.UnnamedDefault
		if s.Damage == nil {
			if s.Raw, err = t.env.openStored(info); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// OpenStored opens a database that exists as it is stored; see Stored. A put through it must be of keys and values of the
// database's own kind: nothing checks that. ErrDatabaseNotFound.
func (e *Env) OpenStored(ctx context.Context, name string) (*Raw, error) {
	var found *Raw
	err := e.ViewStored(ctx, func(_ *Txn, databases []Stored) error {
		for _, s := range databases {
			if s.Name == name {
				found = s.Raw
				return s.Damage
			}
		}
		return fail(CodeDatabaseNotFound, "there is no database %q", name)
	})
	return found, err
}

func (e *Env) openStored(info DatabaseInfo) (*Raw, error) {
	spec := Spec{Name: info.Name, Kind: info.Kind, UnnamedDefault: info.UnnamedDefault}
	raw := newRaw(e, spec)
	raw.stored = true
	if raw.layout = info.Layout; raw.layout == 0 {
		raw.layout = layout.Ordered
	}
	raw.key, raw.value = info.Key, info.Value
	raw.finish()
	raw.unscopedForm, raw.scopedForm = layout.Plain, layout.Plain
	raw.maxKey = e.engine.Caps().MaxKey // the engine refuses what is longer with a scope's id
	for _, late := range [...]*lateTable{&raw.unscoped, &raw.scoped} {
		if _, err := late.get(e.engine); err != nil {
			return nil, wrapf(err, "database %q", info.Name)
		}
	}
	return raw, nil
}

// MakeForeign makes a database as another program would, without a record of its kind: a plain table of LMDB's, and with
// named a table of named scopes, which makes it a database of scoped-heed's. It is for imports of such databases.
func (e *Env) MakeForeign(ctx context.Context, name string, named bool) error {
	if err := checkDatabaseName(name); err != nil {
		return err
	}
	if err := e.late(); err != nil {
		return err
	}
	if err := e.ensureTables(ctx); err != nil {
		return err
	}
	names := []string{name}
	if named {
		names = append(names, name+scopedSuffix)
	}
	for _, name := range names {
		if _, err := e.engine.Table(ctx, name, true); err != nil {
			return wrapf(err, "database %q", name)
		}
	}
	return nil
}

// Logical finds the logical key of a stored one in a scope of the database. It borrows from the stored key, or from scratch,
// which it grows. ErrCorrupt if the key is not of the database's form.
func (raw *Raw) Logical(s scope.Scope, scratch *[]byte, stored []byte) ([]byte, error) {
	form := raw.scopedForm
	if s.IsDefault() {
		form = raw.unscopedForm
	}
	key, err := form.Logical(scratch, stored)
	return key, wrap(err)
}

// StoredForm says how the stored keys of a database are turned into logical ones, without opening it.
func StoredForm(kind Kind, l Layout, key codec.Type) (unscoped, scoped layout.Form) {
	return forms(kind, l, key)
}

// Tables lists the names of all tables that the engine has, also those that belong to no database.
func (t *Txn) Tables() ([]string, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	names, err := t.engine.Tables()
	return names, wrap(err)
}

// Snapshot is the number of the commit that a read transaction sees; 0 where that is not known.
func (t *Txn) Snapshot() uint64 { return t.engine.Snapshot() }

// The tables of an environment that are no database's.
const (
	RegistryTable = rowsTable
	RecordsTable  = recordsTable
)

// NamedTable is the table of a database's named scopes.
func NamedTable(database string) string { return database + scopedSuffix }

// RecordedDatabase is the name of the database whose record has a key in RecordsTable; false if it is no such record.
func RecordedDatabase(key []byte) (string, bool) {
	return strings.CutPrefix(string(key), databasePrefix)
}

// FormatRecord says whether a key in RecordsTable is that of the format.
func FormatRecord(key []byte) bool { return string(key) == formatKey }

// WalkTable goes through a table as it is stored, keys with their scopes' ids, from a key on (nil: from the first), until
// visit answers false. Keys and values are borrowed for the call, which must not use the transaction to write. A table that
// does not exist is empty. ErrConflict if it was made since the transaction began.
func (t *Txn) WalkTable(name string, from []byte, visit func(key, value []byte) (bool, error)) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	table, err := t.env.engine.Table(context.Background(), name, false)
	if errors.Is(err, engine.ErrNoTable) {
		return nil
	}
	if err != nil {
		return wrap(err)
	}
	cursor, err := t.engine.Scan(engine.Place{Table: table}, engine.Range{From: from})
	if err != nil {
		return wrap(err)
	}
	defer cursor.Close()
	var entries [fullBatch]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return wrap(err)
		}
		for _, entry := range entries[:n] {
			if more, err := visit(entry.Key, entry.Value); !more || err != nil {
				return err
			}
		}
	}
}

// CheckRegistry looks for damage in the registry of scopes, and reports each fault; see scope.Fault. The scopes that are
// sound are handed out, by id.
func (t *Txn) CheckRegistry(report func(scope.Fault)) (map[uint32]string, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	sound, err := t.env.registry.Check(t.engine, t.env.registryTables(), report)
	return sound, wrap(err)
}
