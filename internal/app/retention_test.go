// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/vault"
)

const shortMemory = "retention: {interactions: 30d, records: 60d}\nledger: {segment_bytes: 1MiB, fill_ahead_bytes: 64KiB}\n"

// TestRetention walks through a year: text goes by the month, records in force
// stay, and so does what a hold covers, until it is released.
func TestRetention(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	administer(t, a)
	s := service{a}
	ada, secret := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	hers, his := converse(t, a, ada, "hers"), converse(t, a, bob, "his")
	hold, err := s.PlaceHold(t.Context(), control.NewHold{Proof: noor, Person: bob.String(), Reason: "case"})
	if err != nil {
		t.Fatal(err)
	}
	retain := func(at time.Time) control.Retention {
		t.Helper()
		now.Advance(at.Sub(now.Now()))
		if err := a.Retain(t.Context()); err != nil {
			t.Fatal(err)
		}
		status, err := s.Status(t.Context())
		if err != nil || !status.Retention.At.Equal(at) {
			t.Fatalf("status %+v, %v", status.Retention, err)
		}
		status.Retention.At = time.Time{}
		return status.Retention
	}
	// January ends, and 30 days later its interactions go.
	if got := retain(time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)); got != (control.Retention{}) {
		t.Errorf("before the time: %+v", got)
	}
	if got := retain(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)); got != (control.Retention{Deleted: 1, Payloads: 2, Held: 1}) {
		t.Errorf("when it is over: %+v", got)
	}
	if got := states(t, a, hers); got != erased {
		t.Errorf("hers: %+v", got)
	}
	if got := states(t, a, his); got != readable {
		t.Errorf("his, which is held: %+v", got)
	}
	list := erasures(t, a)
	if b := list[0].Erasure; b.Scope != "retention" || b.Basis != "retention" || b.Class != "interaction" || !list[0].Actor.IsZero() || !b.Request.IsZero() || b.Payloads != 2 {
		t.Errorf("erasure entry %+v", list[0])
	}
	// 60 days after January its records would go; all are in force.
	if got := retain(time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)); got.Deleted != 0 || got.Held != 2 || got.InUse == 0 {
		t.Errorf("records in force: %+v", got)
	}
	if _, err := a.state.Load().Snapshot.Resolve(secret, now.Now()); err != nil {
		t.Errorf("her key: %v", err)
	}
	if _, err := s.ReleaseHold(t.Context(), hold.ID, ruth); err != nil {
		t.Fatal(err)
	}
	if got := retain(time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC)); got.Deleted != 1 || got.Payloads != 2 || got.Held != 0 {
		t.Errorf("after the release: %+v", got)
	}
	if got := states(t, a, his); got != erased {
		t.Errorf("his: %+v", got)
	}
	h.close(a)
	h.verify()
}

// TestRetentionRunsByItself after the start and every night.
func TestRetentionRunsByItself(t *testing.T) {
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := newHouse(t).openAt(now)
	runs := func() time.Time {
		if err := a.retainWhenDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := service{a}.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Retention.At
	}
	first := runs()
	if !first.Equal(now.Now()) {
		t.Errorf("after the start: %s", first)
	}
	now.Advance(time.Hour)
	if again := runs(); again != first {
		t.Errorf("an hour later it ran again, at %s", again)
	}
	now.Advance(24 * time.Hour)
	if next := runs(); !next.Equal(now.Now()) {
		t.Errorf("a day later: %s", next)
	}
}

// randomText does not compress.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func selection(person counterfoil.ID) vault.Selection { return vault.Selection{Subject: person} }

// TestEmptySegmentsAreDeleted: what lay in them shows as erased, before and after a
// start, and from a rebuilt index.
func TestEmptySegmentsAreDeleted(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	text := randomText(300_000)
	var ids []counterfoil.ID
	for range 6 {
		ids = append(ids, converse(t, a, subject, text))
	}
	last := a.ledger.WrittenPayloads()
	if last < 2 {
		t.Fatalf("all texts fit into %d segments", last+1)
	}
	older, err := os.ReadFile(filepath.Join(h.data, "payload", counterfoil.SegmentName(0)))
	if err != nil {
		t.Fatal(err)
	}
	now.Advance(90 * 24 * time.Hour)
	if err := a.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := erasures(t, a)
	b := list[len(list)-1].Erasure
	if b.Scope != "segments" || uint64(len(b.Segments)) != uint64(last) || list[len(list)-1].ID != list[0].ID {
		t.Errorf("the last erasure entry is %+v, %d segments were full", b, last)
	}
	left, err := filepath.Glob(filepath.Join(h.data, "payload", "*.seg"))
	if err != nil || len(left) == 0 || filepath.Base(left[0]) != counterfoil.SegmentName(last) {
		t.Errorf("left: %v, %v", left, err)
	}
	for range 2 {
		for _, id := range ids {
			if got := states(t, a, id); got != erased {
				t.Errorf("interaction %s: %+v", id, got)
			}
		}
		if err := (service{a}).Reindex(t.Context(), nothing); err != nil {
			t.Fatal(err)
		}
		h.close(a)
		h.verify()
		if err := os.WriteFile(filepath.Join(h.data, "payload", counterfoil.SegmentName(0)), older, 0o600); err != nil {
			t.Fatal(err)
		}
		a = h.openAt(now) // which deletes what an older copy brought back
	}
	if _, err := os.Stat(filepath.Join(h.data, "payload", counterfoil.SegmentName(0))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a segment that came back is there: %v", err)
	}
}

// TestALostKeyIsNoErasure: a segment whose key is only missing is not deleted.
func TestALostKeyIsNoErasure(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	a := h.openAt(now)
	administer(t, a)
	for range 6 {
		converse(t, a, subject, randomText(300_000))
	}
	erasable := converse(t, a, counterfoil.ID{0x5B}, "text")
	keys, err := a.vault.Keys(t.Context(), selection(subject))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	if err := a.vault.Delete(t.Context(), []counterfoil.ID{keys[0].ID}); err != nil { // and no entry says so
		t.Fatal(err)
	}
	before, _ := os.ReadDir(filepath.Join(h.data, "payload"))
	now.Advance(90 * 24 * time.Hour)
	if err := a.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := states(t, a, erasable); got != erased {
		t.Errorf("the run erased nothing: %+v", got)
	}
	after, _ := os.ReadDir(filepath.Join(h.data, "payload"))
	if len(after) < len(before) {
		t.Errorf("%d files of %d are left", len(after), len(before))
	}
}
