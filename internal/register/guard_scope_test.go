// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// seen is use observed in a test.
type seen []register.Traffic

// Traffic implements register.Observed.
func (s seen) Traffic(context.Context, time.Time, time.Time) ([]register.Traffic, error) {
	return s, nil
}

// scoped is an organisation with one system inside and one outside.
type scoped struct {
	*world
	in, out *register.Record
	values  kind.Values
}

func newScoped(t *testing.T) *scoped {
	w := newWorld(t)
	owner := w.person("owner")
	system := func(name string) *register.Record {
		return w.create(register.Program, "system", kind.Values{"name": name, "owner": owner.Person.String()})
	}
	s := &scoped{world: w, in: system("Letters"), out: system("Jokes")}
	if _, err := w.SetUp(t.Context(), register.Program, "appointment", "active", register.Input{Values: kind.Values{"role": "system_owner", "person": owner.Person.String()}}); err != nil {
		t.Fatal(err)
	}
	inside := func(column, name string) []map[string]any {
		return []map[string]any{{column: name, "decision": "in", "authority": true}}
	}
	s.values = kind.Values{
		"title": "Claims", "statement": "The use of AI in the claims unit in Basel", "certificate": "Use of AI in the claims unit, limited to letters",
		"org_roles": []string{"user"}, "units": inside("unit", "Claims"), "entities": inside("entity", "Northgate AG"), "hours": int64(100),
		"systems": []map[string]any{{"system": s.in.ID.String(), "decision": "in"}, {"system": s.out.ID.String(), "decision": "out", "reason": "For fun"}},
	}
	return s
}

func (s *scoped) row(system int, column string, value any) {
	s.values.Rows("systems")[system][column] = value
}

// findings are those that are covered, of the scope as it is described.
func (s *scoped) findings(observed register.Observed) []register.Finding {
	s.Helper()
	scope := s.create(register.Program, "scope", s.values)
	list, err := register.ScopeFindings(s.Context(), s.Reader(), scope, observed)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// inTier makes a system that the rules put in a tier.
func (s *scoped) inTier(tier string) counterfoil.ID {
	s.Helper()
	values := map[string]kind.Values{
		"low":  {"name": "Spelling", "autonomy": "low", "decides": "no", "reach": "low", "data_classes": []string{"public"}},
		"high": {"name": "Ranking", "autonomy": "high", "decides": "yes", "reach": "high", "data_classes": []string{"special"}, "vulnerable": true},
	}
	r := s.create(register.Program, "system", values[tier])
	if r.Values.Text("tier") != tier {
		s.Fatalf("tier %q instead of %q: %s", r.Values.Text("tier"), tier, r.Values.Text("levels_why"))
	}
	return r.ID
}

func TestScopeFindings(t *testing.T) {
	for id, test := range map[string]struct {
		level register.Level
		make  func(s *scoped) register.Observed
	}{
		"N1": {register.Block, func(s *scoped) register.Observed {
			return seen{{System: s.in.ID, Unit: "Claims", Interactions: 90, People: 5}, {System: s.out.ID, Unit: "Claims", Interactions: 10, People: 1}}
		}},
		"N2": {register.Warn, func(s *scoped) register.Observed {
			for i, name := range []string{"Inside", "Outside"} {
				system := s.create(register.Program, "system", kind.Values{"name": name, "data_classes": []string{"public", "personal"}})
				s.row(i, "system", system.ID.String())
			}
			return nil
		}},
		"N3": {register.Block, func(s *scoped) register.Observed { s.row(1, "persons", true); return nil }},
		"N4": {register.Block, func(s *scoped) register.Observed { s.row(0, "depends", "IT"); return nil }},
		"N5": {register.Warn, func(s *scoped) register.Observed {
			return seen{{System: s.in.ID, Unit: "Claims", Interactions: 900, People: 1}, {System: s.out.ID, Unit: "Sales", Interactions: 9, People: 5}}
		}},
		"N6": {register.Warn, func(s *scoped) register.Observed {
			for i, tier := range []string{"low", "high"} {
				s.row(i, "system", s.inTier(tier).String())
			}
			return nil
		}},
		"N7": {register.Block, func(s *scoped) register.Observed {
			if _, err := s.SetUp(s.Context(), register.Program, "system", "requested", register.Input{Values: kind.Values{"name": "Own bot", "roles": []string{"develops"}}}); err != nil {
				s.Fatal(err)
			}
			all, err := s.Reader().All(s.Context(), "system")
			if err != nil {
				s.Fatal(err)
			}
			s.row(0, "system", all[len(all)-1].ID.String())
			return nil
		}},
		"N8": {register.Warn, func(s *scoped) register.Observed {
			s.values["products"] = []map[string]any{{"product": "Quick answer", "promised": true, "decision": "out", "reason": "New"}}
			return nil
		}},
		"N9": {register.Block, func(s *scoped) register.Observed {
			s.values["discovered"] = []map[string]any{{"what": "A chat", "since": "2026-01-01"}}
			return nil
		}},
		"N10": {register.Warn, func(s *scoped) register.Observed { s.values["gateway"] = s.in.ID.String(); return nil }},
		"B1":  {register.Block, func(s *scoped) register.Observed { s.values["hours"] = int64(1); return nil }},
		"B3": {register.Block, func(s *scoped) register.Observed {
			s.values.Rows("units")[0]["authority"] = false
			return nil
		}},
		"B4": {register.Block, func(s *scoped) register.Observed {
			operating, err := s.SetUp(s.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Mail"}})
			if err != nil {
				s.Fatal(err)
			}
			s.row(0, "system", operating.ID.String())
			return seen{}
		}},
		"B5": {register.Warn, func(*scoped) register.Observed { return seen{} }},
		"B6": {register.Warn, func(s *scoped) register.Observed {
			s.create(register.Program, "obligation", kind.Values{"title": "Data protection", "source": "law", "regime": "Data protection"})
			return nil
		}},
		"B7": {register.Warn, func(s *scoped) register.Observed { s.values["statement"] = "All AI activities worldwide"; return nil }},
		"B8": {register.Block, func(s *scoped) register.Observed { s.values["stage1"] = "2026-04-01"; return nil }},
		"C1": {register.Warn, func(s *scoped) register.Observed { s.values["org_roles"] = []string{"producer"}; return nil }},
		"C2": {register.Warn, func(s *scoped) register.Observed { s.values["certificate"] = "Use of AI for letters"; return nil }},
		"C3": {register.Warn, func(s *scoped) register.Observed {
			s.values["products"] = []map[string]any{{"product": "Letter writer", "decision": "in"}}
			s.values["certificate"] = "Use of AI in Letter writer only"
			return nil
		}},
	} {
		t.Run(id, func(t *testing.T) {
			is := func(f register.Finding) bool { return f.ID == id && f.Level == test.level }
			if id != "N10" { // of an organisation that names no gateway, it is found already
				if list := newScoped(t).findings(nil); slices.ContainsFunc(list, is) {
					t.Fatalf("found without a cause: %+v", list)
				}
			}
			s := newScoped(t)
			observed := test.make(s)
			list := s.findings(observed)
			i := slices.IndexFunc(list, is)
			if i < 0 || list[i].Text == "" || !slices.Contains(list[i].Resolve, "accept") {
				t.Fatalf("not found: %+v", list)
			}
			s.values["accepted"] = []map[string]any{{"finding": id, "reason": "Known to us"}}
			list = s.findings(observed)
			if i := slices.IndexFunc(list, is); list[i].Accepted != "Known to us" || list[i].Blocks() {
				t.Errorf("an accepted finding: %+v", list[i])
			}
		})
	}
}

// TestOwnersOfAScope: a month after a scope was begun, its systems have owners who
// accepted that role.
func TestOwnersOfAScope(t *testing.T) {
	s := newScoped(t)
	nobody := s.create(register.Program, "system", kind.Values{"name": "Chat"})
	s.row(1, "system", nobody.ID.String())
	s.row(1, "decision", "in")
	scope := s.create(register.Program, "scope", s.values)
	b2 := func(f register.Finding) bool {
		return f.ID == "B2" && f.Blocks() && len(f.Records) == 1 && f.Records[0].ID == nobody.ID
	}
	for _, found := range []bool{false, true} {
		list, err := register.ScopeFindings(t.Context(), s.Reader(), scope, nil)
		if err != nil || slices.ContainsFunc(list, b2) != found {
			t.Errorf("found %v: %+v, %v", !found, list, err)
		}
		s.clock.Advance(31 * 24 * time.Hour)
	}
}

// TestUnseenIsNoPass: what takes traffic to tell is not covered without any.
func TestUnseenIsNoPass(t *testing.T) {
	list := newScoped(t).findings(nil)
	for _, id := range []string{"N1", "N5", "B4", "B5"} {
		if !slices.ContainsFunc(list, func(f register.Finding) bool {
			return f.ID == id && f.Level == register.NotCovered && !f.Blocks() && f.Text != ""
		}) {
			t.Errorf("%s is not said to be not covered: %+v", id, list)
		}
	}
}

// TestAppointmentsOfferEveryRole that there is.
func TestAppointmentsOfferEveryRole(t *testing.T) {
	rules, _ := rulesOnce()
	k, err := rules.kinds.Kind("appointment")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := k.Field("role")
	var offered []string
	for _, o := range f.Options {
		offered = append(offered, o.ID)
	}
	if want := standard.ISO42001().RoleIDs(); !slices.Equal(offered, want) {
		t.Errorf("offered %v, want %v", offered, want)
	}
}
