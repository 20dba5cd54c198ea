// Package picture draws reports: bars by workload, and curves of growth. Both have logarithmic scales of time, since the
// figures lie many powers of ten apart.
package picture

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// colours by peer (Okabe and Ito's, which are told apart by the colour-blind as well); others get the last ones in turn.
var colours = map[string]color.Color{
	"ours":        color.RGBA{0xd5, 0x5e, 0x00, 0xff},
	"plain-C":     color.RGBA{0x4d, 0x4d, 0x4d, 0xff},
	"scoped-heed": color.RGBA{0x00, 0x72, 0xb2, 0xff},
	"bbolt":       color.RGBA{0x00, 0x9e, 0x73, 0xff},
	"pebble":      color.RGBA{0xe6, 0x9f, 0x00, 0xff},
	"py-lmdb":     color.RGBA{0xcc, 0x79, 0xa7, 0xff},
	"lmdb-js":     color.RGBA{0x56, 0xb4, 0xe9, 0xff},
}

func colourOf(peer string) color.Color {
	if c, ok := colours[peer]; ok {
		return c
	}
	return color.RGBA{0x99, 0x99, 0x99, 0xff}
}

var grid = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}

// powers are ticks at the powers of ten, named as times (of axes that hold logarithms to base 10 of nanoseconds).
type powers struct{}

func (powers) Ticks(low, high float64) (ticks []plot.Tick) {
	for at := math.Floor(low); at <= math.Ceil(high); at++ {
		ticks = append(ticks, plot.Tick{Value: at, Label: duration(int(at))})
	}
	return ticks
}

func duration(power int) string {
	if power < 0 {
		return fmt.Sprintf("%g ns", math.Pow10(power))
	}
	units := []string{"ns", "µs", "ms", "s"}
	unit := min(power/3, len(units)-1)
	return fmt.Sprintf("%.0f %s", math.Pow10(power-3*unit), units[unit])
}

func size(label *text.Style, points float64) { label.Font.Size = font.Length(points) }

// newPlot is an empty panel.
func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.Padding = vg.Points(4)
	size(&p.Title.TextStyle, 12)
	size(&p.Y.Label.TextStyle, 10)
	size(&p.X.Label.TextStyle, 10)
	size(&p.Y.Tick.Label, 9)
	size(&p.X.Tick.Label, 9)
	size(&p.Legend.TextStyle, 9)
	p.Y.Tick.Marker = powers{}
	return p
}

// canvas is a picture by the ending of its name.
type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

// save draws on a white canvas and writes it.
func save(path string, width, height vg.Length, paint func(draw.Canvas)) error {
	var c canvas
	if strings.HasSuffix(path, ".png") {
		c = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))}
	} else {
		c = vgsvg.New(width, height)
	}
	d := draw.New(c)
	d.SetColor(color.White)
	d.Fill(d.Rectangle.Path())
	paint(d)
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// tile draws panels of the given heights in one column, with their axes aligned, below a margin.
func tile(d draw.Canvas, plots [][]*plot.Plot, top vg.Length) {
	tiles := draw.Tiles{
		Rows: len(plots), Cols: len(plots[0]), PadTop: top, PadBottom: vg.Points(6), PadLeft: vg.Points(8), PadRight: vg.Points(8),
		PadX: vg.Points(14), PadY: vg.Points(14),
	}
	canvases := plot.Align(plots, tiles, d)
	for row := range plots {
		for column, p := range plots[row] {
			if p != nil {
				p.Draw(canvases[row][column])
			}
		}
	}
}

// legend draws the peers' names and colours in one line at the top.
func legend(d draw.Canvas, title string, names []string) {
	style := plot.New().Legend.TextStyle
	style.Font.Size = 11
	style.YAlign = text.YCenter
	y := d.Max.Y - vg.Points(14)
	x := d.Min.X + vg.Points(10)
	bold := style
	bold.Font.Size = 12
	d.FillText(bold, vg.Point{X: x, Y: y}, title)
	x += bold.Width(title) + vg.Points(18)
	for _, name := range names {
		box := []vg.Point{{X: x, Y: y - 5}, {X: x + 12, Y: y - 5}, {X: x + 12, Y: y + 5}, {X: x, Y: y + 5}}
		d.FillPolygon(colourOf(name), box)
		d.FillText(style, vg.Point{X: x + 16, Y: y}, name)
		x += vg.Points(16) + style.Width(name) + vg.Points(16)
	}
}
