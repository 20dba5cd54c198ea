// What does transaction number n write? Both sides must know: the writer does it, and its parent expects it.
package crash

import (
	"fmt"
	"math/rand/v2"
)

// plan is what a transaction writes: a pure function of its number, so that a writer can go on where a dead one was, and
// a test knows what a file must hold from nothing but the number of its last transaction.
type plan struct {
	number uint64
	groups []group
}

// group is a run of operations: the transaction's own, or those of a child of it.
type group struct {
	fate fate
	ops  []op
}

// fate says whose operations a group's are, and what becomes of them.
type fate int

const (
	direct fate = iota
	childCommitted
	childAborted
)

// op is one operation.
type op struct {
	kind  opKind
	db    int    // index into the catalogue
	scope string // "" is the default scope
	to    string // the new name of a rename
	key   int
	upper int // the last key of a range
	value string
}

type opKind int

const (
	opPut opKind = iota
	opDelete
	opDeleteRange
	opClear
	opRegister
	opRename
	opDrop
	opPrune
)

const (
	// keys is how many keys a scope may have in a database: few, so that replacing and deleting are common.
	keys = 16
	// window is how many names of scopes are in use at one time. It moves on through names, and begins anew at the end,
	// so that names come, lie idle and come again.
	window = 8
	names  = 40
)

func scopeName(n int) string {
	// The two names have one hash, 0x92b69ea5, in a real environment too.
	switch n %= names; n {
	case 3:
		return "tenant-45432"
	case 4:
		return "tenant-191349"
	}
	return fmt.Sprintf("tenant-%d", n)
}

func newPlan(number uint64) plan {
	random := rand.New(rand.NewPCG(0x5c09ed, number))
	p := plan{number: number}
	for range 1 + random.IntN(3) {
		g := group{ops: make([]op, 1+random.IntN(4))}
		if random.IntN(4) == 0 {
			g.fate = childCommitted + fate(random.IntN(2))
		}
		for i := range g.ops {
			g.ops[i] = newOp(random, number)
		}
		p.groups = append(p.groups, g)
	}
	return p
}

// queued is the plan for a writer that queues batches: they have puts and deletes, and no transaction of their own.
func (p plan) queued() plan {
	var ops []op
	for _, g := range p.groups {
		for _, o := range g.ops {
			if o.kind == opPut || o.kind == opDelete {
				ops = append(ops, o)
			}
		}
	}
	return plan{number: p.number, groups: []group{{ops: ops}}}
}

func newOp(random *rand.Rand, number uint64) op {
	// Databases are made one after the other, while the writer goes on.
	reached := min(len(catalogue), 1+int(number/4))
	name := func() string { return scopeName(int(number/10) + random.IntN(window)) }
	o := op{db: random.IntN(reached), scope: name(), to: name(), key: random.IntN(keys)}
	o.upper = o.key + random.IntN(keys-o.key)
	if random.IntN(6) == 0 {
		o.scope = ""
	}
	switch draw := random.IntN(100); {
	case draw < 60:
		o.value = newValue(random, o.scope, number)
		return o
	case draw < 70:
		o.kind = opDelete
	case draw < 78:
		o.kind = opDeleteRange
	case draw < 83:
		o.kind = opClear
	default:
		o.kind = opRegister + opKind(random.IntN(4))
		o.scope = name()
	}
	return o
}

// newValue carries its scope's name and its transaction. Some are so long that LMDB keeps them on pages of their own.
func newValue(random *rand.Rand, scope string, number uint64) string {
	size := random.IntN(80)
	if random.IntN(12) == 0 {
		size = 3000 + random.IntN(40_000)
	}
	return fmt.Sprintf("%s|%d|%0*d", scope, number, size, 0)
}

// databases are those that the transaction uses, by their index.
func (p plan) databases() map[int]bool {
	used := map[int]bool{}
	for _, g := range p.groups {
		for _, o := range g.ops {
			used[o.db] = true
		}
	}
	return used
}
