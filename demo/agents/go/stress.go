package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// inRound is how many entries a tenant holds whenever anybody looks.
const inRound = 32

// inconsistency is what must not be seen; it says what was.
type inconsistency string

func (i inconsistency) Error() string { return string(i) }

// pressure is one tenant's part in a stress.
type pressure struct {
	env    *core.Env
	db     database
	tenant string
	round  int64
	read   int64 // entries
}

func (a *agent) stress(words *literal.Words) error {
	p := &pressure{env: slot(a.envs, words), db: slot(a.databases, words), tenant: text(words)}
	ms, err := strconv.Atoi(words.Next())
	if err != nil {
		panic(malformed("a number of milliseconds is missing"))
	}
	for end := time.Now().Add(time.Duration(ms) * time.Millisecond); time.Now().Before(end); {
		p.round++
		err := p.env.Update(background, p.rewrite)
		if err == nil {
			err = p.env.View(background, p.verify)
		}
		if bad, is := err.(inconsistency); is {
			a.say(string(bad))
			return core.ErrCorrupt
		}
		if err != nil {
			return err
		}
	}
	a.say(p.round)
	a.say(p.read)
	return nil
}

// rewrite replaces all that the tenant holds.
func (p *pressure) rewrite(txn *core.Txn) error {
	own := core.Named(p.tenant)
	if _, err := p.db.clear(txn, own); err != nil {
		return err
	}
	for i := range int64(inRound) {
		if err := p.db.put(txn, own, i, []any{p.tenant, p.round}); err != nil {
			return err
		}
	}
	return nil
}

// verify looks at all tenants in one snapshot.
func (p *pressure) verify(txn *core.Txn) error {
	infos, err := txn.Scopes()
	if err != nil {
		return err
	}
	for _, info := range infos {
		if err := p.verifyTenant(txn, info.Name); err != nil {
			return err
		}
	}
	return nil
}

func (p *pressure) verifyTenant(txn *core.Txn, name string) (err error) {
	var round any
	if name == p.tenant {
		round = p.round
	}
	n := int64(0)
	all := span{lower: bound{how: "open"}, upper: bound{how: "open"}}
	walked := p.db.walk(txn, core.Named(name), all, func(key, value any) {
		array, ok := value.([]any)
		if ok && round == nil && len(array) == 2 {
			round = array[1]
		}
		if err == nil && (!ok || len(array) != 2 || key != n || array[0] != name || array[1] != round) {
			err = inconsistency(fmt.Sprintf("in %s, round %v: %s under %v", name, round, literal.Text(value), key))
		}
		n++
	})
	if walked != nil {
		return walked
	}
	if err == nil && n != inRound && (n != 0 || name == p.tenant) {
		err = inconsistency(fmt.Sprintf("%s holds %d entries of %d", name, n, inRound))
	}
	p.read += n
	return err
}
