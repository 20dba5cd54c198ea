// Package compare runs the workloads on all peers in turns, so that whatever slows the machine down slows all of them, and
// reports ratios of what ran in the same round.
package compare

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
)

// Commands are how the peers' processes are started, "ours" first.
type Commands [][]string

// runner runs one workload.
type runner struct {
	size     Size
	workload Workload
	shape    data.Shape
	peers    []*wire.Peer
	folders  []string
	report   *Report
	progress io.Writer
	started  time.Time
	trials   map[string]map[string]float64 // by operation and peer: nanoseconds for one
}

// Run compares all peers in a folder that it may fill.
func Run(commands Commands, workloads []Workload, size Size, folder string, progress io.Writer) (*Report, error) {
	report, end := newReport(size), time.Now().Add(size.Limit)
	for i, workload := range workloads {
		size := size
		if size.Limit > 0 { // this workload's share of what is left
			size.Limit = max(time.Until(end)/time.Duration(len(workloads)-i), 1)
		}
		r := &runner{size: size, workload: workload, shape: workload.Shape(size), report: report, progress: progress,
			started: time.Now(), trials: make(map[string]map[string]float64)}
		fmt.Fprintf(progress, "%s: %s\n", workload.Name, r.title())
		err := r.start(commands, folder)
		for i := 0; i < len(workload.Measures) && err == nil; i++ {
			if err = r.measure(&workload.Measures[i]); err == nil && i == 0 {
				err = r.space()
			}
		}
		if err := errors.Join(err, r.stop()); err != nil {
			return nil, fmt.Errorf("%s: %w", workload.Name, err)
		}
	}
	return report, nil
}

func (r *runner) title() string {
	return fmt.Sprintf("%s: %s x %s", r.workload.Title, thousands(r.shape.Scopes), thousands(r.shape.Entries))
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func (r *runner) start(commands Commands, folder string) error {
	for i, command := range commands {
		peer, err := wire.Start(command...)
		if err != nil {
			return err
		}
		r.peers = append(r.peers, peer)
		r.report.Versions[peer.Name] = peer.Version
		own := filepath.Join(folder, fmt.Sprintf("%s-%d", r.workload.Name, i))
		if err := os.Mkdir(own, 0o755); err != nil {
			return err
		}
		r.folders = append(r.folders, own)
		if _, err := peer.Make(own, r.shape); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) stop() error {
	var errs []error
	for _, peer := range r.peers {
		errs = append(errs, peer.Close())
	}
	for _, folder := range r.folders {
		errs = append(errs, os.RemoveAll(folder))
	}
	return errors.Join(errs...)
}

// late says whether so much time has passed.
func (r *runner) late(limit time.Duration) bool { return limit > 0 && time.Since(r.started) > limit }

// measure runs one measure on all peers that have it.
func (r *runner) measure(m *Measure) error {
	all := r.size.Rounds
	switch {
	case r.late(r.size.Limit):
		r.note("%s, %s is left out: the time for a comparison of this size was over.", r.workload.Name, m.Name)
		return nil
	case r.late(r.size.Limit / 2):
		all = 1
	}
	times := make([][]float64, len(r.peers))
	ns, rounds := make([]int, len(r.peers)), make([]int, len(r.peers))
	for i, peer := range r.peers {
		var err error
		if ns[i], rounds[i], err = r.try(m, peer); err != nil {
			return err
		}
	}
	for round := range all {
		for turn := range r.peers {
			i := (turn + round) % len(r.peers) // who goes first may find the caches cold
			if round >= rounds[i] {
				continue
			}
			result, err := r.peers[i].Run(m.Op, ns[i], m.K)
			if err != nil {
				return err
			}
			times[i] = append(times[i], m.perUnit(result, ns[i]))
			if result.Nanos > r.size.Slow {
				rounds[i] = 0
			}
		}
	}
	line := Line{Workload: r.workload.Name, Title: r.title(), Measure: m.Name, Unit: "ns", Ours: Median(times[0]), Peers: map[string]Cell{}}
	for i, peer := range r.peers[1:] {
		if peerTimes := times[i+1]; len(peerTimes) > 0 {
			line.Peers[peer.Name] = Cell{Median(peerTimes), ratioOf(times[0], peerTimes)}
		}
	}
	r.report.Lines = append(r.report.Lines, line)
	fmt.Fprintf(r.progress, "  %-20s %s\n", m.Name, amount(line.Ours, "ns"))
	return nil
}

// try checks what a peer does, and says how many it shall do in a run, and in how many rounds: none if it cannot.
func (r *runner) try(m *Measure, peer *wire.Peer) (n, rounds int, err error) {
	n = m.n(r.size, r.shape)
	if one, known := r.trials[m.Reckon][peer.Name]; known {
		if all := one * float64(m.ReckonTimes(r.shape)); all > r.size.TooLong {
			r.note("%s: %s is left out: from one scope's cost it would take %.0f s.", peer.Name, m.Name, all/1e9)
			return 0, 0, nil
		}
	}
	trial := m.trial(n)
	result, err := peer.Run(m.Op, trial, m.checking())
	if errors.Is(err, wire.ErrNone) {
		return 0, 0, nil
	} else if err != nil {
		return 0, 0, err
	}
	if err := r.check(m, peer, trial, result); err != nil {
		return 0, 0, err
	}
	// What takes no time at first is repeated, for the caches to get warm, until its speed can be told.
	for !m.Whole && trial < n && result.Nanos < r.size.Budget/8 {
		trial = min(n, 8*trial)
		if m.Op == data.Mixed {
			trial = max(trial/m.K, 1) * m.K
		}
		if result, err = peer.Run(m.Op, trial, m.K); err != nil {
			return 0, 0, err
		}
	}
	one := float64(result.Nanos) / float64(max(trial, 1))
	if r.trials[m.Op] == nil {
		r.trials[m.Op] = make(map[string]float64)
	}
	r.trials[m.Op][peer.Name] = one
	switch {
	case !m.Whole:
		n = min(n, max(int(float64(r.size.Budget)/max(one, 1)), 1))
		if m.Op == data.Mixed {
			n = max(n/m.K, 1) * m.K
		}
	case result.Nanos > r.size.Slow:
		return n, 1, nil
	}
	return n, r.size.Rounds, nil
}

// check compares what a peer did with what it had to do. scoped-heed's clear takes more or less than one scope's entries
// with it: that is noted, since its time is then for other work than was asked for. All else ends the comparison.
func (r *runner) check(m *Measure, peer *wire.Peer, n int, got data.Result) error {
	want := data.Expect(m.Op, r.shape, n, m.checking())
	want.Nanos = got.Nanos
	switch {
	case got == want:
		return nil
	case peer.Name == "scoped-heed" && m.Op == data.Clear:
		r.note("%s, %s: scoped-heed deleted %s entries where clearing %d scopes had to delete %s.", r.workload.Name, m.Name,
			thousands(got.Count), n, thousands(want.Count))
		return nil
	}
	return fmt.Errorf("%s, %s: count, bytes and sum are %d, %d, %d, and had to be %d, %d, %d", peer.Name, m.Name,
		got.Count, got.Bytes, got.Sum, want.Count, want.Bytes, want.Sum)
}

func (r *runner) note(format string, args ...any) {
	r.report.Notes = append(r.report.Notes, fmt.Sprintf(format, args...))
}

// space reports what the stores take on disk, and the peers' own memory, after all was put in one transaction and the
// first reads: the map's pages, which belong to the system's cache, left out.
func (r *runner) space() error {
	if r.shape.Total() < r.size.Entries/2 {
		return nil // this workload is not about what is stored
	}
	disk := Line{Workload: r.workload.Name, Title: r.title(), Measure: "files", Unit: "bytes", Peers: map[string]Cell{}}
	memory := Line{Workload: r.workload.Name, Title: r.title(), Measure: "memory", Unit: "bytes", Peers: map[string]Cell{}}
	for i, peer := range r.peers {
		files, err := allocated(filepath.Join(r.folders[i], "main"))
		if err != nil {
			return err
		}
		if _, err := peer.Run(data.Rest, 0, 0); err != nil {
			return err
		}
		own := anonymous(peer.Pid)
		if i == 0 {
			disk.Ours, memory.Ours = files, own
			continue
		}
		disk.Peers[peer.Name] = Cell{files, ratioOf([]float64{disk.Ours}, []float64{files})}
		memory.Peers[peer.Name] = Cell{own, ratioOf([]float64{memory.Ours}, []float64{own})}
	}
	r.report.Lines = append(r.report.Lines, disk, memory)
	return nil
}

// allocated is what a folder's files, or a file, take on disk.
func allocated(path string) (size float64, err error) {
	err = filepath.Walk(path, func(_ string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && info.Mode().IsRegular() {
			size += float64(stat.Blocks) * 512
		}
		return nil
	})
	return size, err
}

// anonymous is a process's memory that is of no file, in bytes; 0 where the system does not say.
func anonymous(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for at := 0; at < len(status); {
		end := at
		for end < len(status) && status[end] != '\n' {
			end++
		}
		var kilobytes float64
		if n, _ := fmt.Sscanf(string(status[at:end]), "RssAnon: %f kB", &kilobytes); n == 1 {
			return kilobytes * 1024
		}
		at = end + 1
	}
	return 0
}
