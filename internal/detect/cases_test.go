// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// marked is what a case expects: a type and the text it covers.
type marked struct{ Type, Value string }

// TestCases runs testdata/cases; testdata/README.md describes the format.
func TestCases(t *testing.T) {
	s := newScanner(t, Config{})
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, values(s.Scan(nil, c.text), c.text)); diff != "" {
				t.Errorf("%q: findings (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

type testCase struct {
	name, text string
	want       []marked
}

func readCases(t testing.TB) (cases []testCase) {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
			if strings.HasPrefix(line, "# ") {
				continue
			}
			c := testCase{name: filepath.Base(file) + ":" + strconv.Itoa(i+1)}
			c.text, c.want = parseCase(line)
			cases = append(cases, c)
		}
	}
	return cases
}

// parseCase splits a line into the text and what is marked in it.
func parseCase(line string) (text string, want []marked) {
	line = unescape(strings.ReplaceAll(line, "{+}", ""))
	for {
		before, rest, ok := strings.Cut(line, "{{")
		text += before
		if !ok {
			return text, want
		}
		inside, after, _ := strings.Cut(rest, "}}")
		typ, value, _ := strings.Cut(inside, ":")
		want = append(want, marked{typ, value})
		text += value
		line = after
	}
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'u':
			hex, _, _ := strings.Cut(s[i+2:], "}")
			code, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				panic(err)
			}
			b.WriteRune(rune(code))
			i += len(hex) + 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func values(found []Finding, text string) (out []marked) {
	for _, f := range found {
		out = append(out, marked{f.Type, text[f.Start:f.End]})
	}
	return out
}

func newScanner(t testing.TB, cfg Config) *Scanner {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestMaskedTextIsClean checks that what remains of a case beside its
// placeholders gives no findings of its own.
func TestMaskedTextIsClean(t *testing.T) {
	s := newScanner(t, Config{})
	placeholder := make(map[string]string)
	for _, info := range Types() {
		placeholder[info.Type] = "[" + info.Placeholder + "_1]"
	}
	for _, c := range readCases(t) {
		masked, at := "", 0
		for _, f := range s.Scan(nil, c.text) {
			masked += c.text[at:f.Start] + placeholder[f.Type]
			at = f.End
		}
		masked += c.text[at:]
		if again := s.Scan(nil, masked); len(again) > 0 {
			t.Errorf("%s: %q: %+v", c.name, masked, again)
		}
	}
}
