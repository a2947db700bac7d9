// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestFollowers: readers that wait and scan see every entry once and in order,
// across segments, while writers are at work.
func TestFollowers(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	const writers, each = 6, 150
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for i := range each {
				payload := randomPayload(1 + rand.IntN(2000))
				if _, err := l.Append(context.Background(), committed(record(uint64(i+1)), payload), payload); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		all.Go(func() {
			if err := follow(t, l, writers*each); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func follow(t *testing.T, l *Ledger, until counterfoil.Index) error {
	next := counterfoil.Index(0)
	for next < until {
		if err := l.Wait(t.Context(), uint64(next)); err != nil {
			return err
		}
		err := l.Scan(t.Context(), next, func(s Stored) error {
			if s.Index != next {
				return fmt.Errorf("entry %d where %d belongs", s.Index, next)
			}
			sealed, err := l.Payload(s.Payload)
			if err == nil && counterfoil.Checksum(sealed) != s.Payload.CRC {
				err = fmt.Errorf("payload of entry %d differs", s.Index)
			}
			next++
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestScanStops(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	for range 5 {
		mustAppend(t, l, record(1), nil)
	}
	enough := errors.New("enough")
	seen := 0
	err := l.Scan(t.Context(), 2, func(Stored) error {
		if seen++; seen == 2 {
			return enough
		}
		return nil
	})
	if err != enough || seen != 2 {
		t.Errorf("%v after %d", err, seen)
	}
	if err := l.Scan(t.Context(), 5, func(Stored) error { return enough }); err != nil {
		t.Errorf("scan from the end: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wait(cancelled, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
	if err := l.Scan(cancelled, 0, func(Stored) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("scan: %v", err)
	}
}

func TestAbsentThings(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	mustAppend(t, l, record(1), nil)
	_, readErr := l.Read(1)
	_, proveErr := l.Prove(t.Context(), 1)
	_, pathErr := l.ProveConsistency(t.Context(), 1, 2)
	_, noneErr := l.Payload(PayloadRef{})
	_, farErr := l.Payload(PayloadRef{Segment: 7, Length: 1})
	for i, err := range []error{readErr, proveErr, pathErr, noneErr, farErr} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestStarts(t *testing.T) {
	cfg := testConfig(t.TempDir())
	for n := range uint64(3) {
		l := mustOpen(t, cfg)
		boot := &counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}}
		mustAppend(t, l, boot, nil)
		if b := boot.Boot; b.PrevSize != 2*n || b.PrevRoot != l.Found().Root || b.NodeKey != l.VerifierKey() {
			t.Errorf("start %d: %+v, found %+v", n, b, l.Found())
		}
		mustAppend(t, l, record(1), nil)
		if _, err := l.Append(t.Context(), boot, nil); !errors.Is(err, ErrConflict) {
			t.Errorf("late start: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Append(t.Context(), record(1), nil); !errors.Is(err, ErrClosed) {
			t.Errorf("append after Close: %v", err)
		}
	}
	verified(t, cfg)
}

func TestRefusedEntriesLeaveNoTrace(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	id := counterfoil.NewID()
	wrong := intent(id)
	wrong.Intent.Model = "line\nbreak"
	if _, err := l.Append(t.Context(), wrong, nil); err == nil {
		t.Error("took a control character")
	}
	if _, err := l.Append(t.Context(), intent(id), []byte("loose")); err == nil {
		t.Error("took a payload without a commitment")
	}
	if _, err := l.Append(t.Context(), &counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id}, nil); !errors.Is(err, ErrConflict) {
		t.Errorf("outcome of a refused intent: %v", err)
	}
	mustAppend(t, l, intent(id), nil)
	bad := outcome(id)
	bad.Outcome.Result = 0
	if _, err := l.Append(t.Context(), bad, nil); err == nil {
		t.Error("took an outcome without a result")
	}
	mustAppend(t, l, outcome(id), nil)
}

// TestLargePayload writes what is larger than the space kept ready.
func TestLargePayload(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t.TempDir())
	cfg.SegmentBytes, cfg.FillAhead = 64<<20, 1<<20
	l := mustOpen(t, cfg)
	j := newJournal()
	for _, n := range []int{10, 40 << 20, 100, 40 << 20} {
		payload := make([]byte, n)
		for i := range payload {
			payload[i] = byte(i*7 + i>>11 + 1)
		}
		j.add(mustAppend(t, l, record(1), payload), payload)
	}
	j.check(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	j.check(t, mustOpen(t, cfg))
}

// TestCheckpointCutOff: a caller that leaves while a head is stored does not leave
// the ledger in doubt about its own head.
func TestCheckpointCutOff(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	for range 60 {
		mustAppend(t, l, record(1), nil)
		ctx, leave := context.WithCancel(t.Context())
		var leaving sync.WaitGroup
		leaving.Go(leave)
		_, _ = l.Checkpoint(ctx) // whatever becomes of it
		leaving.Wait()
		if _, err := l.Checkpoint(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
