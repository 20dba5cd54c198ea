package main

import (
	"runtime"
	"slices"
	"strconv"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// commands are what a line may begin with. The error of each is the status that ends the answer.
var commands = map[string]func(*agent, *literal.Words) error{
	"hello":    (*agent).hello,
	"open":     (*agent).open,
	"close":    (*agent).close,
	"database": (*agent).database,
	"read":     (*agent).read,
	"write":    (*agent).write,
	"commit":   (*agent).commit,
	"abort":    (*agent).abort,
	"scopes":   (*agent).scopes,
	"prune":    (*agent).prune,
	"put":      (*agent).put,
	"get":      (*agent).get,
	"delete":   (*agent).delete,
	"clear":    (*agent).clear,
	"range":    (*agent).walk,
	"stress":   (*agent).stress,
}

func (a *agent) hello(*literal.Words) error {
	a.say("Go " + runtime.Version()[len("go"):])
	return nil
}

func (a *agent) open(words *literal.Words) error {
	to := words.Next()
	config := lmdb.Config{Path: text(words), CreateFolder: true}
	switch words.Next() {
	case "durable":
	case "no_sync":
		config.Durability = lmdb.NoSync
	case "read_only":
		config.ReadOnly, config.CreateFolder = true, false
	default:
		panic(malformed("no such mode"))
	}
	env, err := core.Open(config)
	if err == nil {
		a.envs[to] = env
	}
	return err
}

func (a *agent) close(words *literal.Words) error { return slot(a.envs, words).Close() }

var layouts = map[string][]core.DatabaseOption{
	"auto": nil, "ordered": {core.WithLayout(core.Ordered)}, "heed": {core.WithLayout(core.Heed)},
}

func (a *agent) database(words *literal.Words) error {
	to, env, name := words.Next(), slot(a.envs, words), text(words)
	kind := words.Next()
	options := choice(words, layouts)
	keyType, valueType := words.Next(), words.Next()
	if choice(words, map[string]bool{"create": false, "must_exist": true}) {
		options = append(slices.Clone(options), core.MustExist())
	}
	db, err := openDatabase(env, name, kind, keyType, valueType, options)
	if err == nil {
		a.databases[to] = db
	}
	return err
}

func (a *agent) read(words *literal.Words) error  { return a.begin(words, false) }
func (a *agent) write(words *literal.Words) error { return a.begin(words, true) }

func (a *agent) begin(words *literal.Words, write bool) error {
	to := words.Next()
	txn, err := slot(a.envs, words).Begin(background, write)
	if err == nil {
		a.txns[to] = txn
	}
	return err
}

func (a *agent) commit(words *literal.Words) error { return slot(a.txns, words).Commit() }
func (a *agent) abort(words *literal.Words) error  { return slot(a.txns, words).Abort() }

func (a *agent) scopes(words *literal.Words) error {
	infos, err := slot(a.txns, words).Scopes()
	for _, info := range infos {
		a.say(info.Name)
		a.say(int64(info.ID))
	}
	return err
}

func (a *agent) prune(words *literal.Words) error {
	n, err := slot(a.envs, words).PruneScopes(background)
	if err == nil {
		a.say(n)
	}
	return err
}

// where reads what all commands on entries begin with.
func (a *agent) where(words *literal.Words) (*core.Txn, database, core.Scope) {
	return slot(a.txns, words), slot(a.databases, words), scope(words)
}

func (a *agent) put(words *literal.Words) error {
	txn, db, s := a.where(words)
	return db.put(txn, s, value(words), value(words))
}

func (a *agent) get(words *literal.Words) error {
	txn, db, s := a.where(words)
	found, err := db.get(txn, s, value(words))
	if err == nil {
		a.say(found)
	}
	return err
}

func (a *agent) delete(words *literal.Words) error {
	txn, db, s := a.where(words)
	was, err := db.delete(txn, s, value(words))
	if err == nil {
		a.say(was)
	}
	return err
}

func (a *agent) clear(words *literal.Words) error {
	txn, db, s := a.where(words)
	n, err := db.clear(txn, s)
	if err == nil {
		a.say(n)
	}
	return err
}

func (a *agent) walk(words *literal.Words) error {
	txn, db, s := a.where(words)
	r := span{lower: readBound(words), upper: readBound(words)}
	r.reverse = choice(words, map[string]bool{"forwards": false, "reverse": true})
	if limit := words.Next(); limit != "all" {
		n, err := strconv.ParseUint(limit, 10, 64)
		if err != nil {
			panic(malformed("a limit is \"all\" or a number"))
		}
		r.limit = n
	}
	return db.walk(txn, s, r, func(key, value any) {
		a.say(key)
		a.say(value)
	})
}

func readBound(words *literal.Words) (b bound) {
	switch b.how = words.Next(); b.how {
	case "open":
	case "include", "exclude":
		b.key = value(words)
	default:
		panic(malformed("no such bound"))
	}
	return b
}
