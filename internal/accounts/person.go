// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// ensurePerson returns the person with the normalised address, registering them
// when unknown. a.saving must be held.
func (a *Accounts) ensurePerson(ctx context.Context, actor identity.PersonID, email string) (identity.Person, error) {
	if p, ok := a.directory.Snapshot().PersonByEmail(email); ok {
		return *p, nil
	}
	p := identity.Person{
		ID:      identity.PersonID(counterfoil.NewID()),
		Version: 1,
		Email:   email,
		Created: a.clock.Now(),
	}
	return p, a.savePerson(ctx, actor, &p, created)
}

// NewAdministrator is what is entered at set-up.
type NewAdministrator struct {
	Email    string
	Name     string // may be empty
	Password string
}

// CreateAdministrator makes a person an administrator with a password. A zero
// actor stands for the set-up link and is refused once there is an
// administrator who can sign in. Fields of a fault: email, name, password.
func (a *Accounts) CreateAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	p, err := a.createAdministrator(ctx, actor, in)
	if err != nil {
		return identity.Person{}, fmt.Errorf("create administrator: %w", err)
	}
	return p, nil
}

func (a *Accounts) createAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	f := newForm()
	email, name := f.email("email", in.Email), f.name("name", in.Name, true)
	f.password("password", in.Password, email)
	if err := f.err(); err != nil {
		return identity.Person{}, err
	}
	phc, err := a.hash(ctx, in.Password)
	if err != nil {
		return identity.Person{}, err
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	if actor.IsZero() && a.HasAdministrator() {
		return identity.Person{}, fault.Forbidden("There is an administrator already. Ask them for access.", nil)
	}
	p, err := a.ensureAdministrator(ctx, actor, email, name)
	if err != nil {
		return identity.Person{}, err
	}
	return p, a.replaceCredential(ctx, actor, p.ID, phc)
}

// HasAdministrator reports whether somebody can sign in as administrator; the
// set-up link is for when nobody can.
func (a *Accounts) HasAdministrator() bool {
	return slices.ContainsFunc(a.directory.Snapshot().People(), func(p identity.Person) bool {
		_, signsIn := a.directory.Credential(p.ID)
		return signsIn && p.Has(identity.RoleAdministrator)
	})
}

// ensureAdministrator registers the person or gives them role and name. Somebody
// who signs in already keeps their password: they are not for others to create.
func (a *Accounts) ensureAdministrator(ctx context.Context, actor identity.PersonID, email, name string) (identity.Person, error) {
	standing, known := a.directory.Snapshot().PersonByEmail(email)
	if !known {
		p := identity.Person{
			ID:      identity.PersonID(counterfoil.NewID()),
			Version: 1,
			Email:   email,
			Name:    name,
			Roles:   []string{identity.RoleAdministrator},
			Created: a.clock.Now(),
		}
		return p, a.savePerson(ctx, actor, &p, created)
	}
	if _, signsIn := a.directory.Credential(standing.ID); signsIn {
		return identity.Person{}, fault.Conflict("This person signs in already.", nil)
	}
	p := *standing
	p.Roles = slices.Clone(p.Roles)
	if name != "" {
		p.Name = name
	}
	if !p.Has(identity.RoleAdministrator) {
		p.Roles = append(p.Roles, identity.RoleAdministrator)
	}
	p.Version++
	return p, a.savePerson(ctx, actor, &p, changed)
}
