package scope

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// FaultKind is what is wrong with a registry.
type FaultKind uint8

// The kinds.
const (
	// FaultRow is a row that cannot be read: its key is no id, or its value no name.
	FaultRow FaultKind = iota
	// FaultUnresolved is a name that is registered under an id at which a lookup does not find it: its row is neither at its
	// home nor has it a record as a displaced one. A name that scoped-heed would not find after a rename is none.
	FaultUnresolved
	// FaultTwice is a name that two ids have.
	FaultTwice
	// FaultDisplaced is a record of a displaced name that is malformed, or whose id has another name or none. It does no harm.
	FaultDisplaced
)

// Fault is something wrong with a registry.
type Fault struct {
	Kind FaultKind
	ID   uint32
	Text string
}

// Check looks for damage, and reports it. The rows that are sound are handed out.
func (r *Registry) Check(t engine.Txn, tables Tables, report func(Fault)) (map[uint32]string, error) {
	names := map[uint32]string{}
	ids := map[string]uint32{}
	err := each(t, tables.Rows, func(key, value []byte) error {
		if len(key) != 4 {
			report(Fault{FaultRow, 0, fmt.Sprintf("the registry has a key of %d bytes, %x: an id has 4", len(key), key)})
			return nil
		}
		id := binary.LittleEndian.Uint32(key)
		name, err := parseRow(id, value)
		if err == nil {
			err = Named(string(name)).Check()
		}
		if err != nil {
			report(Fault{FaultRow, id, err.Error()})
			return nil
		}
		names[id] = string(name)
		if other, twice := ids[string(name)]; twice {
			report(Fault{FaultTwice, id, fmt.Sprintf("the name %s has two ids, %08x and %08x", Quote(string(name)), other, id)})
		}
		ids[string(name)] = id
		return nil
	})
	if err != nil {
		return nil, err
	}
	for id, name := range names {
		found, ok, err := r.Lookup(t, tables, name)
		if err != nil {
			ok = false // a row that cannot be read stands at the name's home, and is reported itself
		}
		if !ok || (found != id && ids[name] == id) {
			report(Fault{FaultUnresolved, id, fmt.Sprintf("the name %s has id %08x, and a lookup does not find it there (its home is %08x)",
				Quote(name), id, r.hash(name))})
		}
	}
	return names, r.checkRecords(t, tables, names, report)
}

func (r *Registry) checkRecords(t engine.Txn, tables Tables, names map[uint32]string, report func(Fault)) error {
	return each(t, tables.Records, func(key, value []byte) error {
		rest, is := strings.CutPrefix(string(key), displacedHead)
		if !is {
			return nil
		}
		if len(rest) != 8 {
			report(Fault{FaultDisplaced, 0, fmt.Sprintf("the record %q of a displaced name has a key of another length than %d bytes",
				key, len(displacedHead)+8)})
			return nil
		}
		home, id := binary.BigEndian.Uint32([]byte(rest)), binary.BigEndian.Uint32([]byte(rest[4:]))
		name := string(value)
		switch {
		case names[id] != name:
			report(Fault{FaultDisplaced, id, fmt.Sprintf("the record of the displaced name %s says id %08x, whose name is %s",
				Quote(name), id, Quote(names[id]))})
		case r.hash(name) != home:
			report(Fault{FaultDisplaced, id, fmt.Sprintf("the record of the displaced name %s says home %08x, and it is %08x",
				Quote(name), home, r.hash(name))})
		}
		return nil
	})
}

// each visits all entries of a table; none if there is no table.
func each(t engine.Txn, table engine.Table, visit func(key, value []byte) error) error {
	if table == nil {
		return nil
	}
	cursor, err := t.Scan(engine.Place{Table: table}, engine.Range{})
	if err != nil {
		return err
	}
	defer cursor.Close()
	var entries [64]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return err
		}
		for _, entry := range entries[:n] {
			if err := visit(entry.Key, entry.Value); err != nil {
				return err
			}
		}
	}
}
