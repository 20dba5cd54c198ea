// Bench compares scoped-lmdb's Go core with plain LMDB in C and with peers, in one run. run.sh builds what it needs and
// starts it; README.md says more.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/clock"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/compare"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/bbolt"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/ours"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/peers/pebble"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/picture"
	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/wire"
)

// options are the command line.
type options struct {
	out, plain, heed, profile, pictures string
	workloads, peers, clock             string
	quick, check                        bool
	entries, rounds, most               int
	with                                files
}

// files is a flag that may come several times.
type files []string

func (f *files) String() string { return strings.Join(*f, " ") }
func (f *files) Set(path string) error {
	*f = append(*f, path)
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "small sizes: ends within a minute")
	flags.BoolVar(&o.check, "check", false, "tiny sizes: checks what all peers do, measures nothing")
	flags.IntVar(&o.entries, "entries", 0, "entries of the largest workload")
	flags.IntVar(&o.rounds, "rounds", 0, "interleaved rounds")
	flags.IntVar(&o.most, "max", 1e7, "growth: entries of the largest store")
	flags.StringVar(&o.workloads, "workloads", "", "only these, as in W1,W5")
	flags.StringVar(&o.peers, "peers", "", "only these beside ours, as in plain-C,bbolt")
	flags.StringVar(&o.clock, "clock", "wall", "wall, or cpu for a machine that is busy with other work")
	flags.Var(&o.with, "with", "a report of another harness to take in; may come several times")
	flags.StringVar(&o.pictures, "pictures", "", "folder for the pictures; none: where -out is")
	flags.StringVar(&o.out, "out", ".", "folder for results")
	flags.StringVar(&o.plain, "plain", "", "the program of plain LMDB in C")
	flags.StringVar(&o.heed, "heed", "", "the program of scoped-heed")
	flags.StringVar(&o.profile, "cpuprofile", "", "serve: write a profile here")
	command := "compare"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch command {
	case "serve":
		return serve(o.profile, flags.Arg(0))
	case "compare":
		return o.compare()
	case "growth":
		return o.growth()
	case "draw":
		return o.draw(flags.Args())
	}
	return fmt.Errorf("there is no command %q: compare, growth, draw, serve", command)
}

// serve is a peer that is written in Go, in its own process.
func serve(profile, name string) error {
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // a profile that was cut off shows
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	switch name {
	case "ours":
		return wire.Serve(name, ours.Version(), new(ours.Store), os.Stdin, os.Stdout)
	case "bbolt":
		return wire.Serve(name, bbolt.Version(), new(bbolt.Store), os.Stdin, os.Stdout)
	case "pebble":
		return wire.Serve(name, pebble.Version(), new(pebble.Store), os.Stdin, os.Stdout)
	}
	return fmt.Errorf("no peer in Go is called %q", name)
}

// commands are all peers that are there, ours first.
func (o *options) commands() (compare.Commands, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	commands := compare.Commands{{self, "serve", "ours"}}
	for _, peer := range []struct {
		name    string
		command []string
	}{
		{"plain-C", []string{o.plain}}, {"scoped-heed", []string{o.heed}},
		{"bbolt", []string{self, "serve", "bbolt"}}, {"pebble", []string{self, "serve", "pebble"}},
	} {
		if peer.command[0] != "" && (o.peers == "" || slices.Contains(strings.Split(o.peers, ","), peer.name)) {
			commands = append(commands, peer.command)
		}
	}
	return commands, nil
}

func (o *options) size() compare.Size {
	size := compare.Full
	if o.quick {
		size = compare.Quick
	}
	if o.check {
		size = compare.Check
	}
	if o.entries > 0 {
		size.Name, size.Entries = fmt.Sprintf("%s, %d entries", size.Name, o.entries), o.entries
	}
	if o.rounds > 0 {
		size.Rounds = o.rounds
	}
	return size
}

// inFolder runs fn with a folder for the stores, which is on the disk of the results and not in memory.
func (o *options) inFolder(fn func(commands compare.Commands, folder string) error) error {
	commands, err := o.commands()
	if err != nil {
		return err
	}
	if err := os.Setenv(clock.Variable, o.clock); err != nil { // for the peers
		return err
	}
	folder, err := os.MkdirTemp(o.out, "stores-")
	if err != nil {
		return err
	}
	return errors.Join(fn(commands, folder), os.RemoveAll(folder))
}

func (o *options) compare() error {
	workloads := compare.Workloads
	if o.workloads != "" {
		workloads = slices.DeleteFunc(slices.Clone(workloads), func(w compare.Workload) bool {
			return !slices.Contains(strings.Split(o.workloads, ","), w.Name)
		})
	}
	return o.inFolder(func(commands compare.Commands, folder string) error {
		report, err := compare.Run(commands, workloads, o.size(), folder, os.Stderr)
		if err != nil {
			return err
		}
		for _, path := range o.with {
			other, err := compare.Read(path)
			if err != nil {
				return err
			}
			report.Add(other)
		}
		if o.check {
			fmt.Printf("all peers did as they were asked to: %d measures\n", len(report.Lines))
			return nil
		}
		return o.publish(report)
	})
}

// publish prints the table, and writes it and the rest beside each other.
func (o *options) publish(report *compare.Report) error {
	var table strings.Builder
	report.Table(io.MultiWriter(os.Stdout, &table))
	return errors.Join(
		os.WriteFile(filepath.Join(o.out, "bench.md"), []byte(table.String()), 0o644),
		report.Write(filepath.Join(o.out, "bench.json")),
		picture.Bars(report, o.drawn("bench.svg")),
	)
}

func (o *options) drawn(name string) string {
	if o.pictures != "" {
		return filepath.Join(o.pictures, name)
	}
	return filepath.Join(o.out, name)
}

func (o *options) growth() error {
	return o.inFolder(func(commands compare.Commands, folder string) error {
		growth, err := compare.Grow(commands, o.most, folder, os.Stderr)
		if err != nil {
			return err
		}
		growth.Table(os.Stdout)
		return errors.Join(growth.Write(filepath.Join(o.out, "growth.json")), picture.Curves(growth, o.drawn("growth.svg")))
	})
}

// draw draws pictures of results that are there: the kind (bench or growth), the JSON, the picture (.svg or .png).
func (o *options) draw(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: draw bench|growth FROM.json TO.svg")
	}
	if args[0] == "growth" {
		growth, err := compare.ReadGrowth(args[1])
		if err != nil {
			return err
		}
		return picture.Curves(growth, args[2])
	}
	report, err := compare.Read(args[1])
	if err != nil {
		return err
	}
	return picture.Bars(report, args[2])
}
