// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// View reads a log as its newest published head has it, without a key and without
// writing: for exports while no server runs. It is safe for concurrent use.
type View struct {
	l          *Ledger // with what reading needs, and nothing else
	origin     string
	checkpoint []byte
}

// OpenView opens the directory of a log. It relies on the files hashes and
// positions, which a start of the server rebuilds; what it reads by them is
// compared with the tree, and the tree with the head.
func OpenView(dir string) (*View, error) {
	v := &View{l: &Ledger{entryShelf: newShelf(readOnly{}, dir)}}
	if err := v.open(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger for reading: %w", err), v.Close())
	}
	return v, nil
}

func (v *View) open(dir string) error {
	key, err := os.ReadFile(filepath.Join(dir, "verifier"))
	if err != nil {
		return err
	}
	newest, _, _ := strings.Cut(string(key), "\n")
	verifier, err := note.NewVerifier(newest)
	if err != nil {
		return fmt.Errorf("verifier key in %s: %w", dir, err)
	}
	v.origin = verifier.Name()
	if v.checkpoint, err = os.ReadFile(filepath.Join(dir, "checkpoint")); err != nil {
		return err
	}
	head, err := counterfoil.VerifyCheckpoint(v.checkpoint, newest)
	if err != nil {
		return err
	}
	for name, to := range map[string]**derived{"hashes": &v.l.hashes, "positions": &v.l.positions} {
		if *to, err = openDerived(readOnly{}, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	v.l.size.Store(head.Size)
	v.l.durable.End.Segment = math.MaxUint32 // reading ends by size
	if root, err := v.l.Root(head.Size); err != nil || root != head.Root {
		return errors.Join(fmt.Errorf("%w: the file hashes does not lead to the newest head; start the server once, it is rebuilt", ErrDamaged), err)
	}
	return nil
}

// Close releases the files.
func (v *View) Close() error {
	v.l.entryShelf.close()
	var errs []error
	for _, d := range []*derived{v.l.hashes, v.l.positions} {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}

// Published returns the newest head.
func (v *View) Published() []byte { return v.checkpoint }

// Origin is the name of the log.
func (v *View) Origin() string { return v.origin }

// HashTile returns the nodes of a hash tile, 32 bytes each, or ErrNotFound.
func (v *View) HashTile(t counterfoil.Tile) ([]byte, error) { return v.l.HashTile(t) }

// Bundle returns an entry bundle, or ErrNotFound.
func (v *View) Bundle(ctx context.Context, t counterfoil.Tile) ([]byte, error) {
	return v.l.Bundle(ctx, t)
}

// Root returns the root the tree had at a size.
func (v *View) Root(size uint64) (counterfoil.Hash, error) { return v.l.Root(size) }

// readOnly is a disk that opens files for reading only.
type readOnly struct{}

var errReadOnly = fmt.Errorf("opened for reading: %w", fs.ErrPermission)

// Open implements durable.Disk.
func (readOnly) Open(path string) (durable.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return readFile{f}, nil
}

// Create implements durable.Disk.
func (readOnly) Create(string) (durable.File, error) { return nil, errReadOnly }

// Rename implements durable.Disk.
func (readOnly) Rename(string, string) error { return errReadOnly }

// Remove implements durable.Disk.
func (readOnly) Remove(string) error { return errReadOnly }

// SyncDir implements durable.Disk.
func (readOnly) SyncDir(string) error { return errReadOnly }

type readFile struct{ *os.File }

// Datasync implements durable.File.
func (readFile) Datasync() error { return errReadOnly }

// Truncate implements durable.File.
func (readFile) Truncate(int64) error { return errReadOnly }

// WriteAt implements durable.File.
func (readFile) WriteAt([]byte, int64) (int, error) { return 0, errReadOnly }

// Size implements durable.File.
func (f readFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
