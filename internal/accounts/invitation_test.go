// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"bytes"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

const chosen = "a long passphrase nobody used 42"

func (b *bench) invitee(email string) identity.PersonID {
	b.t.Helper()
	p, err := b.ensurePerson(b.t.Context(), actor, email)
	if err != nil {
		b.t.Fatal(err)
	}
	return p.ID
}

// TestInvitation: the link works once, and then the person signs in.
func TestInvitation(t *testing.T) {
	b := start(t)
	ann := b.invitee("ann@example.com")
	token, until, err := b.Invite(t.Context(), actor, ann)
	if err != nil || !until.Equal(noon.Add(InvitationLife)) {
		t.Fatal(until, err)
	}
	for _, e := range b.saved {
		if bytes.Contains(e.Body, []byte(token)) {
			t.Error("the token is stored")
		}
	}
	if _, err := b.Authenticate(t.Context(), "ann@example.com", ""); err == nil {
		t.Error("somebody invited signs in without a password")
	}
	if a := b.AccessOf(ann); a.SignsIn || a.InvitedUntil.IsZero() {
		t.Errorf("%+v", a)
	}
	if _, err := b.AcceptInvitation(t.Context(), token, "short"); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("a weak password: %v", err)
	}
	p, err := b.AcceptInvitation(t.Context(), token, chosen)
	if err != nil || p.ID != ann {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = b.Authenticate(t.Context(), "ann@example.com", chosen); err != nil || p.ID != ann {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := b.AcceptInvitation(t.Context(), token, chosen); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("the link works twice: %v", err)
	}
	if _, _, err := b.Invite(t.Context(), actor, ann); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("invited over a password: %v", err)
	}
}

func TestInvitationsEnd(t *testing.T) {
	b := start(t)
	ann := b.invitee("ann@example.com")
	first, _, err := b.Invite(t.Context(), actor, ann)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := b.Invite(t.Context(), actor, ann)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Invitation(first); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("a second invitation leaves the first: %v", err)
	}
	if _, err := b.Invitation(""); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("no token: %v", err)
	}
	b.clock.Advance(InvitationLife - time.Second)
	if _, err := b.Invitation(second); err != nil {
		t.Error(err)
	}
	b.clock.Advance(time.Second)
	if _, err := b.Invitation(second); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("it lasts for ever: %v", err)
	}
	if a := b.AccessOf(ann); a != (Access{}) {
		t.Errorf("%+v", a)
	}
}
