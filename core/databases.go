package core

import (
	"context"
	"slices"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// DatabaseInfo is what is recorded of a database, and how many entries it has in all scopes. Kind is 0 for a database that
// another program made, which has no record.
type DatabaseInfo struct {
	Name           string
	Kind           Kind
	Layout         Layout
	Key, Value     codec.Type
	UnnamedDefault bool
	Entries        uint64
}

// Databases lists the databases of the environment by name, whether they are open here or not. ErrConflict if one was made
// since the transaction began.
func (t *Txn) Databases() ([]DatabaseInfo, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	tables, err := t.engine.Tables()
	if err != nil {
		return nil, wrap(err)
	}
	var infos []DatabaseInfo
	for _, name := range databaseNames(tables) {
		info, err := t.databaseInfo(name, tables)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// databaseNames are the names of databases that have the tables, sorted. Either table of a database may be missing.
func databaseNames(tables []string) []string {
	var names []string
	for _, table := range tables {
		if name := strings.TrimSuffix(table, scopedSuffix); name != "" && !strings.HasPrefix(name, reservedPrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (t *Txn) databaseInfo(name string, tables []string) (DatabaseInfo, error) {
	info := DatabaseInfo{Name: name}
	r, err := t.readRecord(name)
	if err != nil {
		return info, err
	}
	own := []string{name, name + scopedSuffix}
	if r != nil {
		info.Kind, _ = parseKind(r.Kind)
		info.Layout, _ = layout.Parse(r.Layout)
		info.Key, _ = codec.ParseType(r.Key)
		info.Value, _ = codec.ParseType(r.Value)
		if info.UnnamedDefault = r.Unnamed; r.Unnamed {
			own[0] = engine.Unnamed
		}
	} else if slices.Contains(tables, own[1]) {
		info.Layout = layout.Heed
	}
	for _, table := range own {
		if table != engine.Unnamed && !slices.Contains(tables, table) {
			continue
		}
		n, err := t.countTable(table)
		if err != nil {
			return info, wrapf(err, "database %q", name)
		}
		info.Entries += n
	}
	return info, nil
}

func (t *Txn) countTable(name string) (uint64, error) {
	table, err := t.env.engine.Table(context.Background(), name, false)
	if err != nil {
		return 0, err
	}
	return t.engine.Count(engine.Place{Table: table}, engine.Range{})
}

// Databases is Txn.Databases in a read transaction of its own.
func (e *Env) Databases(ctx context.Context) (infos []DatabaseInfo, err error) {
	for tries := 0; ; tries++ {
		err = e.View(ctx, func(t *Txn) error {
			infos, err = t.Databases()
			return err
		})
		if CodeOf(err) != CodeConflict || tries >= conflicts {
			return infos, err
		}
	}
}

// EnvInfo is what an environment is, and how full. Sizes are in bytes.
type EnvInfo struct {
	engine.Info
	MaxKey, MaxValue int
	ReadOnly         bool
}

// Info says what the environment is, and how full.
func (e *Env) Info() (EnvInfo, error) {
	caps := e.engine.Caps()
	info := EnvInfo{MaxKey: caps.MaxKey - engine.PartitionSize, MaxValue: caps.MaxValue, ReadOnly: caps.ReadOnly}
	informer, ok := e.engine.(engine.Informer)
	if !ok {
		return info, nil
	}
	var err error
	info.Info, err = informer.Info()
	return info, wrap(err)
}
