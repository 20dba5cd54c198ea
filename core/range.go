package core

import (
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// Bound is an end of a [Range]. The zero value is no bound.
type Bound[K any] struct {
	key       K
	set, open bool
}

// Include is a bound that belongs to the range.
func Include[K any](key K) Bound[K] { return Bound[K]{key: key, set: true} }

// Exclude is a bound that does not belong to the range.
func Exclude[K any](key K) Bound[K] { return Bound[K]{key: key, set: true, open: true} }

// Range selects entries of a scope by their keys, and a direction. The zero value is all of them, forwards.
type Range[K any] struct {
	Lower, Upper Bound[K]
	// Reverse goes from the upper end to the lower.
	Reverse bool
	// Limit is how many entries at the most; 0 is all.
	Limit uint64

	prefix    K
	hasPrefix bool
}

// Prefix is the range of all keys that begin with prefix: bytes or a text that begins so, or a tuple whose first elements
// are those of prefix. Other keys have no prefixes (ErrInvalidKey). Lower and Upper must not be set.
func Prefix[K any](prefix K) Range[K] { return Range[K]{prefix: prefix, hasPrefix: true} }

// bounds encodes a range's keys. The memory is its own, since a walk keeps it.
func (d *DB[K, V]) bounds(r Range[K]) (b Bounds, err error) {
	if r.hasPrefix {
		return d.prefixBounds(r)
	}
	b = Bounds{LowerOpen: r.Lower.open, UpperOpen: r.Upper.open, Reverse: r.Reverse, Limit: r.Limit}
	if r.Lower.set {
		if b.Lower, err = d.keys.AppendKey([]byte{}, r.Lower.key); err != nil {
			return b, wrapf(err, "the lower bound")
		}
	}
	if r.Upper.set {
		if b.Upper, err = d.keys.AppendKey([]byte{}, r.Upper.key); err != nil {
			return b, wrapf(err, "the upper bound")
		}
	}
	return b, nil
}

func (d *DB[K, V]) prefixBounds(r Range[K]) (Bounds, error) {
	if r.Lower.set || r.Upper.set {
		return Bounds{}, fail(CodeInvalidArgument, "a range has a prefix or bounds, not both")
	}
	prefix, err := d.keys.AppendKey([]byte{}, r.prefix)
	if err != nil {
		return Bounds{}, wrapf(err, "the prefix")
	}
	b, err := d.raw.PrefixBounds(prefix)
	b.Reverse, b.Limit = r.Reverse, r.Limit
	return b, wrapf(err, "the prefix")
}

// The codes of the tuple elements that end with a zero byte (see package codec).
const (
	tupleBytes = 0x01
	tupleText  = 0x02
	tupleTuple = 0x05
)

// PrefixBounds selects the logical keys that have a key as their prefix: bytes and texts that begin so, tuples whose first
// elements are its own. ErrInvalidKey for numbers and other keys that have no prefixes.
func (raw *Raw) PrefixBounds(logical []byte) (Bounds, error) {
	if raw.kind != KindTyped || raw.key == codec.Text || raw.key == codec.Bytes {
		return prefixBounds(logical), nil
	}
	if last := len(logical) - 1; raw.key == codec.Auto && last > 0 {
		switch logical[0] {
		case tupleBytes, tupleText:
			return prefixBounds(logical[:last]), nil
		case tupleTuple:
			// After whole elements comes the code of the next one or the end. ff is no such code: it says that the zero byte
			// before it belongs to an element that goes on.
			elements := logical[:last:last]
			return Bounds{Lower: elements, Upper: append(elements, 0xff), UpperOpen: true}, nil
		}
	}
	return Bounds{}, fail(CodeInvalidKey, "only bytes, texts and tuples have prefixes")
}
