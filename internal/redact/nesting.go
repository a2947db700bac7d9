// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"math/bits"
	"strings"
)

// nesting reads JSON text from its beginning and knows how many strings lie
// around the place it has come to: 1 in {"a":"here"}, 2 in
// {"a":"{\"b\":\"here\"}"}. A value put there is escaped once for each.
//
// A string counts as a document, whose own strings count in turn, if it begins
// like an object or an array. Prose that begins so and goes on with quotation
// marks is taken for one; a value in those marks is then escaped once more
// than it had to be, which leaves the text around it valid.
type nesting struct {
	open     int // strings around this place
	document [MaxLeafDepth]bool
	slashes  int // backslashes directly before this place
	start    startState
}

// startState is how much of the beginning of a string was read.
type startState uint8

const (
	readOn      startState = iota // it is known what the string is
	readFirst                     // nothing but blanks so far
	readBracket                   // a bracket, and blanks
)

// read goes on over text.
func (n *nesting) read(text string) {
	for i := range len(text) {
		switch b := text[i]; {
		case b == '\\':
			n.slashes++
			continue
		case b == '"':
			n.quote(bits.TrailingZeros(^uint(n.slashes)))
		case n.start != readOn && !n.isBlank(b):
			n.begin(b)
		}
		n.slashes = 0
	}
}

// isBlank reports white space, plain or escaped.
func (n *nesting) isBlank(b byte) bool {
	return b == ' ' || n.slashes > 0 && strings.IndexByte("nrt", b) >= 0
}

// begin takes the next significant byte at the beginning of a string. What
// follows the bracket must look like JSON, for a placeholder has brackets too;
// a quotation mark in that place is for quote.
func (n *nesting) begin(b byte) {
	switch {
	case n.start == readFirst && (b == '{' || b == '['):
		n.start = readBracket
		return
	case n.start == readBracket && strings.IndexByte("{[-0123456789", b) >= 0:
		n.document[n.open-1] = true
	}
	n.start = readOn
}

// quote takes a quotation mark that is escaped for so many strings: it ends
// the string it belongs to or begins one in a document.
func (n *nesting) quote(level int) {
	switch {
	case level < n.open:
		n.open, n.start = level, readOn
	case level == n.open && n.holdsStrings():
		n.document[level] = false
		n.open, n.start = level+1, readFirst
	default:
		n.start = readOn
	}
}

// holdsStrings reports whether a string may begin here: outside of strings,
// and in one that is a document or begins like one just now.
func (n *nesting) holdsStrings() bool {
	switch n.open {
	case 0:
		return true
	case MaxLeafDepth:
		return false
	}
	this := &n.document[n.open-1]
	*this = *this || n.start == readBracket
	return *this
}

// deeper returns how many more strings lie around this place than the one that
// every value in JSON text has.
func (n *nesting) deeper() int { return max(n.open-1, 0) }
