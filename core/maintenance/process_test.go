package maintenance_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Tests that need other processes run this test program again, with what to do in the environment.
const roleVariable = "SLMDB_MAINTENANCE_ROLE"

// roles are what such a process may do, with the arguments that follow.
var roles = map[string]func(arguments []string) error{
	"export":          exportRole,
	"import":          importRole,
	"import-and-wait": importAndWaitRole,
	"write":           writeRole,
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		words := strings.Split(role, "\n")
		if err := roles[words[0]](words[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a process with a role.
type child struct {
	*exec.Cmd
	out *bufio.Reader
	in  io.WriteCloser
}

func start(t *testing.T, words ...string) *child {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	c := &child{Cmd: exec.Command(program)}
	c.Env = append(os.Environ(), roleVariable+"="+strings.Join(words, "\n"))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	c.in, err = c.StdinPipe()
	must(t, err)
	c.out = bufio.NewReader(out)
	must(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}

// line is the next line that the process writes.
func (c *child) line(t *testing.T) string {
	t.Helper()
	text, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the process ended early: %q, %v", text, err)
	}
	return strings.TrimSpace(text)
}

// peak is the most memory that the process had so far, in bytes: what it allocated, in Go and in C, without what it maps of
// the environment's file, which is the system's cache.
type peak struct {
	anonymous atomic.Int64
	stop      chan struct{}
	stopped   chan struct{}
}

func watchMemory() *peak {
	p := &peak{stop: make(chan struct{}), stopped: make(chan struct{})}
	go func() {
		defer close(p.stopped)
		for {
			if now := anonymousMemory(); now > p.anonymous.Load() {
				p.anonymous.Store(now)
			}
			select {
			case <-p.stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return p
}

// report writes the peaks: anonymous memory of the process, and what Go's runtime has taken from the system.
func (p *peak) report() {
	close(p.stop)
	<-p.stopped
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Printf("%d %d\n", p.anonymous.Load(), stats.Sys)
}

// anonymousMemory is RssAnon of this process; 0 where there is no such thing.
func anonymousMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
