// Are the limits where Caps says, the partition's bytes counted, and what is over them refused without harm?

package enginetest

import (
	"bytes"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var limitCases = []testCase{
	{"Caps", limitCaps},
	{"LongestKey", limitLongestKey},
	{"KeyTooLong", limitKeyTooLong},
	{"KeyTooLongToFind", limitKeyTooLongToFind},
	{"KeyOfNoBytes", limitKeyOfNoBytes},
	{"ValueTooLarge", limitValueTooLarge},
}

// mostTried is the longest key or value that the suite makes to try a limit.
const mostTried = 1 << 24

func limitCaps(f *fixture) {
	caps := f.engine.Caps()
	if caps.MaxKey < 64 || caps.MaxValue < 64 {
		f.Errorf("Caps says that keys have up to %d bytes and values up to %d", caps.MaxKey, caps.MaxValue)
	}
	if caps.ReadOnly {
		f.Errorf("Caps says ReadOnly, and the suite was to get an engine that can be written to")
	}
	if _, ok := f.engine.(engine.Grower); caps.Growable && !ok {
		f.Errorf("Caps says Growable, and %T is no Grower", f.engine)
	}
	f.fill(f.whole("plain"), numbered(10))
	if again := f.engine.Caps(); again != caps {
		f.Errorf("Caps changed from %+v to %+v", caps, again)
	}
}

// longest is a key as long as the place takes.
func (f *fixture) longest(at engine.Place) string {
	f.Helper()
	longest := f.engine.Caps().MaxKey
	if longest > mostTried {
		f.Skip("the longest key is too long to try")
	}
	if at.Scoped {
		longest -= engine.PartitionSize
	}
	return strings.Repeat("k", longest)
}

func limitLongestKey(f *fixture) {
	for _, at := range f.places() {
		longest := f.longest(at)
		f.write(func(tx engine.Txn) {
			f.put(tx, at, longest, "put")
			f.wantExactly(tx.Insert(at, []byte(longest), []byte("x")), engine.ErrKeyExists)
			f.must(tx.Delete(at, []byte(longest)))
			f.must(tx.Insert(at, []byte(longest), []byte("inserted")))
			f.put(tx, at, longest[1:], "one byte less")
			_, err := tx.Apply(at, []engine.Op{{Key: []byte(longest), Value: []byte("applied")}})
			f.must(err)
		})
		f.read(func(tx engine.Txn) {
			f.wantContent(tx, at, content{longest: "applied", longest[1:]: "one byte less"})
		})
	}
}

func limitKeyTooLong(f *fixture) {
	for _, at := range f.places() {
		longest := f.longest(at)
		f.fill(at, content{"there": "before"})
		for _, tooLong := range []string{longest + "k", longest + longest} {
			key, value := []byte(tooLong), []byte("value")
			f.write(func(tx engine.Txn) {
				f.wantError(tx.Put(at, key, value), engine.ErrKeyTooLong)
				f.wantError(tx.Insert(at, key, value), engine.ErrKeyTooLong)
				for _, kind := range []engine.OpKind{engine.OpPut, engine.OpInsert} {
					n, err := tx.Apply(at, []engine.Op{
						{Key: []byte("first"), Value: value}, {Kind: kind, Key: key, Value: value},
						{Key: []byte("third"), Value: value},
					})
					f.wantError(err, engine.ErrKeyTooLong)
					if n != 1 {
						f.Errorf("Apply did %d, want 1", n)
					}
				}
			})
			f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"there": "before", "first": "value"}) })
		}
	}
}

// limitKeyTooLongToFind asks for keys that cannot be there. They are not, or they are refused; they are never cut.
func limitKeyTooLongToFind(f *fixture) {
	for _, at := range f.places() {
		longest := f.longest(at)
		f.fill(at, content{longest: "the longest"})
		key := []byte(longest + "k")
		f.write(func(tx engine.Txn) {
			_, err := tx.Get(at, key)
			f.wantError(err, engine.ErrNotFound, engine.ErrKeyTooLong)
			f.wantError(tx.Delete(at, key), engine.ErrNotFound, engine.ErrKeyTooLong)
			values := [][]byte{nil}
			if err := tx.GetMany(at, [][]byte{key}, values); err != nil {
				f.wantError(err, engine.ErrKeyTooLong)
			} else if values[0] != nil {
				f.Errorf("GetMany of a key that is too long gave %q", values[0])
			}
			if n, err := tx.Apply(at, []engine.Op{{Kind: engine.OpDelete, Key: key}}); err != nil {
				f.wantError(err, engine.ErrKeyTooLong)
			} else if n != 1 {
				f.Errorf("Apply did %d, want 1", n)
			}
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{longest: "the longest"}) })
	}
}

// limitKeyOfNoBytes tries a key of no bytes without a partition. An engine may have no such keys: then it says so, and
// in its reads there is none. (With a partition there is one: the other suites have it.)
func limitKeyOfNoBytes(f *fixture) {
	at := f.whole("plain")
	f.fill(at, numbered(3))
	want := numbered(3)
	f.write(func(tx engine.Txn) {
		for _, key := range [][]byte{nil, {}} {
			if err := tx.Put(at, key, []byte("value")); err != nil {
				f.wantKnown(err)
			} else {
				want[""] = "value"
			}
		}
	})
	f.write(func(tx engine.Txn) {
		f.wantPairs("scan", f.scanned(tx, at, engine.Range{}, 2), want.of(engine.Range{}))
		if want[""] != "" {
			f.wantContent(tx, at, want)
			return
		}
		_, err := tx.Get(at, []byte{})
		f.wantKnown(err)
		f.wantKnown(tx.Delete(at, []byte{}))
	})
}

func limitValueTooLarge(f *fixture) {
	most := f.engine.Caps().MaxValue
	if most > mostTried {
		f.Skip("the largest value is too large to try")
	}
	for _, at := range f.places() {
		fits, tooLarge := bytes.Repeat([]byte("v"), most), bytes.Repeat([]byte("v"), most+1)
		f.write(func(tx engine.Txn) {
			f.must(tx.Put(at, []byte("fits"), fits))
			f.wantError(tx.Put(at, []byte("fits"), tooLarge), engine.ErrTooLarge)
			f.wantError(tx.Insert(at, []byte("new"), tooLarge), engine.ErrTooLarge)
			n, err := tx.Apply(at, []engine.Op{
				{Key: []byte("first")}, {Key: []byte("second"), Value: tooLarge}, {Key: []byte("third")},
			})
			f.wantError(err, engine.ErrTooLarge)
			if n != 1 {
				f.Errorf("Apply did %d, want 1", n)
			}
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, content{"fits": string(fits), "first": ""}) })
	}
}
