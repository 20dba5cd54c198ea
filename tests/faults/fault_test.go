// Which errors does a store below answer with, and what must the user be told then?
package faults

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// fault is an error that a call of the engine answers with.
type fault struct {
	is   error
	code core.Code
	core error
}

// mark is in the text of every armed error, which the user's error must hand on.
const mark = "armed by the test"

var faultKinds = []fault{
	{engine.ErrIO, core.CodeIO, core.ErrIO},
	{engine.ErrMapFull, core.CodeMapFull, core.ErrMapFull},
	{engine.ErrConflict, core.CodeConflict, core.ErrConflict},
	{engine.ErrTxnFull, core.CodeTxnFull, core.ErrTxnFull},
}

func (f fault) armed() error { return engine.Fail(f.is, mark, nil) }

// told checks the error that a user gets.
func (f fault) told(err error) error {
	var own *core.Error
	switch {
	case !errors.As(err, &own) || own.Code != f.code || core.CodeOf(err) != f.code || !errors.Is(err, f.core):
		return fmt.Errorf("the user is told %v (%v), not %v", err, core.CodeOf(err), f.code)
	case !errors.Is(err, f.is):
		return fmt.Errorf("%v does not lead to the engine's own error", err)
	case !strings.Contains(err.Error(), mark):
		return fmt.Errorf("%q leaves out what the engine said", err.Error())
	}
	return nil
}

// lasting says that the call, failed so, leaves a transaction that can only be aborted.
func (f fault) lasting(call string) bool {
	switch call {
	case "Txn.Put", "Txn.Insert", "Txn.Delete", "Txn.Apply", "Txn.DeleteRange":
		return f.is != engine.ErrConflict
	}
	return false
}
