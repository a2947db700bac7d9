// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions_test

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
)

// TestWhatLeavesUnrecordedIsShown where people look first, and only while it is so.
func TestWhatLeavesUnrecordedIsShown(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	for _, path := range []string{"/interactions", "/ledger"} {
		w.Leaving = nil
		if body := w.Get(path).Body.String(); strings.Contains(body, "without a record") {
			t.Errorf("%s speaks of what did not happen", path)
		}
		w.Leaving = []counterfoil.Gap{
			{Provider: "openai", From: 1_795_000_000_000_000, To: 1_795_000_001_000_000, Requests: 1, Limit: 40},
			{Provider: "<b>", From: 1_795_000_000_000_000, To: 1_795_000_001_000_000, Requests: 1200, Limit: 5000},
		}
		body := w.Get(path).Body.String()
		for _, want := range []string{"Requests leave without a record", "1 request to openai since 18 Nov 2026, 11:06:40, of at most 40.", "1,200 requests to &lt;b&gt; since"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
}
