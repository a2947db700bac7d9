// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestView: what a view reads is what the log has, no file changes by it, and files
// that do not lead to the head are refused.
func TestView(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	fill(t, l, 300, func() {})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, cfg.Dir)
	v, err := OpenView(cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := counterfoil.VerifyCheckpoint(v.Published(), l.VerifierKey())
	if err != nil || head.Size != 300 || v.Origin() != l.Origin() {
		t.Errorf("%+v, %v", head, err)
	}
	tile := counterfoil.Tile{Level: counterfoil.EntriesLevel, N: 1, Width: 44}
	bundle, err := v.Bundle(t.Context(), tile)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := counterfoil.SplitBundle(bundle, 44)
	if err != nil {
		t.Fatal(err)
	}
	tile.Level = 0
	leaves, err := v.HashTile(tile)
	if err != nil {
		t.Fatal(err)
	}
	for i, raw := range entries {
		if leaf := counterfoil.LeafHash(raw); !bytes.Equal(leaf[:], leaves[32*i:][:32]) {
			t.Errorf("entry %d of the bundle is not its leaf", i)
		}
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	if files(t, cfg.Dir) != before {
		t.Error("a view changed a file")
	}
	for name, change := range map[string]func(path string) error{
		"hashes":     func(path string) error { return os.Truncate(path, 64) },
		"positions":  os.Remove,
		"checkpoint": func(path string) error { return os.WriteFile(path, []byte("none\n"), 0o600) },
		"verifier":   func(path string) error { return os.WriteFile(path, []byte("none\n"), 0o600) },
	} {
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(cfg.Dir)); err != nil {
			t.Fatal(err)
		}
		if err := change(filepath.Join(copied, name)); err != nil {
			t.Fatal(err)
		}
		if v, err := OpenView(copied); err == nil {
			v.Close()
			t.Errorf("opened with %s changed", name)
		} else if name == "hashes" && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// files is a directory as one text.
func files(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, f := range list {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name())
		all.Write(b)
	}
	return all.String()
}
