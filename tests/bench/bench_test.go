package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/compare"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/bbolt"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/ours"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/pebble"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/picture"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
)

// TestMain lets the test's own program be a peer.
func TestMain(m *testing.M) {
	if name := os.Getenv("BENCH_SERVE"); name != "" {
		if err := serve("", name); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// TestPeersInGo: does each peer do what the harness will ask it to, with one scope and with several?
func TestPeersInGo(t *testing.T) {
	for name, store := range map[string]func() wire.Store{
		"ours":   func() wire.Store { return new(ours.Store) },
		"bbolt":  func() wire.Store { return new(bbolt.Store) },
		"pebble": func() wire.Store { return new(pebble.Store) },
	} {
		for _, shape := range []data.Shape{{Scopes: 1, Entries: 700}, {Scopes: 9, Entries: 130}} {
			t.Run(name, func(t *testing.T) { everyOperation(t, store(), shape) })
		}
	}
}

func everyOperation(t *testing.T, store wire.Store, shape data.Shape) {
	if _, err := store.Make(t.TempDir(), shape); err != nil {
		t.Fatal(err)
	}
	for _, op := range []struct {
		name string
		n, k int
	}{
		{data.GetRandom, 900, 0}, {data.GetHot, 900, 0}, {data.GetMiss, 900, 0}, {data.GetMany, 250, 0}, {data.Scan, 3, 0},
		{data.IsEmpty, 5, 0}, {data.Clear, 1, 0}, {data.Lookup, 20, 0}, {data.Prune, 4, 0}, {data.PutInOrder, 600, 1},
		{data.PutRandom, 600, 1}, {data.PutMany, 600, 1}, {data.PutTyped, 600, 1}, {data.Commit, 6, 1}, {data.Commit, 16, 8},
		{data.Mixed, 400, 2}, {data.Open, 2, 0}, {data.DecodeBytes, 10, 0}, {data.DecodeTyped, 10, 0},
		{data.GetRandom, 900, 0}, {data.Scan, 1, 0}, // after all that
	} {
		got, err := store.Run(op.name, op.n, op.k)
		if err == wire.ErrNone {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", op.name, err)
		}
		want := data.Expect(op.name, shape, op.n, op.k)
		if got.Nanos = 0; got != want {
			t.Errorf("%s: %+v, want %+v", op.name, got, want)
		}
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

// TestComparison: from processes to table, JSON and pictures.
func TestComparison(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := func(name string) []string { return []string{"/usr/bin/env", "BENCH_SERVE=" + name, self} }
	size := compare.Size{Name: "test", Entries: 400, Rounds: 2, Budget: 1e5, Commits: 64, TooLong: 1e9, Slow: 1e9}
	folder := t.TempDir()
	report, err := compare.Run(compare.Commands{env("ours"), env("bbolt")}, compare.Workloads, size, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "bench.json")
	if err := report.Write(path); err != nil {
		t.Fatal(err)
	}
	again, err := compare.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	again.Add(&compare.Report{
		Versions: map[string]string{"py-lmdb": "1"},
		Lines: []compare.Line{{Workload: "Python", Title: "x", Measure: "get", Unit: "ns", Ours: 10,
			Peers: map[string]compare.Cell{"py-lmdb": {Median: 20, Ratio: compare.Ratio{Median: 0.5, Low: 0.4, High: 0.6}}}}},
	})
	var table bytes.Buffer
	again.Table(&table)
	for _, part := range []string{"| get random |", "| 64 callers |", "py-lmdb", "0.50 (0.40 to 0.60)"} {
		if !strings.Contains(table.String(), part) {
			t.Errorf("the table lacks %q:\n%s", part, &table)
		}
	}
	if err := picture.Bars(again, filepath.Join(folder, "bench.svg")); err != nil {
		t.Error(err)
	}
	growth, err := compare.Grow(compare.Commands{env("ours")}, 10000, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := picture.Curves(growth, filepath.Join(folder, "growth.png")); err != nil {
		t.Error(err)
	}
}

// TestWrongPeer: a peer that reads something else than it should ends the comparison.
func TestWrongPeer(t *testing.T) {
	script := `echo peer liar 1; while read what rest; do case $what in quit) exit;; make) echo ok 1 1 1 1;; *) echo ok 5 1 1 1;; esac; done`
	_, err := compare.Run(compare.Commands{{"/bin/sh", "-c", script}}, compare.Workloads[:1], compare.Check, t.TempDir(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "had to be") {
		t.Errorf("the error is %v", err)
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		numbers []float64
		want    float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := compare.Median(test.numbers); got != test.want {
			t.Errorf("the median of %v is %v, not %v", test.numbers, got, test.want)
		}
	}
}
