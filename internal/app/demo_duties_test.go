// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/demo"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// TestDemonstratedDuties plays the demonstration, with its erasures, sweeps and requests,
// and compares after each act that saved something, for one person in turn, and at the
// end for all, what is kept of their duties with what a register finds that has kept
// nothing.
func TestDemonstratedDuties(t *testing.T) {
	h := newHouse(t)
	set := clock.NewSet(demo.Begin(demoUntil))
	o := h.options()
	o.Clock = set
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	script, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	turn, compared, found := 0, counterfoil.Index(0), 0
	each := func() error {
		next, err := a.index.KeptNext(t.Context())
		people := a.roll.Snapshot().People()
		if err != nil || next == compared || len(people) == 0 {
			return err
		}
		compared = next
		turn++
		n, err := a.dutiesAgree(t.Context(), &people[turn%len(people)])
		found += n
		return err
	}
	if _, err := a.demonstrate(t.Context(), script, set, demoUntil, 1, each); err != nil {
		t.Fatal(err)
	}
	people := a.roll.Snapshot().People()
	for i := range people {
		if _, err := a.dutiesAgree(t.Context(), &people[i]); err != nil {
			t.Error(err)
		}
	}
	if turn < 200 || found < 100 {
		t.Errorf("compared %d times, %d duties", turn, found)
	}
}

// dutiesAgree compares for one person, and returns how many duties they have.
func (a *App) dutiesAgree(ctx context.Context, p *identity.Person) (int, error) {
	actor := register.Actor{Person: counterfoil.ID(p.ID), Roles: p.Roles}
	kept, err := dutiesOf(ctx, a.register, actor)
	if err != nil {
		return 0, err
	}
	anew, err := dutiesOf(ctx, register.New(a.register.Config), actor)
	if err != nil {
		return 0, err
	}
	if diff := cmp.Diff(anew, kept); diff != "" {
		return 0, fmt.Errorf("the duties of %s that are kept (-found anew +kept):\n%s", p.Number, diff)
	}
	return len(anew) - 1, nil
}

// dutiesOf are the duties of somebody, in words.
func dutiesOf(ctx context.Context, r *register.Register, actor register.Actor) ([]string, error) {
	view, err := r.View(ctx, actor, time.Time{})
	if err != nil {
		return nil, err
	}
	list, more, err := view.Duties(ctx)
	words := []string{fmt.Sprintf("more: %v", more)}
	for _, d := range list {
		word := fmt.Sprintf("%s version %d as %s since %s", d.Record.Number(), d.Record.Version, d.Role, d.Since)
		if d.Move != nil {
			word += ", " + d.Move.ID
		}
		if d.Due != nil {
			word += fmt.Sprintf(", due %+v", *d.Due)
		}
		words = append(words, word)
	}
	return words, err
}
