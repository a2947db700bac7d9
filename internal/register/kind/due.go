// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Due is a computed date: when something has to be done with a record.
type Due struct {
	ID    string    `json:"id"` // of the deadline; "review" for the review
	Label string    `json:"label"`
	At    time.Time `json:"at"`
	Why   string    `json:"why"` // how it was computed, for people
}

// Moments are the times deadlines count from.
type Moments struct {
	Created time.Time
	State   time.Time            // when the present state was entered
	Moves   map[string]time.Time // when each move was last made
}

// Dues computes the deadlines that count in the scene's state, the earliest first.
func (k *Kind) Dues(s *Scene, m Moments) ([]Due, error) {
	var list []Due
	for i := range k.Deadlines {
		d := &k.Deadlines[i]
		if !slices.Contains(d.While, s.State) {
			continue
		}
		from, what := k.start(d, s, m)
		if from.IsZero() {
			continue // what it counts from has not happened
		}
		days, err := k.days(d.days, d.Days, s)
		if err != nil {
			return nil, fmt.Errorf("deadline %s of %s: %w", d.ID, k.ID, err)
		}
		list = append(list, Due{d.ID, d.Label, after(from, days, d.Working), because(days, d.Working, what, d.Tag)})
	}
	if r := k.Review; r != nil && slices.Contains(r.While, s.State) && !m.Moves[r.After].IsZero() {
		days, err := k.days(r.days, r.Days, s)
		if err != nil {
			return nil, fmt.Errorf("review of %s: %w", k.ID, err)
		}
		list = append(list, Due{"review", "Review", after(m.Moves[r.After], days, false), because(days, false, "the last approval", r.Tag)})
	}
	slices.SortStableFunc(list, func(a, b Due) int { return a.At.Compare(b.At) })
	return list, nil
}

// start is the moment a deadline counts from, and what that is.
func (k *Kind) start(d *Deadline, s *Scene, m Moments) (from time.Time, what string) {
	switch move, ok := strings.CutPrefix(d.From, "move:"); {
	case ok:
		return m.Moves[move], "“" + strings.ReplaceAll(move, "_", " ") + "”"
	case d.From == "created":
		return m.Created, "this was recorded"
	case d.From == "state":
		return m.State, "this state was entered"
	default:
		at, _ := time.Parse(time.DateOnly, s.Record.Text(d.From))
		what = "the day given"
		if f, known := k.Field(d.From); known {
			what += " as “" + f.Noun() + "”"
		}
		return at, what
	}
}

func (k *Kind) days(p cel.Program, fixed int, s *Scene) (int, error) {
	if p == nil {
		return fixed, nil
	}
	v, err := k.evaluate(p, s)
	if err != nil {
		return 0, err
	}
	n, ok := v.(types.Int)
	if !ok || n < 0 || n > 36_500 {
		return 0, fmt.Errorf("%v is no number of days", v)
	}
	return int(n), nil
}

func because(days int, working bool, what string, tag Tag) string {
	unit := "days"
	if working {
		unit = "working days"
	}
	if days == 0 {
		return fmt.Sprintf("%s [%s]", strings.ToUpper(what[:1])+what[1:], tag)
	}
	return fmt.Sprintf("%d %s after %s [%s]", days, unit, what, tag)
}

// after adds days; of working days, Saturdays and Sundays do not count.
func after(t time.Time, days int, working bool) time.Time {
	if !working {
		return t.AddDate(0, 0, days)
	}
	for days > 0 {
		t = t.AddDate(0, 0, 1)
		if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
			days--
		}
	}
	return t
}

// WorkingDaysBetween counts the working days after from up to and including to.
func WorkingDaysBetween(from, to time.Time) int {
	n := 0
	for t := from.AddDate(0, 0, 1); !t.After(to); t = t.AddDate(0, 0, 1) {
		if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
			n++
		}
	}
	return n
}
