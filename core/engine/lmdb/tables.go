package lmdb

import (
	"bytes"
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// LMDB's table handles (DBIs) are numbers in an array of the environment. A transaction that opens one writes to the
// first free number that *it* knows of; one that began before another was opened may know the same number, and would
// overwrite it. Hence the rules here:
//
//   - a handle is opened only in a transaction made for it, which began after every other opening, and one at a time;
//   - a transaction uses only handles that were opened before it began: `opened` counts them, a table knows its number
//     in that count, a transaction the count when it began. Another one is answered with ErrConflict.
//   - handles stay open as long as the environment.
type tables struct {
	mu     sync.Mutex
	byName sync.Map // name -> *table
	opened atomic.Uint64
}

// table is an open handle.
type table struct {
	name string
	dbi  apiDBI
	seq  uint64 // how many handles had been opened, this one included
}

// Name is the table's name.
func (t *table) Name() string { return t.name }

// unnamed is LMDB's main database, which every transaction can use. LMDB gives it the number 1.
var unnamed = &table{name: engine.Unnamed, dbi: 1}

// recordSize is the size of the record in the main database that stands for a named one (struct MDB_db: two u16 and
// a u32, then five words).
const recordSize = 48

// Table finds a table's handle, opens it, or creates the table.
func (s *session) Table(ctx context.Context, name string, create bool) (engine.Table, error) {
	if s.txns.Load() < 0 {
		return nil, s.closed()
	}
	if name == engine.Unnamed {
		return unnamed, nil
	}
	if t, ok := s.env.tables.byName.Load(name); ok {
		return t.(*table), nil
	}
	if strings.IndexByte(name, 0) >= 0 || len(name) > maxKey {
		return nil, invalid("the table name %q: it must have 1 to %d bytes and no zero byte", name, maxKey)
	}
	t, err := s.openTable(ctx, name)
	if err == engine.ErrNoTable && create {
		return s.createTable(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// openTable opens the handle of a table that exists; ErrNoTable, as it is, if there is none.
func (s *session) openTable(ctx context.Context, name string) (*table, error) {
	t, err := s.begin(ctx, engine.TxnOptions{})
	if err != nil {
		return nil, err
	}
	found, err := s.env.tables.open(t, name, 0)
	if err == errTooLate {
		_ = t.Abort()
		return s.openTable(ctx, name)
	}
	if err != nil {
		_ = t.Abort()
		return nil, err
	}
	return found, nil
}

// createTable creates the table in a write transaction of its own, if it is still missing.
func (s *session) createTable(ctx context.Context, name string) (*table, error) {
	for {
		t, err := s.begin(ctx, engine.TxnOptions{Write: true})
		if err != nil {
			return nil, err
		}
		made, err := s.env.tables.open(t, name, flagCreate)
		if err == nil {
			return made, nil
		}
		_ = t.Abort()
		if err != errTooLate {
			return nil, err
		}
	}
}

// errTooLate says that another handle was opened after the transaction began.
var errTooLate = fmt.Errorf("another table was opened first")

// open opens a handle in t and commits t, which ends it if (and only if) there is no error.
func (ts *tables) open(t *txn, name string, flags uint) (*table, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if found, ok := ts.byName.Load(name); ok {
		return found.(*table), t.Abort()
	}
	if t.seq != ts.opened.Load() {
		return nil, errTooLate
	}
	dbi, err := t.lm.OpenDBI(name, flags)
	switch code(err) {
	case 0:
	case rcNotFound, rcIncompatible: // absent, or an ordinary record of the main database
		if flags == 0 {
			return nil, engine.ErrNoTable
		}
		return nil, failed(err, "the table %q cannot be made: the unnamed database has a record of that name", name)
	case rcDBsFull:
		return nil, failed(err, "the table %q cannot be opened beside %d others: open the environment with a larger number "+
			"of databases", name, ts.opened.Load())
	default:
		return nil, failed(err, "the table %q could not be opened", name)
	}
	if kind, err := t.lm.Flags(dbi); err != nil || kind != 0 {
		return nil, engine.Fail(engine.ErrInvalid, fmt.Sprintf(
			"the table %q was made with flags %#x (duplicate, integer or reversed keys): only plain tables can be used", name, kind), err)
	}
	if rc := nativeSetOrder(t.raw, dbi); rc != 0 {
		return nil, t.fail(rc, fmt.Sprintf("the order of the table %q could not be set", name))
	}
	if err := t.commit(); err != nil {
		return nil, err
	}
	made := &table{name: name, dbi: dbi, seq: ts.opened.Load() + 1}
	ts.byName.Store(name, made)
	ts.opened.Store(made.seq)
	return made, nil
}

// usable says whether the transaction may use the table's handle.
func (t *txn) usable(at engine.Place) error {
	tab := at.Table.(*table)
	if tab.seq <= t.seq {
		return nil
	}
	return engine.Fail(engine.ErrConflict, fmt.Sprintf(
		"the database %q was first opened here after this transaction began: begin it again", tab.name), nil)
}

// Tables lists the named tables that the transaction sees. It opens their handles, for transactions that begin later.
func (t *txn) Tables() ([]string, error) {
	if err := t.ready(); err != nil {
		return nil, err
	}
	c, err := t.scan(engine.Place{Table: unnamed}, engine.Range{}, true)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var names []string
	var entries [batch]engine.Entry
	for {
		n, err := c.Next(entries[:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		for _, entry := range entries[:n] {
			is, err := t.isTable(entry.Key, entry.Value)
			if err != nil {
				return nil, err
			}
			if is {
				names = append(names, string(entry.Key))
			}
		}
	}
	sort.Strings(names)
	return names, nil
}

// isTable says whether a record of the main database stands for a table. LMDB marks such records, and shows the mark
// only to an attempt to open them (or to write to them, after which the transaction can only be aborted).
func (t *txn) isTable(key, value []byte) (bool, error) {
	if len(value) != recordSize || len(key) == 0 || bytes.IndexByte(key, 0) >= 0 {
		return false, nil
	}
	if _, ok := t.session.env.tables.byName.Load(string(key)); ok {
		return true, nil
	}
	_, err := t.session.openTable(context.Background(), string(key))
	if err == engine.ErrNoTable {
		return false, nil
	}
	return err == nil, err
}

// hides says whether there is the record of a table where an entry of the unnamed database is asked for.
func (t *txn) hides(at engine.Place, key []byte) (bool, error) {
	if at.Table != unnamed || head(at)+len(key) == 0 {
		return false, nil
	}
	value, rc := nativeGet(t, at, key)
	if rc == rcNotFound {
		return false, nil
	}
	if rc != 0 {
		return false, t.fail(rc, "a value could not be read")
	}
	return t.isTable(whole(at, key), value)
}

// whole is the stored key.
func whole(at engine.Place, key []byte) []byte {
	if !at.Scoped {
		return key
	}
	partition := at.Partition.Bytes()
	return append(partition[:], key...)
}

// openTables opens the handles of all tables at start, as far as they fit, so that transactions find them open.
func (e *environment) openTables() error {
	s := &session{env: e}
	t, err := s.begin(context.Background(), engine.TxnOptions{})
	if err != nil {
		return err
	}
	defer t.Abort()
	root, err := t.lm.OpenRoot(0)
	if err != nil {
		return failed(err, "the unnamed database could not be opened")
	}
	if flags, err := t.lm.Flags(root); err != nil || flags != 0 {
		return engine.Fail(engine.ErrNotEnvironment, fmt.Sprintf("the unnamed database of %s has flags %#x "+
			"(duplicate, integer or reversed keys): it cannot be used", e.config.Path, flags), err)
	}
	stat, err := t.lm.Stat(root)
	if err != nil {
		return failed(err, "the unnamed database could not be inspected")
	}
	if stat.Entries > uint64(2*e.config.MaxDatabases+2) {
		return nil // mostly data of the unnamed database, or more tables than fit
	}
	_, err = t.Tables()
	return err
}
