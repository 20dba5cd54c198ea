package maintenance

import (
	"context"
	"encoding/binary"
	"sort"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// StatsOptions say what to measure.
type StatsOptions struct {
	Selection
	// Estimate reads a few pages of each scope instead of all of it.
	Estimate bool
	Progress ProgressFunc
}

// Stats is how full an environment is.
type Stats struct {
	Env       core.EnvInfo
	Pages     core.Pages
	Databases []DatabaseStats
	// Estimated says that numbers of scopes may be estimates.
	Estimated bool
}

// DatabaseStats is how much a database holds.
type DatabaseStats struct {
	core.DatabaseInfo
	// Damage says why the database could not be measured; nil if it was.
	Damage error
	Pages  core.TablePages
	Scopes []ScopeStats
}

// ScopeStats is how much a scope holds in a database. KeyBytes are of keys as they are stored, without the scope's id.
type ScopeStats struct {
	Scope core.Scope
	ID    uint32
	// Orphan says that no scope has the id; Scope means nothing then.
	Orphan bool
	core.Stats
	// Estimated says that the numbers are an estimate.
	Estimated bool
}

// Measure measures an environment, or a part of it, as one snapshot has it. Exact numbers cost as much as reading it all.
// Scopes that hold nothing in a database are left out. Errors: ErrNotFound, ErrDatabaseNotFound, ErrCanceled.
func Measure(ctx context.Context, env *core.Env, o StatsOptions) (stats Stats, err error) {
	if stats.Env, err = env.Info(); err != nil {
		return stats, err
	}
	stats.Estimated = o.Estimate
	err = env.ViewStored(ctx, func(t *core.Txn, databases []core.Stored) error {
		if pages, err := t.Pages(); err == nil {
			stats.Pages = pages
		}
		scopes, err := selectScopes(t, o.Scope)
		if err != nil {
			return err
		}
		m := &measurer{ctx: ctx, txn: t, o: o, scopes: scopes, meter: newMeter(o.Progress, Entries, 0, 1024)}
		for _, d := range databases {
			if o.Database != "" && d.Name != o.Database {
				continue
			}
			m.meter.p.Total += d.Entries
			measured, err := m.database(d)
			if err != nil {
				return err
			}
			stats.Databases = append(stats.Databases, measured)
		}
		if err := m.meter.finish(ctx); err != nil {
			return err
		}
		if o.Database != "" && len(stats.Databases) == 0 {
			return fail(core.CodeDatabaseNotFound, "there is no database %q", o.Database)
		}
		return nil
	})
	return stats, err
}

type measurer struct {
	ctx    context.Context
	txn    *core.Txn
	o      StatsOptions
	scopes []core.Scope
	meter  *meter
}

func (m *measurer) database(d core.Stored) (stats DatabaseStats, err error) {
	stats = DatabaseStats{DatabaseInfo: d.DatabaseInfo, Damage: d.Damage}
	if d.Damage != nil {
		return stats, nil
	}
	if pages, err := d.Raw.Pages(m.txn); err == nil {
		stats.Pages = pages
	}
	if m.o.Scope == nil && !m.o.Estimate && d.HasNamed {
		stats.Scopes, err = m.whole(d)
	}
	for _, s := range m.scopes {
		var one ScopeStats
		switch {
		case err != nil:
			return stats, err
		case m.o.Estimate:
			one, err = m.estimate(d, s)
		case s.IsDefault() || m.o.Scope != nil:
			one, err = m.scope(d, s, ^uint64(0))
		}
		if one.Entries > 0 {
			stats.Scopes = append(stats.Scopes, one)
		}
	}
	return stats, err
}

// scope measures up to `most` entries of a scope.
func (m *measurer) scope(d core.Stored, s core.Scope, most uint64) (stats ScopeStats, err error) {
	stats.Scope = s
	if !s.IsDefault() {
		if stats.ID, _, err = m.txn.ScopeID(s.Name()); err != nil {
			return stats, err
		}
	}
	entries, err := d.Raw.Entries(m.txn, s, core.Bounds{})
	if err != nil {
		return stats, err
	}
	defer entries.Close() //nolint:errcheck // the transaction closes what is left
	for stats.Entries < most {
		ok, err := entries.Next()
		if err != nil || !ok {
			return stats, err
		}
		value, err := entries.Value()
		if err != nil {
			return stats, err
		}
		stats.add(entries.Key(), value)
		if err := m.meter.add(m.ctx, 1); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

func (s *ScopeStats) add(key, value []byte) {
	s.Entries++
	s.KeyBytes += uint64(len(key))
	s.ValueBytes += uint64(len(value))
}

// sample is how many entries an estimate reads of a scope, to learn how long keys and values are.
const sample = 64

// estimate measures a small scope exactly, and of a larger one some entries and the tree's shape.
func (m *measurer) estimate(d core.Stored, s core.Scope) (ScopeStats, error) {
	stats, err := m.scope(d, s, sample+1)
	if err != nil || stats.Entries <= sample {
		return stats, err
	}
	n, err := d.Raw.Estimate(m.txn, s)
	if err != nil {
		return stats, err
	}
	n = max(n, stats.Entries)
	ratio := float64(n) / float64(stats.Entries)
	stats.KeyBytes = uint64(ratio * float64(stats.KeyBytes))
	stats.ValueBytes = uint64(ratio * float64(stats.ValueBytes))
	stats.Entries, stats.Estimated = n, true
	return stats, nil
}

// whole measures all named scopes, orphans too, in one walk over their table.
func (m *measurer) whole(d core.Stored) ([]ScopeStats, error) {
	infos, err := m.txn.Scopes()
	if err != nil {
		return nil, err
	}
	names := map[uint32]string{}
	for _, info := range infos {
		names[info.ID] = info.Name
	}
	byID := map[uint32]*ScopeStats{}
	err = m.txn.WalkTable(core.NamedTable(d.Name), nil, func(key, value []byte) (bool, error) {
		if len(key) < idSize {
			return true, nil // nobody's; see Verify
		}
		id := idOf(d.Layout, key)
		s := byID[id]
		if s == nil {
			name, there := names[id]
			s = &ScopeStats{ID: id, Scope: core.Named(name), Orphan: !there}
			byID[id] = s
		}
		s.add(key[idSize:], value)
		return true, m.meter.add(m.ctx, 1)
	})
	scopes := make([]ScopeStats, 0, len(byID))
	for _, s := range byID {
		scopes = append(scopes, *s)
	}
	sort.Slice(scopes, func(i, j int) bool {
		a, b := &scopes[i], &scopes[j]
		if a.Orphan != b.Orphan {
			return b.Orphan
		}
		return a.Scope.Name() < b.Scope.Name() || (a.Orphan && a.ID < b.ID)
	})
	return scopes, err
}

// idSize is how many bytes of a named scope's stored key are the scope's id.
const idSize = 4

func idOf(l core.Layout, key []byte) uint32 {
	if l == core.Heed {
		return binary.LittleEndian.Uint32(key)
	}
	return binary.BigEndian.Uint32(key)
}
