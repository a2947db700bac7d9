// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		Number(0):                            "0",
		Number(999):                          "999",
		Number(3418274):                      "3,418,274",
		Number(-12345):                       "-12,345",
		Counted(1, "a", "b"):                 "1 a",
		Spelled(3, "rule", "rules"):          "three rules",
		Spelled(13, "rule", "rules"):         "13 rules",
		Spelled(0, "rule", "rules"):          "no rules",
		Enumerate([]string{"a"}):             "a",
		Enumerate([]string{"a", "b", "c"}):   "a, b and c",
		Sentence("e-mail"):                   "E-mail",
		Sentence(""):                         "",
		Within("AI system"):                  "AI system",
		Within("Statement of Applicability"): "statement of applicability",
		Clip(strings.Repeat("x", 99)):        strings.Repeat("x", 60) + "…",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
