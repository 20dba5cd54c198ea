package core

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Txn is a transaction: a snapshot to read from, or the one write transaction of the environment. It is used by one
// goroutine at a time; two at once are told so (ErrInUse). What it hands out as []byte is the caller's own, unless a
// function says otherwise.
type Txn struct {
	env    *Env
	engine engine.Txn
	parent *Txn
	child  *Txn  // while the state is txnHasChild
	failed error // while the state is txnFailed: what every call answers
	write  bool
	// counted says that the environment counts it among those that keep it open.
	counted bool
	state   atomic.Int32
	ids     names
	// cursors is the first of those that are open, so that a write can tell them to remember where they are.
	cursors *Entries
	// Scratch memory: a logical key, a stored value, and what is stored of the key.
	key, value, rest []byte
}

// The states of a transaction.
const (
	txnIdle int32 = iota
	txnInCall
	txnHasChild
	txnFailed
	txnEnded
)

// names is what a transaction has learnt of the registry: a name's id, or that it has none. It never outlives the
// transaction, whose snapshot it is true of.
type names struct {
	last  string
	found lookup
	all   map[string]lookup
	// Where the entries of the scope and database that were asked for last are, if both have a place.
	raw   *Raw
	scope Scope
	spot  spot
}

type lookup struct {
	id uint32
	ok bool
}

func (n *names) get(name string) (lookup, bool) {
	if n.last == name {
		return n.found, true
	}
	found, known := n.all[name]
	if known {
		n.last, n.found = name, found
	}
	return found, known
}

func (n *names) set(name string, found lookup) {
	if n.all == nil {
		n.all = make(map[string]lookup)
	}
	n.all[name] = found
	n.last, n.found = name, found
}

func (n *names) forget() { *n = names{} }

// enter takes the transaction for one call.
func (t *Txn) enter() error {
	if t.state.CompareAndSwap(txnIdle, txnInCall) {
		return nil
	}
	return t.refuse()
}

func (t *Txn) refuse() error {
	switch t.state.Load() {
	case txnEnded:
		return fail(CodeTxnEnded, "the transaction has been committed or aborted: begin another one")
	case txnHasChild:
		return fail(CodeInUse, "a child of the transaction is open: commit or abort it first")
	case txnFailed:
		return t.failed
	}
	return fail(CodeInUse, "another goroutine or thread is using the transaction: a transaction serves one at a time")
}

func (t *Txn) leave() { t.state.Store(txnIdle) }

// leaveWrite ends a call that writes. An error that is no refusal may have left the write half done, so the transaction can
// only be aborted from then on.
func (t *Txn) leaveWrite(err *error) {
	if *err != nil && !refusal(CodeOf(*err)) {
		t.failed = *err
		t.state.Store(txnFailed)
		return
	}
	t.leave()
}

// refusal says that an error comes before anything is written.
func refusal(code Code) bool {
	switch code {
	case CodeNotFound, CodeKeyExists, CodeEmptyScope, CodeInvalidScope, CodeEmptyKey, CodeKeyTooLong, CodeValueTooLarge,
		CodeInvalidKey, CodeInvalidValue, CodeInvalidArgument, CodeReadOnly:
		return true
	}
	return false
}

// enterWrite takes the transaction for a write, which moves stored bytes: open cursors remember their place first.
func (t *Txn) enterWrite() error {
	if !t.write {
		return fail(CodeReadOnly, "a write in a read transaction: use Update, or Begin with write set")
	}
	if err := t.enter(); err != nil {
		return err
	}
	for c := t.cursors; c != nil; c = c.after {
		c.park()
	}
	return nil
}

// checkScope checks a scope's name, once a transaction: a name that it has resolved is one.
func (t *Txn) checkScope(s scope.Scope) error {
	if name := s.Name(); name != "" && name == t.ids.last {
		return nil
	}
	return wrap(s.Check())
}

// resolve finds the id of a scope's name, once a transaction.
func (t *Txn) resolve(name string) (lookup, error) {
	if found, known := t.ids.get(name); known {
		return found, nil
	}
	id, ok, err := t.env.registry.Lookup(t.engine, t.env.registryTables(), name)
	if err != nil {
		return lookup{}, wrapf(err, "scope %s", scope.Quote(name))
	}
	found := lookup{id, ok}
	t.ids.set(name, found)
	return found, nil
}

// register finds the id of a scope's name, and gives it one if it has none.
func (t *Txn) register(name string) (uint32, error) {
	found, err := t.resolve(name)
	if err != nil || found.ok {
		return found.id, err
	}
	id, err := t.env.registry.Register(t.engine, t.env.registryTables(), name, t.holds)
	if err != nil {
		return 0, wrapf(err, "scope %s could not be registered", scope.Quote(name))
	}
	t.ids.set(name, lookup{id, true})
	return id, nil
}

// Writable says whether it is a write transaction.
func (t *Txn) Writable() bool { return t.write }

// IsNewest says whether nobody has committed since a read transaction began: one that begins now would see the same. A
// write transaction is always the newest. An engine that cannot tell says no.
func (t *Txn) IsNewest() (bool, error) {
	if err := t.enter(); err != nil {
		return false, err
	}
	defer t.leave()
	newer, ok := t.engine.(engine.Newer)
	return t.write || ok && newer.IsNewest(), nil
}

// Env is the transaction's environment.
func (t *Txn) Env() *Env { return t.env }

// Child begins a child of a write transaction. Until it ends the parent is refused (ErrInUse). Its Commit hands its
// writes to the parent, its Abort drops them.
func (t *Txn) Child() (*Txn, error) {
	if err := t.enterWrite(); err != nil {
		return nil, err
	}
	nester, ok := t.engine.(engine.Nester)
	if !ok {
		t.leave()
		return nil, fail(CodeInvalidArgument, "this engine has no child transactions")
	}
	inner, err := nester.Child()
	if err != nil {
		t.leave()
		return nil, wrap(err)
	}
	t.child = &Txn{env: t.env, engine: inner, parent: t, write: true}
	t.state.Store(txnHasChild)
	return t.child, nil
}

// Commit ends the transaction and makes its writes visible, all or none. After any error but ErrWrongThread and ErrInUse
// the transaction has ended, and none of its writes is kept (but see ErrCommitUnknown).
func (t *Txn) Commit() error {
	if t.state.Load() == txnFailed {
		failed := t.failed
		if err := t.end(engine.Txn.Abort); err != nil {
			return err
		}
		return failed
	}
	return t.end(engine.Txn.Commit)
}

// Abort ends the transaction, with a child that is open, and drops their writes. On one that has ended it does nothing.
func (t *Txn) Abort() error {
	switch t.state.Load() {
	case txnEnded:
		return nil
	case txnHasChild:
		if err := t.child.Abort(); err != nil {
			return err
		}
	}
	return t.end(engine.Txn.Abort)
}

func (t *Txn) end(how func(engine.Txn) error) error {
	failed := t.state.CompareAndSwap(txnFailed, txnInCall)
	if !failed {
		if err := t.enter(); err != nil {
			return err
		}
	}
	err := how(t.engine)
	if errors.Is(err, engine.ErrWrongThread) {
		if t.leave(); failed {
			t.state.Store(txnFailed)
		}
		return wrap(err)
	}
	for t.cursors != nil {
		c := t.cursors
		c.end()
		c.unlink()
	}
	t.state.Store(txnEnded)
	if t.counted {
		t.env.open.Add(-1)
	}
	if t.parent != nil {
		t.parent.ids.forget()
		t.parent.state.Store(txnIdle)
	}
	return wrap(err)
}

// conflicts is how often Update runs its function again after ErrConflict.
const conflicts = 16

// View runs fn in a read transaction, which ends when fn returns.
func (e *Env) View(ctx context.Context, fn func(*Txn) error) error {
	t, err := e.Begin(ctx, false)
	if err != nil {
		return err
	}
	defer t.Abort() //nolint:errcheck // a read transaction has nothing to lose
	return fn(t)
}

// Update runs fn in the write transaction: it commits when fn returns nil, and aborts when it returns an error (which
// Update returns) or panics. The transaction's goroutine is wired to its OS thread for as long; fn must not hand the
// transaction to another goroutine. When the engine reports a conflict, fn runs again in a new transaction, so it must be
// able to (LMDB: only when another process made a database that fn needs).
func (e *Env) Update(ctx context.Context, fn func(*Txn) error) error {
	return update(ctx, e.BeginWith, fn)
}

func update(ctx context.Context, begin beginner, fn func(*Txn) error) error {
	for tries := 0; ; tries++ {
		err := updateOnce(ctx, begin, fn)
		if err == nil || CodeOf(err) != CodeConflict || tries >= conflicts {
			return err
		}
	}
}

type beginner = func(context.Context, Options) (*Txn, error)

func updateOnce(ctx context.Context, begin beginner, fn func(*Txn) error) error {
	t, err := begin(ctx, Options{Write: true})
	if err != nil {
		return err
	}
	defer t.Abort() //nolint:errcheck // after Commit it does nothing; after fn failed its error is the one to tell
	if err := fn(t); err != nil {
		return err
	}
	return t.Commit()
}

// Options says what kind of transaction BeginWith begins.
type Options = engine.TxnOptions

// Begin begins a transaction that the caller ends by Commit or Abort. A write transaction waits for its turn and wires
// the calling goroutine to its OS thread until it ends; it must end on the goroutine that began it (ErrWrongThread).
// Errors: ErrReadOnly, ErrNested, ErrReadersFull, ErrClosed, ErrCanceled.
func (e *Env) Begin(ctx context.Context, write bool) (*Txn, error) {
	return e.BeginWith(ctx, Options{Write: write})
}

// BeginWith is Begin for callers that came in from C and own their threads.
func (e *Env) BeginWith(ctx context.Context, options Options) (*Txn, error) {
	t, err := e.begin(ctx, options)
	if err == nil {
		t.counted = true
		e.open.Add(1)
	}
	return t, err
}

// begin is BeginWith for the queue, whose transactions Close waits for instead of counting them.
func (e *Env) begin(ctx context.Context, options Options) (*Txn, error) {
	if err := ctx.Err(); err != nil {
		return nil, wrap(err)
	}
	inner, err := e.engine.Begin(ctx, options)
	for lacking := e.lacking(); err == nil && len(lacking) > 0; lacking = e.lacking() {
		// A transaction can use only tables that were open before it began. If it sees one of ours that was not, what it
		// would read without it were wrong.
		var missed bool
		if missed, err = e.missed(inner, lacking); err != nil || !missed {
			break
		}
		if err = inner.Abort(); err == nil {
			inner, err = e.engine.Begin(ctx, options)
		}
	}
	if err != nil {
		if inner != nil {
			_ = inner.Abort()
		}
		return nil, wrap(err)
	}
	return &Txn{env: e, engine: inner, write: options.Write}, nil
}

// lacking are the tables that this environment wants and has not found so far; none as a rule.
func (e *Env) lacking() []*lateTable {
	if e.rows.found() != nil && e.records.found() != nil && e.wants.Load() == nil {
		return nil
	}
	var lacking []*lateTable
	for _, late := range [...]*lateTable{&e.rows, &e.records} {
		if late.found() == nil {
			lacking = append(lacking, late)
		}
	}
	if wants := e.wants.Load(); wants != nil {
		for _, late := range *wants {
			if late.found() == nil {
				lacking = append(lacking, late)
			}
		}
	}
	return lacking
}

// want adds tables that a database which can only be read did not find.
func (e *Env) want(lates ...*lateTable) {
	for {
		old := e.wants.Load()
		var wants []*lateTable
		if old != nil {
			wants = append(wants, *old...)
		}
		for _, late := range lates {
			if late.found() == nil {
				wants = append(wants, late)
			}
		}
		if len(wants) == 0 || e.wants.CompareAndSwap(old, &wants) {
			return
		}
	}
}

// missed says whether the transaction sees a table that was not open when it began, and opens it for the next one.
func (e *Env) missed(inner engine.Txn, lacking []*lateTable) (bool, error) {
	names, err := inner.Tables()
	if err != nil {
		return false, err
	}
	missed := false
	for _, late := range lacking {
		if !slices.Contains(names, late.name) {
			continue
		}
		missed = true
		if _, err := late.get(e.engine); err != nil {
			return false, err
		}
	}
	return missed, nil
}
