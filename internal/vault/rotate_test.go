// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRotateRoot(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	if n, err := v.RotateRoot(t.Context()); n != 0 || err != nil {
		t.Errorf("without keys: %d, %v", n, err)
	}
	sealed := seal(t, v, []byte("text"))
	old := read(t, filepath.Join(dir, rootName))
	backup := read(t, filepath.Join(dir, "wrap.db"))
	var wg sync.WaitGroup
	for n := range 30 { // while others seal and read
		wg.Go(func() {
			s, err := v.Seal(Scope{Subject: person(n), Class: "interaction"}, entry, counterfoil.KindIntent, []byte("text"))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := v.Open(entry, counterfoil.KindIntent, s.Bytes); err != nil {
				t.Error(err)
			}
		})
	}
	if n, err := v.RotateRoot(t.Context()); n == 0 || err != nil {
		t.Fatalf("%d keys, %v", n, err)
	}
	wg.Wait()
	if _, err := open(t, dir, clock.NewSet(noon)).Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil {
		t.Errorf("opened anew: %v", err)
	}
	for path, content := range everyByte(t, dir) {
		if bytes.Contains(content, old) {
			t.Errorf("%s still holds the old root key", path)
		}
		if path != rootName && path != "wrap.db" && path != "wrap.db-journal" {
			t.Errorf("left behind: %s", path)
		}
	}
	// A copy of the store made before opens with no key that is left.
	for name, b := range map[string][]byte{"wrap.db": backup, rootName: read(t, filepath.Join(dir, rootName))} {
		if err := os.WriteFile(filepath.Join(copied, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(Config{Dir: copied, Origin: origin, Clock: clock.NewSet(noon)}); err == nil {
		t.Error("an old copy of the key store opens under the new root key")
	}
}

// TestRotationCutOff ends a rotation behind each of its steps and starts again.
func TestRotationCutOff(t *testing.T) {
	for name, steps := range map[string]func(t *testing.T, w *wrapDB){
		"the new key is being written": func(t *testing.T, w *wrapDB) {
			must(t, os.WriteFile(filepath.Join(w.dir, nextName), []byte("half"), 0o600))
		},
		"the new key lies there": func(t *testing.T, w *wrapDB) {
			must(t, createRootKey(filepath.Join(w.dir, nextName)))
		},
		"the keys are wrapped anew": rewrapped,
		"the old key is overwritten": func(t *testing.T, w *wrapDB) {
			rewrapped(t, w)
			must(t, overwrite(filepath.Join(w.dir, rootName)))
		},
		"the new key has the old one's name": func(t *testing.T, w *wrapDB) {
			rewrapped(t, w)
			must(t, overwrite(filepath.Join(w.dir, rootName)))
			must(t, os.Rename(filepath.Join(w.dir, nextName), filepath.Join(w.dir, rootName)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			v := open(t, dir, clock.NewSet(noon))
			sealed := seal(t, v, []byte("text"))
			steps(t, v.keys.store)
			v.Close()
			if reader, err := Open(Config{Dir: dir, Origin: origin, Clock: clock.NewSet(noon), Reading: true}); err != nil {
				t.Errorf("read beside: %v", err)
			} else if _, err := reader.Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil {
				t.Errorf("read beside: %v", err)
			} else {
				reader.Close()
			}
			later := open(t, dir, clock.NewSet(noon))
			if _, err := later.Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(dir, nextName)); err == nil {
				t.Error("the rotation is still under way")
			}
			if n, err := later.RotateRoot(t.Context()); n != 1 || err != nil {
				t.Errorf("the next rotation: %d, %v", n, err)
			}
		})
	}
}

// TestTheOnlyRootKeyStays: a new root key that counts already and cannot be taken,
// here because it is open to others, is not discarded with a rotation that failed.
func TestTheOnlyRootKeyStays(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	sealed := seal(t, v, []byte("text"))
	rewrapped(t, v.keys.store)
	v.Close()
	next := filepath.Join(dir, nextName)
	must(t, os.Chmod(next, 0o644))
	if _, err := Open(Config{Dir: dir, Origin: origin, Clock: clock.NewSet(noon)}); err == nil {
		t.Fatal("opened without a root key")
	}
	must(t, os.Chmod(next, 0o600))
	if _, err := open(t, dir, clock.NewSet(noon)).Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil {
		t.Error(err)
	}
}

// TestARotationWhoseFilesStay: keys made after the root key could not be renamed lie
// under the one that counts at the next start.
func TestARotationWhoseFilesStay(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	before := seal(t, v, []byte("text"))
	rewrapped(t, v.keys.store)
	root := filepath.Join(dir, rootName)
	must(t, os.Remove(root))
	must(t, os.MkdirAll(filepath.Join(root, "in the way"), 0o700))
	if err := v.keys.store.settleRoot(); err == nil {
		t.Fatal("replaced a folder")
	}
	after, err := v.Seal(Scope{Subject: person(7), Class: "interaction"}, entry, counterfoil.KindIntent, []byte("text"))
	must(t, err)
	v.Close()
	must(t, os.RemoveAll(root))
	later := open(t, dir, clock.NewSet(noon))
	for _, s := range []Sealed{before, after} {
		if _, err := later.Open(entry, counterfoil.KindIntent, s.Bytes); err != nil {
			t.Error(err)
		}
	}
}

func rewrapped(t *testing.T, w *wrapDB) {
	path := filepath.Join(w.dir, nextName)
	must(t, createRootKey(path))
	next, err := readRoot(path)
	must(t, err)
	_, err = w.rewrap(t.Context(), next)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadingChangesNothing: a reader beside the owner makes no file.
func TestReadingChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := Open(Config{Dir: dir, Origin: origin, Clock: clock.NewSet(noon), Reading: true}); err == nil {
		t.Error("opened keys that are not there")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("made the folder")
	}
	open(t, dir, clock.NewSet(noon))
	must(t, createRootKey(filepath.Join(dir, nextName)))
	before := len(everyByte(t, dir))
	v, err := Open(Config{Dir: dir, Origin: origin, Clock: clock.NewSet(noon), Reading: true})
	must(t, err)
	defer v.Close()
	if after := len(everyByte(t, dir)); after != before {
		t.Errorf("%d files, then %d", before, after)
	}
	if _, err := v.Seal(scope, entry, counterfoil.KindIntent, nil); err == nil {
		t.Error("a reader made a key")
	}
}
