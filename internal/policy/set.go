// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/counterfoil/counterfoil"
)

// Set is a rule set that was read and found right. It never changes and is
// safe for concurrent use.
type Set struct {
	rules    []*Rule // in the order of the file
	request  []*Rule
	response []*Rule
	acts     bool // a response rule may change or stop the answer
	digest   counterfoil.Hash
}

func (s *Set) add(r *Rule) {
	s.rules = append(s.rules, r)
	switch r.Phase {
	case PhaseRequest:
		s.request = append(s.request, r)
	case PhaseResponse:
		s.response = append(s.response, r)
		s.acts = s.acts || r.Mode == ModeEnforce && r.Effect >= counterfoil.EffectRedact
	}
}

// Rules lists the rules in the order of the file.
func (s *Set) Rules() []Rule {
	list := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		list[i] = *r
	}
	return list
}

// HasResponseRules tells whether an enforced rule may redact or stop answers.
func (s *Set) HasResponseRules() bool { return s.acts }

// Digest is the SHA-256 over the canonical JSON of the rules: two files that
// say the same have the same digest, however they are laid out.
func (s *Set) Digest() counterfoil.Hash { return s.digest }

// Decision is the verdict on one phase, with what the caller needs to act.
type Decision struct {
	counterfoil.Decision

	// Message is that of the rule which decided, for the people concerned;
	// empty when no rule matched.
	Message string

	// Err is not nil when a condition could not be evaluated. For the log
	// only; the effect is block already unless the rule is a shadow rule.
	Err error

	masks []map[string]bool
}

// Masks tells whether findings of this type and class are to be masked. All
// enforced redact rules that matched count, also when a stricter one decided:
// what is stored of a blocked request is masked alike.
func (d *Decision) Masks(typ, class string) bool {
	for _, m := range d.masks {
		if m[typ] || m[class] {
			return true
		}
	}
	return false
}

// Request decides what happens to a request before anything leaves.
func (s *Set) Request(f *RequestFacts) Decision {
	v := newView(&ResponseFacts{RequestFacts: *f})
	return decide(s.request, v)
}

// Response decides what happens to an answer, given what has arrived so far.
func (s *Set) Response(f *ResponseFacts) Decision {
	return decide(s.response, newView(f))
}

func decide(rules []*Rule, v *view) Decision {
	d := Decision{Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow}}
	for _, r := range rules {
		hit, err := r.matches(v)
		if err != nil {
			d.Err = errors.Join(d.Err, fmt.Errorf("evaluate rule %s: %w", r.ID, err))
		}
		switch {
		case !hit && err == nil:
		case r.Mode == ModeShadow:
			d.Shadow = append(d.Shadow, r.ID) // one that fails would have blocked
		case err != nil:
			d.count(r, counterfoil.EffectBlock, "The rule \""+r.Title+"\" could not be evaluated, so this was stopped to be safe. Please tell "+r.Owner+".")
		default:
			d.count(r, r.Effect, r.Message)
			if r.Effect == counterfoil.EffectRedact {
				d.masks = append(d.masks, r.masks)
			}
		}
	}
	return d
}

// count takes a match into the decision: always as a reason, and as what
// decides when it is the first or stricter than all before.
func (d *Decision) count(r *Rule, effect counterfoil.Effect, message string) {
	d.Reasons = append(d.Reasons, r.ID)
	if d.Rule == "" || effect > d.Effect {
		d.Effect, d.Rule, d.Message = effect, r.ID, message
	}
}

var errNotBool = errors.New("the condition is neither true nor false")

func (r *Rule) matches(v *view) (bool, error) {
	out, _, err := r.program.Eval(v)
	if err != nil {
		return false, err
	}
	hit, ok := out.(types.Bool)
	if !ok {
		return false, errNotBool
	}
	return bool(hit), nil
}

// view shows the facts of one decision to the conditions, each converted at
// most once. It is not safe for concurrent use; every decision has its own.
type view struct {
	facts  *ResponseFacts
	values [factCount]ref.Val
}

func newView(f *ResponseFacts) *view { return &view{facts: f} }

// ResolveName implements cel.Activation.
func (v *view) ResolveName(name string) (any, bool) {
	i, ok := factIndex[name]
	if !ok {
		return nil, false
	}
	if v.values[i] == nil {
		v.values[i] = facts[i].value(v.facts)
	}
	return v.values[i], true
}

// Parent implements cel.Activation.
func (*view) Parent() cel.Activation { return nil }

// factCount is the length of the table of facts; a test holds it.
const factCount = 28

var factIndex = func() map[string]int {
	index := make(map[string]int, len(facts))
	for i, f := range facts {
		index[f.Name] = i
	}
	return index
}()
