// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// toyGuard finds <words> and, behind the word code, numbers. It stops on
// <stop>, keeps <keep> and numbers, masks everything else.
type toyGuard struct {
	decisions []decision
	scanned   int // bytes
	blind     bool
}

type decision struct {
	Key        Key
	Start, End int
	Value      string
	Action     Action
}

var (
	toyFinding = regexp.MustCompile(`<[^<>]*>|code ([0-9]+)`)
	toyOpen    = regexp.MustCompile(`<[^<>]*$|(c|co|cod|code|code )$|code ([0-9]+)$`)
)

func (g *toyGuard) Scan(dst []Found, text string, _ int) []Found {
	g.scanned += len(text)
	for _, at := range toyFinding.FindAllStringSubmatchIndex(text, -1) {
		f := Found{Start: at[0], End: at[1]}
		if at[2] >= 0 {
			f = Found{Start: at[2], End: at[3], Index: 1}
		}
		dst = append(dst, f)
	}
	return dst
}

func (g *toyGuard) Hold(text string, _ int) int {
	at := toyOpen.FindStringSubmatchIndex(text)
	switch {
	case at == nil || g.blind:
		return len(text)
	case at[4] >= 0: // the number only: the word before it is context
		return at[4]
	case text[at[0]] == '<':
		return at[0]
	default:
		return len(text)
	}
}

func (g *toyGuard) Decide(key Key, f Found, value string) Verdict {
	v := Verdict{Action: Replace, With: "[\"MASK\"]"}
	switch {
	case value == "<stop>":
		v = Verdict{Action: Stop}
	case value == "<keep>" || f.Index == 1:
		v = Verdict{Action: Keep}
	}
	g.decisions = append(g.decisions, decision{key, f.Start, f.End, value, v.Action})
	return v
}

func TestGuardActs(t *testing.T) {
	for _, c := range []struct {
		name      string
		text      string
		want      string
		decisions []decision
	}{
		{"nothing", "hello", "hello", nil},
		{"mask", "a <b> c", `a ["MASK"] c`, []decision{{0, 2, 5, "<b>", Replace}}},
		{"keep", "a <keep> c", "a <keep> c", []decision{{0, 2, 8, "<keep>", Keep}}},
		{"unfinished", "a <b", "a <b", nil},
		{"at the end", "a<b>", `a["MASK"]`, []decision{{0, 1, 4, "<b>", Replace}}},
		{"neighbours", "<a><keep><b>", `["MASK"]<keep>["MASK"]`, []decision{
			{0, 0, 3, "<a>", Replace}, {0, 3, 9, "<keep>", Keep}, {0, 9, 12, "<b>", Replace},
		}},
		{"by context", "the code 1234 is", "the code 1234 is", []decision{{0, 9, 13, "1234", Keep}}},
		{"around a placeholder", "x <to [EMAIL_1]> [EMAIL_1]", `x ["MASK"] ann@example.com`, []decision{
			{0, 2, 16, "<to [EMAIL_1]>", Replace},
		}},
		{"restored values are not inspected", "[TAG_1] [EMAIL_1]", "<stop> ann@example.com", nil},
		{"touching a placeholder", "[A<B_1] [EMAIL_1]<x>", `[A<B_1] ann@example.com["MASK"]`, []decision{
			{0, 17, 20, "<x>", Replace},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := testMap()
			m.Placeholder("TAG", "<stop>")
			for size := 1; size <= len(c.text); size++ {
				s := new(script)
				for rest := c.text; rest != ""; {
					n := min(size, len(rest))
					s.add(quotePlain, Segment{Text: rest[:n]})
					rest = rest[n:]
				}
				var got collector
				guard := new(toyGuard)
				if err := s.play(NewStream(m, guard), got.emit); err != nil {
					t.Fatal(err)
				}
				if text := s.texts(t, got.events)[0]; text != c.want {
					t.Errorf("pieces of %d: %q, want %q", size, text, c.want)
				}
				if diff := cmp.Diff(c.decisions, guard.decisions); diff != "" {
					t.Errorf("pieces of %d: decisions (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestGuardStops(t *testing.T) {
	type event = []Segment
	for _, c := range []struct {
		name   string
		events []event
		want   []string // texts of the emitted events
	}{
		{"in one event", []event{{{Text: "a "}}, {{Text: "b <stop>"}}, {{Text: "c"}}}, []string{"a "}},
		{"over events", []event{{{Text: "a "}}, {{Text: "b <st"}}, {{Text: "op"}}, {{Text: "> c"}}}, []string{"a "}},
		{"first event", []event{{{Text: "<stop>"}}}, nil},
		{"mask before", []event{{{Text: "<a> "}}, {{Text: "<stop>"}}}, []string{`["MASK"] `}},
		{"other text before, waiting", []event{
			{{Key: 1, Text: "[EMAIL_1] <b"}}, {{Key: 2, Text: "[EMA"}}, {{Key: 3, Text: "<stop>"}}, {{Key: 1, Text: ">"}},
		}, []string{"ann@example.com <b", "[EMA"}},
		{"other text waiting on both sides", []event{
			{{Key: 1, Text: "<b"}}, {{Key: 2, Text: "<st"}}, {{Key: 1, Text: "> c"}}, {{Key: 2, Text: "op>"}},
		}, []string{`["MASK"]`}},
		{"two stops", []event{
			{{Key: 1, Text: "a"}}, {{Key: 1, Text: "<stop"}}, {{Key: 2, Text: "<st"}}, {{Key: 2, Text: "op>"}}, {{Key: 1, Text: ">"}},
		}, []string{"a", "<stop"}},
		{"beside a text", []event{{{Key: 1, Text: "a"}}, {{Key: 1, Text: "b"}, {Key: 2, Text: "<stop>"}}}, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := new(script)
			for _, segments := range c.events {
				s.add(quotePlain, segments...)
			}
			var got collector
			stream := NewStream(testMap(), new(toyGuard))
			if err := s.play(stream, got.emit); !errors.Is(err, ErrStopped) {
				t.Fatalf("play = %v", err)
			}
			if err := stream.Flush(got.emit); !errors.Is(err, ErrStopped) || stream.Waiting() != 0 {
				t.Errorf("Flush = %v, %d waiting", err, stream.Waiting())
			}
			var texts []string
			for i := range got.events {
				one := &script{segments: s.segments[i : i+1]}
				for _, text := range one.texts(t, got.events[i:i+1]) {
					texts = append(texts, text)
				}
			}
			if diff := cmp.Diff(c.want, texts); diff != "" {
				t.Errorf("emitted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGuardStopsAtEnd(t *testing.T) {
	// The number might grow; only the end of the text decides it.
	guard := &stopNumbers{}
	stream := NewStream(testMap(), guard)
	var got collector
	s := new(script)
	s.add(quotePlain, Segment{Text: "the code "})
	s.add(quotePlain, Segment{Text: "12"})
	for i := range s.events {
		if err := stream.Push(s.events[i], s.segments[i], got.emit); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.End(0, got.emit); !errors.Is(err, ErrStopped) {
		t.Errorf("End = %v", err)
	}
	if len(got.events) != 1 {
		t.Errorf("%d events emitted, want 1", len(got.events))
	}
}

// A text that begins under the key of an ended one is another text.
func TestEndedTextIsForgotten(t *testing.T) {
	guard := new(toyGuard)
	stream := NewStream(testMap(), guard)
	var got collector
	s := new(script)
	for i, text := range []string{"<a> code ", "77 <b>", "<c"} {
		s.add(quotePlain, Segment{Text: text})
		if err := stream.Push(s.events[i], s.segments[i], got.emit); err != nil {
			t.Fatal(err)
		}
		if err := stream.End(0, got.emit); err != nil {
			t.Fatal(err)
		}
		if len(got.events) != i+1 {
			t.Errorf("%d events emitted after %d", len(got.events), i+1)
		}
	}
	want := []decision{{0, 0, 3, "<a>", Replace}, {0, 3, 6, "<b>", Replace}}
	if diff := cmp.Diff(want, guard.decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}

type stopNumbers struct{ toyGuard }

func (*stopNumbers) Decide(Key, Found, string) Verdict { return Verdict{Action: Stop} }

// A guard that holds nothing back sees the rest of a finding, once.
func TestGuardThatHoldsTooLittle(t *testing.T) {
	guard := &toyGuard{blind: true}
	s := new(script)
	for _, text := range []string{"a <b", "cd", "ef> g", " h"} {
		s.add(quotePlain, Segment{Text: text})
	}
	var got collector
	if err := s.play(NewStream(testMap(), guard), got.emit); err != nil {
		t.Fatal(err)
	}
	if text, want := s.texts(t, got.events)[0], `a <bcd["MASK"] g h`; text != want {
		t.Errorf("text is %q, want %q", text, want)
	}
	if diff := cmp.Diff([]decision{{0, 6, 9, "ef>", Replace}}, guard.decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}

// The window of a guard stays small however long the text is.
func TestGuardContextIsBounded(t *testing.T) {
	guard := new(toyGuard)
	s := new(script)
	const events = 2000
	for range events {
		s.add(quotePlain, Segment{Text: "some words é and 🗼 more "})
	}
	s.add(quotePlain, Segment{Text: "a code "})
	s.add(quotePlain, Segment{Text: "77 "})
	var got collector
	if err := s.play(NewStream(testMap(), guard), got.emit); err != nil {
		t.Fatal(err)
	}
	if most := (events + 2) * (contextBytes + 40); guard.scanned > most {
		t.Errorf("%d bytes scanned, want at most %d", guard.scanned, most)
	}
	start := len("a code ") + events*len("some words é and 🗼 more ")
	if diff := cmp.Diff([]decision{{0, start, start + 2, "77", Keep}}, guard.decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}

func TestGuardIsBounded(t *testing.T) {
	guard := new(toyGuard)
	stream := NewStream(testMap(), guard)
	var got collector
	s := new(script)
	s.add(quotePlain, Segment{Text: "<" + strings.Repeat("x", maxHeldText)})
	s.add(quotePlain, Segment{Text: "yz> <a>"})
	if err := s.play(stream, got.emit); err != nil {
		t.Fatal(err)
	}
	// The beginning is let go as it is; what comes later is judged again.
	want := "<" + strings.Repeat("x", maxHeldText) + `yz> ["MASK"]`
	if text := s.texts(t, got.events)[0]; text != want {
		t.Errorf("text ends in %q", text[maxHeldText-10:])
	}
}

// randomGuarded is a random text with findings.
func randomGuarded(r *rand.Rand, m *Map, stop bool) string {
	text := randomText(r, m)
	bits := []string{"<a>", "<é🗼>", "<", ">", "<keep>", "code 12 ", "code ", "7", "<[EMAIL_1]>", "[EMAIL_<x>1]"}
	if stop {
		bits = append(bits, "<stop>")
	}
	for range r.IntN(6) {
		text += bits[r.IntN(len(bits))] + randomText(r, m)
	}
	return text
}

// However the events cut the texts, a guard decides the same and the texts
// become the same as in one event.
func TestGuardSeesTheWhole(t *testing.T) {
	m := testMap()
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 11))
		texts := make(map[Key]string)
		whole := new(script)
		var segments []Segment
		for k := range 1 + r.IntN(3) {
			key := Key(k)
			texts[key] = randomGuarded(r, m, false)
			segments = append(segments, Segment{Key: key, Text: texts[key], Depth: evenDepth(key)})
		}
		whole.add(quotePlain, segments...)
		cut := randomScript(r, texts, evenDepth)

		wantTexts, wantDecisions := playGuarded(t, whole, m)
		gotTexts, gotDecisions := playGuarded(t, cut, m)
		if diff := cmp.Diff(wantTexts, gotTexts); diff != "" {
			t.Fatalf("seed %d: texts (-whole +cut):\n%s\nevents %q", seed, diff, cut.events)
		}
		if diff := cmp.Diff(wantDecisions, gotDecisions); diff != "" {
			t.Fatalf("seed %d: decisions (-whole +cut):\n%s\nevents %q", seed, diff, cut.events)
		}
	}
}

// playGuarded returns the resulting texts and the decisions of each.
func playGuarded(t *testing.T, s *script, m *Map) (map[Key]string, map[Key][]decision) {
	t.Helper()
	var got collector
	guard := new(toyGuard)
	if err := s.play(NewStream(m, guard), got.emit); err != nil {
		t.Fatal(err)
	}
	if len(got.events) != len(s.events) {
		t.Fatalf("%d events in, %d out", len(s.events), len(got.events))
	}
	decisions := make(map[Key][]decision)
	for _, d := range guard.decisions {
		decisions[d.Key] = append(decisions[d.Key], d)
	}
	texts := s.texts(t, got.events)
	for key, text := range texts {
		if text == "" {
			delete(texts, key)
		}
	}
	return texts, decisions
}

// A stop lets out exactly the events before the one in which it begins.
func TestGuardStopsAtTheRightEvent(t *testing.T) {
	m := testMap()
	stopped := 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 13))
		texts := map[Key]string{0: randomGuarded(r, m, true), 1: randomGuarded(r, m, true)}
		s := randomScript(r, texts, evenDepth)
		var got collector
		guard := new(toyGuard)
		err := s.play(NewStream(m, guard), got.emit)
		want := len(s.events)
		for _, d := range guard.decisions {
			if d.Action == Stop {
				want = min(want, s.eventOf(d.Key, d.Start))
			}
		}
		if stops := want < len(s.events); stops != errors.Is(err, ErrStopped) {
			t.Fatalf("seed %d: stop decided %v, error %v", seed, stops, err)
		}
		if len(got.events) != want {
			t.Fatalf("seed %d: %d events emitted, want %d", seed, len(got.events), want)
		}
		if err != nil {
			stopped++
		}
	}
	if stopped < 200 {
		t.Errorf("only %d streams stopped", stopped)
	}
}

// eventOf returns the index of the event that holds an offset of a text.
func (s *script) eventOf(key Key, offset int) int {
	end := 0
	for i, segments := range s.segments {
		for _, g := range segments {
			if g.Key == key {
				if end += len(g.Text); end > offset {
					return i
				}
			}
		}
	}
	return len(s.events)
}

// literalGuard finds one literal.
type literalGuard struct {
	literal string
	verdict Verdict
}

func (g literalGuard) Scan(dst []Found, text string, _ int) []Found {
	if at := strings.Index(text, g.literal); at >= 0 {
		dst = append(dst, Found{Start: at, End: at + len(g.literal)})
	}
	return dst
}

func (g literalGuard) Hold(text string, _ int) int {
	for n := min(len(g.literal)-1, len(text)); n > 0; n-- {
		if strings.HasSuffix(text, g.literal[:n]) {
			return len(text) - n
		}
	}
	return len(text)
}

func (g literalGuard) Decide(Key, Found, string) Verdict { return g.verdict }

// A finding that cuts placeholders takes the whole of them with it.
func TestGuardCutsPlaceholders(t *testing.T) {
	const text = "a [EMAIL_1], [NAME_1] b"
	mask, stop := Verdict{Action: Replace, With: "***"}, Verdict{Action: Stop}
	for _, c := range []struct {
		literal string
		verdict Verdict
		want    string
		emitted int // bytes, one event each, when the stream stops
	}{
		{"1], x", mask, "a ann@example.com, " + `Ann "$1" O\Neil` + "\nJr.\t b", 0},
		{"1], [N", mask, "a *** b", 0},
		{"a [EM", mask, "***, " + `Ann "$1" O\Neil` + "\nJr.\t b", 0},
		{"_1] b", mask, "a ann@example.com, ***", 0},
		{"1], [N", Verdict{}, "a ann@example.com, " + `Ann "$1" O\Neil` + "\nJr.\t b", 0},
		{"1], [N", stop, "a ", 2},
		{", [N", stop, "a ann@example.com", 11},
	} {
		s := new(script)
		for i := range len(text) {
			s.add(quotePlain, Segment{Text: text[i : i+1]})
		}
		var got collector
		err := s.play(NewStream(testMap(), literalGuard{c.literal, c.verdict}), got.emit)
		if errors.Is(err, ErrStopped) != (c.verdict == stop) {
			t.Fatalf("%q: %v", c.literal, err)
		}
		if c.verdict == stop {
			if len(got.events) != c.emitted {
				t.Errorf("%q: %d events emitted, want %d", c.literal, len(got.events), c.emitted)
			}
			continue
		}
		if text := s.texts(t, got.events)[0]; text != c.want {
			t.Errorf("%q: %q, want %q", c.literal, text, c.want)
		}
	}
}
