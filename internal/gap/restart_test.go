// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"testing"
	"time"
)

// TestBoundsHoldOverStarts: what a former process let pass stays used, stated or not,
// until the time of the bounds has passed in one process.
func TestBoundsHoldOverStarts(t *testing.T) {
	for name, again := range map[string]func(*node){
		"killed":                 func(n *node) { n.restart(false) },
		"power lost":             func(n *node) { n.restart(true) },
		"killed, stated":         func(n *node) { n.settle(); n.restart(false) },
		"power lost, stated":     func(n *node) { n.settle(); n.restart(true) },
		"killed again and again": func(n *node) { n.restart(false); n.restart(false); n.settle(); n.restart(false) },
		"stopped, and nothing is left to state": func(n *node) {
			if err := n.Counter.Close(n.t.Context()); err != nil {
				n.t.Fatal(err)
			}
			n.restart(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.mustPass(few, 2)
			again(n)
			n.mustPass(few, 1)
			again(n)
			n.now.Advance(10 * time.Second)
			n.mustPass(few, 2)
			n.wantRefused(few, ErrRequests)
			again(n)
			n.wantRefused(few, ErrRequests)
			n.now.Advance(few.Within)
			n.settle()
			n.mustPass(few, 1)
			n.settle()
			n.now.Advance(few.Within)
			n.settle()
			var all uint64
			for _, g := range n.gaps() {
				all += g.Requests
			}
			if all != 6 || n.used() != 0 {
				t.Errorf("%d requests are stated, 6 left; %d slots are in use", all, n.used())
			}
		})
	}
}

// used is how many slots of the file are not free.
func (n *node) used() (count int) {
	n.t.Helper()
	list, err := n.slots.load()
	if err != nil {
		n.t.Fatal(err)
	}
	for _, s := range list {
		if s != nil {
			count++
		}
	}
	return count
}

// TestClockJumpsBetweenStarts: whatever the clock shows, a start does not renew the
// bounds, and the provider does not stay closed for good.
func TestClockJumpsBetweenStarts(t *testing.T) {
	for name, jump := range map[string]time.Duration{"forward": 365 * 24 * time.Hour, "to the end of the time": few.Within, "back": -365 * 24 * time.Hour, "back by an hour": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.mustPass(few, 3)
			n.settle()
			n.now.Advance(jump)
			n.restart(false)
			n.settle()
			n.wantRefused(few, ErrTime)
			n.now.Advance(few.Within - time.Second)
			n.settle()
			if err := n.pass(few); err == nil {
				t.Fatal("passed before the time of the bounds was over in this process")
			}
			n.now.Advance(time.Second)
			n.settle()
			n.mustPass(few, 5)
			n.wantRefused(few, ErrRequests)
		})
	}
}

// TestFlappingTakesOneSlot: a provider whose ledger fails and recovers by turns takes
// no slot from others.
func TestFlappingTakesOneSlot(t *testing.T) {
	n := newNode(t)
	many := Bounds{Requests: 3 * slotCount, Within: time.Hour}
	for range 2 * slotCount {
		n.mustPass(many, 1)
		n.settle()
	}
	if n.used() != 1 {
		t.Errorf("%d slots are in use", n.used())
	}
	n.restart(false)
	n.mustPass(many, slotCount)
	n.wantRefused(many, ErrRequests)
}

// TestSeveralWindows: of each holds what closes the provider sooner and for longer. A stretch of an earlier window could not be
// stated yet when the next one began.
func TestSeveralWindows(t *testing.T) {
	now := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	left := func(began time.Duration, before, requests uint64, within time.Duration) *stretch {
		at := now.Add(began)
		s := &stretch{window: window{at.UnixMicro(), before, within}}
		s.gap.To, s.gap.Requests, s.gap.Limit = uint64(at.Add(time.Second).UnixMicro()), requests, few.Requests
		return s
	}
	a, b := left(-50*time.Second, 1, 3, time.Minute), left(-10*time.Second, 0, 2, time.Second)
	for _, q := range []*quota{resume(resume(nil, a, now), b, now), resume(resume(nil, b, now), a, now)} {
		if q.used != 4 || q.bounds.Within != time.Minute || q.refusal(few, now) != nil {
			t.Errorf("%+v", q)
		}
		if err := q.refusal(few, now.Add(10*time.Second)); err != ErrTime {
			t.Errorf("beyond the first window: %v", err)
		}
		if err := q.refusal(few, now.Add(-10*time.Second)); err != ErrTime {
			t.Errorf("before the last request: %v", err)
		}
		if q.over(now.Add(59*time.Second)) || !q.over(now.Add(time.Minute)) {
			t.Error("over at another time than a minute after the start")
		}
	}
}
