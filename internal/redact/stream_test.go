// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// restoredAt is what a whole text at a depth becomes.
func restoredAt(m *Map, text string, depth int) string {
	var out []byte
	done := 0
	for _, r := range m.Restore(text) {
		out = append(out, text[done:r.Start]...)
		times := depth - 1
		if depth > 1 {
			var n nesting
			n.read(text[:r.Start])
			times += n.deeper()
		}
		out = AppendEscaped(out, r.Value, times)
		done = r.End
	}
	return string(append(out, text[done:]...))
}

// checkStream plays a script and compares the outcome with the whole texts.
func checkStream(t *testing.T, m *Map, s *script, depth func(Key) int) {
	t.Helper()
	var got collector
	stream := NewStream(m, nil)
	if err := s.play(stream, got.emit); err != nil {
		t.Fatal(err)
	}
	if len(got.events) != len(s.events) || stream.Waiting() != 0 {
		t.Fatalf("%d events in, %d out, %d waiting", len(s.events), len(got.events), stream.Waiting())
	}
	for key, text := range stream.texts {
		if len(text.changes) > 0 {
			t.Fatalf("text %d remembers %d changes", key, len(text.changes))
		}
	}
	in, out := s.texts(t, s.events), s.texts(t, got.events)
	places := 0
	for key, text := range in {
		if want := restoredAt(m, text, depth(key)); out[key] != want {
			t.Fatalf("text %d\n    %q became\n    %q, want\n    %q\nin events %q", key, text, out[key], want, s.events)
		}
		places += len(m.Restore(text))
	}
	if stream.Restored() != places {
		t.Fatalf("Restored = %d, want %d", stream.Restored(), places)
	}
	for i, touched := range touchedEvents(m, s) {
		if !touched && !bytes.Equal(got.events[i], s.events[i]) {
			t.Fatalf("event %d changed without need\n    from %q\n    to   %q", i, s.events[i], got.events[i])
		}
	}
}

// touchedEvents says which events of a script hold part of a live placeholder.
func touchedEvents(m *Map, s *script) []bool {
	touched := make([]bool, len(s.events))
	whole := make(map[Key]string)
	for _, segments := range s.segments {
		for _, g := range segments {
			whole[g.Key] += g.Text
		}
	}
	at := make(map[Key]int)
	for i, segments := range s.segments {
		for _, g := range segments {
			start, end := at[g.Key], at[g.Key]+len(g.Text)
			at[g.Key] = end
			for _, r := range m.Restore(whole[g.Key]) {
				touched[i] = touched[i] || r.Start < end && start < r.End
			}
		}
	}
	return touched
}

func evenDepth(k Key) int { return 1 + int(k)%2 }

func TestStreamEqualsWhole(t *testing.T) {
	m := testMap()
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		texts := make(map[Key]string)
		for k := range 1 + r.IntN(4) {
			texts[Key(k)] = randomText(r, m)
		}
		checkStream(t, m, randomScript(r, texts, evenDepth), evenDepth)
	}
}

// Every way to cut a text with a placeholder into two and three events.
func TestStreamEveryBorder(t *testing.T) {
	m := testMap()
	text := "é [EMAIL_1][NAME_1] 🗼[EMAIL_12"
	var borders []int
	for i := range text {
		borders = append(borders, i)
	}
	borders = append(borders, len(text))
	for _, depth := range []int{1, 2} {
		for i, a := range borders {
			for _, b := range borders[i:] {
				s := new(script)
				for _, piece := range []string{text[:a], text[a:b], text[b:]} {
					s.add(quotePlain, Segment{Text: piece, Depth: depth})
				}
				checkStream(t, m, s, func(Key) int { return depth })
			}
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add(uint64(1), "to [EMAIL_1] and [NAME_1]", "{\"a\":\"[CITY_1]\"}")
	f.Add(uint64(2), "[EMAIL_[EMAIL_12][", "🗼\\\"[LOOP_1]")
	f.Fuzz(func(t *testing.T, seed uint64, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		r := rand.New(rand.NewPCG(seed, 9))
		checkStream(t, testMap(), randomScript(r, map[Key]string{0: a, 1: b}, evenDepth), evenDepth)
	})
}

func TestStreamArgumentsStayJSON(t *testing.T) {
	m := testMap()
	arguments := mustJSON(t, map[string]any{"to": "[NAME_1]", "cc": []string{"x [EMAIL_1]", "[CITY_1]"}})
	for size := 1; size < len(arguments); size++ {
		s := new(script)
		for rest := arguments; rest != ""; {
			n := min(size, len(rest))
			s.add(quotePlain, Segment{Key: 5, Text: rest[:n], Depth: 2})
			rest = rest[n:]
		}
		var got collector
		if err := s.play(NewStream(m, nil), got.emit); err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			To string
			CC []string
		}
		if err := json.Unmarshal([]byte(s.texts(t, got.events)[5]), &parsed); err != nil {
			t.Fatalf("pieces of %d: %v", size, err)
		}
		name, _ := m.Lookup("[NAME_1]")
		city, _ := m.Lookup("[CITY_1]")
		if parsed.To != name || parsed.CC[0] != "x ann@example.com" || parsed.CC[1] != city {
			t.Fatalf("pieces of %d: %+v", size, parsed)
		}
	}
}

// What waits, step by step.
func TestStreamHoldsNoMoreThanNeeded(t *testing.T) {
	m := testMap()
	stream := NewStream(m, nil)
	var got collector
	s := new(script)
	for i, step := range []struct {
		key     Key
		text    string
		emitted int // in all, after this step
		waiting int
	}{
		{0, "Dear ", 1, 0},
		{0, "friend [", 1, 1},
		{0, "EMA", 1, 2},
		{1, "other text", 1, 3}, // waits for its turn only
		{0, "IL_1", 1, 4},
		{0, "]", 6, 0},
		{0, "[EMAIL_2", 7, 0}, // not live
		{0, "[x]", 8, 0},
		{0, "[NAM", 8, 1},
		{0, "ing]", 10, 0},
		{1, "[", 10, 1},
		{0, "[", 10, 2},
		{1, "]", 11, 2}, // the first one is free, the second still holds
	} {
		s.add(quotePlain, Segment{Key: step.key, Text: step.text})
		if err := stream.Push(s.events[i], s.segments[i], got.emit); err != nil {
			t.Fatal(err)
		}
		if len(got.events) != step.emitted || stream.Waiting() != step.waiting {
			t.Fatalf("step %d: %d emitted, %d waiting, want %d, %d", i, len(got.events), stream.Waiting(), step.emitted, step.waiting)
		}
	}
	if err := stream.End(0, got.emit); err != nil || stream.Waiting() != 0 {
		t.Fatalf("after End: %v, %d waiting", err, stream.Waiting())
	}
	want := map[Key]string{0: "Dear friend ann@example.com[EMAIL_2[x][NAMing][", 1: "other text[]"}
	if diff := cmp.Diff(want, s.texts(t, got.events)); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestStreamEventsWithoutText(t *testing.T) {
	stream := NewStream(testMap(), nil)
	var got collector
	s := new(script)
	s.add(quotePlain)
	s.add(quotePlain, Segment{Text: "[EMAIL"})
	s.add(quotePlain)
	s.add(quotePlain, Segment{Text: ""})
	for i := range s.events {
		if err := stream.Push(s.events[i], s.segments[i], got.emit); err != nil {
			t.Fatal(err)
		}
	}
	if len(got.events) != 1 || stream.Waiting() != 3 {
		t.Errorf("%d emitted, %d waiting, want 1, 3", len(got.events), stream.Waiting())
	}
	if err := stream.End(7, got.emit); err != nil || stream.Waiting() != 3 {
		t.Errorf("End of an unknown text: %v, %d waiting", err, stream.Waiting())
	}
	if err := stream.Flush(got.emit); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.events, got.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A held event does not hold forever: the limits on what waits let it go.
func TestStreamIsBounded(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name   string
		events int
		text   string
		pad    int
		most   int
	}{
		{"events", 3 * maxHeldEvents, "x", 0, maxHeldEvents},
		{"text", 300, long, 0, maxHeldText/1000 + 1},
		{"bytes", 30, "x", 1 << 20, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			stream := NewStream(testMap(), nil)
			var got collector
			s := new(script)
			s.add(quotePlain, Segment{Key: 1, Text: "[EMAIL_1"})
			for range c.events {
				s.add(quotePlain, Segment{Key: 2, Text: c.text})
				last := len(s.events) - 1
				s.events[last] = append(s.events[last], make([]byte, c.pad)...)
			}
			s.add(quotePlain, Segment{Key: 1, Text: "]"})
			for i := range s.events {
				if err := stream.Push(s.events[i], s.segments[i], got.emit); err != nil {
					t.Fatal(err)
				}
				if stream.Waiting() > c.most {
					t.Fatalf("%d events wait", stream.Waiting())
				}
			}
			if !bytes.Equal(bytes.Join(got.events, nil), bytes.Join(s.events, nil)) {
				t.Error("events differ")
			}
		})
	}
}

func TestStreamManyTexts(t *testing.T) {
	stream := NewStream(testMap(), nil)
	var got collector
	s := new(script)
	for k := range 5 * maxTexts {
		s.add(quotePlain, Segment{Key: Key(k), Text: "[EMAIL_1] ["})
		s.add(quotePlain, Segment{Key: Key(k), Text: "]"})
	}
	if err := s.play(stream, got.emit); err != nil {
		t.Fatal(err)
	}
	if len(stream.texts) > 2*maxTexts {
		t.Errorf("%d texts are remembered", len(stream.texts))
	}
	for k, text := range s.texts(t, got.events) {
		if text != "ann@example.com []" {
			t.Fatalf("text %d is %q", k, text)
		}
	}
}

func TestStreamErrorsOfEmitStay(t *testing.T) {
	broken := errors.New("client left")
	stream := NewStream(testMap(), nil)
	fail := func([]byte) error { return broken }
	s := new(script)
	s.add(quotePlain, Segment{Text: "hello [EMAIL_1]"})
	if err := stream.Push(s.events[0], s.segments[0], fail); !errors.Is(err, broken) {
		t.Errorf("Push = %v", err)
	}
	var got collector
	if err := stream.Push(s.events[0], s.segments[0], got.emit); !errors.Is(err, broken) {
		t.Errorf("second Push = %v", err)
	}
	if err := stream.End(0, got.emit); !errors.Is(err, broken) {
		t.Errorf("End = %v", err)
	}
	if err := stream.Flush(got.emit); !errors.Is(err, broken) {
		t.Errorf("Flush = %v", err)
	}
	if len(got.events) > 0 {
		t.Errorf("emitted %q after an error", got.events)
	}
}

func TestStreamsDoNotMix(t *testing.T) {
	a, b := NewMap(nil), NewMap(nil)
	a.Placeholder("EMAIL", "ann@example.com")
	b.Placeholder("EMAIL", "bob@example.com")
	s := new(script)
	s.add(quotePlain, Segment{Text: "to [EMA"})
	s.add(quotePlain, Segment{Text: "IL_1]"})
	for m, want := range map[*Map]string{a: "to ann@example.com", b: "to bob@example.com", NewMap(nil): "to [EMAIL_1]"} {
		var got collector
		if err := s.play(NewStream(m, nil), got.emit); err != nil {
			t.Fatal(err)
		}
		if text := s.texts(t, got.events)[0]; text != want {
			t.Errorf("text is %q, want %q", text, want)
		}
	}
}
