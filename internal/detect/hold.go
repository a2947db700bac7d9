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
	low := runeStart(text, len(text)-maxHold)
	hold := wordStart(text, len(text), low)
	hold = min(hold, numberStart(text, hold, low))
	hold = min(hold, ibanStart(text, hold, low))
	hold = min(hold, s.folded.openFrom(text, hold, low))
	hold = min(hold, s.exact.openFrom(text, hold, low))
	return min(hold, pemStart(text))
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
		if unicode.IsSpace(r) && r != 0xA0 {
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

// numeric reports a word that may continue a row of numbers: it starts like a group.
func numeric(word string) bool {
	c, _ := foldAt(word, 0)
	return isDigit(c) || c == noWidth || strings.IndexByte("()-./+", c) >= 0
}

// endsNumeric reports a word after which a row of numbers may go on.
func endsNumeric(word string) bool {
	c, _ := foldBefore(word, len(word))
	return isDigit(c) || c == noWidth || strings.IndexByte("()-./+", c) >= 0 && word != ""
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

// ibanStart gives the start of an account number in groups that is not complete.
func ibanStart(text string, hold, low int) int {
	const longest = 34 * 3
	for i := hold; i > max(low, len(text)-longest); {
		gap := skipGap(text, i)
		if gap < 0 || gap == i && i != hold {
			break
		}
		word := wordStart(text, gap, low)
		if word == i || !groupOnly(text[word:gap]) {
			break
		}
		i = word
		hold = min(hold, ibanAt(text, i, hold))
	}
	return hold
}

// groupOnly reports letters, digits and dashes.
func groupOnly(word string) bool {
	for i := 0; i < len(word); {
		c, size := foldAt(word, i)
		if !isAlnum(c) && c != '-' && c != noWidth {
			return false
		}
		i += size
	}
	return true
}

// ibanAt gives i when an account number may start there and reach beyond the
// end of the text, else hold.
func ibanAt(text string, i, hold int) int {
	var head [4]byte
	n := 0
	for at := i; at < len(text); {
		c, size := foldAt(text, at)
		if isAlnum(c) {
			if n < len(head) {
				head[n] = c
			}
			n++
		}
		at += size
	}
	length := ibanLength[[2]byte{head[0] &^ 0x20, head[1] &^ 0x20}]
	if n >= 2 && length >= n {
		return i
	}
	return hold
}

// pemStart gives the start of a private key that has begun and not ended.
func pemStart(text string) int {
	low := max(0, len(text)-maxHoldPEM)
	at := strings.LastIndex(text[low:], pemBegin)
	if at < 0 {
		return len(text)
	}
	at += low
	rest := text[at+len(pemBegin):]
	label, body, ok := strings.Cut(rest, pemDashes)
	switch {
	case !ok && len(rest) <= maxLabel:
		return at
	case !ok || !strings.Contains(label, "PRIVATE KEY"):
		return len(text)
	case strings.Contains(body, pemEnd+label+pemDashes):
		return len(text)
	}
	return at
}

// openFrom gives the start of the first word from which a key with blanks may
// still reach beyond the end of text.
func (t *trie) openFrom(text string, hold, low int) int {
	if t == nil || !t.blanks {
		return hold
	}
	previous, _ := utf8.DecodeLastRuneInString(text[:low])
	for i := low; i < hold; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if edge(previous, r) && t.starts(text[i]) {
			if _, _, open := t.longest(text, i); open {
				return i
			}
		}
		previous = r
		i += size
	}
	return hold
}
