// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

// TextView is stored text, cut into plain stretches and placeholders.
type TextView struct {
	Spans []Span
	Raw   bool   // bytes as they were, not running text
	Cut   string // says what is not shown
}

// Span is a stretch of text, or the name of a placeholder.
type Span struct {
	Text        string
	Placeholder bool
}
