// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTable checks that every row of the table has a type, a fitting score and a name of its own.
func TestTable(t *testing.T) {
	seen := make(map[string]bool)
	for i, d := range detectors {
		if d.Name == "" || d.Version < 1 || d.Score < 0.5 || d.Score >= 1 || seen[d.Name] {
			t.Errorf("row %d: %+v", i, d)
		}
		seen[d.Name] = true
		if !slices.ContainsFunc(types, func(info TypeInfo) bool { return info.Type == d.Type }) {
			t.Errorf("row %s: type %q is not described", d.Name, d.Type)
		}
	}
	for _, info := range Types() {
		if info.Label == "" || info.Placeholder == "" || strings.Trim(info.Placeholder, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			t.Errorf("type %+v", info)
		}
		if !slices.ContainsFunc(detectors[:], func(d Detector) bool { return d.Type == info.Type }) {
			t.Errorf("type %s: nothing detects it", info.Type)
		}
	}
}

func TestTypesAreCopies(t *testing.T) {
	Types()[0].Class = "changed"
	if Types()[0].Class != ClassPersonal {
		t.Error("a caller changed the table")
	}
}

// TestPrefixes checks that the mark of each prefix triggers a look at it.
func TestPrefixes(t *testing.T) {
	for _, r := range prefixes {
		switch c := r.prefix[r.mark]; trigger[c] {
		case keyPrefix, dash:
		default:
			t.Errorf("%s: its mark %q is taken by another trigger", r.prefix, c)
		}
	}
}

func TestScores(t *testing.T) {
	s := newScanner(t, Config{})
	const body = "fJ2kL9mQ4rT7vX1zB6nD8sG3hW5yC0"
	for _, c := range []struct{ surer, less string }{
		{"8.8.8.8", "10.0.0.1"},
		{"ann@example.com", "ann@example.frobnicate"},
		{"(415) 555-2671", "(415) 155-2671"},
		{"078-05-1120", "078 05 1120"},
		{"gh" + "p_" + body + base62CRC(body), "gh" + "p_" + body + "000000"},
		{"4111 1111 1111 1111", "+49 30 901820"},
	} {
		a, b := s.Scan(nil, c.surer), s.Scan(nil, c.less)
		if len(a) != 1 || len(b) != 1 || a[0].Score <= b[0].Score {
			t.Errorf("%q: %+v\n%q: %+v", c.surer, a, c.less, b)
		}
	}
}

func TestScanAppends(t *testing.T) {
	s := newScanner(t, Config{})
	kept := Finding{Type: "kept", Start: 900, End: 901}
	got := s.Scan([]Finding{kept}, "ann@example.com")
	if len(got) != 2 || got[0] != kept || got[1].Type != "email" {
		t.Errorf("%+v", got)
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{{Type: "project", Values: []string{"Blue Heron"}}}})
	text := prose + code + "ann@example.com, 4111 1111 1111 1111, 10.0.0.1 blue heron"
	var found []Finding
	if n := testing.AllocsPerRun(20, func() { found = s.Scan(found[:0], text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestScanConcurrently(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{{Type: "project", Values: []string{"Blue Heron"}}}})
	const text = "Blue Heron: ann@example.com, +49 30 901820, 4111 1111 1111 1111"
	want := s.Scan(nil, text)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if diff := cmp.Diff(want, s.Scan(nil, text)); diff != "" {
					t.Error(diff)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestHostile gives texts that are slow for scanners that look back or ahead
// without bound. The test's own time-out is the measure.
func TestHostile(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{{Type: "x", Values: []string{"a a", "a a a a a a a a a a b"}}}})
	for _, piece := range []string{
		"a", "@", "a@", "a.", "a.a@a.", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "-", "-----BEGIN PRIVATE KEY-----", "://", "://a:", "1", "1 ", "1-", "1.",
		"1:", ":", "::", "a:", "+1", "(", "+49 30 901820 ", "4111 ", "DE89 ", "secret key ", "AKIA", "sk-", "sk-ant-", "_", "%40", "\u200b", "１", "a a ",
		"\xff", "\xe2\x80", "xoxb-1", "hooks.slack.com/", "phone ", "123456789 ", "123456789012 ", "ssn 123456789 1234567890123456789 ", "4111111111111111 ", "12345678-",
	} {
		text := strings.Repeat(piece, 100_000/len(piece))
		s.Scan(nil, text)
		s.Hold(text)
	}
}

// TestLookupsRunOut checks that beyond the bound numbers are still found.
func TestLookupsRunOut(t *testing.T) {
	s := newScanner(t, Config{})
	const n = 3 * maxLookups
	if got := len(s.Scan(nil, strings.Repeat("(415) 555-2671\n", n))); got != n {
		t.Errorf("%d of %d found", got, n)
	}
}

func TestResolve(t *testing.T) {
	f := func(start, end int, score float64) Finding { return Finding{Start: start, End: end, Score: score} }
	for _, c := range []struct {
		name     string
		in, want []Finding
	}{
		{"apart", []Finding{f(5, 6, .5), f(1, 2, .5)}, []Finding{f(1, 2, .5), f(5, 6, .5)}},
		{"touching", []Finding{f(1, 3, .5), f(3, 4, .5)}, []Finding{f(1, 3, .5), f(3, 4, .5)}},
		{"score", []Finding{f(1, 9, .5), f(3, 4, .6)}, []Finding{f(3, 4, .6)}},
		{"length", []Finding{f(1, 4, .5), f(3, 9, .5)}, []Finding{f(3, 9, .5)}},
		{"start", []Finding{f(3, 6, .5), f(1, 4, .5)}, []Finding{f(1, 4, .5)}},
		{"freed by the winner", []Finding{f(1, 4, .5), f(3, 6, .6), f(5, 8, .7)}, []Finding{f(1, 4, .5), f(5, 8, .7)}},
		{"the same twice", []Finding{f(1, 4, .5), f(1, 4, .5)}, []Finding{f(1, 4, .5)}},
		{"one around many", []Finding{f(0, 99, .9), f(1, 2, .5), f(3, 4, .5), f(98, 120, .8)}, []Finding{f(0, 99, .9)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, resolve(c.in, 0)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRegions(t *testing.T) {
	const text = "reach the desk under 030 901820" // valid in Germany, not in Australia
	if got := newScanner(t, Config{Regions: []string{"DE"}}).Scan(nil, "030 901820 17"); len(got) != 1 {
		t.Errorf("DE: %+v", got)
	}
	if got := newScanner(t, Config{Regions: []string{"AU"}}).Scan(nil, "030 901820 17"); len(got) != 0 {
		t.Errorf("AU: %+v", got)
	}
	if got := newScanner(t, Config{Regions: []string{"AU"}}).Scan(nil, text); len(got) != 1 {
		t.Errorf("AU with a word: %+v", got)
	}
	if _, err := New(Config{Regions: []string{"DE", "XX"}}); err == nil || !strings.Contains(err.Error(), `"XX"`) {
		t.Errorf("unknown region: %v", err)
	}
}

func TestVersion(t *testing.T) {
	a := newScanner(t, Config{}).Version()
	if !strings.HasPrefix(a, edition+"-") || len(a) != len(edition)+9 {
		t.Errorf("version %q", a)
	}
	if b := newScanner(t, Config{}).Version(); a != b {
		t.Errorf("%s and %s for the same table", a, b)
	}
	term := Config{Dictionary: []Term{{Type: "project", Values: []string{"Blue Heron"}}}}
	if b := newScanner(t, term).Version(); a == b {
		t.Error("the dictionary does not change the version")
	}
}

// TestLongRows checks that what lies across the pieces of a long row of numbers is found.
func TestLongRows(t *testing.T) {
	s := newScanner(t, Config{})
	for _, filler := range []string{"7 ", "77 ", "777777777 ", "7777777777777 ", "77777777777777777777 "} {
		for n := range 80 {
			text := strings.Repeat(filler, n) + "4111 1111 1111 1111 " + strings.Repeat(filler, 3)
			found := s.Scan(nil, text)
			if !slices.ContainsFunc(found, func(f Finding) bool { return text[f.Start:f.End] == "4111 1111 1111 1111" }) {
				t.Fatalf("after %d times %q: %+v", n, filler, found)
			}
		}
	}
}
