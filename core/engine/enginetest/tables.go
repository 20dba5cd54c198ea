// Are tables created when asked and only then, kept apart, and listed whole?

package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var tableCases = []testCase{
	{"CreatedWhenAsked", tableCreatedWhenAsked},
	{"Apart", tableApart},
	{"OpenedTwice", tableOpenedTwice},
	{"Names", tableNames},
	{"Listed", tableListed},
	{"LaterTransactions", tableLaterTransactions},
	{"OlderReader", tableOlderReader},
	{"OlderWriter", tableOlderWriter},
	{"WaitsForTheWriter", tableWaitsForTheWriter},
}

// wantTables ends the test unless the transaction lists these tables.
func (f *fixture) wantTables(tx engine.Txn, want ...string) {
	f.Helper()
	names, err := tx.Tables()
	f.must(err)
	if !slices.Equal(names, want) {
		f.Fatalf("Tables gave %q, want %q", names, want)
	}
}

func tableCreatedWhenAsked(f *fixture) {
	ctx := context.Background()
	for range 2 {
		_, err := f.engine.Table(ctx, "missing", false)
		f.wantError(err, engine.ErrNoTable)
	}
	f.read(func(tx engine.Txn) { f.wantTables(tx) })
	for _, create := range []bool{true, false, true} {
		table, err := f.engine.Table(ctx, "made", create)
		f.must(err)
		if table.Name() != "made" {
			f.Errorf("Name gave %q", table.Name())
		}
	}
	f.read(func(tx engine.Txn) {
		f.wantTables(tx, "made")
		f.wantContent(tx, f.whole("made"), content{})
	})
}

func tableApart(f *fixture) {
	var spots []engine.Place
	for _, name := range []string{"", "a", "b", "aa", "a_scoped"} {
		spots = append(spots, f.whole(name))
	}
	f.write(func(tx engine.Txn) {
		for _, at := range spots {
			for key, value := range named(at.Table.Name(), "x", "y") {
				f.put(tx, at, key, value)
			}
		}
	})
	f.drop(func(tx engine.Txn) {
		for i, at := range spots {
			n, err := tx.DeleteRange(at, engine.Range{})
			f.must(err)
			if n != 2 {
				f.Errorf("DeleteRange in %q deleted %d, want 2", at.Table.Name(), n)
			}
			for _, other := range spots[i+1:] {
				f.wantContent(tx, other, named(other.Table.Name(), "x", "y"))
			}
		}
	})
	f.read(func(tx engine.Txn) {
		for _, at := range spots {
			f.wantContent(tx, at, named(at.Table.Name(), "x", "y"))
		}
	})
}

// tableOpenedTwice has two handles of a table, or one twice: they show the same, and are no other table's.
func tableOpenedTwice(f *fixture) {
	one, two, other := f.whole("same"), f.whole("same"), f.whole("other")
	if one.Table == other.Table || two.Table == other.Table {
		f.Errorf("the handles of two tables are equal")
	}
	f.fill(one, content{"by": "one"})
	f.write(func(tx engine.Txn) {
		f.wantContent(tx, two, content{"by": "one"})
		f.put(tx, two, "by", "two")
		f.wantContent(tx, one, content{"by": "two"})
		f.wantContent(tx, other, content{})
	})
}

// tableNames has names that are text, but not words.
func tableNames(f *fixture) {
	names := []string{
		" ", "a b", "a/b", "..", "%s", "A", "a", "tenant-1", "__reserved", "naïve", "表", strings.Repeat("n", 300),
	}
	for _, name := range names {
		f.fill(f.whole(name), content{"name": name})
	}
	slices.Sort(names)
	f.read(func(tx engine.Txn) { f.wantTables(tx, names...) })
	for _, name := range names {
		table, err := f.engine.Table(context.Background(), name, false)
		f.must(err)
		if table.Name() != name {
			f.Errorf("Name gave %q, want %q", table.Name(), name)
		}
		f.read(func(tx engine.Txn) { f.wantContent(tx, engine.Place{Table: table}, content{"name": name}) })
	}
}

// tableListed makes tables in disorder, with entries of the unnamed table around them.
func tableListed(f *fixture) {
	f.read(func(tx engine.Txn) { f.wantTables(tx) })
	unnamed := f.whole(engine.Unnamed)
	f.fill(unnamed, named("entry", "", "a", "table", "table100", "zz").without(""))
	var names []string
	for i := range 30 {
		name := fmt.Sprintf("table%02d", i*7%30)
		f.table(name)
		names = append(names, name)
		slices.Sort(names)
		f.read(func(tx engine.Txn) { f.wantTables(tx, names...) })
	}
	f.write(func(tx engine.Txn) {
		f.put(tx, unnamed, "table000", "an entry")
		f.wantTables(tx, names...)
	})
}

func tableLaterTransactions(f *fixture) {
	first := f.whole("first")
	for i := range 10 {
		at := f.whole(fmt.Sprintf("later%d", i))
		f.write(func(tx engine.Txn) {
			f.wantContent(tx, at, content{})
			f.put(tx, at, "key", "value")
			f.put(tx, first, "round", fmt.Sprint(i))
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"key": "value"}) })
	}
}

// tableOlderReader uses a table in a snapshot that does not have it. Its handle need not serve there; but what it
// answers is that there is nothing, or an error that says to begin again.
func tableOlderReader(f *fixture) {
	f.fill(f.whole("first"), content{"key": "first"})
	old := f.begin(false)
	at := f.whole("second")
	check := func(what string, right bool, err error) {
		f.Helper()
		if err != nil {
			f.wantError(err, engine.ErrConflict, engine.ErrNoTable, engine.ErrNotFound)
		} else if !right {
			f.Errorf("%s in an older snapshot saw what was committed later", what)
		}
	}
	for range 2 {
		value, err := old.Get(at, []byte("key"))
		check("Get", value == nil && err != nil, err)
		n, err := old.Count(at, engine.Range{})
		check("Count", n == 0, err)
		values := make([][]byte, 1)
		err = old.GetMany(at, [][]byte{[]byte("key")}, values)
		check("GetMany", values[0] == nil, err)
		cursor, err := old.Scan(at, engine.Range{})
		check("Scan", true, err)
		if err == nil {
			n, err := cursor.Next(make([]engine.Entry, 1))
			check("Next", n == 0, err)
			cursor.Close()
		}
		// The second time there is something in it.
		f.fill(at, content{"key": "second"})
	}
	f.wantContent(old, f.whole("first"), content{"key": "first"})
	f.must(old.Abort())
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"key": "second"}) })
}

// tableOlderWriter opens a table that exists while a writer is open that began before: elsewhere, since a writer's own
// thread may be refused. The older writer may use the handle rightly or be told to begin again.
func tableOlderWriter(f *fixture) {
	f.fill(f.whole("exists"), content{"key": "value"})
	if f.reopen != nil {
		f.again() // So that this engine has no handle of it yet.
	}
	first := f.whole("first")
	writer := f.begin(true)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var table engine.Table
	err := elsewhere(func() (err error) {
		table, err = f.engine.Table(ctx, "exists", false)
		return err
	})
	if err != nil {
		f.wantError(err, engine.ErrCanceled) // It waited for the writer, who waits for it.
	} else {
		err := writer.Put(engine.Place{Table: table}, []byte("key"), []byte("changed"))
		if err != nil {
			f.wantError(err, engine.ErrConflict)
		} else {
			f.wantValue(writer, engine.Place{Table: table}, "key", "changed")
		}
	}
	f.must(writer.Abort())
	f.fill(first, content{"key": "value"})
	f.read(func(tx engine.Txn) {
		f.wantContent(tx, first, content{"key": "value"})
		f.wantContent(tx, f.whole("exists"), content{"key": "value"})
	})
}

// tableWaitsForTheWriter creates a table while a writer is open. It waits until its context ends, and after that
// nothing is created; or it need not wait.
func tableWaitsForTheWriter(f *fixture) {
	at := f.whole("first")
	writer := f.begin(true)
	f.put(writer, at, "key", "value")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := elsewhere(func() error {
		_, err := f.engine.Table(ctx, "second", true)
		return err
	})
	created := err == nil
	if !created {
		f.wantError(err, engine.ErrCanceled)
		f.wantError(err, context.DeadlineExceeded)
	}
	if err := writer.Commit(); err != nil && !(created && errors.Is(err, engine.ErrConflict)) {
		f.Fatalf("Commit of the writer that was there first: %v", err)
	}
	f.read(func(tx engine.Txn) {
		if created {
			f.wantTables(tx, "first", "second")
			return
		}
		f.wantTables(tx, "first")
		f.wantContent(tx, at, content{"key": "value"})
	})
	f.table("second")
	f.read(func(tx engine.Txn) { f.wantTables(tx, "first", "second") })
}
