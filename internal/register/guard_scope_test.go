// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// seen is use observed in a test.
type seen []index.Use

// Used implements register.Observed.
func (s seen) Used(context.Context, time.Time, time.Time) ([]index.Use, error) {
	return s, nil
}

// Refused implements register.Observed.
func (s seen) Refused(context.Context, []string, time.Time, time.Time) ([]index.Refusals, error) {
	return nil, nil
}

// use is each of some people asking a system so many times; without people it is a program.
func use(system counterfoil.ID, each uint64, people ...counterfoil.ID) (list seen) {
	u := index.Use{System: system, Workload: true, Interactions: each, First: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli()}
	if u.Last = u.First; len(people) == 0 {
		return seen{u}
	}
	for _, u.Person = range people {
		u.Workload = false
		list = append(list, u)
	}
	return list
}

// staff are people of a unit.
func (s *scoped) staff(unit string, n int) (list []counterfoil.ID) {
	for i := range n {
		p := s.create(register.Program, "person", kind.Values{"name": "Somebody", "email": fmt.Sprintf("%s%d@northgate.example", strings.ToLower(unit), i), "unit": unit})
		list = append(list, p.ID)
	}
	return list
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
			people := s.staff("Claims", 5)
			return append(use(s.in.ID, 18, people...), use(s.out.ID, 10, people[0])...)
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
			return append(use(s.in.ID, 900, s.staff("Claims", 1)...), use(s.out.ID, 9, s.staff("Sales", 5)...)...)
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
			s.clock.Advance(92 * 24 * time.Hour)
			return seen{}
		}},
		"B5": {register.Warn, func(s *scoped) register.Observed {
			s.clock.Advance(92 * 24 * time.Hour)
			return seen{}
		}},
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

// one is the finding of a rule.
func one(t *testing.T, list []register.Finding, id string) register.Finding {
	t.Helper()
	i := slices.IndexFunc(list, func(f register.Finding) bool { return f.ID == id })
	if i < 0 {
		t.Fatalf("no rule %s in %+v", id, list)
	}
	return list[i]
}

// TestUseOutside: people of units outside, and what the program made for first
// attempts, are not held against a scope; programs are.
func TestUseOutside(t *testing.T) {
	for what, test := range map[string]struct {
		make  func(s *scoped) seen
		level register.Level
		value string
	}{
		"a unit outside":  {func(s *scoped) seen { return use(s.out.ID, 50, s.staff("Sales", 1)...) }, register.Pass, "0.0 %"},
		"a unit inside":   {func(s *scoped) seen { return use(s.out.ID, 10, s.staff("Claims", 1)...) }, register.Block, "9.1 %"},
		"a program":       {func(s *scoped) seen { return use(s.out.ID, 10) }, register.Block, "9.1 %"},
		"no known system": {func(*scoped) seen { return use(counterfoil.ID{}, 10) }, register.Block, "9.1 %"},
		"little":          {func(s *scoped) seen { return use(s.out.ID, 5, s.staff("Claims", 1)...) }, register.Pass, "4.8 %"},
		"the playground": {func(s *scoped) seen {
			made := s.create(register.Program, "system", kind.Values{"name": "Playground", "builtin": true})
			return use(made.ID, 50, s.staff("Claims", 1)...)
		}, register.Pass, "0.0 %"},
	} {
		t.Run(what, func(t *testing.T) {
			s := newScoped(t)
			n1 := one(t, s.findings(append(use(s.in.ID, 100, s.in.Owner()), test.make(s)...)), "N1")
			if n1.Level != test.level || n1.Value != test.value {
				t.Errorf("%+v", n1)
			}
		})
	}
}

// TestNewSystemsAreNotIdle: what began a while ago only cannot have been idle for 90
// days, and what is in operation since yesterday may not have been seen yet.
func TestNewSystemsAreNotIdle(t *testing.T) {
	s := newScoped(t)
	operating, err := s.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Mail"}})
	if err != nil {
		t.Fatal(err)
	}
	s.row(0, "system", operating.ID.String())
	for _, want := range []struct {
		days   int
		b4, b5 register.Level
	}{{0, register.Pass, register.Pass}, {31, register.Block, register.Pass}, {92, register.Block, register.Warn}} {
		s.clock.Advance(time.Duration(want.days) * 24 * time.Hour)
		list := s.findings(seen{})
		if b4, b5 := one(t, list, "B4"), one(t, list, "B5"); b4.Level != want.b4 || b5.Level != want.b5 {
			t.Errorf("after %d days: %+v, %+v", want.days, b4, b5)
		}
	}
}

// TestAlike: what a system outside shares with one inside is named, by the strongest
// of what is known; what is not known is no pass.
func TestAlike(t *testing.T) {
	both := func(s *scoped, in, out kind.Values) (a, b *register.Record) {
		in["name"], out["name"] = "Inside", "Outside"
		a, b = s.create(register.Program, "system", in), s.create(register.Program, "system", out)
		s.row(0, "system", a.ID.String())
		s.row(1, "system", b.ID.String())
		return a, b
	}
	personal, public := []string{"personal", "internal"}, []string{"public"}
	for what, test := range map[string]struct {
		make  func(s *scoped)
		level register.Level
		says  string
	}{
		"nothing known": {func(s *scoped) {}, register.NotCovered, "Which data they are given is not said: SYS-001, SYS-002."},
		"nothing alike": {func(s *scoped) { both(s, kind.Values{"data_classes": personal}, kind.Values{"data_classes": public}) }, register.Pass, ""},
		"both public":   {func(s *scoped) { both(s, kind.Values{"data_classes": public}, kind.Values{"data_classes": public}) }, register.Pass, ""},
		"a class": {
			func(s *scoped) { both(s, kind.Values{"data_classes": personal}, kind.Values{"data_classes": personal}) }, register.Warn,
			"SYS-004 shares with SYS-003 the data class personal data and internal",
		},
		"a data set": {func(s *scoped) {
			a, b := both(s, kind.Values{"data_classes": personal}, kind.Values{"data_classes": public})
			s.create(register.Program, "dataset", kind.Values{"title": "Claims", "use": []string{"prompt"}, "systems": []string{a.ID.String(), b.ID.String()}})
		}, register.Warn, "SYS-004 shares with SYS-003 the data set DS-001"},
		"a decision": {func(s *scoped) {
			both(s, kind.Values{"data_classes": personal, "decides": "prepares"}, kind.Values{"data_classes": public, "decides": "prepares"})
			s.row(0, "decides_on", "Payment of a claim")
			s.row(1, "decides_on", "payment of a claim ")
		}, register.Warn, "the decision “payment of a claim”"},
		"a decision that is not said": {func(s *scoped) {
			both(s, kind.Values{"data_classes": personal, "decides": "prepares"}, kind.Values{"data_classes": public})
		}, register.NotCovered, "Which decision they make or prepare is not said: SYS-003."},
	} {
		t.Run(what, func(t *testing.T) {
			s := newScoped(t)
			test.make(s)
			n2 := one(t, s.findings(nil), "N2")
			if n2.Level != test.level || !strings.Contains(n2.Text, test.says) || n2.Blocks() {
				t.Errorf("%+v", n2)
			}
		})
	}
}

// TestGatewayItself: naming any system does not do; the record has to name the log of
// this program, alone, and to fit, and its assessment has to be approved.
func TestGatewayItself(t *testing.T) {
	s := newScoped(t)
	s.Register.Log = "northgate.example/gw-1"
	n10 := func() register.Finding { return one(t, s.findings(nil), "N10") }
	if f := n10(); f.Level != register.Warn || !strings.Contains(f.Text, "names no AI system") {
		t.Errorf("%+v", f)
	}
	gateway := s.create(register.Program, "system", kind.Values{"name": "This gateway"})
	s.values["gateway"] = gateway.ID.String()
	if f := n10(); !strings.Contains(f.Text, "does not name the log of this gateway, northgate.example/gw-1, is not inside the scope, does not say that it is given personal data and has no approved impact assessment") {
		t.Errorf("%+v", f)
	}
	fit := s.create(register.Program, "system", kind.Values{"name": "This gateway too", "log": s.Register.Log, "data_classes": []string{"personal"}})
	delete(s.values, "gateway")
	if f := n10(); !strings.HasSuffix(f.Text, "Its log is named by "+fit.Number()+".") || len(f.Records) != 1 {
		t.Errorf("a record that is marked: %+v", f)
	}
	s.values["gateway"] = fit.ID.String()
	s.row(0, "system", fit.ID.String())
	s.create(register.Program, "impact", kind.Values{"title": "The gateway", "system": fit.ID.String()})
	if f := n10(); f.Text != fit.Number()+" stands for the gateway itself and has no approved impact assessment." {
		t.Errorf("a draft: %+v", f)
	}
	if _, err := s.SetUp(t.Context(), register.Program, "impact", "approved", register.Input{Values: kind.Values{"title": "The gateway", "system": fit.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	if f := n10(); f.Level != register.Pass || f.Value != fit.Number() {
		t.Errorf("%+v", f)
	}
	other := s.create(register.Program, "system", kind.Values{"name": "Also this gateway", "log": s.Register.Log})
	if f := n10(); !strings.Contains(f.Text, "is not the only one that names its log, so does "+other.Number()) {
		t.Errorf("two of one log: %+v", f)
	}
	s.Register.Log = "northgate.example/gw-2"
	if f := n10(); !strings.Contains(f.Text, "does not name the log of this gateway, northgate.example/gw-2") {
		t.Errorf("another gateway: %+v", f)
	}
	if f := one(t, s.findings(use(s.out.ID, 5)), "B5"); len(f.Records) != 0 {
		t.Errorf("the gateway carries all, and counts as idle: %+v", f)
	}
}

// TestUnseenIsNoPass: what takes traffic to tell is not covered without any.
func TestUnseenIsNoPass(t *testing.T) {
	list := newScoped(t).findings(nil)
	if len(list) != len(register.ScopeRules()) {
		t.Errorf("%d findings of %d rules", len(list), len(register.ScopeRules()))
	}
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
