// How does a test start a writer, listen to it and kill it, so that none is ever left behind?
package crash

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// writerVariable holds a writer's options: with it in its environment, the test's binary is a writer.
const writerVariable = "SLMDB_CRASH_WRITER"

// longest is how long a writer lives at the most, whatever happens to its parent.
const longest = 30 * time.Second

// options say how an environment is opened.
type options struct {
	Folder     string
	Durability lmdb.Durability
	// Narrow gives all scopes one of few ids, so that most are displaced.
	Narrow bool
	// Queued says that the writer queues batches, which are committed in groups.
	Queued bool
}

// hash is what the names of scopes get their ids by.
func (o options) hash(name string) uint32 {
	if o.Narrow {
		return 0xfffffffd + scope.XXH32(name)%3 // the ids that are next to these go round to 0
	}
	return scope.XXH32(name)
}

func (o options) config(readOnly bool) lmdb.Config {
	return lmdb.Config{Path: o.Folder, MapSize: 1 << 28, Durability: o.Durability, ReadOnly: readOnly}
}

func (o options) open(readOnly bool) (*core.Env, error) {
	return core.Open(o.config(readOnly), core.WithScopeHash(o.hash))
}

func TestMain(m *testing.M) {
	given := os.Getenv(writerVariable)
	if given == "" {
		os.Exit(m.Run())
	}
	var o options
	err := json.Unmarshal([]byte(given), &o)
	if err == nil {
		go followParent()
		err = write(o, os.NewFile(3, "acknowledgements"))
	}
	fmt.Fprintln(os.Stderr, "writer:", err)
	os.Exit(1)
}

// followParent ends the process when its parent ends: then the other end of its standard input is closed.
func followParent() {
	time.AfterFunc(longest, func() { os.Exit(2) })
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(3)
}

// process is a running writer.
type process struct {
	command     *exec.Cmd
	acks        *os.File
	stderr      strings.Builder
	first, last uint64 // acknowledgements; 0 if there was none
}

func start(t *testing.T, o options) *process {
	t.Helper()
	given, err := json.Marshal(o)
	must(t, err)
	acks, theirs, err := os.Pipe()
	must(t, err)
	p := &process{command: exec.Command(os.Args[0]), acks: acks}
	p.command.Env = append(os.Environ(), writerVariable+"="+string(given))
	p.command.Stderr = &p.stderr
	p.command.ExtraFiles = []*os.File{theirs}
	_, err = p.command.StdinPipe() // held open by this process until it waits, or ends
	must(t, err)
	must(t, p.command.Start())
	must(t, theirs.Close())
	must(t, acks.SetReadDeadline(time.Now().Add(longest)))
	return p
}

// hear waits for one acknowledgement.
func (p *process) hear() error {
	var ack [8]byte
	if _, err := io.ReadFull(p.acks, ack[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint64(ack[:])
	if p.last != 0 && n != p.last+1 {
		return fmt.Errorf("transaction %d was acknowledged after %d", n, p.last)
	}
	if p.first == 0 {
		p.first = n
	}
	p.last = n
	return nil
}

// kill kills the writer by SIGKILL, and hears what it had said until then.
func (p *process) kill(t *testing.T) {
	t.Helper()
	_ = p.command.Process.Kill()
	err := error(nil)
	for err == nil {
		err = p.hear()
	}
	if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	_ = p.command.Wait()
	must(t, p.acks.Close())
	if status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended by itself, after transaction %d: %v: %s", p.last, p.command.ProcessState, p.stderr.String())
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
