package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// Our own records live in the table "__scoped_lmdb":
//
//	"format"                      MessagePack integer: the format that a reader must know
//	"database/" + name            MessagePack map: what a database is (record)
//	"displaced/" + home + id      a displaced scope's name (package scope)

// Format is the newest format of stored bytes that this package reads and writes.
const Format = 1

const (
	formatKey      = "format"
	databasePrefix = "database/"
)

// record says what a database was made as. A database without one was made by another program.
type record struct {
	Kind    string `msgpack:"kind"`
	Layout  string `msgpack:"layout"`
	Key     string `msgpack:"key"`
	Value   string `msgpack:"value"`
	Unnamed bool   `msgpack:"unnamed,omitempty"`
}

// checkFormat refuses a file that demands a newer format than this package knows.
func (e *Env) checkFormat(t *Txn) error {
	table := e.records.found()
	if table == nil {
		return nil
	}
	stored, err := t.engine.Get(engine.Place{Table: table}, []byte(formatKey))
	if err == engine.ErrNotFound {
		return nil
	}
	if err != nil {
		return wrap(err)
	}
	format, err := codec.MsgpackValue[uint64]().DecodeValue(stored)
	if err == nil && format == 0 {
		err = errors.New("there is no format 0")
	}
	if err != nil {
		return fail(CodeCorrupt, "the format record of table %q cannot be read: %v", recordsTable, err)
	}
	if format > Format {
		return fail(CodeFormatTooNew, "the environment has format %d, and this version of scoped-lmdb knows up to %d: "+
			"open it with a newer version", format, Format)
	}
	return nil
}

// ensureFormat records the format in an environment that has no such record.
func (e *Env) ensureFormat(ctx context.Context) error {
	key, at := []byte(formatKey), engine.Place{Table: e.records.found()}
	missing := false
	err := e.View(ctx, func(t *Txn) error {
		_, err := t.engine.Get(at, key)
		missing = err == engine.ErrNotFound
		if missing {
			return nil
		}
		return wrap(err)
	})
	if err != nil || !missing {
		return err
	}
	value, err := msgpack.Marshal(uint8(Format))
	if err != nil {
		return wrap(err)
	}
	return e.Update(ctx, func(t *Txn) error {
		if err := t.engine.Insert(at, key, value); err != engine.ErrKeyExists {
			return wrap(err)
		}
		return nil
	})
}

func recordKey(name string) []byte { return []byte(databasePrefix + name) }

// readRecord finds what a database was made as; nil if nothing is recorded.
func (t *Txn) readRecord(name string) (*record, error) {
	table := t.env.records.found()
	if table == nil {
		return nil, nil
	}
	stored, err := t.engine.Get(engine.Place{Table: table}, recordKey(name))
	if err == engine.ErrNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, wrap(err)
	}
	return parseRecord(name, stored)
}

func parseRecord(name string, stored []byte) (*record, error) {
	r, err := codec.MsgpackValue[record]().DecodeValue(stored)
	if err != nil {
		return nil, fail(CodeCorrupt, "the record of database %q cannot be read: %v", name, err)
	}
	if err := r.check(); err != nil {
		return nil, fail(CodeCorrupt, "the record of database %q says %v: it is damaged, or of a newer format", name, err)
	}
	return &r, nil
}

// check says what in a record is not known.
func (r *record) check() error {
	kind, ok := parseKind(r.Kind)
	if !ok {
		return fmt.Errorf("kind %q", r.Kind)
	}
	l, ok := layout.Parse(r.Layout)
	if !ok {
		return fmt.Errorf("layout %q", r.Layout)
	}
	key, ok := codec.ParseType(r.Key)
	if !ok {
		return fmt.Errorf("key type %q", r.Key)
	}
	value, ok := codec.ParseType(r.Value)
	if !ok {
		return fmt.Errorf("value type %q", r.Value)
	}
	return checkTypes(kind, l, key, value)
}

// writeRecord records what a database is made as.
func (t *Txn) writeRecord(name string, r *record) error {
	stored, err := msgpack.Marshal(r)
	if err != nil {
		return wrap(err)
	}
	return wrap(t.engine.Put(engine.Place{Table: t.env.records.found()}, recordKey(name), stored))
}
