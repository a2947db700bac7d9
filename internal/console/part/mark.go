// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

// Mark is a status: shape and word first, colour (class) last.
type Mark struct {
	Class string // "ok", "warn", "bad", "none", "now"
	Shape string // see shell/base/parts.html
	Word  string
}

// The marks of the console, by what they mean. Each has its shape, so that a status
// can be told without colour; the page of all parts shows them.

// OK is a mark of what holds: met, passed, fresh, operating.
func OK(word string) Mark { return Mark{"ok", "dot", word} }

// Warn is a mark of what works and needs a person.
func Warn(word string) Mark { return Mark{"warn", "triangle", word} }

// Bad is a mark of what does not hold.
func Bad(word string) Mark { return Mark{"bad", "cross", word} }

// NoData is a mark of what was not measured. It is never a pass.
func NoData(word string) Mark { return Mark{"none", "hollow", word} }

// NotBegun is a mark of what is known and still to come.
func NotBegun(word string) Mark { return Mark{"none", "ring", word} }

// Current is a mark of the present one of a sequence.
func Current(word string) Mark { return Mark{"now", "target", word} }

// Ageing is a mark of what is late, or older than its freshness allows.
func Ageing(word string) Mark { return Mark{"warn", "clock", word} }

// Masked is a mark of what was sent with values replaced.
func Masked(word string) Mark { return Mark{"now", "bar", word} }

// Held is a mark of what waits for a person's decision.
func Held(word string) Mark { return Mark{"warn", "bars", word} }

// Blocked is a mark of what did not pass.
func Blocked(word string) Mark { return Mark{"bad", "square", word} }

// Skipped is a mark of what had nothing to do, or is over.
func Skipped(word string) Mark { return Mark{"none", "dash", word} }
