// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible makes foreign text read as it is stored. Characters that turn the
// direction of what follows, or that a page would swallow, are spelled out: they
// could make evidence look like something else.
func Visible(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !strings.ContainsFunc(text, Misleading) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if Misleading(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Misleading tells whether a character could make text look like something else.
func Misleading(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case '\u200E', '\u200F', '\u061C', '\uFEFF':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// Clip keeps foreign text in a sentence or cell short.
func Clip(s string) string { return ClipTo(s, 60) }

// ClipTo keeps foreign text to n characters.
func ClipTo(s string, n int) string {
	s = Visible(s)
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}
