// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FirstSentence is a text up to its first full stop.
func FirstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Enumerate joins with commas and "and".
func Enumerate(parts []string) string {
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

// Sentence begins with a capital.
func Sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// Within is a label as it reads within a sentence: without capitals, but for
// abbreviations, so that "AI system" stays as it is.
func Within(label string) string {
	parts := strings.Split(label, " ")
	for i, word := range parts {
		if strings.ToUpper(word) != word || utf8.RuneCountInString(word) < 2 {
			parts[i] = strings.ToLower(word)
		}
	}
	return strings.Join(parts, " ")
}
