// How is a database of each type made and refused? The shape behind each of them.

package model

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
)

// form is a shape with its types.
type form[K, V any] struct {
	ident, title string
	kind         core.Kind
	layout       core.Layout
	inUnnamed    bool
	opener       func(context.Context, *core.Env, string, ...core.DatabaseOption) (*core.DB[K, V], error)
	// types is what a program says after the opening function's name, keyType what it says after core.Range.
	types, keyType string
	pool           *pool[K]
	values         values[V]
	keyCodec       codec.Key[K]
	valueCodec     codec.Value[V]
}

func (f *form[K, V]) variable() string { return f.ident }
func (f *form[K, V]) name() string     { return f.title }
func (f *form[K, V]) unnamed() bool    { return f.inUnnamed }
func (f *form[K, V]) keys() int        { return len(f.pool.keys) }

func (f *form[K, V]) keyText(key int) string     { return f.pool.text(f.pool.keys[key]) }
func (f *form[K, V]) valueText(value int) string { return f.values.text(f.values.of(value)) }

// toRead is the code that a key is refused with by every operation.
func (f *form[K, V]) toRead(key int) core.Code {
	if f.pool.size != nil && f.pool.size(f.pool.keys[key]) > f.pool.longest {
		return core.CodeKeyTooLong
	}
	return core.CodeOK
}

// toPut is the code that a put refuses a key with.
func (f *form[K, V]) toPut(key int) core.Code {
	if f.pool.size != nil && f.pool.size(f.pool.keys[key]) == 0 && !f.pool.mayBeEmpty {
		return core.CodeEmptyKey
	}
	return f.toRead(key)
}

// reserved says that a key is the record of a table where the default scope is in the unnamed database.
func (f *form[K, V]) reserved(key int) bool {
	if raw, ok := any(f.pool.keys[key]).([]byte); ok && f.inUnnamed {
		switch string(raw) {
		case "__scoped_lmdb", "__global_scope_metadata", f.title + "_scoped":
			return true
		}
	}
	return false
}

func (f *form[K, V]) hasPrefixes(key int) bool {
	return f.pool.begins != nil && (f.pool.hasPrefixes == nil || f.pool.hasPrefixes(f.pool.keys[key]))
}

func (f *form[K, V]) begins(key, prefix int) bool {
	return f.pool.begins(f.pool.keys[key], f.pool.keys[prefix])
}

// options are what the database is made with.
func (f *form[K, V]) options() []core.DatabaseOption {
	options := []core.DatabaseOption{core.WithLayout(f.layout)}
	if f.inUnnamed {
		options = append(options, core.WithUnnamedDefault())
	}
	return options
}

func (f *form[K, V]) call(env string) string {
	function := map[core.Kind]string{core.KindTyped: "OpenTyped", core.KindBytesKey: "OpenBytesKey", core.KindBytes: "OpenBytes"}[f.kind]
	layout := map[core.Layout]string{core.Ordered: "core.Ordered", core.Heed: "core.Heed"}[f.layout]
	unnamed := ""
	if f.inUnnamed {
		unnamed = ", core.WithUnnamedDefault()"
	}
	return fmt.Sprintf("core.%s%s(ctx, %s, %q, core.WithLayout(%s)%s)", function, f.types, env, f.title, layout, unnamed)
}

func (f *form[K, V]) open(ctx context.Context, env *core.Env, options ...core.DatabaseOption) (database, error) {
	db, err := f.opener(ctx, env, f.title, append(f.options(), options...)...)
	if err != nil {
		return nil, err
	}
	return &face[K, V]{form: f, db: db}, nil
}

// openWrongly opens a database that exists as another one.
func (f *form[K, V]) openWrongly(ctx context.Context, env *core.Env, how int) (call string, want core.Code, err error) {
	other := core.Heed
	if f.layout == core.Heed {
		other = core.Ordered
	}
	switch how % 4 {
	case 0:
		_, err = core.OpenBytes(ctx, env, f.title, core.WithLayout(other))
		return fmt.Sprintf("core.OpenBytes(ctx, %%v, %q) in another layout", f.title), core.CodeLayoutMismatch, err
	case 1:
		want = core.CodeKindMismatch
		if f.kind == core.KindBytes {
			_, err = core.OpenBytesKey[string](ctx, env, f.title)
			return fmt.Sprintf("core.OpenBytesKey[string](ctx, %%v, %q)", f.title), want, err
		}
		_, err = core.OpenBytes(ctx, env, f.title)
		return fmt.Sprintf("core.OpenBytes(ctx, %%v, %q)", f.title), want, err
	case 2:
		_, err = core.OpenBytes(ctx, env, f.title+"_scoped")
		return fmt.Sprintf("core.OpenBytes(ctx, %%v, %q)", f.title+"_scoped"), core.CodeInvalidName, err
	}
	_, err = core.OpenBytes(ctx, env, "missing", core.MustExist())
	return `core.OpenBytes(ctx, %v, "missing", core.MustExist())`, core.CodeDatabaseNotFound, err
}

func (f *form[K, V]) rangeText(s span) string {
	var parts []string
	bound := func(name string, e edge) {
		if !e.set {
			return
		}
		how := "Include"
		if e.open {
			how = "Exclude"
		}
		parts = append(parts, fmt.Sprintf("%s: core.%s%s(%s)", name, how, f.boundType(), f.keyText(e.key)))
	}
	bound("Lower", s.lower)
	bound("Upper", s.upper)
	if s.reverse {
		parts = append(parts, "Reverse: true")
	}
	if s.limit > 0 {
		parts = append(parts, fmt.Sprintf("Limit: %d", s.limit))
	}
	if s.prefix != absent {
		return fmt.Sprintf("core.Prefix%s(%s) /* %s */", f.boundType(), f.keyText(s.prefix), strings.Join(parts, ", "))
	}
	return fmt.Sprintf("core.Range[%s]{%s}", f.keyType, strings.Join(parts, ", "))
}

// boundType is the type that a program must say since an argument does not.
func (f *form[K, V]) boundType() string {
	switch any(*new(K)).(type) {
	case string, []byte, bool, float64, core.Tuple:
		return ""
	}
	return "[" + f.keyType + "]"
}

// The longest keys, by layout.
const (
	longestOrdered = 507
	longestHeed    = 499
)

// typed makes a form of kind typed.
func typed[K, V any](ident string, layout core.Layout, keyType, valueType string, p *pool[K], v values[V]) shape {
	f := &form[K, V]{
		ident: ident, title: ident, kind: core.KindTyped, layout: layout, opener: core.OpenTyped[K, V],
		types: fmt.Sprintf("[%s, %s]", keyType, valueType), keyType: keyType, pool: p, values: v,
	}
	var err, also error
	if layout == core.Heed {
		f.keyCodec, _, err = codec.BincodeKey[K]()
		f.valueCodec, _, also = codec.BincodeValue[V]()
	} else {
		f.keyCodec, err = codec.TupleKey[K]()
		f.valueCodec = codec.MsgpackValue[V]()
	}
	if err != nil || also != nil {
		panic(fmt.Sprint(err, also))
	}
	return f
}

func bytesKey[V any](ident string, layout core.Layout, valueType string, p *pool[[]byte], v values[V]) shape {
	f := &form[[]byte, V]{
		ident: ident, title: ident, kind: core.KindBytesKey, layout: layout, opener: core.OpenBytesKey[V],
		types: fmt.Sprintf("[%s]", valueType), keyType: "[]byte", pool: p, values: v,
		keyCodec: codec.RawKey(), valueCodec: codec.MsgpackValue[V](),
	}
	if layout == core.Heed {
		var err error
		if f.valueCodec, _, err = codec.BincodeValue[V](); err != nil {
			panic(err)
		}
	}
	return f
}

func plain(ident string, layout core.Layout, p *pool[[]byte]) *form[[]byte, []byte] {
	return &form[[]byte, []byte]{
		ident: ident, title: ident, kind: core.KindBytes, layout: layout, opener: core.OpenBytes, keyType: "[]byte",
		pool: p, values: bytesValues, keyCodec: codec.RawKey(), valueCodec: codec.RawValue(),
	}
}

// inUnnamed makes a form whose default scope is in the unnamed database, with keys that are records of tables there.
func inUnnamed(ident string, layout core.Layout, source *rand.Rand, longest int) shape {
	p := bytesPool(source, longest, "__scoped_lmdb", "__global_scope_metadata", ident+"_scoped", "__", ident)
	f := plain(ident, layout, p)
	f.inUnnamed = true
	return f
}

// named gives the name of a database that is no Go identifier.
func named[K, V any](f *form[K, V], title string) shape {
	f.title = title
	return f
}

// shapes are all databases that histories choose from.
func shapes(seed uint64) []shape {
	source := rand.New(rand.NewPCG(seed, 1))
	return []shape{
		named(plain("blobs", core.Ordered, bytesPool(source, longestOrdered)), "bl\u00f6bs \U0001f98a"),
		plain("crateBlobs", core.Heed, bytesPool(source, longestHeed)),
		typed("texts", core.Ordered, "string", "string", textPool(source, longestOrdered, 2), textValues),
		typed("crateTexts", core.Heed, "string", "string", textPool(source, longestHeed, 0), textValues),
		bytesKey("notes", core.Ordered, "person", bytesPool(source, longestOrdered), personValues),
		bytesKey("crateNotes", core.Heed, "uint64", bytesPool(source, longestHeed), integerValues[uint64]()),
		typed("mixed", core.Ordered, "any", "any", anyPool(source), anyValues),
		typed("tuples", core.Ordered, "core.Tuple", "[]byte", tuplePool(source), bytesValues),
		typed("longs", core.Ordered, "int64", "float64", integerPool[int64](source), floatValues),
		typed("floats", core.Ordered, "float64", "int64", floatPool(source), integerValues[int64]()),
		typed("crateU32", core.Heed, "uint32", "uint64", integerPool[uint32](source), integerValues[uint64]()),
		typed("crateI32", core.Heed, "int32", "string", integerPool[int32](source), textValues),
		typed("crateF64", core.Heed, "float64", "float64", floatPool(source), floatValues),
		typed("crateU64", core.Heed, "uint64", "[]byte", integerPool[uint64](source), bytesValues),
		typed("crateI64", core.Heed, "int64", "int32", integerPool[int64](source), integerValues[int32]()),
		typed("crateU8", core.Heed, "uint8", "string", integerPool[uint8](source), textValues),
		typed("crateI16", core.Heed, "int16", "string", integerPool[int16](source), textValues),
		typed("crateBytes", core.Heed, "[]byte", "string", typedBytesPool(source, longestHeed), textValues),
		typed("crateBools", core.Heed, "bool", "string", boolPool(), textValues),
		inUnnamed("bare", core.Ordered, source, longestOrdered),
		inUnnamed("crateBare", core.Heed, source, longestHeed),
	}
}
