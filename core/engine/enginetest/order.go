// Are keys walked by their unsigned bytes, a shorter one before its extensions?

package enginetest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var orderCases = []testCase{
	{"OddKeys", orderOddKeys},
	{"EveryByte", orderEveryByte},
	{"LongKeys", orderLongKeys},
	{"ManyCommits", orderManyCommits},
}

// oddKeys are keys that go wrong where zero bytes end them, bytes have signs, or lengths come before bytes.
var oddKeys = []string{
	"\x00", "\x00\x00", "\x00\x00\x00\x00", "\x00\x01", "\x00\xff", "\x01", "\x01\x00", "\x7f", "\x7f\xff", "\x80",
	"\x80\x00", "a", "a\x00", "a\x00\x00", "a\x00b", "a\xff", "aa", "ab", "abc", "b", "ba", "z", "zzzzzzzzzzzzzzzzzzzz",
	"\xfe", "\xfe\xff\xff\xff", "\xff", "\xff\x00", "\xff\xff", "\xff\xff\xff\xfe", "\xff\xff\xff\xff",
	"\xff\xff\xff\xff\x00", "\xff\xff\xff\xff\xff\xff\xff\xff",
}

// shuffled is always the same disorder, so that a failure comes again.
func shuffled(keys []string) []string {
	mixed := append([]string(nil), keys...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// wantOrder puts the keys in disorder, in one transaction, and compares all that walks.
func (f *fixture) wantOrder(keys []string) {
	f.Helper()
	for name, at := range f.places() {
		want := named(name, keys...)
		f.write(func(tx engine.Txn) {
			for _, key := range shuffled(keys) {
				f.put(tx, at, key, want[key])
			}
			f.wantContent(tx, at, want)
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
	}
}

func orderOddKeys(f *fixture) {
	f.wantOrder(oddKeys)
}

func orderEveryByte(f *fixture) {
	var keys []string
	for b := range 256 {
		one := string([]byte{byte(b)})
		keys = append(keys, one, one+"\x00", one+"\x80", one+"\xff")
	}
	f.wantOrder(keys)
}

// orderLongKeys has keys that differ in their last byte only, or only in their length.
func orderLongKeys(f *fixture) {
	longest := min(f.engine.Caps().MaxKey, 4096) - engine.PartitionSize
	stem := strings.Repeat("k", longest-1)
	f.wantOrder([]string{stem[:longest-2], stem, stem + "\x00", stem + "a", stem + "b", stem + "\xff"})
}

// orderManyCommits brings the keys in by many transactions, some of which delete what others put.
func orderManyCommits(f *fixture) {
	for name, at := range f.places() {
		want := content{}
		for round := range 20 {
			f.write(func(tx engine.Txn) {
				for i := range 20 {
					key := fmt.Sprintf("%03d", (round*131+i*17)%400)
					f.put(tx, at, key, name+key)
					want[key] = name + key
				}
				for _, key := range want.keys()[:5] {
					f.must(tx.Delete(at, []byte(key)))
					delete(want, key)
				}
			})
		}
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
	}
}
