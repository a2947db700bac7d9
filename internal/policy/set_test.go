// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// one is a rule set of one rule; lines are added to it.
func one(lines ...string) []byte {
	return []byte(`version: 1
rules:
  - id: one
    title: One
    owner: somebody
    when: request.stream
    message: Because.
    examples:
      - {name: hit, hit: true, given: {request: {stream: true}}}
      - {name: miss, hit: false, given: {}}
    ` + strings.Join(lines, "\n    ") + "\n")
}

func mustParse(t *testing.T, raw []byte) *Set {
	t.Helper()
	set, faults := Parse(raw, Options{})
	if set == nil {
		t.Fatalf("parse:\n%v", faults)
	}
	return set
}

func TestStarter(t *testing.T) {
	set, faults := Load("", Options{Known: []string{
		"personal", "identifier", "secret", "custom", "email", "card", "iban", "jwt", "private_key", "github_token", "aws_access_key_id",
	}})
	if len(faults) > 0 {
		t.Fatalf("faults:\n%v", faults)
	}
	if !set.HasResponseRules() {
		t.Error("answers are not watched")
	}
	for _, r := range set.Rules() {
		if len(r.Controls) == 0 {
			t.Errorf("rule %s serves no control", r.ID)
		}
	}
	for _, r := range set.Check() {
		if !r.OK() {
			t.Error(r.Text())
		}
	}
}

func TestHasResponseRules(t *testing.T) {
	for text, want := range map[string]bool{
		"effect: block":                                        false,
		"effect: block\n    phase: response":                   true,
		"effect: block\n    phase: response\n    mode: shadow": false,
		"effect: warn\n    phase: response":                    false,
		"effect: redact\n    mask: [x]\n    phase: response":   true,
	} {
		if got := mustParse(t, one(text)).HasResponseRules(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestDigest(t *testing.T) {
	base := mustParse(t, one("effect: warn")).Digest()
	if base == (counterfoil.Hash{}) {
		t.Fatal("no digest")
	}
	for _, same := range []string{"phase: request", "mode: enforce", "mask: []", "# comment", "controls:"} {
		if mustParse(t, one("effect: warn", same)).Digest() != base {
			t.Errorf("%q changes the digest", same)
		}
	}
	different := []*Set{
		mustParse(t, one("effect: block")),
		mustParse(t, one("effect: warn", "mode: shadow")),
		mustParse(t, one("effect: warn", "phase: response")),
		mustParse(t, one("effect: warn", "controls: [A.6.2.8]")),
		mustParse(t, []byte(strings.Replace(string(one("effect: warn")), "Because", "Why", 1))),
		mustParse(t, []byte(strings.Replace(string(one("effect: warn")), "given: {}", "given: {request: {bytes: 1}}", 1))),
	}
	for i, set := range different {
		if set.Digest() == base {
			t.Errorf("set %d has the same digest", i)
		}
	}
}

func TestModelListed(t *testing.T) {
	models := []string{"gpt-4o", "claude-*"}
	for model, want := range map[string]bool{
		"gpt-4o": true, "gpt-4o-mini": false, "GPT-4o": false, "claude-x": true, "claude-": true, "claude": false, "claude-*": true, "": false, "*": false,
	} {
		if got := ModelListed(models, model); got != want {
			t.Errorf("%q: %v", model, got)
		}
	}
	if ModelListed(nil, "x") || !ModelListed([]string{"*"}, "x") || ModelListed([]string{"*"}, "") {
		t.Error("empty and open lists")
	}
}

// TestCounts holds what conditions may do with counts.
func TestCounts(t *testing.T) {
	c, err := newCompiler(PhaseResponse)
	if err != nil {
		t.Fatal(err)
	}
	found := []Finding{{Type: "email", Class: "personal"}, {Type: "card", Class: "personal"}, {Type: "email", Class: "personal"}}
	facts := ResponseFacts{RequestFacts: RequestFacts{Findings: found}, Answer: Answer{Findings: found[:1]}}
	for _, when := range []string{
		`types.email == 2 && types["card"] == 1 && types.iban == 0`,
		`"email" in types && !("iban" in types) && !("personal" in types)`,
		`size(types) == 2 && size(classes) == 1 && classes.personal == 3`,
		`types.exists(t, t == "card") && types.all(t, types[t] > 0) && types.filter(t, types[t] > 1) == ["email"]`,
		`types == {"email": 2, "card": 1} && {"email": 2, "card": 1} == types && types != answer.types && types == types`,
		`type(types) == map && dyn(types)[1] == 0`,
		`answer.types.email < types.email && answer.classes.secret == 0`,
	} {
		program, problems := c.compile(when)
		if problems != nil {
			t.Errorf("%s: %+v", when, problems)
			continue
		}
		rule := Rule{program: program}
		if hit, err := rule.matches(newView(&facts)); !hit || err != nil {
			t.Errorf("%s: %v, %v", when, hit, err)
		}
	}
}

// TestFindings holds what conditions may do with findings.
func TestFindings(t *testing.T) {
	c, err := newCompiler(PhaseRequest)
	if err != nil {
		t.Fatal(err)
	}
	facts := ResponseFacts{RequestFacts: RequestFacts{Findings: []Finding{
		{Type: "email", Class: "personal", Score: 0.5, Where: "messages[0].content"},
		{Type: "jwt", Class: "secret", Score: 1, Where: "metadata.user"},
	}}}
	for _, when := range []string{
		`findings[0].type == "email" && findings[1].score >= 1 && size(findings) == 2`,
		`findings.exists_one(f, f.class == "secret" && f.where.startsWith("metadata"))`,
		`size(findings.filter(f, f.score < 1)) == 1 && findings.map(f, f.score > 0.7, f.type) == ["jwt"]`,
		`findings[0] == findings[0] && findings[0] != findings[1] && findings[0] in findings`,
		`type(findings[0]) == type(findings[1]) && size(findings + findings) == 4`,
	} {
		program, problems := c.compile(when)
		if problems != nil {
			t.Errorf("%s: %+v", when, problems)
			continue
		}
		rule := Rule{program: program}
		if hit, err := rule.matches(newView(&facts)); !hit || err != nil {
			t.Errorf("%s: %v, %v", when, hit, err)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	set := mustParse(t, Starter())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			f := ResponseFacts{RequestFacts: RequestFacts{Request: Request{Model: "m"}, Findings: []Finding{{Type: "email", Class: "personal"}}}}
			want := "mask-personal-data"
			if i%2 == 0 {
				f.Findings = append(f.Findings, Finding{Type: "jwt", Class: "secret"})
				want = "block-secrets"
			}
			for range 200 {
				if d := set.Request(&f.RequestFacts); d.Rule != want || d.Err != nil {
					t.Errorf("decided by %q, want %q", d.Rule, want)
					return
				}
				set.Response(&f)
			}
		})
	}
	wg.Wait()
}

func TestTooMuch(t *testing.T) {
	many := string(one("effect: warn"))
	head, rule, _ := strings.Cut(many, "rules:\n")
	if _, faults := Parse([]byte(head+"rules:\n"+strings.Repeat(rule, maxRules+1)), Options{}); !strings.Contains(faults.String(), "at most 200") {
		t.Errorf("too many rules: %v", faults)
	}
	long := strings.Replace(many, "request.stream\n", "request.stream || "+strings.Repeat("request.stream || ", maxWhenBytes/16)+"false\n", 1)
	if _, faults := Parse([]byte(long), Options{}); faults.Err() == nil {
		t.Error("a condition of more than 8 KiB was accepted")
	}
	deep := strings.Replace(many, "when: request.stream", "when: "+strings.Repeat("(", 300)+"request.stream"+strings.Repeat(")", 300), 1)
	if _, faults := Parse([]byte(deep), Options{}); faults.Err() == nil {
		t.Error("a condition 300 brackets deep was accepted")
	}
	if _, faults := Parse([]byte("#"+strings.Repeat("x", 1<<20)), Options{}); faults.Err() == nil {
		t.Error("a file of more than 1 MiB was accepted")
	}
}

func TestNoRulesIsAWarning(t *testing.T) {
	set, faults := Parse([]byte("version: 1\n"), Options{})
	if set == nil || len(faults) != 1 || !faults[0].Warning {
		t.Errorf("%v, %v", set, faults)
	}
	if d := set.Request(&RequestFacts{}); d.Effect != counterfoil.EffectAllow || d.Rule != "" || d.Masks("email", "personal") {
		t.Errorf("decided %+v", d)
	}
}

func TestCheckReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, one("effect: block"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, ok, faults := CheckReport(path, Options{})
	if !ok || faults != nil || !strings.Contains(report, "ok   one: block in request, enforce, 2 of 2 examples as written") || !strings.Contains(report, "1 rules, 2 examples, 0 not as written") {
		t.Errorf("%v %v\n%s", ok, faults, report)
	}

	report, ok, faults = CheckReport("testdata/broken/failing.yaml", Options{})
	if ok || faults != nil {
		t.Errorf("%v, %v", ok, faults)
	}
	for _, part := range []string{
		"FAIL backwards: block in request, enforce, 0 of 2", `testdata/broken/failing.yaml:11: rule backwards, example "no stream": does not hit, but must`,
		"could not be evaluated: index out of bounds", "2 rules, 4 examples, 3 not as written", "digest ",
	} {
		if !strings.Contains(report, part) {
			t.Errorf("the report lacks %q:\n%s", part, report)
		}
	}

	if report, ok, faults = CheckReport("testdata/broken/rules.yaml", Options{}); ok || report != "" || faults.Err() == nil {
		t.Errorf("%v, %v\n%s", ok, faults, report)
	}
	if _, ok, faults = CheckReport("testdata/none.yaml", Options{}); ok || faults.Err() == nil {
		t.Errorf("%v, %v", ok, faults)
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"starter.yaml", "testdata/*/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	f.Add(one("effect: block"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		set, faults := Parse(raw, Options{Known: []string{"email", "personal"}})
		if (set == nil) != (faults.Err() != nil) {
			t.Fatalf("set %v with faults:\n%v", set, faults)
		}
		if set == nil {
			return
		}
		if set.Digest() == (counterfoil.Hash{}) {
			t.Fatal("no digest")
		}
		d := set.Request(&RequestFacts{Findings: []Finding{{Type: "email", Class: "personal"}}})
		if (d.Err != nil) && len(d.Reasons) == 0 && len(d.Shadow) == 0 {
			t.Fatalf("failed open: %v", d.Err)
		}
	})
}

// FuzzCondition compiles and runs any text as a condition: it must be refused,
// or give true, false or an error, and the same one each time.
func FuzzCondition(f *testing.F) {
	for _, fact := range facts {
		f.Add(fact.Example)
	}
	f.Add(`findings.map(f, f.score).exists(s, s > 1) || request.model.matches("^a+$")`)
	c, err := newCompiler(PhaseResponse)
	if err != nil {
		f.Fatal(err)
	}
	given := ResponseFacts{
		RequestFacts: RequestFacts{Request: Request{Model: "m"}, Findings: []Finding{{Type: "email", Class: "personal", Score: 1}}},
		Answer:       Answer{Findings: []Finding{{Type: "jwt", Class: "secret"}}},
	}
	f.Fuzz(func(t *testing.T, when string) {
		program, problems := c.compile(when)
		if (program == nil) != (len(problems) > 0) {
			t.Fatalf("program %v, problems %v", program, problems)
		}
		if program == nil {
			return
		}
		rule := Rule{program: program}
		first, firstErr := rule.matches(newView(&given))
		second, secondErr := rule.matches(newView(&given))
		if first != second || (firstErr == nil) != (secondErr == nil) {
			t.Fatalf("%v, %v and then %v, %v", first, firstErr, second, secondErr)
		}
	})
}
