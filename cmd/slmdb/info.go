package main

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/scoped-lmdb/scoped-lmdb/core"
	"github.com/scoped-lmdb/scoped-lmdb/core/codec"
	"github.com/scoped-lmdb/scoped-lmdb/core/engine/lmdb"
)

// environmentInfo is what info prints as JSON.
type environmentInfo struct {
	Path      string `json:"path"`
	MadeBy    string `json:"made_by"`
	Format    int    `json:"format,omitempty"`
	FileBytes int64  `json:"file_bytes"`
	MapBytes  int64  `json:"map_bytes"`
	UsedBytes int64  `json:"used_bytes"`
	FreeBytes uint64 `json:"free_bytes"`
	PageBytes int    `json:"page_bytes"`
	LastTxn   uint64 `json:"last_txn"`
	Databases int    `json:"databases"`
	Scopes    int    `json:"scopes"`
	Unnamed   uint64 `json:"unnamed_entries"`
	Slots     int    `json:"reader_slots"`
	Readers   int    `json:"most_readers"`
	MaxKey    int    `json:"longest_key"`
	LMDB      string `json:"lmdb"`
}

func infoCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "info ENV",
		Short: "Say what an environment is, who made it, and how full it is",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(args[0], reading, func(env *core.Env) error { return a.info(c, env, args[0]) })
		},
	}
}

func (a *app) info(c *cobra.Command, env *core.Env, path string) error {
	found, err := env.Info()
	if err != nil {
		return err
	}
	i := environmentInfo{Path: path, MapBytes: found.Size, UsedBytes: found.Used, PageBytes: found.PageSize,
		LastTxn: found.LastTxn,
		Slots:   found.MaxReaders, Readers: found.Readers, MaxKey: found.MaxKey, LMDB: lmdb.Version()}
	file := path
	if filepath.Base(path) != "data.mdb" {
		file = filepath.Join(path, "data.mdb")
	}
	if status, err := os.Stat(file); err == nil {
		i.FileBytes = status.Size()
	}
	err = env.ViewStored(c.Context(), func(t *core.Txn, databases []core.Stored) error {
		i.Databases = len(databases)
		scopes, err := t.Scopes()
		if err != nil && core.CodeOf(err) != core.CodeCorrupt {
			return err
		}
		i.Scopes = len(scopes)
		if pages, err := t.Pages(); err == nil {
			i.FreeBytes = pages.Free * uint64(pages.Size)
		}
		if err := i.maker(t, databases); err != nil {
			return err
		}
		return t.WalkTable("", nil, func(_, _ []byte) (bool, error) { i.Unnamed++; return true, c.Context().Err() })
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(i)
	}
	pairs(a.out,
		[2]string{"environment", i.Path}, [2]string{"made by", i.MadeBy},
		[2]string{"databases", number(i.Databases)}, [2]string{"scopes", number(i.Scopes)},
		[2]string{"unnamed database", number(i.Unnamed) + " entries"},
		[2]string{"file", size(i.FileBytes)}, [2]string{"used pages", size(i.UsedBytes)}, [2]string{"free of those",
			size(i.FreeBytes)},
		[2]string{"map", size(i.MapBytes)}, [2]string{"page", size(i.PageBytes)}, [2]string{"last transaction", number(i.LastTxn)},
		[2]string{"readers", number(i.Readers) + " at the most so far, of " + number(i.Slots)},
		[2]string{"longest key", size(i.MaxKey)}, [2]string{"LMDB", i.LMDB})
	return nil
}

// maker finds out which program made the environment.
func (i *environmentInfo) maker(t *core.Txn, databases []core.Stored) error {
	foreign, heed := 0, false
	for _, d := range databases {
		if d.Foreign() {
			foreign++
			heed = heed || d.HasNamed
		}
	}
	err := t.WalkTable(core.RecordsTable, nil, func(key, value []byte) (bool, error) {
		if !core.FormatRecord(key) {
			return true, nil
		}
		format, err := codec.MsgpackValue[int]().DecodeValue(value)
		i.Format = format
		return false, err
	})
	switch {
	case i.Format != 0:
		i.MadeBy = "scoped-lmdb, format " + strconv.Itoa(i.Format)
		if foreign > 0 {
			i.MadeBy += "; " + number(foreign) + " database(s) by another program"
		}
	case heed:
		i.MadeBy = "scoped-heed"
	default:
		i.MadeBy = "another program, with plain LMDB"
	}
	return err
}
