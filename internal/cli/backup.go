// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/backup"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/verify"
)

func newBackup(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "backup", Short: "Back up the data directory, check a backup, and put one back", RunE: onlyCommands}
	c.AddCommand(newBackupCreate(env), newBackupVerify(env), newBackupRestore(env))
	return c
}

// backedUp is what backup create prints as JSON.
type backedUp struct {
	Log      backup.Head   `json:"log"`
	Registry backup.Head   `json:"registry"`
	Copied   uint64        `json:"copied_bytes"`
	Removed  int           `json:"removed_segments"`
	Keys     bool          `json:"keys"`
	Report   verify.Report `json:"report"`
}

func newBackupCreate(env *environment) *cobra.Command {
	var to, keysTo string
	c := &cobra.Command{
		Use: "create", Short: "Copy the data directory to a folder, or bring the copy up to date", Args: usage(cobra.NoArgs),
		Long: "Copies the record to --to and the keys to --keys-to, up to the newest head, and verifies the copy. It works beside the\n" +
			"server. Run again, it copies what is new, and erases in the copy what was erased since. Keep the two folders apart:\n" +
			"whoever has both reads the text. Exit codes as of verify.",
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return &exitError{exitUsage, "name the folder to back up to with --to"}
			}
			if err := env.dataIsThere(); err != nil {
				return err
			}
			r, err := app.BackUp(c.Context(), backup.Config{Data: env.data, To: to, KeysTo: keysTo, Program: env.version, Progress: env.backupProgress()})
			if err != nil {
				return told(err)
			}
			m := r.Manifest
			if env.json {
				err = env.print(backedUp{m.Log, m.Registry, r.Copied, r.Removed, r.Keys, r.Report})
			} else {
				fmt.Fprintf(env.out, "Log %s: %d entries are in %s. Copied: %d bytes.%s\n", m.Log.Origin, m.Log.Size, to, r.Copied,
					flag(r.Removed > 0, fmt.Sprintf("Deleted, since they were erased: %d payload segments.", r.Removed)))
				if r.Keys {
					fmt.Fprintf(env.out, "The keys are in %s. Keep that folder apart from the other.\n", keysTo)
				} else {
					fmt.Fprintln(env.out, "The keys are not in it, and without them no text can be read and nothing signed. Back them up to another place with --keys-to.")
				}
				err = showReport(env, r.Report)
			}
			return errors.Join(err, verdict(r.Report))
		},
	}
	c.Flags().StringVar(&to, "to", "", "folder for the record; made when it is not there")
	c.Flags().StringVar(&keysTo, "keys-to", "", "folder for the keys, best on another machine's disk; without it they are not backed up")
	return c
}

// checkedBackup is what backup verify prints as JSON.
type checkedBackup struct {
	Log     backup.Head   `json:"log"`
	Damaged []string      `json:"damaged"` // files that are missing or not what the manifest says
	Report  verify.Report `json:"report"`
}

func newBackupVerify(env *environment) *cobra.Command {
	var keysFrom string
	c := &cobra.Command{
		Use: "verify DIR", Short: "Check a backup", Args: usage(cobra.ExactArgs(1)),
		Long: "Compares every file with its digest in the manifest, and verifies the ledger in the backup. With the keys it also opens every\n" +
			"payload. Exit codes as of verify; 3: files are damaged.",
		RunE: func(c *cobra.Command, args []string) error {
			r, err := app.CheckBackup(c.Context(), args[0], keysFrom, env.backupProgress())
			if err != nil {
				return told(err)
			}
			m := r.Manifest
			if env.json {
				err = env.print(checkedBackup{m.Log, append([]string{}, r.Damaged...), r.Report})
			} else {
				fmt.Fprintf(env.out, "Backup of %s, log %s, %d entries, %d files.\n", m.Time.Format("2006-01-02 15:04:05 MST"), m.Log.Origin, m.Log.Size, len(m.Files))
				for _, name := range r.Damaged {
					fmt.Fprintf(env.out, "Damaged: %s is missing or not what the manifest says.\n", name)
				}
				err = showReport(env, r.Report)
			}
			if err == nil && len(r.Damaged) > 0 {
				return &exitError{exitBroken, "the backup is damaged; keep it, and back up to another folder"}
			}
			return errors.Join(err, verdict(r.Report))
		},
	}
	c.Flags().StringVar(&keysFrom, "keys-from", "", "folder the keys were backed up to")
	return c
}

// restoredBackup is what backup restore prints as JSON.
type restoredBackup struct {
	Log       backup.Head   `json:"log"`
	Keys      bool          `json:"keys"`
	Startable bool          `json:"startable"`
	Why       string        `json:"why,omitempty"`
	Report    verify.Report `json:"report"`
}

func newBackupRestore(env *environment) *cobra.Command {
	var q backup.RestoreConfig
	c := &cobra.Command{
		Use: "restore", Short: "Put a backup back into an empty directory", Args: usage(cobra.NoArgs),
		Long: "Copies a backup into the directory named by --data, which must be empty or not there, and verifies it. The log does not go on\n" +
			"until it is known that nothing newer was signed: give the lost directory's heads.db with --head-store, or continue the log\n" +
			"under a new name with ledger succeed.",
		RunE: func(c *cobra.Command, _ []string) error {
			if q.From == "" {
				return &exitError{exitUsage, "name the backup with --from"}
			}
			if !c.Flags().Changed("data") {
				return &exitError{exitUsage, "name the new directory with --data"}
			}
			q.Data, q.Progress = env.data, env.backupProgress()
			r, err := app.Restore(c.Context(), q)
			if err != nil {
				return told(err)
			}
			return env.showRestored(&q, &r)
		},
	}
	c.Flags().StringVar(&q.From, "from", "", "folder of the backup")
	c.Flags().StringVar(&q.KeysFrom, "keys-from", "", "folder the keys were backed up to; without it keys/ has to be put there by hand")
	c.Flags().StringVar(&q.HeadStore, "head-store", "", "heads.db of the lost directory, with registry-heads.db beside it")
	return c
}

func (env *environment) showRestored(q *backup.RestoreConfig, r *backup.Restored) error {
	m := r.Manifest
	why := ""
	if r.Why != nil {
		why = r.Why.Error()
	}
	if env.json {
		if err := env.print(restoredBackup{m.Log, r.Keys != nil, r.Startable, why, r.Report}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(env.out, "Log %s: %d entries are restored to %s from a backup of %s.\n", m.Log.Origin, m.Log.Size, q.Data, m.Time.Format("2006-01-02 15:04:05 MST"))
		showKeysOf(env, m, r.Keys)
		if err := showReport(env, r.Report); err != nil {
			return err
		}
	}
	if err := verdict(r.Report); err != nil {
		return err
	}
	switch {
	case r.Startable:
		if !env.json {
			fmt.Fprintln(env.out, "The store of heads says that no newer head was signed. The log goes on with the next start. If the server was killed, what it\n"+
				"recorded in the second after that head is missing.")
		}
	case r.Why != nil:
		return &exitError{exitFailed, why + ".\nThe directory is restored, and its log does not go on: it would contradict heads that are signed, or may be.\nWhat to do: counterfoil ledger succeed --data " + q.Data}
	case !env.json:
		fmt.Fprintln(env.out, "The log does not go on yet: nobody knows whether newer heads were signed after the backup. Restore again with --head-store if\n"+
			"the heads.db of the lost directory is at hand; otherwise continue under a new name: counterfoil ledger succeed --data "+q.Data)
	}
	return nil
}

// showKeysOf says which keys were restored with a record.
func showKeysOf(env *environment, record, keys *backup.Manifest) {
	switch {
	case keys == nil:
		fmt.Fprintln(env.out, "The keys are not there. Put the folder keys back before you start.")
	case keys.Log.Size != record.Log.Size:
		fmt.Fprintf(env.out, "The keys are of another moment: they were backed up at %d entries. What they do not open stands below.\n", keys.Log.Size)
	}
}

// backupProgress shows bytes, then entries.
func (env *environment) backupProgress() backup.Progress {
	return backup.Progress{Bytes: progress(env, "bytes"), Entries: progress(env, "entries checked")}
}

// dataIsThere refuses a data directory that does not exist.
func (env *environment) dataIsThere() error {
	if _, err := os.Stat(env.data); errors.Is(err, fs.ErrNotExist) {
		return &exitError{exitFailed, "there is no data directory at " + env.data + "; name it with --data"}
	}
	return nil
}

// told takes the text for people from a fault.
func told(err error) error {
	if f, ok := fault.As(err); ok {
		return &exitError{exitFailed, f.Public}
	}
	return err
}

// verdict is the exit code of a report; nil when nothing is wrong.
func verdict(r verify.Report) error {
	if code := r.ExitCode(); code != verify.ExitSound {
		return &exitError{code: code}
	}
	return nil
}
