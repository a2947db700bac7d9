// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// onTrial is a system its owner tries, with whoever may renew that.
type onTrial struct {
	*world
	owner, manager register.Actor
	system         *register.Record
}

func newTrial(t *testing.T) *onTrial {
	w := newWorld(t)
	x := &onTrial{world: w, owner: w.person("olga", "risk_manager"), manager: w.person("mia", "aims_manager")}
	r, err := w.Create(t.Context(), x.manager, "system", register.Input{Values: kind.Values{"name": "Letters", "owner": x.owner.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	x.system = r
	return x
}

// allow makes a move that says how long the trial runs, in days from now.
func (x *onTrial) allow(who register.Actor, move string, days int) error {
	values := kind.Values{"pilot_until": x.clock.Now().AddDate(0, 0, days).Format(time.DateOnly), "pilot_requests_per_day": int64(10), "pilot_people": int64(2)}
	r, err := x.Move(x.Context(), who, x.system.ID, move, register.Input{Version: x.system.Version, Values: values, Reason: "More to see"})
	if err == nil {
		x.system = r
	}
	return err
}

func (x *onTrial) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

func (x *onTrial) refused(err error, guard string) {
	x.Helper()
	var refused *register.Refused
	if !errors.As(err, &refused) || !slices.ContainsFunc(refused.Reasons, func(r register.Reason) bool { return r.Guard == guard }) {
		x.Errorf("not refused by %s: %v", guard, err)
	}
}

// runs tells whether the trial lets requests pass now.
func (x *onTrial) runs() bool {
	r, err := x.Reader().Record(x.Context(), x.system.ID)
	x.must(err)
	x.system = r
	trial, ok := register.TrialOf(r)
	return ok && x.clock.Now().Before(trial.Until)
}

// TestTrialIsRenewedBySomebodyElse: the owner allows one trial; what comes after is
// allowed by others, and all of it ends within 90 days.
func TestTrialIsRenewedBySomebodyElse(t *testing.T) {
	x := newTrial(t)
	x.must(x.allow(x.owner, "trial", 30))
	x.refused(x.allow(x.owner, "trial", 30), "first")
	x.refused(x.allow(x.owner, "renew_trial", 30), "apart_owner")
	_, err := x.Change(t.Context(), x.owner, x.system.ID, register.Input{Version: x.system.Version, Values: kind.Values{"pilot_until": "2030-01-01"}})
	if f, ok := fault.As(err); !ok || f.Fields["pilot_until"] == "" {
		t.Errorf("the end was typed over: %v", err)
	}
	for range 2 {
		x.clock.Advance(29 * 24 * time.Hour)
		x.must(x.allow(x.manager, "renew_trial", 30))
	}
	if !x.runs() {
		t.Error("a renewed trial does not run")
	}
	x.clock.Advance(29 * 24 * time.Hour)
	x.refused(x.allow(x.manager, "renew_trial", 10), "total")
	x.must(x.allow(x.manager, "renew_trial", 3))
	x.clock.Advance(4 * 24 * time.Hour)
	if x.runs() {
		t.Error("a trial runs after 90 days")
	}
}

// TestSevereIncidentStopsTrial: as it stops a system in use, and nobody allows the trial
// again before the incident is contained.
func TestSevereIncidentStopsTrial(t *testing.T) {
	for _, state := range []string{"requested", "screened"} {
		x := newTrial(t)
		x.must(x.allow(x.owner, "trial", 30))
		if state == "screened" {
			values := kind.Values{
				"purpose": "Letters", "roles": []string{"uses"}, "users": "Ten", "affected": "Policyholders", "data_classes": []string{"internal"}, "autonomy": "low",
				"decides": "no", "reach": "low", "in_scope": "yes",
				"law": []map[string]any{
					{"question": "prohibited", "answer": "no", "basis": "Act"}, {"question": "high_risk", "answer": "no", "basis": "Act"}, {"question": "transparency", "answer": "no", "basis": "Act"},
				},
			}
			model, err := x.Create(t.Context(), register.Program, "model", register.Input{Values: kind.Values{"name": "Echo", "name_in_requests": "echo"}})
			x.must(err)
			values["models"] = []string{model.ID.String()}
			r, err := x.Change(t.Context(), x.manager, x.system.ID, register.Input{Version: x.system.Version, Values: values})
			x.must(err)
			x.system, err = x.Move(t.Context(), x.owner, r.ID, "screen", register.Input{Version: r.Version})
			x.must(err)
		}
		if _, err := x.Sweep(t.Context()); err != nil || !x.runs() {
			t.Fatalf("%s: it does not run to begin with: %v", state, err)
		}
		incident, err := x.SetUp(t.Context(), register.Program, "incident", "triaged", register.Input{Values: kind.Values{
			"title": "Letters of others", "known": "2026-03-02", "severity": "high", "systems": []string{x.system.ID.String()}, "owner": x.manager.Person.String(), "containment": "Stopped",
		}})
		x.must(err)
		if _, err := x.Sweep(t.Context()); err != nil || x.runs() {
			t.Fatalf("%s: it runs on beside a severe incident: %v", state, err)
		}
		if moved, err := x.Sweep(t.Context()); err != nil || moved != 0 {
			t.Errorf("%s: stopped again: %d, %v", state, moved, err)
		}
		if state != "requested" {
			continue
		}
		x.refused(x.allow(x.manager, "renew_trial", 5), "clear")
		_, err = x.Move(t.Context(), x.manager, incident.ID, "contain", register.Input{Version: incident.Version, Values: kind.Values{"containment": "Stopped"}})
		if err != nil {
			_, err = x.Move(t.Context(), register.Program, incident.ID, "contain", register.Input{Version: incident.Version, Values: kind.Values{"containment": "Stopped"}})
		}
		x.must(err)
		x.must(x.allow(x.manager, "renew_trial", 5))
		if !x.runs() {
			t.Error("it does not run after the incident was contained")
		}
	}
}
