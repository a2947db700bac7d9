// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// stream scans text in pieces the way a reader of a stream does: what ends
// before the hold is final, 512 bytes before it stay for context.
func stream(t testing.TB, s *Scanner, text string, cut func(rest int) int) []Finding {
	t.Helper()
	var out []Finding
	window, base, done := "", 0, 0
	take := func(limit int) {
		for _, f := range s.ScanFrom(nil, window, max(done-base, 0)) {
			f.Start += base
			f.End += base
			if f.Start >= done && f.End <= limit {
				out = append(out, f)
			}
		}
	}
	for len(text) > 0 {
		n := cut(len(text))
		window += text[:n]
		text = text[n:]
		hold := s.Hold(window)
		if hold < 0 || hold > len(window) {
			t.Fatalf("hold %d of %d bytes", hold, len(window))
		}
		hold = max(hold+base, done)
		take(hold)
		done = hold
		drop := runeStart(window, done-base-maxHold)
		window, base = window[drop:], base+drop
	}
	take(base + len(window))
	return out
}

var holdDictionary = Config{Dictionary: []Term{
	{Type: "project", Values: []string{"Blue Heron", "Blue Heron Two", "Reiher", "Ünterwalden Süd"}},
	{Type: "code_name", Values: []string{"AZ-9 x"}, CaseSensitive: true},
}}

// TestHold checks that a stream gives what the whole text gives, however it is cut.
func TestHold(t *testing.T) {
	s := newScanner(t, holdDictionary)
	var pieces []string
	for _, c := range readCases(t) {
		pieces = append(pieces, c.text)
	}
	pieces = append(pieces, "Blue", "Heron", "blue  heron", "BLUE HERON TWO", "Blue Heronry", "ünterwalden\nsüd", "AZ-9 x", "AZ-9", "fax", "office",
		"5", "12", "4111", "(030)", "+49", "DE89", "0044", "iban", "phone", "the", "“quoted”", "漢字", "\u200b")
	gaps := []string{" ", " ", " ", "\n", ", ", ". ", "  ", "    ", "\u00a0", "-", " - ", "\t", "/", ""}
	for seed := range uint64(1000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var b strings.Builder
		for range 1 + rnd.IntN(12) {
			b.WriteString(pieces[rnd.IntN(len(pieces))])
			b.WriteString(gaps[rnd.IntN(len(gaps))])
		}
		text := b.String()
		if longWord(text) {
			continue
		}
		longest := 1 + rnd.IntN(30)
		got := stream(t, s, text, func(rest int) int { return min(rest, 1+rnd.IntN(longest)) })
		if diff := cmp.Diff(s.Scan(nil, text), got); diff != "" {
			t.Fatalf("seed %d: %q\nfindings (-whole +stream):\n%s", seed, text, diff)
		}
	}
}

// longWord reports what Hold does not promise: words beyond its reach.
func longWord(text string) bool {
	for word := range strings.FieldsSeq(text) {
		if len(word) >= maxHold {
			return true
		}
	}
	return false
}

func TestHoldWhere(t *testing.T) {
	s := newScanner(t, holdDictionary)
	for _, c := range []struct{ free, held string }{
		{"", ""},
		{"nothing here ", ""},
		{"nothing ", "here"},
		{"mail ", "ann@exa"},
		{"card ", "4111 1111 "},
		{"card ", "4111 1111 1"},
		{"card 4111\n", ""},
		{"call ", "(030) 901820 of"},
		{"bank ", "DE89 3704 0044 0532 0130 00"},
		{"bank ", "gb82 west 12"},
		{"see ", "Blue"},
		{"see ", "Blue "},
		{"see ", "Blue  Her"},
		{"see Blue Herring ", ""},
		{"see Blue Herring ", "x"},
		{"key: ", "-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA BBBB\n"},
		{"key: ", "-----BEGIN PRIV"},
		{"-----BEGIN CERTIFICATE-----\n", "MIIB"},
		{"half a rune ", "\xe6\xbc"},
	} {
		if got := s.Hold(c.free + c.held); got != len(c.free) {
			t.Errorf("Hold(%q) = %d, want %d", c.free+c.held, got, len(c.free))
		}
	}
}

func TestHoldIsBounded(t *testing.T) {
	s := newScanner(t, holdDictionary)
	for _, text := range []string{
		strings.Repeat("a", 5000), strings.Repeat("1", 5000), strings.Repeat("1 ", 5000),
		strings.Repeat("é", 5000), strings.Repeat("Blue ", 2000), strings.Repeat("DE89 ", 2000),
	} {
		if held := len(text) - s.Hold(text); held > maxHold {
			t.Errorf("%.10q…: %d bytes held", text, held)
		}
	}
	pem := "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("MIIBVgIBADANBgkqhkiG\n", 1000)
	if held := len(pem) - s.Hold(pem); held > maxHold {
		t.Errorf("a key without end: %d bytes held", held)
	}
}

func FuzzHold(f *testing.F) {
	s := newScanner(f, holdDictionary)
	for _, c := range readCases(f) {
		f.Add(c.text, uint64(len(c.text)))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) >= maxHold {
			text = text[:maxHold-1]
		}
		rnd := rand.New(rand.NewPCG(seed, 2))
		got := stream(t, s, text, func(rest int) int { return 1 + rnd.IntN(rest) })
		if diff := cmp.Diff(s.Scan(nil, text), got); diff != "" {
			t.Fatalf("%q: findings (-whole +stream):\n%s", text, diff)
		}
	})
}

func FuzzScan(f *testing.F) {
	s := newScanner(f, holdDictionary)
	for _, c := range readCases(f) {
		f.Add(c.text)
	}
	f.Add("\xff\xfe@\x80.de 4111\xe2\x80")
	f.Fuzz(func(t *testing.T, text string) {
		before := 0
		for _, found := range s.Scan(nil, text) {
			if found.Start < before || found.End <= found.Start || found.End > len(text) {
				t.Fatalf("%q: %+v after %d", text, found, before)
			}
			if found.Score <= 0 || found.Score > 1 || found.Type == "" || found.Detector == "" {
				t.Fatalf("%q: %+v", text, found)
			}
			if !boundary(text, found.Start) || !boundary(text, found.End) {
				t.Fatalf("%q: %+v cuts a rune", text, found)
			}
			before = found.End
		}
	})
}

// boundary reports that no valid rune lies across i.
func boundary(text string, i int) bool {
	for back := 1; back < utf8.UTFMax && back <= i; back++ {
		if r, size := utf8.DecodeRuneInString(text[i-back:]); r != utf8.RuneError && size > back {
			return false
		}
	}
	return true
}
