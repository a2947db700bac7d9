// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"strings"
	"testing"
)

// TestDrawnText: what a drawing writes fits.
func TestDrawnText(t *testing.T) {
	for _, text := range []string{"", "Claims", strings.Repeat("unbreakable", 1000), strings.Repeat("漢字", 100), "שלום עולם " + strings.Repeat("א", 80), "a\u202eb", "two\nlines"} {
		got := drawnText(text, 120, 12)
		if w := drawnWidth(got, 12); w > 121 || strings.ContainsAny(got, "\n\u202e") {
			t.Errorf("%.20q became %q, %.0f wide", text, got, w)
		}
		for _, line := range wrapped(text, 120, 12, 2) {
			if drawnWidth(line, 12) > 121 {
				t.Errorf("%.20q has a line %q", text, line)
			}
		}
		if n := len(wrapped(text, 120, 12, 2)); n > 2 {
			t.Errorf("%.20q has %d lines", text, n)
		}
	}
}
