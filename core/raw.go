package core

import (
	"sync/atomic"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
	"github.com/scoped-lmdb/scoped-lmdb/core/scope"
)

// Raw is a database below its codecs: logical keys (bytes whose order is the keys' natural one) and stored values. It is
// the one implementation of all kinds; [DB] puts two codecs in front of it. It is for bindings and tools.
//
// Slices that it hands out are borrowed: they live until the transaction ends or, in a write transaction, until its next
// write. Slices passed in are borrowed for the call.
type Raw struct {
	env              *Env
	name             string
	kind             Kind
	layout           layout.Layout
	key, value       codec.Type
	unscoped, scoped lateTable
	unscopedForm     layout.Form
	scopedForm       layout.Form
	maxKey, maxValue int
	// provisional says that there was no table of named scopes when the database was opened for reading only, so that the
	// layout is a guess until whoever makes one has recorded it.
	provisional atomic.Bool
	// stored says that keys are what is stored of them; see Stored.
	stored bool
}

func newRaw(e *Env, spec Spec) *Raw {
	raw := &Raw{env: e, name: spec.Name, kind: spec.Kind}
	raw.unscoped.name = spec.Name
	if spec.UnnamedDefault {
		raw.unscoped.name = engine.Unnamed
	}
	raw.scoped.name = spec.Name + scopedSuffix
	return raw
}

// finish sets what follows from the layout and the types.
func (raw *Raw) finish() {
	raw.unscopedForm, raw.scopedForm = forms(raw.kind, raw.layout, raw.key)
	caps := raw.env.engine.Caps()
	raw.maxValue = caps.MaxValue
	// One limit for all scopes of a database, so that what fits in one fits in every other.
	raw.maxKey = caps.MaxKey - engine.PartitionSize
	if raw.layout == layout.Heed {
		raw.maxKey -= layout.Lengthed.Overhead()
	}
}

// Name is the database's name.
func (raw *Raw) Name() string { return raw.name }

// Kind is what the database holds.
func (raw *Raw) Kind() Kind { return raw.kind }

// Layout is how its named scopes are stored.
func (raw *Raw) Layout() layout.Layout { return raw.layout }

// Types are the types of keys and values in a layout whose bytes do not say them; codec.Auto otherwise.
func (raw *Raw) Types() (key, value codec.Type) { return raw.key, raw.value }

// UnnamedDefault says whether the default scope is LMDB's unnamed database.
func (raw *Raw) UnnamedDefault() bool { return raw.unscoped.name == engine.Unnamed }

// MaxKey is the longest logical key, in bytes.
func (raw *Raw) MaxKey() int { return raw.maxKey }

// spot is where a scope's entries of a database are stored, and how.
type spot struct {
	at   engine.Place
	form layout.Form
	none bool // the scope or the table does not exist: there are no entries
}

// spot finds where a scope's entries are. The last one is remembered until the transaction changes the registry. It is the
// transaction's, until the next one is looked for.
func (raw *Raw) spot(t *Txn, s scope.Scope) (*spot, error) {
	if t.ids.raw == raw && t.ids.scope == s {
		return &t.ids.spot, nil
	}
	return raw.findSpot(t, s)
}

// keep keeps a spot in the transaction, and remembers whose it is if it will be the same the next time.
func (raw *Raw) keep(t *Txn, s scope.Scope, sp spot) *spot {
	t.ids.raw, t.ids.spot = nil, sp
	if !sp.none && !raw.provisional.Load() {
		t.ids.raw, t.ids.scope = raw, s
	}
	return &t.ids.spot
}

func (raw *Raw) findSpot(t *Txn, s scope.Scope) (*spot, error) {
	table, err := raw.table(t, s)
	if err != nil {
		return nil, err
	}
	if s.IsDefault() {
		return raw.keep(t, s, spot{at: engine.Place{Table: table}, form: raw.unscopedForm, none: table == nil}), nil
	}
	found, err := t.resolve(s.Name())
	if err != nil {
		return nil, err
	}
	return raw.keep(t, s, raw.named(table, found.id, found.ok)), nil
}

// spotToWrite is spot, and registers the scope if it is new.
func (raw *Raw) spotToWrite(t *Txn, s scope.Scope) (*spot, error) {
	if t.ids.raw == raw && t.ids.scope == s {
		return &t.ids.spot, nil
	}
	table, err := raw.table(t, s)
	if err != nil {
		return nil, err
	}
	if table == nil {
		return nil, fail(CodeReadOnly, "database %q is not complete: open it in an environment that can write", raw.name)
	}
	if s.IsDefault() {
		return raw.keep(t, s, spot{at: engine.Place{Table: table}, form: raw.unscopedForm}), nil
	}
	id, err := t.register(s.Name())
	if err != nil {
		return nil, err
	}
	return raw.keep(t, s, raw.named(table, id, true)), nil
}

func (raw *Raw) named(table engine.Table, id uint32, ok bool) spot {
	return spot{
		at:   engine.Place{Table: table, Partition: engine.PartitionOf(raw.layout.Partition(id)), Scoped: true},
		form: raw.scopedForm,
		none: table == nil || !ok,
	}
}

// table finds the table of a scope, after it has checked what the caller gave.
func (raw *Raw) table(t *Txn, s scope.Scope) (engine.Table, error) {
	if t.env != raw.env {
		return nil, fail(CodeInvalidArgument, "database %q and the transaction are of different environments", raw.name)
	}
	late := &raw.unscoped
	if !s.IsDefault() {
		if err := t.checkScope(s); err != nil {
			return nil, err
		}
		late = &raw.scoped
	}
	// A table that was missing when the transaction began (Env.begin looks for those) is missing in what it sees.
	handle := late.found()
	if raw.provisional.Load() {
		return handle, raw.confirm(t)
	}
	return handle, nil
}

// confirm compares a provisional database with what another process may have made it since.
func (raw *Raw) confirm(t *Txn) error {
	made, err := t.readRecord(raw.name)
	if err != nil {
		return err
	}
	scoped := raw.scoped.found() != nil
	if mine := raw.record(); (made != nil && *made != mine) || (made == nil && scoped && raw.layout != layout.Heed) {
		return fail(CodeLayoutMismatch, "database %q was made by another process since it was opened here, in another layout or kind: "+
			"open it again", raw.name)
	}
	if scoped {
		raw.provisional.Store(false)
	}
	return nil
}

// where names the database and the scope in an error about what is stored there.
func (raw *Raw) where(s scope.Scope, err error) error {
	switch {
	case CodeOf(err) != CodeCorrupt:
		return err
	case s.IsDefault():
		return wrapf(err, "database %q, default scope", raw.name)
	}
	return wrapf(err, "database %q, scope %v", raw.name, s)
}

// rest is the stored key without its partition.
func (sp *spot) rest(t *Txn, logical []byte) []byte {
	if sp.form.AsIs() {
		return logical
	}
	t.rest = sp.form.Append(t.rest[:0], logical)
	return t.rest
}

func (raw *Raw) checkKey(logical []byte) error {
	if len(logical) > raw.maxKey {
		return fail(CodeKeyTooLong, "a key of %d bytes as stored: the longest in database %q is %d bytes", len(logical), raw.name, raw.maxKey)
	}
	return nil
}

// checkNew refuses what cannot be put. A typed key is never empty as such: the empty text is a key.
func (raw *Raw) checkNew(logical, value []byte) error {
	if len(logical) == 0 && raw.kind != KindTyped && !raw.stored {
		return fail(CodeEmptyKey, "a key of no bytes cannot be put: a key has 1 to %d bytes", raw.maxKey)
	}
	if len(value) > raw.maxValue {
		return fail(CodeValueTooLarge, "a value of %d bytes: the largest is %d bytes", len(value), raw.maxValue)
	}
	return raw.checkKey(logical)
}

// Get finds a value: ErrNotFound if there is none, also in a scope that is not registered. Borrowed.
func (raw *Raw) Get(t *Txn, s scope.Scope, key []byte) ([]byte, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	return raw.get(t, s, key)
}

func (raw *Raw) get(t *Txn, s scope.Scope, key []byte) ([]byte, error) {
	sp, err := raw.spot(t, s)
	if err != nil {
		return nil, err
	}
	if err := raw.checkKey(key); err != nil {
		return nil, err
	}
	if sp.none {
		return nil, ErrNotFound
	}
	value, err := t.engine.Get(sp.at, sp.rest(t, key))
	return value, wrap(err)
}

// Direct says where a scope's entries are for C code of the engine, for as long as the transaction, which must be one for
// reading, lives and nobody uses it meanwhile; false if there are none, or their keys are not stored as they are.
func (raw *Raw) Direct(t *Txn, s scope.Scope) (engine.Direct, bool) {
	if t.write || t.enter() != nil {
		return engine.Direct{}, false
	}
	defer t.leave()
	sp, err := raw.spot(t, s)
	if err != nil || sp.none || !sp.form.AsIs() {
		return engine.Direct{}, false
	}
	director, ok := t.engine.(engine.Director)
	if !ok {
		return engine.Direct{}, false
	}
	return director.Direct(sp.at)
}

// GetMany sets values[i] to the value under keys[i], nil if there is none. Borrowed.
func (raw *Raw) GetMany(t *Txn, s scope.Scope, keys, values [][]byte) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	if len(values) != len(keys) {
		return fail(CodeInvalidArgument, "%d keys and room for %d values", len(keys), len(values))
	}
	sp, err := raw.spot(t, s)
	if err != nil {
		return err
	}
	rests := keys
	if !sp.form.AsIs() {
		rests = make([][]byte, len(keys))
	}
	for i, key := range keys {
		if err := raw.checkKey(key); err != nil {
			return err
		}
		if !sp.form.AsIs() {
			rests[i] = sp.form.Append(nil, key)
		}
		values[i] = nil
	}
	if sp.none {
		return nil
	}
	return wrap(t.engine.GetMany(sp.at, rests, values))
}

// Put stores a value, replacing what was there, and registers the scope if it is new.
func (raw *Raw) Put(t *Txn, s scope.Scope, key, value []byte) error {
	return raw.store(t, s, key, value, engine.Txn.Put)
}

// PutIfAbsent stores a value under a new key: ErrKeyExists if it is not new.
func (raw *Raw) PutIfAbsent(t *Txn, s scope.Scope, key, value []byte) error {
	return raw.store(t, s, key, value, engine.Txn.Insert)
}

type putter = func(engine.Txn, engine.Place, []byte, []byte) error

func (raw *Raw) store(t *Txn, s scope.Scope, key, value []byte, how putter) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	return raw.put(t, s, key, value, how)
}

func (raw *Raw) put(t *Txn, s scope.Scope, key, value []byte, how putter) error {
	sp, err := raw.spotChecked(t, s, key, value)
	if err != nil {
		return err
	}
	return wrap(how(t.engine, sp.at, sp.rest(t, key), value))
}

// spotChecked checks all that a put can be refused for before the scope is registered.
func (raw *Raw) spotChecked(t *Txn, s scope.Scope, key, value []byte) (*spot, error) {
	if err := t.checkScope(s); err != nil {
		return nil, err
	}
	if err := raw.checkNew(key, value); err != nil {
		return nil, err
	}
	return raw.spotToWrite(t, s)
}

// PutMany stores entries in order. All are checked first: one that cannot be put is named, and nothing is stored. After
// another error the transaction can only be aborted.
func (raw *Raw) PutMany(t *Txn, s scope.Scope, entries []RawEntry) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	if len(entries) == 0 {
		return wrap(s.Check())
	}
	ops := make([]engine.Op, len(entries))
	for i, entry := range entries {
		if err := raw.checkNew(entry.Key, entry.Value); err != nil {
			return wrapf(err, "entry %d", i)
		}
	}
	sp, err := raw.spotToWrite(t, s)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		ops[i] = engine.Op{Kind: engine.OpPut, Key: entry.Key, Value: entry.Value}
		if !sp.form.AsIs() {
			ops[i].Key = sp.form.Append(nil, entry.Key)
		}
	}
	n, err := t.engine.Apply(sp.at, ops)
	return wrapf(err, "entry %d", n)
}

// Delete deletes a key and says whether it was there. It registers nothing.
func (raw *Raw) Delete(t *Txn, s scope.Scope, key []byte) (_ bool, err error) {
	if err := t.enterWrite(); err != nil {
		return false, err
	}
	defer t.leaveWrite(&err)
	return raw.delete(t, s, key)
}

func (raw *Raw) delete(t *Txn, s scope.Scope, key []byte) (bool, error) {
	sp, err := raw.spot(t, s)
	if err != nil {
		return false, err
	}
	if err := raw.checkKey(key); err != nil || sp.none {
		return false, err
	}
	err = t.engine.Delete(sp.at, sp.rest(t, key))
	if err == engine.ErrNotFound {
		return false, nil
	}
	return err == nil, wrap(err)
}

// Exchange stores what decide makes of the value that is there: decide is given the old value (borrowed for the call, so
// the new one must not share its memory) and whether there is one, and answers with the new one and what to do. It is
// what replace, pop and compare-and-swap are made of.
func (raw *Raw) Exchange(t *Txn, s scope.Scope, key []byte, decide Decide) (err error) {
	if err := t.enterWrite(); err != nil {
		return err
	}
	defer t.leaveWrite(&err)
	return raw.exchange(t, s, key, decide)
}

func (raw *Raw) exchange(t *Txn, s scope.Scope, key []byte, decide Decide) error {
	old, err := raw.get(t, s, key)
	if err != nil && err != ErrNotFound {
		return err
	}
	value, what, err := decide(old, err == nil)
	switch {
	case err != nil || what == Keep:
		return err
	case what == Remove:
		_, err = raw.delete(t, s, key)
		return err
	}
	return raw.put(t, s, key, value, engine.Txn.Put)
}

// RawEntry is a logical key and a stored value.
type RawEntry = engine.Entry

// Decide says what becomes of a value.
type Decide = func(old []byte, there bool) (value []byte, what Exchange, err error)

// Exchange is what a decision is.
type Exchange uint8

// The decisions.
const (
	Keep Exchange = iota
	Store
	Remove
)
