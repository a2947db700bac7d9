// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/counterfoil/counterfoil/internal/backup"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// BackUp makes or continues a backup of a data directory, also while a server runs on
// it. It only reads the directory. c.Keys and c.Open are set here.
func BackUp(ctx context.Context, c backup.Config) (backup.Result, error) {
	v, err := keys(filepath.Join(c.Data, "keys"), filepath.Join(c.Data, "ledger"))
	if err != nil {
		return backup.Result{}, fault.NotFound("Not backed up: the keys of "+c.Data+" cannot be read, and without them nobody knows which erasures are carried out: "+err.Error()+".", err)
	}
	defer v.Close()
	c.Keys, c.Open = v, openKeys
	r, err := backup.Create(ctx, c)
	return r, backupFault(err)
}

// CheckBackup compares a backup with its manifests and verifies the ledger in it.
func CheckBackup(ctx context.Context, dir, keysDir string, p backup.Progress) (backup.Checked, error) {
	c, err := backup.Check(ctx, dir, keysDir, openKeys, p)
	return c, backupFault(err)
}

// Restore puts a backup back into an empty directory. c.Open is set here.
func Restore(ctx context.Context, c backup.RestoreConfig) (backup.Restored, error) {
	c.Open = openKeys
	r, err := backup.Restore(ctx, c)
	return r, backupFault(err)
}

// advice is what to do about an error of a backup.
var advice = []struct {
	err    error
	kind   fault.Kind
	public string
}{
	{backup.ErrForeign, fault.KindConflict, "Nothing was changed. Name an empty folder, or one that holds a backup."},
	{backup.ErrNone, fault.KindNotFound, "Name the folder that counterfoil backup create wrote to."},
	{backup.ErrBusy, fault.KindConflict, "Wait until the other one has ended."},
	{backup.ErrOther, fault.KindConflict, "The backup was left as it is. Name another folder for this directory, and find out why they differ."},
	{backup.ErrUnsettled, fault.KindUnavailable, "The former backup is still in place. If a server runs, try again later; if none does, start it once, which carries the erasure out."},
	{backup.ErrNotEmpty, fault.KindConflict, "Nothing was changed. Name a directory that is empty or not there yet; if it is what an interrupted restore left, delete it."},
	{backup.ErrDigest, fault.KindConflict, "Delete the directory that was begun, and take another backup. See: counterfoil backup verify"},
}

// backupFault says what the person who asked can do.
func backupFault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return &fault.Error{Kind: a.kind, Public: err.Error() + ". " + a.public, Err: err}
		}
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return &fault.Error{Kind: fault.KindUnavailable, Public: "A file could not be read or written: " + err.Error() + ".", Err: err}
	}
	return err
}
