// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestOverrides: an approved override passes exactly the guards it names, once, until
// its end; guards whose source allows none are never passed.
func TestOverrides(t *testing.T) {
	rules, faults := rulesWith("testdata/kinds")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		move     string
		guards   []string
		of       string // the move the override was asked for; move when empty
		days     int    // until its end
		wait     int    // days that pass
		approved bool
		passes   bool
	}{
		"approved":              {move: "one", guards: []string{"a"}, days: 10, approved: true, passes: true},
		"on its last day":       {move: "one", guards: []string{"a"}, days: 10, wait: 10, approved: true, passes: true},
		"expired":               {move: "one", guards: []string{"a"}, days: 10, wait: 11, approved: true},
		"only asked for":        {move: "one", guards: []string{"a"}, days: 10},
		"of another guard":      {move: "one", guards: []string{"b"}, days: 10, approved: true},
		"of another move":       {move: "one", guards: []string{"a"}, of: "two", days: 10, approved: true},
		"both guards":           {move: "two", guards: []string{"b", "a"}, days: 10, approved: true, passes: true},
		"one guard of two":      {move: "two", guards: []string{"a"}, days: 10, approved: true},
		"a rule for bodies":     {move: "body", guards: []string{"a"}, days: 10, approved: true},
		"a rule of 42006":       {move: "aims_body", guards: []string{"a"}, days: 10, approved: true},
		"a rule for bodies too": {move: "mixed", guards: []string{"a", "b"}, days: 10, approved: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldOf(t, rules)
			ann, bob := w.person("ann", "aims_manager"), w.person("bob", "top_management")
			gate, err := w.Create(t.Context(), ann, "gate", register.Input{Values: kind.Values{"title": "Gate"}})
			if err != nil {
				t.Fatal(err)
			}
			of := c.of
			if of == "" {
				of = c.move
			}
			o, err := w.Create(t.Context(), ann, "override", register.Input{Values: kind.Values{
				"record": gate.Number(), "move": of, "guards": c.guards, "why": "Late", "measure": "Watch", "until": w.clock.Now().AddDate(0, 0, c.days).Format(time.DateOnly),
			}})
			if err != nil {
				t.Fatal(err)
			}
			if c.approved {
				if _, err := w.Move(t.Context(), bob, o.ID, "approve", register.Input{Version: 1, Reason: "Seen"}); err != nil {
					t.Fatal(err)
				}
			}
			w.clock.Advance(time.Duration(c.wait) * 24 * time.Hour)
			moved, err := w.Move(t.Context(), ann, gate.ID, c.move, register.Input{Version: 1})
			if !c.passes {
				if !errors.As(err, new(*register.Refused)) {
					t.Errorf("passed: %+v, %v", moved, err)
				}
				return
			}
			if err != nil || moved.Override != o.Number() {
				t.Fatalf("%+v, %v", moved, err)
			}
			used, err := w.view(ann, time.Time{}).Record(t.Context(), o.ID)
			if err != nil || used.State != "used" {
				t.Errorf("%+v, %v", used, err)
			}
			if moved, err = w.Move(t.Context(), ann, gate.ID, "shut", register.Input{Version: moved.Version}); err != nil {
				t.Fatal(err)
			}
			if _, err = w.Move(t.Context(), ann, gate.ID, c.move, register.Input{Version: moved.Version}); !errors.As(err, new(*register.Refused)) {
				t.Errorf("passed twice: %v", err)
			}
		})
	}
}
