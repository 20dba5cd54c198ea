package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

// terminalWidth is how many columns a terminal has; 0 for what is none.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	var size struct{ rows, columns, x, y uint16 }
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return 0
	}
	if size.columns == 0 {
		return 80
	}
	return int(size.columns)
}

// bar shows progress on standard error, if that is a terminal. done takes it away again.
func (a *app) bar(doing string) (progress maintenance.ProgressFunc, done func()) {
	width := terminalWidth(a.err)
	if width == 0 || a.json {
		return nil, func() {}
	}
	began := time.Now()
	var shown time.Time
	show := func(p maintenance.Progress) {
		if now := time.Now(); now.Sub(shown) >= 100*time.Millisecond {
			shown = now
			fmt.Fprintf(a.err, "\r%.*s\x1b[K", width-1, barLine(doing, p, now.Sub(began)))
		}
	}
	return show, func() { fmt.Fprint(a.err, "\r\x1b[K") }
}

// barLine is what is shown: a bar, how much is done, how fast, and how long it will take.
func barLine(doing string, p maintenance.Progress, after time.Duration) string {
	show, of := number[uint64], " "+string(p.Unit)
	if p.Unit == maintenance.Bytes {
		show, of = size[uint64], ""
	}
	rate := float64(p.Done) / max(after.Seconds(), 1e-3)
	if p.Total == 0 {
		return fmt.Sprintf("%s %s%s  %s/s", doing, show(p.Done), of, show(uint64(rate)))
	}
	part := min(1, float64(p.Done)/float64(p.Total))
	line := fmt.Sprintf("%s [%-24s] %3.0f%%  %s of %s%s  %s/s", doing, strings.Repeat("#", int(24*part)), 100*part,
		show(p.Done), show(p.Total), of,
		show(uint64(rate)))
	if part > 0 && part < 1 {
		left := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second))
		line += fmt.Sprintf("  %v left", left.Round(time.Second))
	}
	return line
}
