// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// everyByte returns the content of every file below dir.
func everyByte(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(filepath.Join(dir, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// person is one of many subjects.
func person(n int) counterfoil.ID { return counterfoil.ID{byte(n >> 8), byte(n), 0xEE} }

// TestDeletedKeysLeaveNothing makes so many keys, in random order by their ids,
// that the trees of the store are split many times, and deletes some of them.
func TestDeletedKeysLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	var wg sync.WaitGroup
	for n := range 2000 {
		wg.Go(func() {
			if _, err := v.Seal(Scope{Subject: person(n), Class: "interaction"}, entry, counterfoil.KindIntent, nil); err != nil {
				t.Error(err)
			}
		})
		if n%50 == 0 {
			wg.Wait()
		}
	}
	wg.Wait()
	var gone []counterfoil.ID
	var traces [][]byte
	until := person(700)
	rows, err := v.keys.store.db.Query(`SELECT id, wrapped FROM wrapping_key WHERE subject < $1`, until[:])
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id, wrapped []byte
		if err := rows.Scan(&id, &wrapped); err != nil {
			t.Fatal(err)
		}
		gone = append(gone, counterfoil.ID(id))
		traces = append(traces, id, wrapped)
	}
	rows.Close()
	if len(gone) != 700 {
		t.Fatalf("%d keys to delete", len(gone))
	}
	found := func() (n int) {
		files := everyByte(t, dir)
		for _, content := range files {
			for _, trace := range traces {
				if bytes.Contains(content, trace) {
					n++
				}
			}
		}
		return n
	}
	if n := found(); n < len(traces) {
		t.Fatalf("before: %d of %d traces found, so finding none later shows nothing", n, len(traces))
	}
	if err := v.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	if n := found(); n != 0 {
		t.Errorf("%d traces of deleted keys are left", n)
	}
	left, err := v.Keys(t.Context(), Selection{})
	if err != nil || len(left) != 1300 {
		t.Errorf("%d keys are left, error %v", len(left), err)
	}
	if err := v.Delete(t.Context(), gone); err != nil {
		t.Errorf("deleted again: %v", err)
	}
}

func TestDeleteForgetsAtOnce(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	sealed := seal(t, v, []byte("text"))
	if _, err := v.Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil { // now in memory for both
		t.Fatal(err)
	}
	id, ok := KeyOf(sealed.Bytes)
	if !ok {
		t.Fatal("the payload names no key")
	}
	if err := v.Delete(t.Context(), []counterfoil.ID{id}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(entry, counterfoil.KindIntent, sealed.Bytes); !errors.Is(err, ErrErased) {
		t.Errorf("opened after the deletion: %v", err)
	}
	again := seal(t, v, []byte("text"))
	if next, _ := KeyOf(again.Bytes); next == id {
		t.Error("sealed under a deleted key")
	}
}

func TestBar(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	var wg sync.WaitGroup
	for range 8 { // keys are being made while the subject is barred
		wg.Go(func() {
			for _, class := range []string{"interaction", "record"} {
				_, err := v.Seal(Scope{Subject: scope.Subject, Class: class}, entry, counterfoil.KindIntent, nil)
				if err != nil && !errors.Is(err, ErrBarred) {
					t.Error(err)
				}
			}
		})
	}
	v.Bar(scope.Subject)
	barred, err := v.Keys(t.Context(), Selection{Subject: scope.Subject})
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	after, err := v.Keys(t.Context(), Selection{Subject: scope.Subject})
	if err != nil || len(after) != len(barred) {
		t.Errorf("%d keys when barred, %d later, error %v", len(barred), len(after), err)
	}
	if _, err := v.Seal(scope, entry, counterfoil.KindIntent, nil); !errors.Is(err, ErrBarred) {
		t.Errorf("sealed for a barred subject: %v", err)
	}
	v.Bar(counterfoil.ID{})
	if _, err := v.Seal(Scope{Class: "record"}, entry, counterfoil.KindRecord, nil); err != nil {
		t.Errorf("nobody in particular was barred: %v", err)
	}
}

func TestKeysAreSelected(t *testing.T) {
	now := clock.NewSet(noon)
	v := open(t, t.TempDir(), now)
	for range 3 { // November to January
		for n := range 2 {
			for _, class := range []string{"interaction", "record"} {
				if _, err := v.Seal(Scope{Subject: person(n), Class: class}, entry, counterfoil.KindIntent, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		now.Advance(31 * 24 * time.Hour)
	}
	january := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		s    Selection
		want int
	}{
		"all":                   {Selection{}, 12},
		"one person":            {Selection{Subject: person(1)}, 6},
		"one class":             {Selection{Class: "record"}, 6},
		"ended at a month":      {Selection{Ended: january}, 8},
		"ended within a month":  {Selection{Ended: january.Add(-time.Second)}, 4},
		"of a person and class": {Selection{Subject: person(1), Class: "interaction", Ended: january}, 2},
		"not expired":           {Selection{Expired: january}, 0},
		"expired at the moment": {Selection{Expired: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(180 * 24 * time.Hour)}, 2},
	} {
		keys, err := v.Keys(t.Context(), c.s)
		if err != nil || len(keys) != c.want {
			t.Errorf("%s: %d keys, want %d, error %v", name, len(keys), c.want, err)
		}
	}
}

func TestApplied(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, clock.NewSet(noon))
	for _, next := range []counterfoil.Index{7, 3} {
		if err := v.SetApplied(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	}
	v.Close()
	if at, err := open(t, dir, clock.NewSet(noon)).Applied(t.Context()); at != 7 || err != nil {
		t.Errorf("applied up to %d, %v", at, err)
	}
}

func TestKeyOf(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	sealed := seal(t, v, []byte("text")).Bytes
	damaged := bytes.Clone(sealed)
	damaged[3] ^= 1
	for name, b := range map[string][]byte{"zeros": make([]byte, 100), "short": sealed[:16], "another version": append([]byte{0xC2}, sealed[1:]...), "damaged": damaged} {
		if _, ok := KeyOf(b); ok {
			t.Errorf("%s: names a key", name)
		}
	}
	if _, ok := KeyOf(sealed[:HeadBytes]); !ok {
		t.Error("the head alone does not name the key")
	}
}
