// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLeaves(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"not a document", "hello", nil},
		{"a string", `"hello"`, nil},
		{"no leaves", `{"a":1,"b":[null,true]}`, nil},
		{"names are no values", `{"name":"Ann","list":["x",{"y":"z"},1]}`, []string{"Ann", "x", "z"}},
		{"escapes", ` {"a":"say \"hi\"\n\u00e9"} `, []string{"say \"hi\"\né"}},
		{"nested", `{"body":"{\"to\":\"ann\",\"n\":1}","b":"q"}`, []string{"ann", "q"}},
		{"nested without strings", `{"body":"{\"n\":1}"}`, []string{`{"n":1}`}},
		{"nested broken", `{"body":"{\"to\":\"ann\""}`, []string{`{"to":"ann"`}},
		{"trailing", `{"a":"b"} {"c":"d"}`, nil},
		{"trailing bracket", `["a"] ]`, nil},
		{"duplicate", `{"a":"b","a":"c"}`, nil},
		{"truncated", `{"a":"b"`, nil},
		{"bad UTF-8", "[\"a\xff\"]", nil},
		{"lone surrogate", `["\ud83d"]`, nil},
		{"looks like one", `[EMAIL_1]`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, leaf := range Leaves(c.text) {
				got = append(got, leaf.Text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("leaves of %s (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

// A placeholder put over a value at any depth leaves the documents valid and
// everything else as it was.
func TestLeafRange(t *testing.T) {
	const secret = "Ann \"é\" 🗼\n"
	for depth := 1; depth <= MaxLeafDepth+1; depth++ {
		text := mustJSON(t, map[string]any{"who": "before " + secret + "after"})
		for range depth - 1 {
			text = mustJSON(t, map[string]any{"arguments": text, "n": 1})
		}
		leaves := Leaves(text)
		if len(leaves) != 1 {
			t.Fatalf("depth %d: %d leaves", depth, len(leaves))
		}
		leaf := leaves[0]
		if depth > MaxLeafDepth {
			if leaf.Depth != MaxLeafDepth || !looksLikeDocument(leaf.Text) {
				t.Errorf("looked deeper than %d: %q", MaxLeafDepth, leaf.Text)
			}
			continue
		}
		at := strings.Index(leaf.Text, secret)
		start, end := leaf.Range(at, at+len(secret))
		masked := string(Splice(nil, []byte(text), []Edit{{start, end, []byte("[NAME_1]")}}))
		want := strings.Replace(mustJSON(t, map[string]any{"who": "before [NAME_1]after"}), secret, "", 1)
		for range depth - 1 {
			want = mustJSON(t, map[string]any{"arguments": want, "n": 1})
		}
		if masked != want {
			t.Errorf("depth %d: %s, want %s", depth, masked, want)
		}
		restored := Splice(nil, []byte(masked), []Edit{{start, start + len("[NAME_1]"), AppendEscaped(nil, secret, leaf.Depth)}})
		if string(restored) != text {
			t.Errorf("depth %d: restored to %s, want %s", depth, restored, text)
		}
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func FuzzLeaves(f *testing.F) {
	f.Add(`{"a":"b","c":["d"]}`)
	f.Add(`{"a":"{\"b\":\"\\ud83d\\ude00\"}"}`)
	f.Add(`["\u005b\"x\"\u005d"]`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, leaf := range Leaves(text) {
			start, end := leaf.Range(0, len(leaf.Text))
			got := text[start:end]
			for range leaf.Depth {
				var inner string
				if err := json.Unmarshal([]byte(`"`+got+`"`), &inner); err != nil {
					t.Fatalf("%q: leaf %q maps to %q: %v", text, leaf.Text, text[start:end], err)
				}
				got = inner
			}
			if got != leaf.Text {
				t.Fatalf("%q: leaf %q maps to %q", text, leaf.Text, got)
			}
		}
	})
}
