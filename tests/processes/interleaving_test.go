// Is it right whichever step of one process another one comes between? Processes cannot be stopped at each of their
// steps; two environments on one store in memory can, and are to each other what processes on one file are.
package processes

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// staged is an engine before one of whose calls something else happens.
type staged struct {
	engine.Engine
	calls int
	at    int
	then  func()
}

func (s *staged) call() {
	if s.calls++; s.calls == s.at {
		s.then()
	}
}

// Begin begins a transaction.
func (s *staged) Begin(ctx context.Context, options engine.TxnOptions) (engine.Txn, error) {
	s.call()
	return s.Engine.Begin(ctx, options)
}

// Table opens a table.
func (s *staged) Table(ctx context.Context, name string, create bool) (engine.Table, error) {
	s.call()
	return s.Engine.Table(ctx, name, create)
}

// driver opens an engine that is there.
type driver struct{ engine.Engine }

// Open gives the engine.
func (d driver) Open() (engine.Engine, error) { return d.Engine, nil }

// stage is a store and the two who share it.
type stage struct {
	*testing.T
	store  *mem.Store
	engine *staged
	one    *core.Env // whose steps are counted
	other  *core.Env // who comes between
}

// interleave plays a scene once for each call of the engine that one's part has, with other's part before that call.
// Other's part must wait for one's write transaction to end, if there is one: it then gives up, and the step with it.
func interleave(t *testing.T, prepare func(*stage), others func(context.Context, *stage) error, ones func(*stage), check func(*stage)) {
	t.Helper()
	for at := 1; ; at++ {
		more, between := true, false
		t.Run(fmt.Sprintf("before call %d", at), func(t *testing.T) {
			s := &stage{T: t, store: mem.NewStore()}
			if prepare != nil {
				prepare(s)
			}
			inner, err := mem.Config{Store: s.store, Options: mem.Options{Poison: true}}.Open()
			must(t, err)
			s.engine = &staged{Engine: inner}
			s.other, err = core.Open(mem.Config{Store: s.store})
			must(t, err)
			s.one, err = core.Open(driver{s.engine})
			must(t, err)
			s.engine.calls, s.engine.at = 0, at
			s.engine.then = func() {
				patience, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
				defer cancel()
				err := others(patience, s)
				if between = err == nil; !between && !errors.Is(err, core.ErrCanceled) {
					t.Error(err)
				}
			}
			ones(s)
			if more = s.engine.calls >= at; more && between && !t.Failed() {
				check(s)
			}
			must(t, errors.Join(s.one.Close(), s.other.Close()))
		})
		if !more || t.Failed() {
			return
		}
	}
}

var (
	tenant = core.Named("tenant")
	key    = []byte("key")
)

// put is what the other one does in most scenes: it makes a database, and puts an entry into a scope.
func put(ctx context.Context, s *stage, value string, options ...core.DatabaseOption) error {
	db, err := core.OpenBytes(ctx, s.other, "db", options...)
	if err != nil {
		return err
	}
	return s.other.Update(ctx, func(t *core.Txn) error { return db.Put(t, tenant, key, []byte(value)) })
}

// rows makes the registry of scoped-heed, which has no records of ours.
func rows(s *stage) {
	e, err := mem.Config{Store: s.store}.Open()
	must(s.T, err)
	_, err = e.Table(ctx, "__global_scope_metadata", true)
	must(s.T, errors.Join(err, e.Close()))
}

// is checks what one's environment has under the other's key.
func (s *stage) is(want string) {
	s.Helper()
	db, err := core.OpenBytes(ctx, s.one, "db", core.MustExist())
	must(s.T, err)
	got, err := db.In(tenant).Get(ctx, key)
	if err != nil || string(got) != want {
		s.Errorf("one reads %q, %v, and %q was put", got, err, want)
	}
}

// TestMakingAtOnce: both make the same database, and it comes out as one database in one layout.
func TestMakingAtOnce(t *testing.T) {
	for _, l := range []core.Layout{core.Ordered, core.Heed} {
		for name, prepare := range map[string]func(*stage){"nothing": nil, "scoped-heed's registry": rows} {
			t.Run(fmt.Sprintf("%v on %s", l, name), func(t *testing.T) {
				var db *core.DB[[]byte, []byte]
				interleave(t, prepare, func(ctx context.Context, s *stage) error {
					err := put(ctx, s, "others", core.WithLayout(l))
					// One may have recorded the database as its own already.
					if db == nil && errors.Is(err, core.ErrLayoutMismatch) {
						return put(ctx, s, "others")
					}
					return err
				}, func(s *stage) {
					db = nil
					var err error
					db, err = core.OpenBytes(ctx, s.one, "db")
					must(s.T, err)
				}, func(s *stage) {
					s.is("others")
					if got, err := db.In(tenant).Get(ctx, key); err != nil || string(got) != "others" {
						s.Errorf("what one opened reads %q, %v", got, err)
					}
					must(s.T, db.In(tenant).Put(ctx, key, []byte("ones")))
					again, err := core.OpenBytes(ctx, s.other, "db")
					must(s.T, err)
					got, err := again.In(tenant).Get(ctx, key)
					if err != nil || string(got) != "ones" || again.Raw().Layout() != db.Raw().Layout() {
						s.Errorf("the other reads %q, %v; layouts %v and %v", got, err, again.Raw().Layout(), db.Raw().Layout())
					}
				})
			})
		}
	}
}

// TestMakingKindsAtOnce: both make a database of the same name, as different kinds. One of them is refused.
func TestMakingKindsAtOnce(t *testing.T) {
	var mine, theirs error
	interleave(t, nil, func(ctx context.Context, s *stage) error {
		_, theirs = core.OpenTyped[string, string](ctx, s.other, "db")
		if errors.Is(theirs, core.ErrKindMismatch) {
			return nil
		}
		return theirs
	}, func(s *stage) {
		_, mine = core.OpenBytes(ctx, s.one, "db")
	}, func(s *stage) {
		if (mine == nil) == (theirs == nil) || !errors.Is(errors.Join(mine, theirs), core.ErrKindMismatch) {
			s.Errorf("one: %v; the other: %v", mine, theirs)
		}
	})
}

// TestPruningAtOnce: one prunes while the other puts into a database that one knows nothing of. What was put stays.
func TestPruningAtOnce(t *testing.T) {
	for name, prepare := range map[string]func(*stage){"nothing": nil, "scoped-heed's registry": rows} {
		t.Run(name, func(t *testing.T) {
			for how, prune := range map[string]func(*core.Env) error{
				"Env": func(env *core.Env) error { _, err := env.PruneScopes(ctx); return err },
				"Txn": func(env *core.Env) error {
					return env.Update(ctx, func(t *core.Txn) error { _, err := t.PruneScopes(); return err })
				},
			} {
				t.Run(how, func(t *testing.T) {
					interleave(t, prepare,
						func(ctx context.Context, s *stage) error { return put(ctx, s, "others") },
						func(s *stage) { must(s.T, prune(s.one)) },
						func(s *stage) { s.is("others") })
				})
			}
		})
	}
}

// TestDroppingAtOnce: one drops a scope into which the other puts meanwhile: all of it, or nothing of it, is there then.
func TestDroppingAtOnce(t *testing.T) {
	var dropped uint64
	interleave(t, func(s *stage) {
		rows(s)
		env, err := core.Open(mem.Config{Store: s.store})
		must(s.T, err)
		_, err = env.RegisterScope(ctx, tenant.Name())
		must(s.T, errors.Join(err, env.Close()))
	}, func(ctx context.Context, s *stage) error { return put(ctx, s, "others") }, func(s *stage) {
		var err error
		dropped, err = s.one.DropScope(ctx, tenant.Name())
		must(s.T, err)
	}, func(s *stage) {
		db, err := core.OpenBytes(ctx, s.one, "db")
		must(s.T, err)
		_, err = db.In(tenant).Get(ctx, key)
		if there := err == nil; there == (dropped == 1) || (err != nil && !errors.Is(err, core.ErrNotFound)) {
			s.Errorf("%d entries were dropped, and then there is one: %v, %v", dropped, there, err)
		}
		// And nothing of it is under the id that the next scope of this name gets.
		must(s.T, s.one.Update(ctx, func(t *core.Txn) error { _, err := t.RegisterScope(tenant.Name()); return err }))
		if n, err := db.In(tenant).Count(ctx, core.Range[[]byte]{}); n != 1-dropped || err != nil {
			s.Errorf("the scope holds %d entries, %v", n, err)
		}
	})
}
