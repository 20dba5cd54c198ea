package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/tests/vectors"
)

// writeGolden writes the golden vectors in ascending order, one a line.
func writeGolden(path string) error {
	var all []vectors.Vector
	every := slices.Concat(goldenScalars(), goldenTexts(), goldenFloats(), goldenIntegers(), goldenTuples())
	for _, chosen := range every {
		vector, err := encode(chosen.key, chosen.note)
		if err != nil {
			return err
		}
		if err := checkOfficial(vector); err != nil {
			return err
		}
		all = append(all, vector)
	}
	slices.SortFunc(all, func(a, b vectors.Vector) int { return bytes.Compare(a.Stored, b.Stored) })
	for i := range all[1:] {
		if bytes.Equal(all[i].Stored, all[i+1].Stored) {
			return fmt.Errorf("the vector %q is there twice", all[i].Note)
		}
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, vector := range all {
		line, err := json.Marshal(vector)
		if err != nil {
			return err
		}
		out.WriteString("  ")
		out.Write(inASCII(line))
		if i < len(all)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// inASCII is JSON without any character beyond ASCII: editors show few of those in the vectors for what they are.
func inASCII(text []byte) []byte {
	var out []byte
	for _, character := range string(text) {
		if character < utf8.RuneSelf {
			out = append(out, byte(character))
			continue
		}
		for _, unit := range utf16.Encode([]rune{character}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

// chosen is a key that was chosen for the golden vectors, and why.
type chosen struct {
	note string
	key  any
}

// goldenScalars are null, the bools and bytes.
func goldenScalars() []chosen {
	return []chosen{
		{"null", nil},
		{"false", false},
		{"true", true},
		{"no bytes", []byte{}},
		{"bytes: a zero", []byte{0}},
		{"bytes: two zeros", []byte{0, 0}},
		{"bytes: what an escaped zero looks like", []byte{0, 0xff}},
		{"bytes: 0xff", []byte{0xff}},
		{"bytes: 0xff before a zero", []byte{0xff, 0}},
		{"bytes: a zero at the end", []byte("foo\x00")},
		{"bytes: the example of the tuple layer's description", []byte("foo\x00bar")},
		{"bytes: as UTF-8 they would be text", []byte("foo")},
		{"bytes: 255, the most of a bin 8", bytes.Repeat([]byte{0x61}, 255)},
		{"bytes: 256, the least of a bin 16", bytes.Repeat([]byte{0x61}, 256)},
	}
}

// goldenTexts are around the lengths of a character in UTF-8, and the heads of a MessagePack str.
func goldenTexts() []chosen {
	return []chosen{
		{"no text", ""},
		{"text: a zero", "\x00"},
		{"text: two zeros", "\x00\x00"},
		{"text: a zero before U+00FF", "\x00\u00ff"},
		{"text: U+0001", "\x01"},
		{"text: a zero at the end", "a\x00"},
		{"text: a zero in the middle", "a\x00b"},
		{"text: one letter", "a"},
		{"text: begins with another key", "ab"},
		{"text: upper case sorts before lower case", "B"},
		{"text: the last of one byte in UTF-8", "\u007f"},
		{"text: the first of two bytes in UTF-8", "\u0080"},
		{"text: the example of the tuple layer's description", "F\u00d4O\x00bar"},
		{"text: composed", "\u00e9"},
		{"text: decomposed, another key than composed", "e\u0301"},
		{"text: the last of two bytes in UTF-8", "\u07ff"},
		{"text: the first of three bytes in UTF-8", "\u0800"},
		{"text: Japanese", "\u65e5\u672c\u8a9e"},
		{"text: the last before the surrogates", "\ud7ff"},
		{"text: the first after the surrogates", "\ue000"},
		{"text: a byte order mark", "\ufeff"},
		{"text: the replacement character", "\ufffd"},
		{"text: the last of three bytes in UTF-8", "\uffff"},
		{"text: the first of four bytes; in UTF-16 it would sort before U+E000", "\U00010000"},
		{"text: an emoji", "\U0001f600"},
		{"text: the last character of all", "\U0010ffff"},
		{"text: 31 bytes, the most of a fixstr", strings.Repeat("b", 31)},
		{"text: 32 bytes, the least of a str 8", strings.Repeat("b", 32)},
		{"text: 255 bytes, the most of a str 8", strings.Repeat("b", 255)},
		{"text: 256 bytes, the least of a str 16", strings.Repeat("b", 256)},
	}
}

// goldenFloats are the special float64s, and some others.
func goldenFloats() []chosen {
	return []chosen{
		{"float: minus infinity", math.Inf(-1)},
		{"float: the least finite one", -math.MaxFloat64},
		{"float: -42", -42.0},
		{"float: -1", -1.0},
		{"float: the greatest negative one", -math.SmallestNonzeroFloat64},
		{"float: -0.0, another key than 0.0", math.Copysign(0, -1)},
		{"float: 0.0", 0.0},
		{"float: the least positive one", math.SmallestNonzeroFloat64},
		{"float: the least normal one", math.Float64frombits(1 << 52)},
		{"float: 0.1", 0.1},
		{"float: 1, another key than the integer 1", 1.0},
		{"float: 1.5", 1.5},
		{"float: pi", math.Pi},
		{"float: 2^53", float64(1 << 53)},
		{"float: the greatest float32", float64(math.MaxFloat32)},
		{"float: the greatest finite one", math.MaxFloat64},
		{"float: infinity", math.Inf(1)},
	}
}

// goldenIntegers are those around each width in the tuple layer, in MessagePack, and of JavaScript's numbers.
func goldenIntegers() []chosen {
	all := []chosen{
		{"integer: 0", int64(0)},
		{"integer: -5551212, the example of the tuple layer's description", int64(-5551212)},
		{"integer: -32, the least of a negative fixint", int64(-32)},
		{"integer: -33", int64(-33)},
		{"integer: 2^53-1, the greatest that JavaScript numbers hold for sure", int64(1<<53 - 1)},
		{"integer: 2^53", int64(1 << 53)},
		{"integer: -2^53+1", int64(-1<<53 + 1)},
		{"integer: -2^53", int64(-1 << 53)},
		{"integer: 2^64-1, the greatest", uint64(math.MaxUint64)},
		{"integer: 2^64-2", uint64(math.MaxUint64 - 1)},
	}
	for _, bits := range []int{7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47, 48, 55, 56} {
		power := int64(1) << bits
		all = append(all,
			chosen{fmt.Sprintf("integer: 2^%d-1", bits), power - 1},
			chosen{fmt.Sprintf("integer: 2^%d", bits), power},
			chosen{fmt.Sprintf("integer: -2^%d+1", bits), -power + 1},
			chosen{fmt.Sprintf("integer: -2^%d", bits), -power},
			chosen{fmt.Sprintf("integer: -2^%d-1", bits), -power - 1})
	}
	return append(all,
		chosen{"integer: 1", int64(1)},
		chosen{"integer: -1", int64(-1)},
		chosen{"integer: 2^63-1, the greatest of int64", int64(math.MaxInt64)},
		chosen{"integer: 2^63", uint64(1 << 63)},
		chosen{"integer: -2^63, the least", int64(math.MinInt64)},
		chosen{"integer: -2^63+1", int64(math.MinInt64 + 1)},
	)
}

// goldenTuples are around the ends of elements and of tuples, and the heads of a MessagePack array.
func goldenTuples() []chosen {
	nested := codec.Tuple{}
	for range 63 {
		nested = codec.Tuple{nested}
	}
	many := func(n int) (tuple codec.Tuple) {
		for range n {
			tuple = append(tuple, int64(7))
		}
		return tuple
	}
	return []chosen{
		{"tuple: no elements", codec.Tuple{}},
		{"tuple: a null", codec.Tuple{nil}},
		{"tuple: two nulls", codec.Tuple{nil, nil}},
		{"tuple: a null before a byte string", codec.Tuple{nil, []byte{}}},
		{"tuple: no bytes", codec.Tuple{[]byte{}}},
		{"tuple: a zero byte", codec.Tuple{[]byte{0}}},
		{"tuple: an escaped zero before a null", codec.Tuple{[]byte{0}, nil}},
		{"tuple: bytes 0xff", codec.Tuple{[]byte{0xff}}},
		{"tuple: no text", codec.Tuple{""}},
		{"tuple: one text, another key than the text", codec.Tuple{"a"}},
		{"tuple: begins with another tuple", codec.Tuple{"a", nil}},
		{"tuple: begins with another tuple, again", codec.Tuple{"a", "b"}},
		{"tuple: text that begins with that of another", codec.Tuple{"ab"}},
		{"tuple: text and a zero", codec.Tuple{"a\x00"}},
		{"tuple: text and an integer", codec.Tuple{"eu", int64(7)}},
		{"tuple: text and a later integer", codec.Tuple{"eu", int64(300)}},
		{"tuple: text and a negative integer", codec.Tuple{"eu", int64(-7)}},
		{"tuple: text and a float", codec.Tuple{"eu", 7.0}},
		{"tuple: zero, whose code is followed by nothing", codec.Tuple{int64(0)}},
		{"tuple: an integer with a zero byte", codec.Tuple{int64(256)}},
		{"tuple: -65535, whose stored bytes are two zeros", codec.Tuple{int64(-65535)}},
		{"tuple: the greatest and the least integer", codec.Tuple{uint64(math.MaxUint64), int64(math.MinInt64)}},
		{"tuple: false and true", codec.Tuple{false, true}},
		{"tuple: floats", codec.Tuple{math.Copysign(0, -1), 0.0, math.Inf(1)}},
		{"tuple: an empty tuple", codec.Tuple{codec.Tuple{}}},
		{"tuple: an empty tuple and a null", codec.Tuple{codec.Tuple{}, nil}},
		{"tuple: a tuple of a null", codec.Tuple{codec.Tuple{nil}}},
		{"tuple: the example of the tuple layer's description", codec.Tuple{[]byte("foo\x00bar"), nil, codec.Tuple{}}},
		{"tuple: a tuple in the middle", codec.Tuple{"a", codec.Tuple{"b", int64(1)}, "c"}},
		{"tuple: tuples that end together", codec.Tuple{codec.Tuple{codec.Tuple{"a"}}}},
		{"tuple: one of everything", codec.Tuple{nil, []byte{1, 0, 2}, "t\x00\u00fc", codec.Tuple{nil, int64(-1)},
			int64(1), -1.5, false, true}},
		{"tuple: 15 elements, the most of a fixarray", many(15)},
		{"tuple: 16 elements, the least of an array 16", many(16)},
		{"tuple: 64 inside each other, the most", nested},
	}
}
