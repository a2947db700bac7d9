// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"sync"
	"time"
)

// A log may grow this often: much more than a head a minute asks for, and too
// little to wear out a disk.
const (
	growthBurst = 120
	growthEvery = 500 * time.Millisecond // one more
)

// maxInFlight bounds the requests read at once, before anybody is known.
const maxInFlight = 64

// maxTold bounds how many refused heads of a log are told between two it grew to.
const maxTold = 1000

// bucket lets growthBurst events pass at once, and then one every growthEvery.
type bucket struct {
	mu   sync.Mutex
	full time.Time // when the bucket will be full again
}

func (b *bucket) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full.Before(now) {
		b.full = now
	}
	next := b.full.Add(growthEvery)
	if next.Sub(now) > growthBurst*growthEvery {
		return false
	}
	b.full = next
	return true
}
