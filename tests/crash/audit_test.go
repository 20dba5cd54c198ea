// Is what a killed writer left whole? Read through the core, and below it.
package crash

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

var ctx = context.Background()

// audit reads what a file holds. With readOnly it leaves what a killed writer had half made as it is, for the next
// writer; else it completes it. A file that was never begun holds nothing.
func audit(o options, readOnly bool) (*model, error) {
	env, err := o.open(readOnly)
	if errors.Is(err, core.ErrPathNotFound) && readOnly {
		return newModel(), nil
	}
	if err != nil {
		return nil, err
	}
	found, layouts, err := read(env)
	if err != nil {
		return nil, errors.Join(err, env.Close())
	}
	if err := env.Close(); err != nil {
		return nil, err
	}
	return found, auditTables(o, readOnly, layouts)
}

// read reads all databases that there are, in one snapshot, and says in which layouts they are.
func read(env *core.Env) (*model, map[string]layout.Layout, error) {
	layouts, databases := map[string]layout.Layout{}, map[int]*database{}
	for i, e := range catalogue {
		db, err := e.open(env, core.MustExist())
		if errors.Is(err, core.ErrDatabaseNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		databases[i], layouts[e.name] = db, db.raw.Layout()
	}
	progress, err := openProgress(env, core.MustExist())
	if errors.Is(err, core.ErrDatabaseNotFound) {
		return newModel(), layouts, nil
	}
	if err != nil {
		return nil, nil, err
	}
	layouts[progressName] = core.Ordered
	found := newModel()
	err = env.View(ctx, func(t *core.Txn) (err error) {
		if found.number, err = progress.last(t); err != nil {
			return err
		}
		return found.read(t, databases)
	})
	return found, layouts, err
}

func (m *model) read(t *core.Txn, databases map[int]*database) error {
	infos, err := t.Scopes()
	if err != nil {
		return err
	}
	for _, info := range infos {
		if m.scopes[info.Name] != nil {
			return fmt.Errorf("scope %q is registered twice", info.Name)
		}
		m.scopes[info.Name] = contents{}
		id, ok, err := t.ScopeID(info.Name)
		if err != nil || !ok || id != info.ID {
			return fmt.Errorf("scope %q is listed with id %08x, and found with %08x, %v, %v", info.Name, info.ID, id, ok, err)
		}
	}
	for i, db := range databases {
		for name, held := range m.scopes {
			if held[i], err = db.entries(t, core.Named(name)); err != nil {
				return fmt.Errorf("scope %q, database %q: %w", name, catalogue[i].name, err)
			}
		}
		if m.plain[i], err = db.entries(t, core.Default); err != nil {
			return fmt.Errorf("the default scope, database %q: %w", catalogue[i].name, err)
		}
	}
	return nil
}

// auditTables checks the registry against itself and against every stored entry, below the core's own reading.
func auditTables(o options, readOnly bool, layouts map[string]layout.Layout) error {
	e, err := o.config(readOnly).Open()
	if err != nil {
		return err
	}
	t, err := e.Begin(ctx, engine.TxnOptions{})
	if err != nil {
		return errors.Join(err, e.Close())
	}
	err = tables{e, t}.check(o, layouts)
	return errors.Join(err, t.Abort(), e.Close())
}

// tables are the stored tables, in one snapshot.
type tables struct {
	engine engine.Engine
	txn    engine.Txn
}

// all reads a table; nothing if it is missing.
func (ts tables) all(name string) ([]engine.Entry, error) {
	table, err := ts.engine.Table(ctx, name, false)
	if errors.Is(err, engine.ErrNoTable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cursor, err := ts.txn.Scan(engine.Place{Table: table}, engine.Range{})
	if err != nil {
		return nil, err
	}
	defer cursor.Close()
	var all []engine.Entry
	for {
		var entries [64]engine.Entry
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return all, err
		}
		all = append(all, entries[:n]...)
	}
}

func (ts tables) check(o options, layouts map[string]layout.Layout) error {
	ids, err := ts.registry(o)
	if err != nil {
		return err
	}
	names, err := ts.txn.Tables()
	if err != nil {
		return err
	}
	for _, name := range names {
		base, is := strings.CutSuffix(name, "_scoped")
		if !is || name == "__scoped_lmdb" {
			continue
		}
		stored, known := layouts[base]
		if !known {
			return fmt.Errorf("table %q is of no database that could be opened", name)
		}
		entries, err := ts.all(name)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if len(entry.Key) < 4 {
				return fmt.Errorf("table %q has a key of %d bytes", name, len(entry.Key))
			}
			if id := stored.ID([4]byte(entry.Key)); ids[id] == "" {
				return fmt.Errorf("table %q has an entry of id %08x, which is not registered", name, id)
			}
		}
	}
	return nil
}

// registry reads rows and displaced names: ids (which are the rows' keys) and names are unique, and a name that is not
// at home is found by its record. There is no record without a row.
func (ts tables) registry(o options) (map[uint32]string, error) {
	rows, err := ts.all("__global_scope_metadata")
	if err != nil {
		return nil, err
	}
	ids, byName, displaced := map[uint32]string{}, map[string]uint32{}, map[string]string{}
	for _, row := range rows {
		name := string(row.Value[8:])
		id := binary.LittleEndian.Uint32(row.Key)
		if string(row.Value) != string(scope.Row(name)) || name == "" {
			return nil, fmt.Errorf("the row of id %08x is %x", id, row.Value)
		}
		if other, twice := byName[name]; twice {
			return nil, fmt.Errorf("the name %q has ids %08x and %08x", name, other, id)
		}
		ids[id], byName[name] = name, id
		if home := o.hash(name); home != id {
			key := binary.BigEndian.AppendUint32([]byte("displaced/"), home)
			displaced[string(binary.BigEndian.AppendUint32(key, id))] = name
		}
	}
	records, err := ts.all("__scoped_lmdb")
	if err != nil {
		return nil, err
	}
	found := 0
	for _, record := range records {
		if !strings.HasPrefix(string(record.Key), "displaced/") {
			continue
		}
		if found++; displaced[string(record.Key)] != string(record.Value) {
			return nil, fmt.Errorf("the record %q says %q, and the rows %q", record.Key, record.Value, displaced[string(record.Key)])
		}
	}
	if found != len(displaced) {
		return nil, fmt.Errorf("%d names are displaced, and %d records say so", len(displaced), found)
	}
	return ids, nil
}
