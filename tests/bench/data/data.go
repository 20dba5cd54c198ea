// Package data says which entries every peer holds and in which order they are asked for. The peers that are written in C
// and Rust repeat it (peers/plain/data.h, peers/scoped-heed/src/data.rs): the sums that each peer hands back say whether
// they did so rightly.
package data

import (
	"encoding/binary"
	"fmt"
)

// Sizes of all entries, and of what some operations take at once.
const (
	KeySize    = 16
	ValueSize  = 100
	HotKeys    = 1000
	ManyKeys   = 100
	PutsAtOnce = 1000
)

// Shape is how many scopes there are, and how many entries each has.
type Shape struct{ Scopes, Entries int }

// Total is how many entries there are.
func (s Shape) Total() int { return s.Scopes * s.Entries }

// Mix is splitmix64's finisher: a bijection that spreads numbers over all bits.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Pick chooses the scope and the index of the i-th access.
func (s Shape) Pick(i int) (scope, index int) {
	h := Mix(uint64(i))
	return int(h >> 32 % uint64(s.Scopes)), int(h & 0xffffffff % uint64(s.Entries))
}

// PickScope chooses the scope of the i-th operation on whole scopes.
func (s Shape) PickScope(i int) int { return int(Mix(uint64(i)) % uint64(s.Scopes)) }

const digits = "0123456789abcdef"

// WriteKey writes a number's 16 hexadecimal digits.
func WriteKey(key []byte, n uint64) {
	_ = key[KeySize-1]
	for at := KeySize - 1; at >= 0; at-- {
		key[at] = digits[n&15]
		n >>= 4
	}
}

// Keys that are stored are even, so that between any two there is one that is not.
func stored(index int) uint64  { return 2 * uint64(index) }
func missing(index int) uint64 { return 2*uint64(index) + 1 }

// Word is what a value begins with, little-endian. It tells entries and scopes apart.
func Word(scope, index int) uint64 { return Mix(uint64(scope)<<32 | uint64(index)) }

// NewValue is a value's memory, in which only the word is to be changed.
func NewValue() []byte {
	value := make([]byte, ValueSize)
	for i := range value {
		value[i] = 'v'
	}
	return value
}

// SetWord makes a value that of an entry.
func SetWord(value []byte, scope, index int) {
	binary.LittleEndian.PutUint64(value, Word(scope, index))
}

// ReadWord is what SetWord wrote.
func ReadWord(value []byte) uint64 { return binary.LittleEndian.Uint64(value) }

// Name is a scope's name. No two of the first 100,000 have the same hash, which scoped-heed would refuse.
func Name(scope int) string { return fmt.Sprintf("tenant-%06d", scope) }

// Spare is the name of a scope that is registered and has no entries.
func Spare(i int) string { return fmt.Sprintf("spare-%06d", i) }

// Accesses are prepared before the clock starts: the i-th goes to scope Scopes[i] with key Key(i). Index[i] is what the
// value there, if there is one, was made of.
type Accesses struct {
	Scopes []uint32
	Index  []uint32
	keys   []byte
}

// Key is the key of the i-th access.
func (a *Accesses) Key(i int) []byte { return a.keys[i*KeySize : (i+1)*KeySize : (i+1)*KeySize] }

// Len is how many there are.
func (a *Accesses) Len() int { return len(a.Scopes) }

func accesses(n int, at func(i int) (scope, index int, key uint64)) *Accesses {
	a := &Accesses{make([]uint32, n), make([]uint32, n), make([]byte, n*KeySize)}
	for i := range n {
		scope, index, key := at(i)
		a.Scopes[i], a.Index[i] = uint32(scope), uint32(index)
		WriteKey(a.Key(i), key)
	}
	return a
}

// Random are entries all over the place.
func (s Shape) Random(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) {
		scope, index := s.Pick(i)
		return scope, index, stored(index)
	})
}

// Hot are HotKeys entries again and again, in no order: a processor learns the way to each of a thousand keys by heart if they
// come in one order for ever, as long as nothing but the same search runs between them.
func (s Shape) Hot(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) {
		scope, index := s.Pick(int(Mix(uint64(i)) % HotKeys))
		return scope, index, stored(index)
	})
}

// Missing are keys that no scope has, between those that they have.
func (s Shape) Missing(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) {
		scope, index := s.Pick(i)
		return scope, index, missing(index)
	})
}

// Many are entries of which ManyKeys one after the other are in the same scope.
func (s Shape) Many(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) {
		scope, _ := s.Pick(i / ManyKeys * ManyKeys)
		_, index := s.Pick(i)
		return scope, index, stored(index)
	})
}

// InOrder are the entries as they are loaded: scope after scope, key after key.
func (s Shape) InOrder(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) { return i / s.Entries, i % s.Entries, stored(i % s.Entries) })
}

// Scattered are n new entries with keys from all over.
func (s Shape) Scattered(n int) *Accesses {
	return accesses(n, func(i int) (int, int, uint64) {
		scope, _ := s.Pick(i)
		return scope, i, Mix(uint64(i))
	})
}
