// What happens in a history? Its state, its steps, and how it says what it does, so that a failing one reads as a program.

package model

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

var ctx = context.Background()

// history is one run: an empty store, what is done to it, and what it should hold.
type history struct {
	// draw draws, and says nothing of it; out has the program and the failure.
	draw, out *rapid.T
	store     store
	poison    bool
	hash      hashing
	shapes    []shape
	scopes    []core.Scope // the default one first
	clients   []*client
	committed *world
	// writer is the open write transaction and, after it, its open children.
	writer  []*layer
	readers []*layer
	walks   []*walk
	// pending are batches that wait for the write transaction to end.
	pending []*batch
	// past is a transaction that has ended.
	past *layer
	// serial is the last number that a value got, variables the last that a variable got.
	serial, variables int
	// cards are the numbers that the step has drawn, used how many it has used, more what others are made of.
	cards [dealt]int
	used  int
	more  uint64
	// depth is how many steps are inside of each other.
	depth int
}

// run is one history of random steps; it adds them to steps.
func run(draw, out *rapid.T, fresh stores, steps *atomic.Int64) {
	h := &history{draw: draw, out: out}
	h.setting()
	var err error
	if h.store, err = fresh(h.poison); err != nil {
		out.Fatal(err)
	}
	defer h.store.drop()
	h.committed = newWorld(h.shapes, len(h.scopes))
	h.clients = []*client{{name: "env", suffix: ""}, {name: "env2", suffix: "2"}}
	defer h.abandon()
	h.openClient(h.clients[0])
	// Chapters of steps, so that a long history can be shrunk by whole chapters first.
	draw.Repeat(map[string]func(*rapid.T){"chapter": func(*rapid.T) {
		draw.Repeat(map[string]func(*rapid.T){"step": func(*rapid.T) {
			steps.Add(1)
			h.deal()
			h.step(everything)
		}})
	}})
	h.finish()
}

// setting draws the databases, the scopes and the hash.
func (h *history) setting() {
	h.deal()
	h.poison = !h.maybe(1, 4)
	h.hash = hashings[h.pick(len(hashings))]
	seed := rapid.Uint64Range(0, 1<<20).Draw(h.draw, "seed")
	left := shapes(seed)
	unnamed := false
	for range 1 + h.pick(4) {
		i := h.pick(len(left))
		// The unnamed database holds one default scope.
		if !left[i].unnamed() || !unnamed {
			unnamed = unnamed || left[i].unnamed()
			h.shapes = append(h.shapes, left[i])
		}
		left = append(left[:i:i], left[i+1:]...)
	}
	h.scopes = []core.Scope{core.Default}
	for _, i := range rand.New(rand.NewPCG(seed, 2)).Perm(len(scopeNames))[:9] {
		h.scopes = append(h.scopes, core.Named(scopeNames[i]))
	}
}

// home is the id that a scope gets if it is free.
func (h *history) home(scope int) uint32 { return h.hash.of(h.scopes[scope].Name()) }

// dealt is how many numbers a step draws.
const dealt = 10

var card = rapid.IntRange(0, 1<<10-1)

// deal draws a step's numbers. They are always as many, whatever the step makes of them: so a step that is left out of a
// history when it is shrunk leaves those after it as they were. Steps that want more get numbers made of these.
func (h *history) deal() {
	h.used, h.more = 0, 0
	for i := range h.cards {
		h.cards[i] = card.Draw(h.draw, "")
		h.more = h.more<<10 ^ h.more>>7 ^ uint64(h.cards[i])
	}
}

// pick gives a number from 0 to n-1; it is more often a small one, as rapid's numbers are.
func (h *history) pick(n int) int {
	if h.used < dealt {
		h.used++
		return h.cards[h.used-1] % n
	}
	// SplitMix64 (Steele, Lea and Flood, 2014).
	h.more += 0x9e3779b97f4a7c15
	z := h.more
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// maybe is true in some of so many cases; a shrunk history has false.
func (h *history) maybe(some, of int) bool { return h.pick(of) >= of-some }

// say writes a line of the program. Its arguments are made into text only where somebody reads it.
func (h *history) say(format string, args ...any) { h.out.Logf(format, args...) }

func (h *history) failf(format string, args ...any) { h.out.Fatalf(format, args...) }

func (h *history) must(err error) {
	if err != nil {
		h.failf("failed (%v): %v", core.CodeOf(err), err)
	}
}

// want checks the code of what came back; CodeOK for success.
func (h *history) want(err error, code core.Code) {
	if got := core.CodeOf(err); got != code {
		h.failf("answered %v (%v), want %v", got, err, code)
	}
}

func same[T comparable](h *history, got, want T) {
	if got != want {
		h.failf("gave %v, want %v", got, want)
	}
}

// variable makes a name for a variable.
func (h *history) variable(letter string) string {
	h.variables++
	return fmt.Sprintf("%s%d", letter, h.variables)
}

// arguments are what follows transaction and scope in a call.
type arguments []any

func (a arguments) String() string {
	var b strings.Builder
	for _, argument := range a {
		fmt.Fprintf(&b, ", %v", argument)
	}
	return b.String()
}

type keyText struct {
	shape
	key int
}

func (t keyText) String() string { return t.keyText(t.key) }

type valueText struct {
	shape
	value int
}

func (t valueText) String() string { return t.valueText(t.value) }

type rangeText struct {
	shape
	span span
}

func (t rangeText) String() string { return t.rangeText(t.span) }

type keysText struct {
	shape
	keys []int
}

func (t keysText) String() string {
	var texts []string
	for _, key := range t.keys {
		texts = append(texts, t.keyText(key))
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

type entriesText struct {
	shape
	entries []entry
}

func (t entriesText) String() string {
	var texts []string
	for _, e := range t.entries {
		texts = append(texts, t.keyText(e.key)+": "+t.valueText(e.value))
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// show is an entry as it is, where numbers may be none.
func (t target) show(e entry) string {
	key, value := fmt.Sprintf("a key that is none of the pool's (%d)", e.key), ""
	if e.key >= 0 {
		key = t.db.keyText(e.key)
	}
	switch {
	case e.value >= 0:
		value = t.db.valueText(e.value)
	case e.value == absent:
		value = "nothing"
	default:
		value = "a value that nobody put"
	}
	return key + ": " + value
}
