// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/backup"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
	"github.com/counterfoil/counterfoil/verify"
)

// Check says how Verify goes about it. The zero value uses all processors.
type Check struct {
	Progress   func(entries uint64) // called now and then
	Workers    int                  // see verify.Options
	HashesOnly bool                 // see verify.Options
}

// Verify checks the ledger in a data directory without opening it for writing,
// also while a server runs on it. With the keys at hand it also compares each
// payload with the commitment in its entry.
func Verify(ctx context.Context, dir string, c Check) (verify.Report, error) {
	o := verify.DirOptions(dir)
	o.Progress, o.Workers, o.HashesOnly = c.Progress, c.Workers, c.HashesOnly
	v, err := keys(filepath.Join(dir, "keys"), o.LedgerDir)
	switch {
	case err == nil:
		defer v.Close()
		if o.Carried, err = v.Applied(ctx); err != nil { // before anything is read: it only rises
			return verify.Report{}, err
		}
		o.OpenPayload = opening(v)
	case !errors.Is(err, fs.ErrNotExist):
		return verify.Report{}, fmt.Errorf("open the keys of the payloads: %w", err)
	}
	return verify.Dir(ctx, o)
}

// openKeys opens payloads with the keys in a folder; it is a backup.Opener.
func openKeys(dir, ledgerDir string) (backup.OpenPayload, func() error, error) {
	v, err := keys(dir, ledgerDir)
	if err != nil {
		return nil, nil, err
	}
	return opening(v), v.Close, nil
}

// opening opens payloads for a verifier.
func opening(v *vault.Vault) backup.OpenPayload {
	return func(e *counterfoil.Entry, sealed []byte) ([]byte, [32]byte, error) {
		opened, err := v.Open(e.ID, e.Kind, sealed)
		if errors.Is(err, vault.ErrErased) {
			err = fmt.Errorf("%w: %w", verify.ErrErased, err)
		}
		return opened.Plaintext, opened.Key, err
	}
}

// keys opens the vault of a log for reading; fs.ErrNotExist when there is none.
func keys(dir, ledgerDir string) (*vault.Vault, error) {
	if _, err := os.Stat(filepath.Join(dir, "root.key")); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(ledgerDir, "verifier"))
	if err != nil {
		return nil, err
	}
	origin, _, ok := strings.Cut(strings.TrimSpace(string(raw)), "+")
	if !ok {
		return nil, fmt.Errorf("%w: the verifier key of the log is not readable", fs.ErrNotExist)
	}
	founding, err := foundingOrigin(dir, origin)
	if err != nil {
		return nil, err
	}
	return vault.Open(vault.Config{Dir: dir, Origin: founding, Clock: clock.System{}, Reading: true})
}

// fatal tells whether the ledger can only go on after a recovery.
func fatal(err error) bool { return errors.Is(err, ledger.ErrPoisoned) }
