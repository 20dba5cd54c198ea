package lmdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// environment is one LMDB environment. A process must open a folder only once (LMDB's file locks belong to the process:
// closing a second one would drop the first one's), so sessions of the same folder share it.
type environment struct {
	lm     *apiEnv
	config Config
	id     identity
	users  int // sessions; guarded by opened.mu

	pageSize int64
	mapSize  atomic.Int64 // of the map of this process
	lost     atomic.Bool  // LMDB gave up the old map and did not get the new one
	known    atomic.Int64 // the greatest recorded map size that we have taken over, or cannot

	writer chan struct{} // holds one token; who has it may begin the write transaction
	owner  atomic.Uint64 // the thread that has the write transaction, 0 if none
	gate   gate
	tables tables
	pool   readers
}

// identity is what makes two paths the same folder.
type identity struct {
	dev, ino uint64
}

var opened = struct {
	mu   sync.Mutex
	envs map[identity]*environment
}{envs: map[identity]*environment{}}

// Open opens the environment, or joins the one that this process has open for the same folder.
func (c Config) Open() (engine.Engine, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	opened.mu.Lock()
	defer opened.mu.Unlock()
	id, err := c.prepareFolder()
	if err != nil {
		return nil, err
	}
	e := opened.envs[id]
	if e == nil {
		if e, err = openEnvironment(c, id); err != nil {
			return nil, err
		}
		opened.envs[id] = e
	} else if e.config.ReadOnly != c.ReadOnly || e.config.Durability != c.Durability {
		return nil, engine.Fail(engine.ErrBusy, fmt.Sprintf("%s is open in this process with other options: "+
			"read-only and durability must be the same for all that share it", c.Path), nil)
	}
	e.users++
	return &session{env: e}, nil
}

// prepareFolder sees that the folder is there and says which one it is.
func (c Config) prepareFolder() (identity, error) {
	info, err := os.Stat(c.Path)
	if os.IsNotExist(err) && c.CreateFolder && !c.ReadOnly {
		if err = os.Mkdir(c.Path, 0o777); err == nil || os.IsExist(err) {
			info, err = os.Stat(c.Path)
		}
	}
	if err != nil {
		return identity{}, pathFailure(err, c.Path)
	}
	if !info.IsDir() {
		return identity{}, engine.Fail(engine.ErrNotEnvironment, fmt.Sprintf(
			"%s is a file: an environment is opened by the folder that holds its data.mdb", c.Path), nil)
	}
	if c.ReadOnly {
		if _, err := os.Stat(filepath.Join(c.Path, "data.mdb")); err != nil {
			return identity{}, pathFailure(err, filepath.Join(c.Path, "data.mdb"))
		}
	}
	system, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, engine.Fail(engine.ErrInternal, "the folder has no device and inode number", nil)
	}
	return identity{uint64(system.Dev), system.Ino}, nil
}

func pathFailure(err error, path string) error {
	switch {
	case os.IsNotExist(err):
		return engine.Fail(engine.ErrPathNotFound, fmt.Sprintf("%s does not exist: create it, or correct the path", path), nil)
	case os.IsPermission(err):
		return engine.Fail(engine.ErrPermission, fmt.Sprintf("%s cannot be entered", path), err)
	}
	return engine.Fail(engine.ErrIO, fmt.Sprintf("%s cannot be opened", path), err)
}

func openEnvironment(c Config, id identity) (*environment, error) {
	lm, err := newEnv()
	if err != nil {
		return nil, failed(err, "an LMDB environment could not be made")
	}
	e := &environment{lm: lm, config: c, id: id, writer: make(chan struct{}, 1)}
	if err := e.open(); err != nil {
		_ = lm.Close()
		return nil, err
	}
	return e, nil
}

func (e *environment) open() error {
	c := e.config
	flags := [...]uint{Durable: 0, NoMetaSync: flagNoMetaSync, NoSync: flagNoSync}[c.Durability]
	if c.ReadOnly {
		flags |= flagReadonly
	}
	if err := e.lm.SetMapSize(c.MapSize); err != nil {
		return failed(err, "a map of %d bytes was refused", c.MapSize)
	}
	if err := e.lm.SetMaxDBs(2*c.MaxDatabases + 2); err != nil {
		return failed(err, "%d databases were refused", c.MaxDatabases)
	}
	if err := e.lm.SetMaxReaders(c.MaxReaders); err != nil {
		return failed(err, "%d readers were refused", c.MaxReaders)
	}
	if err := e.lm.Open(c.Path, flags, c.Mode); err != nil {
		return openFailure(code(err), c)
	}
	// Readers that died keep old pages from reuse; whoever opens next clears them.
	if _, err := e.lm.ReaderCheck(); err != nil && !c.ReadOnly {
		return failed(err, "the reader table of %s could not be checked", c.Path)
	}
	stat, err := e.lm.Stat()
	if err != nil {
		return failed(err, "%s could not be inspected", c.Path)
	}
	e.pageSize = int64(stat.PSize)
	info, err := e.lm.Info()
	if err != nil {
		return failed(err, "%s could not be inspected", c.Path)
	}
	e.mapSize.Store(info.MapSize)
	if err := e.checkLength(); err != nil {
		return err
	}
	// A map that was grown stays grown for whoever opens the file later, where the address space allows it.
	if err := e.takeRecorded(); err != nil && !errors.Is(err, engine.ErrOutOfMemory) {
		return err
	}
	return e.openTables()
}

func openFailure(rc int, c Config) error {
	data := filepath.Join(c.Path, "data.mdb")
	switch rc {
	case rcInvalid:
		return failure(rc, data+" is not an LMDB environment, or of another word size")
	case rcVersion:
		return failure(rc, data+" is of another version of LMDB than "+lmdbVersion())
	case int(syscall.ENOMEM):
		return failure(rc, fmt.Sprintf("a map of %d bytes of address space is not to be had: set a smaller map size", c.MapSize))
	case int(syscall.EIO): // what LMDB answers for a file of fewer bytes than its two first pages
		return failure(rcInvalid, data+" is too short to be an LMDB environment")
	}
	return failure(rc, c.Path+" could not be opened")
}

// session is one opening of an environment: what the core holds as its Engine.
type session struct {
	env *environment
	// txns is how many transactions are open, or closedSession.
	txns atomic.Int64
}

const closedSession = -1 << 62

// enter counts a transaction in; it fails on a closed session.
func (s *session) enter() error {
	if s.txns.Add(1) < 0 {
		s.txns.Add(-1)
		return s.closed()
	}
	return nil
}

func (s *session) closed() error {
	return engine.Fail(engine.ErrClosed, "the environment "+s.env.config.Path+" has been closed", nil)
}

func (s *session) leave() { s.txns.Add(-1) }

// Close ends the session, and with the last one the environment.
func (s *session) Close() error {
	if !s.txns.CompareAndSwap(0, closedSession) {
		n := s.txns.Load()
		if n < 0 {
			return s.closed()
		}
		return engine.Fail(engine.ErrBusy, fmt.Sprintf(
			"%s has %d open transaction(s): commit or abort them, then close it", s.env.config.Path, n), nil)
	}
	opened.mu.Lock()
	defer opened.mu.Unlock()
	e := s.env
	if e.users--; e.users > 0 {
		return nil
	}
	delete(opened.envs, e.id)
	e.pool.close()
	return failed(e.lm.Close(), "%s could not be closed", e.config.Path)
}

// Caps are LMDB's limits.
func (s *session) Caps() engine.Caps {
	return engine.Caps{
		MaxKey:   maxKey,
		MaxValue: 1<<31 - 1,
		ReadOnly: s.env.config.ReadOnly,
		Nested:   !s.env.config.ReadOnly,
		Growable: !s.env.config.ReadOnly,
	}
}
