// Does C write what Go writes into a page, or leave it to Go?
package main

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

var texts = []string{"", "a", "key-000000000001", "é", "日本", "😀", "a\x00b", "\x00", "x\xffy",
	"\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80",
	"1234567\x80", "12345678é", "the longest text that a page has in one byte", string(bytes.Repeat([]byte("x"), 300))}

// text is one of texts, or one of any length up to 40 that has at most one character that is not plain.
func text(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return texts[r.IntN(len(texts))]
	}
	made := make([]byte, r.IntN(41))
	for i := range made {
		made[i] = byte(1 + r.IntN(0x7f))
	}
	if r.IntN(3) == 0 {
		at := r.IntN(len(made) + 1)
		odd := []string{"\x00", "\x80", "\xff", "é", "\x00\xff"}[r.IntN(5)]
		return string(made[:at]) + odd + string(made[at:])
	}
	return string(made)
}

// pageObject is any MessagePack object; one that is a key if it must be.
func pageObject(r *rand.Rand, depth int, key bool) any {
	switch n := r.IntN(12); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n == 2:
		return r.Uint64() >> r.IntN(64)
	case n == 3:
		return -int64(r.Uint64() >> (1 + r.IntN(63)))
	case n == 4:
		return []int64{-1 << 63, -1 << 31, -1<<31 - 1, -1 << 15, -1<<15 - 1, -128, -129, -32, -33, 1<<63 - 1, 255, 256, 0}[r.IntN(13)]
	case n == 5:
		return r.NormFloat64()
	case n == 6:
		return []byte(text(r))
	case n < 9 || depth > 9:
		return text(r)
	case n < 11 || key:
		list := make([]any, r.IntN(18>>depth+2))
		for i := range list {
			list[i] = pageObject(r, depth+1, key)
		}
		return list
	}
	m := map[string]any{}
	for range r.IntN(18>>depth + 2) {
		m[text(r)] = pageObject(r, depth+1, key)
	}
	return m
}

// spoil changes what is stored, or not.
func spoil(r *rand.Rand, stored []byte) []byte {
	stored = bytes.Clone(stored)
	switch r.IntN(6) {
	case 0:
		if len(stored) > 0 {
			stored[r.IntN(len(stored))] = byte(r.Uint32())
		}
	case 1:
		stored = stored[:r.IntN(len(stored)+1)]
	case 2:
		stored = append(stored, byte(r.Uint32()>>r.IntN(32)))
	}
	return stored
}

func storedOf(t *testing.T, r *rand.Rand, w codec.Wire, key bool) []byte {
	object, err := msgpack.Marshal(pageObject(r, 0, key))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := w.Encode(nil, object)
	if err != nil { // no UTF-8
		return spoil(r, object)
	}
	return spoil(r, stored)
}

// addOne is what C makes of one entry with so much room; false if it leaves it to Go.
func addOne(t *testing.T, f forms, entry core.RawEntry, capacity int) ([]byte, bool) {
	room := bytes.Repeat([]byte{0xa5}, pageHead+capacity+8)
	p := pager{room: room[: pageHead+capacity : pageHead+capacity], filled: room[:pageHead]}
	n := p.addCommon(f, []core.RawEntry{entry})
	if !bytes.Equal(room[pageHead+capacity:], bytes.Repeat([]byte{0xa5}, 8)) {
		t.Fatalf("C wrote behind the page: %x", entry)
	}
	if n == 0 && len(p.filled) != pageHead {
		t.Fatalf("nothing was added, and the page has %d bytes", len(p.filled))
	}
	return p.filled[pageHead:], n == 1
}

func TestPageByCIsPageByGo(t *testing.T) {
	all := formsOf(core.KindTyped, codec.Auto, codec.Auto)
	for _, one := range []struct {
		name   string
		wire   codec.Wire
		key    bool
		common float64 // how many C must take of those that Go takes
	}{{"keys", codec.TupleKeyWire(), true, 0.5}, {"values", codec.MsgpackValueWire(), false, 0.95}} {
		t.Run(one.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			taken, right := 0, 0
			for range 200000 {
				stored := storedOf(t, r, one.wire, one.key)
				f, entry := all.without(true, false), core.RawEntry{Value: stored}
				if one.key {
					f, entry = all.without(false, true), core.RawEntry{Key: stored}
				}
				want, err := one.wire.AppendObject(nil, stored)
				got, ok := addOne(t, f, entry, len(want)+r.IntN(3))
				if ok && (err != nil || !bytes.Equal(got, want)) {
					t.Fatalf("%x: C wrote %x, Go %x, %v", stored, got, want, err)
				}
				if err == nil {
					right++
				}
				if ok {
					taken++
				}
				if ok && len(want) > 0 {
					if _, fits := addOne(t, f, entry, r.IntN(len(want))); fits {
						t.Fatalf("%x: there was no room for it", stored)
					}
				}
			}
			if float64(taken) < one.common*float64(right) {
				t.Errorf("C takes only %d of %d", taken, right)
			}
		})
	}
}

func TestPageByCOfDeepValues(t *testing.T) {
	f := formsOf(core.KindTyped, codec.Auto, codec.Auto).without(true, false)
	for depth := range 600 {
		stored := append(bytes.Repeat([]byte{0x91}, depth), 7)
		got, ok := addOne(t, f, core.RawEntry{Value: stored}, len(stored))
		if ok != (depth <= 32) || ok && !bytes.Equal(got, stored) {
			t.Errorf("%d arrays inside each other: %v, %x", depth, ok, got)
		}
	}
}

func TestPageByCStops(t *testing.T) {
	key, err := codec.TupleKeyWire().Encode(nil, []byte{0xa1, 'k'})
	if err != nil {
		t.Fatal(err)
	}
	entry := core.RawEntry{Key: key, Value: []byte{1}}
	broken := core.RawEntry{Key: key, Value: []byte{0xc1}}
	f := formsOf(core.KindTyped, codec.Auto, codec.Auto)
	for _, one := range []struct {
		entries []core.RawEntry
		room    int
		most    uint64
		want    int
	}{
		{[]core.RawEntry{entry, entry, entry}, 9, 0, 3},
		{[]core.RawEntry{entry, entry, entry}, 8, 0, 2},
		{[]core.RawEntry{entry, entry, entry}, 9, 2, 2},
		{[]core.RawEntry{entry, broken, entry}, 9, 0, 1},
		{[]core.RawEntry{broken}, 9, 0, 0},
		{nil, 9, 0, 0},
		{[]core.RawEntry{entry}, 0, 0, 0},
	} {
		room := make([]byte, pageHead+one.room)
		p := pager{room: room, filled: room[:pageHead], most: one.most}
		if n := p.addCommon(f, one.entries); n != one.want || p.count != uint64(n) || len(p.filled) != pageHead+3*n {
			t.Errorf("%v: %d entries, %d bytes", one, n, len(p.filled))
		}
	}
	for _, f := range []forms{formsOf(core.KindTyped, codec.Text, codec.Auto), formsOf(core.KindBytesKey, codec.Auto, codec.Text)} {
		p := pager{room: make([]byte, 100)}
		p.filled = p.room[:pageHead]
		if n := p.addCommon(f, []core.RawEntry{entry}); n != 0 {
			t.Errorf("entries of a type of heed's were written by C")
		}
	}
}
