// Do long histories of operations in many scopes and databases get the same answers, and leave the same behind?
package conformance_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

var (
	seed       = flag.Uint64("seed", 1, "the first history's seed")
	histories  = flag.Uint64("histories", 4, "how many histories")
	operations = flag.Int("operations", 2000, "how many operations each has")
)

func TestHistories(t *testing.T) {
	for n := *seed; n < *seed+*histories; n++ {
		t.Run(fmt.Sprintf("seed %d", n), func(t *testing.T) {
			h := &history{rand: rand.New(rand.NewPCG(n, 0)), script: new(agents.Script), committed: newState()}
			askOpen(h.script, "no_sync", "create")
			for range *operations {
				h.step()
			}
			h.end()
			folders := follow(t, h.script)
			for writer, folder := range folders {
				dumped := dump(h.committed)
				err := team(t).Together(func(agent *agents.Agent) error { return agent.Follow(dumped, "$DIR", folder) })
				if err != nil {
					t.Fatalf("what %s wrote is read otherwise: %v", writer, err)
				}
			}
		})
	}
}

// history makes up requests, and the answers that the model gives.
type history struct {
	rand      *rand.Rand
	script    *agents.Script
	committed *state
	writing   *state // what transaction 0 sees; nil when it is not open
	snapshot  *state // what transaction 1 sees; nil when it is not open
}

// step adds one operation, or two where one needs another.
func (h *history) step() {
	dice := h.rand.IntN(100)
	switch {
	case h.snapshot != nil && dice < 15:
		h.look(1, h.snapshot)
	case h.snapshot != nil && dice < 17:
		h.script.Ask("OK", "abort 1")
		h.snapshot = nil
	case h.snapshot == nil && dice < 5:
		h.script.Ask("OK", "read 1 0")
		h.snapshot = h.committed.clone()
	case h.writing != nil:
		h.write(h.rand.IntN(100))
	case dice < 25:
		h.script.Ask(h.committed.prune(), "prune 0")
	case dice < 30 && h.snapshot == nil:
		h.script.Ask("OK", "close 0")
		askOpen(h.script, "no_sync", "must_exist")
	default:
		h.script.Ask("OK", "write 0 0")
		h.writing = h.committed.clone()
	}
}

// write adds an operation of the write transaction.
func (h *history) write(dice int) {
	at, scope, key := h.place()
	words, keyWords := literal.Text(scope), literal.Text(key)
	switch {
	case dice < 50:
		value := literal.Text(tables[at].value(h.rand))
		h.writing.put(at, scope, key, value)
		h.script.Ask("OK", "put 0 %d %s %s %s", at, words, keyWords, value)
	case dice < 62:
		h.script.Ask(h.writing.delete(at, scope, key), "delete 0 %d %s %s", at, words, keyWords)
	case dice < 66:
		h.script.Ask(h.writing.clear(at, scope), "clear 0 %d %s", at, words)
	case dice < 88:
		h.look(0, h.writing)
	case dice < 92:
		h.refused(at)
	case dice < 98:
		h.script.Ask("OK", "commit 0")
		h.committed, h.writing = h.writing, nil
	default:
		h.script.Ask("OK", "abort 0")
		h.writing = nil
	}
}

// place is some table, scope and key.
func (h *history) place() (at int, scope, key any) {
	at = h.rand.IntN(len(tables))
	return at, pick(h.rand, scopes), pick(h.rand, tables[at].keys)
}

// look adds a read in a transaction, which sees a state.
func (h *history) look(txn int, seen *state) {
	at, scope, key := h.place()
	switch h.rand.IntN(10) {
	case 0:
		h.script.Ask(seen.scopes(), "scopes %d", txn)
	case 1, 2, 3, 4:
		h.script.Ask(seen.get(at, scope, key), "get %d %d %s %s", txn, at, literal.Text(scope), literal.Text(key))
	default:
		b := h.bounds(at)
		h.script.Ask(seen.walk(at, scope, b), "range %d %d %s %v", txn, at, literal.Text(scope), b)
	}
}

func (h *history) bounds(at int) bounds {
	hows := []string{"open", "include", "exclude"}
	return bounds{
		lower: pick(h.rand, hows), upper: pick(h.rand, hows),
		lowerKey: pick(h.rand, tables[at].keys), upperKey: pick(h.rand, tables[at].keys),
		reverse: h.rand.IntN(2) == 0, limit: max(0, h.rand.IntN(8)-3),
	}
}

// refused adds what must fail, and change nothing.
func (h *history) refused(at int) {
	key, value := literal.Text(pick(h.rand, tables[at].keys)), literal.Text(tables[at].value(h.rand))
	switch h.rand.IntN(4) {
	case 0:
		h.script.Ask("EmptyScope", "put 0 %d s %s %s", at, key, value)
	case 1:
		h.script.Ask("EmptyScope", "clear 0 %d s", at)
	case 2:
		h.script.Ask("Nested", "write 2 0")
	default:
		if long := tables[at].tooLong; long != nil {
			h.script.Ask("KeyTooLong", "put 0 %d snever %s %s", at, literal.Text(long), value)
		}
	}
}

// end closes what is open.
func (h *history) end() {
	if h.writing != nil {
		h.script.Ask("OK", "commit 0")
		h.committed, h.writing = h.writing, nil
	}
	if h.snapshot != nil {
		h.script.Ask("OK", "abort 1")
	}
	h.script.Ask("OK", "close 0")
}

// dump asks for all that an environment holds.
func dump(held *state) *agents.Script {
	s := new(agents.Script)
	askOpen(s, "read_only", "must_exist")
	s.Ask("OK", "read 0 0")
	s.Ask(held.scopes(), "scopes 0")
	for at := range tables {
		for _, scope := range scopes {
			all := bounds{lower: "open", upper: "open"}
			s.Ask(held.walk(at, scope, all), "range 0 %d %s %v", at, literal.Text(scope), all)
		}
	}
	s.Ask("OK", "abort 0")
	s.Ask("OK", "close 0")
	return s
}
