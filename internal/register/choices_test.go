// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestChoicesAwaitAnswers: a guard on what the move's form asks for is no reason to
// hide the form; one on anything else is.
func TestChoicesAwaitAnswers(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	report, err := w.SetUp(t.Context(), register.Program, "report", "triaged", register.Input{Values: kind.Values{"title": "Wrong letter", "says": "It was wrong.", "owner": ann.Person.String(), "assessment": "True"}})
	if err != nil {
		t.Fatal(err)
	}
	system, err := w.SetUp(t.Context(), register.Program, "system", "assessing", register.Input{Values: kind.Values{"name": "Letters", "owner": ann.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		record *register.Record
		move   string
		free   bool
	}{{report, "link", true}, {system, "approve", false}} {
		choices, err := w.Choices(t.Context(), ann, c.record)
		i := slices.IndexFunc(choices, func(x register.Choice) bool { return x.Move.ID == c.move })
		if err != nil || i < 0 || (len(choices[i].Refused) == 0) != c.free {
			t.Errorf("%s: %+v, %v", c.move, choices, err)
		}
	}
	for field, want := range map[string]bool{"tier": true, "ti": false, "name": false} {
		g := kind.Guard{CEL: "record.tier == 'low' || record.tiers"}
		if g.Reads(field) != want {
			t.Errorf("%s: %v", field, !want)
		}
	}
}
