package core_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// temporary opens an environment in a folder of its own, and says how to remove it.
func temporary() (*core.Env, func()) {
	folder, err := os.MkdirTemp("", "scoped-lmdb")
	if err != nil {
		log.Fatal(err)
	}
	env, err := core.Open(lmdb.Config{Path: folder})
	if err != nil {
		log.Fatal(err)
	}
	return env, func() {
		if err := env.Close(); err != nil {
			log.Fatal(err)
		}
		os.RemoveAll(folder)
	}
}

// A tenant's data stays apart from every other's, under the same keys in the same database.
func Example_multiTenant() {
	type User struct {
		Name string
		Age  int
	}
	env, remove := temporary()
	defer remove()
	ctx := context.Background()
	users, err := core.OpenTyped[string, User](ctx, env, "users")
	if err != nil {
		log.Fatal(err)
	}
	err = env.Update(ctx, func(txn *core.Txn) error {
		if err := users.Put(txn, core.Named("acme"), "alice", User{"Alice", 30}); err != nil {
			return err
		}
		return users.Put(txn, core.Named("globex"), "alice", User{"Another Alice", 40})
	})
	if err != nil {
		log.Fatal(err)
	}
	err = env.Update(ctx, func(txn *core.Txn) error {
		n, err := users.Clear(txn, core.Named("acme"))
		fmt.Println("cleared", n)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	alice, err := users.In(core.Named("globex")).Get(ctx, "alice")
	fmt.Println(alice, err)
	_, err = users.In(core.Named("acme")).Get(ctx, "alice")
	fmt.Println(err)
	// Output:
	// cleared 1
	// {Another Alice 40} <nil>
	// NotFound
}

// A scope comes into being with its first entry, is renamed at no cost, and goes with all it holds.
func Example_scopeLifecycle() {
	env, remove := temporary()
	defer remove()
	ctx := context.Background()
	notes, err := core.OpenBytes(ctx, env, "notes")
	if err != nil {
		log.Fatal(err)
	}
	show := func(what string, err error) {
		if err != nil {
			log.Fatal(err)
		}
		infos, err := env.Scopes(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(what, ":")
		for _, info := range infos {
			fmt.Print(" ", info.Name)
		}
		fmt.Println()
	}
	show("at first", nil)
	show("put", notes.In(core.Named("draft")).Put(ctx, []byte("k"), []byte("v")))
	_, err = env.RegisterScope(ctx, "empty")
	show("registered", err)
	show("renamed", env.RenameScope(ctx, "draft", "final"))
	_, err = env.PruneScopes(ctx)
	show("pruned", err)
	_, err = env.DropScope(ctx, "final")
	show("dropped", err)
	// Output:
	// at first:
	// put: draft
	// registered: draft empty
	// renamed: empty final
	// pruned: final
	// dropped:
}

// The three kinds of databases differ in what their keys and values are.
func Example_kinds() {
	env, remove := temporary()
	defer remove()
	ctx := context.Background()
	typed, err := core.OpenTyped[core.Tuple, map[string]any](ctx, env, "typed")
	if err != nil {
		log.Fatal(err)
	}
	bytesKey, err := core.OpenBytesKey[[]int](ctx, env, "bytes-key")
	if err != nil {
		log.Fatal(err)
	}
	raw, err := core.OpenBytes(ctx, env, "bytes")
	if err != nil {
		log.Fatal(err)
	}
	s := core.Named("tenant")
	err = env.Update(ctx, func(txn *core.Txn) error {
		for i, city := range []string{"Paris", "Berlin", "Rome"} {
			if err := typed.Put(txn, s, core.Tuple{"eu", i}, map[string]any{"city": city}); err != nil {
				return err
			}
		}
		if err := bytesKey.Put(txn, s, []byte{0xff, 0x00}, []int{1, 2, 3}); err != nil {
			return err
		}
		return raw.Put(txn, s, []byte("key"), []byte("value"))
	})
	if err != nil {
		log.Fatal(err)
	}
	err = env.View(ctx, func(txn *core.Txn) error {
		r := core.Prefix(core.Tuple{"eu"})
		r.Reverse, r.Limit = true, 2
		for entry, err := range typed.Range(txn, s, r) {
			if err != nil {
				return err
			}
			fmt.Println(entry.Key, entry.Value)
		}
		for key, err := range bytesKey.Keys(txn, s, core.Range[[]byte]{}) {
			fmt.Println(key, err)
		}
		value, err := raw.Get(txn, s, []byte("key"))
		fmt.Println(string(value), err)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// [eu 2] map[city:Rome]
	// [eu 1] map[city:Berlin]
	// [255 0] <nil>
	// value <nil>
}

// Workers with a scope each write beside one another; LMDB lets one of them write at a time, and snapshots read meanwhile.
func Example_parallelWorkers() {
	env, remove := temporary()
	defer remove()
	ctx := context.Background()
	jobs, err := core.OpenTyped[int, string](ctx, env, "jobs")
	if err != nil {
		log.Fatal(err)
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			s := core.Named(fmt.Sprint("worker", worker))
			err := env.Update(ctx, func(txn *core.Txn) error {
				for i := range 10 * (worker + 1) {
					if err := jobs.Put(txn, s, i, s.Name()); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				log.Fatal(err)
			}
		}()
	}
	group.Wait()
	for worker := range 4 {
		n, err := jobs.In(core.Named(fmt.Sprint("worker", worker))).Count(ctx, core.Range[int]{})
		fmt.Println("worker", worker, "has", n, err)
	}
	// Output:
	// worker 0 has 10 <nil>
	// worker 1 has 20 <nil>
	// worker 2 has 30 <nil>
	// worker 3 has 40 <nil>
}
