// Which keys are put? A few of each type, near each other: equal beginnings, ends of ranges, bytes that need escapes.

package model

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// pool is the keys of a database, in order. A key's rank is its index. Not all of them can be put: some are too long, or
// empty, and are there to be refused, and to bound ranges.
type pool[K any] struct {
	keys    []K
	compare func(a, b K) int
	// begins is nil where keys have no prefixes; hasPrefixes says which keys have, if not all do.
	begins      func(key, prefix K) bool
	hasPrefixes func(key K) bool
	// size is how many bytes a key has as it is stored, nil where none is too long; longest is the most.
	size    func(key K) int
	longest int
	// mayBeEmpty says that a key of no bytes can be put.
	mayBeEmpty bool
	// never is what no key can be.
	never []K
	text  func(key K) string
}

// sorted sorts the keys and leaves out what is there twice.
func (p *pool[K]) sorted(keys []K) *pool[K] {
	slices.SortFunc(keys, p.compare)
	p.keys = slices.CompactFunc(keys, func(a, b K) bool { return p.compare(a, b) == 0 })
	return p
}

// rank finds a key's rank; alien if it is none of the pool's.
func (p *pool[K]) rank(key K) int {
	rank, found := slices.BinarySearchFunc(p.keys, key, p.compare)
	if !found {
		return alien
	}
	return rank
}

// random are short keys of few letters, so that they meet.
func random(source *rand.Rand, letters ...string) []string {
	made := make([]string, 6)
	for i := range made {
		for range source.IntN(4) {
			made[i] += letters[source.IntN(len(letters))]
		}
	}
	return made
}

// lengths are texts about the limits: of one byte for a length, and of a key.
func lengths(longest int) []string {
	var texts []string
	for _, n := range []int{254, 255, 256, 257, longest - 1, longest} {
		texts = append(texts, strings.Repeat("m", n))
	}
	return append(texts, strings.Repeat("z", longest), strings.Repeat("z", longest+1), strings.Repeat("n", 700))
}

// textPool has keys that are text; overhead is what the stored form adds to one.
func textPool(source *rand.Rand, longest, overhead int) *pool[string] {
	keys := []string{"", "\x00", "\x00\x00", "\x00\u00ff", "a", "a\x00", "a\x00b", "a\x01", "aa", "ab", "b", "\u00e9",
		"\U0010ffff", "\U0010ffff\U0010ffff"}
	keys = append(keys, lengths(longest-overhead)...)
	p := &pool[string]{
		compare: strings.Compare, begins: strings.HasPrefix, longest: longest, mayBeEmpty: true,
		size:  func(key string) int { return len(key) + overhead },
		never: []string{"\xff", "a\xc3", "\xed\xa0\x80"},
		text:  quote,
	}
	return p.sorted(append(keys, random(source, "a", "b", "\x00", "\u00ff")...))
}

func bytesPool(source *rand.Rand, longest int, more ...string) *pool[[]byte] {
	keys := append(more, "", "\x00", "\x00\x00", "\x00\xff", "\x01", "a", "a\x00", "a\xff", "aa", "ab", "b", "\xfe", "\xff",
		"\xff\xff", "\xff\xff\xff\xff", "\xff\xff\xff\xff\xff", strings.Repeat("\xff", 300))
	keys = append(keys, lengths(longest)...)
	p := &pool[[]byte]{
		compare: bytes.Compare, begins: bytes.HasPrefix, longest: longest,
		size: func(key []byte) int { return len(key) },
		text: quoteBytes,
	}
	var raw [][]byte
	for _, key := range append(keys, random(source, "a", "\x00", "\xff", "\x01")...) {
		raw = append(raw, []byte(key))
	}
	return p.sorted(raw)
}

// typedBytesPool is bytesPool for a database of kind typed, where the empty key is one like others.
func typedBytesPool(source *rand.Rand, longest int) *pool[[]byte] {
	p := bytesPool(source, longest)
	p.mayBeEmpty = true
	return p
}

type integer interface {
	uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64
}

func integerPool[K integer](source *rand.Rand) *pool[K] {
	var keys []K
	for shift := range 65 {
		// Powers of two and their neighbours; what a narrow type cuts off comes out as another of its numbers.
		power := uint64(1) << shift
		if shift%8 == 0 || shift%8 == 7 {
			keys = append(keys, K(power), K(power-1), K(-power))
		}
	}
	for range 4 {
		keys = append(keys, K(source.Uint64()))
	}
	// All of a u64's would be more than the other pools have.
	source.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	keys = append(keys[:24:24], 0, 1, ^K(0))
	p := &pool[K]{compare: cmp.Compare[K], text: func(key K) string { return fmt.Sprint(key) }}
	return p.sorted(keys)
}

func floatPool(source *rand.Rand) *pool[float64] {
	keys := []float64{math.Inf(-1), -math.MaxFloat64, -256, -1.5, -1, -math.SmallestNonzeroFloat64, math.Copysign(0, -1), 0,
		math.SmallestNonzeroFloat64, 0.5, 1, 1.5, 2, 255, 256, 1e300, math.MaxFloat64, math.Inf(1)}
	for range 4 {
		keys = append(keys, source.NormFloat64())
	}
	p := &pool[float64]{compare: compareFloats, never: []float64{math.NaN()}, text: func(key float64) string { return fmt.Sprint(key) }}
	return p.sorted(keys)
}

func boolPool() *pool[bool] {
	p := &pool[bool]{compare: compareBools, text: func(key bool) string { return fmt.Sprint(key) }}
	return p.sorted([]bool{true, false})
}

// tuples are keys that a careless prefix takes for each other's beginnings.
func tuples(source *rand.Rand) []core.Tuple {
	made := []core.Tuple{
		{}, {nil}, {nil, nil}, {nil, "a"}, {"a"}, {"a", nil}, {"a", ""}, {"a", int64(1)}, {"a\x00b"}, {"a\x00"}, {"ab"}, {"b"},
		{core.Tuple{}}, {core.Tuple{nil}}, {core.Tuple{"a"}}, {core.Tuple{"a", nil}}, {core.Tuple{"a"}, "x"}, {[]byte("a")},
		{[]byte("a\x00b")}, {int64(-1)}, {int64(0)}, {int64(1)}, {int64(1), "a"}, {int64(255)}, {int64(256)}, {uint64(math.MaxUint64)},
		{1.5}, {1.5, "a"}, {math.Copysign(0, -1)}, {false}, {true}, {"eu", int64(7)},
	}
	elements := []any{nil, "a", "a\x00", int64(1), int64(0), []byte{0}, core.Tuple{"a"}, core.Tuple{}, false}
	for range 6 {
		var t core.Tuple
		for range source.IntN(4) {
			t = append(t, elements[source.IntN(len(elements))])
		}
		if t != nil {
			made = append(made, t)
		}
	}
	return made
}

func tuplePool(source *rand.Rand) *pool[core.Tuple] {
	p := &pool[core.Tuple]{
		compare: compareTuples, begins: beginsTuple, longest: longestOrdered,
		never: []core.Tuple{{math.NaN()}, {"\xff"}, {struct{}{}}},
		text:  func(key core.Tuple) string { return anyText(key) },
		// No pool has a tuple near the limit but this one, which is over it.
		size: func(key core.Tuple) int {
			if len(key) == 2 && key[0] == long {
				return longestOrdered + 1
			}
			return 1
		},
	}
	return p.sorted(append(tuples(source), core.Tuple{long, int64(1)}))
}

var long = strings.Repeat("t", 600)

func anyPool(source *rand.Rand) *pool[any] {
	keys := []any{nil, []byte{}, []byte{0}, []byte("a"), []byte("ab"), "", "\x00", "a", "a\x00", "ab", "b", int64(math.MinInt64),
		int64(-256), int64(-1), int64(0), int64(1), int64(255), int64(256), int64(math.MaxInt64), uint64(math.MaxInt64) + 1,
		uint64(math.MaxUint64), math.Inf(-1), -1.0, 0.0, 1.0, math.Inf(1), false, true}
	for _, t := range tuples(source)[:20] {
		keys = append(keys, t)
	}
	p := &pool[any]{
		compare: compareAny, begins: beginsAny, hasPrefixes: prefixable,
		never: []any{math.NaN(), "\xff", struct{}{}, core.Tuple{math.NaN()}},
		text:  anyText,
	}
	return p.sorted(keys)
}

func anyText(key any) string {
	switch key := key.(type) {
	case nil:
		return "nil"
	case string:
		return quote(key)
	case []byte:
		return quoteBytes(key)
	case core.Tuple:
		var texts []string
		for _, element := range key {
			texts = append(texts, anyText(element))
		}
		return "core.Tuple{" + strings.Join(texts, ", ") + "}"
	}
	return fmt.Sprintf("%T(%v)", key, key)
}
