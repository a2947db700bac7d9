// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// event is one thing at its time.
type event struct {
	at   time.Time
	what string // for messages
	do   func(*play) error
}

// timed is an act with its time found.
type timed struct {
	Act
	at time.Time
}

// plan puts everything in the order of time.
func (s *Script) plan(c calendar, seed uint64) ([]event, error) {
	var events []event
	for _, act := range s.Acts {
		start, err := c.moment(act.At)
		if err != nil {
			return nil, err
		}
		for _, given := range append(act.Each, act.With) {
			if unknown := s.unknown(act.Play, given); len(unknown) > 0 {
				return nil, fmt.Errorf("%s: sequence %s does not know %q", act.At, act.Play, unknown)
			}
		}
		list, err := s.expand(act, start)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", act.At, err)
		}
		for _, t := range list {
			events = append(events, event{t.at, t.name(), func(p *play) error { return p.act(&t.Act) }})
		}
	}
	for i := range s.Traffic {
		more, err := s.requests(c, &s.Traffic[i], seed)
		if err != nil {
			return nil, fmt.Errorf("traffic of %s: %w", s.Traffic[i].Key, err)
		}
		events = append(events, more...)
	}
	for day := c.begin; day.Before(c.begin.AddDate(0, 0, 7*Weeks)); day = day.AddDate(0, 0, 1) {
		events = append(events, event{day.Add(2 * time.Hour), "sweep", (*play).sweep})
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) })
	return events, nil
}

// name says which act of the script it is.
func (a *Act) name() string {
	for _, part := range []struct{ verb, what string }{
		{"new " + a.New, a.New}, {"change", a.Change}, {a.Move, a.Move}, {"key", a.Key}, {"revoke", a.Revoke}, {"erase", a.Erase}, {"found", a.Found}, {"password", a.Password}, {"view", a.View},
	} {
		if part.what != "" {
			return strings.TrimSpace(part.verb + " " + cmp.Or(a.As, a.Of, part.what) + " by " + cmp.Or(a.By, "the program"))
		}
	}
	return "statement"
}

// expand plays a sequence into its acts; any other act is itself.
func (s *Script) expand(act Act, start time.Time) ([]timed, error) {
	if act.Play == "" {
		return []timed{{act, start}}, nil
	}
	steps, ok := s.Sequences[act.Play]
	if !ok {
		return nil, fmt.Errorf("there is no sequence %q", act.Play)
	}
	each := act.Each
	if len(each) == 0 {
		each = []map[string]any{{}}
	}
	var list []timed
	for i, given := range each {
		given = merged(act.With, given)
		for _, step := range steps {
			filled, err := fill(step, given)
			if err != nil {
				return nil, fmt.Errorf("sequence %s: %w", act.Play, err)
			}
			if filled.Play != "" { // a sequence in a sequence knows what it was given
				filled.With = merged(given, filled.With)
			}
			t, err := later(start, filled.Plus)
			if err != nil {
				return nil, err
			}
			more, err := s.expand(filled, t.Add(time.Duration(i)*7*time.Minute))
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, nil
}

func merged(a, b map[string]any) map[string]any {
	m := map[string]any{}
	for _, from := range []map[string]any{a, b} {
		for k, v := range from {
			m[k] = v
		}
	}
	return m
}
