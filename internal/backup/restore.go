// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// What a restore may fail with.
var (
	// ErrNotEmpty: the directory to restore into holds something.
	ErrNotEmpty = errors.New("the directory is not empty")
	// ErrDigest: a file of the backup is not what its manifest says.
	ErrDigest = errors.New("the backup is damaged")
	// ErrStoreAhead: the store of heads that survived knows of more than the backup holds.
	ErrStoreAhead = errors.New("newer heads were signed than the backup holds")
	// ErrStoreOther: the store of heads is not the last one of this log.
	ErrStoreOther = errors.New("the store of heads is not the last one of this log")
)

// RestoreConfig says what to restore and where to. KeysFrom and HeadStore may be empty.
type RestoreConfig struct {
	From, KeysFrom string
	Data           string // absent or empty
	// HeadStore is the store of heads of the lost directory, where it survived. That of
	// the registry lies beside it.
	HeadStore string

	Open     Opener
	Progress Progress
}

// Restored is what a restore did.
type Restored struct {
	Manifest *Manifest
	Keys     *Manifest // of the keys; nil when none were restored
	Report   verify.Report
	// Startable: the store of heads says that nothing newer was signed, so the log may go
	// on. Otherwise it stays marked, and Why tells.
	Startable bool
	Why       error // ErrStoreAhead or ErrStoreOther; nil when no store was given
}

// Restore puts a backup back into an empty directory and verifies it. The directory is
// marked before anything else lies there, so that one left by a restore that was cut
// off does not start either.
func Restore(ctx context.Context, c RestoreConfig) (r Restored, err error) {
	if err := apart(c.Data, c.From, c.KeysFrom); err != nil {
		return r, err
	}
	record, keys, err := readBoth(c.From, c.KeysFrom)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeBoth(record, keys)) }()
	r.Manifest = record.manifest
	if keys != nil {
		r.Keys = keys.manifest
	}
	mark := ledger.Restored{Time: time.Now().UTC().Truncate(time.Second), Backup: r.Manifest.Time, Size: r.Manifest.Log.Size}
	if err := prepare(c.Data, mark); err != nil {
		return r, err
	}
	count := counter{show: c.Progress.Bytes, total: total(record, keys)}
	for _, f := range []*folder{record, keys} {
		if f == nil {
			continue
		}
		if err := f.copyTo(ctx, c.Data, &count); err != nil {
			return r, err
		}
	}
	keysDir := ""
	if keys != nil {
		keysDir = c.Data
	}
	if r.Report, err = check(ctx, c.Data, keysDir, c.Open, c.Progress, 0); err != nil {
		return r, err
	}
	mark.Finished = true
	if err := markBoth(c.Data, mark); err != nil {
		return r, err
	}
	if c.HeadStore == "" || r.Report.Integrity != verify.IntegrityOK {
		return r, nil
	}
	return r, r.release(ctx, c)
}

// prepare makes the directory and marks its logs.
func prepare(dir string, mark ledger.Restored) error {
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the data directory: %w", err)
	}
	if len(list) > 0 {
		return fmt.Errorf("%s: %w: it holds %s", dir, ErrNotEmpty, list[0].Name())
	}
	for _, log := range []log{nodeLog, registryLog} {
		if err := durable.MkdirAll(filepath.Join(dir, log.name), 0o700); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
	}
	return markBoth(dir, mark)
}

func markBoth(dir string, mark ledger.Restored) error {
	return errors.Join(ledger.MarkRestored(filepath.Join(dir, nodeLog.name), mark), ledger.MarkRestored(filepath.Join(dir, registryLog.name), mark))
}

// copyTo copies the files of a folder into a data directory and compares their digests
// on the way. The marks are there already.
func (f *folder) copyTo(ctx context.Context, data string, c *counter) error {
	for _, file := range f.manifest.Files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if path.Base(file.Path) == ledger.RestoredName {
			continue
		}
		to := filepath.Join(data, filepath.FromSlash(file.Path))
		if err := durable.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := copyFile(f.path(file.Path), to, file, c); err != nil {
			return err
		}
	}
	for _, dir := range folders[f.format] {
		if err := durable.SyncDir(filepath.Join(data, dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func copyFile(from, to string, file File, c *counter) error {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	err = errors.Join(transfer(out, from, 0, file.Size, sum, c), out.Sync(), out.Close())
	switch {
	case errors.Is(err, errShort), errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: %s is missing or too short", ErrDigest, from)
	case err != nil:
		return fmt.Errorf("restore %s: %w", file.Path, err)
	case counterfoil.Hash(sum.Sum(nil)) != file.SHA256:
		return fmt.Errorf("%w: %s is not what the manifest says", ErrDigest, from)
	}
	return nil
}

// release removes the marks if the stores of heads that survived say the same as those
// that came with the backup. Nothing is signed without its head being stored before, so
// nothing newer was signed then. A store that is ahead takes the place of the backup's:
// it says how much is lost.
func (r *Restored) release(ctx context.Context, c RestoreConfig) error {
	for _, one := range []struct {
		log  log
		head Head
	}{{nodeLog, r.Manifest.Log}, {registryLog, r.Manifest.Registry}} {
		path := c.HeadStore
		if one.log.store != nodeLog.store {
			path = filepath.Join(filepath.Dir(c.HeadStore), one.log.store)
		}
		stored, err := ledger.ReadStoredHead(ctx, path)
		if err != nil {
			return err
		}
		why := compare(stored, one.head)
		if errors.Is(why, ErrStoreAhead) {
			if err := installStore(ctx, path, filepath.Join(c.Data, one.log.store)); err != nil {
				return err
			}
		}
		if r.Why == nil {
			r.Why = why
		}
	}
	if r.Why != nil {
		return nil
	}
	r.Startable = true
	// The node's mark goes last: it is what a start meets first.
	return errors.Join(ledger.ClearRestored(filepath.Join(c.Data, registryLog.name)), ledger.ClearRestored(filepath.Join(c.Data, nodeLog.name)))
}

// installStore puts a copy of a store of heads in the place of another.
func installStore(ctx context.Context, from, to string) error {
	staged := to + ".new"
	if _, err := ledger.CopyHeads(ctx, from, staged); err != nil {
		return err
	}
	if err := os.Rename(staged, to); err != nil {
		return fmt.Errorf("put the store of heads in place: %w", err)
	}
	return durable.SyncDir(filepath.Dir(to))
}

// compare says why a store of heads does not show that a head was the last one.
func compare(stored ledger.StoredHead, h Head) error {
	switch {
	case stored.Origin != h.Origin:
		return fmt.Errorf("%w: it is that of %s, and the backup is of %s", ErrStoreOther, stored.Origin, h.Origin)
	case stored.Size < h.Size:
		return fmt.Errorf("%w: it knows of %d entries of %s, and the backup holds %d", ErrStoreOther, stored.Size, h.Origin, h.Size)
	case stored.Size > h.Size:
		return fmt.Errorf("%w: of %s, %d entries were signed and %d are in the backup", ErrStoreAhead, h.Origin, stored.Size, h.Size)
	case stored.Root != h.Root:
		return fmt.Errorf("%w: at %d entries of %s another history was signed", ErrStoreAhead, h.Size, h.Origin)
	}
	return nil
}
