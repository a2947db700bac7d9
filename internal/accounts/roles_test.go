// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestRolesFollowAppointments: an appointment in force gives the role from its move
// on, and one that ended takes it away.
func TestRolesFollowAppointments(t *testing.T) {
	b := start(t)
	p, err := b.ensurePerson(t.Context(), actor, "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	roles := func() []string {
		standing, _ := b.directory.Snapshot().Person(p.ID)
		return standing.Roles
	}
	r, err := b.register.SetUp(t.Context(), register.Program, kindAppointment, stateActive, register.Input{
		Values: kind.Values{"role": "aims_manager", "person": p.ID.String()}, Reason: "Test",
	})
	if err != nil || !slices.Equal(roles(), []string{"aims_manager"}) {
		t.Fatalf("roles %q, %v", roles(), err)
	}
	if _, err := b.register.Move(t.Context(), register.Program, r.ID, "end", register.Input{Version: r.Version, Reason: "Test"}); err != nil {
		t.Fatal(err)
	}
	if got := roles(); len(got) != 0 {
		t.Errorf("after the end the roles are %q", got)
	}
}

// TestWhoLeft signs in no more, holds no role, and their keys open nothing; once back,
// all is as before.
func TestWhoLeft(t *testing.T) {
	b := start(t)
	s := b.system(t)
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "ada@example.com", Password: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	check := func(there bool) {
		t.Helper()
		_, signsIn := b.Authenticate(t.Context(), "ada@example.com", passphrase)
		_, opens := b.directory.Snapshot().Resolve(secret, noon)
		if there != (signsIn == nil) || there != (opens == nil) || there != b.HasAdministrator() {
			t.Errorf("there: %t, but signs in: %v, opens: %v, administrator: %t", there, signsIn, opens, b.HasAdministrator())
		}
		if !there && !errors.Is(opens, identity.ErrRevokedKey) {
			t.Errorf("the key: %v", opens)
		}
	}
	check(true)
	version := p.Version
	for _, move := range []string{"leave", "return"} {
		if _, err := b.register.Move(t.Context(), register.Program, counterfoil.ID(p.ID), move, register.Input{Version: version, Reason: "Test"}); err != nil {
			t.Fatal(err)
		}
		version++
		check(move == "return")
		_, _, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "ada@example.com"})
		if move == "return" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantFault(t, err, fault.KindInvalid, "person")
		_, err = b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "ada@example.com", Password: passphrase})
		wantFault(t, err, fault.KindConflict)
		if err == nil || !strings.Contains(err.Error(), "left") {
			t.Errorf("it does not say that the person left: %v", err)
		}
	}
}
