// Does every form give back the logical key that it was given, in the logical order, and refuse whatever is none?
package fuzz

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// forms are all of them. Numbers have the width that they say, in bytes.
var forms = []struct {
	name  string
	form  layout.Form
	width int
	less  func(a, b []byte) int // the numbers' own order, of their little-endian bytes
}{
	{"plain", layout.Plain, 0, nil},
	{"lengthed", layout.Lengthed, 0, nil},
	{"u8", layout.LittleUnsigned(1), 1, unsigned},
	{"u16", layout.LittleUnsigned(2), 2, unsigned},
	{"u32", layout.LittleUnsigned(4), 4, unsigned},
	{"u64", layout.LittleUnsigned(8), 8, unsigned},
	{"i8", layout.LittleSigned(1), 1, signed},
	{"i16", layout.LittleSigned(2), 2, signed},
	{"i32", layout.LittleSigned(4), 4, signed},
	{"i64", layout.LittleSigned(8), 8, signed},
	{"f32", layout.LittleFloat(4), 4, floats},
	{"f64", layout.LittleFloat(8), 8, floats},
}

func number(b []byte) (n uint64) {
	for i, digit := range b {
		n |= uint64(digit) << (8 * i)
	}
	return n
}

func unsigned(a, b []byte) int { return cmp.Compare(number(a), number(b)) }

func signed(a, b []byte) int {
	extend := func(b []byte) int64 { return int64(number(b)<<(64-8*len(b))) >> (64 - 8*len(b)) }
	return cmp.Compare(extend(a), extend(b))
}

// floats says how two floats compare; those that are no numbers and the two zeros are left to the round trip.
func floats(a, b []byte) int {
	value := func(b []byte) float64 {
		if len(b) == 4 {
			return float64(math.Float32frombits(uint32(number(b))))
		}
		return math.Float64frombits(number(b))
	}
	x, y := value(a), value(b)
	if math.IsNaN(x) || math.IsNaN(y) {
		return 0
	}
	return cmp.Compare(x, y)
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	return [][]byte{
		nil, {0}, {1}, {0x7f}, {0x80}, {0xff}, {0, 0}, {0, 0x80}, {0xff, 0x7f}, []byte("a"), []byte("ab"), []byte("b"),
		{0, 0, 0xc0, 0x7f}, {0, 0, 0x80, 0xbf}, {0, 0, 0, 0x80}, {0xff, 0xff, 0xff, 0xff},
		{1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0, 'a'}, {2, 0, 0, 0, 0, 0, 0, 0, 'a'}, {0, 0, 0, 0, 0, 0, 0, 0x80},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a'},
		bytes.Repeat([]byte{0xff}, 300), bytes.Repeat([]byte("k"), 499),
	}
}

// FuzzForm takes two rests as they may be stored. What is of the form comes back as it was; what is not is refused.
func FuzzForm(f *testing.F) {
	for which := range forms {
		for i, a := range seeds(f) {
			f.Add(which, a, seeds(f)[(i+1)%len(seeds(f))])
		}
	}
	f.Fuzz(func(t *testing.T, which int, a, b []byte) {
		if which < 0 || which >= len(forms) {
			return
		}
		entry := forms[which]
		left, okA := logical(t, entry.form, a)
		right, okB := logical(t, entry.form, b)
		if !okA || !okB {
			return
		}
		order := bytes.Compare(left, right)
		if entry.less != nil {
			if own := entry.less(a, b); own != 0 && own != order {
				t.Fatalf("%s: %x and %x are ordered %d, and their logical keys %x and %x %d", entry.name, a, b, own, left, right, order)
			}
		}
		if stored := bytes.Compare(a, b); stored != order && (entry.form.Sorted() || (entry.form.Classed() && len(a) == len(b))) {
			t.Fatalf("%s: stored %x and %x are ordered %d, and their logical keys %d", entry.name, a, b, stored, order)
		}
		if bytes.Equal(left, right) != bytes.Equal(a, b) {
			t.Fatalf("%s: %x and %x are the logical keys %x and %x", entry.name, a, b, left, right)
		}
	})
}

// logical checks one rest, and gives its logical key.
func logical(t *testing.T, form layout.Form, rest []byte) ([]byte, bool) {
	t.Helper()
	class, classErr := form.Class(rest)
	if (classErr == nil) != (len(rest) >= 8) || (classErr == nil && !bytes.HasPrefix(rest, class[:])) {
		t.Fatalf("the class of %x is %x, %v", rest, class, classErr)
	}
	var scratch []byte
	before := bytes.Clone(rest)
	key, err := form.Logical(&scratch, rest)
	if err != nil {
		if !errors.Is(err, layout.ErrMalformed) {
			t.Fatal(err)
		}
		return nil, false
	}
	stored := form.Append([]byte("before"), key)
	if want := append([]byte("before"), rest...); !bytes.Equal(stored, want) || !bytes.Equal(rest, before) {
		t.Fatalf("%x (now %x) is the logical key %x, which is stored as %x", before, rest, key, stored)
	}
	if len(key)+form.Overhead() != len(rest) {
		t.Fatalf("the logical key %x of %x has an overhead other than %d", key, rest, form.Overhead())
	}
	return bytes.Clone(key), true
}

// FuzzLogical goes the other way: every logical key that can be has a rest, which gives it back.
func FuzzLogical(f *testing.F) {
	for which := range forms {
		for _, key := range seeds(f) {
			f.Add(which, key)
		}
	}
	f.Fuzz(func(t *testing.T, which int, key []byte) {
		if which < 0 || which >= len(forms) || (forms[which].width != 0 && len(key) != forms[which].width) {
			return
		}
		form := forms[which].form
		rest := form.Append(nil, key)
		var scratch []byte
		back, err := form.Logical(&scratch, rest)
		if err != nil || !bytes.Equal(back, key) {
			t.Fatalf("%x is stored as %x, which is %x, %v", key, rest, back, err)
		}
		if form.AsIs() && !bytes.Equal(rest, key) {
			t.Fatalf("%x is stored as %x, and should be as it is", key, rest)
		}
	})
}

// FuzzPartition: an id comes back from its partition, and the ordered layout orders partitions as it orders ids.
func FuzzPartition(f *testing.F) {
	for _, id := range []uint32{0, 1, 0xff, 0x100, 0x01000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x92b69ea5} {
		f.Add(id, id+1)
	}
	f.Fuzz(func(t *testing.T, a, b uint32) {
		for _, l := range []layout.Layout{layout.Ordered, layout.Heed} {
			if p := l.Partition(a); l.ID(p) != a || (l == layout.Heed) != (binary.LittleEndian.Uint32(p[:]) == a) && a != swapped(a) {
				t.Fatalf("%v: id %08x is partition %x, which is id %08x", l, a, p, l.ID(p))
			}
		}
		x, y := layout.Ordered.Partition(a), layout.Ordered.Partition(b)
		if bytes.Compare(x[:], y[:]) != cmp.Compare(a, b) {
			t.Fatalf("ids %08x and %08x are partitions %x and %x", a, b, x, y)
		}
	})
}

// swapped is an id with its bytes in reverse: those that read the same both ways are partitions of both layouts.
func swapped(id uint32) uint32 {
	return binary.BigEndian.Uint32(binary.LittleEndian.AppendUint32(nil, id))
}
