// Does Close wait for nobody, harm nothing while transactions are open, and leave nothing usable behind?

package enginetest

import (
	"context"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var lifetimeCases = []testCase{
	{"CloseWithAReader", lifetimeCloseWithAReader},
	{"CloseWithAWriter", lifetimeCloseWithAWriter},
	{"CloseWithMany", lifetimeCloseWithMany},
	{"AfterClose", lifetimeAfterClose},
	{"NeverUsed", func(*fixture) {}},
	{"ManyTransactions", lifetimeManyTransactions},
}

func lifetimeCloseWithAReader(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(5))
		old := f.begin(false)
		cursor := f.scan(old, at, engine.Range{})
		f.next(cursor, 2)
		for range 2 {
			f.wantError(f.engine.Close(), engine.ErrBusy)
		}
		f.wantPairs("the others", f.rest(cursor, 2), numbered(5).of(engine.Range{})[2:])
		f.write(func(tx engine.Txn) { f.put(tx, at, "new", "still written") })
		f.wantContent(old, at, numbered(5))
		f.read(func(tx engine.Txn) { f.wantValue(tx, at, "new", "still written") })
		f.must(old.Abort())
	}
	f.table("still created")
}

func lifetimeCloseWithAWriter(f *fixture) {
	for _, at := range f.places() {
		f.write(func(tx engine.Txn) {
			f.put(tx, at, "before", "Close")
			f.wantError(f.engine.Close(), engine.ErrBusy)
			f.put(tx, at, "after", "Close")
			f.wantContent(tx, at, content{"before": "Close", "after": "Close"})
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"before": "Close", "after": "Close"}) })
	}
}

// lifetimeCloseWithMany ends transactions one by one: Close is busy until the last.
func lifetimeCloseWithMany(f *fixture) {
	at := f.whole("plain")
	var open []engine.Txn
	for range 10 {
		open = append(open, f.begin(false))
	}
	open = append(open, f.begin(true))
	for _, i := range []int{3, 0, 10, 9, 1, 2, 8, 4, 5, 6, 7} {
		f.wantError(f.engine.Close(), engine.ErrBusy)
		f.wantContent(open[i], at, content{})
		f.must(open[i].Abort())
	}
	f.must(f.engine.Close())
	f.engine = nil
}

func lifetimeAfterClose(f *fixture) {
	ctx := context.Background()
	f.fill(f.whole("plain"), numbered(5))
	f.must(f.engine.Close())
	for _, write := range []bool{false, true} {
		_, err := f.engine.Begin(ctx, engine.TxnOptions{Write: write})
		f.wantError(err, engine.ErrClosed)
	}
	for _, name := range []string{"plain", "another", engine.Unnamed} {
		_, err := f.engine.Table(ctx, name, true)
		f.wantError(err, engine.ErrClosed)
	}
	f.engine = nil
}

// lifetimeManyTransactions has more transactions one after another than any engine has places for at once.
func lifetimeManyTransactions(f *fixture) {
	at := f.whole("plain")
	f.fill(at, numbered(5))
	for range 2000 {
		tx := f.begin(false)
		f.next(f.scan(tx, at, engine.Range{}), 2)
		f.must(tx.Abort())
	}
	for range 300 {
		f.drop(func(tx engine.Txn) { f.put(tx, at, "dropped", "always") })
	}
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(5)) })
}
