// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, content := range []string{"first", "second, longer", ""} {
		if err := WriteFile(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Fatalf("%q, %v", got, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(dir, "none", "file"), nil, 0o600); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}

func TestDiskFiles(t *testing.T) {
	var disk Disk = OS{}
	path := filepath.Join(t.TempDir(), "sub", "file")
	if err := MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Open(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	f, err := disk.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := disk.Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("create again: %v", err)
	}
	if _, err := f.WriteAt([]byte("abc"), 5); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Datasync(), disk.SyncDir(filepath.Dir(path))); err != nil {
		t.Fatal(err)
	}
	if size, err := f.Size(); size != 8 || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if err := f.Truncate(6); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 6)
	if _, err := f.ReadAt(b, 0); err != nil || string(b) != "\x00\x00\x00\x00\x00a" {
		t.Errorf("%q, %v", b, err)
	}
	if err := SyncDir(path + "none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("sync of nothing: %v", err)
	}
}

func TestLockFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l, err := LockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockFile(path)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("second lock: %v", err)
	}
	inherited, err := syscall.Dup(int(l.f.Fd())) // as by a child that is being started
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := LockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := LockFile(filepath.Join(path, "below a file")); err == nil {
		t.Error("locked the impossible")
	}
}

// TestSweep: only what a crash left of a file that was being replaced goes.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	keep := []string{"node.key", ".node.key", ".node.key.0123", ".node.key.0123456789abcdeg", "node.key.0123456789abcdef"}
	for _, name := range append(keep, ".node.key.0123456789abcdef") {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".folder.0123456789abcdef"), 0o700); err != nil {
		t.Fatal(err)
	}
	left := Temporary(filepath.Join(dir, "node-2.key"))
	if err := os.Link(filepath.Join(dir, "node.key"), left); err != nil { // of a file that has its name already
		t.Fatal(err)
	}
	removed, err := Sweep(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Base(left), ".node.key.0123456789abcdef"}; !slices.Equal(removed, slices.Sorted(slices.Values(want))) {
		t.Errorf("removed %q, want %q", removed, want)
	}
	for _, name := range keep {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "x" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if again, err := Sweep(dir); err != nil || len(again) > 0 {
		t.Errorf("again: %q, %v", again, err)
	}
}
