// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

// at returns a budget of 1,000 bytes a second and the moment it believes in.
func at() (*budget, *time.Duration) {
	now := new(time.Duration)
	return &budget{rate: 1000, now: func() time.Duration { return *now }}, now
}

func TestBudget(t *testing.T) {
	b, now := at()
	for i, step := range []struct {
		after time.Duration
		bytes int
		want  bool
	}{
		{0, 100, true},
		{0, 100, true},  // 100 bytes is what a burst allows above the first
		{0, 1, false},   // 200 bytes were granted and none is paid for
		{0, 0, false},   // a text without bytes waits too
		{99, 1, false},  // one byte short
		{1, 100, true},  // paid down to the burst
		{0, 100, false}, // and used up again
		{3600_000, 100_000, true},
		{99_899, 1, false}, // however long the pause was, a large text is paid for in full
		{1, 1, true},
		{3600_000, 100, true}, // a pause saves nothing up
		{0, 100, true},
		{0, 100, false},
	} {
		*now += step.after * time.Millisecond
		if got := b.grant(step.bytes); got != step.want {
			t.Errorf("step %d: %d bytes granted: %t, want %t", i, step.bytes, got, step.want)
		}
	}
}

// TestBudgetHoldsForMany: what is granted at one moment does not depend on how many ask.
func TestBudgetHoldsForMany(t *testing.T) {
	b, _ := at()
	var granted atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if b.grant(1) {
					granted.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := granted.Load(); n != 101 {
		t.Errorf("%d bytes were granted at one moment, want 101", n)
	}
}

// TestBeyondTheBudget: what is not compressed opens like what is, and is only longer.
func TestBeyondTheBudget(t *testing.T) {
	v := open(t, t.TempDir(), clock.NewSet(noon))
	b, now := at()
	v.compression.rate, v.compression.now = b.rate, b.now
	text := bytes.Repeat([]byte("a conversation "), 100)
	for i, want := range []bool{true, false, false, true} {
		if i == 3 {
			*now = time.Hour
		}
		sealed := seal(t, v, text)
		if compressed := len(sealed.Bytes) < len(text); compressed != want {
			t.Errorf("payload %d: compressed %t, want %t", i, compressed, want)
		}
		if !want && len(sealed.Bytes) != len(text)+minSealed {
			t.Errorf("payload %d: %d bytes for a text of %d", i, len(sealed.Bytes), len(text))
		}
		opened, err := v.Open(entry, counterfoil.KindIntent, sealed.Bytes)
		if err != nil || !bytes.Equal(opened.Plaintext, text) || Commit(&opened.Key, text) != sealed.Commitment {
			t.Errorf("payload %d: opened %d bytes, %v", i, len(opened.Plaintext), err)
		}
	}
}
