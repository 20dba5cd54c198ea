// Does a child's Commit hand its writes to the parent, and its Abort drop them, for engines that have children?

package enginetest

import (
	"fmt"
	"maps"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

var childCases = []testCase{
	{"Commit", ifNested(childCommit)},
	{"Abort", ifNested(childAbort)},
	{"Grandchildren", ifNested(childGrandchildren)},
	{"OneAfterAnother", ifNested(childOneAfterAnother)},
	{"ParentAborts", ifNested(childParentAborts)},
	{"Unseen", ifNested(childUnseen)},
	{"Cursors", ifNested(childCursors)},
	{"Partitions", ifNested(childPartitions)},
}

// ifNested leaves a question out where the engine says that it has no children.
func ifNested(ask func(f *fixture)) func(f *fixture) {
	return func(f *fixture) {
		if !f.engine.Caps().Nested {
			f.Skip("the engine has no children")
		}
		ask(f)
	}
}

// child begins a child.
func (f *fixture) child(tx engine.Txn) engine.Txn {
	f.Helper()
	parent, ok := tx.(engine.Nester)
	if !ok {
		f.Fatalf("Caps says Nested, and %T is no Nester", tx)
	}
	child, err := parent.Child()
	f.must(err)
	return child
}

func childCommit(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(10))
		var now content
		f.write(func(tx engine.Txn) {
			f.put(tx, at, "of the parent", "before")
			f.during(f.child(tx), engine.Txn.Commit, func(child engine.Txn) {
				f.wantValue(child, at, "of the parent", "before")
				now = f.everyKind(child, at)
				now["of the parent"] = "before"
				f.wantContent(child, at, now)
				if n := child.Snapshot(); n != 0 {
					f.Errorf("a child has the number %d, want 0", n)
				}
			})
			f.wantContent(tx, at, now)
			f.put(tx, at, "of the parent", "after")
			now["of the parent"] = "after"
			f.wantContent(tx, at, now)
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, now) })
	}
}

func childAbort(f *fixture) {
	for _, at := range f.places() {
		before := numbered(10)
		f.fill(at, before)
		before["of the parent"] = "before"
		f.write(func(tx engine.Txn) {
			f.put(tx, at, "of the parent", "before")
			f.during(f.child(tx), engine.Txn.Abort, func(child engine.Txn) {
				f.everyKind(child, at)
				f.must(child.Delete(at, []byte("of the parent")))
			})
			f.wantContent(tx, at, before)
			f.put(tx, at, "later", "on")
			before["later"] = "on"
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, before) })
	}
}

// childGrandchildren goes four deep, with each way to end at each depth.
func childGrandchildren(f *fixture) {
	at := f.whole("plain")
	for ways := range 8 {
		want := content{"0": "parent"}
		kept := true
		f.drop(func(tx engine.Txn) {
			f.put(tx, at, "0", "parent")
			chain := []engine.Txn{tx}
			for depth := 1; depth <= 3; depth++ {
				chain = append(chain, f.child(chain[depth-1]))
				f.put(chain[depth], at, fmt.Sprint(depth), "child")
				f.wantCount(chain[depth], at, engine.Range{}, depth+1)
			}
			for depth := 3; depth >= 1; depth-- {
				if ways>>(depth-1)&1 == 0 {
					f.must(chain[depth].Abort())
				} else {
					f.must(chain[depth].Commit())
				}
			}
			for depth := 1; depth <= 3; depth++ {
				if kept = kept && ways>>(depth-1)&1 == 1; kept {
					want[fmt.Sprint(depth)] = "child"
				}
			}
			f.wantContent(tx, at, want)
		})
	}
}

func childOneAfterAnother(f *fixture) {
	at := f.whole("plain")
	want := numbered(50)
	f.fill(at, want)
	f.write(func(tx engine.Txn) {
		for i := range 30 {
			end, key := engine.Txn.Abort, fmt.Sprintf("key%04d", i)
			if i%3 == 0 {
				end = engine.Txn.Commit
			}
			f.during(f.child(tx), end, func(child engine.Txn) {
				f.wantContent(child, at, want)
				f.must(child.Delete(at, []byte(key)))
				f.put(child, at, "new"+key, "new")
			})
			if i%3 == 0 {
				want = want.without(key)
				want["new"+key] = "new"
			}
			f.wantContent(tx, at, want)
		}
	})
	f.read(func(tx engine.Txn) { f.wantContent(tx, at, want) })
}

// childParentAborts drops with the parent what the child committed to it.
func childParentAborts(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(10))
		f.drop(func(tx engine.Txn) {
			f.during(f.child(tx), engine.Txn.Commit, func(child engine.Txn) { f.everyKind(child, at) })
		})
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, numbered(10)) })
	}
}

// childUnseen reads beside a child: its writes are its parent's, and the store's only when that commits.
func childUnseen(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(10))
		old := f.begin(false)
		var now content
		f.write(func(tx engine.Txn) {
			f.during(f.child(tx), engine.Txn.Commit, func(child engine.Txn) {
				now = f.everyKind(child, at)
				f.read(func(reader engine.Txn) { f.wantContent(reader, at, numbered(10)) })
			})
			f.read(func(reader engine.Txn) { f.wantContent(reader, at, numbered(10)) })
		})
		f.wantContent(old, at, numbered(10))
		f.must(old.Abort())
		f.read(func(tx engine.Txn) { f.wantContent(tx, at, now) })
	}
}

// childCursors goes on with a parent's cursor after its child's end: a child's Commit is a write of the parent.
func childCursors(f *fixture) {
	for _, at := range f.places() {
		f.fill(at, numbered(20))
		cleared := engine.Range{To: []byte("key0009")}
		for _, commit := range []bool{true, false} {
			end, now := engine.Txn.Abort, numbered(20)
			if commit {
				end, now = engine.Txn.Commit, now.without(keysOf(now.of(cleared))...)
			}
			f.drop(func(tx engine.Txn) {
				f.put(tx, at, "key0000", "of the parent")
				cursor := f.scan(tx, at, engine.Range{})
				f.next(cursor, 5)
				f.during(f.child(tx), end, func(child engine.Txn) {
					inner := f.scan(child, at, engine.Range{Reverse: true})
					f.next(inner, 5)
					_, err := child.DeleteRange(at, cleared)
					f.must(err)
					f.must(inner.Seek([]byte("key0012"), false))
					f.wantPairs("child", f.rest(inner, 2), []pair{
						{"key0012", "value12"}, {"key0011", "value11"}, {"key0010", "value10"},
					})
				})
				f.must(cursor.Seek([]byte("key0004"), true))
				f.wantPairs("parent", f.rest(cursor, 2), now.of(engine.Range{From: []byte("key0004"), FromOpen: true}))
			})
		}
	}
}

func childPartitions(f *fixture) {
	all := f.fillNeighbours()
	f.write(func(tx engine.Txn) {
		for at := range all {
			f.during(f.child(tx), engine.Txn.Abort, func(child engine.Txn) {
				_, err := child.DeleteRange(at, engine.Range{})
				f.must(err)
				changed := maps.Clone(all)
				changed[at] = content{}
				f.wantAll(child, changed)
			})
			f.wantAll(tx, all)
		}
	})
	f.read(func(tx engine.Txn) { f.wantAll(tx, all) })
}
