// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package policy turns the facts of an interaction into a decision.
//
// Rules are written in YAML, their conditions in CEL. A rule set is checked as
// a whole when it is loaded: names, types, and each rule's own examples. After
// that it never changes, so a Set is safe for concurrent use and an interaction
// keeps the one it began with.
//
// All rules of a phase are evaluated and every match is kept as a reason; the
// strictest effect decides, block over redact over warn over allow, and the
// first in the file among equals. A condition that cannot be evaluated blocks.
// Shadow rules are evaluated and listed, and never act.
//
// The package is pure: it reads no clock and asks nobody, so replaying recorded
// facts through the same set gives the recorded decision. What rules can see is
// declared in one table, in facts.go; docs/rules.md is checked against it.
package policy
