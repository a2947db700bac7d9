// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// TestHoldsStopErasure: whichever way a hold covers what is to be erased.
func TestHoldsStopErasure(t *testing.T) {
	now := clock.NewSet(time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC))
	a := newHouse(t).openAt(now)
	administer(t, a)
	s := service{a}
	ada, _ := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	hers, hers2, his := converse(t, a, ada, "hers"), converse(t, a, ada, "hers too"), converse(t, a, bob, "his")
	now.Advance(40 * 24 * time.Hour)
	october := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

	person, one, other, date := control.NewErasure{Person: ada.String()}, control.NewErasure{Interaction: hers.String()}, control.NewErasure{Interaction: hers2.String()}, control.NewErasure{Before: october}
	elsewhere := control.NewErasure{Interaction: his.String()}
	for name, c := range map[string]struct {
		hold    control.NewHold
		stopped []control.NewErasure
		free    []control.NewErasure
	}{
		"on everything":      {control.NewHold{Everything: true}, []control.NewErasure{person, one, date, elsewhere}, nil},
		"on a person":        {control.NewHold{Person: "ada@example.com"}, []control.NewErasure{person, one, other, date}, []control.NewErasure{elsewhere}},
		"on an interaction":  {control.NewHold{Interaction: hers.String()}, []control.NewErasure{person, one, date}, []control.NewErasure{other, elsewhere}},
		"on somebody else":   {control.NewHold{Person: bob.String()}, []control.NewErasure{date, elsewhere}, []control.NewErasure{person, one}},
		"on what is theirs":  {control.NewHold{Interaction: his.String()}, []control.NewErasure{date, elsewhere}, []control.NewErasure{person, one}},
		"that ended by then": {control.NewHold{Everything: true, Until: now.Now().Add(time.Hour)}, nil, []control.NewErasure{person, one, date}},
	} {
		t.Run(name, func(t *testing.T) {
			c.hold.Proof, c.hold.Reason = noor, "the matter of 2026"
			h, err := s.PlaceHold(t.Context(), c.hold)
			if err != nil {
				t.Fatal(err)
			}
			if !c.hold.Until.IsZero() {
				now.Advance(2 * time.Hour)
			}
			for _, q := range c.stopped {
				q.Proof, q.Basis, q.Reason = ruth, "court_order", "case"
				_, err := s.RequestErasure(t.Context(), q, nothing)
				if fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), h.ID) || !strings.Contains(err.Error(), noor.As) || !strings.Contains(err.Error(), "the matter of 2026") {
					t.Errorf("%+v: %v", q, err)
				}
			}
			for _, q := range c.free {
				out := request(t, a, q)
				if _, err := s.RejectErasure(t.Context(), out.ID, noor); err != nil {
					t.Error(err)
				}
			}
			out, err := s.ReleaseHold(t.Context(), h.ID, ruth) // not who set it
			if err != nil || out.InForce || out.ReleasedBy != ruth.As {
				t.Errorf("released: %+v, %v", out, err)
			}
		})
	}
	if n := len(erasures(t, a)); n != 0 {
		t.Errorf("%d erasures", n)
	}
}

// TestAHoldStandsDuringReindex: while the index is made again, nobody erases as if
// there were no holds, and neither after that failed.
func TestAHoldStandsDuringReindex(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	s := service{a}
	ada, _ := keyOf(t, a, "ada@example.com")
	text := converse(t, a, ada, "text")
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	if _, err := s.PlaceHold(t.Context(), control.NewHold{Proof: ruth, Person: ada.String(), Reason: "case"}); err != nil {
		t.Fatal(err)
	}
	decided := make(chan error, 1)
	var once sync.Once
	approve := func(_, _ uint64) { // the new index is empty now
		once.Do(func() {
			go func() {
				_, err := s.ApproveErasure(t.Context(), asked.ID, noor, nothing)
				decided <- err
			}()
		})
	}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	if err := s.Reindex(gone, approve); err != nil {
		t.Fatal(err)
	}
	if err := <-decided; fault.KindOf(err) != fault.KindConflict {
		t.Errorf("approved in spite of the hold: %v", err)
	}
	halfMade(t, a)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if holds, err := a.erasure.Holds(short); fault.KindOf(err) != fault.KindUnavailable {
		t.Errorf("an empty index shows %d holds, %v", len(holds), err)
	}
	if err := a.rebuild(t.Context(), nothing); err != nil {
		t.Fatal(err)
	}
	if got := states(t, a, text); got != readable {
		t.Errorf("text: %+v", got)
	}
}

// TestAHoldComesBetween: what was asked for before the hold is not approved after it.
func TestAHoldComesBetween(t *testing.T) {
	a := newHouse(t).open()
	administer(t, a)
	s := service{a}
	ada, _ := keyOf(t, a, "ada@example.com")
	text := converse(t, a, ada, "text")
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	h, err := s.PlaceHold(t.Context(), control.NewHold{Proof: ruth, Person: ada.String(), Reason: "case"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ApproveErasure(t.Context(), asked.ID, noor, nothing); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("approved in spite of the hold: %v", err)
	}
	if got := states(t, a, text); got != readable {
		t.Errorf("text: %+v", got)
	}
	if out, err := s.Erasure(t.Context(), asked.ID, nothing); err != nil || out.State != "waiting" {
		t.Errorf("the request: %+v, %v", out, err)
	}
	if _, err := s.ReleaseHold(t.Context(), h.ID, ruth); err != nil {
		t.Fatal(err)
	}
	if out, err := s.ApproveErasure(t.Context(), asked.ID, noor, nothing); err != nil || out.State != "done" {
		t.Errorf("after the release: %+v, %v", out, err)
	}
	if holds, err := s.Holds(t.Context()); err != nil || len(holds) != 0 {
		t.Errorf("the hold on her, which went with her: %+v, %v", holds, err)
	}
}

// TestALostHoldStopsEverything: an older copy of the keys is put back, which has not
// got the key of a hold. Nobody erased it, so nothing goes until it is released.
func TestALostHoldStopsEverything(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	hers := converse(t, a, ada, "hers")
	h.close(a)
	keys := filepath.Join(h.data, "keys", "wrap.db")
	older, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	a = h.openAt(now)
	bob, _ := keyOf(t, a, "bob@example.com")
	placed, err := service{a}.PlaceHold(t.Context(), control.NewHold{Proof: ruth, Person: bob.String(), Reason: "case"})
	if err != nil {
		t.Fatal(err)
	}
	h.close(a)
	if err := os.WriteFile(keys, older, 0o600); err != nil {
		t.Fatal(err)
	}

	a = h.openAt(now)
	s := service{a}
	if !strings.Contains(h.log.String(), "a hold cannot be read") {
		t.Error("the log does not tell")
	}
	now.Advance(90 * 24 * time.Hour)
	stops := func(err error) {
		t.Helper()
		if fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), placed.ID) || !strings.Contains(err.Error(), "put back the newest copy of keys") {
			t.Errorf("refused with: %v", err)
		}
	}
	_, err = s.RequestErasure(t.Context(), control.NewErasure{Proof: ruth, Person: ada.String(), Basis: "court_order", Reason: "case"}, nothing)
	stops(err)
	stops(a.Retain(t.Context()))
	if got := states(t, a, hers); got != readable {
		t.Errorf("hers: %+v", got)
	}
	list, err := s.Holds(t.Context())
	if err != nil || len(list) != 1 || !list[0].InForce || list[0].PlacedBy != ruth.As {
		t.Errorf("holds: %+v, %v", list, err)
	}
	if _, err := s.ReleaseHold(t.Context(), placed.ID, noor); err != nil {
		t.Fatal(err)
	}
	if err := a.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := states(t, a, hers); got != erased {
		t.Errorf("hers, after the release: %+v", got)
	}
}
