// Package literal writes keys and values as words, a notation that every language can write and read in a few lines and
// that has one form for each value, so that what two languages found can be compared byte for byte. agents/README.md
// describes it.
package literal

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// Map is a map for which the order of its pairs is to be chosen: words have one order, a value may be put in any.
type Map [][2]any

// Text is a value in words, with a space between two.
func Text(value any) string { return string(Append(nil, value)) }

// Append appends a value in words: nil, bool, int, int64, uint64, float64, string, []byte, []any, core.Tuple,
// map[string]any, map[any]any or Map, and of arrays and maps also what is in them.
func Append(dst []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(dst, 'n')
	case bool:
		if v {
			return append(dst, 't')
		}
		return append(dst, 'f')
	case int, int64, uint64:
		return fmt.Appendf(dst, "i%d", v)
	case float64:
		return fmt.Appendf(dst, "d%016x", math.Float64bits(v))
	case string:
		return appendEscaped(append(dst, 's'), v)
	case []byte:
		return appendEscaped(append(dst, 'b'), string(v))
	case core.Tuple:
		return appendArray(dst, v)
	case []any:
		return appendArray(dst, v)
	}
	return appendMap(dst, pairs(value))
}

func appendEscaped(dst []byte, raw string) []byte {
	for i := range len(raw) {
		if c := raw[i]; c > ' ' && c <= '~' && c != '%' {
			dst = append(dst, c)
		} else {
			dst = fmt.Appendf(dst, "%%%02x", c)
		}
	}
	return dst
}

func appendArray(dst []byte, elements []any) []byte {
	dst = append(dst, '(')
	for _, element := range elements {
		dst = Append(append(dst, ' '), element)
	}
	return append(dst, " )"...)
}

func pairs(value any) Map {
	var m Map
	switch v := value.(type) {
	case map[string]any:
		for key, value := range v {
			m = append(m, [2]any{key, value})
		}
	case map[any]any:
		for key, value := range v {
			m = append(m, [2]any{key, value})
		}
	case Map:
		return v
	default:
		panic(fmt.Sprintf("a %T has no literal", value))
	}
	return m
}

func appendMap(dst []byte, m Map) []byte {
	words := make([][2]string, len(m))
	for i, pair := range m {
		words[i] = [2]string{Text(pair[0]), Text(pair[1])}
	}
	sort.Slice(words, func(i, j int) bool { return strings.Compare(words[i][0], words[j][0]) < 0 })
	dst = append(dst, '{')
	for _, pair := range words {
		dst = append(dst, ' ')
		dst = append(dst, pair[0]...)
		dst = append(dst, ' ')
		dst = append(dst, pair[1]...)
	}
	return append(dst, " }"...)
}
