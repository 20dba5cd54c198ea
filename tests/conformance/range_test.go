// Does every combination of bounds, direction and limit give the same entries, in every kind and layout?
package conformance_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// boundaries are how many keys of a table serve as bounds.
const boundaries = 6

func TestRanges(t *testing.T) {
	for i, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			s, held := new(agents.Script), newState()
			askOpen(s, "no_sync", "create")
			keys := slices.Clone(table.keys)
			slices.SortFunc(keys, compare)
			s.Ask("OK", "write 0 0")
			// Every other key is there, so that bounds are keys and gaps; the neighbours hold all.
			for _, scope := range []any{nil, "tenant_2", "tenant_4", "team32"} {
				for k, key := range keys {
					if k%2 == 0 || scope == "team32" {
						value := smallValue(r, table)
						held.put(i, scope, key, value)
						s.Ask("OK", "put 0 %d %s %s %s", i, literal.Text(scope), literal.Text(key), value)
					}
				}
			}
			s.Ask("OK", "commit 0")
			s.Ask("OK", "read 0 0")
			for _, scope := range []any{nil, "tenant_2", "team32"} {
				for _, b := range allBounds(keys) {
					s.Ask(held.walk(i, scope, b), "range 0 %d %s %v", i, literal.Text(scope), b)
				}
			}
			s.Ask("OK", "abort 0")
			s.Ask("OK", "close 0")
			follow(t, s)
		})
	}
}

// smallValue is a value in words, of a size that does not matter when it is read a thousand times.
func smallValue(r *rand.Rand, from table) string {
	for {
		if words := literal.Text(from.value(r)); len(words) < 100 {
			return words
		}
	}
}

// allBounds are all combinations for some of the keys, the first and the last among them.
func allBounds(keys []any) (all []bounds) {
	type end struct {
		how string
		key any
	}
	ends := []end{{"open", nil}}
	for i := range boundaries {
		key := keys[i*(len(keys)-1)/(boundaries-1)]
		ends = append(ends, end{"include", key}, end{"exclude", key})
	}
	for _, lower := range ends {
		for _, upper := range ends {
			for _, reverse := range []bool{false, true} {
				for _, limit := range []int{0, 2} {
					all = append(all, bounds{lower.how, upper.how, lower.key, upper.key, reverse, limit})
				}
			}
		}
	}
	return all
}
