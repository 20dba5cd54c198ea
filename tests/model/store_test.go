// On which engines does it hold? Where a history's environment is stored, and how it is opened again.

package model

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// store is what outlives an environment.
type store struct {
	driver engine.Driver
	// text is the driver as a program says it.
	text string
	// lmdb says that what only LMDB answers is to be expected.
	lmdb bool
	// drop deletes it.
	drop func()
}

// mapSize is what LMDB's file may grow to. No history comes near it.
const mapSize = 64 << 20

// stores makes an empty store. poison is drawn by the history, for engines that know it.
type stores func(poison bool) (store, error)

func memStores(*testing.T) stores {
	return func(poison bool) (store, error) {
		return store{
			driver: mem.Config{Store: mem.NewStore(), Options: mem.Options{Poison: poison}},
			text:   fmt.Sprintf("mem.Config{Store: store, Options: mem.Options{Poison: %v}}", poison),
			drop:   func() {},
		}, nil
	}
}

// lmdbStores has one folder for all histories, one after the other: an error that names it must read alike each time,
// or rapid would take it for another one.
func lmdbStores(t *testing.T) stores {
	folder := filepath.Join(t.TempDir(), "env")
	return func(bool) (store, error) {
		if err := os.RemoveAll(folder); err != nil {
			return store{}, err
		}
		return store{
			driver: lmdb.Config{Path: folder, CreateFolder: true, MapSize: mapSize, MaxDatabases: 16, MaxReaders: 32, Durability: lmdb.NoSync},
			text:   `lmdb.Config{Path: folder, CreateFolder: true, Durability: lmdb.NoSync}`,
			lmdb:   true,
			drop:   func() { _ = os.RemoveAll(folder) },
		}, nil
	}
}
