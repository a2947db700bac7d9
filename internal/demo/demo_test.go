// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCalendar(t *testing.T) {
	for until, begin := range map[string]string{
		"2026-11-23": "2026-02-23", // a Monday: the history ends the day before
		"2026-11-24": "2026-02-23",
		"2026-11-29": "2026-02-23", // a Sunday is not over yet
		"2026-11-30": "2026-03-02",
	} {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			t.Fatal(err)
		}
		if got := newCalendar(day.Add(13 * time.Hour)).begin.Format(time.DateOnly); got != begin {
			t.Errorf("before %s it begins on %s, want %s", until, got, begin)
		}
	}
}

func TestMoments(t *testing.T) {
	c := newCalendar(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	for text, want := range map[string]string{
		"1 mon 00:00": "2026-02-23 00:00", "39 sun 17:05": "2026-11-22 17:05", "0 fri 09:00": "2026-02-20 09:00", "-1 fri 09:00": "2026-02-13 09:00", "91 tue 08:30": "2027-11-16 08:30",
	} {
		got, err := c.moment(text)
		if err != nil || got.Format("2006-01-02 15:04") != want {
			t.Errorf("%q is %s, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"", "1 mon", "mon 09:00", "1 monday 09:00", "1 mon 25:00", "x mon 09:00"} {
		if got, err := c.moment(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestLater(t *testing.T) {
	start := time.Date(2026, 3, 5, 10, 0, 0, 0, time.UTC) // a Thursday
	for text, want := range map[string]string{"": "2026-03-05 10:00", "0 11:00": "2026-03-05 11:00", "1": "2026-03-06 10:00", "2 08:15": "2026-03-09 08:15", "7": "2026-03-16 10:00"} {
		got, err := later(start, text)
		if err != nil || got.Format("2006-01-02 15:04") != want {
			t.Errorf("%q later is %s, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"x", "-1", "1 x"} {
		if got, err := later(start, text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestSequences(t *testing.T) {
	s := &Script{Sequences: map[string][]Act{
		"outer": {{Play: "inner", Plus: "1", With: map[string]any{"name": "$name", "list": "$list"}}},
		"inner": {{New: "person", As: "$name-2", Plus: "0 10:00", Set: map[string]any{"list": "$list", "text": "of $name", "none": "$none"}}},
	}}
	start := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	list, err := s.expand(Act{Play: "outer", Each: []map[string]any{{"name": "a", "list": []any{1, "x"}}, {"name": "b", "list": []any{}}}}, start)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if got, want := list[0].Set, (map[string]any{"list": []any{1, "x"}, "text": "of a"}); list[0].As != "a-2" || !cmp.Equal(got, want) {
		t.Errorf("%+v", list[0])
	}
	if got := list[1].at.Format("2006-01-02 15:04"); got != "2026-03-09 10:00" {
		t.Errorf("the second is at %s", got)
	}
	for _, act := range []Act{{Play: "nothing"}, {Play: "inner"}} {
		if list, err := s.expand(act, start); err == nil {
			t.Errorf("%+v became %+v", act, list)
		}
	}
}

// TestScript: what comes with the program can be planned; whether it can be played is
// tested where there is an engine.
func TestScript(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	c := newCalendar(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	events, err := s.plan(c, 1)
	if err != nil || len(events) < 1000 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	if last := events[len(events)-1].at; !last.Before(c.begin.AddDate(0, 0, 7*Weeks)) {
		t.Errorf("the last is at %s", last)
	}
	s.Acts = append(s.Acts, Act{At: "1 mon 09:00", Play: "hire", Each: []map[string]any{{"id": "x", "half of a text": nil}}})
	if _, err := s.plan(c, 1); err == nil {
		t.Error("a parameter that is none was taken")
	}
}

func TestTexts(t *testing.T) {
	s := &Script{Words: map[string][]string{"name": {"Ann"}}}
	chance := func() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
	if got, err := s.text([]Text{{Says: "Dear {name}, {name}"}}, chance()); err != nil || got != "Dear Ann, Ann" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.text([]Text{{Says: "Dear {nobody}"}}, chance()); err == nil {
		t.Errorf("%q has no words", got)
	}
}
