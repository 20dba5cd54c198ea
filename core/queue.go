package core

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// queue groups batches that wait into one commit (group commit, as in DeWitt and others, "Implementation Techniques for
// Main Memory Database Systems", 1984): while one commit is on its way to the disk, others gather, and go together.
//
// One goroutine does it, which exists only while there is work; or whoever applies a batch while there is none, so that a
// single caller wakes nobody.
type queue struct {
	mu      sync.Mutex
	idle    sync.Cond
	waiting []submission
	// running says that somebody commits: a goroutine that drains, or a leader.
	running bool
	// pending is how many submissions have not been answered.
	pending int
	closed  bool
}

type submission struct {
	batch *Batch
	done  func(error)
	// internal says that done does no more than to wake who waits for it.
	internal bool
}

// A group is limited, so that one commit neither grows without bounds nor makes the first batch wait for ever.
const (
	maxGroup     = 4096
	maxGroupSize = 32 << 20
)

// Submit queues a batch and returns at once. One commit takes all batches that wait by then, in the order in which they
// were submitted. done is called from another goroutine after the batch's writes are as durable as the environment makes
// a commit, or with the error for which none of them was kept: a batch that fails does not fail others. Calls of done
// come in the order of submission; done must not block, and may submit again.
//
// Errors of Submit itself, after which done is not called: ErrClosed, ErrInvalidArgument (a batch of another environment, or
// one that was submitted before).
func (e *Env) Submit(b *Batch, done func(error)) error {
	return e.submit(submission{batch: b, done: done})
}

func (e *Env) submit(s submission) error {
	q := &e.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := e.accept(s.batch); err != nil {
		return err
	}
	q.waiting = append(q.waiting, s)
	if !q.running {
		q.running = true
		go e.drain()
	}
	return nil
}

// accept counts a batch among those that are not answered, or refuses it. The queue is locked.
func (e *Env) accept(b *Batch) error {
	switch {
	case b.env != e:
		return fail(CodeInvalidArgument, "the batch is of another environment")
	case e.queue.closed:
		return fail(CodeClosed, "the environment has been closed")
	case b.submitted:
		return fail(CodeInvalidArgument, "the batch has been submitted before: make another one")
	}
	b.submitted = true
	e.queue.pending++
	return nil
}

// Flush waits until all that was submitted before has been committed or has failed. ErrNested if the caller's thread has the
// write transaction, for which the batches wait. It must not be called by the function that Submit was given.
func (e *Env) Flush(ctx context.Context) error {
	if err := e.waitable(); err != nil {
		return err
	}
	flushed := make(chan struct{})
	if err := e.submit(submission{e.NewBatch(), func(error) { close(flushed) }, true}); err != nil {
		return err
	}
	select {
	case <-flushed:
		return nil
	case <-ctx.Done():
		return wrap(ctx.Err())
	}
}

// waitable refuses to wait for the queue where it would wait for the caller.
func (e *Env) waitable() error {
	if e.writing() {
		return fail(CodeNested, "this thread has the write transaction, for which batches wait: commit or abort it first")
	}
	return nil
}

// writing says whether the caller's thread has the write transaction, be it by another Env of the same folder.
func (e *Env) writing() bool {
	w, ok := e.engine.(engine.Owner)
	return ok && w.Writing()
}

// Apply does what Submit does, and waits for it. Callers on many goroutines share commits; one that comes while nothing is
// being committed commits its batch itself. If ctx ends, the batch may have been committed or not, or be committed later.
// ErrNested as for Flush.
func (e *Env) Apply(ctx context.Context, b *Batch) error {
	w := waiters.Get().(*waiter)
	if err := e.await(ctx, b, w.tell); err != nil {
		return err
	}
	select {
	case err := <-w.told: // most often by the caller himself
		waiters.Put(w)
		return err
	default:
	}
	select {
	case err := <-w.told:
		waiters.Put(w)
		return err
	case <-ctx.Done():
		return wrap(ctx.Err()) // and w is left to whoever tells it
	}
}

// waiter is what an Apply waits by. They are used again: many callers that wait, each for one put, are what commits are
// shared for.
type waiter struct {
	told chan error
	tell func(error)
}

var waiters = sync.Pool{New: func() any {
	told := make(chan error, 1)
	return &waiter{told, func(err error) { told <- err }}
}}

// Await is Apply for a caller who waits by means of his own: wake is called once, maybe before Await returns and maybe from
// another goroutine, and must do no more than to wake him. Errors of Await itself, after which wake is not called, are those
// of Submit, and ErrNested.
func (e *Env) Await(b *Batch, wake func(error)) error { return e.await(context.Background(), b, wake) }

// await commits the batch if nothing is being committed, and else leaves it to whoever does that. ctx is for the former.
func (e *Env) await(ctx context.Context, b *Batch, wake func(error)) error {
	if err := e.waitable(); err != nil {
		return err
	}
	q := &e.queue
	q.mu.Lock()
	if err := e.accept(b); err != nil {
		q.mu.Unlock()
		return err
	}
	if q.running {
		q.waiting = append(q.waiting, submission{b, wake, true})
		q.mu.Unlock()
		return nil
	}
	q.running = true
	q.mu.Unlock()
	wake(e.lead(ctx, b))
	return nil
}

// lead commits a batch for its caller, and leaves those that were submitted meanwhile to a goroutine: their functions must
// not be called from here, and the caller must not wait for them.
func (e *Env) lead(ctx context.Context, b *Batch) error {
	err := e.commitBatches(ctx, []submission{{batch: b}})
	q := &e.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending--
	if len(q.waiting) > 0 {
		go e.drain()
	} else {
		q.rest()
	}
	return err
}

// rest notes that nobody commits any more. The queue is locked.
func (q *queue) rest() {
	q.waiting = nil
	q.running = false
	q.idle.Broadcast()
}

// drain commits groups until nothing waits.
func (e *Env) drain() {
	for {
		group := e.queue.take()
		if len(group) == 0 {
			return
		}
		start := time.Now()
		errs := e.commitGroup(group)
		took := time.Since(start)
		for i, s := range group {
			e.queue.answer(s, errs[i])
		}
		e.queue.gather(len(group), took/4)
	}
}

// answer tells a submission's result.
func (q *queue) answer(s submission, err error) {
	answered := func() {
		q.mu.Lock()
		q.pending--
		q.mu.Unlock()
	}
	if s.internal { // whoever waits may close the environment at once
		answered()
	} else {
		defer answered()
	}
	s.done(err)
}

// patience is how often the queue looks for new batches without seeing one before it goes on.
const patience = 20

// gather lets those who were just answered submit again. Without it callers that wait for each batch fall into two halves that
// take turns, and commits are half as full. It ends when no more come, after `most` at the most; a single caller is not
// waited for.
func (q *queue) gather(answered int, most time.Duration) {
	if answered < 2 {
		return
	}
	start, last, idle := time.Now(), -1, 0
	for idle < patience && time.Since(start) < most {
		q.mu.Lock()
		waiting, closed := len(q.waiting), q.closed
		q.mu.Unlock()
		if closed {
			return
		}
		if idle++; waiting != last {
			last, idle = waiting, 0
		}
		runtime.Gosched()
	}
}

// take takes the next group; none means that the goroutine ends.
func (q *queue) take() []submission {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for n < len(q.waiting) && n < maxGroup && (n == 0 || size+q.waiting[n].batch.size <= maxGroupSize) {
		size += q.waiting[n].batch.size
		n++
	}
	group := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	if n == 0 {
		q.rest()
	}
	return group
}

// commitGroup commits all batches together. If that fails, for one of them is refused, they are committed together without
// those that are; if it fails otherwise, each is committed by itself. So each has its own result.
func (e *Env) commitGroup(group []submission) []error {
	errs := make([]error, len(group))
	err := e.commitBatches(context.Background(), group)
	if err == nil {
		return errs
	}
	if len(group) > 1 && refusal(CodeOf(err)) {
		if err = e.commitUnrefused(group, errs); err == nil {
			return errs
		}
	}
	// What may have happened must not be done twice.
	if len(group) == 1 || CodeOf(err) == CodeCommitUnknown {
		for i := range errs {
			errs[i] = cmp.Or(errs[i], err)
		}
		return errs
	}
	for i := range group {
		errs[i] = e.commitBatches(context.Background(), group[i:i+1])
	}
	return errs
}

// caught makes an error of a panic. It is for the goroutine of the queue, where nobody else could: the process would end.
func caught(err *error) {
	if fault := recover(); fault != nil {
		*err = fail(CodeInternal, "a fault in scoped-lmdb, please report it: %v", fault)
	}
}

func (e *Env) commitBatches(ctx context.Context, group []submission) (err error) {
	defer caught(&err)
	writes := 0
	for _, s := range group {
		writes += len(s.batch.writes)
	}
	if writes == 0 {
		return nil
	}
	return update(ctx, e.begin, func(t *Txn) error {
		for _, s := range group {
			if err := s.batch.Do(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// commitUnrefused commits what is not refused, and sets the errors of what is. Each batch is a child of the transaction, so
// that a refused one leaves nothing.
func (e *Env) commitUnrefused(group []submission, errs []error) (err error) {
	defer caught(&err)
	return update(context.Background(), e.begin, func(t *Txn) error {
		clear(errs)
		for i, s := range group {
			child, err := t.Child()
			if err != nil {
				return err
			}
			if errs[i] = s.batch.Do(child); errs[i] == nil {
				err = child.Commit()
			} else if err = child.Abort(); !refusal(CodeOf(errs[i])) {
				err = errs[i]
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// close refuses new batches and waits for those that were submitted. It does nothing if there are some and they wait for
// the caller.
func (q *queue) close(writing func() bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.pending > 0 && writing() {
		return fail(CodeBusy, "this thread has the write transaction, for which batches wait that were submitted: "+
			"commit or abort it, then close the environment")
	}
	q.closed = true
	for q.running {
		q.idle.Wait()
	}
	return nil
}

// reopen undoes close, for an environment that could not be closed.
func (q *queue) reopen() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = false
}
