package main

import (
	"math"
	"math/rand/v2"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// generator makes random keys. Equal seeds make equal keys.
type generator struct {
	random *rand.Rand
}

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 0))}
}

// key is a random key; three of four are tuples.
func (g *generator) key() any {
	if g.random.IntN(4) > 0 {
		return g.tuple(0)
	}
	return g.element(0)
}

func (g *generator) tuple(depth int) codec.Tuple {
	tuple := codec.Tuple{}
	// Now and then more than 15 elements, for the longer head of the MessagePack array.
	count := g.random.IntN(5)
	if g.random.IntN(50) == 0 {
		count += 15
	}
	for range count {
		tuple = append(tuple, g.element(depth+1))
	}
	return tuple
}

func (g *generator) element(depth int) any {
	kinds := 9
	if depth >= 6 {
		kinds--
	}
	switch g.random.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return g.bytes()
	case 2:
		return g.text()
	case 3, 4, 5:
		return g.integer()
	case 6:
		return g.float()
	case 7:
		return g.random.IntN(2) == 0
	}
	return g.tuple(depth)
}

// bytes has many of those that are special in the encoding.
func (g *generator) bytes() []byte {
	b := make([]byte, g.length())
	for i := range b {
		switch g.random.IntN(4) {
		case 0:
			b[i] = 0
		case 1:
			b[i] = 0xff
		default:
			b[i] = byte(g.random.UintN(256))
		}
	}
	return b
}

func (g *generator) text() string {
	var b []byte
	for range g.length() {
		limit := []int32{2, 0x80, 0x800, 0x10000, utf8.MaxRune + 1}[g.random.IntN(5)]
		character := g.random.Int32N(limit)
		if !utf8.ValidRune(character) {
			character = utf8.RuneError
		}
		b = utf8.AppendRune(b, character)
	}
	return string(b)
}

// length is mostly short, and now and then around the limits of MessagePack's heads.
func (g *generator) length() int {
	if g.random.IntN(40) > 0 {
		return g.random.IntN(12)
	}
	return []int{31, 32, 255, 256, 300}[g.random.IntN(5)]
}

// integer is of any number of bits, each equally likely, or next to a power of two.
func (g *generator) integer() any {
	number := g.random.Uint64() >> g.random.UintN(65)
	if g.random.IntN(4) == 0 {
		number = 1<<g.random.UintN(65) + g.random.Uint64N(3) - 1
	}
	if g.random.IntN(2) == 0 && number <= 1<<63 {
		return int64(-number)
	}
	if number <= math.MaxInt64 {
		return int64(number)
	}
	return number
}

// float is of any bits but those of a NaN, or a special one.
func (g *generator) float() float64 {
	if g.random.IntN(3) == 0 {
		special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.MaxFloat64,
			math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1 << 53}
		return special[g.random.IntN(len(special))]
	}
	for {
		if f := math.Float64frombits(g.random.Uint64()); !math.IsNaN(f) {
			return f
		}
	}
}
