// Is a registry free of contradictions, whatever a user has committed?
package faults

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// sound says what is wrong with the registry: each name that is listed has one id, by which it is found, and each entry
// is of an id that is listed. (A record of a displaced name that is of no use any more is no fault: it does not count.)
func (w *world) sound(stored *image) error {
	var wrong []error
	ids := map[uint32]string{}
	err := w.env.View(ctx, func(t *core.Txn) error {
		infos, err := t.Scopes()
		if err != nil {
			return err
		}
		for _, info := range infos {
			ids[info.ID] = info.Name
			if id, ok, err := t.ScopeID(info.Name); err != nil || !ok || id != info.ID {
				wrong = append(wrong, fmt.Errorf("scope %q is listed with id %08x, and found with %08x, %v, %v", info.Name, info.ID, id, ok, err))
			}
		}
		return nil
	})
	for name, entries := range stored.tables {
		database, scoped := strings.CutSuffix(name, "_scoped")
		if !scoped || strings.HasPrefix(name, "__") {
			continue
		}
		for key := range entries {
			id := binary.BigEndian.Uint32([]byte(key))
			if strings.HasPrefix(database, "heed") {
				id = binary.LittleEndian.Uint32([]byte(key))
			}
			if ids[id] == "" {
				wrong = append(wrong, fmt.Errorf("table %q has an entry of id %08x, which no scope has", name, id))
			}
		}
	}
	return errors.Join(append(wrong, err)...)
}
