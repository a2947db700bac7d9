// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// script is an answer cut into events, built for tests. Each event is
// "data: " and a JSON array of {"d": text} objects, one for each segment.
type script struct {
	events   [][]byte
	segments [][]Segment
}

// add appends an event with the given segments; quote writes a literal.
func (s *script) add(quote func(string) string, segments ...Segment) {
	raw := []byte("data: [")
	for i := range segments {
		if i > 0 {
			raw = append(raw, ", "...)
		}
		raw = append(raw, `{"d": `...)
		segments[i].RawStart = len(raw)
		raw = append(raw, quote(segments[i].Text)...)
		segments[i].RawEnd = len(raw)
		raw = append(raw, `,"x":1.0}`...)
	}
	s.events = append(s.events, append(raw, "]\n\n"...))
	s.segments = append(s.segments, segments)
}

// texts returns the logical texts of events as they would be decoded.
func (s *script) texts(t testing.TB, events [][]byte) map[Key]string {
	t.Helper()
	texts := make(map[Key]string)
	for i, event := range events {
		var pieces []struct{ D string }
		body := strings.TrimSuffix(strings.TrimPrefix(string(event), "data: "), "\n\n")
		if err := json.Unmarshal([]byte(body), &pieces); err != nil {
			t.Fatalf("event %d is %q: %v", i, event, err)
		}
		if len(pieces) != len(s.segments[i]) {
			t.Fatalf("event %d has %d pieces, want %d", i, len(pieces), len(s.segments[i]))
		}
		for j, p := range pieces {
			texts[s.segments[i][j].Key] += p.D
		}
	}
	return texts
}

// collector is an Emit that keeps copies.
type collector struct{ events [][]byte }

func (c *collector) emit(event []byte) error {
	c.events = append(c.events, append([]byte(nil), event...))
	return nil
}

// play pushes the events through one buffer that is overwritten after each
// call, as a gateway's would be.
func (s *script) play(stream *Stream, emit Emit) error {
	var buffer []byte
	for i, event := range s.events {
		buffer = append(buffer[:0], event...)
		err := stream.Push(buffer, s.segments[i], emit)
		for j := range buffer {
			buffer[j] = '#'
		}
		if err != nil {
			return err
		}
	}
	return stream.Flush(emit)
}

func quotePlain(text string) string { return `"` + string(AppendEscaped(nil, text, 1)) + `"` }

// quoteRandom writes the same text with escapes where none are needed.
func quoteRandom(r *rand.Rand) func(string) string {
	return func(text string) string {
		var b strings.Builder
		b.WriteByte('"')
		for _, c := range text {
			switch {
			case r.IntN(5) > 0:
				b.Write(AppendEscaped(nil, string(c), 1))
			case c > 0xffff:
				fmt.Fprintf(&b, `\u%04x\u%04X`, 0xd800+(c-0x10000)>>10, 0xdc00+(c-0x10000)&0x3ff)
			default:
				fmt.Fprintf(&b, `\u%04x`, c)
			}
		}
		b.WriteByte('"')
		return b.String()
	}
}

// randomText strings together what a stream may meet.
func randomText(r *rand.Rand, m *Map) string {
	bits := []string{
		"[EMAIL_9]", "[EMAIL_", "[EMAIL_1", "[", "]", "[[", "[UNKNOWN_1]", "[email_1]",
		" ", "plain words ", "\"", "\\", "\\n", "\n", "é", "東京", "🗼", "👩‍👩‍👧", "\u2028", "$1", "\x00", "\ufffd", "_1]", "",
	}
	for _, e := range m.Entries() {
		bits = append(bits, e.Placeholder, e.Placeholder)
	}
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(bits[r.IntN(len(bits))])
	}
	return b.String()
}

// cut takes a random piece of whole characters from the front of a text.
func cut(r *rand.Rand, text string, most int) (piece, rest string) {
	n := min(r.IntN(most+1), len(text))
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	return text[:n], text[n:]
}

// randomScript cuts texts into events in which the keys take random turns.
func randomScript(r *rand.Rand, texts map[Key]string, depth func(Key) int) *script {
	rest := make(map[Key]string, len(texts))
	for k, text := range texts {
		rest[k] = text
	}
	s := new(script)
	most := 1 + r.IntN(20)
	for len(rest) > 0 {
		var segments []Segment
		for range r.IntN(4) {
			key := Key(r.IntN(len(texts)))
			text, ok := rest[key]
			if !ok {
				continue
			}
			piece, left := cut(r, text, most)
			segments = append(segments, Segment{Key: key, Text: piece, Depth: depth(key)})
			if rest[key] = left; left == "" {
				delete(rest, key)
			}
		}
		s.add(quoteRandom(r), segments...)
	}
	return s
}
