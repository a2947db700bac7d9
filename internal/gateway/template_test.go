// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/redact"
)

const chunkHead, chunkTail = `data: {"choices":[{"index":0,"delta":{"content":"`, `"},"finish_reason":null}]}` + "\n\n"

func learned(t testing.TB) *template {
	t.Helper()
	raw := []byte(chunkHead + "first" + chunkTail)
	var tpl template
	at := len(chunkHead)
	tpl.learn(raw, []redact.Segment{{Key: 1, Text: "first", RawStart: at - 1, RawEnd: at + 6, Depth: 1}}, nil, dialect.Event{}, false)
	return &tpl
}

func TestTemplateTakesOnlyWhatDiffersInItsText(t *testing.T) {
	tests := map[string]struct {
		raw  string
		text string // "" when it must be read as any other event
	}{
		"another word":    {chunkHead + " second" + chunkTail, " second"},
		"not ASCII":       {chunkHead + "é€😀" + chunkTail, "é€😀"},
		"a placeholder":   {chunkHead + "[EMAIL_1]" + chunkTail, "[EMAIL_1]"},
		"empty":           {chunkHead + chunkTail, ""},
		"an escape":       {chunkHead + `a\nb` + chunkTail, ""},
		"a quote":         {chunkHead + `a","x":"b` + chunkTail, ""},
		"a control":       {chunkHead + "a\nb" + chunkTail, ""},
		"invalid UTF-8":   {chunkHead + "a\xffb" + chunkTail, ""},
		"another choice":  {strings.Replace(chunkHead, "0", "1", 1) + "x" + chunkTail, ""},
		"a finish reason": {chunkHead + "x" + strings.Replace(chunkTail, "null", `"stop"`, 1), ""},
		"cut":             {chunkHead, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, ok := learned(t).match([]byte(tc.raw))
			if ok != (tc.text != "") || ok && (s.Text != tc.text || tc.raw[s.RawStart:s.RawEnd] != `"`+tc.text+`"`) {
				t.Errorf("%v, %+v", ok, s)
			}
		})
	}
}

// FuzzTemplate holds that what the template takes is what reading would find.
func FuzzTemplate(f *testing.F) {
	f.Add("plain")
	f.Add(`a"b`)
	f.Add("\x7f\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		raw := chunkHead + text + chunkTail
		s, ok := learned(t).match([]byte(raw))
		if !ok {
			return
		}
		var d body.Doc
		if err := d.Walk([]byte(strings.TrimPrefix(strings.TrimSpace(raw), "data: "))); err != nil {
			t.Fatalf("took what cannot be read: %v", err)
		}
		want, err := json.Marshal(text)
		if got := d.Any("content"); err != nil || got != s.Text || got != text {
			t.Fatalf("took %q for %s", s.Text, want)
		}
	})
}
