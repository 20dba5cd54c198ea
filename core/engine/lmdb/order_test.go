package lmdb

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// Is the order that LMDB is told the one of unsigned bytes, which LMDB has by itself?

func TestOrderIsThatOfBytes(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for range 500_000 {
		// Two keys that share how they begin, since others differ in the first bytes already.
		a := randomKey(source)
		b := slices.Clone(a)
		if n := len(b); n > 0 && source.IntN(4) > 0 {
			b[source.IntN(n)] += byte(source.Uint32())
		}
		if source.IntN(3) > 0 {
			b = b[:source.IntN(len(b)+1)]
		}
		if source.IntN(3) == 0 {
			b = append(b, randomKey(source)...)
		}
		want, got := bytes.Compare(a, b), nativeCompare(a, b)
		if sign(got) != want || sign(nativeCompare(b, a)) != -want {
			t.Fatalf("%x and %x: %d, want %d", a, b, got, want)
		}
	}
}

func randomKey(source *rand.Rand) []byte {
	key := make([]byte, source.IntN(40))
	few := []byte{0, 1, 0x7f, 0x80, 0xff}
	for i := range key {
		key[i] = few[source.IntN(len(few))]
	}
	return key
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
