// Package fdb stands in for FoundationDB's Go package of this name, which needs cgo and an installed client. It has
// only what that package's subpackage tuple mentions, and does nothing: tuple packs and unpacks by itself.
package fdb

// Key is a key of a database.
type Key []byte

// KeyConvertible is what can be a key.
type KeyConvertible interface{ FDBKey() Key }

// FDBKey implements KeyConvertible.
func (k Key) FDBKey() Key { return k }

// Selectable stands for a range's begin or end.
type Selectable interface{}

// FirstGreaterOrEqual makes the Selectable of a key.
func FirstGreaterOrEqual(key KeyConvertible) Selectable { return key }

// Printable makes bytes readable.
func Printable(b []byte) string { return string(b) }

// GetAPIVersion would be the version of the client in use.
func GetAPIVersion() (int, error) { return 730, nil }
