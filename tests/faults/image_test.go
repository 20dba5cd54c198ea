// What is stored, below the core, and how do two states differ?
package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// image is all that is stored: tables, and their entries by stored key.
type image struct {
	tables map[string]map[string]string
	file   []byte // an LMDB file that holds it, once there was need of one
}

// take reads all that is stored.
func take(t *testing.T, e engine.Engine) *image {
	t.Helper()
	txn, err := e.Begin(ctx, engine.TxnOptions{})
	must(t, err)
	names, err := txn.Tables()
	must(t, err)
	must(t, txn.Abort())
	var tables []engine.Table
	for _, name := range append(names, engine.Unnamed) {
		table, err := e.Table(ctx, name, false)
		must(t, err)
		tables = append(tables, table)
	}
	txn, err = e.Begin(ctx, engine.TxnOptions{})
	must(t, err)
	all := &image{tables: map[string]map[string]string{}}
	for _, table := range tables {
		all.tables[table.Name()] = contents(t, txn, table)
	}
	must(t, txn.Abort())
	return all
}

func contents(t *testing.T, txn engine.Txn, table engine.Table) map[string]string {
	t.Helper()
	cursor, err := txn.Scan(engine.Place{Table: table}, engine.Range{})
	must(t, err)
	defer cursor.Close()
	found := map[string]string{}
	for {
		var entries [16]engine.Entry
		n, err := cursor.Next(entries[:])
		must(t, err)
		if n == 0 {
			return found
		}
		for _, entry := range entries[:n] {
			found[string(entry.Key)] = string(entry.Value)
		}
	}
}

// lay stores an image in an empty engine.
func (all *image) lay(t *testing.T, e engine.Engine) {
	t.Helper()
	tables := map[string]engine.Table{}
	for name := range all.tables {
		table, err := e.Table(ctx, name, true)
		must(t, err)
		tables[name] = table
	}
	txn, err := e.Begin(ctx, engine.TxnOptions{Write: true})
	must(t, err)
	for name, entries := range all.tables {
		for key, value := range entries {
			must(t, txn.Put(engine.Place{Table: tables[name]}, []byte(key), []byte(value)))
		}
	}
	must(t, txn.Commit())
}

// is says how what was found differs from the image; nil if it does not.
func (all *image) is(found *image) error { return errors.Join(all.within(found), found.within(all)) }

// within says what the image has and larger has not. An empty table is as good as none.
func (all *image) within(larger *image) error {
	var lost []error
	for _, name := range slices.Sorted(maps.Keys(all.tables)) {
		entries := all.tables[name]
		if maps.Equal(entries, larger.tables[name]) {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			if value, ok := larger.tables[name][key]; !ok || value != entries[key] {
				lost = append(lost, fmt.Errorf("table %q: only one has %q = %.80q", name, key, entries[key]))
			}
		}
	}
	return errors.Join(lost...)
}
