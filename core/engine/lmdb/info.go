package lmdb

import (
	"context"

	"github.com/scoped-lmdb/scoped-lmdb/core/engine"
)

// Writing says whether the calling thread has the environment's write transaction.
func (s *session) Writing() bool { return s.txns.Load() >= 0 && s.env.owner.Load() == thread() }

// Info says how full the environment is. It reads the map, which must not move meanwhile.
func (s *session) Info() (engine.Info, error) {
	if err := s.enter(); err != nil {
		return engine.Info{}, err
	}
	defer s.leave()
	e := s.env
	if err := e.enter(context.Background()); err != nil {
		return engine.Info{}, err
	}
	defer e.gate.leave()
	info, err := e.lm.Info()
	if err != nil {
		return engine.Info{}, failed(err, "%s could not be inspected", e.config.Path)
	}
	return engine.Info{
		Size:       e.mapSize.Load(),
		Used:       (info.LastPNO + 1) * e.pageSize,
		LastTxn:    uint64(info.LastTxnID),
		PageSize:   int(e.pageSize),
		MaxReaders: int(info.MaxReaders),
		Readers:    int(info.NumReaders),
	}, nil
}
