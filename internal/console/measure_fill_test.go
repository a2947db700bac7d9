// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/index"
)

// filledName is the index of an organisation as its ledger leaves it, in the directory
// of a measurement; a run has a copy of its own.
const filledName = "filled.db"

// filled returns the index of an organisation in dir. It builds it as reindex does, goes
// on with what an interrupted run left, and takes one of the same size as it is.
func filled(t *testing.T, dir string, log largeLog) string {
	t.Helper()
	path := filepath.Join(dir, filledName)
	fresh := claim(t, dir, log.organisation)
	begun := time.Now()
	x, err := index.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if fresh {
		if err := errors.Join(x.Reset(t.Context()), x.DropUnfinished()); err != nil {
			t.Fatal(err)
		}
	}
	end := log.entries()
	if x.Position().Next == end {
		t.Logf("%s has %d entries already", path, end)
		return path
	}
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if from := b.Position().Next; from > 0 {
		t.Logf("goes on at entry %d of %d", from, end)
	}
	told := time.Now()
	err = b.Load(t.Context(), log.source, end, func(next counterfoil.Index) {
		if time.Since(told) < 10*time.Second {
			return
		}
		told = time.Now()
		t.Logf("%3d %% of %d entries after %s", 100*next/end, end, time.Since(begun).Round(time.Second))
	})
	if err == nil {
		t.Logf("all entries after %s; the indexes follow", time.Since(begun).Round(time.Second))
		err = b.Complete(t.Context())
	}
	if err != nil {
		t.Fatal(errors.Join(err, b.Close()))
	}
	if err := x.Adopt(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records a kind and %d interactions in %d entries, built in %s", log.Records, log.Interactions, end, time.Since(begun).Round(time.Second))
	return path
}

// claim notes what a directory holds. It is fresh when it held nothing of that size.
func claim(t *testing.T, dir string, of organisation) (fresh bool) {
	t.Helper()
	path := filepath.Join(dir, "organisation.json")
	want, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	switch held, err := os.ReadFile(path); {
	case err == nil && string(held) == string(want):
		return false
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	}
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	return true
}

// copied is a copy of an index, for one run: saves are measured too.
func copied(t *testing.T, filled string) string {
	t.Helper()
	run := filepath.Join(filepath.Dir(filled), "run.db")
	copyFile(t, filled, run)
	t.Cleanup(func() {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(run + suffix) // a run that ends by a signal leaves it as well
		}
	})
	return run
}

// started is a program that has just started over an index, with the people and systems
// of the live path in force.
func started(t *testing.T, path string) *consoletest.World {
	t.Helper()
	w := consoletest.On(t, path)
	for _, kindID := range accounts.Kinds {
		list, err := w.Register.Reader().All(t.Context(), kindID)
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range list {
			w.Roll.Enter(record)
		}
	}
	w.Roll.Snapshot()
	w.As(idOf("person", me), "aims_manager", "administrator")
	return w
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}
