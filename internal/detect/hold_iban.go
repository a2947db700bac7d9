// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "unicode/utf8"

// ibanStart gives the start of an account number in groups that may go on
// beyond the end of the text.
func ibanStart(text string, hold, low int) int {
	const longest = 34 * 3 // bytes, when the letters are full-width
	near := max(low, hold-longest)
	if !couldHoldDigit(text[near:]) {
		return hold // an account number begins with two letters and two digits
	}
	for i := hold; i > near; {
		gap := skipGap(text, i)
		if gap <= low || gap == i && i != len(text) && i != hold {
			break
		}
		start := groupStart(text, gap, low)
		if start == gap {
			break
		}
		word := wordStart(text, gap, low)
		if ibanWithin(text, start, gap, hold) {
			hold = word
		}
		if start > word {
			break // something else before the letters and digits
		}
		i = start
	}
	return hold
}

// couldHoldDigit reports a digit or a rune that may be the likeness of one.
func couldHoldDigit(text string) bool {
	for i := range len(text) {
		if c := text[i]; isDigit(c) || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// ibanWithin reports an account number that starts in text[start:end], at the
// beginning or behind a dash, and may reach over the hold.
func ibanWithin(text string, start, end, hold int) bool {
	for i := start; i < end; i++ {
		if c, _ := foldBefore(text, i); i > start && c != '-' {
			continue
		}
		if ibanOpen(text[i:]) || ibanEnd(text, i) > hold {
			return true
		}
	}
	return false
}

// groupStart gives the start of the letters, digits and dashes that end at end.
func groupStart(text string, end, low int) int {
	for end > low {
		c, size := foldBefore(text, end)
		if !isAlnum(c) && c != '-' && c != noWidth {
			break
		}
		end -= size
	}
	return end
}

// ibanEnd gives the end of the account number that starts at i, 0 when none does.
func ibanEnd(text string, i int) int {
	a, as := foldAt(text, i)
	b, _ := foldAt(text, i+as)
	length := ibanLength[[2]byte{a &^ 0x20, b &^ 0x20}]
	if length == 0 {
		return 0
	}
	return readIBAN(text, i, length)
}

// ibanOpen reports the beginning of an account number that is not longer than
// its country has them.
func ibanOpen(text string) bool {
	var head [4]byte
	n := 0
	for i := 0; i < len(text); {
		c, size := foldAt(text, i)
		switch {
		case isAlnum(c):
			if n < len(head) {
				if isDigit(c) != (n >= 2) {
					return false
				}
				head[n] = c
			}
			n++
		case n < len(head) && c != noWidth:
			return false
		}
		i += size
	}
	length := ibanLength[[2]byte{head[0] &^ 0x20, head[1] &^ 0x20}]
	return n >= 4 && n <= length
}
