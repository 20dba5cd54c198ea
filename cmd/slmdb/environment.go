package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance/notation"
)

// maxDatabases is how many databases are opened at once: a tool wants to see them all.
const maxDatabases = 4096

// mode is what an environment is opened for.
type mode uint8

const (
	reading mode = iota
	writing
	making // writing, and the folder is made if it is missing
)

// open opens an environment by its folder, or by the data.mdb in it.
func (a *app) open(path string, m mode) (*core.Env, error) {
	if filepath.Base(path) == "data.mdb" {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			path = filepath.Dir(path)
		}
	}
	if m == writing {
		// LMDB would make the files of a new environment.
		if _, err := os.Stat(filepath.Join(path, "data.mdb")); err != nil {
			m = reading
		}
	}
	return core.Open(lmdb.Config{Path: path, ReadOnly: m == reading, CreateFolder: m == making, MapSize: a.mapSize,
		MaxDatabases: maxDatabases})
}

// with opens an environment, runs fn and closes it.
func (a *app) with(path string, m mode, fn func(*core.Env) error) error {
	env, err := a.open(path, m)
	if err != nil {
		return err
	}
	return cmp.Or(fn(env), env.Close())
}

// scopeFlag is the flag that names a scope.
type scopeFlag struct {
	name string
	c    *cobra.Command
}

func newScopeFlag(c *cobra.Command) *scopeFlag {
	s := &scopeFlag{c: c}
	c.Flags().StringVarP(&s.name, "scope", "s", "", "the scope's `name` (default: the default scope)")
	return s
}

func (s *scopeFlag) scope() (core.Scope, error) {
	if !s.c.Flags().Changed("scope") {
		return core.Default, nil
	}
	return named(s.name)
}

// named is a scope by its name, which is checked.
func named(name string) (core.Scope, error) {
	s := core.Named(name)
	if err := s.Check(); err != nil {
		return s, usage("%v", err)
	}
	return s, nil
}

// typeFlags say what a database holds of which nothing else says it.
type typeFlags struct{ kind, key, value string }

func newTypeFlags(c *cobra.Command) *typeFlags {
	t := &typeFlags{}
	c.Flags().StringVar(&t.kind, "kind", "", "what a database holds that has no record of it: typed, bytes-key or bytes")
	c.Flags().StringVar(&t.key, "key-type", "auto",
		"the type of its keys in scoped-heed's layout: text, bytes, u8 to u64, i8 to i64, f32, f64, bool")
	c.Flags().StringVar(&t.value, "value-type", "auto", "the type of its values in scoped-heed's layout")
	return t
}

// spec reads the flags; Kind is 0 if none was given.
func (t *typeFlags) spec() (core.Spec, error) {
	var s core.Spec
	if t.kind == "" {
		return s, nil
	}
	for k := core.KindTyped; k <= core.KindBytes; k++ {
		if k.String() == t.kind {
			s.Kind = k
		}
	}
	var key, value bool
	s.Key, key = codec.ParseType(t.key)
	s.Value, value = codec.ParseType(t.value)
	if s.Kind == 0 || !key || !value {
		return s, usage("--kind %s --key-type %s --value-type %s: see the help for those that there are", t.kind, t.key, t.value)
	}
	return s, nil
}

// database is an open database with the notation of its keys and values.
type database struct {
	*core.Raw
	keys, values notation.Side
}

// database opens a database as whatever it was made as. One of another program's is opened as the flags say, or else shown as
// it is stored. With `missing`, one that does not exist is made as the flags say.
func (a *app) database(ctx context.Context, env *core.Env, name string, flags *typeFlags, missing bool) (*database, error) {
	spec, err := flags.spec()
	if err != nil {
		return nil, err
	}
	infos, err := env.Databases(ctx)
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		if info.Name != name {
			continue
		}
		if info.Kind != 0 {
			spec = core.Spec{Kind: info.Kind, Layout: info.Layout, Key: info.Key, Value: info.Value, UnnamedDefault: info.UnnamedDefault}
		}
		spec.MustExist = true
		if spec.Kind == 0 {
			return a.stored(ctx, env, info)
		}
		return openAs(ctx, env, name, spec)
	}
	switch {
	case name == "" && env.ReadOnly():
		// LMDB's unnamed database, as plain files have it.
		return openAs(ctx, env, "unnamed", core.Spec{Kind: core.KindBytes, UnnamedDefault: true})
	case missing && spec.Kind == 0:
		return nil, usage("there is no database %q: say with --kind what it shall hold, to make it", name)
	case missing:
		return openAs(ctx, env, name, spec)
	}
	spec.MustExist, spec.Kind = true, core.KindBytes
	return openAs(ctx, env, name, spec)
}

func openAs(ctx context.Context, env *core.Env, name string, spec core.Spec) (*database, error) {
	spec.Name = name
	raw, err := env.OpenRaw(ctx, spec)
	if err != nil {
		return nil, err
	}
	key, value := raw.Types()
	return &database{raw, notation.Keys(raw.Kind(), key), notation.Values(raw.Kind(), value)}, nil
}

// stored opens a database below what it might hold.
func (a *app) stored(ctx context.Context, env *core.Env, info core.DatabaseInfo) (*database, error) {
	if info.Layout == core.Heed && !a.json {
		fmt.Fprintf(a.err, "slmdb: nothing says what the database %s of scoped-heed holds: keys and values are those that are stored. "+
			"Say --kind, --key-type and --value-type\n", quoted(info.Name))
	}
	raw, err := env.OpenStored(ctx, info.Name)
	if err != nil {
		return nil, err
	}
	return &database{raw, notation.Keys(core.KindBytes, 0), notation.Values(core.KindBytes, 0)}, nil
}

// parse reads a literal of the command line.
func parse(side notation.Side, literal, what string) ([]byte, error) {
	b, err := side.Parse([]byte(literal))
	if err != nil {
		return nil, usage("%s %s: %v", what, printableLine(literal), err)
	}
	return b, nil
}
