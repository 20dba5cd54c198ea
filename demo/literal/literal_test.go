// Does what is written as words come back as it was, in one form only?
package literal_test

import (
	"math"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

func TestEachValueHasItsWords(t *testing.T) {
	for _, c := range []struct {
		value any
		words string
	}{
		{nil, "n"},
		{true, "t"},
		{false, "f"},
		{int64(math.MinInt64), "i-9223372036854775808"},
		{uint64(math.MaxUint64), "i18446744073709551615"},
		{math.Copysign(0, -1), "d8000000000000000"},
		{"", "s"},
		{"a b%é", "sa%20b%25%c3%a9"},
		{[]byte{}, "b"},
		{[]byte{0, 'x', 0xff}, "b%00x%ff"},
		{core.Tuple{"a", core.Tuple{}, int64(1)}, "( sa ( ) i1 )"},
		{map[string]any{"b": int64(1), "a": []any{nil}}, "{ sa ( n ) sb i1 }"},
		{map[any]any{int64(2): "x", "a": "y"}, "{ i2 sx sa sy }"},
	} {
		if got := literal.Text(c.value); got != c.words {
			t.Errorf("%#v is %s, not %s", c.value, got, c.words)
		}
		words := literal.NewWords(c.words)
		value, err := words.Value()
		if err != nil || !words.Done() || literal.Text(value) != c.words {
			t.Errorf("%s comes back as %#v, %v", c.words, value, err)
		}
	}
}

func TestWhatIsNoValueIsSaid(t *testing.T) {
	for _, words := range []string{
		"", "x", "i", "i1.5", "i18446744073709551616", "dxyz", "s%", "s%4", "s%zz", "( i1", "{ sa }", "{ ( ) i1 }", ")",
	} {
		if value, err := literal.NewWords(words).Value(); err == nil {
			t.Errorf("%q is taken for %#v", words, value)
		}
	}
}
