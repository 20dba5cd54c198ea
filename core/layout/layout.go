// Package layout maps a scope's id and a logical key to stored bytes and back: ids and bytes only.
//
// Its ordering law: logical keys are ordered by their unsigned bytes, and every layout yields them in that order,
// whatever order their stored bytes have.
//
// A stored key is a partition (the scope's id, 4 bytes, or nothing in the default scope) followed by a rest. What the
// rest is says a [Form].
package layout

import (
	"encoding/binary"
	"fmt"
)

// Layout is how the named scopes of a database are stored.
type Layout uint8

const (
	// Ordered is our own layout: the id big-endian, then the logical key as it is. LMDB's order is then the keys'.
	Ordered Layout = 1
	// Heed is the layout of the Rust crate scoped-heed 0.2: the id little-endian, then the key as bincode 1 writes it.
	Heed Layout = 2
)

// String is the layout's name, as it is recorded.
func (l Layout) String() string {
	switch l {
	case Ordered:
		return "ordered"
	case Heed:
		return "heed"
	}
	return fmt.Sprintf("layout %d", uint8(l))
}

// Parse finds a layout by its name.
func Parse(name string) (Layout, bool) {
	for _, l := range [...]Layout{Ordered, Heed} {
		if l.String() == name {
			return l, true
		}
	}
	return 0, false
}

// Partition is the stored form of a scope's id.
func (l Layout) Partition(id uint32) (p [4]byte) {
	if l == Heed {
		binary.LittleEndian.PutUint32(p[:], id)
	} else {
		binary.BigEndian.PutUint32(p[:], id)
	}
	return p
}

// ID is the scope's id of a stored partition.
func (l Layout) ID(p [4]byte) uint32 {
	if l == Heed {
		return binary.LittleEndian.Uint32(p[:])
	}
	return binary.BigEndian.Uint32(p[:])
}
