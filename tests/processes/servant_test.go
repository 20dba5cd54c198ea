// How does a test have another process do one thing after the other, at the moments that matter?
package processes

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

func init() { roles["servant"] = serve }

// servant does what it is told, and answers each time "ok", with a number where there is one, or the name of an error's
// code. Nothing that it opens is closed before "close", or before it is killed.
type servant struct {
	env       *core.Env
	databases map[string]*core.DB[[]byte, []byte]
	held      []*core.Txn
}

func serve(p *peer) error {
	env, err := p.Options.open()
	if err != nil {
		return err
	}
	s := &servant{env: env, databases: map[string]*core.DB[[]byte, []byte]{}}
	p.say("ready")
	for {
		words := strings.Fields(p.hear())
		n, err := s.do(words[0], append(words[1:], "", "", "", ""))
		switch {
		case err != nil && core.CodeOf(err) == core.CodeInternal:
			return fmt.Errorf("%q: %w", words, err)
		case err != nil:
			p.say("%v", core.CodeOf(err))
		case n >= 0:
			p.say("ok %d", n)
		default:
			p.say("ok")
		}
		if words[0] == "close" {
			return err
		}
	}
}

// no number is the answer.
const plainly = -1

func (s *servant) do(verb string, args []string) (n int64, err error) {
	switch verb {
	case "open": // NAME
		return plainly, s.open(args[0])
	case "open-heed": // NAME
		return plainly, s.open(args[0], core.WithLayout(core.Heed))
	case "open-text": // NAME
		_, err = core.OpenTyped[string, string](ctx, s.env, args[0])
		return plainly, err
	case "fill": // DATABASE SCOPE ENTRIES SIZE
		return plainly, s.fill(args[0], args[1], toNumber(args[2]), toNumber(args[3]))
	case "count": // DATABASE SCOPE
		counted, err := s.databases[args[0]].In(core.Named(args[1])).Count(ctx, core.Range[[]byte]{})
		return int64(counted), err
	case "drop": // SCOPE
		dropped, err := s.env.DropScope(ctx, args[0])
		return int64(dropped), err
	case "scopes":
		infos, err := s.env.Scopes(ctx)
		return int64(len(infos)), err
	case "read": // TRANSACTIONS
		for range toNumber(args[0]) {
			if err = s.hold(false); err != nil {
				return plainly, err
			}
		}
		return plainly, nil
	case "write": // DATABASE SCOPE
		if err = s.hold(true); err == nil {
			err = s.databases[args[0]].Put(s.held[len(s.held)-1], core.Named(args[1]), []byte("held"), []byte("held"))
		}
		return plainly, err
	case "close":
		for _, t := range s.held {
			if err = t.Abort(); err != nil {
				return plainly, err
			}
		}
		return plainly, s.env.Close()
	}
	return plainly, fmt.Errorf("%q was not understood", verb)
}

func toNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

func (s *servant) open(name string, options ...core.DatabaseOption) error {
	db, err := core.OpenBytes(ctx, s.env, name, options...)
	if err == nil {
		s.databases[name] = db
	}
	return err
}

// hold begins a transaction and leaves it open.
func (s *servant) hold(write bool) error {
	t, err := s.env.Begin(ctx, write)
	if err == nil {
		s.held = append(s.held, t)
	}
	return err
}

func (s *servant) fill(name, scope string, entries, size int) error {
	return fill(s.env, s.databases[name], scope, entries, size)
}

// fill puts entries of a size in one transaction.
func fill(env *core.Env, db *core.DB[[]byte, []byte], scope string, entries, size int) error {
	return env.Update(ctx, func(t *core.Txn) error {
		for i := range entries {
			if err := db.Put(t, core.Named(scope), fmt.Appendf(nil, "%06d", i), make([]byte, size)); err != nil {
				return err
			}
		}
		return nil
	})
}
