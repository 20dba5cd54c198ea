// Is all that was committed there when the store is opened again, and nothing else?

package enginetest

import (
	"context"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var durabilityCases = []testCase{
	{"Entries", ifDurable(durabilityEntries)},
	{"Tables", ifDurable(durabilityTables)},
	{"Often", ifDurable(durabilityOften)},
}

// ifDurable leaves a question out where the store does not outlive its engine.
func ifDurable(ask func(f *fixture)) func(f *fixture) {
	return func(f *fixture) {
		if f.reopen == nil {
			f.Skip("the store does not outlive its engine")
		}
		ask(f)
	}
}

func durabilityEntries(f *fixture) {
	wants := map[string]content{}
	for name, at := range f.places() {
		f.fill(at, numbered(10))
		f.write(func(tx engine.Txn) { wants[name] = f.everyKind(tx, at) })
		f.drop(func(tx engine.Txn) {
			f.put(tx, at, "dropped", "x")
			f.must(tx.Delete(at, []byte("batch")))
		})
	}
	f.again()
	for name, at := range f.places() {
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, wants[name]) })
		f.write(func(tx engine.Txn) { f.put(tx, at, "after", "reopening") })
		wants[name]["after"] = "reopening"
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, wants[name]) })
	}
}

func durabilityTables(f *fixture) {
	names, entries := f.hidden()
	f.table("without entries")
	f.again()
	for _, name := range append(names, "without entries") {
		table, err := f.engine.Table(context.Background(), name, false)
		f.must(err)
		if table.Name() != name {
			f.Errorf("Name gave %q, want %q", table.Name(), name)
		}
	}
	_, err := f.engine.Table(context.Background(), "missing", false)
	f.wantError(err, engine.ErrNoTable)
	at := f.whole(engine.Unnamed)
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, entries) })
	f.write(func(tx engine.Txn) {
		f.wantError(tx.Put(at, []byte(names[0]), nil), engine.ErrReservedKey)
		n, err := tx.DeleteRange(at, engine.Range{})
		f.must(err)
		if n != uint64(len(entries)) {
			f.Errorf("DeleteRange deleted %d, want %d", n, len(entries))
		}
	})
	f.again()
	f.read(func(tx engine.Txn) { f.wantContent(tx, f.whole(engine.Unnamed), content{}) })
	f.read(func(tx engine.Txn) { f.wantContent(tx, f.whole(names[1]), content{"in": names[1]}) })
}

func durabilityOften(f *fixture) {
	want := content{}
	for round := range 10 {
		at := f.whole("plain")
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
		key := fmt.Sprint(round)
		f.fill(at, content{key: key})
		want[key] = key
		f.again()
	}
}
