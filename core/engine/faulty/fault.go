package faulty

import (
	"errors"
	"sync"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// fault counts the calls of an engine and all that came from it, and knows which one fails. It is shared by all
// goroutines that use the engine.
type fault struct {
	mu    sync.Mutex
	calls int
	at    int // The call that fails; 0 is none.
	err   error
	last  string
}

func (f *fault) arm(n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.err, f.last = f.calls+n, err, ""
}

func (f *fault) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.at, f.err, f.last = 0, 0, nil, ""
}

// call counts a call and answers the error that it fails with.
func (f *fault) call(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.calls != f.at {
		return nil
	}
	f.at, f.last = 0, name
	return f.err
}

// lasting says that a write with this answer fails its transaction for good.
func lasting(err error) bool {
	return errors.Is(err, engine.ErrMapFull) || errors.Is(err, engine.ErrTxnFull) || errors.Is(err, engine.ErrIO)
}
