package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/OneOfOne/xxhash"

	"github.com/scoped-lmdb/scoped-lmdb/demo/agents"
	"github.com/scoped-lmdb/scoped-lmdb/demo/literal"
)

// stressSlot is the slot of the database that all write to at once.
const stressSlot = 3

// shareFile lets every language add a tenant to one new file and read the others': afterwards, at the same time, and
// when one of them has been cleared.
func shareFile(a *account, folder string, pressure time.Duration) error {
	tenants := make([]tenant, len(a.team))
	for i, agent := range a.team {
		tenants[i] = newTenant("tenant of " + agent.Language)
	}
	open := new(agents.Script)
	open.Ask("OK", "open 0 %s durable", literal.Text(filepath.Join(folder, "shared")))
	for i, d := range tenantDatabases {
		open.Ask("OK", "database %d 0 s%s %s create", i, d.name, d.opened)
	}
	open.Ask("OK", "database %d 0 slive typed ordered auto auto create", stressSlot)
	if err := a.team.Each(func(agent *agents.Agent) error { return agent.Follow(open) }); err != nil {
		return err
	}
	for _, part := range []func(*account, []tenant) error{writeTenants, readTenants} {
		if err := part(a, tenants); err != nil {
			return err
		}
	}
	rounds, err := allAtOnce(a, tenants, pressure)
	if err != nil {
		return err
	}
	return clearOne(a, tenants, rounds)
}

func writeTenants(a *account, tenants []tenant) error {
	a.act("A new file: every language adds a tenant, with keys and values of every type")
	for i, agent := range a.team {
		s := new(agents.Script)
		s.Ask("OK", "write 0 0")
		tenants[i].askPut(s)
		s.Ask("OK", "commit 0")
		began := time.Now()
		if err := agent.Follow(s); err != nil {
			return err
		}
		a.done(agent.Language, time.Since(began),
			fmt.Sprintf("%d entries in %d databases, one transaction", tenants[i].size(), len(tenants[i].entries)))
	}
	return nil
}

func readTenants(a *account, tenants []tenant) error {
	a.act("Every language reads all tenants: by get, by ranges forwards and in reverse, with limits and bounds")
	s := new(agents.Script)
	s.Ask("OK", "read 0 0")
	askScopes(s, tenants)
	for _, t := range tenants {
		t.askRead(s)
	}
	s.Ask("OK", "abort 0")
	return a.team.Each(func(agent *agents.Agent) error {
		began := time.Now()
		if err := agent.Follow(s); err != nil {
			return err
		}
		a.done(agent.Language, time.Since(began), fmt.Sprintf("%d tenants, %s answers", len(tenants), grouped(s.Len())))
		return nil
	})
}

// askScopes asks for the list of scopes in transaction 0, whose ids are hashes of their names.
func askScopes(s *agents.Script, tenants []tenant) {
	var words []string
	for _, t := range tenants {
		words = append(words, fmt.Sprintf("%s i%d ", t.scope(), xxhash.ChecksumString32(t.name)))
	}
	slices.Sort(words)
	var list string
	for _, word := range words {
		list += word
	}
	s.Ask(list+"OK", "scopes 0")
}

// allAtOnce lets every process write and read at the same time. It returns how many rounds each has written.
func allAtOnce(a *account, tenants []tenant, pressure time.Duration) ([]int, error) {
	a.act("All %d processes at once: each rewrites its tenant again and again, and reads all tenants in between", len(a.team))
	answers := make([]string, len(a.team))
	began := time.Now()
	err := a.team.Together(func(agent *agents.Agent) error {
		at := slices.Index(a.team, agent)
		said, err := agent.Ask(fmt.Sprintf("stress 0 %d %s %d", stressSlot, tenants[at].scope(), pressure.Milliseconds()))
		if err == nil {
			answers[at] = said[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	rounds := make([]int, len(a.team))
	for i, agent := range a.team {
		var read int
		if n, _ := fmt.Sscanf(answers[i], "i%d i%d OK", &rounds[i], &read); n != 2 || rounds[i] == 0 || read < rounds[i] {
			return nil, fmt.Errorf("%s, while all wrote at once, answers %s", agent.Language, agents.Brief(answers[i]))
		}
		a.done(agent.Language, took, fmt.Sprintf("%6s transactions", grouped(rounds[i])),
			fmt.Sprintf("%7s entries read, each whole and in its own tenant", grouped(read)))
	}
	return rounds, nil
}

// clearOne lets one language clear the tenant of another, in all databases, and all look at what is left.
func clearOne(a *account, tenants []tenant, rounds []int) error {
	victim, by := tenants[0], a.team[len(a.team)-1]
	a.act("The agent in %s clears the %s: all others stay whole, as every language sees", by.Language, victim.name)
	s := new(agents.Script)
	s.Ask("OK", "write 0 0")
	for db, entries := range victim.entries {
		s.Ask(fmt.Sprintf("i%d OK", len(entries)), "clear 0 %d %s", db, victim.scope())
	}
	s.Ask("i32 OK", "clear 0 %d %s", stressSlot, victim.scope())
	s.Ask("OK", "commit 0")
	s.Ask("i1 OK", "prune 0")
	if err := by.Follow(s); err != nil {
		return err
	}
	look := new(agents.Script)
	look.Ask("OK", "read 0 0")
	askScopes(look, tenants[1:])
	victim.askNothing(look)
	look.Ask("OK", "range 0 %d %s open open forwards all", stressSlot, victim.scope())
	for i, t := range tenants[1:] {
		t.askRead(look)
		askRound(look, t, rounds[i+1])
	}
	look.Ask("OK", "abort 0")
	look.Ask("OK", "close 0")
	return a.team.Each(func(agent *agents.Agent) error {
		began := time.Now()
		if err := agent.Follow(look); err != nil {
			return err
		}
		a.done(agent.Language, time.Since(began), "it is empty and unregistered",
			fmt.Sprintf("%d others, %s answers", len(tenants)-1, grouped(look.Len())))
		return nil
	})
}

// askRound asks for what a tenant has written last while all wrote at once.
func askRound(s *agents.Script, t tenant, round int) {
	var entries []entry
	for i := range 32 {
		entries = append(entries, entry{i, []any{t.name, round}})
	}
	s.Ask(listing(entries), "range 0 %d %s open open forwards all", stressSlot, t.scope())
}
