// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"context"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/tiles"
	"github.com/counterfoil/counterfoil/verify"
)

// Folder is a published log (C2SP tlog-tiles), and what its auditor brings.
type Folder struct {
	Files   map[string][]byte
	Entries [][]byte
	Key     string
	Head    []byte // kept earlier; given to the verifier unless it is nil
	Policy  string // given unless it is empty

	set *packSet
	t   testing.TB
}

// FolderCase is one way to tamper with a published log, or an honest variant.
type FolderCase struct {
	Name     string
	Class    string // of a problem that must be reported; empty for a sound log
	Registry bool   // of the registry's log, not the node's
	// Change changes the log and returns the place of the problem.
	Change func(f *Folder) string
	// Theirs says that the folder contradicts itself, so that software which knows
	// tiles and checkpoints, and nothing of this ledger, must refuse it too.
	Theirs bool
}

// MadeFolder is the folder of a case as it is given to a verifier.
type MadeFolder struct {
	*Folder
	Case  FolderCase
	Place string // of the problem
}

// MakeFolder makes the folder of a case.
func MakeFolder(t testing.TB, c FolderCase) MadeFolder {
	t.Helper()
	set := packs(t)
	files, key := set.published, set.key
	if c.Registry {
		files, key = set.publishedRegistry, set.registryKey
	}
	f := &Folder{Files: maps.Clone(files), Key: key, set: set, t: t}
	for n := uint64(0); ; n++ {
		tile, ok := counterfoil.TileAt(counterfoil.EntriesLevel, n, f.size())
		if !ok {
			break
		}
		list, err := counterfoil.SplitBundle(f.Files[tile.Path()], tile.Width)
		if err != nil {
			t.Fatal(err)
		}
		f.Entries = append(f.Entries, list...)
	}
	m := MadeFolder{Folder: f, Case: c}
	if c.Change != nil {
		m.Place = c.Change(f)
	}
	return m
}

// Publish makes a published log of the node's log of an honest case about data
// directories. Its key is the newest.
func Publish(t testing.TB, c Case) MadeFolder {
	t.Helper()
	w := New(t)
	if c.Change != nil {
		c.Change(w)
	}
	f := &Folder{Files: map[string][]byte{"checkpoint": w.Node.Checkpoint}, Key: w.second(), t: t}
	for _, b := range w.Node.Batches {
		for _, frame := range b.Frames {
			f.Entries = append(f.Entries, frame.Raw)
		}
	}
	f.Entries = f.Entries[:f.size()]
	f.rebuild()
	return MadeFolder{Folder: f}
}

// size is that of the head in the folder.
func (f *Folder) size() uint64 {
	c, err := counterfoil.ParseCheckpoint(f.Files["checkpoint"])
	if err != nil {
		f.t.Fatal(err)
	}
	return c.Size
}

// Write writes the folder.
func (m MadeFolder) Write() string {
	m.t.Helper()
	dir := filepath.Join(m.t.TempDir(), "log")
	writeFolder(m.t, dir, m.Files)
	return dir
}

// Args are the command line arguments of a verifier for the folder in dir.
func (m MadeFolder) Args(dir string) []string {
	m.t.Helper()
	args := []string{"--key", m.Key}
	for option, content := range map[string][]byte{"head": m.Head, "policy": []byte(m.Policy)} {
		if len(content) > 0 {
			path := filepath.Join(filepath.Dir(dir), option)
			write(m.t, path, content)
			args = append(args, "--"+option, path)
		}
	}
	return append(args, dir)
}

// Verify asks package verify what it thinks of the folder in dir.
func (m MadeFolder) Verify(ctx context.Context, dir string) (verify.Report, error) {
	o := verify.Options{VerifierKey: m.Key}
	if m.Head != nil {
		o.Heads = [][]byte{m.Head}
	}
	if m.Policy != "" {
		var err error
		if o.Policy, err = counterfoil.ParsePolicy([]byte(m.Policy)); err != nil {
			return verify.Report{}, err
		}
	}
	return verify.Tiles(ctx, dir, o)
}

// Met tells whether a report says what the case wants.
func (m MadeFolder) Met(r verify.Report) bool {
	if m.Case.Class == "" {
		return r.Integrity == verify.IntegrityOK && len(r.Problems) == 0
	}
	return r.Integrity == verify.IntegrityBroken && slices.ContainsFunc(r.Problems, func(p verify.Problem) bool {
		return p.Class == m.Case.Class && p.Where == m.Place
	})
}

// bundles writes the entries, as they are now, into their bundles.
func (f *Folder) bundles() {
	for n := uint64(0); ; n++ {
		tile, ok := counterfoil.TileAt(counterfoil.EntriesLevel, n, uint64(len(f.Entries)))
		if !ok {
			return
		}
		var b []byte
		for _, raw := range f.Entries[n*counterfoil.TileWidth:][:tile.Width] {
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(raw))), raw...)
		}
		f.Files[tile.Path()] = b
	}
}

// rebuild makes bundles and hash tiles of the entries, as anybody can, and returns the
// root.
func (f *Folder) rebuild() counterfoil.Hash {
	f.t.Helper()
	maps.DeleteFunc(f.Files, func(name string, _ []byte) bool { return name != "checkpoint" })
	f.bundles()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for i, raw := range f.Entries {
		more, err := tlog.StoredHashes(int64(i), raw, reader)
		if err != nil {
			f.t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	size := uint64(len(f.Entries))
	for level := 0; size>>(8*level) > 0; level++ {
		for n := uint64(0); ; n++ {
			tile, ok := counterfoil.TileAt(level, n, size)
			if !ok {
				break
			}
			data, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: int64(n), W: tile.Width}, reader)
			if err != nil {
				f.t.Fatal(err)
			}
			f.Files[tile.Path()] = data
		}
	}
	root, err := tlog.TreeHash(int64(size), reader)
	if err != nil {
		f.t.Fatal(err)
	}
	return counterfoil.Hash(root)
}

// sign rebuilds and signs the head of what there is.
func (f *Folder) sign(signers ...note.Signer) {
	f.t.Helper()
	c, err := counterfoil.ParseCheckpoint(f.Files["checkpoint"])
	if err != nil {
		f.t.Fatal(err)
	}
	c.Root, c.Size = f.rebuild(), uint64(len(f.Entries))
	if f.Files["checkpoint"], err = c.Sign(signers...); err != nil {
		f.t.Fatal(err)
	}
}

// published is what the exporter writes for a log.
func (n *packNode) published(log tiles.Source) map[string][]byte {
	n.t.Helper()
	dir := n.t.TempDir()
	if _, err := tiles.Export(n.t.Context(), tiles.Log{Source: log}, dir, tiles.Options{}); err != nil {
		n.t.Fatal(err)
	}
	files := make(map[string][]byte)
	n.must(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = read(n.t, path)
		return err
	}))
	return files
}
