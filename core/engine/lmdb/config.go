// Package lmdb keeps scoped-lmdb's tables in an LMDB environment.
//
// It is the only package that knows of map sizes, LMDB's table handles (DBIs), threads that own write transactions, and
// C. What it must know about LMDB beyond its documentation is said where it matters: handles in tables.go, threads in
// txn.go, the map in growth.go.
package lmdb

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Durability is what a commit promises.
type Durability int

const (
	// Durable commits are on disk before Commit returns; they survive a crash of the machine.
	Durable Durability = iota
	// NoMetaSync leaves the last page of a commit to the next sync: a crash of the machine may undo the last commits,
	// and never breaks the file.
	NoMetaSync
	// NoSync leaves all writing to the operating system: a crash of the machine may break the file. A crash of the
	// process alone loses nothing.
	NoSync
)

// The defaults of a Config.
const (
	// DefaultMapSize is 256 GiB of address space on 64-bit systems. It is not disk: the file grows with its data.
	DefaultMapSize      = 256 << 30
	DefaultMaxDatabases = 128
	DefaultMaxReaders   = 512
	DefaultMode         = fs.FileMode(0o644)
)

// Config says which folder to open, and how. It is an [engine.Driver]: pass it to core.Open. The zero value of each
// field is its default.
type Config struct {
	// Path is the folder that holds data.mdb and lock.mdb. It must be on a local file system.
	Path string
	// CreateFolder makes the folder (not its parents) when it is missing.
	CreateFolder bool
	// MapSize is the upper limit of the file in bytes, and the address space that each process reserves for it. It is
	// rounded up to a multiple of 64 KiB. A larger one that the file records is taken over.
	MapSize int64
	// MaxDatabases is how many databases may be open at once in this process (each takes two of LMDB's handles).
	MaxDatabases int
	// MaxReaders is how many read transactions may be open at once over all processes; the first opener decides.
	MaxReaders int
	// Mode is the permissions of new files, before the umask.
	Mode fs.FileMode
	// ReadOnly refuses writes; the files must exist. The lock file is still written, if it can be.
	ReadOnly bool
	// Durability is what a commit promises.
	Durability Durability
}

// mapUnit is what a map's size is a multiple of: the largest page of the systems that Go runs on.
const mapUnit = 64 << 10

// maxConfigured bounds numbers that LMDB takes as C ints and multiplies.
const maxConfigured = 1 << 20

func (c Config) withDefaults() (Config, error) {
	if c.MapSize == 0 {
		c.MapSize = DefaultMapSize
	}
	if c.MaxDatabases == 0 {
		c.MaxDatabases = DefaultMaxDatabases
	}
	if c.MaxReaders == 0 {
		c.MaxReaders = DefaultMaxReaders
	}
	if c.Mode == 0 {
		c.Mode = DefaultMode
	}
	switch {
	case c.Path == "":
		return c, invalid("the path is empty: name the folder that holds, or shall hold, data.mdb")
	case strings.IndexByte(c.Path, 0) >= 0:
		return c, invalid("the path %q has a zero byte in it", c.Path)
	case c.MapSize < mapUnit || c.MapSize > 1<<47:
		return c, invalid("a map size of %d bytes: it must be from %d to %d", c.MapSize, mapUnit, int64(1)<<47)
	case c.MaxDatabases < 1 || c.MaxDatabases > maxConfigured:
		return c, invalid("%d databases at most: it must be from 1 to %d", c.MaxDatabases, maxConfigured)
	case c.MaxReaders < 1 || c.MaxReaders > maxConfigured:
		return c, invalid("%d readers at most: it must be from 1 to %d", c.MaxReaders, maxConfigured)
	case c.Mode&^fs.ModePerm != 0:
		return c, invalid("file mode %o: it must be permissions only, from 0 to 0777", uint32(c.Mode))
	case c.Durability < Durable || c.Durability > NoSync:
		return c, invalid("durability %d is none of Durable, NoMetaSync and NoSync", int(c.Durability))
	}
	c.MapSize = (c.MapSize + mapUnit - 1) / mapUnit * mapUnit
	return c, nil
}

func invalid(format string, args ...any) error {
	return engine.Fail(engine.ErrInvalid, fmt.Sprintf(format, args...), nil)
}

// Version is the version of LMDB that is compiled in, and of the Go binding that carries it.
func Version() string {
	return lmdbVersion() + " (" + binding + ")"
}
