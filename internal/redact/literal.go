// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import "unicode/utf8"

// RawRange translates the bytes start to end of a JSON string's decoded text
// into byte offsets in its raw literal, quotes included. A border inside a
// decoded character snaps outward to the border of the character or escape it
// came from, so that an edit never leaves half of one. Offsets beyond the text
// mean its end. raw must be a valid literal; what a lenient decoder turns into
// U+FFFD (bad UTF-8, lone surrogates) counts three bytes, as it does there.
//
// To translate many ranges of one long literal, use a [Cursor].
func RawRange[T ~[]byte | ~string](raw T, start, end int) (rawStart, rawEnd int) {
	c := NewCursor(raw)
	return c.Range(start, end)
}

// Cursor translates offsets like [RawRange] but goes on from where it stopped,
// so that ranges asked for in ascending order cost one pass altogether.
type Cursor[T ~[]byte | ~string] struct {
	raw  T
	end  int // offset of the closing quote
	pos  int // in raw
	text int // in the decoded text, of the character at pos
}

// NewCursor returns a cursor at the beginning of a raw JSON string literal.
func NewCursor[T ~[]byte | ~string](raw T) Cursor[T] {
	return Cursor[T]{raw: raw, end: max(len(raw)-1, 1), pos: 1}
}

// Range translates one range; see [RawRange].
func (c *Cursor[T]) Range(start, end int) (rawStart, rawEnd int) {
	if start < c.text {
		c.pos, c.text = 1, 0
	}
	c.seek(start)
	rawStart = min(c.pos, len(c.raw))
	c.seek(end)
	rawEnd = min(c.pos, len(c.raw))
	if c.text < end && c.pos < c.end { // end lies inside the character at pos
		width, _ := c.char()
		rawEnd = c.pos + width
	}
	return rawStart, rawEnd
}

// seek advances to the character that begins at the decoded offset or holds it.
func (c *Cursor[T]) seek(offset int) {
	for c.pos < c.end && c.text < offset {
		plain := c.plain(min(c.end-c.pos, offset-c.text))
		c.pos += plain
		c.text += plain
		if plain > 0 {
			continue
		}
		width, decoded := c.char()
		if c.text+decoded > offset {
			return
		}
		c.pos += width
		c.text += decoded
	}
}

// plain counts the bytes from pos, at most so many, that stand for themselves.
func (c *Cursor[T]) plain(most int) int {
	ahead := c.raw[c.pos : c.pos+most]
	for i := range len(ahead) {
		if b := ahead[i]; b >= utf8.RuneSelf || b == '\\' {
			return i
		}
	}
	return most
}

// char measures the character at pos: its bytes in the literal and decoded.
func (c *Cursor[T]) char() (width, decoded int) {
	if c.raw[c.pos] == '\\' {
		return c.escape()
	}
	r, width := utf8.DecodeRuneInString(string(c.raw[c.pos:min(c.pos+utf8.UTFMax, c.end)]))
	return width, utf8.RuneLen(r) // a bad byte decodes to U+FFFD
}

// escape measures the escape at pos.
func (c *Cursor[T]) escape() (width, decoded int) {
	unit, ok := c.hex4(c.pos)
	switch {
	case !ok:
		return min(2, c.end-c.pos), 1
	case unit < 0x80:
		return 6, 1
	case unit < 0x800:
		return 6, 2
	case unit>>10 == 0xd800>>10:
		if low, ok := c.hex4(c.pos + 6); ok && low>>10 == 0xdc00>>10 {
			return 12, 4
		}
	}
	return 6, 3
}

// hex4 reads the four digits of a \u escape at pos.
func (c *Cursor[T]) hex4(pos int) (unit uint32, ok bool) {
	if pos+6 > c.end || c.raw[pos] != '\\' || c.raw[pos+1] != 'u' {
		return 0, false
	}
	for _, b := range []byte(string(c.raw[pos+2 : pos+6])) {
		unit <<= 4
		switch {
		case '0' <= b && b <= '9':
			unit |= uint32(b - '0')
		case 'a' <= b|0x20 && b|0x20 <= 'f':
			unit |= uint32(b|0x20-'a') + 10
		default:
			return 0, false
		}
	}
	return unit, true
}
