// Package vectors reads and writes the golden vectors in this folder, for tests. README.md describes the format.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Vector is one typed key: what it is, and the bytes that stand for it.
type Vector struct {
	// Note says what the vector is there for.
	Note string `json:"note"`
	// Key is the key itself.
	Key Literal `json:"key"`
	// Packed is the key as one MessagePack object in its shortest form.
	Packed Hex `json:"packed"`
	// Stored is the key in the encoding of the tuple layer.
	Stored Hex `json:"stored"`
}

// Hex is bytes that JSON holds as hexadecimal digits.
type Hex []byte

// MarshalText implements encoding.TextMarshaler.
func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.AppendDecode((*h)[:0], text)
	return err
}

// Literal is a typed key, or an element of one: nil, []byte, string, int64, uint64 (beyond int64), float64, bool or
// codec.Tuple. Its JSON loses nothing.
type Literal struct{ Value any }

// MarshalJSON implements json.Marshaler.
func (l Literal) MarshalJSON() ([]byte, error) {
	switch v := l.Value.(type) {
	case nil, bool:
		return json.Marshal(v)
	case []byte:
		return json.Marshal(map[string]string{"bytes": hex.EncodeToString(v)})
	case string:
		return json.Marshal(map[string]string{"text": v})
	case int64, uint64:
		return json.Marshal(map[string]string{"int": fmt.Sprint(v)})
	case float64:
		return json.Marshal(map[string]string{"float": fmt.Sprintf("%016x", math.Float64bits(v))})
	case codec.Tuple:
		elements := make([]Literal, len(v))
		for i, element := range v {
			elements[i] = Literal{element}
		}
		return json.Marshal(map[string][]Literal{"tuple": elements})
	}
	return nil, fmt.Errorf("a %T is no literal", l.Value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *Literal) UnmarshalJSON(text []byte) error {
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return err
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return l.setPlain(plain)
	}
	if len(fields) != 1 {
		return fmt.Errorf("%s: a literal has one field", text)
	}
	if _, ok := fields["tuple"]; ok {
		var tuple struct{ Tuple []Literal }
		if err := json.Unmarshal(text, &tuple); err != nil {
			return err
		}
		elements := codec.Tuple{}
		for _, element := range tuple.Tuple {
			elements = append(elements, element.Value)
		}
		l.Value = elements
		return nil
	}
	for name, field := range fields {
		written, ok := field.(string)
		if !ok {
			return fmt.Errorf("%s: the field %s is no string", text, name)
		}
		return l.setField(name, written)
	}
	return nil
}

func (l *Literal) setPlain(plain any) error {
	switch plain.(type) {
	case nil, bool:
		l.Value = plain
		return nil
	}
	return fmt.Errorf("%v: a literal is null, true, false or an object", plain)
}

func (l *Literal) setField(name, written string) (err error) {
	switch name {
	case "text":
		l.Value = written
	case "bytes":
		l.Value, err = hex.DecodeString(written)
	case "float":
		var bits uint64
		bits, err = strconv.ParseUint(written, 16, 64)
		l.Value = math.Float64frombits(bits)
	case "int":
		number, ok := new(big.Int).SetString(written, 10)
		switch {
		case ok && number.IsInt64():
			l.Value = number.Int64()
		case ok && number.IsUint64():
			l.Value = number.Uint64()
		default:
			err = fmt.Errorf("%q is no integer of 64 bits", written)
		}
	default:
		err = fmt.Errorf("no literal has the field %q", name)
	}
	return err
}
