// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package clock is the one source of time: UTC, microseconds. Tests set it.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. Implementations are safe for concurrent use.
type Clock interface {
	// Now is the current time in UTC, cut to microseconds.
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Set is a clock that stands still until moved.
type Set struct {
	mu sync.Mutex
	t  time.Time
}

// NewSet returns a clock that stands at t.
func NewSet(t time.Time) *Set { return &Set{t: t.UTC().Truncate(time.Microsecond)} }

// Now implements Clock.
func (s *Set) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.t
}

// Advance moves the clock by d, which may be negative.
func (s *Set) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.Add(d)
}
