package compare

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Section are lines of one workload.
type Section struct {
	Title string
	Lines []Line
}

// Sections are the report's workloads.
func (r *Report) Sections() (sections []Section) {
	for _, line := range r.Lines {
		title := line.Workload + ": " + line.Title
		if n := len(sections); n == 0 || sections[n-1].Title != title {
			sections = append(sections, Section{Title: title})
		}
		last := &sections[len(sections)-1]
		last.Lines = append(last.Lines, line)
	}
	return sections
}

// PeerNames are the peers of some lines: those that Order names first, the others after them.
func PeerNames(lines []Line) []string {
	seen := make(map[string]bool)
	var names, others []string
	for _, line := range lines {
		for name := range line.Peers {
			seen[name] = true
		}
	}
	for _, name := range Order {
		if seen[name] {
			names = append(names, name)
			delete(seen, name)
		}
	}
	for name := range seen {
		others = append(others, name)
	}
	slices.Sort(others)
	return append(names, others...)
}

// Order is how the peers stand in tables and pictures.
var Order = []string{"plain-C", "scoped-heed", "bbolt", "pebble"}

// Table prints the report in Markdown.
func (r *Report) Table(out io.Writer) {
	fmt.Fprintf(out, "%s, size %s, clock %s (W4, W5: wall). %s\n\n", r.Date, r.Size, r.Clock, r.Machine)
	for _, name := range append([]string{"ours"}, PeerNames(r.Lines)...) {
		fmt.Fprintf(out, "- %s: %s\n", name, r.Versions[name])
	}
	fmt.Fprint(out, "\nOurs, and ours divided by the peer's: the median of interleaved pairs, and from the least to the greatest.\n")
	for _, section := range r.Sections() {
		names := PeerNames(section.Lines)
		fmt.Fprintf(out, "\n| %s | ours | %s |\n|---|---|%s\n", section.Title, strings.Join(names, " | "), strings.Repeat("---|", len(names)))
		for _, line := range section.Lines {
			cells := []string{line.Measure, amount(line.Ours, line.Unit)}
			for _, name := range names {
				if cell, ok := line.Peers[name]; ok {
					cells = append(cells, cell.String())
				} else {
					cells = append(cells, "")
				}
			}
			fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(out, "\n%s\n", note)
	}
}

// String is the cell of the table.
func (c Cell) String() string {
	if c.Ratio.Low == c.Ratio.High {
		return short(c.Ratio.Median)
	}
	return fmt.Sprintf("%s (%s to %s)", short(c.Ratio.Median), short(c.Ratio.Low), short(c.Ratio.High))
}

func short(ratio float64) string {
	switch {
	case ratio >= 9.95:
		return fmt.Sprintf("%.0f", ratio)
	case ratio >= 0.095:
		return fmt.Sprintf("%.2f", ratio)
	}
	return fmt.Sprintf("%.*f", min(1-int(math.Floor(math.Log10(max(ratio, 1e-9)))), 8), ratio)
}

var steps = map[string][]string{"ns": {"ns", "us", "ms", "s"}, "bytes": {"B", "kB", "MB", "GB"}}

// amount writes a number with three digits that count.
func amount(number float64, unit string) string {
	names := steps[unit]
	if names == nil {
		return fmt.Sprintf("%.3g %s", number, unit)
	}
	at := 0
	for number >= 999.5 && at < len(names)-1 {
		number, at = number/1000, at+1
	}
	digits := 0
	for limit := 9.995; digits < 2 && number < limit*math.Pow(10, float64(1-digits)); {
		digits++
	}
	return fmt.Sprintf("%.*f %s", digits, number, names[at])
}
