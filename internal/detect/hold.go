// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
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
		r, size := utf8.DecodeLastRuneInString(text[:end])
		if unicode.IsSpace(r) {
			break
		}
		end -= size
	}
	return max(end, low)
}

// numberStart gives the start of the row of numbers, parted by little, that goes
// on into the last word text[hold:] or ends in front of it.
func numberStart(text string, hold, low int) int {
	if !numeric(text[hold:]) && !lettersOnly(text[hold:]) {
		return hold
	}
	start := hold
	for start > low {
		gap := skipGap(text, start)
		if gap < 0 {
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

// ibanStart gives the start of an account number in groups that may go on
// beyond the end of the text.
func ibanStart(text string, hold, low int) int {
	const longest = 34 * 3 // bytes, when the letters are full-width
	low = max(low, hold-longest)
	for i := hold; i > low; {
		gap := skipGap(text, i)
		if gap < 0 || gap == i && i != len(text) && i != hold {
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
				head[n] = c
			}
			n++
		case n < len(head) && c != noWidth:
			return false
		}
		i += size
	}
	length := ibanLength[[2]byte{head[0] &^ 0x20, head[1] &^ 0x20}]
	return n >= 4 && n <= length && isDigit(head[2]) && isDigit(head[3])
}

// pemStart gives the start of a private key that has begun and not ended before
// the hold.
func pemStart(text string, hold int) int {
	low := max(0, len(text)-maxHoldPEM)
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

// openFrom gives the start of the first word in which a key with blanks starts
// that may reach beyond the end of text, or reaches over the hold.
func (t *trie) openFrom(text string, hold, low int) int {
	if t == nil || !t.blanks {
		return hold
	}
	before, _ := utf8.DecodeLastRuneInString(text[:low])
	inside := low > 0 && spacedWord(before)
	for i := low; i < hold; {
		word, size := wordRune(text, i)
		if (!inside || !word) && t.starts(text[i]) {
			if end, _, open := t.longest(text, i); open || end > hold {
				return wordStart(text, i, low)
			}
		}
		inside = word
		i += size
	}
	return hold
}
