// Does Grow raise the limit without harm, and wait for who is inside, for engines that can grow?

package enginetest

import (
	"context"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var growthCases = []testCase{
	{"KeepsEntries", ifGrowable(growthKeepsEntries)},
	{"WithAReader", ifGrowable(growthWithAReader)},
}

// ifGrowable leaves a question out where the engine says that it cannot grow.
func ifGrowable(ask func(f *fixture)) func(f *fixture) {
	return func(f *fixture) {
		if !f.engine.Caps().Growable {
			f.Skip("the engine cannot grow")
		}
		ask(f)
	}
}

// grow asks for more than any engine under test was opened with.
func (f *fixture) grow(ctx context.Context) error {
	f.Helper()
	grower, ok := f.engine.(engine.Grower)
	if !ok {
		f.Fatalf("Caps says Growable, and %T is no Grower", f.engine)
	}
	return grower.Grow(ctx, 4<<30)
}

func growthKeepsEntries(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(10))
		f.must(f.grow(context.Background()))
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(10)) })
		var now content
		f.write(func(tx engine.Txn) { now = f.everyKind(tx, at) })
		f.must(f.grow(context.Background())) // No more than it has: nothing to do.
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, now) })
	}
}

// growthWithAReader asks while a reader is open that does not end: that is busy, or it need not wait. The reader sees
// what it saw.
func growthWithAReader(f *fixture) {
	at := f.whole("plain")
	f.fill(at, numbered(10))
	old := f.begin(false)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := elsewhere(func() error { return f.grow(ctx) }); err != nil {
		f.wantError(err, engine.ErrBusy, engine.ErrCanceled)
	}
	f.wantContent(old, at, numbered(10))
	f.must(old.Abort())
	f.must(f.grow(context.Background()))
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(10)) })
}
