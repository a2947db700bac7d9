// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

import (
	"time"
)

// KindSummary is how many records of a kind stand in which state.
type KindSummary struct {
	Kind   KindName
	Href   string
	Create string
	N      uint64
	States []Fact
}

// TrackStep is one state on the way of a record.
type TrackStep struct {
	Label   string
	Done    bool
	Current bool
}

// VersionLine is one version in the history.
type VersionLine struct {
	Version  string
	At       time.Time
	Who      string
	Text     string
	Reason   string
	Marks    []Mark
	Act      bool // a move, not a change of fields
	Href     string
	Entry    string
	EntryRef string
}

// Due is a deadline against a moment.
type Due struct {
	At      time.Time
	Label   string
	Why     string
	Overdue bool
}

// KindName is how a kind is called.
type KindName struct{ ID, Title, Plural, Help string }
