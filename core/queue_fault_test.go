// Does a fault of our own in the goroutine that commits batches cost them their result, and not the process its life?
package core

import (
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

func TestFaultInAGroup(t *testing.T) {
	env, err := Open(mem.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var results []error
	for i := range 3 {
		b := env.NewBatch()
		if i == 1 {
			b.writes = []write{{}} // of no database
		}
		if err := env.Submit(b, func(err error) { results = append(results, err) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := env.Close(); err != nil {
		t.Fatal(err)
	}
	if len(results) != 3 || !errors.Is(results[1], ErrInternal) {
		t.Fatalf("the results are %v", results)
	}
}
