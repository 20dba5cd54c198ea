// Command slmdb looks into scoped-lmdb's environments, moves, backs up and verifies what is in them.
//
// It opens environments for reading only, unless a command writes. Those that the Rust crate scoped-heed or other programs
// made with LMDB can be opened, too.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
)

// version is set by the build.
var version = "0.1.0"

// The exit codes, which the help of the root command lists.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitUnsound     = 4
	exitUnconfirmed = 5
	exitInterrupted = 130
)

// app is what commands share.
type app struct {
	out, err io.Writer
	json     bool
	mapSize  int64
}

// exit is an error with an exit code of its own.
type exit struct {
	code int
	error
}

func (e exit) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
		time.Sleep(time.Second)
		fmt.Fprintln(os.Stderr, "slmdb: ending, when what was begun is cleaned up and no write transaction of another process is waited for; "+
			"the same again ends it at once")
	}()
	a := &app{out: os.Stdout, err: os.Stderr}
	os.Exit(a.run(ctx, os.Args[1:]))
}

// run runs a command line and says the exit code.
func (a *app) run(ctx context.Context, arguments []string) int {
	root := a.root()
	root.SetArgs(arguments)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitCode(ctx, err)
	a.tell(code, err)
	return code
}

func exitCode(ctx context.Context, err error) int {
	var own exit
	switch {
	case errors.As(err, &own):
		return own.code
	case ctx.Err() != nil && core.CodeOf(err) == core.CodeCanceled:
		return exitInterrupted
	}
	switch core.CodeOf(err) {
	case core.CodeNotFound, core.CodeDatabaseNotFound, core.CodePathNotFound:
		return exitNotFound
	}
	var known *core.Error
	var system syscall.Errno
	if !errors.As(err, &known) && !errors.As(err, &system) {
		return exitUsage // cobra's own errors
	}
	return exitFailed
}

// tell says on standard error what went wrong.
func (a *app) tell(code int, err error) {
	if a.json {
		name := core.CodeOf(err).String()
		if code == exitUsage {
			name = "Usage"
		}
		text, _ := json.Marshal(map[string]any{"error": map[string]any{"code": name, "message": err.Error(), "exit": code}})
		fmt.Fprintf(a.err, "%s\n", text)
		return
	}
	fmt.Fprintf(a.err, "slmdb: %s\n", printableLine(err.Error()))
	if code == exitUsage {
		fmt.Fprintln(a.err, "Try slmdb help, or slmdb COMMAND --help.")
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "slmdb",
		Short: "See, move, back up and verify tenants' data in scoped-lmdb's environments",
		Long: `slmdb sees, moves, backs up and verifies tenants' data in scoped-lmdb's environments, and in those of scoped-heed
and of plain LMDB. An environment (ENV) is a folder with a data.mdb; it is opened for reading only, unless the
command writes.

Keys and values are literals: "text", 42, 4.2, true, null, ["eu",7], {"age":30}, and 0x6869 for bytes. In databases
of raw keys or values, texts stand for their bytes. Scopes' names are given as they are.

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 the environment, database, scope or key does not exist; 4 verify found
something wrong; 5 it would destroy something, and --yes was not given; 130 interrupted, with nothing half done.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "print JSON, for programs")
	flags.Int64Var(&a.mapSize, "map-size", 0, "upper limit of the file in `bytes` (default 256 GiB, or what the file records)")
	for _, command := range []func(*app) *cobra.Command{
		infoCommand, databasesCommand, scopesCommand, statsCommand, getCommand, putCommand, deleteCommand, scanCommand,
		exportCommand, importCommand, backupCommand, verifyCommand, pruneCommand, renameCommand, dropCommand, copyCommand,
		readersCommand, benchCommand, manCommand,
	} {
		root.AddCommand(command(a))
	}
	return root
}

// usage is an error of whoever typed the command.
func usage(format string, arguments ...any) error {
	return exit{exitUsage, fmt.Errorf(format, arguments...)}
}

// confirm refuses to destroy anything without --yes.
func confirm(yes bool, format string, arguments ...any) error {
	if yes {
		return nil
	}
	return exit{exitUnconfirmed, fmt.Errorf("this would "+format+": say so with --yes", arguments...)}
}

func yesFlag(c *cobra.Command) *bool {
	return c.Flags().Bool("yes", false, "do it: what is destroyed cannot be had back")
}
