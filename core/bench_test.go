package core_test

import (
	"encoding/binary"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// benchmark opens a database with 100,000 entries of 16 + 100 bytes in a named scope.
func benchmark(b *testing.B) (*core.Env, *core.Raw, core.Scope) {
	env, err := core.Open(lmdb.Config{Path: b.TempDir(), Durability: lmdb.NoSync})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = env.Close() })
	raw, err := env.OpenRaw(ctx, core.Spec{Name: "db", Kind: core.KindBytes})
	if err != nil {
		b.Fatal(err)
	}
	s := core.Named("tenant")
	err = env.Update(ctx, func(txn *core.Txn) error {
		for i := range 100000 {
			if err := raw.Put(txn, s, benchKey(i), make([]byte, 100)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return env, raw, s
}

func benchKey(i int) []byte {
	key := make([]byte, 16)
	binary.BigEndian.PutUint64(key, uint64(i))
	return key
}

func BenchmarkGetHot(b *testing.B) {
	env, raw, s := benchmark(b)
	keys := make([][]byte, 1000)
	for i := range keys {
		keys[i] = benchKey(i)
	}
	b.ReportAllocs()
	_ = env.View(ctx, func(txn *core.Txn) error {
		b.ResetTimer()
		for i := range b.N {
			if _, err := raw.Get(txn, s, keys[i%1000]); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	})
}

func BenchmarkScan(b *testing.B) {
	env, raw, s := benchmark(b)
	b.ReportAllocs()
	_ = env.View(ctx, func(txn *core.Txn) error {
		b.ResetTimer()
		for n := 0; n < b.N; {
			entries, err := raw.Entries(txn, s, core.Bounds{})
			if err != nil {
				b.Fatal(err)
			}
			for n < b.N {
				ok, err := entries.Next()
				if err != nil {
					b.Fatal(err)
				}
				if !ok {
					break
				}
				n++
			}
			_ = entries.Close()
		}
		return nil
	})
}

// BenchmarkShortWalk is a walk over ten entries.
func BenchmarkShortWalk(b *testing.B) {
	env, raw, s := benchmark(b)
	b.ReportAllocs()
	_ = env.View(ctx, func(txn *core.Txn) error {
		b.ResetTimer()
		for range b.N {
			entries, err := raw.Entries(txn, s, core.Bounds{Limit: 10})
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for ok, err := entries.Next(); ok && err == nil; ok, err = entries.Next() {
				n++
			}
			if err := entries.Close(); err != nil || n != 10 {
				b.Fatal(n, err)
			}
		}
		return nil
	})
}

func BenchmarkPutSequential(b *testing.B) {
	env, raw, s := benchmark(b)
	b.ReportAllocs()
	_ = env.Update(ctx, func(txn *core.Txn) error {
		value, key := make([]byte, 100), make([]byte, 16)
		b.ResetTimer()
		for i := range b.N {
			binary.BigEndian.PutUint64(key, uint64(i+100000))
			if err := raw.Put(txn, s, key, value); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	})
}

func BenchmarkView(b *testing.B) {
	env, raw, s := benchmark(b)
	key := benchKey(7)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		err := env.View(ctx, func(txn *core.Txn) error {
			_, err := raw.Get(txn, s, key)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
