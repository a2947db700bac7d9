// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"unicode"
	"unicode/utf8"
)

// What foldAt gives for a rune that is not ASCII and stands for nothing in it.
const (
	noWidth = 1 // invisible: zero-width space and joiners, soft hyphen, byte order mark
	foreign = 2 // any other
)

// foldAt reads the rune at i as people see it: full-width forms, other digits,
// spaces and dashes become their ASCII likeness. The size is in bytes of text;
// 0 at the end.
func foldAt(text string, i int) (c byte, size int) {
	if i >= len(text) {
		return 0, 0
	}
	if text[i] < utf8.RuneSelf {
		return text[i], 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	return foldRune(r), size
}

// foldBefore is foldAt for the rune that ends at i.
func foldBefore(text string, i int) (c byte, size int) {
	if i <= 0 {
		return 0, 0
	}
	if text[i-1] < utf8.RuneSelf {
		return text[i-1], 1
	}
	r, size := utf8.DecodeLastRuneInString(text[:i])
	return foldRune(r), size
}

// foldRune gives the ASCII likeness of a rune outside ASCII.
func foldRune(r rune) byte {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E: // full-width
		return byte(r - 0xFF01 + '!')
	case r >= 0x0660 && r <= 0x0669: // Arabic-Indic
		return byte(r - 0x0660 + '0')
	case r >= 0x06F0 && r <= 0x06F9: // Persian and Urdu
		return byte(r - 0x06F0 + '0')
	case r == 0x00A0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return ' '
	case r >= 0x2010 && r <= 0x2015, r == 0x2212:
		return '-'
	case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF, r == 0x00AD:
		return noWidth
	}
	return foreign
}

func isDigit(c byte) bool { return c-'0' < 10 }
func isUpper(c byte) bool { return c-'A' < 26 }
func isLower(c byte) bool { return c-'a' < 26 }
func isAlpha(c byte) bool { return c|0x20-'a' < 26 }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }
func isHex(c byte) bool   { return isDigit(c) || c|0x20-'a' < 6 }
func isWord(c byte) bool  { return isAlnum(c) || c == '_' }

// wordBefore reports that the byte before i belongs to an ASCII word, so that
// whatever starts at i is the rest of something else.
func wordBefore(text string, i int) bool { return i > 0 && isWord(text[i-1]) }

// wordAt is wordBefore for the byte at i.
func wordAt(text string, i int) bool { return i < len(text) && isWord(text[i]) }

// unspaced reports a script that is written without spaces between words, so
// that a neighbouring letter says nothing about where a word ends.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
