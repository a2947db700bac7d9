// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// TestCopyKeys copies the keys beside the vault that writes them. The copy opens what
// was sealed and holds no byte of a key that was deleted before.
func TestCopyKeys(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	c := clock.NewSet(noon)
	writing := open(t, dir, c)
	kept := seal(t, writing, []byte("kept"))
	gone, err := writing.Seal(Scope{Subject: person(7), Class: "interaction"}, entry, counterfoil.KindIntent, []byte("gone"))
	if err != nil {
		t.Fatal(err)
	}
	id, _ := KeyOf(gone.Bytes)
	if err := writing.Delete(t.Context(), []counterfoil.ID{id}); err != nil {
		t.Fatal(err)
	}

	reading, err := Open(Config{Dir: dir, Origin: origin, Clock: c, Reading: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	to := filepath.Join(copied, "wrap.db")
	if err := reading.CopyKeys(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := reading.CopyKeys(t.Context(), to); err == nil {
		t.Error("a copy took the place of a file that was there")
	}
	raw := read(t, to)
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if bytes.Contains(raw, id[:]) {
		t.Error("the copy holds the id of a deleted key")
	}
	if err := os.WriteFile(filepath.Join(copied, rootName), read(t, filepath.Join(dir, rootName)), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := open(t, copied, c).Open(entry, counterfoil.KindIntent, kept.Bytes)
	if err != nil || string(opened.Plaintext) != "kept" {
		t.Errorf("opened %q, error %v", opened.Plaintext, err)
	}
}
