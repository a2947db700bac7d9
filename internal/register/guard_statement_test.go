// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestStatementOfApplicability(t *testing.T) {
	w := newWorld(t)
	ann, bob, cleo := w.person("ann", "aims_manager"), w.person("bob", "top_management"), w.person("cleo", "risk_manager")
	statement := w.create(ann, "statement", kind.Values{"title": "Statement of applicability", "standard": "ISO/IEC 42001:2023"})
	if says := w.refused(ann, statement, "complete", nil); !strings.Contains(says, "Not decided yet, 38 of 38: A.2.2") {
		t.Errorf("complete without decisions: %s", says)
	}
	if n, err := w.StartStatement(t.Context(), ann); err != nil || n != 38 {
		t.Fatalf("%d decisions began, %v", n, err)
	}
	if n, err := w.StartStatement(t.Context(), ann); err != nil || n != 0 {
		t.Errorf("again %d, %v", n, err)
	}
	risk := w.create(ann, "risk", kind.Values{"title": "Names leave", "controls": []string{"A.9.2"}})
	rows, err := w.Reader().All(t.Context(), "statement_row")
	if err != nil || rows[0].Title() != "A.2.2 AI policy" {
		t.Fatalf("%v, %v", rows, err)
	}
	included := kind.Values{"decision": "included", "why": "Names of customers stand in four of our systems", "risks": []string{risk.ID.String()}}
	for _, row := range rows {
		row, err := w.Change(t.Context(), ann, row.ID, register.Input{Version: row.Version, Values: kind.Values{"owner": ann.Person.String()}})
		if err != nil {
			t.Fatal(err)
		}
		switch row.Values.Text("control") {
		case "A.9.2":
			if says := w.refused(ann, row, "decide", kind.Values{"decision": "excluded", "why": "We do not use any system in this way at all"}); !strings.Contains(says, "R-001 is reduced by it") {
				t.Errorf("excluded though a risk needs it: %s", says)
			}
			if says := w.refused(ann, row, "decide", kind.Values{"decision": "included", "why": "Best practice, required by the standard", "risks": []string{risk.ID.String()}}); !strings.Contains(says, "would fit any organisation") {
				t.Errorf("a stock reason: %s", says)
			}
			if says := w.refused(ann, row, "decide", kind.Values{"decision": "included", "why": "Names of customers stand in four systems"}); !strings.Contains(says, "none is named") {
				t.Errorf("no source: %s", says)
			}
		case "A.10.4":
			w.move(ann, row, "decide", kind.Values{"decision": "excluded", "why": "We have no customers to whom we pass AI on"})
			continue
		}
		w.move(ann, row, "decide", included)
	}
	statement = w.move(ann, statement, "complete", nil)
	if n := len(statement.Values.Rows("rows")); n != 38 {
		t.Fatalf("%d rows were frozen", n)
	}
	if says := w.refused(ann, statement, "check", nil); !strings.Contains(says, "You made the move") {
		t.Errorf("checked by who completed it: %s", says)
	}
	statement = w.move(bob, w.move(cleo, statement, "check", nil), "approve", nil)
	other := statement.Values.Clone()
	other.Rows("rows")[0]["decision"] = "excluded"
	if digest, err := statement.Kind.Digest(other); err != nil || digest == statement.Approval.Digest {
		t.Errorf("the approval does not bind the frozen decisions: %v", err)
	}
	statement = w.move(ann, statement, "put_in_force", nil)
	if n, err := w.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
	w.create(cleo, "treatment", kind.Values{"title": "Tell customers", "option": "modify", "controls": []string{"A.10.4"}, "risks": []string{risk.ID.String()}})
	if n, err := w.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	statement, err = w.view(ann, time.Time{}).Record(t.Context(), statement.ID)
	if err != nil || statement.State != "drifting" || statement.InForce == nil {
		t.Errorf("an excluded control is used: %+v, %v", statement, err)
	}
	found, err := register.CheckStatement(t.Context(), w.Reader(), statement)
	if err != nil || len(found) != 1 || found[0].Control != "A.10.4" || found[0].Says != "is excluded, but T-001 uses it" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestImpactLevel(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "impact_lead")
	system, err := w.Create(t.Context(), register.Program, "system", register.Input{Values: kind.Values{"name": "Triage"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		values kind.Values
		level  any
	}{
		"unfinished":         {kind.Values{"criticality": "high"}, nil},
		"highest answer":     {kind.Values{"criticality": "low", "sensitivity": "medium", "autonomy": "low", "scale": "low"}, "medium"},
		"vulnerable people":  {kind.Values{"criticality": "low", "sensitivity": "low", "autonomy": "low", "scale": "low", "vulnerable": true}, "high"},
		"high-risk use":      {kind.Values{"criticality": "low", "sensitivity": "low", "autonomy": "low", "scale": "low", "restricted": "high_risk"}, "high"},
		"lowered":            {kind.Values{"criticality": "high", "sensitivity": "low", "autonomy": "low", "scale": "low", "lowered": "low", "lowered_why": "A toy", "lowered_by": ann.Person.String()}, "low"},
		"lowered to nothing": {kind.Values{"criticality": "low", "sensitivity": "low", "autonomy": "low", "scale": "low", "lowered": "medium", "lowered_why": "A toy", "lowered_by": ann.Person.String()}, "low"},
	} {
		test.values["title"], test.values["system"] = name, system.ID.String()
		if r := w.create(ann, "impact", test.values); r.Values["level"] != test.level {
			t.Errorf("%s: %v, want %v", name, r.Values["level"], test.level)
		}
	}
}
