// Does the LMDB engine keep every promise of the seam?
package lmdb_test

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/enginetest"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestSeam(t *testing.T) {
	folders := map[engine.Engine]string{}
	open := func(t *testing.T, folder string) engine.Engine {
		t.Helper()
		e, err := lmdb.Config{Path: folder, MapSize: 1 << 28, Durability: lmdb.NoSync}.Open()
		if err != nil {
			t.Fatal(err)
		}
		folders[e] = folder
		return e
	}
	enginetest.Run(t,
		func(t *testing.T) engine.Engine { return open(t, t.TempDir()) },
		func(t *testing.T, closed engine.Engine) engine.Engine { return open(t, folders[closed]) })
}
