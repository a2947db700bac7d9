// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

func (w *world) create(a register.Actor, kindID string, values kind.Values) *register.Record {
	w.Helper()
	r, err := w.Create(w.Context(), a, kindID, register.Input{Values: values})
	if err != nil {
		w.Fatalf("create %s: %v", kindID, err)
	}
	return r
}

func (w *world) move(a register.Actor, r *register.Record, move string, values kind.Values) *register.Record {
	w.Helper()
	next, err := w.Move(w.Context(), a, r.ID, move, register.Input{Version: r.Version, Values: values, Reason: "As agreed"})
	if err != nil {
		w.Fatalf("%s of %s: %v", move, r.Number(), err)
	}
	return next
}

// refused makes a move that must not be possible, and returns the reasons.
func (w *world) refused(a register.Actor, r *register.Record, move string, values kind.Values) string {
	w.Helper()
	_, err := w.Move(w.Context(), a, r.ID, move, register.Input{Version: r.Version, Values: values, Reason: "As agreed"})
	var refused *register.Refused
	if !errors.As(err, &refused) {
		w.Fatalf("%s of %s was not refused by a guard: %v", move, r.Number(), err)
	}
	return err.Error()
}

// method puts a risk method in force whose bands are those suggested.
func (w *world) method(risk, top register.Actor) *register.Record {
	w.Helper()
	var likelihood, impact []map[string]any
	scales := standard.Risks().Scales
	for level := int64(1); level <= 5; level++ {
		likelihood = append(likelihood, map[string]any{"level": level, "title": fmt.Sprint("Level ", level), "meaning": scales.Likelihood[level]})
		impact = append(impact, map[string]any{"level": level, "organisation": scales.Impact["organisation"][level], "individuals": scales.Impact["individuals"][level], "society": scales.Impact["society"][level]})
	}
	m := w.create(risk, "method", kind.Values{
		"title": "Five by five", "likelihood": likelihood, "impact": impact, "severe_people": true,
		"bands": []map[string]any{
			{"band": "low", "from": int64(1), "accepts": []string{"system_owner"}, "days": int64(730)},
			{"band": "medium", "from": int64(5), "accepts": []string{"risk_manager"}, "days": int64(365)},
			{"band": "high", "from": int64(10), "accepts": []string{"top_management"}, "days": int64(365)},
			{"band": "very_high", "from": int64(15), "accepts": []string{"top_management"}, "days": int64(90)},
		},
	})
	return w.move(risk, w.move(top, m, "approve", nil), "put_in_force", nil)
}

func TestRiskFromLibraryToAcceptance(t *testing.T) {
	w := newWorld(t)
	ann, bob, cleo := w.person("ann", "risk_manager"), w.person("bob", "top_management"), w.person("cleo", "system_owner", "risk_manager")
	library, _ := standard.Risks().Risk("R-01")
	values, fixed := register.LibraryRisk(library)
	values["owner"], values["assessor"] = cleo.Person.String(), cleo.Person.String()
	r, err := w.Create(t.Context(), cleo, "risk", register.Input{Values: values, Fixed: fixed})
	if err != nil || !r.Values.Truth("template") || r.Values["level"] != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	if says := w.refused(cleo, r, "analyse", nil); !strings.Contains(says, "still that of the starter library") {
		t.Errorf("a copy can be analysed: %s", says)
	}
	r, err = w.Change(t.Context(), cleo, r.ID, register.Input{Version: r.Version, Values: kind.Values{"cause": "Claims staff paste letters into the chat", "impact_individuals": int64(5), "likelihood": int64(1)}})
	if err != nil || r.Values.Truth("template") {
		t.Fatalf("%+v, %v", r, err)
	}
	r = w.move(cleo, r, "analyse", nil)
	if says := w.refused(cleo, r, "evaluate", kind.Values{"priority": "now"}); !strings.Contains(says, "No risk method is in force") {
		t.Errorf("evaluated without a method: %s", says)
	}
	w.method(ann, bob)
	r = w.move(cleo, r, "evaluate", kind.Values{"priority": "now"})
	if r.Values["level"] != int64(5) || r.Values["band"] != "high" || r.Values.Text("method") != "M-001, version 2" {
		t.Errorf("rated %v %v by %v", r.Values["level"], r.Values["band"], r.Values["method"])
	}
	r = w.move(cleo, r, "choose", kind.Values{"option": "modify", "controls": []string{"A.9.2"}, "compared": true, "due": "2026-04-01"})
	if says := w.refused(ann, r, "treat", nil); !strings.Contains(says, "No approved treatment") {
		t.Errorf("treated without a plan: %s", says)
	}
	plan := w.create(ann, "treatment", kind.Values{"title": "Mask names", "option": "modify", "controls": []string{"A.9.2"}, "risks": []string{r.ID.String()}, "owner": ann.Person.String(), "due": "2026-04-01", "action": "Switch the rule on"})
	if says := w.refused(ann, plan, "approve", nil); !strings.Contains(says, "somebody else has to do this") {
		t.Errorf("approved by its owner: %s", says)
	}
	plan = w.move(ann, w.move(bob, plan, "approve", nil), "start", nil)
	r = w.move(ann, r, "treat", nil)
	plan = w.move(ann, plan, "finish", kind.Values{"proof": "Rule pii-mask is enforced since today"})
	if says := w.refused(cleo, r, "verify", residual(1, 2)); !strings.Contains(says, "not verified yet") {
		t.Errorf("verified before its treatment: %s", says)
	}
	w.move(cleo, plan, "verify", kind.Values{"effect": "No name left in two weeks"})
	r = w.move(cleo, r, "verify", residual(2, 3))
	if says := w.refused(cleo, r, "accept", kind.Values{"acceptance": "Masked", "expires": "2026-12-01"}); !strings.Contains(says, "You are named as") {
		t.Errorf("accepted by its assessor: %s", says)
	}
	if says := w.refused(bob, r, "accept", kind.Values{"acceptance": "Masked", "expires": "2026-12-01"}); !strings.Contains(says, "can be accepted by: risk manager") {
		t.Errorf("accepted by a role the method does not name: %s", says)
	}
	if says := w.refused(ann, r, "accept", kind.Values{"acceptance": "Masked", "expires": "2028-12-01"}); !strings.Contains(says, "365 days at most") {
		t.Errorf("accepted for too long: %s", says)
	}
	r = w.move(ann, r, "accept", kind.Values{"acceptance": "Masked", "expires": "2026-12-01"})
	if r.InForce == nil || r.Dues[0].ID != "expires" {
		t.Errorf("accepted: %+v", r)
	}
	w.clock.Advance(300 * 24 * time.Hour)
	if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if r, err = w.view(ann, time.Time{}).Record(t.Context(), r.ID); err != nil || r.State != "identified" || r.Move != "expire" || !r.Actor.IsZero() {
		t.Errorf("after its acceptance ended: %+v, %v", r, err)
	}
}

func residual(likelihood, impact int64) kind.Values {
	return kind.Values{"residual_likelihood": likelihood, "residual_organisation": impact, "residual_individuals": impact, "residual_society": int64(1)}
}

func TestAnotherMethodReopensRisks(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "risk_manager"), w.person("bob", "top_management")
	m := w.method(ann, bob)
	values, _ := register.LibraryRisk(&standard.Risks().Risks[0])
	values["cause"], values["assessor"] = "Ours", ann.Person.String()
	r := w.move(ann, w.move(ann, w.create(ann, "risk", values), "analyse", nil), "evaluate", kind.Values{"priority": "soon"})
	if n, err := w.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("swept %d under the same method, %v", n, err)
	}
	w.move(ann, m, "supersede", nil)
	w.method(ann, bob)
	if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if r, err := w.view(ann, time.Time{}).Record(t.Context(), r.ID); err != nil || r.State != "identified" || r.Move != "rerate" {
		t.Errorf("after the method changed: %+v, %v", r, err)
	}
}
