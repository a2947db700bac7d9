// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"net/http"
	"strings"
	"testing"
)

func TestFormsAreNarrow(t *testing.T) {
	coded := strings.Repeat("QUJD", 20)
	tests := []struct {
		form Form
		text string
		fits bool
	}{
		{Word, "assistant", true},
		{Word, "web_search_20250305", true},
		{Model, "gpt-4o-2024-08-06", true},
		{Model, "org/model-70b:latest", true},
		{Model, "4111111111111111", false},
		{Model, "ann@example.org", false},
		{Word, "4111111111111111", false},
		{Word, "ann@example.org", false},
		{Word, "two words", false},
		{Word, strings.Repeat("a", 65), false},
		{Issued, "call_abc123", true},
		{Issued, "toolu_01A", true},
		{Issued, "4111111111111111", false},
		{Issued, "call_ann@example.org", false},
		{Coded, coded, true},
		{Coded, "short", false},
		{Coded, coded + " x", false},
		{Padding, "x7Qp", true},
		{Padding, coded, false},
		{Media, coded, true},
		{Media, "data:image/png;base64," + coded, true},
		{Media, "data:text/plain,ann@example.org", false},
		{Media, "https://example.org/?m=ann@example.org", false},
	}
	for _, tc := range tests {
		if got := tc.form.Fits(tc.text); got != tc.fits {
			t.Errorf("form %d and %.40q: %v", tc.form, tc.text, got)
		}
	}
}

func TestKeyIsFoundWhereClientsPutIt(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"Authorization", "Bearer cfk_a", "cfk_a"},
		{"Authorization", "bearer  cfk_a ", "cfk_a"},
		{"Authorization", "Basic cfk_a", ""},
		{"X-Api-Key", "cfk_a", "cfk_a"},
		{"Api-Key", "cfk_a", "cfk_a"},
		{"X-Goog-Api-Key", "cfk_a", "cfk_a"},
		{"X-Other", "cfk_a", ""},
	}
	for _, tc := range tests {
		h := http.Header{}
		h.Set(tc.name, tc.value)
		if got := Key(h); got != tc.want {
			t.Errorf("%s: %q gives %q", tc.name, tc.value, got)
		}
		if StripKeys(h); tc.want != "" && len(h) != 0 {
			t.Errorf("%s is left: %v", tc.name, h)
		}
	}
}
