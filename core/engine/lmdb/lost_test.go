// Is an environment whose map was lost refused, instead of read where nothing is?
package lmdb

import (
	"context"
	"errors"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

func TestLostMap(t *testing.T) {
	opened, err := Config{Path: t.TempDir(), MapSize: 1 << 20}.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*session)
	s.env.lost.Store(true)
	for _, options := range []engine.TxnOptions{{}, {Write: true}} {
		if _, err := s.Begin(context.Background(), options); !errors.Is(err, engine.ErrOutOfMemory) {
			t.Errorf("a transaction begins with %v", err)
		}
	}
	if _, err := s.Info(); !errors.Is(err, engine.ErrOutOfMemory) {
		t.Errorf("info gives %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again, err := Config{Path: s.env.config.Path, MapSize: 1 << 20}.Open()
	if err != nil {
		t.Fatal(err)
	}
	txn, err := again.Begin(context.Background(), engine.TxnOptions{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := txn.Abort(); err != nil {
		t.Error(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
