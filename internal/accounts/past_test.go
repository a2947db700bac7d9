// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestPartsOfThePast: one system, and how all were called, are what the whole past says,
// before and after a change of what was approved.
func TestPartsOfThePast(t *testing.T) {
	b := start(t)
	old, later := []string{"small-1", "small-2"}, []string{"large-1"}
	values := kind.Values{"name": "Letters"}
	if err := b.refer(t.Context(), actor, values, "ada@example.com", old); err != nil {
		t.Fatal(err)
	}
	r, err := b.register.SetUp(t.Context(), register.Program, kindSystem, stateOperating, register.Input{Values: values, Reason: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddSystem(t.Context(), actor, NewSystem{Name: "Mail", OwnerEmail: "bea@example.com"}); err != nil {
		t.Fatal(err)
	}
	before := b.clock.Now()
	b.clock.Advance(time.Hour)
	name := "Letters and mail"
	if _, err := b.ChangeSystem(t.Context(), actor, identity.SystemID(r.ID), SystemChange{Name: &name, Models: &later}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{before, b.clock.Now()} {
		then, err := b.register.At(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := SnapshotAt(t.Context(), then, nil, at)
		if err != nil || len(whole.Systems()) != 2 {
			t.Fatalf("%d systems at %s, %v", len(whole.Systems()), at, err)
		}
		names, err := NamesAt(t.Context(), then, nil, at)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range whole.Systems() {
			one, err := SystemAt(t.Context(), then, want.ID)
			if diff := cmp.Diff(&want, one); diff != "" || err != nil {
				t.Errorf("at %s: %v (-whole +one):\n%s", at, err, diff)
			}
			want = identity.System{ID: want.ID, Slug: want.Slug, Number: want.Number, Name: want.Name, Owner: want.Owner, State: want.State, Created: want.Created}
			if diff := cmp.Diff(want, names.Systems()[i]); diff != "" {
				t.Errorf("at %s (-whole +name):\n%s", at, diff)
			}
		}
		if _, err := SystemAt(t.Context(), then, identity.SystemID(counterfoil.NewID())); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("a system that is not there: %v", err)
		}
	}
}
