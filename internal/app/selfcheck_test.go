// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
