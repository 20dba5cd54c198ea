package lmdb

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Readers lists the slots of read transactions, of all processes. LMDB tells of them as text: a line each with process,
// thread and transaction, "-" for none.
func (s *session) Readers() ([]engine.Reader, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	var text strings.Builder
	err := s.env.lm.ReaderList(func(part string) error {
		text.WriteString(part)
		return nil
	})
	if err != nil {
		return nil, failed(err, "the readers of %s could not be listed", s.env.config.Path)
	}
	var readers []engine.Reader
	for line := range strings.Lines(text.String()) {
		fields := strings.Fields(line)
		process, err := 0, error(nil)
		if len(fields) == 3 {
			process, err = strconv.Atoi(fields[0])
		}
		if len(fields) != 3 || err != nil {
			continue // the heading, or that there are none
		}
		reader := engine.Reader{Process: process, Thread: fields[1]}
		if fields[2] != "-" {
			if reader.Txn, err = strconv.ParseUint(fields[2], 10, 64); err != nil {
				return nil, engine.Fail(engine.ErrInternal, fmt.Sprintf("LMDB lists a reader as %q", line), err)
			}
		}
		readers = append(readers, reader)
	}
	return readers, nil
}

// ClearReaders frees the slots of processes that have died.
func (s *session) ClearReaders() (int, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.leave()
	n, err := s.env.lm.ReaderCheck()
	if err != nil && s.env.config.ReadOnly && os.IsPermission(cause(code(err))) {
		return 0, engine.Fail(engine.ErrPermission, "the lock file can only be read", err)
	}
	return n, failed(err, "the readers of %s could not be checked", s.env.config.Path)
}
