package main

import "github.com/scoped-lmdb/scoped-lmdb/core"

// opening is what a database is opened by.
type opening struct {
	env     *core.Env
	name    string
	options []core.DatabaseOption
}

func openDatabase(env *core.Env, name, kind, keyType, valueType string, options []core.DatabaseOption) (database, error) {
	o := opening{env, name, options}
	switch kind {
	case "bytes":
		db, err := core.OpenBytes(background, env, name, options...)
		return face[[]byte, []byte]{db}, err
	case "bytes_key":
		return chooseValue(valueType, openBytesKey[any], openBytesKey[string], openBytesKey[uint64])(o)
	case "typed":
		return chooseTyped(keyType, valueType)(o)
	}
	panic(malformed("no such kind"))
}

func openBytesKey[V any](o opening) (database, error) {
	db, err := core.OpenBytesKey[V](background, o.env, o.name, o.options...)
	return face[[]byte, V]{db}, err
}

func openTyped[K, V any](o opening) (database, error) {
	db, err := core.OpenTyped[K, V](background, o.env, o.name, o.options...)
	return face[K, V]{db}, err
}

type opener = func(opening) (database, error)

// chooseTyped finds the Go types for the types of a request: three types of keys with three of values, and every other
// type of keys with texts. All pairs would be 169.
func chooseTyped(keyType, valueType string) opener {
	switch keyType {
	case "auto":
		return chooseValue(valueType, openTyped[any, any], openTyped[any, string], openTyped[any, uint64])
	case "text":
		return chooseValue(valueType, openTyped[string, any], openTyped[string, string], openTyped[string, uint64])
	case "u64":
		return chooseValue(valueType, openTyped[uint64, any], openTyped[uint64, string], openTyped[uint64, uint64])
	}
	scarce := map[string]opener{
		"bytes": openTyped[[]byte, string], "bool": openTyped[bool, string],
		"u8": openTyped[uint8, string], "u16": openTyped[uint16, string], "u32": openTyped[uint32, string],
		"i8": openTyped[int8, string], "i16": openTyped[int16, string], "i32": openTyped[int32, string],
		"i64": openTyped[int64, string], "f32": openTyped[float32, string], "f64": openTyped[float64, string],
	}
	if open, known := scarce[keyType]; known && valueType == "text" {
		return open
	}
	panic(malformed("this agent has no such pair of types"))
}

// chooseValue finds the opener for the type of the values.
func chooseValue(valueType string, auto, text, u64 opener) opener {
	switch valueType {
	case "auto":
		return auto
	case "text":
		return text
	case "u64":
		return u64
	}
	panic(malformed("this agent has no such type of values"))
}
