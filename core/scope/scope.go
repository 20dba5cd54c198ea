// Package scope knows the names of scopes: the value that names one, and the registry that gives each name of an
// environment its id.
package scope

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxName is the longest name of a scope, in bytes of UTF-8.
const MaxName = 4096

// Errors for names that cannot name a scope.
var (
	ErrEmpty   = errors.New("a scope's name has no bytes: name it, or take the default scope")
	ErrInvalid = errors.New("invalid scope name")
)

// Scope is an isolated namespace: the default one, or one with a name. The zero value is the default scope. Scopes
// compare by ==.
type Scope struct {
	name  string
	named bool
}

// Default is the scope without a name.
var Default = Scope{}

// Named is the scope with a name: 1 to [MaxName] bytes of UTF-8. Another name is refused by whatever the scope is
// passed to; the empty one is never taken for the default scope.
func Named(name string) Scope { return Scope{name: name, named: true} }

// IsDefault says whether it is the default scope.
func (s Scope) IsDefault() bool { return !s.named }

// Name is the scope's name; empty for the default scope.
func (s Scope) Name() string { return s.name }

// String is the name as a person may read it in an error.
func (s Scope) String() string {
	if !s.named {
		return "the default scope"
	}
	return Quote(s.name)
}

// Check says what is wrong with the scope's name: ErrEmpty, or an error that matches ErrInvalid.
func (s Scope) Check() error {
	switch {
	case !s.named:
		return nil
	case s.name == "":
		return ErrEmpty
	case len(s.name) > MaxName:
		return fmt.Errorf("%w: %s has %d bytes, and the longest has %d", ErrInvalid, Quote(s.name), len(s.name), MaxName)
	case !utf8.ValidString(s.name):
		return fmt.Errorf("%w: %s is not UTF-8", ErrInvalid, Quote(s.name))
	}
	return nil
}

// Quote shows a name of any length and bytes in one short line.
func Quote(name string) string {
	const most = 60
	if len(name) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(name[cut]) {
			cut--
		}
		return fmt.Sprintf("%q...", name[:cut])
	}
	return fmt.Sprintf("%q", name)
}
