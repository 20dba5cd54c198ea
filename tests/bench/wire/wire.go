// Package wire is how the harness speaks with a peer, which is a process of its own: so each has its own memory and its own
// runtime, and peers in all languages are driven alike. Loops and clocks are inside of the peer.
//
// Lines on stdin and stdout. The peer begins with
//
//	peer NAME VERSIONS
//
// and answers each request with one line: `ok NANOSECONDS COUNT BYTES SUM`, `none` (it has no such operation), or
// `error TEXT`. The requests:
//
//	make SCOPES ENTRIES FOLDER     make a store in an empty folder, not durable, put all entries into it
//	run OPERATION N K              see package data
//	quit                           close all
package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
)

// ErrNone is a peer's answer to an operation that it does not have.
var ErrNone = errors.New("this peer has no such operation")

// Store is a peer, from its inside.
type Store interface {
	// Make makes a store in an empty folder and puts all entries into it.
	Make(folder string, shape data.Shape) (data.Result, error)
	// Run does an operation. The error is ErrNone for those that the peer does not have.
	Run(op string, n, k int) (data.Result, error)
	Close() error
}

// Serve answers requests until the input ends.
func Serve(name, version string, store Store, in io.Reader, out io.Writer) error {
	if _, err := fmt.Fprintf(out, "peer %s %s\n", name, version); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), " ", 4)
		if fields[0] == "quit" {
			break
		}
		result, err := answer(store, fields)
		switch {
		case errors.Is(err, ErrNone):
			_, err = fmt.Fprintln(out, "none")
		case err != nil:
			_, err = fmt.Fprintln(out, "error", strings.ReplaceAll(err.Error(), "\n", "; "))
		default:
			_, err = fmt.Fprintln(out, "ok", result.Nanos, result.Count, result.Bytes, result.Sum)
		}
		if err != nil {
			return err
		}
	}
	return store.Close()
}

func answer(store Store, fields []string) (data.Result, error) {
	if len(fields) != 4 {
		return data.Result{}, fmt.Errorf("a request of %d words", len(fields))
	}
	switch fields[0] {
	case "make":
		scopes, err := strconv.Atoi(fields[1])
		if err != nil {
			return data.Result{}, err
		}
		entries, err := strconv.Atoi(fields[2])
		if err != nil {
			return data.Result{}, err
		}
		return store.Make(fields[3], data.Shape{Scopes: scopes, Entries: entries})
	case "run":
		n, err := strconv.Atoi(fields[2])
		if err != nil {
			return data.Result{}, err
		}
		k, err := strconv.Atoi(fields[3])
		if err != nil {
			return data.Result{}, err
		}
		if fields[1] == data.Rest {
			debug.FreeOSMemory()
			return data.Result{}, nil
		}
		return store.Run(fields[1], n, k)
	}
	return data.Result{}, fmt.Errorf("no request is called %q", fields[0])
}

// Peer is a peer, from its outside.
type Peer struct {
	Name, Version string
	Pid           int

	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Start starts a peer's process.
func Start(command ...string) (*Peer, error) {
	process := exec.Command(command[0], command[1:]...)
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	p := &Peer{process: process, Pid: process.Process.Pid, in: in, out: bufio.NewReader(out)}
	hello, err := p.out.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s said nothing: %w", command[0], err), p.Close())
	}
	fields := strings.SplitN(strings.TrimSpace(hello), " ", 3)
	if len(fields) != 3 || fields[0] != "peer" {
		return nil, errors.Join(fmt.Errorf("%s began with %q", command[0], hello), p.Close())
	}
	p.Name, p.Version = fields[1], fields[2]
	return p, nil
}

// Make is Store.Make.
func (p *Peer) Make(folder string, s data.Shape) (data.Result, error) {
	return p.ask("make %d %d %s", s.Scopes, s.Entries, folder)
}

// Run is Store.Run.
func (p *Peer) Run(op string, n, k int) (data.Result, error) { return p.ask("run %s %d %d", op, n, k) }

func (p *Peer) ask(format string, args ...any) (r data.Result, err error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return r, fmt.Errorf("%s: %w", p.Name, err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return r, fmt.Errorf("%s ended at "+format+": %w", append(append([]any{p.Name}, args...), err)...)
	}
	line = strings.TrimSpace(line)
	if line == "none" {
		return r, ErrNone
	}
	if _, err := fmt.Sscanf(line, "ok %d %d %d %d", &r.Nanos, &r.Count, &r.Bytes, &r.Sum); err != nil {
		return r, fmt.Errorf("%s at "+format+": %s", append(append([]any{p.Name}, args...), line)...)
	}
	return r, nil
}

// Close ends the process.
func (p *Peer) Close() error {
	_, _ = fmt.Fprintln(p.in, "quit")
	_ = p.in.Close()
	_, _ = io.Copy(io.Discard, p.out)
	if err := p.process.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}
