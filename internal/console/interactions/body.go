// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// Limits of what one page shows of stored text; the rest is in the export of the
// payload. Characters.
const (
	unitLimit  = 8_000
	wholeLimit = 40_000
	unitsLimit = 60
)

// bodyView is one side of an interaction: what left, or what came back.
type bodyView struct {
	Summary string
	Missing string // why there is nothing to show
	Units   []unit
	Whole   *wholeBody
}

// unit is one text of a body, with its path in it.
type unit struct {
	Label string
	Text  part.TextView
}

type wholeBody struct {
	Label string
	Text  part.TextView
}

// viewBody shows the texts of a body first and the whole of it folded away.
func viewBody(body []byte) bodyView {
	v := bodyView{Whole: &wholeBody{
		Label: "The whole body, " + words.Counted(uint64(len(body)), "byte", "bytes"),
		Text:  viewText(string(body), wholeLimit, true),
	}}
	texts := textsOf(body)
	for i, t := range texts {
		if i == unitsLimit {
			v.Units = append(v.Units, unit{Text: part.TextView{Cut: words.Counted(uint64(len(texts)-unitsLimit), "more text is", "more texts are") + " in the whole body below."}})
			break
		}
		v.Units = append(v.Units, unit{words.Clip(t.path), viewText(t.text, unitLimit, false)})
	}
	if len(v.Units) == 0 {
		v.Units = []unit{{"", v.Whole.Text}}
		v.Whole = nil
	}
	return v
}

// placeholderForm is what redaction writes: [EMAIL_1].
var placeholderForm = regexp.MustCompile(`\[[A-Z][A-Z0-9_]{0,62}_[0-9]{1,9}\]`)

func viewText(text string, limit int, raw bool) part.TextView {
	v := part.TextView{Raw: raw}
	text = words.Visible(text)
	if n := utf8.RuneCountInString(text); n > limit {
		text = string([]rune(text)[:limit])
		v.Cut = "Cut after " + words.Number(limit) + " of " + words.Number(n) + " characters."
	}
	at := 0
	for _, m := range placeholderForm.FindAllStringIndex(text, -1) {
		if m[0] > at {
			v.Spans = append(v.Spans, part.Span{Text: text[at:m[0]]})
		}
		v.Spans = append(v.Spans, part.Span{Text: text[m[0]+1 : m[1]-1], Placeholder: true})
		at = m[1]
	}
	if at < len(text) {
		v.Spans = append(v.Spans, part.Span{Text: text[at:]})
	}
	return v
}

// found is one string in a body.
type found struct{ path, text string }

// textsOf lists the strings of a JSON body, or of an event stream with the pieces
// of each path joined. Anything else has none.
func textsOf(body []byte) []found {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '{' {
		var all []found
		collect(trimmed, func(f found) { all = append(all, f) })
		return all
	}
	return textsOfStream(body)
}

func textsOfStream(body []byte) []found {
	var order []string
	joined := make(map[string]*strings.Builder)
	for line := range bytes.Lines(body) {
		data, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:"))
		if !ok {
			continue
		}
		collect(bytes.TrimSpace(data), func(f found) {
			if joined[f.path] == nil {
				joined[f.path] = new(strings.Builder)
				order = append(order, f.path)
			}
			joined[f.path].WriteString(f.text)
		})
	}
	all := make([]found, len(order))
	for i, path := range order {
		all[i] = found{path, joined[path].String()}
	}
	return all
}

// labels are members whose strings say how a body is built, not what it says.
// They stay in the whole body.
var labels = []string{
	"role", "type", "model", "id", "object", "finish_reason", "stop_reason", "tool_call_id", "tool_use_id", "call_id",
	"system_fingerprint", "service_tier", "created", "media_type", "format", "strict", "signature", "obfuscation",
}

// collect calls each for every string of one JSON value that says something.
func collect(raw []byte, each func(found)) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) == nil {
		walk("", v, 0, each)
	}
}

func walk(path string, v any, depth int, each func(found)) {
	if depth > 64 {
		return
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			each(found{path, v})
		}
	case []any:
		for i, item := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), item, depth+1, each)
		}
	case map[string]any:
		for _, name := range sortedNames(v) {
			if slices.Contains(labels, name) {
				continue
			}
			walk(strings.TrimPrefix(path+"."+name, "."), v[name], depth+1, each)
		}
	}
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
