// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/index"
)

func TestRiskFinding(t *testing.T) {
	tally := func(n uint64, before, after string) index.KeptTally {
		return index.KeptTally{N: n, Values: []string{"", "", before, "", "", after}}
	}
	for want, tallies := range map[string][]index.KeptTally{
		"No risk is recorded yet":                               nil,
		"None of 2 open risks is rated":                         {tally(2, "", "")},
		"None of 3 rated risks is high":                         {tally(3, "very_high", "low")},
		"None of 1 rated risk is high; 2 not rated":             {tally(2, "", ""), tally(1, "medium", "")},
		"One of 2 rated risks is high or very high":             {tally(1, "high", ""), tally(1, "high", "low")},
		"2 of 2 rated risks are high or very high; 1 not rated": {tally(2, "", "very_high"), tally(1, "", "")},
	} {
		if got := finding(tallies); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
