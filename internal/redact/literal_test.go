// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRawRange(t *testing.T) {
	for _, c := range []struct {
		raw        string
		start, end int
		want       string // the raw bytes of the range
	}{
		{`"hello"`, 0, 5, `hello`},
		{`"hello"`, 1, 3, `el`},
		{`"hello"`, 2, 2, ``},
		{`"hello"`, 3, 99, `lo`},
		{`""`, 0, 0, ``},
		{`"a\nb"`, 1, 2, `\n`},
		{`"a\\b"`, 2, 3, `b`},
		{`"\"x\""`, 1, 2, `x`},
		{`"\u0041BC"`, 0, 1, `\u0041`},
		{`"\u0041BC"`, 1, 3, `BC`},
		{`"\u00e9x"`, 2, 3, `x`},
		{`"\u00e9x"`, 1, 2, `\u00e9`},   // inside a character: outward
		{`"éx"`, 1, 2, `é`},             // the same without an escape
		{`"éx"`, 0, 1, `é`},             //
		{`"a\ud83d\uDE00b"`, 5, 6, `b`}, // a pair is one character of four bytes
		{`"a\ud83d\uDE00b"`, 3, 4, `\ud83d\uDE00`},
		{`"a\ud83dxb"`, 4, 5, `x`}, // a lone half is U+FFFD, three bytes
		{`"a\ud83d\u0041b"`, 4, 5, `\u0041`},
		{`"\ude00\ud83d"`, 3, 6, `\ud83d`}, //
		{"\"a\xffb\"", 4, 5, "b"},          // a bad byte too
		{`"\u005bEMAIL_1]!"`, 0, 9, `\u005bEMAIL_1]`},
	} {
		start, end := RawRange([]byte(c.raw), c.start, c.end)
		if got := c.raw[start:end]; got != c.want {
			t.Errorf("RawRange(%s, %d, %d) = %d, %d: %q, want %q", c.raw, c.start, c.end, start, end, got, c.want)
		}
	}
}

func TestCursorGoesOnAndBack(t *testing.T) {
	raw := `"a\u00e9\ud83d\ude00\\é東z"`
	var text string
	if err := json.Unmarshal([]byte(raw), &text); err != nil {
		t.Fatal(err)
	}
	c := NewCursor(raw)
	for _, start := range []int{0, 1, 2, 5, 3, 0, 9, 13, 7} {
		for end := start; end <= len(text); end++ {
			gotStart, gotEnd := c.Range(start, end)
			wantStart, wantEnd := RawRange(raw, start, end)
			if gotStart != wantStart || gotEnd != wantEnd {
				t.Errorf("Range(%d, %d) = %d, %d, want %d, %d", start, end, gotStart, gotEnd, wantStart, wantEnd)
			}
		}
	}
}

// checkRawRange compares RawRange with what decoding says: the three parts of
// the literal decode to the three parts of the text, snapped to characters.
func checkRawRange(t *testing.T, raw []byte, text string, start, end int) {
	t.Helper()
	rawStart, rawEnd := RawRange(raw, start, end)
	if rawStart < 1 || rawEnd < rawStart || rawEnd > len(raw)-1 {
		t.Fatalf("RawRange(%q, %d, %d) = %d, %d: outside", raw, start, end, rawStart, rawEnd)
	}
	outStart, outEnd := start, end
	for outStart > 0 && outStart < len(text) && !utf8.RuneStart(text[outStart]) {
		outStart--
	}
	for outEnd < len(text) && !utf8.RuneStart(text[outEnd]) {
		outEnd++
	}
	for _, part := range []struct{ raw, want string }{
		{string(raw[1:rawStart]), text[:outStart]},
		{string(raw[rawStart:rawEnd]), text[outStart:outEnd]},
		{string(raw[rawEnd : len(raw)-1]), text[outEnd:]},
	} {
		var got string
		if err := json.Unmarshal([]byte(`"`+part.raw+`"`), &got); err != nil || got != part.want {
			t.Fatalf("RawRange(%q, %d, %d) = %d, %d: part %q decodes to %q, %v, want %q",
				raw, start, end, rawStart, rawEnd, part.raw, got, err, part.want)
		}
	}
}

func FuzzRawRange(f *testing.F) {
	f.Add([]byte(`"hello"`), 1, 3)
	f.Add([]byte(`"a\u00e9\ud83d\ude00\\é東z"`), 2, 9)
	f.Add([]byte(`"\ud83d\u0041\ude00\/\b"`), 3, 5)
	f.Add([]byte("\"\xff\xc3\xe9\xf0\x9f\""), 1, 4)
	f.Fuzz(func(t *testing.T, raw []byte, start, end int) {
		raw = bytes.TrimSpace(raw)
		var text string
		if len(raw) < 2 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
			return
		}
		if start < 0 || end < start || end > len(text) {
			return
		}
		checkRawRange(t, raw, text, start, end)
	})
}

func TestAppendEscaped(t *testing.T) {
	for _, s := range []string{
		"", "plain", "quote \" backslash \\ slash /", "\n\r\t\b\f\x00\x1f\x7f", "<b>&amp;</b> $1 \u2028é東🗼", "\\u0041", "\\\\\"\"",
	} {
		for depth := range 5 {
			got := string(AppendEscaped(nil, s, depth))
			for range depth {
				var inner string
				if err := json.Unmarshal([]byte(`"`+got+`"`), &inner); err != nil {
					t.Fatalf("depth %d of %q: %v", depth, s, err)
				}
				got = inner
			}
			if got != s {
				t.Errorf("depth %d of %q comes back as %q", depth, s, got)
			}
		}
	}
	if got, want := string(AppendEscaped([]byte("x"), "é<>&\"\n\x01", 1)), `xé<>&\"\n\u0001`; got != want {
		t.Errorf("AppendEscaped = %s, want %s", got, want)
	}
	if got, want := string(AppendEscaped(nil, "\"\n", 2)), `\\\"\\n`; got != want {
		t.Errorf("twice = %s, want %s", got, want)
	}
	if got := string(AppendEscaped(nil, "a\xffb", 1)); got != "a\ufffdb" {
		t.Errorf("bad UTF-8 becomes %q", got)
	}
}

func TestSplice(t *testing.T) {
	src := []byte("0123456789")
	for _, c := range []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{{0, 10, nil}}, ""},
		{[]Edit{{0, 0, []byte("a")}, {10, 10, []byte("z")}}, "a0123456789z"},
		{[]Edit{{1, 3, []byte("[X_1]")}, {3, 4, nil}, {8, 9, []byte("e")}}, "0[X_1]4567e9"},
	} {
		if got := string(Splice([]byte("> "), src, c.edits)); got != "> "+c.want {
			t.Errorf("Splice(%v) = %q, want %q", c.edits, got, c.want)
		}
	}
	if string(src) != "0123456789" {
		t.Errorf("source changed to %q", src)
	}
}

func BenchmarkRawRange(b *testing.B) {
	for name, unit := range map[string]string{"plain": "hello world, all plain. ", "escaped": `hello \"world\"\n all. `} {
		raw := []byte(`"` + strings.Repeat(unit, 8192) + `"`)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				RawRange(raw, len(raw)/2, len(raw)-100)
			}
		})
	}
}
