// Does a writer that is killed at any moment leave all that it acknowledged, and no part of what it did not?
package crash

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// killsVariable sets how many writers are killed, for longer runs.
const killsVariable = "SLMDB_CRASH_KILLS"

func kills(t *testing.T) int {
	if given := os.Getenv(killsVariable); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			t.Fatalf("%s=%q: it must be a number from 1", killsVariable, given)
		}
		return n
	}
	if testing.Short() {
		return 20
	}
	return 200
}

// generation is how many writers work on one file, one after the other. Then a new file begins, since the making of
// tables is one of the things to be interrupted.
const generation = 10

// TestKill kills writers by SIGKILL, which loses nothing of what LMDB has written, not even with NoSync: LMDB gives its
// pages to the kernel by write(2), data before the page that makes them valid, and what the kernel has taken does not
// die with the process. (What NoSync leaves out is the kernel's own writing to the disk, which a crash of the machine
// needs.) So both modes must keep every acknowledged transaction.
func TestKill(t *testing.T) {
	modes := []options{
		{Durability: lmdb.Durable}, {Durability: lmdb.NoSync, Narrow: true},
		{Durability: lmdb.NoSync}, {Durability: lmdb.Durable, Narrow: true}, {Durability: lmdb.Durable, Queued: true},
	}
	acknowledged, left := uint64(0), kills(t)
	for round := 0; left > 0; round++ {
		o := modes[round%len(modes)]
		o.Folder = t.TempDir()
		n := min(left, generation)
		acknowledged += killAll(t, o, n)
		left -= n
	}
	t.Logf("%d transactions were acknowledged", acknowledged)
	// A run in which no writer comes to write would prove nothing.
	if acknowledged < uint64(kills(t)) {
		t.Errorf("only %d transactions were acknowledged before %d kills", acknowledged, kills(t))
	}
}

// killAll kills n writers of one file, one after the other, and says how many transactions it holds in the end.
func killAll(t *testing.T, o options, n int) uint64 {
	t.Helper()
	random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	want := newModel()
	want.queued = o.Queued
	for i := range n {
		p := start(t, o)
		await(t, p, random)
		p.kill(t)
		if p.first != 0 && p.first != want.number+1 {
			t.Fatalf("the writer began with transaction %d after %d", p.first, want.number)
		}
		// Every second time the file is left as it is, for the next writer to put in order what is half made.
		found, err := audit(o, i%2 == 0)
		if err != nil {
			t.Fatalf("%+v, after transaction %d: %v", o, p.last, err)
		}
		compare(t, want, found, p.last, o.underway())
		if t.Failed() {
			t.FailNow()
		}
	}
	return want.number
}

// await waits for a random moment: some time after the start, which falls into the opening as well, or after some
// transactions, which comes just after an acknowledgement, or some time after these.
func await(t *testing.T, p *process, random *rand.Rand) {
	t.Helper()
	if random.IntN(3) == 0 {
		time.Sleep(time.Duration(random.Int64N(int64(60 * time.Millisecond))))
		return
	}
	for range 1 + random.IntN(20) {
		if err := p.hear(); err != nil {
			_ = p.command.Process.Kill()
			_ = p.command.Wait()
			t.Fatalf("the writer stopped after transaction %d: %v: %s", p.last, err, p.stderr.String())
		}
	}
	if random.IntN(2) == 0 {
		time.Sleep(time.Duration(random.Int64N(int64(15 * time.Millisecond))))
	}
}

// underway is how many transactions may be done that were not acknowledged.
func (o options) underway() uint64 {
	if o.Queued {
		return underway
	}
	return 1
}

// compare holds what was found against what was acknowledged. What was under way may be there too, in order, which only
// the number of the last transaction tells: all else then has to be that of this number.
func compare(t *testing.T, want, found *model, acknowledged, underway uint64) {
	t.Helper()
	acknowledged = max(acknowledged, want.number)
	if found.number < acknowledged || found.number > acknowledged+underway {
		t.Errorf("transaction %d was acknowledged, and the file holds %d", acknowledged, found.number)
		return
	}
	for want.number < found.number {
		want.next()
	}
	if err := want.differs(found); err != nil {
		t.Errorf("after transaction %d: %v", found.number, err)
	}
}
