// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"errors"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// firstUse compares a system's first interaction with its first approval: use before
// approval is what an auditor looks for. A trial that was allowed before explains it.
func (d *desk) firstUse(s *identity.System) (part.Fact, error) {
	f := part.Fact{Label: "First interaction"}
	first, err := d.section.index.FirstInteraction(d.Ctx, counterfoil.ID(s.ID))
	if errors.Is(err, index.ErrNotFound) || err == nil && first.Opened.After(d.Now()) {
		f.Value, f.Missing = "None yet", true
		return f, nil
	}
	if err != nil {
		return f, err
	}
	history, err := d.History(d.Ctx, counterfoil.ID(s.ID))
	if err != nil {
		return f, err
	}
	f.Mark = new(part.Bad(words.Stamp(first.Opened) + ", and it was never approved"))
	for _, v := range slices.Backward(history) { // the oldest first
		m, _ := v.Kind.Move(v.Move)
		switch {
		case m == nil:
		case m.ID == "trial" && v.Time.Before(first.Opened):
			f.Mark = new(part.NotBegun(words.Stamp(first.Opened) + ", in a trial allowed on " + v.Time.Format("2 Jan 2006")))
		case m.Approves && v.Time.Before(first.Opened):
			f.Mark = new(part.OK(words.Stamp(first.Opened) + ", after the approval of " + v.Time.Format("2 Jan 2006")))
			return f, nil
		case m.Approves:
			f.Sub = "Approved on " + v.Time.Format("2 Jan 2006")
			if f.Mark.Class == "bad" {
				f.Mark.Word = words.Stamp(first.Opened) + ", before the first approval"
			}
			return f, nil
		}
	}
	if s.Builtin {
		f.Mark = new(part.NotBegun(words.Stamp(first.Opened) + ", made by the program for first attempts"))
	}
	return f, nil
}

// nameOwner writes the owner's name for somebody who may see the record.
func (d *desk) nameOwner(s *identity.System, lists ...[]part.Fact) {
	for _, facts := range lists {
		for i := range facts {
			if facts[i].Label == "Owner" && !s.Owner.IsZero() {
				facts[i].Value = d.Person(counterfoil.ID(s.Owner))
			}
		}
	}
}
