// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// caseFile is a file in testdata/cases: a rule set (or "starter") and what it
// must decide. Anybody can add to them.
type caseFile struct {
	Rules string     `yaml:"rules"`
	Cases []caseText `yaml:"cases"`
}

type caseText struct {
	Name  string    `yaml:"name"`
	Phase Phase     `yaml:"phase"`
	Given yaml.Node `yaml:"given"`
	Want  verdict   `yaml:"want"`
}

func (c *caseText) SetDefaults() { c.Phase = PhaseRequest }

type verdict struct {
	Effect  string   `yaml:"effect"`
	Rule    string   `yaml:"rule"`
	Reasons []string `yaml:"reasons"`
	Shadow  []string `yaml:"shadow"`
	Masks   []string `yaml:"masks"`   // types and classes that must be masked
	Passes  []string `yaml:"passes"`  // and that must not
	Message string   `yaml:"message"` // a part of it
	Error   string   `yaml:"error"`   // a part of it
}

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no case files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { runCaseFile(t, path) })
	}
}

func runCaseFile(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var written caseFile
	d := strictyaml.Decode(raw, &written)
	rules := []byte(written.Rules)
	if written.Rules == "starter" {
		rules = Starter()
	}
	set, faults := Parse(rules, Options{})
	if set == nil {
		t.Fatalf("rules of %s:\n%v", path, faults)
	}
	p := parser{Document: d}
	for i := range written.Cases {
		c := &written.Cases[i]
		var facts ResponseFacts
		p.given(c.Phase, &c.Given, strictyaml.Element("cases", i)+".given", "", &facts)
		if faults := d.Faults(); faults != nil {
			t.Fatalf("%v", faults.In(path))
		}
		t.Run(c.Name, func(t *testing.T) { checkVerdict(t, decideCase(set, c.Phase, &facts), c.Want) })
	}
}

func decideCase(set *Set, phase Phase, facts *ResponseFacts) Decision {
	if phase == PhaseResponse {
		return set.Response(facts)
	}
	return set.Request(&facts.RequestFacts)
}

func checkVerdict(t *testing.T, got Decision, want verdict) {
	t.Helper()
	seen := verdict{Effect: effectName(got.Effect), Rule: got.Rule, Reasons: got.Reasons, Shadow: got.Shadow}
	expected := verdict{Effect: want.Effect, Rule: want.Rule, Reasons: want.Reasons, Shadow: want.Shadow}
	if diff := cmp.Diff(expected, seen); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	for _, name := range want.Masks {
		if !got.Masks(name, "") || !got.Masks("", name) {
			t.Errorf("%s is not masked", name)
		}
	}
	for _, name := range want.Passes {
		if got.Masks(name, name) {
			t.Errorf("%s is masked", name)
		}
	}
	if !strings.Contains(got.Message, want.Message) {
		t.Errorf("message %q lacks %q", got.Message, want.Message)
	}
	switch {
	case want.Error == "" && got.Err != nil:
		t.Errorf("unexpected error: %v", got.Err)
	case want.Error != "" && (got.Err == nil || !strings.Contains(got.Err.Error(), want.Error)):
		t.Errorf("error %v lacks %q", got.Err, want.Error)
	}
}
