// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// Checked is what a check of a backup found.
type Checked struct {
	Manifest *Manifest
	Damaged  []string      // files that are missing or not what the manifest says
	Report   verify.Report // on the ledger in it
}

// Sound tells whether nothing was found.
func (c *Checked) Sound() bool {
	return len(c.Damaged) == 0 && c.Report.Integrity == verify.IntegrityOK
}

// Check compares a backup with its manifests and verifies the ledger in it; with the
// keys, whose folder may be empty, it also opens every payload.
func Check(ctx context.Context, dir, keysDir string, open Opener, p Progress) (_ Checked, err error) {
	record, keys, err := readBoth(dir, keysDir)
	if err != nil {
		return Checked{}, err
	}
	defer func() { err = errors.Join(err, closeBoth(record, keys)) }()
	c := Checked{Manifest: record.manifest}
	count := counter{show: p.Bytes, total: total(record, keys)}
	for _, f := range []*folder{record, keys} {
		if f == nil {
			continue
		}
		damaged, err := f.damaged(ctx, &count)
		if err != nil {
			return c, err
		}
		c.Damaged = append(c.Damaged, damaged...)
	}
	c.Report, err = check(ctx, dir, keysDir, open, p, 0)
	return c, err
}

// readBoth opens the folders of a backup; the second is nil without keys.
func readBoth(dir, keysDir string) (record, keys *folder, err error) {
	if record, err = readFolder(dir, formatRecord, always); err != nil || keysDir == "" {
		return record, nil, err
	}
	if keys, err = readFolder(keysDir, formatKeys, record.manifest.same); err != nil {
		return nil, nil, errors.Join(err, record.close())
	}
	if of, is := record.manifest.Log.Origin, keys.manifest.Log.Origin; of != is {
		err = fmt.Errorf("%w: %s holds the keys of %s, and the record is of %s", ErrOther, keysDir, is, of)
		return nil, nil, errors.Join(err, closeBoth(record, keys))
	}
	return record, keys, nil
}

func closeBoth(record, keys *folder) error {
	if keys == nil {
		return record.close()
	}
	return errors.Join(record.close(), keys.close())
}

// total is the bytes of all files of a backup.
func total(list ...*folder) (n uint64) {
	for _, f := range list {
		if f == nil {
			continue
		}
		for _, file := range f.manifest.Files {
			n += uint64(file.Size)
		}
	}
	return n
}

// damaged lists the files of a folder that are not what its manifest says.
func (f *folder) damaged(ctx context.Context, c *counter) (list []string, err error) {
	for _, file := range f.manifest.Files {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		_, err := prefix(f.path(file.Path), file)
		switch {
		case errors.Is(err, errDamaged), errors.Is(err, fs.ErrNotExist):
			list = append(list, file.Path)
		case err != nil:
			return nil, err
		}
		c.add(file.Size)
	}
	return list, nil
}

// check verifies the ledger in a folder of the layout of a data directory, with so many
// workers; 0 takes all processors. With the keys at hand it goes by the signing key among
// them, and not by the one that lies in the record: a record that somebody signed anew
// does not pass.
func check(ctx context.Context, dir, keysDir string, open Opener, p Progress, workers int) (verify.Report, error) {
	o := verify.DirOptions(dir)
	o.Workers = workers
	if p.Entries != nil {
		o.Progress = func(n uint64) { p.Entries(n, 0) }
	}
	if keysDir != "" {
		unlock, done, err := open(filepath.Join(keysDir, "keys"), o.LedgerDir)
		if err != nil {
			return verify.Report{}, err
		}
		defer done()
		o.OpenPayload = unlock
		if o.VerifierKey, err = ledger.VerifierOf(filepath.Join(keysDir, "keys", "node.key")); err != nil {
			return verify.Report{}, err
		}
	}
	return verify.Dir(ctx, o)
}
