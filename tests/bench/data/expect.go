package data

// Result is what an operation hands back: how long it took, and what it did. Count, Bytes and Sum are checked.
type Result struct {
	Nanos int64
	Count int    // entries found, deleted or stored; scopes found, empty or pruned
	Bytes int    // of the values that were read, and of the keys where keys are read
	Sum   uint64 // of the values' words
}

// Found adds an entry that was read.
func (r *Result) Found(value []byte) {
	r.Count++
	r.Bytes += len(value)
	r.Sum += ReadWord(value)
}

// Operations, as they are written on the wire. n is how many, k depends on the operation.
const (
	GetRandom   = "get_random"
	GetHot      = "get_hot"
	GetMiss     = "get_miss"
	GetMany     = "get_many"
	Scan        = "scan"       // n scopes, all entries of each
	IsEmpty     = "is_empty"   // n scopes
	Clear       = "clear"      // n scopes; undone afterwards
	Prune       = "prune"      // of n scopes that hold nothing, beside those that do; undone afterwards
	Lookup      = "lookup"     // n names' ids
	PutInOrder  = "put_order"  // n entries into a new store, in one transaction, with the commit
	PutRandom   = "put_random" // the same in random order
	PutMany     = "put_many"   // the same in order, PutsAtOnce a call
	PutTyped    = "put_typed"  // the same in order, typed keys and values
	Commit      = "commit"     // n durable commits of one put by k callers
	Mixed       = "mixed"      // n gets by k readers beside a writer
	Open        = "open"       // n times close, open, get one entry
	DecodeBytes = "decode_bytes"
	DecodeTyped = "decode_typed"
	Rest        = "rest" // gives a collector's memory that is not used back to the system
)

// Expect is what an operation must hand back, apart from its time.
func Expect(op string, s Shape, n, k int) Result {
	switch op {
	case GetRandom, Mixed:
		return s.Random(n).result()
	case GetHot:
		return s.Hot(n).result()
	case GetMany:
		return s.Many(n).result()
	case Scan:
		return s.expectScan(n)
	case PutInOrder, PutMany, PutTyped:
		return s.expectPut(s.InOrder(n), k)
	case PutRandom:
		return s.expectPut(s.Scattered(n), k)
	case Clear:
		return Result{Count: n * s.Entries}
	case Prune, Lookup, Commit:
		return Result{Count: n}
	case Open:
		var r Result
		for range n {
			r.Count, r.Bytes, r.Sum = r.Count+1, r.Bytes+ValueSize, r.Sum+Word(0, 0)
		}
		return r
	case DecodeBytes, DecodeTyped:
		return Result{Count: n, Bytes: n * KeySize}
	}
	return Result{} // GetMiss, IsEmpty
}

func (a *Accesses) result() (r Result) {
	r.Count, r.Bytes = a.Len(), a.Len()*ValueSize
	for i, scope := range a.Scopes {
		r.Sum += Word(int(scope), int(a.Index[i]))
	}
	return r
}

func (s Shape) expectScan(n int) (r Result) {
	r.Count, r.Bytes = n*s.Entries, n*s.Entries*(KeySize+ValueSize)
	for i := range n {
		scope := s.PickScope(i)
		for index := range s.Entries {
			r.Sum += Word(scope, index)
		}
	}
	return r
}

// expectPut: with k set all is read again.
func (s Shape) expectPut(a *Accesses, k int) (r Result) {
	if k == 0 {
		return Result{Count: a.Len()}
	}
	r = a.result()
	r.Bytes += a.Len() * KeySize
	return r
}
