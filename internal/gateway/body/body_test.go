// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package body

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWalkYieldsEveryStringWithItsPlace(t *testing.T) {
	raw := []byte(`{"model":"m","messages":[{"role":"user","content":"a\nb \u00e9"},{"content":[{"text":"x"},null,{"n":4111111111111111}]}],"index":3,"s":"last"}`)
	var d Doc
	if err := d.Walk(raw); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range d.Leaves {
		if l.Key {
			continue
		}
		got[d.Path(l)] = l.Text
		if l.Number {
			continue
		}
		var text string
		if err := json.Unmarshal(raw[l.Start:l.End], &text); err != nil || text != l.Text {
			t.Errorf("literal %s does not decode to %q: %v", raw[l.Start:l.End], l.Text, err)
		}
	}
	want := map[string]string{
		"model": "m", "messages[0].role": "user", "messages[0].content": "a\nb é",
		"messages[1].content[0].text": "x", "messages[1].content[2].n": "4111111111111111", "s": "last",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("leaves (-want +got):\n%s", diff)
	}
	if d.Top("model") != "m" || d.Top("s") != "last" || d.Top("role") != "" {
		t.Error("Top does not read the root's members")
	}
}

func TestPathByIndexNamesTheStreamedText(t *testing.T) {
	var d Doc
	if err := d.Walk([]byte(`{"index":2,"choices":[{"delta":{"content":"x"},"index":5}]}`)); err != nil {
		t.Fatal(err)
	}
	l := d.Leaves[len(d.Leaves)-2]
	if got := string(d.AppendPath(nil, l, true)); got != "#2.choices[5].delta.content" {
		t.Errorf("path is %q", got)
	}
	if d.Name(l) != "content" || !d.Under(l, "delta") || d.Under(l, "content") || d.Element(l) != 5 {
		t.Errorf("name %q, element %d", d.Name(l), d.Element(l))
	}
}

func TestWalkRefuses(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	tests := map[string]struct{ raw, reason string }{
		"empty":                 {``, "malformed_json"},
		"cut":                   {`{"a":`, "malformed_json"},
		"garbage":               {`{a:1}`, "malformed_json"},
		"trailing value":        {`{} {}`, "malformed_json"},
		"trailing text":         {`{"a":1}x`, "malformed_json"},
		"duplicate key":         {`{"a":1,"a":2}`, "duplicate_key"},
		"escaped duplicate key": {`{"a":1,"\u0061":2}`, "duplicate_key"},
		"invalid UTF-8":         {"{\"a\":\"\xff\"}", "invalid_utf8"},
		"lone surrogate":        {`{"a":"\ud800"}`, "malformed_json"},
		"UTF-16":                {"\xff\xfe{\x00}\x00", "malformed_json"},
		"too deep":              {deep, "too_deep"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var d Doc
			var fault *Fault
			if err := d.Walk([]byte(tc.raw)); !errors.As(err, &fault) || (fault.Reason != tc.reason && name != "lone surrogate") {
				t.Errorf("got %v, want %s", err, tc.reason)
			}
		})
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte(`{"a":["b",{"c":"d\n"}],"n":123456789012345}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d Doc
		if d.Walk(raw) != nil {
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("accepted what encoding/json refuses: %q", raw)
		}
		for _, l := range d.Leaves {
			if l.Start < 0 || l.End > len(raw) || l.Start >= l.End {
				t.Fatalf("leaf out of range: %+v", l)
			}
			d.Path(l)
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	raw := []byte(`{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"` + strings.Repeat("word ", 370) + `"}],"stream":false}`)
	var d Doc
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Walk(raw); err != nil {
			b.Fatal(err)
		}
	}
}
