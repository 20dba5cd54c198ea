// Package clock is what peers written in Go clock themselves by: the time that passes or, on a machine that is busy with
// other work, the processor's time that the whole process took, its background work included. What several do at once
// (commits, readers beside a writer) is always clocked by the time that passes.
package clock

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Variable is the environment variable that says CPU to a peer, in whatever language it is written.
const (
	Variable = "BENCH_CLOCK"
	CPU      = "cpu"
)

var (
	cpu   = os.Getenv(Variable) == CPU
	began = time.Now()
)

// Time is nanoseconds since some moment.
type Time int64

// Now is the time.
func Now() Time {
	if !cpu {
		return Time(time.Since(began))
	}
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // Linux has this clock
	}
	return Time(t.Nano())
}

// Since is how many nanoseconds have passed.
func Since(start Time) int64 { return int64(Now() - start) }
