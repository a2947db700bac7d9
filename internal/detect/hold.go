// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"unicode"
	"unicode/utf8"
)

// How far back from the end of a text something may still be growing, in bytes.
const (
	maxHold    = 512
	maxHoldPEM = 8 << 10
)

// Hold gives the offset from which a finding may still be growing when more text
// follows, len(text) when nothing can. What Scan finds before the hold is final:
// no continuation changes it. So a stream is scanned in windows: keep 512 bytes
// before the hold for context, and from the hold on.
//
// The hold is never more than 512 bytes before the end (8 KiB for a private
// key), so a longer word, as in base64, does not stop a stream; a finding that
// would lie across that bound can be missed.
func (s *Scanner) Hold(text string) int {
	text = wholeRunes(text)
	low := runeStart(text, len(text)-maxHold)
	hold := wordStart(text, len(text), low)
	for { // what one finds may lie inside what another holds
		before := hold
		hold = numberStart(text, hold, low)
		hold = ibanStart(text, hold, low)
		hold = s.folded.openFrom(text, hold, low)
		hold = s.exact.openFrom(text, hold, low)
		hold = pemStart(text, hold)
		if hold == before || hold <= low {
			return hold
		}
	}
}

// wholeRunes cuts off a rune whose last bytes are still to come.
func wholeRunes(text string) string {
	for i := len(text) - 1; i >= max(0, len(text)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRuneInString(text[i:]) {
				return text[:i]
			}
			break
		}
	}
	return text
}

// runeStart moves i on to the start of a rune.
func runeStart(text string, i int) int {
	for i = max(i, 0); i < len(text) && !utf8.RuneStart(text[i]); i++ {
	}
	return i
}

// wordStart gives the start of the word without white space that ends at end.
func wordStart(text string, end, low int) int {
	for end > low {
		r, size := rune(text[end-1]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeLastRuneInString(text[:end])
		}
		if unicode.IsSpace(r) {
			break
		}
		end -= size
	}
	return max(end, low)
}
