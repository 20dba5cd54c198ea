package scope

import (
	"encoding/binary"
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/OneOfOne/xxhash"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// The registry is a table of rows: id (u32 little-endian) -> length (u64 little-endian) + name. It is the table of the
// Rust crate scoped-heed, byte for byte.
//
// A name's home is the id that its hash gives, XXH32 with seed 0 (xxHash specification, 0.1.1), as in the crate. A name
// whose home is taken by another one is displaced: it lives at the next free id upwards, and a record in our own table
// says so: "displaced/" + home (u32 big-endian) + id (u32 big-endian) -> name. A record counts only if the row at its id
// has its name, so that a program that removes rows without knowing of records can leave no wrong answer behind.
//
// There is no cache of names here or beyond a transaction: what a lookup says is read in the transaction that asks.

// Tables are where a registry is stored. A nil table has no entries yet; Records must be there to displace a name.
type Tables struct {
	Rows    engine.Table
	Records engine.Table
}

// Hash gives a name's home.
type Hash func(name string) uint32

// XXH32 is the hash of the Rust crate scoped-heed: xxHash, 32 bits, seed 0.
func XXH32(name string) uint32 { return xxhash.ChecksumString32(name) }

// Registry maps names of scopes to ids, in the transaction that each call is given.
type Registry struct {
	hash Hash
}

// NewRegistry makes a registry; hash is XXH32 in every real environment, and another one in tests that want collisions.
func NewRegistry(hash Hash) *Registry { return &Registry{hash} }

// Info is a registered scope.
type Info struct {
	Name string
	ID   uint32
}

// Errors of the registry.
var (
	ErrRegistered   = fmt.Errorf("the scope is registered already")
	ErrUnregistered = fmt.Errorf("the scope is not registered")
)

func rowKey(id uint32) []byte { return binary.LittleEndian.AppendUint32(nil, id) }

// Row is the stored value of a name's row.
func Row(name string) []byte {
	row := binary.LittleEndian.AppendUint64(make([]byte, 0, rowHead+len(name)), uint64(len(name)))
	return append(row, name...)
}

const rowHead = 8

// parseRow borrows the name from a row.
func parseRow(id uint32, row []byte) ([]byte, error) {
	if len(row) < rowHead || binary.LittleEndian.Uint64(row) != uint64(len(row)-rowHead) {
		return nil, engine.Fail(engine.ErrCorrupt, fmt.Sprintf("the registry's row of id %08x has a wrong length", id), nil)
	}
	if name := row[rowHead:]; utf8.Valid(name) {
		return name, nil
	}
	return nil, engine.Fail(engine.ErrCorrupt, fmt.Sprintf("the registry's row of id %08x is not UTF-8", id), nil)
}

// nameAt borrows the name that an id has; nil if none.
func (r *Registry) nameAt(t engine.Txn, tables Tables, id uint32) ([]byte, error) {
	var key [4]byte
	binary.LittleEndian.PutUint32(key[:], id)
	row, err := t.Get(engine.Place{Table: tables.Rows}, key[:])
	if err == engine.ErrNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseRow(id, row)
}

// Lookup finds the id of a name. It costs one get, and a few more if another name has its home.
func (r *Registry) Lookup(t engine.Txn, tables Tables, name string) (id uint32, ok bool, err error) {
	if tables.Rows == nil {
		return 0, false, nil
	}
	home := r.hash(name)
	found, err := r.nameAt(t, tables, home)
	if err != nil {
		return 0, false, err
	}
	if string(found) == name {
		return home, true, nil
	}
	return r.lookupDisplaced(t, tables, home, name)
}

func (r *Registry) lookupDisplaced(t engine.Txn, tables Tables, home uint32, name string) (uint32, bool, error) {
	if tables.Records == nil {
		return 0, false, nil
	}
	prefix := displacedPrefix(home)
	cursor, err := t.Scan(engine.Place{Table: tables.Records}, engine.Range{From: prefix, To: append(prefix, last4...)})
	if err != nil {
		return 0, false, err
	}
	defer cursor.Close()
	var entries [4]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if n == 0 || err != nil {
			return 0, false, err
		}
		for _, entry := range entries[:n] {
			if string(entry.Value) != name || len(entry.Key) != len(prefix)+4 {
				continue
			}
			id := binary.BigEndian.Uint32(entry.Key[len(prefix):])
			found, err := r.nameAt(t, tables, id)
			if err != nil {
				return 0, false, err
			}
			if string(found) == name {
				return id, true, nil
			}
		}
	}
}

const displacedHead = "displaced/"

var last4 = []byte{0xff, 0xff, 0xff, 0xff}

func displacedPrefix(home uint32) []byte {
	return binary.BigEndian.AppendUint32(append(make([]byte, 0, len(displacedHead)+8), displacedHead...), home)
}

func displacedKey(home, id uint32) []byte {
	return binary.BigEndian.AppendUint32(displacedPrefix(home), id)
}

// Register gives a name that has no id the first free one from its home upwards. taken says whether an id that no name
// has holds entries all the same, left by a program that knows nothing of displaced names; such an id is passed over.
func (r *Registry) Register(t engine.Txn, tables Tables, name string, taken func(id uint32) (bool, error)) (uint32, error) {
	home := r.hash(name)
	for id := home; ; id++ {
		found, err := r.nameAt(t, tables, id)
		if err != nil {
			return 0, err
		}
		if found != nil {
			continue
		}
		if id != home {
			used, err := taken(id)
			if err != nil {
				return 0, err
			}
			if used {
				continue
			}
		}
		return id, r.write(t, tables, id, name)
	}
}

// Reserve gives the id that a name without one would get to another name, so that a rename can give it back later. Ids that
// hold entries are passed over, the name's home too.
func (r *Registry) Reserve(t engine.Txn, tables Tables, name, placeholder string, taken func(id uint32) (bool, error)) (uint32, error) {
	for id := r.hash(name); ; id++ {
		found, err := r.nameAt(t, tables, id)
		if err != nil {
			return 0, err
		}
		if found != nil {
			continue
		}
		used, err := taken(id)
		if err != nil {
			return 0, err
		}
		if !used {
			return id, r.write(t, tables, id, placeholder)
		}
	}
}

// write stores a name's row, and its record if it is displaced.
func (r *Registry) write(t engine.Txn, tables Tables, id uint32, name string) error {
	if err := t.Put(engine.Place{Table: tables.Rows}, rowKey(id), Row(name)); err != nil {
		return err
	}
	if home := r.hash(name); home != id {
		return t.Put(engine.Place{Table: tables.Records}, displacedKey(home, id), []byte(name))
	}
	return nil
}

// Unregister removes a name that has no entries any more.
func (r *Registry) Unregister(t engine.Txn, tables Tables, info Info) error {
	if err := t.Delete(engine.Place{Table: tables.Rows}, rowKey(info.ID)); err != nil {
		return err
	}
	return r.forget(t, tables, info)
}

// forget removes the record of a displaced name.
func (r *Registry) forget(t engine.Txn, tables Tables, info Info) error {
	home := r.hash(info.Name)
	if home == info.ID || tables.Records == nil {
		return nil
	}
	err := t.Delete(engine.Place{Table: tables.Records}, displacedKey(home, info.ID))
	if err == engine.ErrNotFound {
		return nil
	}
	return err
}

// Rename gives the id of one name another name, which must be free: ErrUnregistered, ErrRegistered.
func (r *Registry) Rename(t engine.Txn, tables Tables, from, to string) (uint32, error) {
	id, ok, err := r.Lookup(t, tables, from)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fmt.Errorf("%w: %s", ErrUnregistered, Quote(from))
	}
	if _, ok, err = r.Lookup(t, tables, to); err != nil {
		return 0, err
	}
	if ok {
		return 0, fmt.Errorf("%w: %s", ErrRegistered, Quote(to))
	}
	if err := r.forget(t, tables, Info{from, id}); err != nil {
		return 0, err
	}
	return id, r.write(t, tables, id, to)
}

// List lists the registered scopes by the bytes of their names.
func (r *Registry) List(t engine.Txn, tables Tables) ([]Info, error) {
	if tables.Rows == nil {
		return nil, nil
	}
	cursor, err := t.Scan(engine.Place{Table: tables.Rows}, engine.Range{})
	if err != nil {
		return nil, err
	}
	defer cursor.Close()
	var infos []Info
	var entries [64]engine.Entry
	for {
		n, err := cursor.Next(entries[:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		for _, entry := range entries[:n] {
			if len(entry.Key) != 4 {
				return nil, engine.Fail(engine.ErrCorrupt,
					fmt.Sprintf("the registry has a key of %d bytes, %x: an id has 4", len(entry.Key), entry.Key), nil)
			}
			id := binary.LittleEndian.Uint32(entry.Key)
			name, err := parseRow(id, entry.Value)
			if err != nil {
				return nil, err
			}
			infos = append(infos, Info{string(name), id})
		}
	}
	sort.Slice(infos, func(i, j int) bool { return infos[i].Name < infos[j].Name })
	return infos, nil
}
