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

// ErrSignIn is the one answer to every failed sign-in: which part was wrong is
// nobody's business.
var ErrSignIn error = fault.Forbidden("E-mail address or password is wrong.", nil)

// nobodysHash has the usual cost and belongs to no known password. Verifying
// against it makes an unknown address take as long as a wrong password.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Authenticate returns the person who signs in, or ErrSignIn. It waits for its
// turn while other passwords are hashed; limiting attempts is the caller's part.
func (a *Accounts) Authenticate(ctx context.Context, email, password string) (identity.Person, error) {
	phc, person := nobodysHash, identity.Person{}
	known := false
	if address, err := identity.NormaliseEmail(email); err == nil {
		if p, ok := a.directory.Snapshot().PersonByEmail(address); ok && !p.Left {
			if c, ok := a.directory.Credential(p.ID); ok && c.SignsIn() {
				phc, person, known = c.PHC, *p, true
			}
		}
	}
	if len(password) > 16*identity.MaxPassword { // a decomposed character can take 12 bytes
		password = "" // longer than any that was accepted
	}
	right, err := a.verify(ctx, phc, password)
	if err != nil {
		return identity.Person{}, fmt.Errorf("authenticate: %w", err)
	}
	if !right || !known {
		return identity.Person{}, ErrSignIn
	}
	return person, nil
}

// SetPassword gives a person a password, or another one. Fields of a fault:
// password.
func (a *Accounts) SetPassword(ctx context.Context, actor, person identity.PersonID, password string) error {
	p, ok := a.directory.Snapshot().Person(person)
	if !ok {
		return fmt.Errorf("set password: %w", fault.NotFound("This person is not registered.", nil))
	}
	f := newForm()
	f.password("password", password, p.Email)
	if err := f.err(); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	phc, err := a.hash(ctx, password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	if err := a.replaceCredential(ctx, actor, person, phc); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// replaceCredential saves the next version of a person's credential. r.saving
// must be held.
func (a *Accounts) replaceCredential(ctx context.Context, actor, person identity.PersonID, phc string) error {
	c, exists := a.directory.Credential(person)
	transition := changed
	if !exists {
		c = identity.Credential{ID: counterfoil.NewID(), Person: person, Created: a.clock.Now()}
		transition = created
	}
	c.PHC, c.Invite, c.InviteUntil = phc, counterfoil.Hash{}, time.Time{}
	c.Version++
	return a.saveCredential(ctx, actor, &c, transition)
}

// hash and verify take a place in the queue first: each takes 19 MiB.
func (a *Accounts) hash(ctx context.Context, password string) (phc string, err error) {
	err = a.inTurn(ctx, func() { phc = identity.HashPassword(password) })
	return phc, err
}

func (a *Accounts) verify(ctx context.Context, phc, password string) (right bool, err error) {
	turn := a.inTurn(ctx, func() { right, err = identity.VerifyPassword(phc, password) })
	if turn != nil {
		return false, turn
	}
	return right, err
}

func (a *Accounts) inTurn(ctx context.Context, fn func()) error {
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
		fn()
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", context.Cause(ctx))
	}
}
