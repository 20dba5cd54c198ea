// What does one of several processes do that change the same scopes at once? It holds every answer against the ledger.
package processes

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func init() { roles["contender"] = contend }

// tenants are the names that all processes contend for; the first two have one hash in reality too.
var tenants = []string{
	"tenant-45432", "tenant-191349", "a", "b", "c", "d", "e", "f", "grün", "a b", "tenant-1", "tenant-2", "tenant-3", "tenant-4",
}

// first are the databases that are there from the start, and late those that are made meanwhile, by whoever comes to it.
var (
	first = []string{"one-ordered", "two-heed"}
	late  = []string{"three-text", "four-number", "five-ordered", "six-heed", "seven-ordered", "eight-text"}
)

// contender changes scopes at random, and reads meanwhile.
type contender struct {
	*peer
	env    *core.Env
	ledger *ledger
	random *rand.Rand

	mu   sync.Mutex
	open map[string]*database

	tokens                    int
	reads, changes, conflicts atomic.Int64
}

func newContender(p *peer) (c *contender, err error) {
	c = &contender{peer: p, open: map[string]*database{}}
	c.random = rand.New(rand.NewPCG(rand.Uint64(), uint64(p.Number)))
	if c.env, err = p.Options.open(); err != nil {
		return nil, err
	}
	if c.ledger, err = openLedger(c.env); err != nil {
		return nil, err
	}
	for _, name := range first {
		if err := c.database(name); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// contend is the role.
func contend(p *peer) error {
	c, err := newContender(p)
	if err != nil {
		return err
	}
	p.say("ready")
	p.hear()
	p.follow()
	end := time.Now().Add(p.For)
	reader := make(chan error, 1)
	go func() {
		var err error
		for err == nil && time.Now().Before(end) {
			err = c.read()
		}
		reader <- err
	}()
	for err == nil && time.Now().Before(end) {
		if err = c.change(); err != nil {
			err = fmt.Errorf("change: %w", err)
		}
		c.changes.Add(1)
	}
	if failed := <-reader; failed != nil {
		err = errors.Join(err, fmt.Errorf("read: %w", failed))
	}
	if err == nil {
		err = c.env.Close()
	}
	if err == nil {
		p.say("%d changes, %d snapshots, %d conflicts", c.changes.Load(), c.reads.Load(), c.conflicts.Load())
	}
	return err
}

// database opens a database, and makes it if it is missing.
func (c *contender) database(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[name] != nil {
		return nil
	}
	db, err := openDatabase(c.env, name)
	if err == nil {
		c.open[name] = db
	}
	return err
}

// opened are the databases that are open here: the others may have more.
func (c *contender) opened() map[string]*database {
	c.mu.Lock()
	defer c.mu.Unlock()
	copied := make(map[string]*database, len(c.open))
	for name, db := range c.open {
		copied[name] = db
	}
	return copied
}

// read checks one snapshot. A database that is opened after the snapshot was taken is none of its business: it would be
// answered with ErrConflict.
func (c *contender) read() error {
	c.reads.Add(1)
	open := c.opened()
	return c.env.View(ctx, func(t *core.Txn) error { return c.ledger.check(t, tenants, open) })
}

// change does some changes in one transaction: by Update, which begins again after a conflict, or in an explicit
// transaction, which may see one and then is aborted.
func (c *contender) change() error {
	if c.random.IntN(60) == 0 {
		return c.database(late[c.random.IntN(len(late))])
	}
	// What is to be done is drawn before it begins, so that Update's second attempt does the same.
	moves := make([]move, 1+c.random.IntN(3))
	for i := range moves {
		moves[i] = c.draw()
	}
	all := func(t *core.Txn) error {
		for _, m := range moves {
			if err := m.do(t); err != nil {
				return fmt.Errorf("%s: %w", m.what, err)
			}
		}
		return nil
	}
	if c.random.IntN(3) > 0 {
		return c.env.Update(ctx, all)
	}
	return c.explicitly(all)
}

func (c *contender) explicitly(fn func(*core.Txn) error) error {
	t, err := c.env.Begin(ctx, true)
	if err != nil {
		return err
	}
	if err = fn(t); err == nil {
		return t.Commit()
	}
	if abort := t.Abort(); abort != nil {
		return errors.Join(err, abort)
	}
	if errors.Is(err, core.ErrConflict) {
		c.conflicts.Add(1)
		return nil
	}
	return err
}

// token is unique among all processes and times.
func (c *contender) token() string {
	c.tokens++
	return fmt.Sprintf("token %d of process %d (%d)", c.tokens, c.Number, os.Getpid())
}
