// Are copies whole and cancelable, readers listed, pages counted and followed, and sizes of partitions estimated rightly?
package lmdb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func openFolder(t *testing.T, folder string) engine.Engine {
	t.Helper()
	e, err := lmdb.Config{Path: folder, MapSize: 1 << 30}.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil && !errors.Is(err, engine.ErrClosed) {
			t.Error(err)
		}
	})
	return e
}

func partition(n uint32) engine.Partition { return engine.Partition(n) }

// fill puts entries into partitions of a table: sizes[i] into partition i.
func fill(t *testing.T, e engine.Engine, sizes []int) engine.Table {
	t.Helper()
	table, err := e.Table(context.Background(), "t", true)
	if err != nil {
		t.Fatal(err)
	}
	x, err := e.Begin(context.Background(), engine.TxnOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, size := range sizes {
		for j := range size {
			at := engine.Place{Table: table, Partition: partition(uint32(i)), Scoped: true}
			if err := x.Put(at, fmt.Appendf(nil, "key-%08d", j), bytes.Repeat([]byte{'v'}, rand.IntN(200))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.Commit(); err != nil {
		t.Fatal(err)
	}
	return table
}

func reading(t *testing.T, e engine.Engine) engine.Txn {
	t.Helper()
	x, err := e.Begin(context.Background(), engine.TxnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Abort() })
	return x
}

func TestCopy(t *testing.T) {
	e := openFolder(t, t.TempDir())
	fill(t, e, []int{1000, 2000})
	for _, compact := range []bool{false, true} {
		var data bytes.Buffer
		if err := e.(engine.Copier).Copy(context.Background(), &data, compact); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "data.mdb"), data.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		copied := openFolder(t, folder)
		table, err := copied.Table(context.Background(), "t", false)
		if err != nil {
			t.Fatal(err)
		}
		x := reading(t, copied)
		if n, err := x.Count(engine.Place{Table: table}, engine.Range{}); n != 3000 || err != nil {
			t.Errorf("the copy (compact %v) has %d entries, %v", compact, n, err)
		}
		_ = x.Abort()
	}
}

// A writer that fails, or cancels, after some bytes.
type failing struct {
	left int
	fail func() error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, f.fail()
	}
	return len(b), nil
}

func TestCopyEndsEarly(t *testing.T) {
	e := openFolder(t, t.TempDir())
	fill(t, e, []int{30000})
	full := errors.New("the disk is full")
	for _, compact := range []bool{false, true} {
		err := e.(engine.Copier).Copy(context.Background(), &failing{1 << 20, func() error { return full }}, compact)
		if !errors.Is(err, engine.ErrIO) || !errors.Is(err, full) {
			t.Errorf("compact %v: a writer that fails gives %v", compact, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		err = e.(engine.Copier).Copy(ctx, &failing{1 << 20, func() error { cancel(); return ctx.Err() }}, compact)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("compact %v: canceled, Copy gives %v", compact, err)
		}
	}
	x, err := e.Begin(context.Background(), engine.TxnOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.(engine.Copier).Copy(context.Background(), &bytes.Buffer{}, false); !errors.Is(err, engine.ErrNested) {
		t.Errorf("a copy within the write transaction gives %v", err)
	}
	if err := x.Abort(); err != nil {
		t.Fatal(err)
	}
}

func TestReaders(t *testing.T) {
	e := openFolder(t, t.TempDir())
	fill(t, e, []int{1})
	x := reading(t, e)
	readers, err := e.(engine.ReaderLister).Readers()
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, r := range readers {
		if r.Process != os.Getpid() || r.Thread == "" {
			t.Errorf("a reader of this process is listed as %+v", r)
		}
		seen = seen || r.Txn == x.Snapshot()
	}
	if !seen {
		t.Errorf("the reader of transaction %d is not listed: %+v", x.Snapshot(), readers)
	}
	if n, err := e.(engine.ReaderLister).ClearReaders(); n != 0 || err != nil {
		t.Errorf("nobody died, and %d were cleared, %v", n, err)
	}
}

func TestEstimate(t *testing.T) {
	e := openFolder(t, t.TempDir())
	sizes := []int{5, 0, 20000, 300, 1, 5000, 0}
	table := fill(t, e, sizes)
	x := reading(t, e)
	for i, size := range sizes {
		n, err := x.(engine.Estimator).Estimate(engine.Place{Table: table, Partition: partition(uint32(i)), Scoped: true})
		if err != nil {
			t.Fatal(err)
		}
		if float64(n) < float64(size)*0.9-20 || float64(n) > float64(size)*1.1+20 {
			t.Errorf("%d entries are estimated as %d", size, n)
		}
	}
}

func checkPages(t *testing.T, e engine.Engine) []engine.PageFault {
	t.Helper()
	var faults []engine.PageFault
	total := uint64(0)
	err := e.(engine.PageChecker).CheckPages(context.Background(), func(_, n uint64) { total = n },
		func(f engine.PageFault) { faults = append(faults, f) })
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 {
		t.Error("no pages were followed")
	}
	return faults
}

func TestPages(t *testing.T) {
	folder := t.TempDir()
	e := openFolder(t, folder)
	table := fill(t, e, []int{3000})
	if faults := checkPages(t, e); len(faults) != 0 {
		t.Errorf("a sound environment has %+v", faults)
	}
	x, err := e.Begin(context.Background(), engine.TxnOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	at := engine.Place{Table: table, Partition: partition(0), Scoped: true}
	if _, err := x.DeleteRange(at, engine.Range{}); err != nil {
		t.Fatal(err)
	}
	if err := x.Put(at, []byte("large"), make([]byte, 100000)); err != nil {
		t.Fatal(err)
	}
	if err := x.Commit(); err != nil {
		t.Fatal(err)
	}
	if faults := checkPages(t, e); len(faults) != 0 {
		t.Errorf("a sound environment with free pages has %+v", faults)
	}
	r := reading(t, e)
	pages, err := r.(engine.Paged).Pages()
	if err != nil || pages.Free < 50 || pages.Free >= pages.Used {
		t.Errorf("pages %+v, %v", pages, err)
	}
	if tp, err := r.(engine.Paged).TablePages(table); err != nil || tp.Overflow < 24 || tp.Leaf != 1 || tp.Depth != 1 {
		t.Errorf("pages of the table %+v, %v", tp, err)
	}
}

// TestDamagedPages overwrites each page in turn, and expects what is reached to be missed.
func TestDamagedPages(t *testing.T) {
	folder := t.TempDir()
	e := openFolder(t, folder)
	fill(t, e, []int{400})
	file, err := os.OpenFile(filepath.Join(folder, "data.mdb"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := reading(t, e)
	pages, err := r.(engine.Paged).Pages()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Abort()
	found := 0
	page, zero := make([]byte, pages.Size), make([]byte, 16)
	for number := uint64(2); number < pages.Used; number++ {
		at := int64(number) * int64(pages.Size)
		if _, err := file.ReadAt(page, at); err != nil {
			continue
		}
		if _, err := file.WriteAt(zero, at); err != nil {
			t.Fatal(err)
		}
		if binary.NativeEndian.Uint16(page[10:])&3 != 0 && len(checkPagesSafely(e)) > 0 {
			found++
		}
		if _, err := file.WriteAt(page, at); err != nil {
			t.Fatal(err)
		}
	}
	if found < 10 {
		t.Errorf("only %d damaged pages were found", found)
	}
}

// checkPagesSafely also takes an error, of the list of free pages, for a fault.
func checkPagesSafely(e engine.Engine) (faults []engine.PageFault) {
	err := e.(engine.PageChecker).CheckPages(context.Background(), func(_, _ uint64) {},
		func(f engine.PageFault) { faults = append(faults, f) })
	if err != nil {
		faults = append(faults, engine.PageFault{Text: err.Error()})
	}
	return faults
}

// TestWrongPages leads a large value to pages that are another's, or do not exist, and loses its own by that.
func TestWrongPages(t *testing.T) {
	folder := t.TempDir()
	e := openFolder(t, folder)
	table := fill(t, e, []int{1})
	x, err := e.Begin(context.Background(), engine.TxnOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	at := engine.Place{Table: table, Partition: partition(0), Scoped: true}
	if err := x.Put(at, []byte("the large one"), make([]byte, 10000)); err != nil {
		t.Fatal(err)
	}
	if err := x.Commit(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "data.mdb")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	node := bytes.LastIndex(data, []byte("the large one")) + len("the large one")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	write := func(page uint64) {
		t.Helper()
		if _, err := file.WriteAt(binary.NativeEndian.AppendUint64(nil, page), int64(node)); err != nil {
			t.Fatal(err)
		}
	}
	right := binary.NativeEndian.Uint64(data[node:])
	for page, want := range map[uint64]string{uint64(node / os.Getpagesize()): "reached twice", 1 << 40: "and there are"} {
		write(page)
		faults := checkPages(t, e)
		wrong, lost := 0, 0
		for _, f := range faults {
			if f.Lost && f.Page == right {
				lost++
			} else if strings.Contains(f.Text, want) {
				wrong++
			}
		}
		if wrong != 1 || lost != 1 {
			t.Errorf("led to page %d instead of %d: %+v", page, right, faults)
		}
	}
	write(right)
	if faults := checkPages(t, e); len(faults) != 0 {
		t.Errorf("%+v", faults)
	}
}
