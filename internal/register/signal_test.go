// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// TestSignalsNeedRecords: in an empty register no signal passes, also none whose measure
// lets an empty population pass; all are measures of the catalogue.
func TestSignalsNeedRecords(t *testing.T) {
	w := newWorld(t)
	if len(register.Signals()) < 20 {
		t.Errorf("only %d signals", len(register.Signals()))
	}
	for _, id := range register.Signals() {
		if _, ok := standard.ISO42001().Signals[id]; !ok {
			t.Errorf("the catalogue has no %s", id)
		}
		reading, ok, err := w.Reader().Read(t.Context(), id)
		if err != nil || !ok || reading.Verdict != standard.VerdictNoData || len(reading.Behind) != 0 {
			t.Errorf("%s: %+v, %t, %v", id, reading, ok, err)
		}
	}
	if _, ok, err := w.Reader().Read(t.Context(), "pol.canary"); ok || err != nil {
		t.Errorf("the register answers a measure of the gateway: %v", err)
	}
}

// good are records with which a signal passes, and bad what makes it fail; "@name" in
// them stands for a record before.
type signalCase struct {
	good, bad []signalRecord
	value     string // with both
}

type signalRecord struct {
	as, kind, state string
	values          kind.Values
}

func TestSignals(t *testing.T) {
	someone := signalRecord{"someone", "person", "active", kind.Values{"name": "Ann", "email": "ann@northgate.example"}}
	supplier := signalRecord{"maker", "supplier", "approved", kind.Values{"title": "Maker", "provides": []string{"model"}, "provider": "maker", "training": "never", "storage_days": int64(0)}}
	model := signalRecord{"model", "model", "registered", kind.Values{"name": "M", "name_in_requests": "m", "supplier": "@maker"}}
	system := func(name, owner string) signalRecord {
		return signalRecord{name, "system", "operating", kind.Values{
			"name": name, "owner": owner, "in_scope": "yes", "roles": []string{"uses"}, "purpose": "Letters", "intended_use": "Letters", "users": "Ten", "affected": "Few",
			"data_classes": []string{"internal"}, "models": []string{"@model"}, "stage": "operation", "autonomy": "low", "decides": "no", "reach": "low",
		}}
	}
	letters, bare := system("letters", "@someone"), signalRecord{"bare", "system", "requested", kind.Values{"name": "Bare", "in_scope": "yes"}}
	impact := func(state string, all bool) signalRecord {
		v := kind.Values{"title": "Letters", "system": "@letters"}
		dimensions := []map[string]any{{"dimension": "fairness", "conclusion": "none"}}
		for _, d := range []string{"accountability", "transparency", "privacy", "safety", "finances", "access", "rights", "environment", "society"} {
			if all {
				dimensions = append(dimensions, map[string]any{"dimension": d, "conclusion": "none"})
			}
		}
		v["dimensions"] = dimensions
		return signalRecord{"impact", "impact", state, v}
	}
	risk := func(state string) signalRecord {
		return signalRecord{"risk", "risk", state, kind.Values{
			"title": "Harsh", "systems": []string{"@letters"}, "impacts": []string{"@impact"}, "expires": "2026-12-01",
			"residual_likelihood": int64(1), "residual_organisation": int64(1), "residual_individuals": int64(1), "residual_society": int64(1),
		}}
	}
	method := signalRecord{"", "method", "in_force", kind.Values{"title": "M", "severe_people": false, "bands": []map[string]any{{"band": "low", "from": int64(1), "accepts": []string{"risk_manager"}, "days": int64(365)}}}}
	base := []signalRecord{someone, supplier, model, letters}
	with := func(list []signalRecord, more ...signalRecord) []signalRecord {
		return append(slices.Clone(list), more...)
	}
	for id, c := range map[string]signalCase{
		"inv.complete":     {base, []signalRecord{bare}, "1 of 2"},
		"inv.owner_active": {with(base, signalRecord{"", "appointment", "active", kind.Values{"role": "system_owner", "person": "@someone"}}), []signalRecord{bare}, "1 of 2"},
		"resp.allocated":   {with(base, signalRecord{"", "responsibility", "accepted", kind.Values{"title": "Who", "system": "@letters"}}), []signalRecord{system("second", "@someone")}, "1 of 2"},
		"data.registered": {
			with(base, signalRecord{"", "dataset", "approved", kind.Values{"title": "D", "use": []string{"test"}, "systems": []string{"@letters"}, "origin": "Ours", "owner": "@someone", "rights": "Ours", "classes": []string{"internal"}, "keep_until": "2027-01-01"}}),
			[]signalRecord{{"", "dataset", "proposed", kind.Values{"title": "E", "use": []string{"test"}, "systems": []string{"@letters"}}}},
			"1 of 2",
		},
		"data.prepared": {
			[]signalRecord{{"", "dataset", "approved", kind.Values{"title": "D", "use": []string{"test"}, "preparation": "Split"}}},
			[]signalRecord{{"", "dataset", "proposed", kind.Values{"title": "E", "use": []string{"tuning"}, "preparation": "Split"}}},
			"1 of 2",
		},
		"aiia.fresh":             {with(base, impact("approved", true)), []signalRecord{bare}, "1 of 2"},
		"aiia.dimensions":        {with(base, impact("approved", true)), []signalRecord{impact("in_force", false)}, "1 of 2"},
		"aiia.linked":            {with(base, impact("approved", true), risk("identified")), []signalRecord{impact("in_force", false)}, "1 of 2"},
		"risk.fresh":             {with(base, impact("approved", true), risk("accepted")), []signalRecord{bare}, "1 of 2"},
		"risk.residual_accepted": {with(base, method, impact("approved", true), risk("accepted")), []signalRecord{risk("treating")}, "1 of 2"},
		"risk.actions_on_time":   {nil, with(base, impact("approved", true), risk("treating"), signalRecord{"", "treatment", "in_progress", kind.Values{"title": "T", "risks": []string{"@risk"}, "option": "modify", "due": "2026-02-20"}}), "0 of 1"},
		"soa.current":            {[]signalRecord{{"", "statement", "in_force", kind.Values{"title": "S", "standard": "ISO"}}}, nil, "yes"},
		"gov.commitment":         {[]signalRecord{someone, {"", "commitment", "current", kind.Values{"title": "C", "signatory": "@someone"}}}, nil, "yes"},
		"ctx.obligations": {
			with(base, signalRecord{"", "obligation", "applicable", kind.Values{"title": "O", "source": "law", "owner": "@someone", "systems": []string{"@letters"}}}),
			[]signalRecord{{"", "obligation", "identified", kind.Values{"title": "P", "source": "law"}}},
			"1 of 2",
		},
		"ctx.reviewed": {[]signalRecord{
			{"", "issue", "current", kind.Values{"title": "Heat", "topic": "climate"}},
			{"", "party", "current", kind.Values{"title": "Staff"}},
			{"", "scope", "in_force", kind.Values{"title": "All", "org_roles": []string{"user"}}},
		}, []signalRecord{{"", "issue", "review_due", kind.Values{"title": "Law"}}}, "no"},
		"comp.valid": {
			with(base, signalRecord{"", "competence", "confirmed", kind.Values{"title": "Reads", "person": "@someone", "until": "2026-09-01"}}),
			[]signalRecord{{"", "competence", "required", kind.Values{"title": "Writes", "person": "@someone"}}},
			"1 of 2",
		},
		"comp.effective": {
			[]signalRecord{{"", "training", "evaluated", kind.Values{"title": "T", "held": "2026-02-01", "effect": "Asked after a week"}}},
			[]signalRecord{{"", "training", "held", kind.Values{"title": "U", "held": "2026-02-01"}}},
			"1 of 2",
		},
		"msr.fresh": {
			[]signalRecord{{"", "measure", "in_force", kind.Values{"title": "M", "last": "2026-02-25", "findings": "Fine", "interval": int64(30)}}},
			[]signalRecord{{"", "measure", "in_force", kind.Values{"title": "N", "last": "2025-02-25", "findings": "Fine", "interval": int64(30)}}},
			"1 of 2",
		},
		"obj.measured": {
			[]signalRecord{{"m", "measure", "in_force", kind.Values{"title": "M", "last": "2026-02-25", "findings": "Fine", "interval": int64(30)}}, {"", "objective", "pursued", kind.Values{"title": "O", "due": "2026-12-01", "measures": []string{"@m"}}}},
			[]signalRecord{{"", "objective", "pursued", kind.Values{"title": "P", "due": "2026-12-01"}}},
			"1 of 2",
		},
		"sup.assessed":     {[]signalRecord{supplier}, []signalRecord{{"", "supplier", "restricted", kind.Values{"title": "R", "provides": []string{"model"}}}}, "1 of 2"},
		"data.no_training": {[]signalRecord{supplier}, []signalRecord{{"", "supplier", "in_use", kind.Values{"title": "R", "provides": []string{"model"}, "provider": "r", "training": "unknown"}}}, "1 of 2"},
		"inc.notified": {
			[]signalRecord{{"", "incident", "notified", kind.Values{"title": "I", "known": "2026-02-01", "duties": []map[string]any{{"duty": "people", "basis": "B", "told": "2026-02-03"}}}}},
			[]signalRecord{{"", "incident", "notified", kind.Values{"title": "J", "known": "2026-02-01", "duties": []map[string]any{{"duty": "authority_2", "basis": "B", "told": "2026-02-05"}, {"duty": "contract", "basis": "B"}}}}},
			"1 of 3",
		},
		"pol.exceptions_valid": {nil, []signalRecord{{"", "exception", "approved", kind.Values{"title": "E", "rule": "R", "why": "W", "instead": "I", "until": "2026-09-01"}}}, "0 of 1"}, // set up by the program: nobody allowed it
	} {
		t.Run(id, func(t *testing.T) {
			w := newWorld(t)
			names := map[string]string{}
			set := func(list []signalRecord) {
				for _, s := range list {
					values := kind.Values{}
					for field, v := range s.values {
						switch v := v.(type) {
						case string:
							if name, ok := strings.CutPrefix(v, "@"); ok {
								v = names[name]
							}
							values[field] = v
						case []string:
							ids := slices.Clone(v)
							for i := range ids {
								if name, ok := strings.CutPrefix(ids[i], "@"); ok {
									ids[i] = names[name]
								}
							}
							values[field] = ids
						default:
							values[field] = v
						}
					}
					r, err := w.SetUp(t.Context(), register.Program, s.kind, s.state, register.Input{Values: values})
					if err != nil {
						t.Fatalf("%s: %v", s.kind, err)
					}
					names[s.as] = r.ID.String()
				}
			}
			read := func() register.Reading {
				reading, ok, err := w.Reader().Read(t.Context(), id)
				if err != nil || !ok {
					t.Fatalf("%t, %v", ok, err)
				}
				return reading
			}
			set(c.good)
			if len(c.good) > 0 {
				if got := read(); got.Verdict != standard.VerdictPass || len(got.Behind) == 0 {
					t.Errorf("with what is good: %+v", got)
				}
			}
			set(c.bad)
			got := read()
			if got.Value != c.value || len(c.bad) > 0 && (got.Verdict != standard.VerdictFail || got.Behind[0].Good) {
				t.Errorf("with what is bad: %+v", got)
			}
		})
	}
}

// TestDraftsAreNotAssessed: an approval counts for the systems that were approved, not
// for those a draft names since.
func TestDraftsAreNotAssessed(t *testing.T) {
	w := newWorld(t)
	set := func(kindID, state string, v kind.Values) *register.Record {
		r, err := w.SetUp(t.Context(), register.Program, kindID, state, register.Input{Values: v})
		if err != nil {
			t.Fatalf("%s: %v", kindID, err)
		}
		return r
	}
	system := func(name string) *register.Record {
		return set("system", "requested", kind.Values{"name": name, "in_scope": "yes", "data_classes": []string{"internal"}, "autonomy": "low", "decides": "no", "reach": "low"})
	}
	assessed, other := system("Letters"), system("Notes")
	set("risk", "accepted", kind.Values{"title": "Harsh", "systems": []string{assessed.ID.String()}})
	set("impact", "in_force", kind.Values{"title": "Letters", "system": assessed.ID.String()})
	for kindID, v := range map[string]kind.Values{
		"risk": {"systems": []string{assessed.ID.String(), other.ID.String()}}, "impact": {"system": other.ID.String()},
	} {
		r, err := w.Reader().Last(t.Context(), kindID)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = w.Change(t.Context(), register.Program, r.ID, register.Input{Version: r.Version, Values: v}); err != nil || r.InForce == nil {
			t.Fatalf("%s: %+v, %v", kindID, r, err)
		}
	}
	for _, id := range []string{"risk.fresh", "aiia.fresh"} {
		reading, _, err := w.Reader().Read(t.Context(), id)
		if err != nil || reading.Value != "1 of 2" || reading.Behind[0].Record.ID != other.ID {
			t.Errorf("%s: %+v, %v", id, reading, err)
		}
	}
}

// TestGapItemsAreProposed: an item says what records show of its requirement, proposes
// nothing without one, and never more than they show.
func TestGapItemsAreProposed(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	a := w.create(ann, "gap_assessment", kind.Values{"title": "First", "owner": ann.Person.String(), "method": "Owners answer"})
	w.move(ann, a, "start", nil)
	item := w.item("5.1")
	if v := item.Values; v.Text("proposed") != "" || v.Rows("measured")[0]["verdict"] != "no_data" {
		t.Errorf("proposed without a record: %v", v)
	}
	signed, err := w.SetUp(t.Context(), register.Program, "commitment", "current", register.Input{Values: kind.Values{"title": "We mean it", "signatory": ann.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	item = w.move(ann, item, "measure", nil)
	v := item.Values
	if row := v.Rows("measured")[0]; row["verdict"] != "pass" || row["records"] != signed.Number() || row["record"] != signed.ID.String() || row["value"] != "yes" {
		t.Errorf("measured %v", row)
	}
	if v.Text("proposed") != "partly" || !strings.Contains(v.Text("proposed_why"), "1 of 4 questions") {
		t.Errorf("proposed %q: %s", v.Text("proposed"), v.Text("proposed_why"))
	}
	item = w.move(ann, item, "answer", kind.Values{"answer": "yes", "why": "It is signed, and they decide."})
	if item.Values.Text("result") != "yes" {
		t.Errorf("a yes with a signal that passes is %q", item.Values.Text("result"))
	}
	if got := w.move(ann, w.item("6.2"), "answer", kind.Values{"answer": "yes", "why": "So we say."}); got.Values.Text("result") != "partly" {
		t.Errorf("a yes with signals that show nothing is %q", got.Values.Text("result"))
	}
}
