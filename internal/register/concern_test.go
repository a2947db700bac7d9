// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestAnybodyRaisesAConcern: it reaches the ethics contact, whom who raises it has no
// right to look up; naming somebody out of reach is refused as ever.
func TestAnybodyRaisesAConcern(t *testing.T) {
	w := newWorld(t)
	contact, ann := w.person("contact"), w.person("ann")
	_, err := w.SetUp(t.Context(), register.Program, "appointment", "active", register.Input{Values: kind.Values{"role": "ethics_contact", "person": contact.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	says := kind.Values{"title": "Speed is counted", "says": "By person."}
	r, err := w.Create(t.Context(), ann, "concern", register.Input{Values: says})
	if err != nil || !slices.Contains(r.Values.List("handlers"), contact.Person.String()) {
		t.Fatalf("%+v, %v", r, err)
	}
	says["handlers"] = []string{contact.Person.String()}
	_, err = w.Create(t.Context(), ann, "concern", register.Input{Values: says})
	if f, ok := fault.As(err); !ok || f.Fields["handlers"] == "" {
		t.Errorf("a person named somebody out of reach: %v", err)
	}
}
