// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// usedDays remembers what days that are over came to: with thousands of people, 90
// days are half a million rows. It is safe for concurrent use.
type usedDays struct {
	mu   sync.Mutex
	sums []*usedSum // the newest first
}

// usedSum is what the days of a stretch came to.
type usedSum struct {
	from, to int64
	list     []Use
	known    bool
}

// usedMost is how many stretches are remembered.
const usedMost = 8

// of returns the sum of a stretch, which may not be known yet.
func (d *usedDays) of(from, to int64) *usedSum {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.sums {
		if s.from == from && s.to == to {
			return s
		}
	}
	s := &usedSum{from: from, to: to}
	d.sums = append([]*usedSum{s}, d.sums[:min(len(d.sums), usedMost-1)]...)
	return s
}

func (d *usedDays) known(s *usedSum) ([]Use, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return s.list, s.known
}

// remember keeps what a stretch came to, unless it was forgotten since it was asked for.
func (d *usedDays) remember(s *usedSum, list []Use) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.sums, s) {
		s.list, s.known = list, true
	}
}

// forget drops stretches in which interactions of a batch lie.
func (d *usedDays) forget(batch []Item) {
	earliest := farOff
	for i := range batch {
		if e := batch[i].Entry; e.Kind == counterfoil.KindIntent {
			earliest = min(earliest, idMillis(e.ID))
		}
	}
	d.forgetFrom(earliest)
}

// forgetFrom drops stretches that end after a time.
func (d *usedDays) forgetFrom(millis int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sums = slices.DeleteFunc(d.sums, func(s *usedSum) bool { return s.to > millis })
}
