package codec

import "unicode/utf8"

// BincodeKey is the codec of keys that bincode stores, and the Type that K is: string, []byte, uint8 to uint64, int8 to
// int64, float32, float64 or bool. It makes logical key bytes: text and bytes as they are, unsigned integers
// big-endian, signed ones the same with the sign bit flipped, floats big-endian with all bits flipped if they are
// negative and the sign bit if not, a bool as one byte 0 or 1.
//
// The error wraps ErrUnsupportedType; int and uint are refused, because their width is not portable. NaN, and text that
// is not UTF-8, are no keys.
func BincodeKey[K any]() (Key[K], Type, error) {
	var chosen any
	t := Auto
	switch any((*K)(nil)).(type) {
	case *string:
		chosen, t = bincodeTextKey{}, Text
	case *[]byte:
		chosen, t = rawBytes{}, Bytes
	default:
		if s, ok := numberScalar[K]().(scalar[K]); ok {
			chosen, t = bincodeNumberKey[K]{s}, s.t
		}
	}
	key, ok := chosen.(Key[K])
	if !ok {
		return nil, Auto, notBincode[K]("key")
	}
	return key, t, nil
}

type bincodeTextKey struct{}

func (bincodeTextKey) AppendKey(dst []byte, key string) ([]byte, error) {
	if !utf8.ValidString(key) {
		return dst, notUTF8(ErrInvalidKey)
	}
	return append(dst, key...), nil
}

func (bincodeTextKey) DecodeKey(logical []byte) (string, error) {
	if !utf8.Valid(logical) {
		return "", invalidKey("the stored text is not valid UTF-8")
	}
	return string(logical), nil
}

type bincodeNumberKey[K any] struct {
	scalar[K]
}

func (c bincodeNumberKey[K]) AppendKey(dst []byte, key K) ([]byte, error) {
	return appendOrderedNumber(dst, c.class, c.width, c.bits(key))
}

func (c bincodeNumberKey[K]) DecodeKey(logical []byte) (K, error) {
	number, err := readOrderedNumber(logical, c.t)
	if err != nil {
		var zero K
		return zero, err
	}
	return c.value(number), nil
}
