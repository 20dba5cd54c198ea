package compare

import (
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
)

// Size says how large a comparison is.
type Size struct {
	Name    string
	Entries int   // of the largest workload
	Rounds  int   // pairs of each measure
	Budget  int64 // nanoseconds that one run of one measure should take; what is slower does less
	Commits int   // durable commits of one run
	// TooLong is what no single run may take, in nanoseconds: it is reckoned before, and left out.
	TooLong float64
	// Slow is how long a run takes, in nanoseconds, that is not repeated.
	Slow int64
	// Limit is when to stop: past half of it each measure has one round, past all of it measures are left out. 0 is no limit.
	Limit time.Duration
}

// The sizes.
var (
	Check = Size{Name: "check", Entries: 2000, Rounds: 1, Budget: 1e6, Commits: 64, TooLong: 1e9, Slow: 1e9}
	Quick = Size{Name: "quick", Entries: 100000, Rounds: 3, Budget: 15e6, Commits: 128, TooLong: 1e9, Slow: 1e9, Limit: 50 * time.Second}
	Full  = Size{Name: "full", Entries: 1000000, Rounds: 5, Budget: 150e6, Commits: 640, TooLong: 40e9, Slow: 6e9}
)

// Workload is a store's shape and what is measured there.
type Workload struct {
	Name, Title string
	Shape       func(Size) data.Shape
	Measures    []Measure
}

// Measure is one line of the table.
type Measure struct {
	Name string
	Op   string
	K    int
	// N is how often, at the most; nil is as often as there are entries.
	N func(Size, data.Shape) int
	// Whole says that N must not be cut for a peer that is slow: the cost depends on it.
	Whole bool
	// PerEntry says that a scope's entries are counted, and not the scopes.
	PerEntry bool
	// Reckon, for what may take minutes: an operation whose cost, so often, is about what this one will take.
	Reckon      string
	ReckonTimes func(data.Shape) int
}

func (m *Measure) n(size Size, shape data.Shape) int {
	n := shape.Total()
	if m.N != nil {
		n = m.N(size, shape)
	}
	return max(n, 1)
}

func someScopes(_ Size, shape data.Shape) int  { return min(shape.Scopes/4, 100) }
func spareScopes(_ Size, shape data.Shape) int { return shape.Scopes / 10 }
func commits(size Size, _ data.Shape) int      { return size.Commits }
func manyScopes(_ Size, shape data.Shape) int  { return 1000 * shape.Scopes }
func oftener(_ Size, shape data.Shape) int     { return 4 * shape.Total() }
func allScopes(shape data.Shape) int           { return shape.Scopes * 11 / 10 }
func shaped(scopes, share int) func(Size) data.Shape {
	return func(size Size) data.Shape {
		return data.Shape{Scopes: scopes, Entries: max(size.Entries/share, 1)}
	}
}

// many is n scopes, and as many as the entries allow, if that is less, with so many entries each.
func many(n, entries int) func(Size) data.Shape {
	return func(size Size) data.Shape {
		return data.Shape{Scopes: max(min(n, size.Entries/entries), 2), Entries: entries}
	}
}

// Workloads are those of the table. What a measure's N says is cut to what the size's budget allows.
var Workloads = []Workload{
	{"W1", "one scope", shaped(1, 1), []Measure{
		{Name: "get random", Op: data.GetRandom},
		{Name: "get hot", Op: data.GetHot, N: oftener},
		{Name: "get miss", Op: data.GetMiss},
		{Name: "get many of 100", Op: data.GetMany},
		{Name: "scan, an entry", Op: data.Scan, N: func(Size, data.Shape) int { return 10 }, PerEntry: true},
		{Name: "put in order", Op: data.PutInOrder, Whole: true},
		{Name: "put random", Op: data.PutRandom, Whole: true},
		{Name: "put many of 1,000", Op: data.PutMany, Whole: true},
		{Name: "put typed", Op: data.PutTyped, Whole: true},
		{Name: "decode key, bytes", Op: data.DecodeBytes, N: oftener},
		{Name: "decode key, typed", Op: data.DecodeTyped, N: oftener},
		{Name: "open", Op: data.Open, N: func(Size, data.Shape) int { return 20 }},
	}},
	{"W2", "many scopes", many(1000, 1000), []Measure{
		{Name: "get random", Op: data.GetRandom},
		{Name: "iterate one scope", Op: data.Scan, N: manyScopes},
		{Name: "is one empty", Op: data.IsEmpty, N: manyScopes},
		{Name: "clear one", Op: data.Clear, N: someScopes},
		{Name: "look a name up", Op: data.Lookup, N: manyScopes},
		{Name: "put in order", Op: data.PutInOrder, Whole: true},
		{Name: "prune", Op: data.Prune, N: spareScopes, Whole: true, Reckon: data.IsEmpty, ReckonTimes: allScopes},
	}},
	{"W3", "very many scopes", many(100000, 10), []Measure{
		{Name: "get random", Op: data.GetRandom},
		{Name: "iterate one scope", Op: data.Scan, N: manyScopes},
		{Name: "is one empty", Op: data.IsEmpty, N: manyScopes},
		{Name: "clear one", Op: data.Clear, N: someScopes},
		{Name: "look a name up", Op: data.Lookup, N: manyScopes},
		{Name: "prune", Op: data.Prune, N: spareScopes, Whole: true, Reckon: data.IsEmpty, ReckonTimes: allScopes},
	}},
	{"W4", "readers beside a writer", shaped(10, 10), []Measure{
		{Name: "get, 1 reader", Op: data.Mixed, K: 1},
		{Name: "get, 2 readers", Op: data.Mixed, K: 2},
	}},
	{"W5", "durable commits of one put", shaped(1, 1000), []Measure{
		{Name: "1 caller", Op: data.Commit, K: 1, N: commits, Whole: true},
		{Name: "8 callers", Op: data.Commit, K: 8, N: commits, Whole: true},
		{Name: "64 callers", Op: data.Commit, K: 64, N: commits, Whole: true},
	}},
}

// perUnit is what one of the things that a measure counts took, in nanoseconds. A prune is one, whatever it finds.
func (m *Measure) perUnit(r data.Result, n int) float64 {
	switch {
	case m.PerEntry:
		n = r.Count
	case m.Op == data.Prune:
		n = 1
	}
	return float64(r.Nanos) / float64(max(n, 1))
}

// checking is the k of the run that is checked: puts are read back.
func (m *Measure) checking() int {
	switch m.Op {
	case data.PutInOrder, data.PutRandom, data.PutMany, data.PutTyped:
		return 1
	}
	return m.K
}

// trial is how many the run before the measuring does, to check the results and to learn the speed.
func (m *Measure) trial(n int) int {
	switch m.Op {
	case data.Scan, data.IsEmpty, data.Clear, data.Open:
		return min(n, 3)
	case data.Lookup:
		return min(n, 100)
	case data.Prune, data.Commit:
		return n
	}
	return min(n, 2000)
}
