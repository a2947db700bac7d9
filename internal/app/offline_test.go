// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// command opens the directory as a command without a server does: without the
// operator's configuration.
func (h *house) command(c clock.Clock) *App {
	h.t.Helper()
	o := h.options()
	o.Clock, o.Config, o.Offline = c, "", true
	a, err := Open(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { a.Close() })
	return a
}

// TestKeysOfCommandsAreDatedByTheServer: a command does not know the operator's
// retention, and its keys must not be kept by another one.
func TestKeysOfCommandsAreDatedByTheServer(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	terms := func(a *App) map[time.Time]int {
		keys, err := a.vault.Keys(t.Context(), vault.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		terms := map[time.Time]int{}
		for _, k := range keys {
			terms[k.Expires]++
		}
		return terms
	}
	a := h.command(now)
	keyOf(t, a, "ada@example.com")
	made := terms(a)
	if len(made) != 1 || made[time.Time{}] == 0 {
		t.Errorf("by a command: %v", made)
	}
	h.close(a)

	a = h.openAt(now)
	want := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(60 * 24 * time.Hour)
	if got := terms(a); len(got) != 1 || got[want] != made[time.Time{}] {
		t.Errorf("once the server has run: %v, want all at %s", got, want)
	}
}

// TestLookingLeavesNoTrace: a command that writes begins with its start, and one that
// only looks writes nothing.
func TestLookingLeavesNoTrace(t *testing.T) {
	h := newHouse(t)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	administer(t, a)
	open := intend(t, a)
	size := a.ledger.Size()
	h.close(a)

	a = h.command(now)
	s := service{a}
	for what, look := range map[string]func() error{
		"systems":    func() error { _, err := s.Systems(t.Context()); return err },
		"keys":       func() error { _, err := s.Keys(t.Context()); return err },
		"holds":      func() error { _, err := s.Holds(t.Context()); return err },
		"erasures":   func() error { _, err := s.Erasures(t.Context()); return err },
		"the ledger": func() error { _, err := s.LedgerStatus(t.Context()); return err },
		"one":        func() error { _, err := s.Interaction(t.Context(), open); return err },
		"the index":  func() error { return s.Reindex(t.Context(), nothing) },
	} {
		if err := look(); err != nil {
			t.Errorf("look at %s: %v", what, err)
		}
	}
	if a.ledger.Size() != size {
		t.Errorf("looking wrote %d entries", a.ledger.Size()-size)
	}
	if _, err := s.PlaceHold(t.Context(), control.NewHold{Proof: ruth, Everything: true, Reason: "case"}); err != nil {
		t.Fatal(err)
	}
	var kinds []counterfoil.Kind
	err := a.ledger.Scan(t.Context(), counterfoil.Index(size), func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		kinds = append(kinds, e.Kind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []counterfoil.Kind{counterfoil.KindBoot, counterfoil.KindOutcome, counterfoil.KindAccess, counterfoil.KindRecord}; !slices.Equal(kinds, want) {
		t.Errorf("placing a hold wrote %v, want %v", kinds, want)
	}
	h.close(a)
	if r := h.verify(); r.Abandoned != 1 {
		t.Errorf("%d abandoned", r.Abandoned)
	}
}
