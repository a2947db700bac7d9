// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/counterfoil/counterfoil/internal/durable"
)

func create(t *testing.T, d *Disk, path string, content []byte) durable.File {
	t.Helper()
	f, err := d.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(content, 0); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestPowerLoss: what was synced is always there; of the rest each sector is
// old or new, and over many seeds both occur, and mixtures.
func TestPowerLoss(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(200) {
		d, dir := New(seed), t.TempDir()
		path := filepath.Join(dir, "file")
		old, young := bytes.Repeat([]byte{1}, 4*sector), bytes.Repeat([]byte{2}, 4*sector)
		f := create(t, d, path, old)
		if err := errors.Join(f.Datasync(), d.SyncDir(dir)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(young, 0); err != nil {
			t.Fatal(err)
		}
		if err := d.PowerLoss(); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadFile(path)
		if err != nil || len(left) != 4*sector {
			t.Fatalf("seed %d: %d bytes, %v", seed, len(left), err)
		}
		var kinds []byte
		for s := range 4 {
			piece := left[s*sector:][:sector]
			if !bytes.Equal(piece, old[:sector]) && !bytes.Equal(piece, young[:sector]) {
				t.Fatalf("seed %d: sector %d is torn", seed, s)
			}
			kinds = append(kinds, '0'+piece[0])
		}
		seen[string(kinds)]++
		if _, err := f.ReadAt(young, 0); !errors.Is(err, ErrStopped) {
			t.Errorf("descriptor of an earlier life: %v", err)
		}
	}
	if seen["1111"] == 0 || seen["2222"] == 0 || len(seen) < 8 {
		t.Errorf("outcomes %v", seen)
	}
}

// TestNamesAreLost: a name that was not synced may be gone, one that was never is.
func TestNamesAreLost(t *testing.T) {
	var lost, kept, old int
	for seed := range uint64(100) {
		d, dir := New(seed), t.TempDir()
		a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
		create(t, d, a, []byte("first")).Datasync()
		if err := d.SyncDir(dir); err != nil {
			t.Fatal(err)
		}
		create(t, d, b, []byte("second")).Datasync()
		if err := errors.Join(d.Rename(b, a), d.PowerLoss()); err != nil {
			t.Fatal(err)
		}
		switch content, err := os.ReadFile(a); {
		case err != nil:
			t.Fatal(err)
		case string(content) == "first":
			old++
		case string(content) == "second":
			kept++
		}
		if _, err := os.Stat(b); err != nil {
			lost++
		}
	}
	if old == 0 || kept == 0 || lost == 0 || lost == 100 {
		t.Errorf("old %d, renamed %d, lost %d", old, kept, lost)
	}
}

// TestReplaceIsWhole: durable.Replace leaves the old or the new content at
// whatever step the power goes, and the new one once it has returned.
func TestReplaceIsWhole(t *testing.T) {
	for seed := range uint64(300) {
		d, dir := New(seed), t.TempDir()
		path := filepath.Join(dir, "file")
		if err := durable.Replace(d, path, []byte("first")); err != nil {
			t.Fatal(err)
		}
		d.Inject(Fault{Ops: Write | Grow | Sync | Rename | SyncDir, After: int(seed % 6), Times: 1, Stop: true})
		replaced := durable.Replace(d, path, []byte("second")) == nil
		if err := d.PowerLoss(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil || string(content) != "second" && (replaced || string(content) != "first") {
			t.Fatalf("seed %d: returned %v, left %q, %v", seed, replaced, content, err)
		}
	}
}

// TestFailedSync: it is reported once to each descriptor, and what it lost is
// lost although the next sync succeeds.
func TestFailedSync(t *testing.T) {
	var gone int
	for seed := range uint64(60) {
		d, dir := New(seed), t.TempDir()
		path := filepath.Join(dir, "file")
		f := create(t, d, path, make([]byte, page))
		if err := errors.Join(f.Datasync(), d.SyncDir(dir)); err != nil {
			t.Fatal(err)
		}
		other, err := d.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte{7}, 9); err != nil {
			t.Fatal(err)
		}
		d.Inject(Fault{Ops: Sync, Times: 1, Err: syscall.EIO})
		for i, each := range []durable.File{other, f} {
			if err := each.Datasync(); !errors.Is(err, syscall.EIO) {
				t.Fatalf("descriptor %d: %v", i, err)
			}
			if err := each.Datasync(); err != nil {
				t.Fatalf("descriptor %d, again: %v", i, err)
			}
		}
		if err := d.PowerLoss(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if content[9] == 0 {
			gone++
		}
	}
	if gone == 0 || gone == 60 {
		t.Errorf("lost in %d of 60", gone)
	}
}

// TestFaultsHitAsTold: some operations pass, some are hit, the rest pass.
func TestFaultsHitAsTold(t *testing.T) {
	d, dir := New(1), t.TempDir()
	f := create(t, d, filepath.Join(dir, "file"), make([]byte, 100))
	d.Inject(Fault{Ops: Grow, Path: "file", After: 1, Times: 2, Err: syscall.ENOSPC})
	var results []bool
	for i := range 5 {
		n, err := f.WriteAt(make([]byte, 100), int64(100+100*i))
		if err != nil && (!errors.Is(err, syscall.ENOSPC) || n == 100) {
			t.Errorf("write %d: %d bytes, %v", i, n, err)
		}
		results = append(results, err == nil)
		if _, err := f.WriteAt([]byte{1}, 5); err != nil {
			t.Errorf("a write inside the file: %v", err)
		}
	}
	if want := []bool{true, false, false, true, true}; !slices.Equal(results, want) {
		t.Errorf("%v, want %v", results, want)
	}
}
