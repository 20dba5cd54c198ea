// On a terminal: is there a progress bar, is nothing garbled, and does Ctrl-C leave nothing half done?
package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/creack/pty"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// terminal is a process on a terminal of its own, and what it has shown.
type terminal struct {
	*exec.Cmd
	file *os.File
	mu   sync.Mutex
	text strings.Builder
	read chan struct{}
}

func onTerminal(t *testing.T, arguments ...string) *terminal {
	t.Helper()
	p := &terminal{Cmd: command(t, arguments...), read: make(chan struct{})}
	var err error
	p.file, err = pty.StartWithSize(p.Cmd, &pty.Winsize{Rows: 24, Cols: 120})
	must(t, err)
	t.Cleanup(func() { _ = p.Process.Kill(); _ = p.file.Close() })
	go func() {
		defer close(p.read)
		buffer := make([]byte, 4096)
		for {
			n, err := p.file.Read(buffer)
			p.mu.Lock()
			p.text.Write(buffer[:n])
			p.mu.Unlock()
			if err != nil { // the process has ended
				return
			}
		}
	}()
	return p
}

func (p *terminal) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// until waits until something is shown.
func (p *terminal) until(t *testing.T, what *regexp.Regexp) {
	t.Helper()
	if !p.shows(t, what) {
		t.Fatalf("%v is not shown, but %q", what, p.shown())
	}
}

// shows waits until something is shown, and says whether the process has not ended before.
func (p *terminal) shows(t *testing.T, what *regexp.Regexp) bool {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !what.MatchString(p.shown()); {
		select {
		case <-p.read:
			return what.MatchString(p.shown())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v is not shown, but %q", what, p.shown())
		}
		time.Sleep(time.Millisecond)
	}
	return true
}

// end waits for the process and says its exit code.
func (p *terminal) end(t *testing.T) int {
	t.Helper()
	<-p.read
	_ = p.Wait()
	return p.ProcessState.ExitCode()
}

// bars are what a progress bar looks like.
var bars = regexp.MustCompile(`importing \[#+ *\] +[0-9]+%  [0-9,]+ of [0-9]+0,000 entries  [0-9,]+/s  [0-9]+s left`)

// interrupted imports so much that there is time to look at the bar, and presses Ctrl-C then.
func interrupted(t *testing.T, target string, flags ...string) (file string, entries int) {
	t.Helper()
	for entries = 150_000; ; entries *= 4 {
		file = filepath.Join(t.TempDir(), "export")
		ok(t, "export", large(t, entries), "-o", file)
		p := onTerminal(t, append([]string{"import", target, file}, flags...)...)
		if p.shows(t, bars) {
			_, err := io.WriteString(p.file, "\x03") // as a person types it
			must(t, err)
		}
		switch code := p.end(t); {
		case code == exitInterrupted:
			return file, entries
		case code != exitOK || entries > 10_000_000:
			t.Fatalf("the import of %d entries ends with %d: %q", entries, code, p.shown())
		}
		ok(t, "drop", target, "tenant", "--yes") // it was too fast
	}
}

func TestInterruptedImport(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "target")
	ok(t, "put", target, "db", "1", `"was here"`, "--kind", "typed", "--create", "-s", "other")
	file, entries := interrupted(t, target)
	wantText(t, ok(t, "scopes", target), "SCOPE    ID\n\"other\"  "+idOf(t, target, "other")+"\n")
	wantParts(t, ok(t, "verify", target), "sound: ", "1 databases, 1 scopes, 1 entries")
	// The same import goes through afterwards.
	p := onTerminal(t, "import", target, file)
	if code := p.end(t); code != exitOK || !strings.Contains(p.shown(), "imported "+number(entries)+" entries") {
		t.Errorf("%d, %q", code, p.shown())
	}
	wantParts(t, ok(t, "verify", target), "2 scopes, "+number(entries+1)+" entries")
	// Other long work, interrupted too.
	p = onTerminal(t, "export", target, "-o", filepath.Join(folder, "second"))
	p.until(t, regexp.MustCompile(`exporting `))
	_, err := io.WriteString(p.file, "\x03")
	must(t, err)
	if code := p.end(t); code == exitInterrupted {
		names, err := filepath.Glob(filepath.Join(folder, "second*"))
		if must(t, err); len(names) > 0 {
			t.Errorf("%v was left", names)
		}
	} else if code != exitOK {
		t.Errorf("the export ends with %d: %q", code, p.shown())
	}
}

// TestInterruptedWait has a writer in another process, for which LMDB can only wait: a person learns how to end that.
func TestInterruptedWait(t *testing.T) {
	data := sample(t)
	env, err := core.Open(lmdb.Config{Path: data})
	must(t, err)
	defer func() { must(t, env.Close()) }()
	txn, err := env.Begin(context.Background(), true)
	must(t, err)
	defer txn.Abort() //nolint:errcheck // nothing was written
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		p := onTerminal(t, "drop", data, "tenant1", "--yes")
		p.until(t, regexp.MustCompile(`dropping `))
		time.Sleep(wait) // until it waits itself
		_, err = io.WriteString(p.file, "\x03")
		must(t, err)
		if !p.shows(t, regexp.MustCompile(`the same again ends it at once`)) && wait < 10*time.Second {
			continue // it was not so far
		}
		_, err = io.WriteString(p.file, "\x03")
		must(t, err)
		p.end(t)
		if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
			t.Errorf("it ends with %v: %q", p.ProcessState, p.shown())
		}
		return
	}
}

// TestInterruptedInput waits for an input that does not come: Ctrl-C ends that, too.
func TestInterruptedInput(t *testing.T) {
	data, missing := sample(t), filepath.Join(t.TempDir(), "missing")
	for _, arguments := range [][]string{{"import", data, "-"}, {"import", missing, "-", "--create"}, {"verify", "--export", "-"}} {
		p := onTerminal(t, arguments...)
		p.until(t, regexp.MustCompile(`importing |verifying `))
		_, err := io.WriteString(p.file, "\x03")
		must(t, err)
		if code := p.end(t); code != exitInterrupted || strings.Contains(p.shown(), "the same again") {
			t.Errorf("%q ends with %d: %q", arguments, code, p.shown())
		}
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("the environment was made: %v", err)
	}
}

func TestNoBarWithoutATerminal(t *testing.T) {
	source := large(t, 20000)
	r := run(t, "export", source, "-o", filepath.Join(t.TempDir(), "export"))
	wantText(t, r.err, "exported 20,000 entries (keys 58.3 KiB, values 1.9 MiB) of 2 scope(s) and 1 database(s)\n")
}

func TestNothingIsGarbled(t *testing.T) {
	data := sample(t)
	ok(t, "put", data, "users", `"\u001b]0;title\u0007"`, `"\u009b2J\u202e"`, "-s", odd)
	for _, arguments := range [][]string{{"scopes", data}, {"stats", data}, {"scan", data, "users", "-s", odd}, {"scan",
		data, "blobs"},
		{"get", data, "blobs", `"k"`}, {"verify", data}, {"databases", data}, {"drop", data, odd + "x", "--yes"}, {"get",
			data, "\x1b[2J", "1"}} {
		p := onTerminal(t, arguments...)
		p.end(t)
		// What remains beyond line ends and the bar's own sequences is to be printable.
		text := strings.NewReplacer("\r\n", "", "\t", "", "\x1b[K", "", "\r", "").Replace(p.shown())
		for _, r := range text {
			if !unicode.IsPrint(r) {
				t.Errorf("%q shows %q", arguments, p.shown())
				break
			}
		}
	}
	for _, arguments := range [][]string{{"get", data, "blobs", `"k"`, "--raw"}, {"export", data}, {"backup", data, "-"}} {
		p := onTerminal(t, arguments...)
		if code := p.end(t); code != exitUsage {
			t.Errorf("%q on a terminal ends with %d", arguments, code)
		}
	}
}
