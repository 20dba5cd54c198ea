//go:build !bmatsuo

package lmdb

import api "github.com/PowerDNS/lmdb-go/lmdb"

// The binding to LMDB that this build stands on: the maintained continuation of bmatsuo/lmdb-go. The two cannot be
// linked into one program, since both carry LMDB's own C symbols.
const binding = "github.com/PowerDNS/lmdb-go"

type (
	apiEnv   = api.Env
	apiTxn   = api.Txn
	apiDBI   = api.DBI
	apiErrno = api.Errno
)

var (
	newEnv      = api.NewEnv
	lmdbVersion = api.VersionString
	errnoFn     = api.IsErrnoFn
)

const (
	flagReadonly   = api.Readonly
	flagNoSync     = api.NoSync
	flagNoMetaSync = api.NoMetaSync
	flagCreate     = api.Create
	flagCompact    = api.CopyCompact

	errnoNotFound = api.NotFound

	opFirst     = api.First
	opLast      = api.Last
	opNext      = api.Next
	opPrev      = api.Prev
	opSetRange  = api.SetRange
	noOverwrite = api.NoOverwrite
)
