// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import "testing"

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		pass, warn string
		value      float64
		want       string
	}{
		{"== 1.0", ">= 0.95", 1, VerdictPass},
		{"== 1.0", ">= 0.95", 0.96, VerdictWarn},
		{"== 1.0", ">= 0.95", 0.5, VerdictFail},
		{"<= 14", "<= 30", 14, VerdictPass},
		{"<= 14", "<= 30", 31, VerdictFail},
		{"== true", "== true", 1, VerdictPass},
		{"== true", "== true", 0, VerdictFail},
		{"", "", 1, VerdictFail},
		{">= much", "~ 1", 9, VerdictFail},
	} {
		if got := (&Signal{Pass: c.pass, Warn: c.warn}).Verdict(c.value); got != c.want {
			t.Errorf("%v of %q and %q: %s, want %s", c.value, c.pass, c.warn, got, c.want)
		}
	}
}

// TestThresholdsCanBeRead: every threshold of the catalogue is reached by some value.
func TestThresholdsCanBeRead(t *testing.T) {
	for id, s := range ISO42001().Signals {
		for _, threshold := range []string{s.Pass, s.Warn} {
			if threshold != "" && !reached(threshold, 0) && !reached(threshold, 1) && !reached(threshold, 1e9) && !reached(threshold, 0.5) {
				t.Errorf("%s: %q is reached by nothing", id, threshold)
			}
		}
	}
}
