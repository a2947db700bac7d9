// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// StandingRows is how many rows a section of the page shows; the rest is behind
// its link.
const StandingRows = 5

// Row is one entry in a table.
type Row struct {
	Entry string
	Href  string
	Time  time.Time
	Kind  string
	What  part.Fact
	Count string
}

// KindWords are the kinds of entries in which the ledger speaks of itself, as people read
// them.
var KindWords = map[counterfoil.Kind]string{
	counterfoil.KindBoot: "Start", counterfoil.KindConfig: "Configuration", counterfoil.KindSignal: "Check", counterfoil.KindKey: "Signing key",
	counterfoil.KindErasure: "Erasure", counterfoil.KindGap: "Gap", counterfoil.KindAnchor: "Anchor", counterfoil.KindSeal: "Seal",
}

// Words say what a code means; a code that is not here reads as itself.
var Words = map[string]string{
	"ledger_self_check": "Self-check", "reload": "Reloaded", "demonstration": "Demonstration: invented, with a set clock",
	counterfoil.KeyEnrolled: "Enrolled", counterfoil.KeyRotated: "Rotated", counterfoil.KeyRetired: "Former key retired",
	counterfoil.KeyCompromised: "A former key was stolen and counts up to here only", counterfoil.KeySucceeded: "The log goes on under another name and key",
	counterfoil.ErasePerson: "A person", counterfoil.EraseInteraction: "Interactions", counterfoil.EraseBefore: "Up to a date",
	counterfoil.EraseRetention: "Retention was over", counterfoil.EraseSegments: "Files of erased payloads",
	"ledger_full": "The disk was full", "ledger_busy": "The ledger was busy",
	counterfoil.AnchorHead: "Head of a node", counterfoil.AnchorCosigned: "Cosigned head", counterfoil.AnchorTimestamp: "Time-stamp", counterfoil.AnchorRegistry: "Head of the registry",
}

// RowOf is an entry as a row.
func RowOf(v *index.Event) Row {
	word := Words[v.Code]
	if word == "" {
		word = words.Clip(v.Code)
	}
	row := Row{
		Entry: words.Number(v.Entry), Href: "/ledger/entries/" + strconv.FormatUint(uint64(v.Entry), 10), Time: words.Micros(v.Time),
		Kind: KindWords[v.Kind], What: part.Fact{Value: word}, Count: words.Number(v.Count),
	}
	if v.Kind == counterfoil.KindSignal {
		row.What.Mark = new(part.OK(word + " passed"))
		if v.Bad {
			row.What.Mark = new(part.Bad(word + " failed"))
		}
	}
	if v.Kind == counterfoil.KindConfig {
		row.Count = "–"
	}
	return row
}
