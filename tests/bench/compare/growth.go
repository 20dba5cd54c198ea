package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
)

// Growth is how costs grow, with entries and with scopes.
type Growth struct {
	Date     string            `json:"date"`
	Machine  string            `json:"machine"`
	Clock    string            `json:"clock"`
	Versions map[string]string `json:"versions"`
	Entries  []Curve           `json:"entries"` // in one scope
	Scopes   []Curve           `json:"scopes"`  // of PerScope entries each
}

// PerScope is how many entries each of many scopes has; mostScopes how many there are at the most.
const (
	PerScope   = 10
	mostScopes = 100000
)

// Curve is a measure of a peer.
type Curve struct {
	Measure string  `json:"measure"`
	Peer    string  `json:"peer"`
	Points  []Point `json:"points"`
}

// Point is a cost, in nanoseconds, at a number of entries or scopes.
type Point struct {
	At    int     `json:"at"`
	Nanos float64 `json:"nanos"`
}

// What is measured while entries grow, and while scopes do.
var (
	byEntries = []Measure{
		{Name: "get random", Op: data.GetRandom},
		{Name: "get hot", Op: data.GetHot, N: oftener},
		{Name: "scan, an entry", Op: data.Scan, N: func(Size, data.Shape) int { return 10 }, PerEntry: true},
	}
	byScopes = []Measure{
		{Name: "get random", Op: data.GetRandom},
		{Name: "iterate one scope", Op: data.Scan, N: manyScopes},
		{Name: "is one empty", Op: data.IsEmpty, N: manyScopes},
		{Name: "clear one", Op: data.Clear, N: someScopes},
		{Name: "look a name up", Op: data.Lookup, N: manyScopes},
	}
)

// growSize measures each point a few times.
var growSize = Size{Name: "growth", Rounds: 5, Budget: 50e6, TooLong: 20e9, Slow: 6e9}

// Grow measures all peers with more and more entries, and scopes, up to most entries in all.
func Grow(commands Commands, most int, folder string, progress io.Writer) (*Growth, error) {
	report := newReport(growSize)
	g := &Growth{Date: report.Date, Machine: report.Machine, Clock: report.Clock, Versions: report.Versions}
	for n := 10000; n <= most; n *= 10 {
		if err := g.point(commands, &g.Entries, data.Shape{Scopes: 1, Entries: n}, byEntries, n, folder, progress); err != nil {
			return nil, err
		}
	}
	for n := 1; n*PerScope <= most && n <= mostScopes; n *= 10 {
		if err := g.point(commands, &g.Scopes, data.Shape{Scopes: n, Entries: PerScope}, byScopes, n, folder, progress); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Growth) point(commands Commands, curves *[]Curve, shape data.Shape, measures []Measure, at int, folder string,
	progress io.Writer) error {
	workload := Workload{fmt.Sprintf("%dx%d", shape.Scopes, shape.Entries), "growth", func(Size) data.Shape { return shape }, measures}
	r := &runner{size: growSize, workload: workload, shape: shape, report: newReport(growSize), progress: progress,
		trials: make(map[string]map[string]float64)}
	fmt.Fprintln(progress, r.title())
	err := r.start(commands, folder)
	for i := 0; i < len(measures) && err == nil; i++ {
		err = r.measure(&measures[i])
	}
	if err := errors.Join(err, r.stop()); err != nil {
		return err
	}
	for peer, version := range r.report.Versions {
		g.Versions[peer] = version
	}
	for _, line := range r.report.Lines {
		add(curves, line.Measure, "ours", Point{at, line.Ours})
		for peer, cell := range line.Peers {
			add(curves, line.Measure, peer, Point{at, cell.Median})
		}
	}
	return nil
}

func add(curves *[]Curve, measure, peer string, point Point) {
	i := slices.IndexFunc(*curves, func(c Curve) bool { return c.Measure == measure && c.Peer == peer })
	if i < 0 {
		i = len(*curves)
		*curves = append(*curves, Curve{Measure: measure, Peer: peer})
	}
	(*curves)[i].Points = append((*curves)[i].Points, point)
}

// Table prints the points.
func (g *Growth) Table(out io.Writer) {
	fmt.Fprintf(out, "%s, clock %s. %s\n", g.Date, g.Clock, g.Machine)
	for _, part := range []struct {
		title  string
		curves []Curve
	}{{"entries in one scope", g.Entries}, {fmt.Sprintf("scopes of %d entries", PerScope), g.Scopes}} {
		fmt.Fprintf(out, "\n| %s |", part.title)
		if len(part.curves) == 0 {
			continue
		}
		for _, point := range part.curves[0].Points {
			fmt.Fprintf(out, " %s |", thousands(point.At))
		}
		fmt.Fprint(out, "\n|---|")
		for range part.curves[0].Points {
			fmt.Fprint(out, "---|")
		}
		fmt.Fprintln(out)
		for _, name := range append([]string{"ours"}, Order...) {
			for _, curve := range part.curves {
				if curve.Peer != name {
					continue
				}
				fmt.Fprintf(out, "| %s: %s |", name, curve.Measure)
				for _, point := range curve.Points {
					fmt.Fprintf(out, " %s |", amount(point.Nanos, "ns"))
				}
				fmt.Fprintln(out)
			}
		}
	}
}

// Write writes JSON.
func (g *Growth) Write(path string) error {
	encoded, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(encoded, '\n'), 0o644)
}

// ReadGrowth reads what Write wrote.
func ReadGrowth(path string) (*Growth, error) {
	encoded, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	g := new(Growth)
	return g, json.Unmarshal(encoded, g)
}
