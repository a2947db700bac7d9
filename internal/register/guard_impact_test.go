// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestConditionsArePutInForceAsDecided: what each condition became is added and is in
// force too; the condition itself keeps its words, and adding to it later needs no new
// decision.
func TestConditionsArePutInForceAsDecided(t *testing.T) {
	w := newWorld(t)
	lead := w.person("lead", "impact_lead", "aims_manager")
	row := func(condition, rule string) []map[string]any {
		r := map[string]any{"condition": condition}
		if rule != "" {
			r["became"], r["rule"] = "rule", rule
		}
		return []map[string]any{r}
	}
	system, err := w.Create(t.Context(), register.Program, "system", register.Input{Values: kind.Values{"name": "Letters"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.SetUp(t.Context(), register.Program, "impact", "approved", register.Input{Values: kind.Values{
		"title": "Letters", "system": system.ID.String(), "decision": "conditions", "reason_decided": "A person decides.", "conditions": row("A person reads each letter", ""),
	}})
	if err != nil {
		t.Fatal(err)
	}
	put := func(rows []map[string]any) error {
		next, err := w.Move(t.Context(), lead, r.ID, "put_in_force", register.Input{Version: r.Version, Values: kind.Values{"conditions": rows}})
		if err == nil {
			r = next
		}
		return err
	}
	for name, rows := range map[string][]map[string]any{
		"another wording": row("Somebody may read letters", "letters-read"), "one less": nil,
		"one more": append(row("A person reads each letter", "letters-read"), row("And more", "more")...),
	} {
		var refused *register.Refused
		if err := put(rows); !errors.As(err, &refused) || refused.Reasons[0].Guard != "approved" {
			t.Errorf("%s was put in force: %v", name, err)
		}
	}
	if err := put(row("A person reads each letter", "letters-read")); err != nil {
		t.Fatal(err)
	}
	if binds := r.InForce.Values.Rows("conditions"); len(binds) != 1 || binds[0]["condition"] != "A person reads each letter" || binds[0]["rule"] != "letters-read" {
		t.Errorf("in force: %v", binds)
	}
	next, err := w.Change(t.Context(), lead, r.ID, register.Input{Version: r.Version, Values: kind.Values{"conditions": row("A person reads each letter", "letters-read-twice")}})
	if err != nil || next.State != "in_force" || next.Approval == nil {
		t.Errorf("another rule for the same condition: %+v, %v", next, err)
	}
}
