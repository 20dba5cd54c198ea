// Does mem keep the contract of package engine, also when it finds those who do not?

package mem_test

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/enginetest"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

func TestSuite(t *testing.T) {
	for name, options := range map[string]mem.Options{
		"plain":     {},
		"poison":    {Poison: true},
		"narrow":    {Poison: true, MaxKey: 400, MaxValue: 10_000},
		"long keys": {MaxKey: 5000},
	} {
		t.Run(name, func(t *testing.T) {
			open := func(t *testing.T) engine.Engine { return watch(t, mem.New(options)) }
			enginetest.Run(t, open, func(t *testing.T, closed engine.Engine) engine.Engine {
				config := mem.Config{Store: closed.(*mem.Engine).Store(), Options: options}
				e, err := config.Open()
				if err != nil {
					t.Fatal(err)
				}
				return watch(t, e.(*mem.Engine))
			})
		})
	}
}

// watch says at a test's end if something is open.
func watch(t *testing.T, e *mem.Engine) *mem.Engine {
	t.Cleanup(func() {
		if open := e.Open(); open != 0 && !t.Failed() {
			t.Errorf("%d transactions and cursors are open", open)
		}
	})
	return e
}
