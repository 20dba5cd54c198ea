// Does Poison find callers that keep what they borrowed, or forget to Seek?

package mem_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/mem"
)

// borrow gets all that a transaction hands out of an entry "key" = "value".
func borrow(t *testing.T, tx engine.Txn, at engine.Place) [][]byte {
	t.Helper()
	got, err := tx.Get(at, []byte("key"))
	must(t, err)
	many := make([][]byte, 1)
	must(t, tx.GetMany(at, [][]byte{[]byte("key")}, many))
	cursor, err := tx.Scan(at, engine.Range{})
	must(t, err)
	entries := make([]engine.Entry, 1)
	_, err = cursor.Next(entries)
	must(t, err)
	cursor.Close()
	borrowed := [][]byte{got, many[0], entries[0].Key, entries[0].Value}
	if all := string(borrowed[0]) + string(borrowed[1]) + string(borrowed[2]) + string(borrowed[3]); all !=
		"valuevaluekeyvalue" {
		t.Fatalf("borrowed %q", all)
	}
	return borrowed
}

func wantPoisoned(t *testing.T, when string, borrowed [][]byte) {
	t.Helper()
	for _, b := range borrowed {
		if string(b) != strings.Repeat("\xdb", len(b)) {
			t.Errorf("%s: still reads %q", when, b)
		}
	}
}

func TestPoisonAtTheNextWrite(t *testing.T) {
	e := mem.New(mem.Options{Poison: true})
	at := place(t, e, "table")
	for name, write := range map[string]func(tx engine.Txn) error{
		"Put":         func(tx engine.Txn) error { return tx.Put(at, []byte("other"), nil) },
		"Insert":      func(tx engine.Txn) error { return tx.Insert(at, []byte("new"), nil) },
		"Delete":      func(tx engine.Txn) error { return tx.Delete(at, []byte("key")) },
		"Apply":       func(tx engine.Txn) error { _, err := tx.Apply(at, nil); return err },
		"DeleteRange": func(tx engine.Txn) error { _, err := tx.DeleteRange(at, engine.Range{}); return err },
		"a child's Commit": func(tx engine.Txn) error {
			child, err := tx.(engine.Nester).Child()
			must(t, err)
			return child.Commit()
		},
		"Commit": engine.Txn.Commit,
		"Abort":  engine.Txn.Abort,
	} {
		tx := begin(t, e, true)
		must(t, tx.Put(at, []byte("key"), []byte("value")))
		borrowed := borrow(t, tx, at)
		must(t, write(tx))
		wantPoisoned(t, name, borrowed)
		_ = tx.Abort() // Some have ended it.
	}
}

func TestPoisonAtTheEndOfARead(t *testing.T) {
	e := mem.New(mem.Options{Poison: true})
	at := place(t, e, "table")
	put(t, e, at, "key", "value")
	for name, end := range map[string]func(engine.Txn) error{"Commit": engine.Txn.Commit, "Abort": engine.Txn.Abort} {
		tx := begin(t, e, false)
		borrowed := borrow(t, tx, at)
		must(t, end(tx))
		wantPoisoned(t, name, borrowed)
	}
	// What was handed out was a copy: the store is unharmed.
	tx := begin(t, e, false)
	borrow(t, tx, at)
	must(t, tx.Abort())
}

// A write that is passed what the same transaction lent gets the poison: its time ended when the write began.
func TestPoisonReachesTheWriteItself(t *testing.T) {
	e := mem.New(mem.Options{Poison: true})
	at := place(t, e, "table")
	put(t, e, at, "key", "value")
	tx := begin(t, e, true)
	value, err := tx.Get(at, []byte("key"))
	must(t, err)
	must(t, tx.Put(at, []byte("copy"), value))
	got, err := tx.Get(at, []byte("copy"))
	must(t, err)
	wantPoisoned(t, "Put", [][]byte{got})
	must(t, tx.Abort())
}

func TestPoisonFindsTheMissingSeek(t *testing.T) {
	for _, poison := range []bool{true, false} {
		e := mem.New(mem.Options{Poison: poison})
		at := place(t, e, "table")
		for _, key := range []string{"a", "b", "c", "d"} {
			put(t, e, at, key, key)
		}
		tx := begin(t, e, true)
		cursor, err := tx.Scan(at, engine.Range{})
		must(t, err)
		entries := make([]engine.Entry, 1)
		_, err = cursor.Next(entries)
		must(t, err)
		must(t, tx.Delete(at, []byte("b")))
		n, err := cursor.Next(entries)
		if poison {
			want(t, err, engine.ErrInternal)
			must(t, cursor.Seek([]byte("a"), true))
			n, err = cursor.Next(entries)
		}
		must(t, err)
		if n != 1 || string(entries[0].Key) != "c" {
			t.Errorf("poison %t: Next gave %d, %q", poison, n, entries[0].Key)
		}
		// An answer that is no success may have moved the cursor as well, in another engine.
		if err := tx.Insert(at, []byte("c"), nil); !errors.Is(err, engine.ErrKeyExists) {
			t.Errorf("Insert: %v", err)
		}
		if _, err := cursor.Next(entries); (err != nil) != poison {
			t.Errorf("poison %t: Next after a refused write: %v", poison, err)
		}
		must(t, tx.Abort())
	}
}
