package core

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/layout"
)

// Kind is what a database holds.
type Kind uint8

// The kinds. The numbers are those of the C ABI.
const (
	// KindTyped databases have typed keys and typed values.
	KindTyped Kind = 1
	// KindBytesKey databases have raw keys and typed values.
	KindBytesKey Kind = 2
	// KindBytes databases have raw keys and raw values.
	KindBytes Kind = 3
)

// String is the kind's name, as it is recorded.
func (k Kind) String() string {
	switch k {
	case KindTyped:
		return "typed"
	case KindBytesKey:
		return "bytes-key"
	case KindBytes:
		return "bytes"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

func parseKind(name string) (Kind, bool) {
	for _, k := range [...]Kind{KindTyped, KindBytesKey, KindBytes} {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// MaxDatabaseName is the longest name of a database, in bytes of UTF-8.
const MaxDatabaseName = 500

const (
	reservedPrefix = "__"
	scopedSuffix   = "_scoped"
)

// checkDatabaseName refuses names that would share storage with another database, or that LMDB cannot have.
func checkDatabaseName(name string) error {
	switch {
	case name == "":
		return fail(CodeInvalidName, "a database's name has no bytes: it must have 1 to %d", MaxDatabaseName)
	case len(name) > MaxDatabaseName:
		return fail(CodeInvalidName, "a database's name has %d bytes: the longest has %d", len(name), MaxDatabaseName)
	case !utf8.ValidString(name):
		return fail(CodeInvalidName, "the database name %q is not UTF-8", name)
	case strings.IndexByte(name, 0) >= 0:
		return fail(CodeInvalidName, "the database name %q has a zero byte in it", name)
	case strings.HasPrefix(name, reservedPrefix):
		return fail(CodeInvalidName, "the database name %q begins with %q: such names are reserved", name, reservedPrefix)
	case strings.HasSuffix(name, scopedSuffix):
		return fail(CodeInvalidName, "the database name %q ends in %q: it would be the named scopes of another database",
			name, scopedSuffix)
	}
	return nil
}

// checkTypes says which types a kind has in a layout. In the ordered layout keys and values say their own types; in
// scoped-heed's the opener must.
func checkTypes(kind Kind, l layout.Layout, key, value codec.Type) error {
	for _, side := range [...]struct {
		word  string
		is    codec.Type
		typed bool
	}{{"key", key, kind == KindTyped}, {"value", value, kind != KindBytes}} {
		switch {
		case side.typed && l == layout.Heed && side.is == codec.Auto:
			return fmt.Errorf("a %s database in layout %v needs a %s type (text, u64, ...): its bytes do not say it",
				kind, l, side.word)
		case (!side.typed || l != layout.Heed) && side.is != codec.Auto:
			return fmt.Errorf("a %s database in layout %v has no %s type to choose, and %v was given", kind, l, side.word, side.is)
		}
	}
	return nil
}

// forms are how logical keys are stored in the default scope and in the named ones.
func forms(kind Kind, l layout.Layout, key codec.Type) (unscoped, scoped layout.Form) {
	switch {
	case l != layout.Heed:
		return layout.Plain, layout.Plain
	case kind != KindTyped:
		return layout.Plain, layout.Lengthed
	}
	form := bincodeForm(key)
	return form, form
}

// bincodeForm is how bincode 1 stores a key of a type.
func bincodeForm(t codec.Type) layout.Form {
	switch t {
	case codec.Text, codec.Bytes:
		return layout.Lengthed
	case codec.U8:
		return layout.LittleUnsigned(1)
	case codec.U16:
		return layout.LittleUnsigned(2)
	case codec.U32:
		return layout.LittleUnsigned(4)
	case codec.U64:
		return layout.LittleUnsigned(8)
	case codec.I8:
		return layout.LittleSigned(1)
	case codec.I16:
		return layout.LittleSigned(2)
	case codec.I32:
		return layout.LittleSigned(4)
	case codec.I64:
		return layout.LittleSigned(8)
	case codec.F32:
		return layout.LittleFloat(4)
	case codec.F64:
		return layout.LittleFloat(8)
	}
	return layout.Plain // a bool is one byte
}
