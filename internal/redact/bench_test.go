// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import "testing"

// quietGuard holds the last word, as a detector of e-mail addresses would, and
// finds nothing.
type quietGuard struct{}

func (quietGuard) Scan(dst []Found, _ string, _ int) []Found { return dst }
func (quietGuard) Decide(Key, Found, string) Verdict         { return Verdict{} }
func (quietGuard) Hold(text string, _ int) int {
	at := len(text)
	for at > 0 && text[at-1] != ' ' {
		at--
	}
	return at
}

// BenchmarkStream plays an answer of 36 events with 28 bytes of text each.
func BenchmarkStream(b *testing.B) {
	const plain = "twenty-eight bytes of words "
	for _, c := range []struct {
		name   string
		pieces map[int]string
		guard  Guard
	}{
		{"plain", nil, nil},
		{"bracket", map[int]string{5: "an unknown [LINK_1] in it or"}, nil},
		{"placeholder", map[int]string{5: "mail to [EMAIL_1] and let me"}, nil},
		{"cut", map[int]string{5: "please send a mail to [EMAIL", 6: "_1] and let me know about it"}, nil},
		{"guard", nil, quietGuard{}},
		{"guard-holds", map[int]string{1: "twenty-eight bytes of words?", 2: "sss?", 8: "words?"}, quietGuard{}},
	} {
		s := new(script)
		for i := range 36 {
			text := plain
			if other, ok := c.pieces[i]; ok {
				text = other
			}
			s.add(quotePlain, Segment{Text: text, Depth: 1})
		}
		b.Run(c.name, func(b *testing.B) {
			m := testMap()
			emit := func([]byte) error { return nil }
			b.ReportAllocs()
			for b.Loop() {
				stream := NewStream(m, c.guard)
				for i := range s.events {
					if err := stream.Push(s.events[i], s.segments[i], emit); err != nil {
						b.Fatal(err)
					}
				}
				if err := stream.Flush(emit); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(s.events)), "ns/event")
		})
	}
}
