// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/vault"
	"github.com/counterfoil/counterfoil/verify"
)

// TestOlderKeysAreErasedAgain: a copy of the keys made before an erasure is put
// back. What the ledger states is carried out again before anything is served.
func TestOlderKeysAreErasedAgain(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	hers, his := converse(t, a, ada, "hers"), converse(t, a, bob, "his")
	h.close(a)
	keys := filepath.Join(h.data, "keys")
	older, err := os.ReadFile(filepath.Join(keys, "wrap.db"))
	if err != nil {
		t.Fatal(err)
	}

	a = h.open()
	erase(t, a, control.NewErasure{Person: ada.String()})
	h.close(a)
	if err := os.WriteFile(filepath.Join(keys, "wrap.db"), older, 0o600); err != nil {
		t.Fatal(err)
	}

	a = h.open()
	if !strings.Contains(h.log.String(), "erasures of an earlier process were carried out") {
		t.Error("the log does not tell")
	}
	if got := states(t, a, hers); got != erased {
		t.Errorf("hers: %+v", got)
	}
	if got := states(t, a, his); got != readable {
		t.Errorf("his: %+v", got)
	}
	h.close(a)
	h.verify()
}

// TestCheckDuringAnErasure: a check begins when the entry is recorded and nothing is
// deleted yet. The text that still opens is no fault then, and one once it is.
func TestCheckDuringAnErasure(t *testing.T) {
	h := newHouse(t)
	o := h.options()
	o.Clock = clock.NewSet(killDay) // long before the check begins
	checks := 0
	o.reached = func(s erasure.Step) {
		if s == erasure.StepRecorded || s == erasure.StepApplied {
			checks++
			h.verify()
		}
	}
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	converse(t, a, ada, "hers")
	key := filepath.Join(h.data, "keys", "wrap.db")
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	erase(t, a, control.NewErasure{Person: ada.String()})
	if checks != 2 {
		t.Errorf("%d checks", checks)
	}
	applied, err := a.vault.Applied(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.close(a)

	// Keys that say it was done, and hold what it deleted, are a fault beside a server too.
	if err := os.WriteFile(key, before, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(vault.Config{Dir: filepath.Dir(key), Origin: a.ledger.Origin(), Clock: o.Clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(v.SetApplied(t.Context(), applied), v.Close()); err != nil {
		t.Fatal(err)
	}
	lock, err := durable.LockFile(filepath.Join(h.data, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	r, err := Verify(t.Context(), h.data, Check{})
	if err != nil || len(r.Problems) == 0 || r.Problems[0].Class != verify.ProblemErasure {
		t.Errorf("keys that were deleted are back: %v, %v", r.Problems, err)
	}
}
