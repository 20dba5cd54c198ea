// On a terminal: is there a progress bar, is nothing garbled, and does Ctrl-C leave nothing half done?
package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/creack/pty"
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
	for deadline := time.Now().Add(30 * time.Second); !what.MatchString(p.shown()); {
		if time.Now().After(deadline) {
			t.Fatalf("%v is not shown, but %q", what, p.shown())
		}
		time.Sleep(time.Millisecond)
	}
}

// end waits for the process and says its exit code.
func (p *terminal) end(t *testing.T) int {
	t.Helper()
	<-p.read
	_ = p.Wait()
	return p.ProcessState.ExitCode()
}

// bars are what a progress bar looks like.
var bars = regexp.MustCompile(`importing \[#+ *\] +[0-9]+%  [0-9,]+ of 150,000 entries  [0-9,]+/s  [0-9]+s left`)

func TestInterruptedImport(t *testing.T) {
	source, folder := large(t, 150000), t.TempDir()
	file, target := filepath.Join(folder, "export"), filepath.Join(folder, "target")
	ok(t, "export", source, "-o", file)
	ok(t, "put", target, "db", "1", `"was here"`, "--kind", "typed", "--create", "-s", "other")
	p := onTerminal(t, "import", target, file)
	p.until(t, bars)
	_, err := io.WriteString(p.file, "\x03") // Ctrl-C, as a person types it
	must(t, err)
	if code := p.end(t); code != exitInterrupted {
		t.Fatalf("the import ends with %d: %q", code, p.shown())
	}
	wantText(t, ok(t, "scopes", target), "SCOPE    ID\n\"other\"  "+idOf(t, target, "other")+"\n")
	wantParts(t, ok(t, "verify", target), "sound: ", "1 databases, 1 scopes, 1 entries")
	// The same import goes through afterwards.
	p = onTerminal(t, "import", target, file)
	if code := p.end(t); code != exitOK || !strings.Contains(p.shown(), "imported 150,000 entries") {
		t.Errorf("%d, %q", code, p.shown())
	}
	wantParts(t, ok(t, "verify", target), "2 scopes, 150,001 entries")
	// Other long work, interrupted too.
	p = onTerminal(t, "export", target, "-o", filepath.Join(folder, "second"))
	p.until(t, regexp.MustCompile(`exporting `))
	_, err = io.WriteString(p.file, "\x03")
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
