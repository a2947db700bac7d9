// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/index"
)

func TestEpochOf(t *testing.T) {
	for at, want := range map[string]string{
		"2026-01-01T00:00:00Z": "2026q1", "2026-03-31T23:59:59Z": "2026q1", "2026-04-01T00:00:00Z": "2026q2",
		"2026-10-01T00:30:00+02:00": "2026q3", "2026-12-31T23:59:59Z": "2026q4",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := epochOf(moment); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

// openAt opens a house whose clock stands at a moment.
func (h *house) openAt(c clock.Clock) *App {
	h.t.Helper()
	o := h.options()
	o.Clock = c
	a, err := Open(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { a.Close() })
	return a
}

// seals are the seals of the log, decoded.
func seals(t *testing.T, a *App) []counterfoil.Seal {
	t.Helper()
	if err := a.projected.wait(t.Context(), counterfoil.Index(a.ledger.Size())); err != nil {
		t.Fatal(err)
	}
	events, err := a.index.Events(t.Context(), index.EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindSeal}})
	if err != nil {
		t.Fatal(err)
	}
	var out []counterfoil.Seal
	for _, v := range events {
		stored, err := a.ledger.Read(v.Entry)
		if err != nil {
			t.Fatal(err)
		}
		e, err := counterfoil.DecodeEntry(stored.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if e.Seal.Size != uint64(v.Entry) {
			t.Errorf("seal %d names size %d", v.Entry, e.Seal.Size)
		}
		root, err := a.ledger.Root(e.Seal.Size)
		if err != nil || root != e.Seal.Root {
			t.Errorf("seal %d: root %s, tree %s, %v", v.Entry, e.Seal.Root, root, err)
		}
		out = append(out, *e.Seal)
	}
	return out
}

func TestSealEpoch(t *testing.T) {
	h := newHouse(t)
	c := clock.NewSet(time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC))
	a := h.openAt(c)
	seal := func() {
		t.Helper()
		if err := a.sealEpoch(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	done := intend(t, a)
	conclude(t, a, done)
	intend(t, a)
	gap := &counterfoil.Entry{Kind: counterfoil.KindGap, Gap: &counterfoil.Gap{Provider: "sandbox", From: 1, To: 2, Requests: 3, Reason: "ledger_full"}}
	if _, err := a.ledger.Append(t.Context(), gap, nil); err != nil {
		t.Fatal(err)
	}
	seal()
	if got := seals(t, a); len(got) != 0 {
		t.Fatalf("sealed within the quarter: %+v", got)
	}

	c.Advance(2 * time.Hour)
	var appending sync.WaitGroup // entries arrive while the epoch is sealed
	for range 4 {
		appending.Go(func() {
			for range 50 {
				conclude(t, a, intend(t, a))
			}
		})
	}
	seal()
	appending.Wait()
	seal()
	first := seals(t, a)
	if len(first) != 1 {
		t.Fatalf("seals: %+v", first)
	}
	s := first[0]
	if s.Epoch != "2026q3" || s.First != 0 || s.Gaps != 3 || s.Intents < 2 || s.Outcomes < 1 || s.Outcomes >= s.Intents {
		t.Errorf("seal: %+v", s)
	}

	c.Advance(200 * 24 * time.Hour) // two quarters without an entry between: one seal
	seal()
	c.Advance(-300 * 24 * time.Hour) // a clock set back seals nothing
	seal()
	got := seals(t, a)
	if len(got) != 2 || got[0].Epoch != "2026q4" || got[0].First != s.Size+1 {
		t.Errorf("seals: %+v", got)
	}
	if diff := cmp.Diff(uint64(202), got[0].Intents+s.Intents); diff != "" {
		t.Errorf("intents in both epochs: %s", diff)
	}
	h.close(a)
	h.verify()
}

// TestNothingIsSealedTwiceWithoutAnIndex: an index that was emptied shows no seal,
// which must not pass for a log that has none.
func TestNothingIsSealedTwiceWithoutAnIndex(t *testing.T) {
	h := newHouse(t)
	c := clock.NewSet(time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC))
	a := h.openAt(c)
	c.Advance(2 * time.Hour)
	if err := a.sealEpoch(t.Context()); err != nil {
		t.Fatal(err)
	}
	halfMade(t, a)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := a.sealEpoch(short); err == nil {
		t.Error("looked for seals in an empty index")
	}
	if over, _, err := a.openEpoch(t.Context(), counterfoil.Index(a.ledger.Size())); err == nil {
		t.Errorf("an empty index shows that %s is not sealed", over)
	}
	if err := a.rebuild(t.Context(), nothing); err != nil {
		t.Fatal(err)
	}
	if err := a.sealEpoch(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(seals(t, a)); n != 1 {
		t.Errorf("%d seals", n)
	}
	h.close(a)
	h.verify()
}
