package picture

import (
	"math"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/compare"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars draws a report: a panel for each workload, and in it the measures with a bar for each peer.
func Bars(report *compare.Report, path string) error {
	var panels [][]*plot.Plot
	for _, section := range report.Sections() {
		lines := slices.DeleteFunc(section.Lines, func(line compare.Line) bool { return line.Unit != "ns" })
		if len(lines) == 0 {
			continue
		}
		panel, err := barPanel(section.Title, lines)
		if err != nil {
			return err
		}
		panels = append(panels, []*plot.Plot{panel})
	}
	if len(panels) == 0 {
		return nil
	}
	height := vg.Points(34 + 190*float64(len(panels)))
	return save(path, vg.Points(900), height, func(d draw.Canvas) {
		legend(d, "Time of one operation (lower is better)", append([]string{"ours"}, compare.PeerNames(report.Lines)...))
		tile(d, panels, vg.Points(30))
	})
}

// leastSlots is for how many measures a panel has room at least, so that two do not stand at its ends.
const leastSlots = 7

// floor is the least time that is drawn, as a power of ten: a bar has to begin somewhere.
const floor = 0

func barPanel(title string, lines []compare.Line) (*plot.Plot, error) {
	names := append([]string{"ours"}, compare.PeerNames(lines)...)
	p := newPlot(title)
	p.Y.Label.Text = "time, log scale"
	lines10 := plotter.NewGrid()
	lines10.Vertical.Color = nil
	lines10.Horizontal.Color = grid
	p.Add(lines10)
	slots := max(len(lines), leastSlots)
	width := vg.Points(780 / float64(slots) / float64(len(names)+1))
	highest := 1.0
	for i, name := range names {
		values := make(plotter.Values, len(lines))
		for j, line := range lines {
			nanos := line.Ours
			if name != "ours" {
				nanos = line.Peers[name].Median
			}
			if nanos > 0 {
				values[j] = math.Max(math.Log10(nanos), floor+0.02)
			}
			highest = math.Max(highest, values[j])
		}
		bars, err := plotter.NewBarChart(values, width)
		if err != nil {
			return nil, err
		}
		bars.Color = colourOf(name)
		bars.LineStyle.Width = 0
		bars.Offset = width * vg.Length(float64(i)-float64(len(names)-1)/2)
		p.Add(bars)
	}
	p.Y.Min, p.Y.Max = floor, math.Ceil(highest)
	labels := make([]string, len(lines))
	for i, line := range lines {
		labels[i] = wrapped(line.Measure)
	}
	p.NominalX(labels...)
	p.X.Tick.Label.YAlign = text.YTop
	p.X.Min, p.X.Max = -0.5, float64(slots)-0.5
	return p, nil
}

// wrapped breaks a label in two lines near its middle.
func wrapped(label string) string {
	best := -1
	for i := range label {
		if label[i] == ' ' && (best < 0 || abs(2*i-len(label)) < abs(2*best-len(label))) {
			best = i
		}
	}
	if best < 0 || len(label) < 10 {
		return label
	}
	return strings.TrimSuffix(label[:best], ",") + "\n" + label[best+1:]
}

func abs(n int) int { return max(n, -n) }
