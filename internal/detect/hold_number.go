// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// numberStart gives the start of the row of numbers, parted by little, that goes
// on into the last word text[hold:] or ends in front of it.
func numberStart(text string, hold, low int) int {
	if !numeric(text[hold:]) && !lettersOnly(text[hold:]) {
		return hold
	}
	start := hold
	for start > low {
		gap := skipGap(text, start)
		if gap <= low {
			break
		}
		word := wordStart(text, gap, low)
		piece := text[word:gap]
		if !endsNumeric(piece) {
			break
		}
		start = word
		if !numeric(piece) {
			break
		}
	}
	return start
}

// skipGap steps back over at most three blanks, -1 when there are others.
func skipGap(text string, i int) int {
	for range maxGap {
		c, size := foldBefore(text, i)
		if c != ' ' {
			return i
		}
		i -= size
	}
	if c, _ := foldBefore(text, i); c == ' ' {
		return -1
	}
	return i
}

// numeric reports text that may continue a row of numbers: a digit or the end
// after few signs.
func numeric(text string) bool {
	for i, signs := 0, 0; ; {
		c, size := foldAt(text, i)
		switch {
		case isDigit(c) || size == 0:
			return true
		case c == noWidth:
		case gapSign(c) && signs < maxGap:
			signs++
		default:
			return false
		}
		i += size
	}
}

// endsNumeric is numeric from behind, for a word.
func endsNumeric(word string) bool {
	for i, signs := len(word), 0; word != ""; {
		c, size := foldBefore(word, i)
		switch {
		case isDigit(c) || size == 0:
			return true
		case c == noWidth:
		case gapSign(c) && signs < maxGap:
			signs++
		default:
			return false
		}
		i -= size
	}
	return false
}

// lettersOnly reports a word that may become "fax" behind a number.
func lettersOnly(word string) bool {
	word = strings.TrimPrefix(word, "(")
	if len(word) > 12 {
		return false
	}
	for i := range len(word) {
		if !letterByte(word[i]) {
			return false
		}
	}
	return true
}
