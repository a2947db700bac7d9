// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// InvitationLife is how long the link of an invitation works.
const InvitationLife = 72 * time.Hour

// Invite makes the token of a link by which a person chooses a password. It is
// returned once, and only its hash is kept; a second invitation ends the first.
// Somebody who signs in already is refused: their password is theirs.
func (a *Accounts) Invite(ctx context.Context, actor, person identity.PersonID) (token string, until time.Time, err error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	p, ok := a.directory.Snapshot().Person(person)
	switch {
	case !ok:
		return "", time.Time{}, fmt.Errorf("invite: %w", fault.NotFound("This person is not registered.", nil))
	case p.Left:
		return "", time.Time{}, fmt.Errorf("invite: %w", fault.Conflict("This person left. Record that they are back first.", nil))
	case a.signsIn(person):
		return "", time.Time{}, fmt.Errorf("invite: %w", fault.Conflict("This person signs in already.", nil))
	}
	c, exists := a.directory.Credential(person)
	transition := invited
	if !exists {
		transition = created
		c = identity.Credential{ID: counterfoil.NewID(), Person: person, Created: a.clock.Now()}
	}
	token, c.Invite = identity.NewToken()
	c.InviteUntil = a.clock.Now().Add(InvitationLife)
	c.Version++
	if err := a.saveCredential(ctx, actor, &c, transition); err != nil {
		return "", time.Time{}, fmt.Errorf("invite: %w", err)
	}
	return token, c.InviteUntil, nil
}

// Invitation returns who is invited by a token in force. A wrong token, one that was
// used and one that expired get the same answer.
func (a *Accounts) Invitation(token string) (identity.Person, error) {
	c, ok := a.directory.Invited(identity.HashToken(token))
	if ok && a.clock.Now().Before(c.InviteUntil) {
		if p, known := a.directory.Snapshot().Person(c.Person); known && !p.Left {
			return *p, nil
		}
	}
	return identity.Person{}, fault.NotFound("This link is not in force. It works once, for three days; ask an administrator for another one.", nil)
}

// AcceptInvitation gives the invited person the password they chose, and ends the
// invitation. Fields of a fault: password.
func (a *Accounts) AcceptInvitation(ctx context.Context, token, password string) (identity.Person, error) {
	p, err := a.acceptInvitation(ctx, token, password)
	if err != nil {
		return identity.Person{}, fmt.Errorf("accept invitation: %w", err)
	}
	return p, nil
}

func (a *Accounts) acceptInvitation(ctx context.Context, token, password string) (identity.Person, error) {
	p, err := a.Invitation(token)
	if err != nil {
		return identity.Person{}, err
	}
	f := newForm()
	f.password("password", password, p.Email)
	if err := f.err(); err != nil {
		return identity.Person{}, err
	}
	phc, err := a.hash(ctx, password)
	if err != nil {
		return identity.Person{}, err
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	if _, err := a.Invitation(token); err != nil { // used meanwhile
		return identity.Person{}, err
	}
	return p, a.replaceCredential(ctx, p.ID, p.ID, phc)
}

// Access says how a person comes to the console.
type Access struct {
	SignsIn      bool
	InvitedUntil time.Time // zero without an invitation in force
}

// AccessOf tells how a person comes to the console.
func (a *Accounts) AccessOf(person identity.PersonID) Access {
	c, ok := a.directory.Credential(person)
	if !ok {
		return Access{}
	}
	access := Access{SignsIn: c.SignsIn()}
	if !c.Invite.IsZero() && a.clock.Now().Before(c.InviteUntil) {
		access.InvitedUntil = c.InviteUntil
	}
	return access
}
