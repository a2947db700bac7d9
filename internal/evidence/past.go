// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Entries is how many of the first size entries were recorded by the end of a moment.
// It halves its way there: entries are dated in their order, but for what is written
// at the same time.
func (r *Reader) Entries(size uint64, at time.Time) (uint64, error) {
	low, high := uint64(0), size
	for low < high {
		middle := low + (high-low)/2
		stored, err := r.Ledger.Read(counterfoil.Index(middle))
		if err != nil {
			return 0, fmt.Errorf("find the entry of a moment: %w", err)
		}
		e, err := counterfoil.DecodeEntry(stored.Raw)
		if err != nil {
			return 0, fmt.Errorf("find the entry of a moment: decode entry %d: %w", middle, err)
		}
		if e.Time > at.UnixMicro() {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}
