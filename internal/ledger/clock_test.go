// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// TestClockJumps moves the clock by hours and years, back and forth, under a
// ledger that several callers write to. The order of the log is that of its
// indexes whatever the times say, heads go on being signed, and a restart at an
// earlier time than the last entry changes nothing.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	set := clock.NewSet(time.UnixMicro(1_790_000_000_000_000))
	cfg := testConfig(t.TempDir())
	cfg.Clock, cfg.HeadEvery = set, time.Millisecond
	const year = 365 * 24 * time.Hour
	j, heads := newJournal(), newPromised()
	var leaves []counterfoil.Hash
	for round, jump := range []time.Duration{0, -5 * time.Hour, 40 * year, -time.Microsecond, -60 * year, 90 * year, -30 * year} {
		set.Advance(jump)
		l := mustOpen(t, cfg)
		appendMany(t, l, j, set.Now().UnixMicro())
		signed, err := l.Checkpoint(t.Context())
		if err == nil {
			err = heads.note(signed, l.VerifierKey())
		}
		if err != nil {
			t.Fatalf("after a jump of %s: %v", jump, err)
		}
		j.check(t, l)
		verified(t, cfg) // beside the writer, whose entries may lie in the future
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if r := verified(t, cfg); r.Signed != uint64(len(j.leaves)) || r.Open != 0 {
			t.Fatalf("round %d: %+v", round, r)
		}
	}
	for i := range counterfoil.Index(len(j.leaves)) {
		leaves = append(leaves, j.leaves[i])
	}
	if err := heads.check(leaves); err != nil {
		t.Fatal(err)
	}
}

// appendMany appends interactions from several callers and wants each entry to
// bear the time of the clock.
func appendMany(t *testing.T, l *Ledger, j *journal, now int64) {
	t.Helper()
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for range 10 {
				id, payload := counterfoil.NewID(), randomPayload(300)
				for _, e := range []*counterfoil.Entry{committed(intent(id), payload), committed(outcome(id), payload)} {
					r, err := l.Append(context.Background(), e, payload)
					if err == nil && e.Time != now {
						err = fmt.Errorf("entry %d has time %d, not %d", r.Index, e.Time, now)
					}
					if err != nil {
						t.Error(err)
						return
					}
					j.add(r, payload)
				}
			}
		})
	}
	callers.Wait()
}
