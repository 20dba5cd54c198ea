// Does an engine answer as sorted maps do, whatever is asked of it in whatever order?

package enginetest

import (
	"fmt"
	"maps"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"pgregory.net/rapid"
)

var modelCases = []testCase{
	{"RandomOperations", modelRandomOperations},
}

// world is what all places hold. A world is never changed once a snapshot has it: see change.
type world map[engine.Place]content

// model is an engine and what it should hold.
type model struct {
	*fixture
	draw      *rapid.T
	places    []engine.Place
	committed world
	// writer is the open write transaction and, above it, its open children; worlds is what each sees.
	writer []engine.Txn
	worlds []world
	// readers are open read transactions.
	readers []reader
}

type reader struct {
	tx    engine.Txn
	world world
}

// modelKeys meet often, so that operations do too; the partitions are neighbours.
var (
	modelKeys = []string{
		"", "\x00", "\x00\x00", "\x00\xff", "\x01", "a", "a\x00", "aa", "ab", "b",
		"\xfe", "\xff", "\xff\xff", "\xff\xff\xff\xff",
	}
	modelPartitions = [][4]byte{{}, {0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xfe}, {0xff, 0xff, 0xff, 0xff}}
)

func modelRandomOperations(f *fixture) {
	rapid.Check(f.test, func(draw *rapid.T) {
		// An engine for each run: what a run finds must not depend on those before it.
		inner := &fixture{TB: draw, test: f.test, engine: f.open(f.test), open: f.open, reopen: f.reopen}
		m := &model{fixture: inner, draw: draw, committed: world{}}
		defer m.end()
		for _, name := range []string{engine.Unnamed, "a", "b"} {
			table := m.table(name)
			for _, partition := range modelPartitions {
				m.places = append(m.places, within(table, partition))
			}
		}
		draw.Repeat(m.actions())
	})
}

// end ends what is open and closes the engine.
func (m *model) end() {
	for len(m.writer) > 0 {
		_ = m.pop().Abort()
	}
	for _, r := range m.readers {
		_ = r.tx.Abort()
	}
	m.close()
}

func (m *model) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":            func(*rapid.T) { m.compare() },
		"put":         func(*rapid.T) { m.put() },
		"insert":      func(*rapid.T) { m.insert() },
		"delete":      func(*rapid.T) { m.delete() },
		"apply":       func(*rapid.T) { m.apply() },
		"deleteRange": func(*rapid.T) { m.deleteRange() },
		"get":         func(*rapid.T) { m.get() },
		"scan":        func(*rapid.T) { m.scan() },
		"seek":        func(*rapid.T) { m.seek() },
		"child":       func(*rapid.T) { m.child() },
		"commit":      func(*rapid.T) { m.commit() },
		"abort":       func(*rapid.T) { m.abort() },
		"beginReader": func(*rapid.T) { m.beginReader() },
		"endReader":   func(*rapid.T) { m.endReader() },
	}
}

func (m *model) place() engine.Place { return rapid.SampledFrom(m.places).Draw(m.draw, "place") }
func (m *model) key() string         { return rapid.SampledFrom(modelKeys).Draw(m.draw, "key") }
func (m *model) flag(name string) bool {
	return rapid.Bool().Draw(m.draw, name)
}

func (m *model) value() string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("xyz")), 0, 40, -1).Draw(m.draw, "value")
}

func (m *model) span() engine.Range {
	r := engine.Range{FromOpen: m.flag("fromOpen"), ToOpen: m.flag("toOpen"), Reverse: m.flag("reverse")}
	if m.flag("from") {
		r.From = []byte(m.key())
	}
	if m.flag("to") {
		r.To = []byte(m.key())
	}
	return r
}

// top is the innermost write transaction, begun if there is none.
func (m *model) top() engine.Txn {
	if len(m.writer) == 0 {
		m.writer, m.worlds = []engine.Txn{m.begin(true)}, []world{m.committed}
	}
	return m.writer[len(m.writer)-1]
}

// sees is what a place holds for the innermost write transaction.
func (m *model) sees(at engine.Place) content { return m.worlds[len(m.worlds)-1][at] }

// change is a copy of what a place holds, put in its stead in a copy of the world: others keep theirs.
func (m *model) change(at engine.Place) content {
	top := len(m.worlds) - 1
	m.worlds[top] = maps.Clone(m.worlds[top])
	changed := content{}
	maps.Copy(changed, m.worlds[top][at])
	m.worlds[top][at] = changed
	return changed
}

func (m *model) pop() engine.Txn {
	top := len(m.writer) - 1
	tx := m.writer[top]
	m.writer, m.worlds = m.writer[:top], m.worlds[:top]
	return tx
}

func (m *model) put() {
	tx, at, key, value := m.top(), m.place(), m.key(), m.value()
	m.must(tx.Put(at, []byte(key), []byte(value)))
	m.change(at)[key] = value
}

func (m *model) insert() {
	tx, at, key, value := m.top(), m.place(), m.key(), m.value()
	err := tx.Insert(at, []byte(key), []byte(value))
	if _, there := m.sees(at)[key]; there {
		m.wantExactly(err, engine.ErrKeyExists)
		return
	}
	m.must(err)
	m.change(at)[key] = value
}

func (m *model) delete() {
	tx, at, key := m.top(), m.place(), m.key()
	err := tx.Delete(at, []byte(key))
	if _, there := m.sees(at)[key]; !there {
		m.wantExactly(err, engine.ErrNotFound)
		return
	}
	m.must(err)
	delete(m.change(at), key)
}

func (m *model) apply() {
	tx, at := m.top(), m.place()
	var ops []engine.Op
	want, stopped, changed := 0, false, m.change(at)
	for range rapid.IntRange(0, 8).Draw(m.draw, "ops") {
		kind := rapid.SampledFrom([]engine.OpKind{engine.OpPut, engine.OpInsert, engine.OpDelete}).Draw(m.draw, "kind")
		key, value := m.key(), m.value()
		ops = append(ops, engine.Op{Kind: kind, Key: []byte(key), Value: []byte(value)})
		_, there := changed[key]
		if stopped = stopped || kind == engine.OpInsert && there; stopped {
			continue
		}
		want++
		if kind == engine.OpDelete {
			delete(changed, key)
		} else {
			changed[key] = value
		}
	}
	n, err := tx.Apply(at, ops)
	if stopped {
		m.wantExactly(err, engine.ErrKeyExists)
	} else {
		m.must(err)
	}
	if n != want {
		m.Fatalf("Apply did %d, want %d", n, want)
	}
}

func (m *model) deleteRange() {
	tx, at, r := m.top(), m.place(), m.span()
	n, err := tx.DeleteRange(at, r)
	m.must(err)
	doomed := keysOf(m.sees(at).of(r))
	if n != uint64(len(doomed)) {
		m.Fatalf("%s: DeleteRange deleted %d, want %d", show(r), n, len(doomed))
	}
	changed := m.change(at)
	for _, key := range doomed {
		delete(changed, key)
	}
}

// someone is a transaction to read in, and what it sees.
func (m *model) someone() (engine.Txn, world) {
	tx := m.top()
	i := rapid.IntRange(-1, len(m.readers)-1).Draw(m.draw, "reader")
	if i < 0 {
		return tx, m.worlds[len(m.worlds)-1]
	}
	return m.readers[i].tx, m.readers[i].world
}

func (m *model) get() {
	tx, sees := m.someone()
	at, key := m.place(), m.key()
	if value, there := sees[at][key]; there {
		m.wantValue(tx, at, key, value)
	} else {
		m.wantMissing(tx, at, key)
	}
	keys, values := make([][]byte, len(modelKeys)), make([][]byte, len(modelKeys))
	for i, key := range modelKeys {
		keys[i] = []byte(key)
	}
	m.must(tx.GetMany(at, keys, values))
	for i, key := range modelKeys {
		if value, there := sees[at][key]; there != (values[i] != nil) || string(values[i]) != value {
			m.Fatalf("GetMany of %q gave %q (nil: %t), want %q", key, values[i], values[i] == nil, value)
		}
	}
}

func (m *model) scan() {
	tx, sees := m.someone()
	at, r := m.place(), m.span()
	m.wantPairs(show(r), m.scanned(tx, at, r, rapid.IntRange(1, 5).Draw(m.draw, "batch")), sees[at].of(r))
	m.wantCount(tx, at, r, len(sees[at].of(r)))
}

// seek writes between a cursor's steps, where the cursor is the writer's.
func (m *model) seek() {
	tx, at, r := m.top(), m.place(), m.span()
	cursor := m.fixture.scan(tx, at, r)
	defer cursor.Close()
	m.next(cursor, 2)
	if m.flag("write") {
		m.put()
	}
	key, strictly := m.key(), m.flag("after")
	m.must(cursor.Seek([]byte(key), strictly))
	what := fmt.Sprintf("%s: Seek %q after %t", show(r), key, strictly)
	m.wantPairs(what, m.rest(cursor, 3), after(r, m.sees(at).of(r), key, strictly))
}

func (m *model) child() {
	if tx := m.top(); m.engine.Caps().Nested && len(m.writer) < 3 {
		m.writer, m.worlds = append(m.writer, m.fixture.child(tx)), append(m.worlds, m.worlds[len(m.worlds)-1])
	}
}

func (m *model) commit() {
	m.top()
	now := m.worlds[len(m.worlds)-1]
	m.must(m.pop().Commit())
	if len(m.worlds) > 0 {
		m.worlds[len(m.worlds)-1] = now
	} else {
		m.committed = now
	}
}

func (m *model) abort() {
	m.top()
	m.must(m.pop().Abort())
}

func (m *model) beginReader() {
	if len(m.readers) < 3 {
		m.readers = append(m.readers, reader{m.begin(false), m.committed})
	}
}

func (m *model) endReader() {
	if len(m.readers) > 0 {
		m.must(m.readers[0].tx.Abort())
		m.readers = m.readers[1:]
	}
}

// compare looks at everything, in all transactions that may be used: not in parents of an open child.
func (m *model) compare() {
	check := func(tx engine.Txn, sees world) {
		for _, at := range m.places {
			for _, r := range []engine.Range{{}, {Reverse: true}} {
				m.wantPairs(show(r), m.scanned(tx, at, r, 4), sees[at].of(r))
			}
		}
		m.wantTables(tx, "a", "b")
	}
	if len(m.writer) > 0 {
		check(m.writer[len(m.writer)-1], m.worlds[len(m.worlds)-1])
	}
	for _, r := range m.readers {
		check(r.tx, r.world)
	}
	m.read(func(tx engine.Txn) { check(tx, m.committed) })
}
