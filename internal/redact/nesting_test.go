// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNesting(t *testing.T) {
	for _, c := range []struct {
		text string // up to the place
		want int
	}{
		{``, 0},
		{`{"a":`, 0},
		{`{"a":"x`, 0},
		{`{"a":"\"x`, 0},               // a quotation mark in prose
		{`{"a":"he said \"x`, 0},       //
		{`{"a":"[NAME_1] said \"x`, 0}, // a placeholder is no array
		{`{"a":"{\"b\":\"x`, 1},
		{`{"a":"[\"x`, 1},
		{`{"a":" \n[ \n\t\"x`, 1},
		{`{"a":"[[1,2],\"x`, 1},
		{`{"a":"[1,\"x\",`, 0},
		{`{"a":"{\"b\":\"x\"}","c":"\"y`, 0}, // the next string is prose again
		{`{"a":"{\"b\":\"say \\\"x`, 1},
		{`{"a":"{\"b\":\"\\\\\",\"c\":\"x`, 1}, // a backslash before the end
		{`{"a":"{\"b\":\"\\\\\"}","c":"x`, 0},
		{`{"a":"{\"b\":\"{\\\"c\\\":\\\"x`, 2},
		{`{"a":"{\"b\":\"{\\\"c\\\":\\\"x\\\"}\",\"d\":\"y`, 1},
		{`{"a":"{\"b\":\"{\\\"c\\\":\\\"{\\\\\\\"d\\\\\\\":\\\\\\\"x`, 2}, // no deeper
		{`"]`, 0},
		{`\\\"{"\"[\"`, 0},
	} {
		var n nesting
		n.read(c.text)
		if got := n.deeper(); got != c.want {
			t.Errorf("at the end of %s: %d deeper, want %d", c.text, got, c.want)
		}
	}
}

func FuzzNesting(f *testing.F) {
	f.Add(`{"a":"{\"b\":\"{\\\"c\\\":\\\"x\\\"}\"}"}`)
	f.Add(`\\\"{"\"[\"[[[""`)
	f.Fuzz(func(t *testing.T, text string) {
		var whole, parts nesting
		whole.read(text)
		for i := range len(text) {
			parts.read(text[i : i+1])
		}
		if whole != parts {
			t.Errorf("%q: %+v at once, %+v byte by byte", text, whole, parts)
		}
		if d := whole.deeper(); d >= MaxLeafDepth {
			t.Errorf("%q: %d deeper", text, d)
		}
	})
}

// randomArguments returns a JSON document with placeholders in its strings,
// some of which are documents again.
func randomArguments(t *testing.T, r *rand.Rand, m *Map, depth int) any {
	entries := m.Entries()
	switch kind := r.IntN(6); {
	case kind == 0 && depth < MaxLeafDepth:
		inner := map[string]any{"to": randomArguments(t, r, m, depth+1), "n": 1}
		if r.IntN(2) == 0 {
			return mustJSON(t, inner)
		}
		indented, err := json.MarshalIndent(inner, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(indented)
	case kind == 1:
		return []any{randomArguments(t, r, m, depth), 7, nil}
	case kind == 2:
		return map[string]any{"x \"y\" \\": randomArguments(t, r, m, depth), "z": true}
	case kind == 3:
		return entries[r.IntN(len(entries))].Placeholder
	default:
		return "é \"" + entries[r.IntN(len(entries))].Placeholder + "\" \\"
	}
}

// restoredDeep restores in parsed arguments what the stream does in their text.
func restoredDeep(t *testing.T, m *Map, v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = restoredDeep(t, m, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = restoredDeep(t, m, v[k])
		}
	case string:
		if inner := parsed(v); strings.HasPrefix(v, "{") && inner != nil {
			return restoredDeep(t, m, inner)
		}
		text, _ := m.Restored(v)
		return text
	}
	return v
}

// unpacked parses documents in strings in a restored document.
func unpacked(v any, like any) any {
	switch like := like.(type) {
	case []any:
		v := v.([]any)
		for i := range v {
			v[i] = unpacked(v[i], like[i])
		}
	case map[string]any:
		if text, ok := v.(string); ok {
			v = parsed(text)
		}
		v, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		for k := range v {
			v[k] = unpacked(v[k], like[k])
		}
		return v
	}
	return v
}

func parsed(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// Values with quotation marks leave arguments valid at every depth.
func TestStreamNestedArguments(t *testing.T) {
	m := testMap()
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 17))
		arguments := mustJSON(t, map[string]any{"a": randomArguments(t, r, m, 1)})
		s := randomScript(r, map[Key]string{0: arguments}, func(Key) int { return 2 })
		var got collector
		if err := s.play(NewStream(m, nil), got.emit); err != nil {
			t.Fatal(err)
		}
		out := s.texts(t, got.events)[0]
		want := restoredDeep(t, m, parsed(arguments))
		if parsed(out) == nil {
			t.Fatalf("seed %d: %s became %s, which is not JSON", seed, arguments, out)
		}
		if diff := cmp.Diff(want, unpacked(parsed(out), want)); diff != "" {
			t.Fatalf("seed %d: %s (-want +got):\n%s", seed, arguments, diff)
		}
	}
}
