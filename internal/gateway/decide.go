// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/policy"
)

// decide asks all rules. The strictest effect wins; all reasons are kept.
func (x *exchange) decide() *refusal {
	start := time.Now()
	s := x.principal.System
	x.facts.System = policy.System{Slug: s.Slug, State: s.State, Tier: s.Tier, Data: s.Data, Models: s.Models, Builtin: s.Builtin}
	use := s.Use(x.request.Model)
	x.facts.Register = policy.Register{Model: use.Registered, Supplier: use.Supplied, Trained: x.principal.Trained}
	x.facts.Principal = policy.Principal{Workload: x.principal.Workload, Assurance: int(x.principal.Assurance), Known: true}
	x.facts.Request = policy.Request{
		Provider: x.provider.Name, Dialect: x.intent.Dialect, Operation: x.op.Name,
		Model: x.request.Model, Stream: x.intent.Stream, Bytes: len(x.raw),
	}
	x.decision = x.state.Policy.Request(&x.facts.RequestFacts)
	x.intent.Decision = x.decision.Decision
	status, reason := counterfoil.GuardRan, ""
	if x.decision.Err != nil {
		status, reason = counterfoil.GuardFailed, "rule_error"
		x.g.log.Error("rule failed; its effect is block", "interaction", x.id, "rule", x.decision.Rule, "err", x.decision.Err)
	}
	guard(&x.intent.Guards, "policy", status, version(x.intent.Policy), reason, start)
	return nil
}

// version is the short form of a digest.
func version(h counterfoil.Hash) string { return h.String()[:12] }

// told is what the caller reads of a decision: what, why, by which rule, whom
// to ask.
func told(d *policy.Decision) string {
	parts := []string{d.Message}
	if d.Message == "" {
		parts[0] = "A rule does not allow this."
	}
	parts = append(parts, "Rule: "+d.Rule+".")
	return strings.Join(parts, " ")
}
