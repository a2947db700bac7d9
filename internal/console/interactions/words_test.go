// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import "testing"

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		findingsPhrase("card:1 email:2"): "1 card number, 2 e-mail addresses",
		findingsPhrase("customer-no:3"):  "3 customer-no",
		duration(0.81):                   "0.8 ms",
		duration(640):                    "640 ms",
		duration(2413):                   "2.4 seconds",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
