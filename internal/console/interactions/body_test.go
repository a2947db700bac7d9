// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/google/go-cmp/cmp"
)

func TestTextsOf(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []found
	}{
		"chat": {
			`{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"user","content":[{"type":"text","text":"there"}]}]}`,
			[]found{{"messages[0].content", "Hi"}, {"messages[1].content[0].text", "there"}},
		},
		"tool call": {
			`{"choices":[{"message":{"tool_calls":[{"id":"1","function":{"name":"find","arguments":"{\"q\":\"x\"}"}}]}}]}`,
			[]found{{"choices[0].message.tool_calls[0].function.arguments", `{"q":"x"}`}, {"choices[0].message.tool_calls[0].function.name", "find"}},
		},
		"stream": {
			"event: x\ndata: {\"delta\":{\"text\":\"[EM\"}}\n\ndata: {\"delta\":{\"text\":\"AIL_1]\"}}\n\ndata: [DONE]\n\n",
			[]found{{"delta.text", "[EMAIL_1]"}},
		},
		"not JSON": {"plain words", []found{}},
		"cut":      {`{"messages":[{"content":"half`, nil},
		"empty":    {"", []found{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, textsOf([]byte(c.body)), cmp.AllowUnexported(found{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViewText(t *testing.T) {
	v := viewText("To [EMAIL_1][IBAN_2]: [not one] [X_] [A_1", 100, false)
	want := []part.Span{{Text: "To ", Placeholder: false}, {Text: "EMAIL_1", Placeholder: true}, {Text: "IBAN_2", Placeholder: true}, {Text: ": [not one] [X_] [A_1", Placeholder: false}}
	if diff := cmp.Diff(want, v.Spans); diff != "" || v.Cut != "" {
		t.Errorf("%s, cut %q", diff, v.Cut)
	}
	long := viewText(strings.Repeat("ä", 50), 20, false)
	if long.Spans[0].Text != strings.Repeat("ä", 20) || long.Cut != "Cut after 20 of 50 characters." {
		t.Errorf("%+v", long)
	}
}

func FuzzViewBody(f *testing.F) {
	f.Add([]byte(`{"messages":[{"content":"[EMAIL_1]"}]}`))
	f.Add([]byte("data: {\"a\":\"b\"}\n\ndata: x"))
	f.Add([]byte(strings.Repeat(`{"a":`, 200)))
	f.Add([]byte(strings.Repeat(`[`, 20000)))
	f.Fuzz(func(t *testing.T, body []byte) {
		v := viewBody(body)
		if len(v.Units) == 0 {
			t.Error("nothing is shown")
		}
		for _, u := range v.Units {
			n := 0
			for _, s := range u.Text.Spans {
				if !utf8.ValidString(s.Text) {
					t.Errorf("%q is not UTF-8", s.Text)
				}
				n += utf8.RuneCountInString(s.Text)
			}
			if n > wholeLimit {
				t.Errorf("%d characters are shown", n)
			}
		}
	})
}
