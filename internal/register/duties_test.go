// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestDuties(t *testing.T) {
	w := newWorld(t)
	asks, decides := w.person("asks", "aims_manager"), w.person("decides", "top_management")
	nobody := w.person("nobody")
	values := kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A weekly look", "until": "2026-03-20"}
	override, err := w.Create(t.Context(), asks, "override", register.Input{Values: values})
	if err != nil {
		t.Fatal(err)
	}
	duties := func(a register.Actor, at time.Time) []register.Duty {
		list, more, err := w.view(a, at).Duties(t.Context())
		if err != nil || more {
			t.Fatalf("%v, more %v", err, more)
		}
		return list
	}
	waits := func(a register.Actor) bool {
		for _, d := range duties(a, time.Time{}) {
			if d.Record.ID == override.ID {
				if d.Move == nil || d.Move.ID != "approve" || d.Role != a.Roles[0] || d.Due == nil {
					t.Errorf("the duty is %+v", d)
				}
				return true
			}
		}
		return false
	}
	if !waits(decides) {
		t.Error("a move for their role does not wait for them")
	}
	if waits(asks) {
		t.Error("a move waits for whoever may not make it: they wrote the version")
	}
	if list := duties(nobody, time.Time{}); len(list) != 0 {
		t.Errorf("somebody without a role has duties: %+v", list)
	}
	if list := duties(decides, w.clock.Now()); len(list) != 0 {
		t.Errorf("the past asks for moves: %+v", list)
	}
	if _, err := w.Move(t.Context(), decides, override.ID, "approve", register.Input{Version: 1, Reason: "Agreed"}); err != nil {
		t.Fatal(err)
	}
	if waits(decides) {
		t.Error("what was done still waits")
	}
}

// An owner's deadlines are duties 30 days ahead, and in the past too.
func TestDeadlinesAreDuties(t *testing.T) {
	w := newWorld(t)
	owner := w.person("owner", "risk_manager")
	row := func(control, due string) {
		_, err := w.Create(t.Context(), register.Program, "statement_row", register.Input{Values: kind.Values{"title": control, "control": control, "due": due, "owner": owner.Person.String()}})
		if err != nil {
			t.Fatal(err)
		}
	}
	row("A.5.2", "2026-03-20")
	row("A.5.3", "2027-03-20")
	due := func(at time.Time) (controls []string) {
		list, _, err := w.view(owner, at).Duties(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.Due != nil && d.Role == kind.RoleOwner {
				controls = append(controls, d.Record.Values.Text("control"))
			}
		}
		return controls
	}
	before := w.clock.Now()
	if got := due(time.Time{}); !slices.Equal(got, []string{"A.5.2"}) {
		t.Errorf("due within 30 days: %v", got)
	}
	w.clock.Advance(365 * 24 * time.Hour)
	if got := due(time.Time{}); !slices.Equal(got, []string{"A.5.2", "A.5.3"}) {
		t.Errorf("due a year later: %v", got)
	}
	if got := due(before); !slices.Equal(got, []string{"A.5.2"}) {
		t.Errorf("due as of then: %v", got)
	}
}
