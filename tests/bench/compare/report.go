package compare

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
)

// Report is all that a comparison found. Its JSON is also what other harnesses (bindings beside peers in their languages)
// write, so that their lines can stand in the same table.
type Report struct {
	Date    string `json:"date"`
	Machine string `json:"machine"`
	Size    string `json:"size"`
	Clock   string `json:"clock"`
	// Versions are those of the peers, "ours" among them.
	Versions map[string]string `json:"versions"`
	Lines    []Line            `json:"lines"`
	Notes    []string          `json:"notes,omitempty"`
}

// Line is one measure. Unit is "ns" or "bytes".
type Line struct {
	Workload string          `json:"workload"`
	Title    string          `json:"title"`
	Measure  string          `json:"measure"`
	Unit     string          `json:"unit"`
	Ours     float64         `json:"ours"`
	Peers    map[string]Cell `json:"peers"`
}

// Cell is a peer's figure, and ours divided by it.
type Cell struct {
	Median float64 `json:"median"`
	Ratio  Ratio   `json:"ratio"`
}

// newReport says when and on what kind of machine.
func newReport(size Size) *Report {
	return &Report{Date: time.Now().Format(time.DateOnly), Machine: machine(), Size: size.Name, Clock: os.Getenv(clock.Variable), Versions: make(map[string]string)}
}

// machine is what kind of machine this is: no names of it.
func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.Version())
}

// Write writes the report as JSON.
func (r *Report) Write(path string) error {
	encoded, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(encoded, '\n'), 0o644)
}

// Read reads a report, from this harness or another.
func Read(path string) (*Report, error) {
	encoded, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if err := json.Unmarshal(encoded, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Add takes another report's lines in.
func (r *Report) Add(other *Report) {
	for peer, version := range other.Versions {
		if _, known := r.Versions[peer]; !known {
			r.Versions[peer] = version
		}
	}
	r.Lines = append(r.Lines, other.Lines...)
	r.Notes = append(r.Notes, other.Notes...)
}
