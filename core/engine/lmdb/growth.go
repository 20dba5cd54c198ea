package lmdb

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// LMDB can move its map only while this process has no transaction in it: one that is open reads through the old map.
// The gate counts the transactions of the process and lets whoever wants to move the map wait for zero.
type gate struct {
	resize sync.Mutex
	wanted atomic.Bool
	open   atomic.Int64 // transactions, or closedGate while the map moves
}

const (
	closedGate = -1 << 62
	// patience is how long a move of the map waits for the process's transactions to end. A thread that has one and
	// wants another meanwhile waits for the mover, who waits for it: the bound ends that.
	patience = 10 * time.Second
	pause    = 200 * time.Microsecond
	// courtesy is how long a writer waits that could move the map, and need not yet.
	courtesy = 20 * time.Millisecond
)

// enter counts a transaction in. It waits while the map moves.
func (g *gate) enter(ctx context.Context) error {
	for {
		if !g.wanted.Load() {
			if g.open.Add(1) > 0 {
				return nil
			}
			g.open.Add(-1)
		}
		select {
		case <-ctx.Done():
			return canceled(ctx, "waiting for the map to move")
		case <-time.After(pause):
		}
	}
}

func (g *gate) leave() { g.open.Add(-1) }

// move runs fn while no transaction is open in this process.
func (g *gate) move(ctx context.Context, patience time.Duration, fn func() error) error {
	g.resize.Lock()
	defer g.resize.Unlock()
	g.wanted.Store(true)
	defer g.wanted.Store(false)
	deadline := time.Now().Add(patience)
	for !g.open.CompareAndSwap(0, closedGate) {
		if time.Now().After(deadline) {
			return engine.Fail(engine.ErrBusy, fmt.Sprintf(
				"the map must grow, and %d transaction(s) of this process did not end within %v: end them, then try again",
				g.open.Load(), patience), nil)
		}
		select {
		case <-ctx.Done():
			return canceled(ctx, "waiting for open transactions to end, so that the map can grow")
		case <-time.After(pause):
		}
	}
	defer g.open.Add(-closedGate)
	return fn()
}

func canceled(ctx context.Context, doing string) error {
	return engine.Fail(engine.ErrCanceled, doing, context.Cause(ctx))
}

// Grow raises the map of this process to at least size bytes; the next commit records it in the file.
func (s *session) Grow(ctx context.Context, size int64) error {
	if s.env.config.ReadOnly {
		return engine.Fail(engine.ErrReadOnly, "the environment is open for reading only: its map cannot grow", nil)
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if size < 0 {
		return invalid("a map size of %d bytes: it must be at least 0", size)
	}
	if size <= s.env.mapSize.Load() {
		return nil
	}
	c := s.env.config
	c.MapSize = size
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	return s.env.gate.move(ctx, patience, func() error {
		if c.MapSize <= s.env.mapSize.Load() {
			return nil
		}
		return s.env.setMapSize(c.MapSize)
	})
}

// setMapSize moves the map. The size is kept here, since asking LMDB for it reads the map, which may be moving.
func (e *environment) setMapSize(size int64) error {
	// LMDB gives up the old map before it asks for the new one, so it must be sure to get it.
	fd, err := e.lm.FD()
	if err != nil {
		return failed(err, "the file could not be mapped anew")
	}
	if !mappable(int(fd), size) {
		return engine.Fail(engine.ErrOutOfMemory, fmt.Sprintf("a map of %d bytes does not fit into this process's address space", size), nil)
	}
	if err := e.lm.SetMapSize(size); err != nil {
		e.lost.Store(true)
		return failed(err, "a map of %d bytes was refused", size)
	}
	e.mapSize.Store(size)
	return nil
}

// follow takes over the map size that another process has recorded in the file.
func (e *environment) follow(ctx context.Context) error {
	return e.gate.move(ctx, patience, e.takeRecorded)
}

// enter passes the gate, unless there is no map: LMDB would read where nothing is.
func (e *environment) enter(ctx context.Context) error {
	if err := e.gate.enter(ctx); err != nil || !e.lost.Load() {
		return err
	}
	e.gate.leave()
	return engine.Fail(engine.ErrOutOfMemory, e.config.Path+" lost its map, since the system took back address space that it "+
		"had promised for a larger one: close the environment and open it again", nil)
}

// takeRecorded moves the map to the size that the file records, if that is larger.
func (e *environment) takeRecorded() error {
	size, err := e.recorded()
	if err != nil {
		return err
	}
	if size <= e.mapSize.Load() {
		return nil
	}
	return e.setMapSize(size)
}

// recorded is the map size that the file's two meta pages record, at the most: LMDB 0.9 has it 16 bytes into its MDB_meta,
// which follows the page's header. 0 where that is not known.
func (e *environment) recorded() (int64, error) {
	if bits.UintSize != 64 {
		return 0, nil
	}
	fd, err := e.lm.FD()
	if err != nil {
		return 0, failed(err, "the file could not be read")
	}
	most := int64(0)
	for page := range int64(2) {
		var size [8]byte
		n, err := syscall.Pread(int(fd), size[:], page*e.pageSize+pageHeader+16)
		if err != nil || n != len(size) {
			return 0, engine.Fail(engine.ErrIO, "the file's record of its map size could not be read", err)
		}
		most = max(most, int64(native.Uint64(size[:])))
	}
	return most, nil
}

// mappable says whether so much address space is to be had for the file. It asks for the very map that LMDB will ask for:
// machines differ in what they grant, and emulated ones refuse maps of files where they grant memory.
func mappable(fd int, size int64) bool {
	if size > math.MaxInt {
		return false
	}
	memory, err := syscall.Mmap(fd, 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	return err == nil && syscall.Munmap(memory) == nil
}
