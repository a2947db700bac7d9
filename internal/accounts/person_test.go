// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

const passphrase = "nine lives of a paper cat"

var nobody identity.PersonID

func TestFirstAdministrator(t *testing.T) {
	b := start(t)
	if b.HasAdministrator() {
		t.Error("an administrator before set-up")
	}
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "Ada@example.com", Name: "Ada", Password: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Has(identity.RoleAdministrator) || p.Email != "ada@example.com" || p.Name != "Ada" || !b.HasAdministrator() {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff([]string{"person created", "appointment created", "credential created"}, b.trail); diff != "" {
		t.Error(diff)
	}
	for _, e := range b.saved {
		if bytes.Contains(e.Body, []byte(passphrase)) || e.Subject != counterfoil.ID(p.ID) {
			t.Errorf("entry %+v, body %s", e.Record, e.Body)
		}
	}
	for _, e := range b.kept {
		if bytes.Contains(e.Body, []byte("Ada")) || bytes.Contains(e.Body, []byte("ada@")) {
			t.Errorf("a personal field stands open in %s", e.Body)
		}
	}
	_, err = b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "eve@example.com", Password: passphrase})
	wantFault(t, err, fault.KindForbidden)
	_, err = b.CreateAdministrator(t.Context(), p.ID, NewAdministrator{Email: "ada@example.com", Password: passphrase + "!"})
	wantFault(t, err, fault.KindConflict)
	if _, err := b.CreateAdministrator(t.Context(), p.ID, NewAdministrator{Email: "bob@example.com", Password: passphrase}); err != nil {
		t.Errorf("a second administrator by the first: %v", err)
	}
}

// TestAdministratorKnownBefore is an owner of a system who sets the console up.
func TestAdministratorKnownBefore(t *testing.T) {
	b := start(t)
	s := b.system(t)
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "owner@example.com", Name: "Olga", Password: passphrase})
	if err != nil || p.ID != s.Owner || p.Version != 2 || !p.Has(identity.RoleAdministrator) || p.Name != "Olga" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestCreateAdministratorRefuses(t *testing.T) {
	b := start(t)
	_, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "x", Name: "a\nb", Password: "short"})
	wantFault(t, err, fault.KindInvalid, "email", "name", "password")
	_, err = b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "somebody@example.com", Password: "Somebody@example.com"})
	wantFault(t, err, fault.KindInvalid, "password")
}

func TestAuthenticate(t *testing.T) {
	b := start(t)
	b.system(t) // its owner has no password
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "ada@example.com", Password: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Authenticate(t.Context(), " ADA@example.com", passphrase)
	if err != nil || got.ID != p.ID {
		t.Errorf("%+v, %v", got, err)
	}
	for name, attempt := range map[string][2]string{
		"wrong password":       {"ada@example.com", passphrase + "."},
		"no password":          {"ada@example.com", ""},
		"unknown address":      {"eve@example.com", passphrase},
		"no address":           {"", ""},
		"person without":       {"owner@example.com", ""},
		"the empty hash":       {"owner@example.com", "A"},
		"very long a password": {"ada@example.com", string(make([]byte, 1<<20))},
	} {
		if got, err := b.Authenticate(t.Context(), attempt[0], attempt[1]); !errors.Is(err, ErrSignIn) || !got.ID.IsZero() {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if fault.KindOf(ErrSignIn) != fault.KindForbidden {
		t.Error("a failed sign-in is not forbidden")
	}
}

func TestSetPassword(t *testing.T) {
	b := start(t)
	p, err := b.CreateAdministrator(t.Context(), nobody, NewAdministrator{Email: "ada@example.com", Password: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetPassword(t.Context(), p.ID, p.ID, "another long sentence"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(t.Context(), "ada@example.com", passphrase); !errors.Is(err, ErrSignIn) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := b.Authenticate(t.Context(), "ada@example.com", "another long sentence"); err != nil {
		t.Errorf("the new password: %v", err)
	}
	wantFault(t, b.SetPassword(t.Context(), p.ID, p.ID, "short"), fault.KindInvalid, "password")
	wantFault(t, b.SetPassword(t.Context(), p.ID, identity.PersonID{9}, passphrase), fault.KindNotFound)
}

// TestHashingWaitsItsTurn fills the places and leaves.
func TestHashingWaitsItsTurn(t *testing.T) {
	b := start(t)
	for range hashedAtOnce {
		b.hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Authenticate(ctx, "ada@example.com", passphrase); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
