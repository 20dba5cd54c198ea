package enginetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// content is what a place should hold: the model that engines are compared with. Go compares strings by their unsigned
// bytes, as the contract orders keys.
type content map[string]string

// pair is an entry of content.
type pair struct {
	key, value string
}

func (p pair) String() string {
	return fmt.Sprintf("%q = %q", clip([]byte(p.key)), clip([]byte(p.value)))
}

// named gives each key a value that tells it from the others and from other places.
func named(prefix string, keys ...string) content {
	entries := content{}
	for _, key := range keys {
		entries[key] = prefix + ":" + key
	}
	return entries
}

// without is the content less some keys.
func (c content) without(keys ...string) content {
	rest := maps.Clone(c)
	for _, key := range keys {
		delete(rest, key)
	}
	return rest
}

// keys are the keys in order.
func (c content) keys() []string {
	return slices.Sorted(maps.Keys(c))
}

// of is what a range selects, in its direction.
func (c content) of(r engine.Range) []pair {
	var selected []pair
	for key, value := range c {
		if inRange(r, key) {
			selected = append(selected, pair{key, value})
		}
	}
	slices.SortFunc(selected, func(a, b pair) int {
		if r.Reverse {
			a, b = b, a
		}
		return strings.Compare(a.key, b.key)
	})
	return selected
}

func inRange(r engine.Range, key string) bool {
	if from := string(r.From); r.From != nil && (key < from || r.FromOpen && key == from) {
		return false
	}
	if to := string(r.To); r.To != nil && (key > to || r.ToOpen && key == to) {
		return false
	}
	return true
}

// after is what is left of selected once a cursor sought key in the range's direction.
func after(r engine.Range, selected []pair, key string, strictly bool) []pair {
	for i, p := range selected {
		order := strings.Compare(p.key, key)
		if r.Reverse {
			order = -order
		}
		if order > 0 || order == 0 && !strictly {
			return selected[i:]
		}
	}
	return nil
}

// endless is more than any place of the suite holds: a walk that goes in circles shall fail and not hang.
const endless = 100_000

// rest is what a cursor has ahead of it, read in batches.
func (f *fixture) rest(cursor engine.Cursor, batch int) []pair {
	f.Helper()
	var got []pair
	entries := make([]engine.Entry, batch)
	for ended := false; ; {
		n, err := cursor.Next(entries)
		f.must(err)
		if ended && n > 0 {
			f.Fatalf("Next gave %d entries after it had answered with fewer than %d", n, batch)
		}
		ended = n < batch
		if n < 0 || n > batch {
			f.Fatalf("Next of %d entries answered %d", batch, n)
		}
		if len(got) > endless {
			f.Fatalf("a cursor gave %d entries and does not end", len(got))
		}
		if n == 0 {
			return got
		}
		for _, entry := range entries[:n] {
			got = append(got, pair{string(entry.Key), string(entry.Value)})
		}
	}
}

// scanned is all of a range, read in batches.
func (f *fixture) scanned(tx engine.Txn, at engine.Place, r engine.Range, batch int) []pair {
	f.Helper()
	cursor, err := tx.Scan(at, r)
	f.must(err)
	defer cursor.Close()
	return f.rest(cursor, batch)
}

// wantPairs ends the test unless both are the same. It tells the first difference only: values may be long.
func (f *fixture) wantPairs(what string, got, want []pair) {
	f.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			f.Fatalf("%s: ends after %d entries, want %d; the next is %s", what, i, len(want), want[i])
		case i >= len(want):
			f.Fatalf("%s: has %d entries, want %d; too much is %s", what, len(got), i, got[i])
		case got[i] != want[i]:
			f.Fatalf("%s: entry %d is %s, want %s", what, i, got[i], want[i])
		}
	}
}

// wantContent ends the test unless the place holds the content and nothing else, however it is asked.
func (f *fixture) wantContent(tx engine.Txn, at engine.Place, want content) {
	f.Helper()
	f.wantPairs("scan", f.scanned(tx, at, engine.Range{}, 7), want.of(engine.Range{}))
	back := engine.Range{Reverse: true}
	f.wantPairs("reverse scan", f.scanned(tx, at, back, 7), want.of(back))
	f.wantCount(tx, at, engine.Range{}, len(want))
	for key, value := range want {
		f.wantValue(tx, at, key, value)
	}
}

// wantCount ends the test unless the range has so many entries.
func (f *fixture) wantCount(tx engine.Txn, at engine.Place, r engine.Range, want int) {
	f.Helper()
	got, err := tx.Count(at, r)
	f.must(err)
	if got != uint64(want) {
		f.Fatalf("Count of %q to %q gave %d, want %d", r.From, r.To, got, want)
	}
}
