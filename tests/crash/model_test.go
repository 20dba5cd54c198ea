// What must a file hold after transaction number n?
package crash

import (
	"fmt"
	"maps"
	"slices"
)

// model is what a file must hold: registered scopes, and the entries of each in each database.
type model struct {
	number uint64 // the last transaction
	queued bool   // they are those of a writer that queues batches
	scopes map[string]contents
	plain  contents // the default scope
}

// contents are a scope's entries, by database and key.
type contents map[int]map[int]string

func newModel() *model { return &model{scopes: map[string]contents{}, plain: contents{}} }

func (c contents) entries(db int) map[int]string {
	if c[db] == nil {
		c[db] = map[int]string{}
	}
	return c[db]
}

func (c contents) empty() bool {
	for _, entries := range c {
		if len(entries) > 0 {
			return false
		}
	}
	return true
}

// of is a scope's contents; nil if it is not registered.
func (m *model) of(scope string) contents {
	if scope == "" {
		return m.plain
	}
	return m.scopes[scope]
}

// next does the next transaction.
func (m *model) next() {
	m.number++
	p := newPlan(m.number)
	if m.queued {
		p = p.queued()
	}
	for _, g := range p.groups {
		if g.fate == childAborted {
			continue
		}
		for _, o := range g.ops {
			m.do(o)
		}
	}
}

func (m *model) register(scope string) {
	if scope != "" && m.scopes[scope] == nil {
		m.scopes[scope] = contents{}
	}
}

func (m *model) do(o op) {
	if o.kind == opPut || o.kind == opRegister {
		m.register(o.scope)
	}
	held := m.of(o.scope)
	switch o.kind {
	case opPut:
		held.entries(o.db)[o.key] = o.value
	case opRename:
		if held != nil && m.scopes[o.to] == nil {
			m.scopes[o.to] = held
			delete(m.scopes, o.scope)
		}
	case opDrop:
		delete(m.scopes, o.scope)
	case opPrune:
		maps.DeleteFunc(m.scopes, func(_ string, held contents) bool { return held.empty() })
	}
	if held == nil {
		return
	}
	switch o.kind {
	case opDelete:
		delete(held[o.db], o.key)
	case opDeleteRange:
		maps.DeleteFunc(held[o.db], func(key int, _ string) bool { return key >= o.key && key <= o.upper })
	case opClear:
		delete(held, o.db)
	}
}

// differs says where what was found is not what must be there; nil if it is.
func (m *model) differs(found *model) error {
	if m.number != found.number {
		return fmt.Errorf("the last transaction is %d, not %d", found.number, m.number)
	}
	if want, got := slices.Sorted(maps.Keys(m.scopes)), slices.Sorted(maps.Keys(found.scopes)); !slices.Equal(want, got) {
		return fmt.Errorf("registered are %q, not %q", got, want)
	}
	for _, scope := range append(slices.Sorted(maps.Keys(m.scopes)), "") {
		for db := range catalogue {
			if err := differ(m.of(scope)[db], found.of(scope)[db]); err != nil {
				return fmt.Errorf("scope %q, database %q: %w", scope, catalogue[db].name, err)
			}
		}
	}
	return nil
}

func differ(want, got map[int]string) error {
	for key, value := range got {
		expected, ok := want[key]
		switch {
		case !ok:
			return fmt.Errorf("key %d has value %.60q, and must not be there", key, value)
		case value != expected:
			return fmt.Errorf("key %d has value %.60q (%d bytes), not %.60q (%d bytes)", key, value, len(value), expected, len(expected))
		}
	}
	for key, value := range want {
		if _, ok := got[key]; !ok {
			return fmt.Errorf("key %d is missing, value %.60q", key, value)
		}
	}
	return nil
}
