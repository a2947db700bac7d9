// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"maps"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestSystemLevels: impact level and tier follow from the answers, each reason alone.
func TestSystemLevels(t *testing.T) {
	w := newWorld(t)
	law := func(question string) []map[string]any {
		return []map[string]any{{"question": question, "answer": "yes", "basis": "Act"}}
	}
	for name, c := range map[string]struct {
		differs      kind.Values
		impact, tier string
	}{
		"a plain tool":             {kind.Values{}, "low", "low"},
		"an answer is missing":     {kind.Values{"reach": nil}, "", ""},
		"decides on people":        {kind.Values{"decides": "yes"}, "high", "high"},
		"prepares decisions":       {kind.Values{"decides": "prepares"}, "medium", "medium"},
		"vulnerable people":        {kind.Values{"vulnerable": true}, "medium", "medium"},
		"acts on vulnerable":       {kind.Values{"vulnerable": true, "autonomy": "medium"}, "high", "high"},
		"high-risk by law":         {kind.Values{"law": law("high_risk")}, "high", "high"},
		"people must be told":      {kind.Values{"law": law("transparency")}, "low", "medium"},
		"special categories":       {kind.Values{"data_classes": []string{"special"}}, "medium", "medium"},
		"personal data, few":       {kind.Values{"data_classes": []string{"personal"}}, "low", "low"},
		"personal data, thousands": {kind.Values{"data_classes": []string{"personal"}, "reach": "medium"}, "low", "medium"},
		"passwords":                {kind.Values{"data_classes": []string{"secret"}}, "low", "high"},
		"acts by itself":           {kind.Values{"autonomy": "medium"}, "low", "medium"},
		"decides, and for all":     {kind.Values{"autonomy": "high", "reach": "high"}, "medium", "high"},
		"provided to others":       {kind.Values{"roles": []string{"provides"}}, "low", "medium"},
	} {
		t.Run(name, func(t *testing.T) {
			values := kind.Values{"name": "Letters", "autonomy": "low", "decides": "no", "reach": "low", "data_classes": []string{"internal"}}
			maps.Copy(values, c.differs)
			s, err := w.Create(t.Context(), register.Program, "system", register.Input{Values: values})
			if err != nil || s.Values.Text("impact_level") != c.impact || s.Values.Text("tier") != c.tier {
				t.Errorf("%s and %s, %v; want %s and %s", s.Values.Text("impact_level"), s.Values.Text("tier"), err, c.impact, c.tier)
			}
			if (s.Values.Text("levels_why") == "") != (c.tier == "") {
				t.Errorf("the reason is %q", s.Values.Text("levels_why"))
			}
		})
	}
}

// TestOwnerless: a system whose owner left is stopped after the grace period, not
// before, and does not run again until somebody else answers for it.
func TestOwnerless(t *testing.T) {
	w := newWorld(t)
	ann, hr := w.person("ann"), w.person("hal", "hr_lead")
	s, err := w.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Letters", "owner": ann.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Move(t.Context(), hr, ann.Person, "leave", register.Input{Version: 1, Reason: "Moved away"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		want string
	}{{13, "operating"}, {2, "suspended"}} {
		w.clock.Advance(time.Duration(c.days) * 24 * time.Hour)
		if _, err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s, err = w.Reader().Record(t.Context(), s.ID); err != nil || s.State != c.want {
			t.Fatalf("%s, %v; want %s", s.State, err, c.want)
		}
	}
	if _, err := w.Move(t.Context(), ann, s.ID, "resume", register.Input{Version: s.Version, Reason: "It is fine"}); !refusedFor(err, "clear") {
		t.Errorf("%v", err)
	}
}
