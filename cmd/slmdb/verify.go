package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/maintenance"
)

type faultLine struct {
	Kind     string `json:"kind"`
	Database string `json:"database,omitempty"`
	Scope    string `json:"scope,omitempty"`
	ID       string `json:"id,omitempty"`
	Key      string `json:"stored_key,omitempty"`
	Count    uint64 `json:"count,omitempty"`
	Harmless bool   `json:"harmless"`
	Text     string `json:"text"`
	Advice   string `json:"advice"`
}

type verifyReport struct {
	Sound     bool        `json:"sound"`
	Harmful   uint64      `json:"harmful"`
	Harmless  uint64      `json:"harmless"`
	Pages     uint64      `json:"pages"`
	Databases uint64      `json:"databases"`
	Scopes    uint64      `json:"scopes"`
	Entries   uint64      `json:"entries"`
	Unknown   []string    `json:"types_unknown"`
	Faults    []faultLine `json:"faults"`
}

func verifyCommand(a *app) *cobra.Command {
	var types []string
	var export bool
	o := maintenance.VerifyOptions{}
	c := &cobra.Command{
		Use:   "verify ENV",
		Short: "Look for all that may be wrong with an environment, or with --export a file of export's; changes nothing",
		Example: `  slmdb verify data
  slmdb verify crate --type ids=typed:u64:text --type blobs=bytes
  slmdb verify --export tenant1.slmdb`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if export {
				return a.verifyExport(c, args[0])
			}
			var err error
			if o.Types, err = parseTypes(types); err != nil {
				return err
			}
			return a.with(args[0], reading, func(env *core.Env) error { return a.verify(c, env, o) })
		},
	}
	c.Flags().StringArrayVar(&types, "type", nil,
		"what a database of scoped-heed's holds: `NAME=KIND[:KEY[:VALUE]]`; may be repeated")
	c.Flags().IntVar(&o.Most, "most", 1000, "show `N` faults at the most; all are counted")
	c.Flags().BoolVar(&export, "export", false, "the argument is a file that export wrote (- is standard input)")
	return c
}

func parseTypes(given []string) (map[string]core.Spec, error) {
	types := map[string]core.Spec{}
	for _, text := range given {
		at := strings.LastIndexByte(text, '=')
		if at < 0 {
			return nil, usage("--type %s: NAME=KIND[:KEY[:VALUE]] is needed", text)
		}
		parts := append(strings.Split(text[at+1:], ":"), "auto", "auto")
		spec, err := (&typeFlags{parts[0], parts[1], parts[2]}).spec()
		if err != nil {
			return nil, err
		}
		types[text[:at]] = spec
	}
	return types, nil
}

func (a *app) verify(c *cobra.Command, env *core.Env, o maintenance.VerifyOptions) error {
	progress, done := a.bar("verifying")
	o.Progress = progress
	report, err := maintenance.Verify(c.Context(), env, o)
	done()
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(verifyJSON(report))
	} else {
		a.printReport(report)
	}
	if err == nil && !report.Sound() {
		err = exit{exitUnsound, fmt.Errorf("%s fault(s) were found", number(report.Harmful))}
	}
	return err
}

func verifyJSON(r maintenance.Report) verifyReport {
	out := verifyReport{r.Sound(), r.Harmful, r.Harmless, r.Pages, r.Databases, r.Scopes, r.Entries, append([]string{},
		r.Unknown...), []faultLine{}}
	for _, f := range r.Faults {
		line := faultLine{Kind: string(f.Kind), Database: f.Database, Scope: f.Scope, Count: f.Count, Harmless: f.Harmless,
			Text: f.Text, Advice: f.Advice}
		if f.ID != 0 {
			line.ID = fmt.Sprintf("%08x", f.ID)
		}
		if f.Key != nil {
			line.Key = fmt.Sprintf("%x", f.Key)
		}
		out.Faults = append(out.Faults, line)
	}
	return out
}

func (a *app) printReport(r maintenance.Report) {
	for _, f := range r.Faults {
		where := string(f.Kind)
		if f.Harmless {
			where += ", harmless"
		}
		if f.Database != "" {
			where += ", database " + quoted(f.Database)
		}
		if f.Scope != "" {
			where += ", scope " + quoted(f.Scope)
		}
		fmt.Fprintf(a.out, "%s: %s\n  what to do: %s\n", where, printableLine(f.Text), printableLine(f.Advice))
	}
	if more := r.Harmful + r.Harmless - uint64(len(r.Faults)); more > 0 {
		fmt.Fprintf(a.out, "%s more are not shown: see --most\n", number(more))
	}
	for _, name := range r.Unknown {
		fmt.Fprintf(a.out, "database %s: nothing says what it holds, so only its scopes' ids were checked: see --type\n",
			quoted(name))
	}
	verdict := "sound"
	if !r.Sound() {
		verdict = number(r.Harmful) + " fault(s)"
	}
	fmt.Fprintf(a.out, "%s: %s pages, %s databases, %s scopes, %s entries\n", verdict, number(r.Pages),
		number(r.Databases), number(r.Scopes), number(r.Entries))
}

func (a *app) verifyExport(c *cobra.Command, path string) error {
	file, closeInput, err := openInput(c.Context(), path)
	if err != nil {
		return err
	}
	defer closeInput() //nolint:errcheck // it was only read
	progress, done := a.bar("verifying")
	totals, err := maintenance.VerifyExport(c.Context(), file, progress)
	done()
	if core.CodeOf(err) == core.CodeCorrupt {
		return exit{exitUnsound, err}
	}
	if err != nil {
		return err
	}
	return a.printTotals(a.out, "sound:", totals)
}
