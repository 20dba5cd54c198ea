// Does mem answer what the contract forbids with an error, never with a panic or a lost turn?

package mem_test

import (
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// methods calls all that can fail of a transaction and its cursor.
func methods(tx engine.Txn, cursor engine.Cursor, at engine.Place) map[string]error {
	answers := map[string]error{}
	_, answers["Get"] = tx.Get(at, []byte("key"))
	answers["GetMany"] = tx.GetMany(at, nil, nil)
	answers["Put"] = tx.Put(at, []byte("key"), nil)
	answers["Insert"] = tx.Insert(at, []byte("key"), nil)
	answers["Delete"] = tx.Delete(at, []byte("key"))
	_, answers["Apply"] = tx.Apply(at, nil)
	_, answers["DeleteRange"] = tx.DeleteRange(at, engine.Range{})
	_, answers["Count"] = tx.Count(at, engine.Range{})
	_, answers["Scan"] = tx.Scan(at, engine.Range{})
	_, answers["Tables"] = tx.Tables()
	_, answers["Child"] = tx.(engine.Nester).Child()
	_, answers["Next"] = cursor.Next(make([]engine.Entry, 1))
	answers["Seek"] = cursor.Seek([]byte("key"), false)
	return answers
}

func TestAfterTheEnd(t *testing.T) {
	e := mem.New(mem.Options{})
	at := place(t, e, "table")
	for _, write := range []bool{false, true} {
		for _, end := range []func(engine.Txn) error{engine.Txn.Commit, engine.Txn.Abort} {
			tx := begin(t, e, write)
			cursor, err := tx.Scan(at, engine.Range{})
			must(t, err)
			must(t, end(tx))
			for method, err := range methods(tx, cursor, at) {
				t.Run(method, func(t *testing.T) { want(t, err, engine.ErrInternal) })
			}
			want(t, tx.Commit(), engine.ErrInternal)
			want(t, tx.Abort(), engine.ErrInternal)
			cursor.Close()
			if e.Open() != 0 {
				t.Fatalf("%d are open", e.Open())
			}
		}
	}
	put(t, e, at, "the turn", "is there")
}

func TestParentOfAnOpenChild(t *testing.T) {
	e := mem.New(mem.Options{})
	at := place(t, e, "table")
	for _, end := range []func(engine.Txn) error{engine.Txn.Commit, engine.Txn.Abort} {
		tx := begin(t, e, true)
		cursor, err := tx.Scan(at, engine.Range{})
		must(t, err)
		must(t, tx.Put(at, []byte("parent"), []byte("x")))
		child, err := tx.(engine.Nester).Child()
		must(t, err)
		must(t, child.Put(at, []byte("child"), []byte("x")))
		for method, err := range methods(tx, cursor, at) {
			t.Run(method, func(t *testing.T) { want(t, err, engine.ErrInternal) })
		}
		// The parent takes its child with it, and a Commit that was not allowed keeps nothing.
		if err := end(tx); err != nil {
			want(t, err, engine.ErrInternal)
		}
		want(t, child.Commit(), engine.ErrInternal)
		if get(t, e, at, "parent")+get(t, e, at, "child") != "" || e.Open() != 0 {
			t.Errorf("something was kept, or is open")
		}
	}
	put(t, e, at, "the turn", "is there")
}

func TestArguments(t *testing.T) {
	e := mem.New(mem.Options{})
	at := place(t, e, "table")
	tx := begin(t, e, true)
	for _, elsewhere := range []engine.Place{{}, place(t, mem.New(mem.Options{}), "table")} {
		_, err := tx.Get(elsewhere, []byte("key"))
		want(t, err, engine.ErrInvalid)
		want(t, tx.Put(elsewhere, []byte("key"), nil), engine.ErrInvalid)
		_, err = tx.Scan(elsewhere, engine.Range{})
		want(t, err, engine.ErrInvalid)
	}
	want(t, tx.GetMany(at, make([][]byte, 2), make([][]byte, 1)), engine.ErrInvalid)
	want(t, tx.Put(at, nil, nil), engine.ErrInvalid)
	n, err := tx.Apply(at, []engine.Op{{Key: []byte("a")}, {Kind: 77, Key: []byte("b")}})
	want(t, err, engine.ErrInvalid)
	if n != 1 {
		t.Errorf("Apply did %d, want 1", n)
	}
	cursor, err := tx.Scan(at, engine.Range{})
	must(t, err)
	cursor.Close()
	_, err = cursor.Next(make([]engine.Entry, 1))
	want(t, err, engine.ErrInternal)
	want(t, cursor.Seek(nil, false), engine.ErrInternal)
	must(t, tx.Abort())
}

func TestChildOfARead(t *testing.T) {
	e := mem.New(mem.Options{})
	tx := begin(t, e, false)
	_, err := tx.(engine.Nester).Child()
	want(t, err, engine.ErrReadOnly)
	must(t, tx.Abort())
}
