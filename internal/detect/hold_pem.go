// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// pemStart gives the start of a private key that has begun and not ended before
// the hold.
func pemStart(text string, hold int) int {
	low := max(0, len(text)-maxHoldPEM)
	if !strings.Contains(text[low:], pemBegin) { // the usual case, and much faster than LastIndex
		return hold
	}
	for next := len(text); ; {
		at := strings.LastIndex(text[low:next], pemBegin)
		if at < 0 {
			return hold
		}
		at += low
		if at < hold && pemReach(text[at:next], next == len(text)) > hold-at {
			hold = wordStart(text, at, runeStart(text, max(low, at-maxHold)))
		}
		next = at
	}
}

// pemReach gives how far a key that starts with text may reach; a last one
// without end reaches beyond the text.
func pemReach(text string, last bool) int {
	rest := text[len(pemBegin):]
	label, body, ok := strings.Cut(rest, pemDashes)
	switch {
	case !ok && last && len(rest) <= maxLabel:
		return len(text) + 1
	case !ok || !strings.Contains(label, "PRIVATE KEY"):
		return 0
	}
	end := pemEnd + label + pemDashes
	if n := strings.Index(body, end); n >= 0 {
		return len(text) - len(body) + n + len(end)
	}
	return len(text) + 1
}
