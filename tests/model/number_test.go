// Whose value is it? A value is made from a number that is used once, so that one in a wrong place shows.

package model

import (
	"fmt"
	"strconv"
	"strings"
)

// absent is the number where there is no entry, alien the number of a value that nobody put.
const (
	absent = -1
	alien  = -2
)

// values makes values of numbers and finds a value's number.
type values[V any] struct {
	of     func(number int) V
	number func(value V) int
	// text is a value as a program says it.
	text func(value V) string
}

// spell makes a text of a number. Some are empty, some too long for a page of LMDB, and some as long as the record that
// LMDB keeps of a table, which is what a scan of the unnamed database must tell entries from.
func spell(number int) string {
	length := 0
	switch {
	case number == 0:
		return ""
	case number%16 == 5:
		length = 48
	case number%64 == 63:
		length = 2500
	}
	text := "v" + strconv.Itoa(number)
	return text + strings.Repeat(".", max(0, length-len(text)))
}

// unspell is the number that spell made a text of.
func unspell(text string) int {
	if text == "" {
		return 0
	}
	number, err := strconv.Atoi(strings.Trim(text, "v."))
	if err != nil || spell(number) != text {
		return alien
	}
	return number
}

func quote(text string) string {
	if len(text) > 60 {
		return fmt.Sprintf("%q+strings.Repeat(%q, %d)", text[:20], text[len(text)-1:], len(text)-20)
	}
	return strconv.Quote(text)
}

func quoteBytes(b []byte) string { return "[]byte(" + quote(string(b)) + ")" }

var textValues = values[string]{spell, unspell, quote}

var bytesValues = values[[]byte]{
	of:     func(number int) []byte { return []byte(spell(number)) },
	number: func(value []byte) int { return unspell(string(value)) },
	text:   quoteBytes,
}

// person is a value with fields, which MessagePack stores as a map.
type person struct {
	Name string
	Age  int64
	Tags []string
}

var personValues = values[person]{
	of: func(number int) person { return person{spell(number), int64(number), []string{"t"}} },
	number: func(value person) int {
		if number := unspell(value.Name); int64(number) == value.Age && len(value.Tags) == 1 && value.Tags[0] == "t" {
			return number
		}
		return alien
	},
	text: func(value person) string {
		return fmt.Sprintf("person{%s, %d, []string{\"t\"}}", quote(value.Name), value.Age)
	},
}

// anyValues are of several types in one database.
var anyValues = values[any]{
	of: func(number int) any {
		switch number % 4 {
		case 1:
			return spell(number)
		case 2:
			return []byte(spell(number))
		case 3:
			return []any{spell(number), nil, map[string]any{"n": int64(number)}}
		}
		return int64(number)
	},
	number: func(value any) int {
		switch value := value.(type) {
		case string:
			return unspell(value)
		case []byte:
			return unspell(string(value))
		case int64:
			if value%4 == 0 {
				return int(value)
			}
		case []any:
			return readList(value)
		}
		return alien
	},
	text: func(value any) string {
		switch value := value.(type) {
		case string:
			return quote(value)
		case []byte:
			return quoteBytes(value)
		}
		return fmt.Sprintf("%#v", value)
	},
}

func readList(list []any) int {
	if len(list) != 3 || list[1] != nil {
		return alien
	}
	text, ok := list[0].(string)
	fields, also := list[2].(map[string]any)
	if !ok || !also || len(fields) != 1 || fields["n"] != int64(unspell(text)) {
		return alien
	}
	return unspell(text)
}

func integerValues[V ~int32 | ~int64 | ~uint64]() values[V] {
	return values[V]{
		of:     func(number int) V { return V(number) },
		number: func(value V) int { return int(value) },
		text:   func(value V) string { return fmt.Sprint(value) },
	}
}

var floatValues = values[float64]{
	of: func(number int) float64 { return float64(number) + 0.5 },
	number: func(value float64) int {
		if number := int(value); float64(number)+0.5 == value {
			return number
		}
		return alien
	},
	text: func(value float64) string { return fmt.Sprint(value) },
}
