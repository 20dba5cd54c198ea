package core_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// BenchmarkApply is what a durable commit of one put takes, by how many callers there are.
func BenchmarkApply(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			env, err := core.Open(lmdb.Config{Path: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer env.Close() //nolint:errcheck // the folder is going away
			raw, err := env.OpenRaw(ctx, core.Spec{Name: "db", Kind: core.KindBytes})
			if err != nil {
				b.Fatal(err)
			}
			s, value := core.Named("tenant"), make([]byte, 100)
			var next atomic.Int64
			var group sync.WaitGroup
			b.ResetTimer()
			for range callers {
				group.Add(1)
				go func() {
					defer group.Done()
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						batch := env.NewBatch()
						err := raw.BatchPut(batch, s, benchKey(int(i*7919)), value)
						if err == nil {
							err = env.Apply(ctx, batch)
						}
						if err != nil {
							b.Error(err)
						}
					}
				}()
			}
			group.Wait()
			if info, err := env.Info(); err == nil {
				b.ReportMetric(float64(b.N)/float64(info.LastTxn), "puts/commit")
			}
		})
	}
}
