// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil/internal/ledger"
)

// restore restores into a new directory and wants a sound ledger there.
func restore(t testing.TB, from targets, headStore string) (data string, r Restored) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "restored")
	r, err := Restore(context.Background(), RestoreConfig{From: from.record, KeysFrom: from.keys, Data: data, HeadStore: headStore, Open: opener})
	if err != nil {
		t.Fatal(err)
	}
	wantSound(t, r.Report)
	return data, r
}

// copyStores keeps the stores of heads as they are now, as on a disk of their own.
func copyStores(t testing.TB, data string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{nodeLog.store, registryLog.store} {
		if _, err := ledger.CopyHeads(context.Background(), filepath.Join(data, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "heads.db")
}

// TestRestoreDoesNotFork restores a backup beside stores of heads of several moments.
// Only the one that says that nothing newer was signed lets the log go on.
func TestRestoreDoesNotFork(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	checkpoint(t, n)
	older := copyStores(t, n.data)
	n.converse(1, 1000)
	n.enter()
	n.close()
	to := newTargets(t)
	mustCreate(t, n.data, to)
	same := copyStores(t, n.data)
	n = openNode(t, n.data)
	n.converse(1, 1000)
	n.close()
	ahead := copyStores(t, n.data)
	registryAhead := copyStores(t, n.data)
	if err := copyTo(same, registryAhead); err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		store string
		goes  bool
		why   error
	}{
		"none":               {},
		"same":               {store: same, goes: true},
		"ahead":              {store: ahead, why: ErrStoreAhead},
		"the registry ahead": {store: registryAhead, why: ErrStoreAhead},
		"older":              {store: older, why: ErrStoreOther},
	} {
		t.Run(name, func(t *testing.T) {
			data, r := restore(t, to, c.store)
			if r.Startable != c.goes || !errors.Is(r.Why, c.why) {
				t.Fatalf("startable %v, why %v", r.Startable, r.Why)
			}
			if c.goes {
				n := openNode(t, data)
				n.converse(1, 1000)
				n.close()
				return
			}
			if name == "ahead" {
				if h, err := ledger.ReadStoredHead(t.Context(), filepath.Join(data, "heads.db")); err != nil || h.Size <= r.Manifest.Log.Size {
					t.Errorf("the store that is ahead is not in place: %+v, error %v", h, err)
				}
			}
			for _, dir := range []string{"ledger", "registry"} {
				cfg := logConfig(data)
				cfg.Dir = filepath.Join(data, dir)
				if l, err := ledger.Open(t.Context(), cfg); !errors.Is(err, ledger.ErrRestored) {
					t.Errorf("%s opened with error %v", dir, errors.Join(err, l.Close()))
				}
			}
		})
	}
}

func copyTo(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

// TestRestoreRefuses: what is in the way stays, and a restore that failed does not start.
func TestRestoreRefuses(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	n.close()
	to := newTargets(t)
	mustCreate(t, n.data, to)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config RestoreConfig
		want   error
	}{
		"not empty":            {RestoreConfig{From: to.record, Data: full}, ErrNotEmpty},
		"no backup":            {RestoreConfig{From: full, Data: filepath.Join(t.TempDir(), "x")}, ErrNone},
		"a data directory":     {RestoreConfig{From: n.data, Data: filepath.Join(t.TempDir(), "x")}, ErrNone},
		"into the backup":      {RestoreConfig{From: to.record, Data: filepath.Join(to.record, "x")}, ErrForeign},
		"no store of heads":    {RestoreConfig{From: to.record, Data: filepath.Join(t.TempDir(), "x"), HeadStore: filepath.Join(full, "heads.db")}, os.ErrNotExist},
		"keys of nothing else": {RestoreConfig{From: to.record, KeysFrom: to.record, Data: filepath.Join(t.TempDir(), "x")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Open = opener
			r, err := Restore(t.Context(), c.config)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || r.Startable {
				t.Errorf("%+v, error %v", r, err)
			}
		})
	}
}

// TestKeysOfAnotherMoment: older keys miss what was sealed since, and the report says so.
func TestKeysOfAnotherMoment(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	checkpoint(t, n)
	older := newTargets(t)
	mustCreate(t, n.data, older)
	n.converse(2, 1000)
	n.close()
	to := newTargets(t)
	mustCreate(t, n.data, to)
	r, err := Restore(t.Context(), RestoreConfig{From: to.record, KeysFrom: older.keys, Data: filepath.Join(t.TempDir(), "x"), Open: opener})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Report.Problems) != 1 || r.Startable {
		t.Errorf("%v", r.Report.Problems)
	}
}
