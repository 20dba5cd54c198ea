// Do the lists of databases and the figures of scopes and environments say what is there?
package core_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

func TestDatabases(t *testing.T) {
	folder := foreign(t)
	env := open(t, lmdb.Config{Path: folder})
	if infos, err := env.Databases(ctx); len(infos) != 1 || infos[0].Kind != 0 || infos[0].Name != "named" || err != nil {
		t.Errorf("a foreign environment has %+v, %v", infos, err)
	}
	mine := openBytes(t, env, "mine", core.WithUnnamedDefault())
	heed, err := core.OpenTyped[string, uint32](ctx, env, "_", core.WithLayout(core.Heed))
	must(t, err)
	for i := range 10 {
		must(t, mine.In(core.Named("a")).Put(ctx, fmt.Append(nil, i), []byte("v")))
		must(t, heed.In(core.Named(fmt.Sprint(i))).Put(ctx, "k", 1))
	}
	must(t, heed.In(core.Default).Put(ctx, "k", 1))
	want := []core.DatabaseInfo{
		{Name: "_", Kind: core.KindTyped, Layout: core.Heed, Key: codec.Text, Value: codec.U32, Entries: 11},
		{Name: "mine", Kind: core.KindBytes, Layout: core.Ordered, UnnamedDefault: true, Entries: 310},
		{Name: "named", Entries: 300},
	}
	if infos, err := env.Databases(ctx); !slices.Equal(infos, want) || err != nil {
		t.Errorf("there are %+v, %v", infos, err)
	}
	// Within a write transaction, which sees its own entries.
	stop := errors.New("stop")
	err = env.Update(ctx, func(txn *core.Txn) error {
		must(t, mine.Put(txn, core.Named("b"), []byte("x"), nil))
		if infos, err := txn.Databases(); err != nil || infos[1].Entries != 311 {
			t.Errorf("there are %+v, %v", infos, err)
		}
		return stop
	})
	if err != stop {
		t.Error(err)
	}
}

func TestStats(t *testing.T) {
	env := open(t, lmdb.Config{})
	db := openBytes(t, env, "db", core.WithLayout(core.Heed))
	s := core.Named("tenant")
	for i := range 300 {
		must(t, db.In(s).Put(ctx, make([]byte, 1+i), make([]byte, 2*i)))
		must(t, db.In(core.Named("other")).Put(ctx, fmt.Append(nil, i), nil))
	}
	for scope, want := range map[core.Scope]core.Stats{
		s: {Entries: 300, KeyBytes: 300 * 301 / 2, ValueBytes: 300 * 299}, core.Default: {}, core.Named("nobody"): {},
	} {
		must(t, env.View(ctx, func(txn *core.Txn) error {
			if stats, err := db.Stats(txn, scope); stats != want || err != nil {
				t.Errorf("%v has %+v, %v", scope, stats, err)
			}
			return nil
		}))
	}
}

func TestEnvInfo(t *testing.T) {
	folder := t.TempDir()
	env := open(t, lmdb.Config{Path: folder, MapSize: 1 << 24, MaxReaders: 7})
	db := openBytes(t, env, "db")
	before, err := env.Info()
	must(t, err)
	must(t, db.In(core.Default).Put(ctx, []byte("k"), make([]byte, 1<<20)))
	after, err := env.Info()
	must(t, err)
	if after.LastTxn != before.LastTxn+1 || after.Used < before.Used+1<<20 || after.Size != 1<<24 || after.MaxReaders != 7 ||
		after.PageSize != os.Getpagesize() || after.MaxKey != 507 || after.MaxValue != 1<<31-1 || after.ReadOnly {
		t.Errorf("after %+v there is %+v", before, after)
	}
	must(t, env.Close())
	_, err = env.Info()
	wantCode(t, err, core.CodeClosed)
}
