// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// examples reads a rule's examples: at least one that must hit, one that must
// not, each with a name of its own.
func (p *parser) examples(r *Rule, written []exampleText, path string) {
	path += ".examples"
	if len(written) > maxExamples {
		p.Faultf(path, "has %d examples; at most %d are allowed", len(written), maxExamples)
		return
	}
	names := map[string]bool{}
	hits := map[bool]int{}
	for i := range written {
		e := p.example(r, &written[i], strictyaml.Element(path, i))
		if names[e.Name] {
			p.Faultf(e.path+".name", "%q names two examples of this rule", e.Name)
		}
		names[e.Name] = true
		hits[e.Hit]++
		r.Examples = append(r.Examples, e)
	}
	if hits[true] == 0 || hits[false] == 0 {
		p.Faultf(path, "needs at least one example with hit: true and one with hit: false")
	}
}

func (p *parser) example(r *Rule, w *exampleText, path string) Example {
	e := Example{Name: w.Name, Hit: w.Hit, line: p.Line(path), path: path}
	p.required(path+".name", w.Name)
	if !p.Has(path + ".hit") {
		p.Faultf(path+".hit", "is missing; true when the rule must hit, false when it must not")
	}
	if w.Given.Kind == 0 {
		p.Faultf(path+".given", "is missing; write {} when nothing is given")
		return e
	}
	p.given(r.Phase, &w.Given, path+".given", "", &e.facts)
	p.findings(path+".given.findings", e.facts.Findings)
	p.findings(path+".given.answer.findings", e.facts.Answer.Findings)
	// What could not be kept as written was refused above.
	_ = w.Given.Decode(&e.given)
	return e
}

// given reads a subset of the facts, nested as their names are dotted.
func (p *parser) given(phase Phase, n *yaml.Node, path, prefix string, into *ResponseFacts) {
	if n.Kind != yaml.MappingNode {
		if n.ShortTag() != "!!null" {
			p.Faultf(path, "must be a set of facts")
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, at := prefix+n.Content[i].Value, path+"."+n.Content[i].Value
		switch fact, found := factNamed(phase, name); {
		case found && fact.Computed():
			p.Faultf(at, "is computed and cannot be given")
		case found:
			p.Into(n.Content[i+1], at, fact.given(into))
		case isGroup(phase, name):
			p.given(phase, n.Content[i+1], at, name+".", into)
		default:
			p.Faultf(at, "there is no fact %s in phase %s", name, phase)
		}
	}
}

func (p *parser) findings(path string, findings []Finding) {
	for i, f := range findings {
		at := strictyaml.Element(path, i)
		if f.Type == "" || f.Class == "" {
			p.Faultf(at, "a finding needs type and class")
			continue
		}
		p.knownName(at+".type", f.Type)
		p.knownName(at+".class", f.Class)
	}
}

func factNamed(phase Phase, name string) (Fact, bool) {
	for _, f := range known(phase) {
		if f.Name == name {
			return f, true
		}
	}
	return Fact{}, false
}

func isGroup(phase Phase, name string) bool {
	for _, f := range known(phase) {
		if strings.HasPrefix(f.Name, name+".") {
			return true
		}
	}
	return false
}

// ExampleResult tells what a rule did with one of its examples.
type ExampleResult struct {
	Rule    string
	Example string
	Line    int  // of the example in the file
	Want    bool // the example says that the condition is true
	Got     bool
	Err     error // why the condition could not be evaluated

	path string
}

// OK tells whether the rule does what its author said.
func (r ExampleResult) OK() bool { return r.Err == nil && r.Got == r.Want }

// Text says in one sentence what happened, naming the rule and the example.
func (r ExampleResult) Text() string {
	name := fmt.Sprintf("rule %s, example %q", r.Rule, r.Example)
	switch {
	case r.Err != nil:
		return fmt.Sprintf("%s: could not be evaluated: %v", name, r.Err)
	case r.OK() && r.Got:
		return name + ": hits, as it must"
	case r.OK():
		return name + ": does not hit, as it must not"
	case r.Got:
		return name + ": hits, but must not"
	default:
		return name + ": does not hit, but must"
	}
}

// Check runs every rule's examples, in the order of the file.
func (s *Set) Check() []ExampleResult {
	var results []ExampleResult
	for _, r := range s.rules {
		for i := range r.Examples {
			e := &r.Examples[i]
			got, err := r.matches(newView(&e.facts))
			results = append(results, ExampleResult{Rule: r.ID, Example: e.Name, Line: e.line, Want: e.Hit, Got: got, Err: err, path: e.path})
		}
	}
	return results
}
