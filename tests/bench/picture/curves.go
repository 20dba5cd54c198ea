package picture

import (
	"fmt"
	"math"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/compare"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curves draws how costs grow: a panel for each measure, a curve for each peer, both axes logarithmic.
func Curves(growth *compare.Growth, path string) error {
	var plots []*plot.Plot
	for _, part := range []struct {
		axis   string
		curves []compare.Curve
	}{
		{"entries in one scope", growth.Entries},
		{fmt.Sprintf("scopes, of %d entries each", compare.PerScope), growth.Scopes},
	} {
		for _, measure := range measuresOf(part.curves) {
			p, err := curvePanel(measure, part.axis, part.curves)
			if err != nil {
				return err
			}
			plots = append(plots, p)
		}
	}
	const columns = 2
	var rows [][]*plot.Plot
	for len(plots) > 0 {
		row := make([]*plot.Plot, columns)
		n := copy(row, plots)
		plots = plots[n:]
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	height := vg.Points(34 + 210*float64(len(rows)))
	return save(path, vg.Points(900), height, func(d draw.Canvas) {
		legend(d, "Time of one operation as the store grows", peersOf(growth))
		tile(d, rows, vg.Points(30))
	})
}

func measuresOf(curves []compare.Curve) (names []string) {
	seen := make(map[string]bool)
	for _, c := range curves {
		if !seen[c.Measure] {
			seen[c.Measure] = true
			names = append(names, c.Measure)
		}
	}
	return names
}

func peersOf(growth *compare.Growth) (names []string) {
	seen := make(map[string]bool)
	for _, curves := range [][]compare.Curve{growth.Entries, growth.Scopes} {
		for _, c := range curves {
			seen[c.Peer] = true
		}
	}
	for _, name := range append([]string{"ours"}, compare.Order...) {
		if seen[name] {
			names = append(names, name)
		}
	}
	return names
}

// counts are ticks at powers of ten, written out (of an axis that holds logarithms).
type counts struct{}

func (counts) Ticks(low, high float64) (ticks []plot.Tick) {
	for at := math.Ceil(low); at <= math.Floor(high+1e-9); at++ {
		ticks = append(ticks, plot.Tick{Value: at, Label: count(int(at))})
	}
	return ticks
}

func count(power int) string {
	switch {
	case power >= 6:
		return fmt.Sprintf("%.0f M", math.Pow10(power-6))
	case power >= 3:
		return fmt.Sprintf("%.0f k", math.Pow10(power-3))
	}
	return fmt.Sprintf("%.0f", math.Pow10(power))
}

func curvePanel(measure, axis string, curves []compare.Curve) (*plot.Plot, error) {
	p := newPlot(measure)
	p.Y.Label.Text = "time"
	p.X.Label.Text = axis
	p.X.Tick.Marker = counts{}
	lines := plotter.NewGrid()
	lines.Vertical.Color, lines.Horizontal.Color = grid, grid
	p.Add(lines)
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		if c.Measure != measure {
			continue
		}
		points := make(plotter.XYs, len(c.Points))
		for i, point := range c.Points {
			points[i].X, points[i].Y = math.Log10(float64(point.At)), math.Log10(math.Max(point.Nanos, 1))
			lowest, highest = math.Min(lowest, points[i].Y), math.Max(highest, points[i].Y)
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colourOf(c.Peer), vg.Points(1.8)
		dots.Color, dots.Shape, dots.Radius = colourOf(c.Peer), draw.CircleGlyph{}, vg.Points(2.4)
		p.Add(line, dots)
	}
	p.Y.Min, p.Y.Max = math.Floor(lowest), math.Max(math.Ceil(highest), math.Floor(lowest)+1)
	return p, nil
}
