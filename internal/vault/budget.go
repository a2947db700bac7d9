// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"sync/atomic"
	"time"
)

const (
	// compressedEach is how much text is compressed a second for each processor.
	// S2 takes about 1.8 ns a byte of text, so this is three hundredths of the time
	// of all processors. The gateway at the limit of two processors sealed half as
	// much (docs/performance.md: 5,510 requests a second with 3 KB each).
	compressedEach = 16 << 20 // bytes a second
	// burst is how much may be compressed at once after a pause.
	burst = 100 * time.Millisecond
)

// budget bounds the text that is compressed in a second. What is beyond is stored
// as it is. It depends on the lengths and times of texts and on nothing else, and is
// safe for concurrent use.
type budget struct {
	rate int64                // bytes a second
	now  func() time.Duration // since any fixed moment; never goes back

	// spent is the moment by which what was granted so far is paid for.
	spent atomic.Int64
}

func newBudget(processors int) budget {
	began := time.Now()
	return budget{rate: int64(processors) * compressedEach, now: func() time.Duration { return time.Since(began) }}
}

// grant tells whether n bytes of text may be compressed now. The last text that is
// granted may be of any length; it is paid for before the next one is.
func (b *budget) grant(n int) bool {
	now := int64(b.now())
	cost := int64(n) * int64(time.Second) / b.rate
	for {
		spent := b.spent.Load()
		if spent-now > int64(burst) {
			return false
		}
		if b.spent.CompareAndSwap(spent, max(spent, now)+cost) {
			return true
		}
	}
}
