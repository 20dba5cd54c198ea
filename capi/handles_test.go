// Does a handle name one object for ever, whatever numbers a host invents?
package main

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"pgregory.net/rapid"
)

func TestHandles(t *testing.T) {
	before := slots.open.Load()
	rapid.Check(t, func(t *rapid.T) {
		live, dead := map[handle]kind{}, map[handle]kind{}
		t.Repeat(map[string]func(*rapid.T){
			"register": func(t *rapid.T) {
				k := kind(rapid.IntRange(int(kindEnv), int(kindBatch)).Draw(t, "kind"))
				h, err := register(k, int(k))
				if err != nil {
					t.Fatal(err)
				}
				if _, again := dead[h]; again || live[h] != 0 {
					t.Fatalf("handle %#x was given twice", h)
				}
				live[h] = k
			},
			"release": func(t *rapid.T) {
				for h, k := range live {
					if !release(h) || release(h) {
						t.Fatalf("release of %#x", h)
					}
					delete(live, h)
					dead[h] = k
					break
				}
			},
			"invent": func(t *rapid.T) {
				h := handle(rapid.Uint64().Draw(t, "number"))
				if _, known := live[h]; known {
					return
				}
				for k := kindEnv; k <= kindBatch; k++ {
					if _, err := find(h, k); err == nil {
						t.Fatalf("the invented number %#x was found", h)
					}
				}
			},
			"": func(t *rapid.T) {
				for h, is := range live {
					for k := kindEnv; k <= kindBatch; k++ {
						value, err := find(h, k)
						if (err == nil) != (k == is) || (err == nil && value != int(is)) {
							t.Fatalf("find of %#x as %d: %v, %v", h, k, value, err)
						}
					}
				}
				for h, is := range dead {
					if _, err := find(h, is); core.CodeOf(err) != core.CodeClosed {
						t.Fatalf("find of the closed %#x: %v", h, err)
					}
				}
			},
		})
		for h := range live {
			release(h)
		}
	})
	if after := slots.open.Load(); after != before {
		t.Errorf("%d handles are left", after-before)
	}
}
