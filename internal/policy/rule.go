// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cel.dev/cel-go/cel"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// Phase says when a rule is asked.
type Phase string

// The phases of an interaction. Request rules are asked once, before anything
// leaves; response rules whenever the answer shows something new.
const (
	PhaseRequest  Phase = "request"
	PhaseResponse Phase = "response"
)

// Mode says whether a rule acts.
type Mode string

// A shadow rule is evaluated and recorded, and never acts.
const (
	ModeEnforce Mode = "enforce"
	ModeShadow  Mode = "shadow"
)

// Limits of a rule set. They keep the reasons of one decision inside the size
// of a ledger entry, and the time of one decision bounded.
const (
	maxRules      = 200
	maxIDBytes    = 40
	maxWhenBytes  = 8 * 1024
	maxTextBytes  = 2000
	maxMaskNames  = 100
	maxExamples   = 50
	maxRuleDepth  = 64 // of brackets and operators in a condition
	maxLoopDepth  = 1  // a loop over findings inside another one would be quadratic
	formatVersion = 1
)

// Rule is one rule as it was loaded. It is read-only.
type Rule struct {
	ID       string
	Title    string
	Owner    string   // who answers for the rule
	Controls []string // references of requirements it serves, such as A.6.2.8
	Phase    Phase
	When     string // condition in CEL
	Effect   counterfoil.Effect
	Mask     []string // types or classes of findings; only with the effect redact
	Message  string   // for the people it concerns: what, why, whom to ask
	Mode     Mode
	Examples []Example

	line    int // in the file
	program cel.Program
	masks   map[string]bool
}

// Example is a case the rule's author decided beforehand.
type Example struct {
	Name string
	Hit  bool // the condition must be true; otherwise it must be false

	line  int
	path  string
	facts ResponseFacts
	given any // as written, for the digest
}

// Fault and Faults are those of the YAML reader: file, line, path and text.
type (
	Fault  = strictyaml.Fault
	Faults = strictyaml.Faults
)

// effects that can be written in a rule. hold is refused with its own text.
var effects = map[string]counterfoil.Effect{
	"allow":  counterfoil.EffectAllow,
	"warn":   counterfoil.EffectWarn,
	"redact": counterfoil.EffectRedact,
	"block":  counterfoil.EffectBlock,
}

func effectName(e counterfoil.Effect) string {
	for name, effect := range effects {
		if effect == e {
			return name
		}
	}
	return ""
}
