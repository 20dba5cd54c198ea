package literal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Words are those of a line that have not been read yet.
type Words struct{ left []string }

// NewWords splits a line at its spaces.
func NewWords(line string) *Words { return &Words{strings.Fields(line)} }

// Done says whether all words have been read.
func (w *Words) Done() bool { return len(w.left) == 0 }

// Next is the next word; empty after the last.
func (w *Words) Next() string {
	if w.Done() {
		return ""
	}
	word := w.left[0]
	w.left = w.left[1:]
	return word
}

// Value reads the next value: nil, bool, int64 (uint64 beyond its range), float64, string, []byte, []any, map[string]any,
// or map[any]any if a key is no text.
func (w *Words) Value() (any, error) {
	word := w.Next()
	switch {
	case word == "n":
		return nil, nil
	case word == "t" || word == "f":
		return word == "t", nil
	case word == "(":
		return w.array()
	case word == "{":
		return w.dictionary()
	case word == "":
		return nil, fmt.Errorf("a value is missing at the end")
	}
	switch body := word[1:]; word[0] {
	case 'i':
		return integer(body)
	case 'd':
		bits, err := strconv.ParseUint(body, 16, 64)
		return math.Float64frombits(bits), err
	case 's':
		return unescape(body)
	case 'b':
		text, err := unescape(body)
		return []byte(text), err
	}
	return nil, fmt.Errorf("the word %q is no value", word)
}

// at says whether the next word is this one, and reads it if so.
func (w *Words) at(word string) bool {
	if w.Done() || w.left[0] != word {
		return false
	}
	w.left = w.left[1:]
	return true
}

func (w *Words) array() (any, error) {
	array := []any{}
	for !w.at(")") {
		element, err := w.Value()
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	return array, nil
}

func (w *Words) dictionary() (any, error) {
	byText, mixed := map[string]any{}, map[any]any{}
	for !w.at("}") {
		key, err := w.Value()
		if err != nil {
			return nil, err
		}
		value, err := w.Value()
		if err != nil {
			return nil, err
		}
		switch key := key.(type) {
		case string:
			byText[key] = value
		case nil, bool, int64, uint64, float64:
		default:
			return nil, fmt.Errorf("a map's key is a %T, which few languages can look up", key)
		}
		mixed[key] = value
	}
	if len(byText) == len(mixed) {
		return byText, nil
	}
	return mixed, nil
}

func integer(text string) (any, error) {
	signed, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return signed, nil
	}
	return strconv.ParseUint(text, 10, 64)
}

func unescape(text string) (string, error) {
	if !strings.Contains(text, "%") {
		return text, nil
	}
	var raw strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			raw.WriteByte(text[i])
			continue
		}
		if len(text)-i < 3 {
			return "", fmt.Errorf("the word %q ends within an escape", text)
		}
		c, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
		if err != nil {
			return "", err
		}
		raw.WriteByte(byte(c))
		i += 2
	}
	return raw.String(), nil
}
