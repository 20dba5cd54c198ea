package mem

import "sync"

// Store is what outlives an [Engine]: the committed tables and the turn to write. Engines that are opened on one Store,
// one after another or at the same time, share them as processes share a file.
type Store struct {
	// turn holds a token while a write transaction is open.
	turn chan struct{}

	mu   sync.Mutex
	root *root
}

// root is one committed state. It never changes: a commit puts another in its place.
type root struct {
	number uint64
	tables map[string]*tree
}

// NewStore gives an empty store: the unnamed table and nothing in it.
func NewStore() *Store {
	return &Store{
		turn: make(chan struct{}, 1),
		// The first number is 1, since a snapshot's 0 says nothing.
		root: &root{number: 1, tables: map[string]*tree{"": newTree()}},
	}
}

// committed is the state that a transaction beginning now sees.
func (s *Store) committed() *root {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root
}

// publish makes tables the committed state. Only the holder of the turn calls it.
func (s *Store) publish(tables map[string]*tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.root = &root{number: s.root.number + 1, tables: tables}
}

// release gives the turn to write to the next.
func (s *Store) release() {
	<-s.turn
}
