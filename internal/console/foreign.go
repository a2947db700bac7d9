// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"strings"
	"unicode"
)

// visible makes foreign text read as it is stored. Characters that turn the
// direction of what follows, or that a page would swallow, are spelled out: they
// could make evidence look like something else.
func visible(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !strings.ContainsFunc(text, misleading) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if misleading(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func misleading(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case '\u200E', '\u200F', '\u061C', '\uFEFF':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// clip keeps foreign text in a sentence or cell short.
func clip(s string) string { return clipTo(s, 60) }

func clipTo(s string, n int) string {
	s = visible(s)
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}
