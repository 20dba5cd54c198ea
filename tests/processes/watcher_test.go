// What does a process see that opened the environment for reading only, while others write?
package processes

import (
	"errors"
	"fmt"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func init() { roles["watcher"] = watch }

// watch is the role: it checks snapshot after snapshot, and opens databases as the others make them.
func watch(p *peer) error {
	c, err := newContender(p)
	if err != nil {
		return err
	}
	p.say("ready")
	p.hear()
	p.follow()
	for end := time.Now().Add(p.For); time.Now().Before(end); {
		if err := c.read(); err != nil {
			return err
		}
		for _, name := range late {
			if err := c.database(name); err != nil && !errors.Is(err, core.ErrDatabaseNotFound) {
				return err
			}
		}
	}
	if err := c.refused(); err != nil {
		return err
	}
	p.say("%d snapshots of %d databases", c.reads.Load(), len(c.open))
	return c.env.Close()
}

// refused tries what would write.
func (c *contender) refused() error {
	for what, fn := range map[string]func() error{
		"Begin":         func() error { _, err := c.env.Begin(ctx, true); return err },
		"Update":        func() error { return c.env.Update(ctx, func(*core.Txn) error { return nil }) },
		"RegisterScope": func() error { _, err := c.env.RegisterScope(ctx, "new"); return err },
		"RenameScope":   func() error { return c.env.RenameScope(ctx, "a", "z") },
		"DropScope":     func() error { _, err := c.env.DropScope(ctx, "a"); return err },
		"PruneScopes":   func() error { _, err := c.env.PruneScopes(ctx); return err },
		"Grow":          func() error { return c.env.Grow(ctx, 1<<29) },
		"a put in View": func() error {
			return c.env.View(ctx, func(t *core.Txn) error { return c.ledger.set(t, "z", &account{}) })
		},
	} {
		if err := fn(); !errors.Is(err, core.ErrReadOnly) {
			return fmt.Errorf("%s gives %v, and must be refused", what, err)
		}
	}
	return nil
}
