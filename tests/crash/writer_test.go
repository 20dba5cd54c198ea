// Does a new writer find where the last one was, and go on from there? This is the process that is killed.
package crash

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// writer commits one planned transaction after the other.
type writer struct {
	env       *core.Env
	databases map[int]*database
	progress  *progress
	acks      *os.File
	waiting   chan struct{} // batches
}

// write opens the environment and commits transactions until the process is killed.
func write(options options, acks *os.File) error {
	env, err := options.open(false)
	if err != nil {
		return err
	}
	w := &writer{env: env, databases: map[int]*database{}, acks: acks, waiting: make(chan struct{}, underway)}
	if w.progress, err = openProgress(env); err != nil {
		return err
	}
	last := uint64(0)
	if err := env.View(context.Background(), func(t *core.Txn) (err error) {
		last, err = w.progress.last(t)
		return err
	}); err != nil {
		return err
	}
	commit := w.commit
	if options.Queued {
		commit = w.queue
	}
	for n := last + 1; ; n++ {
		if err := commit(newPlan(n)); err != nil {
			return fmt.Errorf("transaction %d: %w", n, err)
		}
	}
}

// open opens the databases of a plan.
func (w *writer) open(p plan) error {
	for db := range p.databases() {
		if w.databases[db] != nil {
			continue
		}
		opened, err := catalogue[db].open(w.env)
		if err != nil {
			return err
		}
		w.databases[db] = opened
	}
	return nil
}

// acknowledge says that a transaction is done.
func (w *writer) acknowledge(p plan) error {
	_, err := w.acks.Write(binary.BigEndian.AppendUint64(nil, p.number))
	return err
}

// commit does a transaction, and says so once it is done.
func (w *writer) commit(p plan) error {
	if err := w.open(p); err != nil {
		return err
	}
	t, err := w.env.Begin(context.Background(), true)
	if err != nil {
		return err
	}
	for _, g := range p.groups {
		if err := w.group(t, g); err != nil {
			return err
		}
	}
	if err := w.progress.set(t, p.number); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	return w.acknowledge(p)
}

// underway is how many batches may wait for their commit.
const underway = 32

// queue submits a transaction as a batch, whose end is told by another goroutine.
func (w *writer) queue(p plan) error {
	p = p.queued()
	if err := w.open(p); err != nil {
		return err
	}
	batch := w.env.NewBatch()
	for _, o := range p.groups[0].ops {
		db, s := w.databases[o.db], scopeOf(o.scope)
		err := error(nil)
		if o.kind == opPut {
			err = db.batchPut(batch, s, o.key, o.value)
		} else {
			err = db.batchDelete(batch, s, o.key)
		}
		if err != nil {
			return err
		}
	}
	if err := w.progress.batch(batch, p.number); err != nil {
		return err
	}
	w.waiting <- struct{}{}
	return w.env.Submit(batch, func(err error) {
		if err == nil {
			err = w.acknowledge(p)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "writer: batch %d: %v\n", p.number, err)
			os.Exit(1)
		}
		<-w.waiting
	})
}

func (w *writer) group(t *core.Txn, g group) error {
	if g.fate == direct {
		return w.all(t, g.ops)
	}
	child, err := t.Child()
	if err != nil {
		return err
	}
	if err := w.all(child, g.ops); err != nil {
		return err
	}
	if g.fate == childAborted {
		return child.Abort()
	}
	return child.Commit()
}

func (w *writer) all(t *core.Txn, ops []op) error {
	for _, o := range ops {
		if err := w.do(t, o); err != nil {
			return fmt.Errorf("%+v: %w", o, err)
		}
	}
	return nil
}

func (w *writer) do(t *core.Txn, o op) (err error) {
	db, s := w.databases[o.db], scopeOf(o.scope)
	switch o.kind {
	case opPut:
		return db.put(t, s, o.key, o.value)
	case opDelete:
		return db.delete(t, s, o.key)
	case opDeleteRange:
		return db.deleteRange(t, s, o.key, o.upper)
	case opClear:
		return db.clear(t, s)
	case opRegister:
		_, err = t.RegisterScope(o.scope)
	case opRename:
		err = t.RenameScope(o.scope, o.to)
	case opDrop:
		_, err = t.DropScope(o.scope)
	case opPrune:
		_, err = t.PruneScopes()
	}
	// The plan does not know what is registered: what cannot be done is left, by the writer and in the model alike.
	if code := core.CodeOf(err); code == core.CodeNotFound || code == core.CodeKeyExists {
		return nil
	}
	return err
}

func scopeOf(name string) core.Scope {
	if name == "" {
		return core.Default
	}
	return core.Named(name)
}

// progress is where the number of the last transaction is kept, by that transaction.
type progress struct {
	db *core.DB[string, uint64]
}

const (
	progressName = "progress"
	progressKey  = "last"
)

func openProgress(env *core.Env, options ...core.DatabaseOption) (*progress, error) {
	db, err := core.OpenTyped[string, uint64](context.Background(), env, progressName, options...)
	return &progress{db}, err
}

func (p *progress) set(t *core.Txn, n uint64) error { return p.db.Put(t, core.Default, progressKey, n) }

func (p *progress) batch(b *core.Batch, n uint64) error {
	return p.db.BatchPut(b, core.Default, progressKey, n)
}

func (p *progress) last(t *core.Txn) (uint64, error) {
	n, err := p.db.Get(t, core.Default, progressKey)
	if core.CodeOf(err) == core.CodeNotFound {
		return 0, nil
	}
	return n, err
}
