// Does a core.DB answer in the types that it was opened with? The way from ranks and numbers to keys and values and back.

package model

import (
	"context"
	"fmt"
	"iter"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// face is an open database of the product.
type face[K, V any] struct {
	*form[K, V]
	db *core.DB[K, V]
	// kept are the last entries that it handed out, which are the caller's own, and what they were.
	kept [4]keptEntry[K, V]
	next int
}

type keptEntry[K, V any] struct {
	entry core.Entry[K, V]
	was   entry
	full  bool
}

// keep keeps an entry for recall.
func (f *face[K, V]) keep(e core.Entry[K, V], was entry) {
	f.kept[f.next%len(f.kept)] = keptEntry[K, V]{e, was, true}
	f.next++
}

// recall says whether the entries that were handed out are what they were.
func (f *face[K, V]) recall() bool {
	for _, k := range f.kept {
		if k.full && (f.rankOf(k.entry.Key) != k.was.key || f.found(k.entry.Value) != k.was.value) {
			return false
		}
	}
	return true
}

func (f *face[K, V]) of(key int) K      { return f.pool.keys[key] }
func (f *face[K, V]) make(value int) V  { return f.values.of(value) }
func (f *face[K, V]) found(value V) int { return f.values.number(value) }
func (f *face[K, V]) rankOf(key K) int  { return f.pool.rank(key) }
func (f *face[K, V]) raw() *core.Raw    { return f.db.Raw() }
func (f *face[K, V]) edge(e edge) core.Bound[K] {
	switch {
	case !e.set:
		return core.Bound[K]{}
	case e.open:
		return core.Exclude(f.of(e.key))
	}
	return core.Include(f.of(e.key))
}

func (f *face[K, V]) span(s span) core.Range[K] {
	if s.prefix != absent {
		r := core.Prefix(f.of(s.prefix))
		r.Reverse, r.Limit = s.reverse, uint64(s.limit)
		return r
	}
	return core.Range[K]{Lower: f.edge(s.lower), Upper: f.edge(s.upper), Reverse: s.reverse, Limit: uint64(s.limit)}
}

func (f *face[K, V]) get(t *core.Txn, s core.Scope, key int) (int, error) {
	value, err := f.db.Get(t, s, f.of(key))
	if err != nil {
		return absent, err
	}
	return f.entry(core.Entry[K, V]{Key: f.of(key), Value: value}).value, nil
}

func (f *face[K, V]) getMany(t *core.Txn, s core.Scope, keys []int) ([]int, error) {
	asked := make([]K, len(keys))
	for i, key := range keys {
		asked[i] = f.of(key)
	}
	values, found, err := f.db.GetMany(t, s, asked)
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(values))
	for i, value := range values {
		if numbers[i] = absent; found[i] {
			numbers[i] = f.found(value)
		}
	}
	return numbers, nil
}

func (f *face[K, V]) contains(t *core.Txn, s core.Scope, key int) (bool, error) {
	return f.db.Contains(t, s, f.of(key))
}

func (f *face[K, V]) put(t *core.Txn, s core.Scope, key, value int) error {
	return f.db.Put(t, s, f.of(key), f.make(value))
}

func (f *face[K, V]) putIfAbsent(t *core.Txn, s core.Scope, key, value int) (bool, error) {
	return f.db.PutIfAbsent(t, s, f.of(key), f.make(value))
}

func (f *face[K, V]) putMany(t *core.Txn, s core.Scope, entries []entry) (uint64, error) {
	return f.db.PutMany(t, s, func(yield func(K, V) bool) {
		for _, e := range entries {
			if !yield(f.of(e.key), f.make(e.value)) {
				return
			}
		}
	})
}

func (f *face[K, V]) delete(t *core.Txn, s core.Scope, key int) (bool, error) {
	return f.db.Delete(t, s, f.of(key))
}

func (f *face[K, V]) replace(t *core.Txn, s core.Scope, key, value int) (int, bool, error) {
	old, there, err := f.db.Replace(t, s, f.of(key), f.make(value))
	return f.found(old), there, err
}

func (f *face[K, V]) pop(t *core.Txn, s core.Scope, key int) (int, error) {
	value, err := f.db.Pop(t, s, f.of(key))
	return f.found(value), err
}

func (f *face[K, V]) compareAndSwap(t *core.Txn, s core.Scope, key, old, value int) (bool, error) {
	return f.db.CompareAndSwap(t, s, f.of(key), f.make(old), f.make(value))
}

func (f *face[K, V]) deleteRange(t *core.Txn, s core.Scope, r span) (uint64, error) {
	return f.db.DeleteRange(t, s, f.span(r))
}

func (f *face[K, V]) clear(t *core.Txn, s core.Scope) (uint64, error) { return f.db.Clear(t, s) }

func (f *face[K, V]) count(t *core.Txn, s core.Scope, r span) (uint64, error) {
	return f.db.Count(t, s, f.span(r))
}

func (f *face[K, V]) isEmpty(t *core.Txn, s core.Scope) (bool, error) { return f.db.IsEmpty(t, s) }

func (f *face[K, V]) entry(e core.Entry[K, V]) entry {
	was := entry{f.rankOf(e.Key), f.found(e.Value)}
	f.keep(e, was)
	return was
}

func (f *face[K, V]) neighbour(t *core.Txn, s core.Scope, which neighbour, key int) (entry, error) {
	var e core.Entry[K, V]
	var err error
	switch which {
	case first:
		e, err = f.db.First(t, s)
	case last:
		e, err = f.db.Last(t, s)
	case atOrAfter:
		e, err = f.db.AtOrAfter(t, s, f.of(key))
	case after:
		e, err = f.db.After(t, s, f.of(key))
	case atOrBefore:
		e, err = f.db.AtOrBefore(t, s, f.of(key))
	case before:
		e, err = f.db.Before(t, s, f.of(key))
	}
	if err != nil {
		return entry{}, err
	}
	return f.entry(e), nil
}

func (f *face[K, V]) entries(t *core.Txn, s core.Scope, r span) iter.Seq2[entry, error] {
	return each(f.db.Range(t, s, f.span(r)), f.entry)
}

func (f *face[K, V]) keysOnly(t *core.Txn, s core.Scope, r span) iter.Seq2[int, error] {
	return each(f.db.Keys(t, s, f.span(r)), f.rankOf)
}

func (f *face[K, V]) valuesOnly(t *core.Txn, s core.Scope, r span) iter.Seq2[int, error] {
	return each(f.db.Values(t, s, f.span(r)), f.found)
}

// each passes on what a walk yields, and its error with nothing.
func each[A, B any](walk iter.Seq2[A, error], as func(A) B) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		for item, err := range walk {
			var out B
			if err == nil {
				out = as(item)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

func (f *face[K, V]) cursor(t *core.Txn, s core.Scope, r span) (cursor, error) {
	c, err := f.db.Cursor(t, s, f.span(r))
	if err != nil {
		return nil, err
	}
	return &pointer[K, V]{c, f}, nil
}

// pointer is a cursor of the product.
type pointer[K, V any] struct {
	*core.Cursor[K, V]
	face *face[K, V]
}

func (p *pointer[K, V]) seek(key int) error { return p.Seek(p.face.of(key)) }

func (p *pointer[K, V]) key() (int, error) {
	key, err := p.Key()
	if err != nil {
		return absent, err
	}
	return p.face.rankOf(key), nil
}

func (p *pointer[K, V]) value() (int, error) {
	value, err := p.Value()
	if err != nil {
		return absent, err
	}
	return p.face.found(value), nil
}

func (f *face[K, V]) batchPut(b *core.Batch, s core.Scope, key, value int) error {
	return f.db.BatchPut(b, s, f.of(key), f.make(value))
}

func (f *face[K, V]) batchDelete(b *core.Batch, s core.Scope, key int, deleted *bool) error {
	return f.db.BatchDelete(b, s, f.of(key), deleted)
}

func (f *face[K, V]) misuse(t *core.Txn, s core.Scope, how int) (call string, want core.Code, err error) {
	if len(f.pool.never) > 0 && how%3 == 0 {
		key := f.pool.never[how/3%len(f.pool.never)]
		text := f.pool.text(key)
		switch how % 2 {
		case 0:
			return "Put of " + text, core.CodeInvalidKey, f.db.Put(t, s, key, f.make(0))
		default:
			_, err := f.db.Count(t, s, core.Range[K]{Upper: core.Include(key)})
			return "Count up to " + text, core.CodeInvalidKey, err
		}
	}
	if how %= len(f.pool.keys); f.hasPrefixes(how) {
		r := core.Prefix(f.of(how))
		r.Lower = core.Include(f.of(how))
		_, err := f.db.Count(t, s, r)
		return "Count with prefix and bound " + f.keyText(how), core.CodeInvalidArgument, err
	}
	for _, err := range f.db.Range(t, s, core.Prefix(f.of(how))) {
		return "Range by prefix " + f.keyText(how), core.CodeInvalidKey, err
	}
	return "Range by prefix " + f.keyText(how), core.CodeInvalidKey, nil
}

func (f *face[K, V]) viewGet(ctx context.Context, s core.Scope, key int) (int, error) {
	value, err := f.db.In(s).Get(ctx, f.of(key))
	return f.found(value), err
}

func (f *face[K, V]) viewPut(ctx context.Context, s core.Scope, key, value int) error {
	return f.db.In(s).Put(ctx, f.of(key), f.make(value))
}

func (f *face[K, V]) viewDelete(ctx context.Context, s core.Scope, key int) (bool, error) {
	return f.db.In(s).Delete(ctx, f.of(key))
}

func (f *face[K, V]) viewClear(ctx context.Context, s core.Scope) (uint64, error) {
	return f.db.In(s).Clear(ctx)
}

func (f *face[K, V]) viewCount(ctx context.Context, s core.Scope, r span) (uint64, error) {
	return f.db.In(s).Count(ctx, f.span(r))
}

func (f *face[K, V]) viewEntries(ctx context.Context, s core.Scope, r span) iter.Seq2[entry, error] {
	return each(f.db.In(s).Range(ctx, f.span(r)), f.entry)
}

func (f *face[K, V]) logical(key int) []byte {
	logical, err := f.keyCodec.AppendKey([]byte{}, f.of(key))
	if err != nil {
		panic(fmt.Sprintf("key %s: %v", f.keyText(key), err))
	}
	return logical
}

func (f *face[K, V]) stored(value int) []byte {
	stored, err := f.valueCodec.AppendValue([]byte{}, f.make(value))
	if err != nil {
		panic(fmt.Sprintf("value %s: %v", f.valueText(value), err))
	}
	return stored
}

func (f *face[K, V]) rank(logical []byte) int {
	key, err := f.keyCodec.DecodeKey(logical)
	if err != nil {
		return alien
	}
	return f.rankOf(key)
}

func (f *face[K, V]) number(stored []byte) int {
	value, err := f.valueCodec.DecodeValue(stored)
	if err != nil {
		return alien
	}
	return f.found(value)
}
