package codec

import "reflect"

// TupleKey is the codec of typed keys of type K: string, []byte, bool, float64, any of Go's integer types from int8 to
// uint64 (int and uint too), Tuple, or any, which holds whatever a Tuple's element can be. A nil []byte or Tuple is an
// empty one; only any holds null.
//
// The error wraps ErrUnsupportedType. Encoding fails on what no key can hold, and decoding also on stored keys of
// another type than K, with ErrInvalidKey.
func TupleKey[K any]() (Key[K], error) {
	// Chosen by type here, each codec is compiled for its type: a call boxes nothing.
	var chosen any
	switch any((*K)(nil)).(type) {
	case *string:
		chosen = tupleText{}
	case *[]byte:
		chosen = tupleBytes{}
	case *bool:
		chosen = tupleBool{}
	case *float64:
		chosen = tupleFloat{}
	case *Tuple:
		chosen = tupleTuple{}
	case *any:
		chosen = tupleAny{}
	default:
		chosen = tupleIntegerKey[K]()
	}
	key, ok := chosen.(Key[K])
	if !ok {
		return nil, unsupportedType("%s cannot be a typed key; allowed are string, []byte, bool, int, int8, int16, "+
			"int32, int64, uint, uint8, uint16, uint32, uint64, float64, codec.Tuple and any", reflect.TypeFor[K]())
	}
	return key, nil
}

// tupleIntegerKey is the codec for K if it is a type of integers, else nil.
func tupleIntegerKey[K any]() any {
	switch any((*K)(nil)).(type) {
	case *int:
		return tupleInteger[int]{}
	case *int8:
		return tupleInteger[int8]{}
	case *int16:
		return tupleInteger[int16]{}
	case *int32:
		return tupleInteger[int32]{}
	case *int64:
		return tupleInteger[int64]{}
	case *uint:
		return tupleInteger[uint]{}
	case *uint8:
		return tupleInteger[uint8]{}
	case *uint16:
		return tupleInteger[uint16]{}
	case *uint32:
		return tupleInteger[uint32]{}
	case *uint64:
		return tupleInteger[uint64]{}
	}
	return nil
}

// ended checks that a key's one element ends where the key does.
func ended(logical []byte, next int) error {
	if next != len(logical) {
		return trailing(next, len(logical))
	}
	return nil
}

type tupleText struct{}

func (tupleText) AppendKey(dst []byte, key string) ([]byte, error) {
	return appendText(dst, key)
}

func (tupleText) DecodeKey(logical []byte) (string, error) {
	if len(logical) == 0 || logical[0] != codeText {
		return "", wrongKind(logical, "text")
	}
	element, next, err := readText(logical, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return "", err
	}
	return element.text(), nil
}

type tupleBytes struct{}

func (tupleBytes) AppendKey(dst, key []byte) ([]byte, error) {
	return appendEscaped(dst, codeBytes, key), nil
}

func (tupleBytes) DecodeKey(logical []byte) ([]byte, error) {
	if len(logical) == 0 || logical[0] != codeBytes {
		return nil, wrongKind(logical, "bytes")
	}
	element, next, err := readEscaped(logical, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return nil, err
	}
	return element.bytes(), nil
}

type tupleBool struct{}

func (tupleBool) AppendKey(dst []byte, key bool) ([]byte, error) {
	return appendBool(dst, key), nil
}

func (tupleBool) DecodeKey(logical []byte) (bool, error) {
	if len(logical) == 0 || logical[0] != codeFalse && logical[0] != codeTrue {
		return false, wrongKind(logical, "a bool")
	}
	if err := ended(logical, 1); err != nil {
		return false, err
	}
	return logical[0] == codeTrue, nil
}

type tupleFloat struct{}

func (tupleFloat) AppendKey(dst []byte, key float64) ([]byte, error) {
	return appendFloat(dst, key)
}

func (tupleFloat) DecodeKey(logical []byte) (float64, error) {
	if len(logical) == 0 || logical[0] != codeFloat {
		return 0, wrongKind(logical, "a float")
	}
	value, next, err := readFloat(logical, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return 0, err
	}
	return value, nil
}

type tupleInteger[K integer] struct{}

func (tupleInteger[K]) AppendKey(dst []byte, key K) ([]byte, error) {
	negative, number := splitInteger(key)
	return appendInteger(dst, negative, number), nil
}

func (tupleInteger[K]) DecodeKey(logical []byte) (K, error) {
	if len(logical) == 0 || logical[0] < codeIntegerMin || logical[0] > codeIntegerMax {
		return 0, wrongKind(logical, "an integer")
	}
	negative, number, next, err := readInteger(logical, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return 0, err
	}
	key, ok := joinInteger[K](negative, number)
	if !ok {
		return 0, invalidKey("the stored key is %s, and %s holds %s; decode it as a wider type",
			integerText(negative, number), reflect.TypeFor[K](), integerLimits[K]())
	}
	return key, nil
}

type tupleTuple struct{}

func (tupleTuple) AppendKey(dst []byte, key Tuple) ([]byte, error) {
	appended, err := appendTuple(dst, key, 0)
	if err != nil {
		return appended[:len(dst)], err
	}
	return appended, nil
}

func (tupleTuple) DecodeKey(logical []byte) (Tuple, error) {
	if len(logical) == 0 || logical[0] != codeTuple {
		return nil, wrongKind(logical, "a tuple")
	}
	tuple, next, err := readTuple(logical, 0, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return nil, err
	}
	return tuple, nil
}

type tupleAny struct{}

func (tupleAny) AppendKey(dst []byte, key any) ([]byte, error) {
	appended, err := appendAny(dst, key, 0)
	if err != nil {
		return appended[:len(dst)], err
	}
	return appended, nil
}

func (tupleAny) DecodeKey(logical []byte) (any, error) {
	if len(logical) == 0 {
		return nil, wrongKind(logical, "any")
	}
	key, next, err := readAny(logical, 0, 0)
	if err == nil {
		err = ended(logical, next)
	}
	if err != nil {
		return nil, err
	}
	return key, nil
}
