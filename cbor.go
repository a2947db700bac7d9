// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// CBOR major types used by entries (RFC 8949, section 3.1).
const (
	majorUint  = 0
	majorBytes = 2
	majorText  = 3
	majorArray = 4
	majorMap   = 5
	cborTrue   = 0xf5
)

// appendHead appends the shortest head for a major type and its argument.
func appendHead(dst []byte, major byte, arg uint64) []byte {
	m := major << 5
	switch {
	case arg < 24:
		return append(dst, m|byte(arg))
	case arg <= 0xff:
		return append(dst, m|24, byte(arg))
	case arg <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, m|25), uint16(arg))
	case arg <= 0xffffffff:
		return binary.BigEndian.AppendUint32(append(dst, m|26), uint32(arg))
	default:
		return binary.BigEndian.AppendUint64(append(dst, m|27), arg)
	}
}

// mapWriter appends one map whose keys are small integers in rising order. The
// head is a single byte, since no map of the format has more than 23 keys.
// Fields with the zero value are left out.
type mapWriter struct {
	buf  []byte
	head int
	n    byte
}

func beginMap(dst []byte) mapWriter {
	return mapWriter{buf: append(dst, majorMap<<5), head: len(dst)}
}

func (w *mapWriter) end() []byte {
	w.buf[w.head] |= w.n
	return w.buf
}

func (w *mapWriter) key(k byte) {
	w.n++
	w.buf = append(w.buf, k) // keys are below 24: one byte, major type 0
}

// always writes v even when it is zero.
func (w *mapWriter) always(k byte, v uint64) {
	w.key(k)
	w.buf = appendHead(w.buf, majorUint, v)
}

func (w *mapWriter) uint(k byte, v uint64) {
	if v != 0 {
		w.always(k, v)
	}
}

func (w *mapWriter) flag(k byte, v bool) {
	if v {
		w.key(k)
		w.buf = append(w.buf, cborTrue)
	}
}

func (w *mapWriter) text(k byte, s string) {
	if s != "" {
		w.key(k)
		w.buf = appendText(w.buf, s)
	}
}

func (w *mapWriter) bytes(k byte, b []byte) {
	if len(b) != 0 {
		w.key(k)
		w.buf = append(appendHead(w.buf, majorBytes, uint64(len(b))), b...)
	}
}

func (w *mapWriter) id(k byte, id *ID) {
	if !id.IsZero() {
		w.bytes(k, id[:])
	}
}

func (w *mapWriter) hash(k byte, h *Hash) {
	if !h.IsZero() {
		w.bytes(k, h[:])
	}
}

func (w *mapWriter) texts(k byte, list []string) {
	if len(list) == 0 {
		return
	}
	w.key(k)
	w.buf = appendHead(w.buf, majorArray, uint64(len(list)))
	for _, s := range list {
		w.buf = appendText(w.buf, s)
	}
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}

// cborReader reads what mapWriter writes and nothing else. The first fault
// sticks in err; after it every method returns zero values.
type cborReader struct {
	data []byte
	pos  int
	err  error

	space *space // of a Decoder
	words *words
	unmet bool // a text is not among words
}

func (r *cborReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("decode entry at byte %d: %s", r.pos, fmt.Sprintf(format, args...))
		r.pos = len(r.data)
	}
}

// head reads a head of the wanted major type in its shortest form.
func (r *cborReader) head(major byte) uint64 {
	if r.pos < len(r.data) {
		if arg := r.data[r.pos] ^ major<<5; arg < 24 { // one byte, as most are
			r.pos++
			return uint64(arg)
		}
	}
	return r.longHead(major)
}

func (r *cborReader) longHead(major byte) uint64 {
	if r.pos >= len(r.data) {
		r.fail("unexpected end")
		return 0
	}
	first := r.data[r.pos]
	if first>>5 != major {
		r.fail("major type %d where %d belongs", first>>5, major)
		return 0
	}
	if first&31 > 27 {
		r.fail("indefinite or reserved length")
		return 0
	}
	return r.argument(1 << (first&31 - 24))
}

// argument reads the big-endian argument of width bytes after a head byte.
func (r *cborReader) argument(width int) uint64 {
	b := r.data[r.pos+1:]
	if len(b) < width {
		r.fail("unexpected end")
		return 0
	}
	var v, least uint64
	switch width {
	case 1:
		v, least = uint64(b[0]), 24
	case 2:
		v, least = uint64(binary.BigEndian.Uint16(b)), 1<<8
	case 4:
		v, least = uint64(binary.BigEndian.Uint32(b)), 1<<16
	default:
		v, least = binary.BigEndian.Uint64(b), 1<<32
	}
	if v < least {
		r.fail("integer not in its shortest form")
		return 0
	}
	r.pos += 1 + width
	return v
}

// mapReader walks the keys of one map.
type mapReader struct {
	r    *cborReader
	left uint64
	last int
}

func (r *cborReader) openMap() mapReader {
	return mapReader{r: r, left: r.count(majorMap), last: -1}
}

// next returns the next key, or false at the end of the map or after a fault.
func (m *mapReader) next() (uint64, bool) {
	if m.left == 0 {
		return 0, false
	}
	if r := m.r; r.pos < len(r.data) { // after a fault it is not
		if k := int(r.data[r.pos]); k < 24 && k > m.last { // one byte, as all known keys are
			r.pos++
			m.left--
			m.last = k
			return uint64(k), true
		}
	}
	return m.nextLong()
}

func (m *mapReader) nextLong() (uint64, bool) {
	if m.r.err != nil {
		return 0, false
	}
	m.left--
	k := m.r.head(majorUint)
	if m.r.err == nil && int64(k) <= int64(m.last) {
		m.r.fail("key %d repeated or out of order", k)
	}
	m.last = int(k)
	return k, m.r.err == nil
}

// count reads the head of an array or map; more items than bytes left is a fault.
func (r *cborReader) count(major byte) uint64 {
	n := r.head(major)
	if n > uint64(len(r.data)-r.pos) {
		r.fail("more items than bytes")
		return 0
	}
	return n
}

func (r *cborReader) uint() uint64 {
	v := r.head(majorUint)
	if v == 0 {
		r.fail("zero must be left out")
	}
	return v
}

func (r *cborReader) flag() bool {
	if r.pos >= len(r.data) || r.data[r.pos] != cborTrue {
		r.fail("only true may be present")
		return false
	}
	r.pos++
	return true
}

// enum reads a value that has a word.
func (r *cborReader) enum(what string, words []string) uint8 {
	v := r.uint()
	if r.err == nil && !known(words, v) {
		r.fail("unknown %s %d", what, v)
		return 0
	}
	return uint8(v)
}

// raw returns the content of a byte or text string, aliasing the input.
func (r *cborReader) raw(major byte) []byte {
	n := r.head(major)
	rest := r.data[r.pos:]
	if n > uint64(len(rest)) {
		r.fail("unexpected end")
		return nil
	}
	r.pos += int(n)
	return rest[:n]
}

// fill copies a byte string of exactly len(dst) bytes that are not all zero.
func (r *cborReader) fill(dst []byte) {
	b := r.raw(majorBytes)
	if r.err == nil && len(b) != len(dst) {
		r.fail("%d bytes where %d belong", len(b), len(dst))
		return
	}
	copy(dst, b)
	for _, c := range b {
		if c != 0 {
			return
		}
	}
	r.fail("zero must be left out")
}

func (r *cborReader) text() string {
	b := r.raw(majorText)
	if r.err == nil && len(b) == 0 {
		r.fail("empty text must be left out")
	}
	return r.string(b)
}

// texts reads a list of texts; neither the list nor a text in it is empty.
func (r *cborReader) texts() []string {
	list := r.newTexts(r.list())
	for i := range list {
		list[i] = r.text()
	}
	return list
}

// list reads the head of an array that is never empty.
func (r *cborReader) list() uint64 {
	n := r.count(majorArray)
	if n == 0 {
		r.fail("empty list must be left out")
	}
	return n
}

// string returns b as a string, without allocation for the words met in
// almost every entry.
func (r *cborReader) string(b []byte) string {
	if r.words != nil {
		if s, found := r.words.get(b); found {
			return s
		}
		r.unmet = true
	}
	if s, ok := commonWords[string(b)]; ok {
		return s
	}
	if !utf8.Valid(b) {
		r.fail("text is not UTF-8")
		return ""
	}
	return string(b)
}

var commonWords = func() map[string]string {
	m := make(map[string]string)
	for _, s := range []string{
		"openai", "anthropic", "sandbox", "chat", "messages", "schema", "identity", "detect", "policy",
		"redact", "restore", "watch", "1", "email", "card", "iban", "phone", "ip",
	} {
		m[s] = s
	}
	return m
}()
