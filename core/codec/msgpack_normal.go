package codec

import (
	"encoding"
	"reflect"

	"github.com/vmihailenco/msgpack/v5"
)

// normalizer brings what msgpack decoded into interfaces inside a Go value to the types that decodeAny gives, so that
// an `any` holds the same wherever it is. It knows of each type that it may meet whether an interface can be inside;
// it is not changed after it was made.
type normalizer map[reflect.Type]bool

var selfDecoding = [...]reflect.Type{
	reflect.TypeFor[msgpack.CustomDecoder](),
	reflect.TypeFor[msgpack.Unmarshaler](),
	reflect.TypeFor[encoding.BinaryUnmarshaler](),
	reflect.TypeFor[encoding.TextUnmarshaler](),
}

// newNormalizer makes the normalizer for values of a type.
func newNormalizer(t reflect.Type) normalizer {
	n := normalizer{}
	// A type that contains itself is taken to hold no interface while it is looked at; if one turns up later inside it,
	// a second look sees it.
	for before := -1; before != n.holding(); {
		before = n.holding()
		seen := map[reflect.Type]bool{}
		n.look(t, seen)
	}
	return n
}

// holding is how many types are known to hold an interface.
func (n normalizer) holding() int {
	count := 0
	for _, holds := range n {
		if holds {
			count++
		}
	}
	return count
}

// look finds out whether an interface can be inside a value of a type.
func (n normalizer) look(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return n[t]
	}
	seen[t] = true
	for _, decoder := range selfDecoding {
		// Such a type decodes itself, and what it holds is its own affair.
		if t.Implements(decoder) || reflect.PointerTo(t).Implements(decoder) {
			return false
		}
	}
	holds := n[t]
	switch t.Kind() {
	case reflect.Interface:
		holds = t.NumMethod() == 0
	case reflect.Pointer, reflect.Slice, reflect.Array:
		holds = n.look(t.Elem(), seen)
	case reflect.Map:
		key := n.look(t.Key(), seen)
		holds = n.look(t.Elem(), seen) || key
	case reflect.Struct:
		for i := range t.NumField() {
			if field := t.Field(i); field.IsExported() || field.Anonymous {
				holds = n.look(field.Type, seen) || holds
			}
		}
	}
	n[t] = holds
	return holds
}

// normalize brings a settable value to the types of decodeAny.
func (n normalizer) normalize(v reflect.Value) {
	if !n[v.Type()] {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			if value := normalAny(v.Interface()); value != nil {
				v.Set(reflect.ValueOf(value))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			n.normalize(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			n.normalize(v.Index(i))
		}
	case reflect.Map:
		n.normalizeMap(v)
	case reflect.Struct:
		for i := range v.NumField() {
			n.normalize(v.Field(i))
		}
	}
}

// normalizeMap replaces a map, since neither its keys nor its values can be changed in place.
func (n normalizer) normalizeMap(v reflect.Value) {
	if v.IsNil() || !v.CanSet() {
		return
	}
	normal := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := reflect.New(v.Type().Key()).Elem()
		key.Set(entries.Key())
		n.normalize(key)
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(entries.Value())
		n.normalize(value)
		normal.SetMapIndex(key, value)
	}
	v.Set(normal)
}

// normalAny is what decodeAny would have given for what msgpack decoded into an interface. Maps in it came from
// decodeAny already.
func normalAny(value any) any {
	switch v := value.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return integerValue(false, v)
	case float32:
		return float64(v)
	case []any:
		for i, element := range v {
			v[i] = normalAny(element)
		}
	}
	return value
}
