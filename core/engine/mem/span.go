package mem

import (
	"bytes"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// span is a Range in joined keys. An upper that is nil is no bound.
type span struct {
	lower, upper         []byte
	lowerOpen, upperOpen bool
}

func spanOf(at engine.Place, r engine.Range) span {
	s := span{lower: join(at, r.From), lowerOpen: r.From != nil && r.FromOpen}
	switch {
	case r.To != nil:
		s.upper, s.upperOpen = join(at, r.To), r.ToOpen
	case at.Scoped:
		s.upper, s.upperOpen = successor(at.Partition.Bytes()), true
	}
	return s
}

// join is the stored key: a copy, since what a caller passes in is never kept.
func join(at engine.Place, key []byte) []byte {
	joined := make([]byte, 0, engine.PartitionSize+len(key))
	if at.Scoped {
		partition := at.Partition.Bytes()
		joined = append(joined, partition[:]...)
	}
	return append(joined, key...)
}

// bare is the key as the caller knows it.
func bare(at engine.Place, joined []byte) []byte {
	if at.Scoped {
		return joined[engine.PartitionSize:]
	}
	return joined
}

// successor is the least key above all that begin with the partition, or nil if there is none. It is cut after the byte
// that grew: after 000000ff comes 000001 and not 00000100, for a key 000001 may be in the table without a partition.
func successor(partition [4]byte) []byte {
	for i := len(partition) - 1; i >= 0; i-- {
		if partition[i] != 0xff {
			partition[i]++
			return partition[:i+1]
		}
	}
	return nil
}

// after leaves out what comes before key, and with open the key as well.
func (s span) after(key []byte, open bool) span {
	if order := bytes.Compare(key, s.lower); order >= 0 {
		s.lower, s.lowerOpen = key, open || order == 0 && s.lowerOpen
	}
	return s
}

// before leaves out what comes after key, and with open the key as well.
func (s span) before(key []byte, open bool) span {
	if s.upper == nil {
		s.upper, s.upperOpen = key, open
		return s
	}
	if order := bytes.Compare(key, s.upper); order <= 0 {
		s.upper, s.upperOpen = key, open || order == 0 && s.upperOpen
	}
	return s
}

// below says that the key is under the lower end.
func (s span) below(key []byte) bool {
	order := bytes.Compare(key, s.lower)
	return order < 0 || order == 0 && s.lowerOpen
}

// above says that the key is over the upper end.
func (s span) above(key []byte) bool {
	if s.upper == nil {
		return false
	}
	order := bytes.Compare(key, s.upper)
	return order > 0 || order == 0 && s.upperOpen
}

// walk visits the records of the span in the direction until visit answers false.
func (s span) walk(t *tree, reverse bool, visit func(record) bool) {
	switch {
	case !reverse:
		t.Ascend(record{key: s.lower}, func(r record) bool {
			if s.below(r.key) {
				return true
			}
			return !s.above(r.key) && visit(r)
		})
	case s.upper == nil:
		t.Reverse(func(r record) bool { return !s.below(r.key) && visit(r) })
	default:
		t.Descend(record{key: s.upper}, func(r record) bool {
			if s.above(r.key) {
				return true
			}
			return !s.below(r.key) && visit(r)
		})
	}
}
