package maintenance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// StagingPrefix begins the names of scopes in which an import gathers entries, or in which a move keeps what it deletes. They
// are left out of exports. One that is there while no import or move goes on was left by a process that was killed: drop it.
const StagingPrefix = "__slmdb_staging/"

// What one transaction of an import takes at the most, an entry more.
const (
	stagedBytes   = 4 << 20
	stagedEntries = 16384
)

// placeholderFor is a name that nobody else has.
func placeholderFor(number int) (string, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", wrapf(err, "random bytes")
	}
	return fmt.Sprintf("%s%s/%d", StagingPrefix, hex.EncodeToString(random[:]), number), nil
}

// settle decides, once all databases and scopes are known, whether entries can gather under placeholders: if every named
// scope is new, or holds nothing at all.
func (i *importer) settle() error {
	if i.staged || i.txn != nil {
		return nil
	}
	if i.o.As != nil && len(i.names) == 0 {
		return fail(core.CodeInvalidArgument, "the export has no scope to import into another one")
	}
	if len(i.targets) == 0 {
		// Without databases there are no entries, and the environment may have no registry yet.
		for _, s := range i.names {
			if s.to.IsDefault() {
				continue
			}
			if _, err := i.env.RegisterScope(i.ctx, s.to.Name()); err != nil {
				return err
			}
		}
	}
	i.staged = i.o.Existing == Refuse
	if i.staged {
		err := i.env.ViewStored(i.ctx, func(t *core.Txn, databases []core.Stored) error {
			for _, s := range i.names {
				if s.to.IsDefault() {
					continue
				}
				holds, err := holdsAny(t, databases, s.to)
				if holds && i.o.alone {
					err = fail(core.CodeKeyExists, "%v has entries already: choose another scope, or copy and drop", s.to)
				}
				if err != nil || holds {
					i.staged = false
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !i.staged {
		return i.begin()
	}
	for n := range i.names {
		if i.names[n].to.IsDefault() {
			continue
		}
		var err error
		if i.names[n].placeholder, err = placeholderFor(n); err != nil {
			return err
		}
	}
	return nil
}

// holdsAny says whether a scope has entries in any database.
func holdsAny(t *core.Txn, databases []core.Stored, s core.Scope) (bool, error) {
	for _, d := range databases {
		if d.Damage != nil {
			return false, d.Damage
		}
		empty, err := d.Raw.IsEmpty(t, s)
		if err != nil || !empty {
			return !empty, err
		}
	}
	return false, nil
}

// flush writes what waits, in a transaction of its own.
func (i *importer) flush() error {
	if len(i.batch) == 0 {
		return nil
	}
	if err := ended(i.ctx); err != nil {
		return err
	}
	err := i.env.Update(i.ctx, func(t *core.Txn) error {
		for _, e := range i.batch {
			s := &i.names[e.scope]
			if err := i.reserve(t, s); err != nil {
				return err
			}
			if err := i.put(t, &i.targets[e.database], s, e.key, e.value); err != nil {
				return err
			}
		}
		return nil
	})
	for _, e := range i.batch {
		i.names[e.scope].made = i.names[e.scope].made || err == nil
	}
	clear(i.batch)
	i.batch, i.size = i.batch[:0], 0
	return err
}

// reserve registers a scope's placeholder, unless that was done before. A scope that is registered and holds nothing is
// unregistered then, so that its id is free.
func (i *importer) reserve(t *core.Txn, s *scopeTarget) error {
	switch _, there, err := t.ScopeID(s.placeholder); {
	case err != nil || there:
		return err
	case s.made:
		return fail(core.CodeNotFound, "what was imported so far was in the scope %s, and somebody has dropped it: import again", scope.Quote(s.placeholder))
	}
	if _, there, err := t.ScopeID(s.to.Name()); err != nil {
		return err
	} else if there {
		n, err := t.DropScope(s.to.Name())
		if err == nil && n > 0 {
			err = refilled(s)
		}
		s.emptied = true
		if err != nil {
			return err
		}
	}
	return t.ReserveScope(s.to.Name(), s.placeholder)
}

func refilled(s *scopeTarget) error {
	return fail(core.CodeKeyExists, "the scope %s got entries from elsewhere while it was imported: choose to overwrite or to skip those that are "+
		"there, or another scope", scope.Quote(s.to.Name()))
}

// publish ends the import: it gives scopes their names, and commits.
func (i *importer) publish() error {
	if err := i.begin(); err != nil {
		return err
	}
	for n := range i.names {
		if err := i.publishScope(&i.names[n]); err != nil {
			return err
		}
	}
	if err := ended(i.ctx); err != nil {
		return err
	}
	txn := i.txn
	i.txn = nil
	return txn.Commit()
}

func (i *importer) publishScope(s *scopeTarget) error {
	if s.to.IsDefault() {
		return nil
	}
	name := s.to.Name()
	if !s.reserved || s.placeholder == "" {
		// One without entries exists all the same.
		_, err := i.txn.RegisterScope(name)
		return err
	}
	if _, there, err := i.txn.ScopeID(name); err != nil {
		return err
	} else if there {
		return refilled(s)
	}
	return i.txn.RenameScope(s.placeholder, name)
}

// clean deletes what has gathered, after an error, which it hands on.
func (i *importer) clean(cause error) error {
	ctx := context.WithoutCancel(i.ctx)
	for _, s := range i.names {
		if s.placeholder == "" || !s.reserved {
			continue
		}
		_, err := Drop(ctx, i.env, s.placeholder, DropOptions{})
		if err != nil && core.CodeOf(err) != core.CodeNotFound {
			return wrapf(cause, "what was imported so far could not be deleted (%v), and is in the scope %s, which no one uses: drop it; "+
				"the import failed", err, scope.Quote(s.placeholder))
		}
		if s.emptied {
			if _, err := i.env.RegisterScope(ctx, s.to.Name()); err != nil {
				return wrapf(cause, "the scope %s, which had no entries, could not be registered again (%v); the import failed",
					scope.Quote(s.to.Name()), err)
			}
		}
	}
	return cause
}
