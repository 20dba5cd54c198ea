package lmdb

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// txn is a transaction. A write transaction holds a lock that belongs to its thread: it must end where it began. The
// engine wires a Go caller to its thread for as long; a caller that came in from C is on a thread of the host's.
type txn struct {
	session *session
	lm      *apiTxn
	raw     rawTxn
	parent  *txn
	write   bool
	wired   bool // runtime.LockOSThread was called for it
	owner   uint64
	seq     uint64  // how many tables were open when it began
	cursors *cursor // the first of those that are open
	putters [4]putter
	failure error // what every later write and the commit answer
	ended   bool
	run     []byte // what many gets or puts are copied into
}

// Begin begins a transaction.
func (s *session) Begin(ctx context.Context, options engine.TxnOptions) (engine.Txn, error) {
	t, err := s.begin(ctx, options)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (s *session) begin(ctx context.Context, options engine.TxnOptions) (*txn, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	t := &txn{session: s, write: options.Write}
	var err error
	if options.Write {
		err = t.beginWrite(ctx, options.HostThread)
	} else {
		err = t.beginRead(ctx)
	}
	if err != nil {
		s.leave()
		return nil, err
	}
	return t, nil
}

func (t *txn) beginWrite(ctx context.Context, hostThread bool) error {
	e := t.session.env
	if e.config.ReadOnly {
		return engine.Fail(engine.ErrReadOnly, e.config.Path+" is open for reading only", nil)
	}
	if !hostThread {
		runtime.LockOSThread()
		t.wired = true
	}
	err := t.takeTurn(ctx)
	if err != nil && t.wired {
		runtime.UnlockOSThread()
	}
	return err
}

// takeTurn waits for the writers of this process, then begins, which waits for those of other processes.
func (t *txn) takeTurn(ctx context.Context) error {
	e := t.session.env
	t.owner = thread()
	if e.owner.Load() == t.owner {
		return engine.Fail(engine.ErrNested,
			"this thread already has a write transaction: end it first, or begin a child of it", nil)
	}
	select {
	case e.writer <- struct{}{}:
	default:
		select {
		case e.writer <- struct{}{}:
		case <-ctx.Done():
			return canceled(ctx, "waiting for the write transaction")
		}
	}
	err := e.followGrowth(ctx)
	if err == nil {
		err = t.start(ctx, 0)
	}
	if err != nil {
		<-e.writer
		return err
	}
	e.owner.Store(t.owner)
	return nil
}

// start begins the LMDB transaction within the gate, and follows a map that another process has grown.
func (t *txn) start(ctx context.Context, flags uint) error {
	e := t.session.env
	cleared := false
	for {
		if err := e.enter(ctx); err != nil {
			return err
		}
		t.seq = e.tables.opened.Load()
		lm, err := e.lm.BeginTxn(nil, flags)
		if err == nil {
			// The binding would end an unreachable transaction behind our back, and write to the host's standard error.
			runtime.SetFinalizer(lm, nil)
			t.lm, t.raw = lm, rawOf(lm)
			return nil
		}
		e.gate.leave()
		if code(err) == rcReadersFull && !cleared {
			// Slots that processes left behind when they died, or that we keep, may do.
			cleared = true
			e.pool.close()
			if _, err := e.lm.ReaderCheck(); err == nil {
				continue
			}
		}
		if code(err) != rcMapResized {
			return beginFailure(err, e)
		}
		if err := e.follow(ctx); err != nil {
			return err
		}
	}
}

// followGrowth takes over a map that another process has grown, before a writer would find its own too small. LMDB itself
// tells of it only when the data does not fit any more.
func (e *environment) followGrowth(ctx context.Context) error {
	size, err := e.recorded()
	if err != nil || size <= e.known.Load() {
		return err
	}
	if size > e.mapSize.Load() {
		err = e.gate.move(ctx, courtesy, e.takeRecorded)
	}
	switch {
	case err == nil || errors.Is(err, engine.ErrOutOfMemory):
		e.known.Store(size)
		return nil
	case errors.Is(err, engine.ErrBusy):
		return nil // readers keep the map where it is: another time
	}
	return err
}

func beginFailure(err error, e *environment) error {
	if code(err) == rcReadersFull {
		return failed(err, "all %d reader slots are taken: end read transactions, or open the environment with more readers "+
			"(all processes must close it first)", e.config.MaxReaders)
	}
	return failed(err, "a transaction could not begin")
}

func (t *txn) beginRead(ctx context.Context) error {
	e := t.session.env
	for {
		lm := e.pool.take()
		if lm == nil {
			return t.start(ctx, flagReadonly)
		}
		if err := e.enter(ctx); err != nil {
			e.pool.put(lm)
			return err
		}
		t.seq = e.tables.opened.Load()
		err := lm.Renew()
		if err == nil {
			t.lm, t.raw = lm, rawOf(lm)
			return nil
		}
		e.gate.leave()
		lm.Abort() // and begin one that is not renewed, or try another
	}
}

// readers keeps read transactions that have ended, with their reader slots, for the next ones: renewing one costs a
// tenth of beginning one.
type readers struct {
	mu   sync.Mutex
	free []*apiTxn
}

const maxIdle = 32

func (p *readers) take() *apiTxn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return nil
	}
	lm := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	return lm
}

func (p *readers) put(lm *apiTxn) {
	p.mu.Lock()
	kept := len(p.free) < maxIdle
	if kept {
		p.free = append(p.free, lm)
	}
	p.mu.Unlock()
	if !kept {
		lm.Abort()
	}
}

func (p *readers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, lm := range p.free {
		lm.Abort()
	}
	p.free = nil
}

// Snapshot is LMDB's transaction id: two read transactions with the same one see the same.
func (t *txn) Snapshot() uint64 {
	if t.write || t.ended {
		return 0
	}
	return uint64(t.lm.ID())
}

// IsNewest says whether nobody has committed since the transaction began; of a write transaction nobody can.
func (t *txn) IsNewest() bool { return !t.ended && (t.write || nativeIsNewest(t.raw)) }

// Child begins a child transaction.
func (t *txn) Child() (engine.Txn, error) {
	if err := t.ready(); err != nil {
		return nil, err
	}
	if !t.write {
		return nil, engine.Fail(engine.ErrReadOnly, "a read transaction has no children", nil)
	}
	if err := t.onOwnThread(); err != nil {
		return nil, err
	}
	t.closePutters()
	lm, err := t.session.env.lm.BeginTxn(t.lm, 0)
	if err != nil {
		return nil, t.fail(code(err), "a child transaction could not begin")
	}
	return &txn{session: t.session, lm: lm, raw: rawOf(lm), parent: t, write: true, owner: t.owner, seq: t.seq}, nil
}

// Commit ends the transaction and makes its writes visible.
func (t *txn) Commit() error {
	if err := t.ending(); err != nil {
		return err
	}
	if t.failure != nil {
		failure := t.failure
		_ = t.Abort()
		return failure
	}
	if !t.write {
		return t.Abort() // nothing to keep
	}
	return t.commit()
}

// commit commits in LMDB, which for a read transaction keeps the table handles that were opened in it.
func (t *txn) commit() error {
	t.closeCursors()
	err := t.lm.Commit()
	t.finish()
	return failed(err, "the commit failed, and none of the transaction's writes was kept")
}

// Abort ends the transaction and drops its writes.
func (t *txn) Abort() error {
	if t.ended {
		return nil
	}
	if err := t.ending(); err != nil {
		return err
	}
	t.closeCursors()
	if t.write {
		t.lm.Abort()
	} else {
		t.lm.Reset()
		t.session.env.pool.put(t.lm)
	}
	t.finish()
	return nil
}

// ending refuses to end a write transaction on another thread: LMDB's lock would stay taken for ever.
func (t *txn) ending() error {
	if t.ended {
		return errEnded
	}
	return t.onOwnThread()
}

func (t *txn) onOwnThread() error {
	if t.write && thread() != t.owner {
		return engine.Fail(engine.ErrWrongThread,
			"the write transaction was begun on another thread: commit it, abort it or begin a child of it there", nil)
	}
	return nil
}

var errEnded = engine.Fail(engine.ErrInternal, "the transaction has ended", nil)

func (t *txn) finish() {
	t.ended = true
	t.raw = 0
	if t.parent != nil {
		return
	}
	e := t.session.env
	if t.write {
		e.owner.Store(0)
		<-e.writer
		if t.wired {
			runtime.UnlockOSThread()
		}
	}
	e.gate.leave()
	t.session.leave()
}
