// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

func TestNightAfter(t *testing.T) {
	for from, want := range map[string]string{
		"2026-11-24T01:59:59Z": "2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z": "2026-11-25T02:00:00Z", "2026-12-31T10:00:00Z": "2027-01-01T02:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		if got := nightAfter(at).Format(time.RFC3339); got != want {
			t.Errorf("after %s: %s, want %s", from, got, want)
		}
	}
}

// TestSelfCheckLeavesNoVerdict: it is tried again hourly, the log says what it found,
// and the status that it is missing.
func TestSelfCheckLeavesNoVerdict(t *testing.T) {
	h := newHouse(t)
	c := clock.NewSet(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	a := h.openAt(c)
	inTheWay := filepath.Join(h.data, selfCheckFile, "a folder of this name")
	if err := os.MkdirAll(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	c.Advance(17 * time.Hour)
	duties := a.duties()
	tries := func() int {
		t.Helper()
		a.doDue(t.Context(), duties)
		return strings.Count(h.log.String(), "self-check passed")
	}
	for i, want := range []int{1, 1, 1, 2} { // in steps of 29 minutes
		if got := tries(); got != want {
			t.Errorf("%d minutes later it was tried %d times, want %d", i*29, got, want)
		}
		if status, err := (service{a}).Status(t.Context()); err != nil || status.Healthy || !strings.Contains(status.Problem, "left no verdict") {
			t.Errorf("status: %+v, %v", status, err)
		}
		c.Advance(29 * time.Minute)
	}
	if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	tries()
	if status, err := (service{a}).Status(t.Context()); err != nil || !status.Healthy {
		t.Errorf("once it is recorded: %+v, %v", status, err)
	}
}

// TestLaggingIndexHoldsNothingUp: while the index is made again no epoch is sealed, and
// the other work is done all the same.
func TestLaggingIndexHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &App{clock: clock.System{}, projected: newProjected(), log: slog.New(slog.DiscardHandler)}
		done := false
		began := time.Now()
		a.doDue(t.Context(), []*duty{
			{do: func(ctx context.Context) error { return a.awaitIndex(ctx, 7) }, rest: time.Minute},
			{do: func(context.Context) error { done = true; return nil }},
		})
		if waited := time.Since(began); !done || waited != projectionPatience {
			t.Errorf("the next work was done: %v, after %s", done, waited)
		}
	})
}

func TestSelfCheck(t *testing.T) {
	h := newHouse(t)
	c := clock.NewSet(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	a := h.openAt(c)
	conclude(t, a, intend(t, a))
	due := func() *counterfoil.Signal {
		t.Helper()
		before := a.ledger.Size()
		if err := a.checkSelfWhenDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a.ledger.Size() == before {
			return nil
		}
		if err := a.projected.wait(t.Context(), counterfoil.Index(a.ledger.Size())); err != nil {
			t.Fatal(err)
		}
		stored, err := a.ledger.Read(counterfoil.Index(before))
		if err != nil {
			t.Fatal(err)
		}
		e, err := counterfoil.DecodeEntry(stored.Raw)
		if err != nil {
			t.Fatal(err)
		}
		return e.Signal
	}
	if s := due(); s != nil {
		t.Errorf("checked by day: %+v", s)
	}
	c.Advance(17 * time.Hour)
	if s := due(); s == nil || s.Verdict != counterfoil.VerdictPassed || s.Faults != 0 || s.Count < 3 {
		t.Errorf("check of a sound ledger: %+v", s)
	}
	if s := due(); s != nil {
		t.Errorf("checked twice in a night: %+v", s)
	}

	payload := filepath.Join(h.data, "payload", counterfoil.SegmentName(0))
	f, err := os.OpenFile(payload, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0xff, 0xff, 0xff}, 200); err != nil {
		t.Fatal(err)
	}
	c.Advance(24 * time.Hour)
	if s := due(); s == nil || s.Verdict != counterfoil.VerdictFailed || s.Faults == 0 {
		t.Errorf("check of a changed payload: %+v", s)
	}
	report, err := os.ReadFile(filepath.Join(h.data, selfCheckFile))
	if err != nil || !strings.Contains(string(report), `"payload"`) {
		t.Errorf("report: %s, %v", report, err)
	}
	if status, err := (service{a}).Status(t.Context()); err != nil || status.Healthy || !strings.Contains(status.Problem, "self-check") {
		t.Errorf("status: %+v, %v", status, err)
	}
}
