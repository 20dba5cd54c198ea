package maintenance

import (
	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// Reader is a slot of a read transaction, and what it keeps from reuse.
type Reader struct {
	core.Reader
	// Behind is how many commits came after the one that it sees. The pages that those freed are not used again before it ends.
	Behind uint64
}

// Readers lists the slots of read transactions, of all processes.
func Readers(env *core.Env) ([]Reader, error) {
	info, err := env.Info()
	if err != nil {
		return nil, err
	}
	found, err := env.Readers()
	if err != nil {
		return nil, err
	}
	readers := make([]Reader, len(found))
	for i, r := range found {
		readers[i] = Reader{Reader: r}
		if r.Txn != 0 && info.LastTxn > r.Txn {
			readers[i].Behind = info.LastTxn - r.Txn
		}
	}
	return readers, nil
}

// ClearReaders frees the slots of processes that have died, and says how many.
func ClearReaders(env *core.Env) (int, error) { return env.ClearReaders() }
