// How does a test start processes, speak with them line by line, and see to it that none outlives it?
package processes

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// taskVariable holds a task: with it in its environment, the test's binary is a process that does the task.
const taskVariable = "SLMDB_PROCESS_TASK"

// longest is how long a process lives at the most beyond the time that it is given, whatever happens to its parent.
const longest = 60 * time.Second

// task is what a process is to do, and on which environment.
type task struct {
	Role    string
	Options options
	Number  int           // which of several processes
	For     time.Duration // how long
}

// roles are what processes can be asked to do. An error ends the process, and its text goes to the test.
var roles = map[string]func(*peer) error{}

// peer is the process's own side of the conversation.
type peer struct {
	task
	input *bufio.Scanner
}

func TestMain(m *testing.M) {
	given := os.Getenv(taskVariable)
	if given == "" {
		os.Exit(m.Run())
	}
	p := &peer{input: bufio.NewScanner(os.Stdin)}
	err := json.Unmarshal([]byte(given), &p.task)
	time.AfterFunc(longest+p.For, func() { os.Exit(3) })
	if err == nil {
		err = roles[p.Role](p)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s %d: %v\n", p.Role, p.Number, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// say tells the test a line.
func (p *peer) say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// hear waits for a line of the test. When the test has ended there is none, and the process ends too.
func (p *peer) hear() string {
	if !p.input.Scan() {
		os.Exit(4)
	}
	return p.input.Text()
}

// follow ends the process when the test ends: for those who do not listen otherwise.
func (p *peer) follow() {
	go func() {
		for {
			p.hear()
		}
	}()
}

// process is the test's side of the conversation.
type process struct {
	t       *testing.T
	task    task
	name    string
	command *exec.Cmd
	input   io.WriteCloser
	lines   chan string
	stderr  strings.Builder
	ended   sync.Once
}

// start starts a process. It is killed at the end of the test, if it is still there.
func start(t *testing.T, work task) *process {
	t.Helper()
	given, err := json.Marshal(work)
	must(t, err)
	p := &process{t: t, task: work, name: fmt.Sprintf("%s %d", work.Role, work.Number), lines: make(chan string, 1024)}
	p.command = exec.Command(os.Args[0])
	// The race detector lets a process sleep for a second before it ends; there are many processes here.
	p.command.Env = append(os.Environ(), taskVariable+"="+string(given), "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	p.command.Stderr = &p.stderr
	p.input, err = p.command.StdinPipe()
	must(t, err)
	output, err := p.command.StdoutPipe()
	must(t, err)
	must(t, p.command.Start())
	go func() {
		for said := bufio.NewScanner(output); said.Scan(); {
			p.lines <- said.Text()
		}
		close(p.lines)
	}()
	t.Cleanup(p.kill)
	return p
}

// say tells the process a line.
func (p *process) say(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.input, line+"\n"); err != nil {
		p.fail("does not listen: %v", err)
	}
}

// hear waits for the process to say exactly this.
func (p *process) hear(want string) {
	p.t.Helper()
	select {
	case line, ok := <-p.lines:
		if !ok {
			p.fail("ended instead of saying %q", want)
		}
		if line != want {
			p.t.Fatalf("%s says %q, not %q", p.name, line, want)
		}
	case <-time.After(longest):
		p.fail("said nothing instead of %q", want)
	}
}

// ask says something and waits for the answer.
func (p *process) ask(question, want string) {
	p.t.Helper()
	p.say(question)
	p.hear(want)
}

// wait waits for the process to end by itself and well, and gives its last line.
func (p *process) wait() (last string) {
	p.t.Helper()
	for line := range p.lines {
		last = line
	}
	p.ended.Do(func() {
		if err := p.command.Wait(); err != nil {
			p.t.Errorf("%s: %v: %s", p.name, err, p.stderr.String())
		}
	})
	return last
}

// kill kills the process by SIGKILL, if it has not ended.
func (p *process) kill() {
	p.ended.Do(func() {
		_ = p.command.Process.Kill()
		for range p.lines {
			continue // until the pipe's end, before which Wait must not be called
		}
		_ = p.command.Wait()
		status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus)
		if ok && status.Exited() && status.ExitStatus() != 0 {
			p.t.Errorf("%s ended before it was killed: %v: %s", p.name, p.command.ProcessState, p.stderr.String())
		}
	})
}

// fail ends the process and the test.
func (p *process) fail(format string, args ...any) {
	p.t.Helper()
	p.kill()
	p.t.Fatalf("%s %s: %s", p.name, fmt.Sprintf(format, args...), p.stderr.String())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
