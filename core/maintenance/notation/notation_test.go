// Does every key and value come back from its text as the same stored bytes, and is the text safe to show?
package notation_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

func sides() map[string]notation.Side {
	all := map[string]notation.Side{
		"raw keys":     notation.Keys(core.KindBytes, codec.Auto),
		"typed keys":   notation.Keys(core.KindTyped, codec.Auto),
		"typed values": notation.Values(core.KindBytesKey, codec.Auto),
		"raw values":   notation.Values(core.KindBytes, codec.Auto),
	}
	for t := codec.Text; t <= codec.Bool; t++ {
		all["keys of "+t.String()] = notation.Keys(core.KindTyped, t)
		all["values of "+t.String()] = notation.Values(core.KindTyped, t)
	}
	return all
}

// roundTrip writes stored bytes, which may be nonsense, and reads them back.
func roundTrip(t *rapid.T, side notation.Side, stored []byte) {
	for _, style := range []notation.Style{notation.JSON, notation.Literal} {
		text := side.Append(nil, stored, style)
		again, err := side.Parse(text)
		if err != nil || !bytes.Equal(again, stored) {
			t.Fatalf("%x is written as %s and read as %x, %v", stored, text, again, err)
		}
		for _, r := range string(text) {
			if !unicode.IsPrint(r) {
				t.Fatalf("%x is written as %q", stored, text)
			}
		}
		if style == notation.JSON && !json.Valid(text) {
			t.Fatalf("%x is written as %s, which is no JSON", stored, text)
		}
	}
}

func TestAnyBytesRoundTrip(t *testing.T) {
	for name, side := range sides() {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			roundTrip(t, side, rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "stored"))
		}))
	}
}

// values draws Go values of all the types that MessagePack has here.
func values() *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"$bytes", "$stored", "$f32", "$float", "\x1b[2J",
		"\u202e", "\U000e0001"}))
	scalar := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), boxed), rapid.Map(rapid.Int64(), boxed), rapid.Map(rapid.Uint64(), boxed),
		rapid.Map(rapid.Float64(), boxed), rapid.Map(rapid.Float32(), boxed), rapid.Map(text, boxed),
		rapid.Map(rapid.SliceOf(rapid.Byte()), boxed), rapid.SampledFrom([]any{7.0, 1e300, math.Copysign(0, -1), uint64(1 << 63)}))
	var nested func(depth int) *rapid.Generator[any]
	nested = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return scalar
		}
		return rapid.OneOf(scalar,
			rapid.Map(rapid.SliceOfN(nested(depth-1), 0, 20), boxed),
			rapid.Map(rapid.MapOfN(text, nested(depth-1), 0, 20), boxed))
	}
	return nested(2)
}

func boxed[T any](v T) any { return v }

func TestValuesRoundTrip(t *testing.T) {
	side := notation.Values(core.KindTyped, codec.Auto)
	rapid.Check(t, func(t *rapid.T) {
		stored, err := codec.MsgpackValue[any]().AppendValue(nil, values().Draw(t, "value"))
		if err != nil {
			t.Skip(err)
		}
		roundTrip(t, side, stored)
	})
}

func TestTexts(t *testing.T) {
	keys, values := notation.Keys(core.KindTyped, codec.Auto), notation.Values(core.KindTyped, codec.Auto)
	for _, c := range []struct {
		side notation.Side
		text string
		want string // as it is written, if otherwise
	}{
		{keys, `"alice"`, ""}, {keys, `42`, ""}, {keys, `-7`, ""}, {keys, `["eu",7]`, ""}, {keys, `0x00ff`, ""}, {keys, `7.0`, ""},
		{keys, ` [ "eu" , [ 7 ] , null ] `, `["eu",[7],null]`}, {keys, `true`, ""}, {keys, `18446744073709551615`, ""},
		{values, `{"age":30,"tags":["a","b"]}`, ""}, {values, `{"$bytes":"AP8="}`, `0x00ff`}, {values, `{"$f32":1.5}`, ""},
		{values, `{"$float":"-inf"}`, ""}, {values, `"\u001b[2J"`, ""}, {values, `{}`, ""}, {values, `[]`, ""}, {values,
			`1e3`, `1000.0`},
		{notation.Keys(core.KindBytes, codec.Auto), `"raw"`, ""}, {notation.Keys(core.KindBytes, codec.Auto), `0x01`, ""},
		{notation.Keys(core.KindTyped, codec.U64), `258`, ""}, {notation.Values(core.KindTyped, codec.Text), `"text"`, ""},
	} {
		stored, err := c.side.Parse([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := string(c.side.Append(nil, stored, notation.Literal)); got != want {
			t.Errorf("%s is read, and written as %s, want %s", c.text, got, want)
		}
	}
}

func TestRefusedTexts(t *testing.T) {
	side := notation.Values(core.KindTyped, codec.Auto)
	for _, text := range []string{``, `alice`, `"alice`, `42 43`, `[1,]`, `[1 2]`, `{"a"}`, `{"a":}`, `{a:1}`, `0x123`,
		`1.2.3`, `99999999999999999999`,
		`{"$bytes":"?"}`, `[{"$stored":"wA=="}]`, `{"$float":"big"}`, strings.Repeat("[", 600), `"\ud800\u0000` + "\x00\""} {
		if stored, err := side.Parse([]byte(text)); err == nil {
			t.Errorf("%q was read as %x", text, stored)
		}
	}
	if _, err := notation.Keys(core.KindTyped, codec.U8).Parse([]byte("300")); err == nil {
		t.Error("300 was read as a u8")
	}
	if _, err := notation.Keys(core.KindBytes, codec.Auto).Parse([]byte("42")); err == nil {
		t.Error("42 was read as a raw key")
	}
}
