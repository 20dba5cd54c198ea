// What is stored before it is damaged, and what must be readable afterwards?
package fuzz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// The databases of a store: one to be damaged, and one beside it that must not suffer.
const (
	victim    = "victim"
	bystander = "bystander"
)

// Our own tables.
const (
	rowsTable    = "__global_scope_metadata"
	recordsTable = "__scoped_lmdb"
)

// scopes are those that hold something; "" is the default one.
var scopes = []string{"", "one", "two", "three"}

// patience is how long all that a test does with one input may take: what hangs then fails.
const patience = 20 * time.Second

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// stored is a store in memory.
type stored struct {
	*testing.T
	ctx     context.Context
	store   *mem.Store
	options []core.EnvOption
}

func newStore(t *testing.T, options ...core.EnvOption) *stored {
	t.Helper()
	return &stored{t, deadline(t), mem.NewStore(), options}
}

// open opens the store. The test fails if anything is left open at its end.
func (s *stored) open() (*core.Env, error) {
	inner, err := mem.Config{Store: s.store, Options: mem.Options{Poison: true}}.Open()
	s.must(err)
	env, err := core.Open(driver{inner}, s.options...)
	s.Cleanup(func() {
		if n := inner.(*mem.Engine).Open(); n != 0 && !s.Failed() {
			s.Errorf("%d transactions and cursors are open", n)
		}
	})
	return env, err
}

// driver opens an engine that is there.
type driver struct{ engine.Engine }

// Open gives the engine.
func (d driver) Open() (engine.Engine, error) { return d.Engine, nil }

func (s *stored) opened() *core.Env {
	s.Helper()
	env, err := s.open()
	s.must(err)
	return env
}

func (s *stored) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func scopeOf(name string) core.Scope {
	if name == "" {
		return core.Default
	}
	return core.Named(name)
}

// entriesEach is how many entries each scope has in each database.
const entriesEach = 3

func keyAt(i int) []byte { return []byte(strings.Repeat("k", i+1)) }

// value is whose an entry is.
func value(database, scope string, i int) string { return fmt.Sprintf("%s/%s/%d", database, scope, i) }

// fill puts entries into all scopes of a database of raw keys.
func (s *stored) fill(env *core.Env, name string, options ...core.DatabaseOption) {
	s.Helper()
	db, err := core.OpenBytes(s.ctx, env, name, options...)
	s.must(err)
	s.must(env.Update(s.ctx, func(t *core.Txn) error {
		for _, scope := range scopes {
			for i := range entriesEach {
				if err := db.Put(t, scopeOf(scope), keyAt(i), []byte(value(name, scope, i))); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// holds says whether a scope of a database holds what fill put there, and nothing else, in both directions.
func (s *stored) holds(env *core.Env, name, scope string) error {
	db, err := core.OpenBytes(s.ctx, env, name)
	if err != nil {
		return err
	}
	return env.View(s.ctx, func(t *core.Txn) error {
		for _, reverse := range []bool{false, true} {
			n := 0
			for e, err := range db.Range(t, scopeOf(scope), core.Range[[]byte]{Reverse: reverse}) {
				if err != nil {
					return err
				}
				i := n
				if reverse {
					i = entriesEach - 1 - n
				}
				if i < 0 || i >= entriesEach || string(e.Key) != string(keyAt(i)) || string(e.Value) != value(name, scope, i) {
					return fmt.Errorf("database %q, scope %q holds %q = %q", name, scope, e.Key, e.Value)
				}
				n++
			}
			if n != entriesEach {
				return fmt.Errorf("database %q, scope %q holds %d entries", name, scope, n)
			}
		}
		return nil
	})
}

// put stores an entry below the core.
func (s *stored) put(table string, key, value []byte) {
	s.Helper()
	e, err := mem.Config{Store: s.store}.Open()
	s.must(err)
	handle, err := e.Table(s.ctx, table, true)
	s.must(err)
	txn, err := e.Begin(s.ctx, engine.TxnOptions{Write: true})
	s.must(err)
	s.must(txn.Put(engine.Place{Table: handle}, key, value))
	s.must(errors.Join(txn.Commit(), e.Close()))
}

// get reads an entry below the core.
func (s *stored) get(table string, key []byte) []byte {
	s.Helper()
	e, err := mem.Config{Store: s.store}.Open()
	s.must(err)
	handle, err := e.Table(s.ctx, table, false)
	s.must(err)
	txn, err := e.Begin(s.ctx, engine.TxnOptions{})
	s.must(err)
	value, err := txn.Get(engine.Place{Table: handle}, key)
	if !errors.Is(err, engine.ErrNotFound) {
		s.must(err)
	}
	s.must(errors.Join(txn.Abort(), e.Close()))
	return value
}

// tells checks an error that damage is answered with: of one of these codes, and with these words in its text. No error
// is as good: what is damaged may be none of what was asked for.
func (s *stored) tells(doing string, err error, codes []core.Code, words ...string) {
	s.Helper()
	if err == nil {
		return
	}
	var own *core.Error
	known := false
	for _, code := range codes {
		known = known || core.CodeOf(err) == code
	}
	if !errors.As(err, &own) || !known {
		s.Errorf("%s gives %v (%v), and may give %v", doing, err, core.CodeOf(err), codes)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			s.Errorf("%s gives %q, which does not name %s", doing, err.Error(), word)
		}
	}
}
