// Which changes of scopes does a contender make, and what must each of them answer by the ledger?
package processes

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// move is one change.
type move struct {
	what string
	do   func(*core.Txn) error
}

// draw chooses a move.
func (c *contender) draw() move {
	name, other := tenants[c.random.IntN(len(tenants))], tenants[c.random.IntN(len(tenants))]
	key, token := c.random.IntN(keys), c.token()
	open := c.opened()
	names := slices.Sorted(maps.Keys(open))
	db := open[names[c.random.IntN(len(names))]]
	say := func(what string, do func(t *core.Txn) error) move {
		return move{fmt.Sprintf("%s (scope %q, other %q, %s, key %d)", what, name, other, db.description, key), do}
	}
	switch draw := c.random.IntN(100); {
	case draw < 50:
		return say("put", func(t *core.Txn) error { return c.put(t, db, name, key, token) })
	case draw < 60:
		return say("delete", func(t *core.Txn) error { return c.delete(t, db, name, key) })
	case draw < 65:
		return say("delete range", func(t *core.Txn) error {
			return c.deleteMany(t, db, name, func() (uint64, error) { return db.deleteUpTo(t, core.Named(name), key) }, key+1)
		})
	case draw < 71:
		return say("clear", func(t *core.Txn) error { return c.clear(t, db, name) })
	case draw < 75:
		return say("register", func(t *core.Txn) error { return c.register(t, name, token) })
	case draw < 86:
		return say("rename", func(t *core.Txn) error { return c.rename(t, name, other) })
	case draw < 95:
		return say("drop", func(t *core.Txn) error { return c.drop(t, name) })
	}
	return say("prune", c.prune)
}

// holder is the account of a name, and a new one with the token if it has none.
func (c *contender) holder(t *core.Txn, name, token string) (*account, error) {
	a, err := c.ledger.get(t, name)
	if a == nil && err == nil {
		a = &account{Token: token, Held: map[string]uint64{}}
	}
	return a, err
}

func (c *contender) put(t *core.Txn, db *database, name string, key int, token string) error {
	a, err := c.holder(t, name, token)
	if err != nil {
		return err
	}
	was, err := db.put(t, core.Named(name), key, a.value(db.name))
	if err != nil {
		return err
	}
	if !was {
		a.Held[db.name]++
	}
	return errors.Join(c.ledger.set(t, name, a), db.holds(t, name, a.value(db.name), a.Held[db.name]))
}

func (c *contender) delete(t *core.Txn, db *database, name string, key int) error {
	there, err := db.contains(t, core.Named(name), key)
	if err != nil {
		return err
	}
	return c.deleteMany(t, db, name, func() (uint64, error) {
		was, err := db.delete(t, core.Named(name), key)
		if err == nil && was != there {
			err = fmt.Errorf("an entry is there: %v, and it was deleted: %v", there, was)
		}
		if was {
			return 1, err
		}
		return 0, err
	}, 1)
}

func (c *contender) clear(t *core.Txn, db *database, name string) error {
	return c.deleteMany(t, db, name, func() (uint64, error) {
		n, err := db.clear(t, core.Named(name))
		if left, counting := db.count(t, core.Named(name)); left > 0 || counting != nil {
			err = errors.Join(err, counting, fmt.Errorf("%d entries are left", left))
		}
		return n, err
	}, keys)
}

// deleteMany deletes so many entries at the most, and keeps the account right.
func (c *contender) deleteMany(t *core.Txn, db *database, name string, how func() (uint64, error), most int) error {
	a, err := c.ledger.get(t, name)
	if err != nil {
		return err
	}
	n, err := how()
	if err != nil {
		return err
	}
	if a == nil {
		if n != 0 {
			return fmt.Errorf("%d entries were deleted in a scope that is not registered", n)
		}
		return nil
	}
	held := a.Held[db.name]
	if n > held || n > uint64(most) {
		return fmt.Errorf("%d of %d entries were deleted", n, held)
	}
	a.Held[db.name] = held - n
	return errors.Join(c.ledger.set(t, name, a), db.holds(t, name, a.value(db.name), held-n))
}

func (c *contender) register(t *core.Txn, name, token string) error {
	a, err := c.holder(t, name, token)
	if err != nil {
		return err
	}
	if _, err := t.RegisterScope(name); err != nil {
		return err
	}
	return c.ledger.set(t, name, a)
}

func (c *contender) rename(t *core.Txn, from, to string) error {
	source, err := c.ledger.get(t, from)
	if err != nil {
		return err
	}
	target, err := c.ledger.get(t, to)
	if err != nil {
		return err
	}
	err = t.RenameScope(from, to)
	switch {
	case source == nil:
		return expect(err, core.ErrNotFound)
	case target != nil:
		return expect(err, core.ErrKeyExists)
	case err != nil:
		return err
	}
	return errors.Join(c.ledger.close(t, from), c.ledger.set(t, to, source))
}

func (c *contender) drop(t *core.Txn, name string) error {
	a, err := c.ledger.get(t, name)
	if err != nil {
		return err
	}
	n, err := t.DropScope(name)
	if a == nil {
		return expect(err, core.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if n != a.total() {
		return fmt.Errorf("%d entries were dropped of %v", n, a.Held)
	}
	return c.ledger.close(t, name)
}

func (c *contender) prune(t *core.Txn) error {
	accounts, err := c.ledger.all(t)
	if err != nil {
		return err
	}
	n, err := t.PruneScopes()
	if err != nil {
		return err
	}
	want := uint64(0)
	for name, a := range accounts {
		if a.total() > 0 {
			continue
		}
		want++
		if err := c.ledger.close(t, name); err != nil {
			return err
		}
	}
	if n != want {
		return fmt.Errorf("%d scopes were pruned, and %d are empty", n, want)
	}
	return nil
}

// expect turns the error that must come into none.
func expect(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("the error is %v, and should be %w", err, want)
}
