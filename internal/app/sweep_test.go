// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestSweepWhenSomethingMayBeDue: a sweep reads the register again once a record was
// saved, and after a while in any case; in between it leaves it alone.
func TestSweepWhenSomethingMayBeDue(t *testing.T) {
	for name, later := range map[string]func(*testing.T, *App, *clock.Set){
		"a record was saved": func(t *testing.T, a *App, _ *clock.Set) {
			if _, err := (service{a}).AddSystem(t.Context(), control.NewSystem{Name: "Other", Owner: "other@example.com"}); err != nil {
				t.Error(err)
			}
		},
		"time passed": func(_ *testing.T, _ *App, c *clock.Set) { c.Advance(sweepAnyway) },
	} {
		t.Run(name, func(t *testing.T) {
			h, set := newHouse(t), clock.NewSet(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
			o := h.options()
			o.Clock = set
			a, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer h.close(a)
			system := ownerLeft(t, a)
			sweep := func(want string) {
				t.Helper()
				if err := a.sweepRegister(t.Context()); err != nil {
					t.Fatal(err)
				}
				if s, _ := a.roll.Snapshot().SystemBySlug(system); s.State != want {
					t.Errorf("the system is %s, want %s", s.State, want)
				}
			}
			set.Advance(14*24*time.Hour - time.Minute) // the grace period, but for a minute
			sweep("operating")
			set.Advance(2 * time.Minute)
			sweep("operating")
			later(t, a, set)
			sweep("suspended")
		})
	}
}

// ownerLeft is the slug of a system in operation whose owner just left.
func ownerLeft(t *testing.T, a *App) string {
	t.Helper()
	owner, err := a.register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "olga@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.register.SetUp(t.Context(), register.Program, "system", "operating", register.Input{
		Values: kind.Values{"name": "Letters", "owner": owner.ID.String()}, Reason: "For the test.",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.register.Move(t.Context(), register.For(counterfoil.ID(operator)), owner.ID, "leave", register.Input{Version: owner.Version, Reason: "Moved away."}); err != nil {
		t.Fatal(err)
	}
	return s.Values.Text("slug")
}
