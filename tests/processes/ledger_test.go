// What must every scope hold right now? A ledger says so that no mix-up of scopes can reach.
package processes

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// The ledger is a database whose default scope has an account for each registered scope. Whoever changes scopes changes
// their accounts in the same transaction, so that every snapshot can be checked exactly: the default scope needs no
// registry, no ids and no partitions, so what goes wrong with those leaves the ledger right.
//
// An account has a token that is unique to one life of a scope, from its registration until it is dropped or pruned.
// The values of the scope carry it. A rename moves the account to the new name, and the values with the scope; a name
// that is registered again gets another token. So a value says whose it is, whatever its scope is called by now.
type ledger struct {
	db *core.DB[string, account]
}

// account is what a registered scope is and holds.
type account struct {
	Token string
	// Held is how many entries the scope has, by database.
	Held map[string]uint64
}

// value is what every entry of the account's scope has for its value.
func (a *account) value(database string) string { return a.Token + " in " + database }

func (a *account) total() (n uint64) {
	for _, held := range a.Held {
		n += held
	}
	return n
}

func openLedger(env *core.Env) (*ledger, error) {
	db, err := core.OpenTyped[string, account](ctx, env, "ledger")
	return &ledger{db}, err
}

// get finds an account; nil if there is none.
func (l *ledger) get(t *core.Txn, name string) (*account, error) {
	a, err := l.db.Get(t, core.Default, name)
	switch {
	case errors.Is(err, core.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case a.Held == nil:
		a.Held = map[string]uint64{}
	}
	return &a, nil
}

func (l *ledger) set(t *core.Txn, name string, a *account) error {
	return l.db.Put(t, core.Default, name, *a)
}

// close removes an account.
func (l *ledger) close(t *core.Txn, name string) error {
	was, err := l.db.Delete(t, core.Default, name)
	if err == nil && !was {
		err = fmt.Errorf("the account of %q is gone", name)
	}
	return err
}

func (l *ledger) all(t *core.Txn) (map[string]account, error) {
	accounts := map[string]account{}
	for e, err := range l.db.Range(t, core.Default, core.Range[string]{}) {
		if err != nil {
			return nil, err
		}
		accounts[e.Key] = e.Value
	}
	return accounts, nil
}

// databases are those that hold anything by the accounts.
func databases(accounts map[string]account) map[string]bool {
	names := map[string]bool{}
	for _, a := range accounts {
		for name := range a.Held {
			names[name] = true
		}
	}
	return names
}

// check holds a snapshot against its ledger: which scopes are registered, and what all names hold in the databases that
// are given.
func (l *ledger) check(t *core.Txn, names []string, open map[string]*database) error {
	accounts, err := l.all(t)
	if err != nil {
		return err
	}
	infos, err := t.Scopes()
	if err != nil {
		return err
	}
	registered, ids := []string{}, map[uint32]string{}
	for _, info := range infos {
		registered = append(registered, info.Name)
		if other, taken := ids[info.ID]; taken {
			return fmt.Errorf("%q and %q have the same id %08x", other, info.Name, info.ID)
		}
		ids[info.ID] = info.Name
	}
	if want := slices.Sorted(maps.Keys(accounts)); !slices.Equal(registered, want) {
		return fmt.Errorf("registered are %q, and the ledger has %q", registered, want)
	}
	for _, name := range names {
		a, has := accounts[name]
		if _, found, err := t.ScopeID(name); err != nil || found != has {
			return fmt.Errorf("scope %q is registered: %v, %v; in the ledger: %v", name, found, err, has)
		}
		for database, db := range open {
			if err := db.holds(t, name, a.value(database), a.Held[database]); err != nil {
				return err
			}
		}
	}
	return nil
}
