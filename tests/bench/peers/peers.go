// Package peers has what the peers that are written in Go do alike.
package peers

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/tests/bench/data"
)

// DecodedKey is the key that is decoded over and over.
const DecodedKey = "key-of-16-bytes."

// Used keeps what was added up from being optimised away.
func Used(sum uint64) error {
	if sum == 1 {
		return errors.New("nothing was decoded")
	}
	return nil
}

// Distinct are the scopes among those of some accesses.
func Distinct(scopes []uint32) map[uint32]struct{} {
	set := make(map[uint32]struct{})
	for _, scope := range scopes {
		set[scope] = struct{}{}
	}
	return set
}

// Texts are values for typed databases: the word's digits take the place of its bytes, which are no text.
func Texts(a *data.Accesses) []string {
	texts := make([]string, a.Len())
	value := data.NewValue()
	for i, scope := range a.Scopes {
		data.WriteKey(value, data.Word(int(scope), int(a.Index[i])))
		texts[i] = string(value)
	}
	return texts
}

// Callers lets k callers put n entries, each in a commit of its own. Their keys are numbered from first.
func Callers(n, k, first int, put func(key, value []byte) error) (data.Result, error) {
	var next atomic.Int64
	errs := make([]error, k)
	var callers sync.WaitGroup
	start := time.Now()
	for caller := range k {
		callers.Go(func() {
			key, value := make([]byte, data.KeySize), data.NewValue()
			for errs[caller] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				data.WriteKey(key, uint64(first+i))
				errs[caller] = put(key, value)
			}
		})
	}
	callers.Wait()
	return data.Result{Nanos: int64(time.Since(start)), Count: n}, errors.Join(errs...)
}

// ReadersBatch is how many gets one snapshot serves while there is a writer.
const ReadersBatch = 100

// Readers lets k readers do n gets together, ReadersBatch in each transaction. The time is the sum of theirs.
func Readers(n, k int, get func(from, to int, r *data.Result) error) (sum data.Result, err error) {
	results, errs := make([]data.Result, k), make([]error, k)
	var readers sync.WaitGroup
	for reader := range k {
		readers.Go(func() {
			r := &results[reader]
			start := time.Now()
			for from := n / k * reader; from < n/k*(reader+1) && errs[reader] == nil; from += ReadersBatch {
				errs[reader] = get(from, min(from+ReadersBatch, n/k*(reader+1)), r)
			}
			r.Nanos = int64(time.Since(start))
		})
	}
	readers.Wait()
	for _, r := range results {
		sum.Nanos, sum.Count, sum.Bytes, sum.Sum = sum.Nanos+r.Nanos, sum.Count+r.Count, sum.Bytes+r.Bytes, sum.Sum+r.Sum
	}
	return sum, errors.Join(errs...)
}

// The writer beside readers puts WriterBatch entries in a commit, then pauses: so all peers' readers have the same beside
// them.
const (
	WriterBatch = 100
	WriterKeys  = 100 * WriterBatch
	WriterPause = time.Millisecond
)

// WriteUntil writes until it is told to stop.
func WriteUntil(stop *atomic.Bool, write func(keys [][]byte, value []byte) error) error {
	value := data.NewValue()
	keys := make([][]byte, WriterKeys)
	for i := range keys {
		keys[i] = make([]byte, data.KeySize)
		data.WriteKey(keys[i], data.Mix(uint64(i)))
	}
	for at := 0; !stop.Load(); at = (at + WriterBatch) % WriterKeys {
		if err := write(keys[at:at+WriterBatch], value); err != nil {
			return fmt.Errorf("the writer: %w", err)
		}
		time.Sleep(WriterPause)
	}
	return nil
}
